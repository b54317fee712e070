//! The network between a run and its server: a wire that can be cut, and a firewall.

use std::{
    io::{self, BufRead, BufReader},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    thread::spawn,
};

/// One address, behind which servers can take turns, and whose connections can be cut.
pub struct Wire {
    port: u16,
    target: Arc<AtomicU16>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    /// A wire to the server at a port of 127.0.0.1.
    pub fn to(server: u16) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let target = Arc::new(AtomicU16::new(server));
        let open = Arc::new(Mutex::new(Vec::new()));
        let (next, both) = (Arc::clone(&target), Arc::clone(&open));
        spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", next.load(Ordering::Relaxed))) {
                    join(&client, &server);
                    join(&server, &client);
                    both.lock().expect("nobody panics").extend([client, server]);
                }
            }
        });
        Wire { port, target, open }
    }

    /// The port of 127.0.0.1 at which it begins.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets connections from now on end at another server.
    pub fn lead_to(&self, server: u16) {
        self.target.store(server, Ordering::Relaxed);
    }

    /// Ends all connections, towards both sides; new ones can be made.
    pub fn cut(&self) {
        for stream in self.open.lock().expect("nobody panics").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Passes on what comes from one side until it ends.
fn join(from: &TcpStream, to: &TcpStream) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}

/// Puts its rules in force, and takes them back once the test is gone, however it dies.
const RULES: &str = r#"
trap '' INT HUP TERM
port=$1; shift
rules() {
    iptables -w "$1" INPUT -i lo -p tcp --dport "$port" $2 &&
    iptables -w "$1" INPUT -i lo -p tcp --sport "$port" $2
}
if rules -I "$*"; then echo there; cat; fi
rules -D "$*"
"#;

/// Rules of the firewall for everything that goes to a port or comes from it, for as long as this lives.
pub struct Firewall {
    keeper: Child,
}

impl Firewall {
    /// Drops all packets: neither side hears of the other any more. Nothing where that takes rights that we do not have.
    pub fn silence(port: u16) -> Option<Firewall> {
        Firewall::new(port, "-j DROP")
    }

    /// Answers all packets by a reset of the connection.
    pub fn reset(port: u16) -> Option<Firewall> {
        Firewall::new(port, "! --tcp-flags RST RST -j REJECT --reject-with tcp-reset")
    }

    /// Whether there can be rules here.
    pub fn is_possible() -> bool {
        let listed = Command::new("iptables").args(["-w", "-S", "INPUT"]).stdout(Stdio::null()).status();
        listed.is_ok_and(|status| status.success())
    }

    fn new(port: u16, rule: &str) -> Option<Firewall> {
        let mut keeper = Command::new("sh")
            .args(["-c", RULES, "firewall", &port.to_string(), rule])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`sh` starts");
        let mut said = String::new();
        let stdout = keeper.stdout.take().expect("its stdout");
        let _ = BufReader::new(stdout).read_line(&mut said);
        let firewall = Firewall { keeper };
        (said == "there\n").then_some(firewall)
    }
}

impl Drop for Firewall {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
