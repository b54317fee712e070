//! What stands where a server should be: one that says what a test wants and remembers what it hears, and a wire that does.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread::spawn,
};

/// What was heard on each connection, in the order in which they were made.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// Somebody who answers each message with the next of his lines, and then says nothing more.
pub struct Pretender {
    port: u16,
    heard: Heard,
}

impl Pretender {
    /// With these lines, for every connection anew.
    pub fn new(lines: Vec<Vec<u8>>) -> Pretender {
        let (port, heard) = listen(move |mut client, heard, number| {
            let mut lines = lines.iter();
            let mut space = [0; 8192];
            while let Ok(count @ 1..) = client.read(&mut space) {
                heard.lock().expect("nobody panics")[number].extend_from_slice(&space[..count]);
                if let Some(line) = lines.next() {
                    let _ = client.write_all(line);
                }
            }
        });
        Pretender { port, heard }
    }

    /// Its port at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it has heard this, on whatever connection.
    pub fn has_heard(&self, text: &str) -> bool {
        let heard = self.heard.lock().expect("nobody panics");
        heard.iter().any(|bytes| String::from_utf8_lossy(bytes).contains(text))
    }
}

/// A wire to a server, on which what the client says is remembered.
pub struct Tap {
    port: u16,
    heard: Heard,
}

impl Tap {
    /// A wire to the server at a port of 127.0.0.1.
    pub fn to(server: u16) -> Tap {
        let (port, heard) = listen(move |mut client, heard, number| {
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)) else { return };
            if let (Ok(mut from), Ok(mut to)) = (server.try_clone(), client.try_clone()) {
                spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
            let mut space = [0; 8192];
            while let Ok(count @ 1..) = client.read(&mut space) {
                heard.lock().expect("nobody panics")[number].extend_from_slice(&space[..count]);
                if server.write_all(&space[..count]).is_err() {
                    break;
                }
            }
            let _ = server.shutdown(Shutdown::Both);
        });
        Tap { port, heard }
    }

    /// The port of 127.0.0.1 at which it begins.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What was said on each connection.
    pub fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().expect("nobody panics").clone()
    }
}

fn listen(talk: impl Fn(TcpStream, Heard, usize) + Send + Sync + 'static) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let heard = Heard::default();
    let (all, talk) = (Arc::clone(&heard), Arc::new(talk));
    spawn(move || {
        for client in listener.incoming().flatten() {
            let number = {
                let mut heard = all.lock().expect("nobody panics");
                heard.push(Vec::new());
                heard.len() - 1
            };
            let (heard, talk) = (Arc::clone(&all), Arc::clone(&talk));
            spawn(move || talk(client, heard, number));
        }
    });
    (port, heard)
}

/// A message of a server.
pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
    [&[tag], length.as_slice(), body].concat()
}

/// The question for a proof of who we are, by its number, or the word that there is enough of it.
pub fn authentication(number: u32, rest: &[u8]) -> Vec<u8> {
    message(b'R', &[number.to_be_bytes().as_slice(), rest].concat())
}

/// The login is done, and the server takes statements.
pub fn ready() -> Vec<u8> {
    [authentication(0, b""), message(b'K', &[0, 0, 0, 1, 0, 0, 0, 2]), message(b'Z', b"I")].concat()
}
