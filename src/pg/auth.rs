//! The way into a server: encryption, and what it may ask for before it is told a password.
//!
//! The driver answers whatever a server asks for, in the words of the server. So it gets its stream from here: the door
//! agrees with the server on TLS, and reads each message of the login before the driver does. What must not be answered
//! never reaches the driver, and so the password never leaves the process. The driver itself is told that TLS starts at
//! once, which makes it hand over the bare stream.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll, ready};

use postgres::config::SslMode;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::config::{Connection, Method, RequireAuth};

/// The question whether the server speaks TLS (manual, 53.7, "SSLRequest").
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// The message by which a server asks for a proof of who we are, and how much of it says which.
const AUTHENTICATION: u8 = b'R';
const AUTHENTICATION_HEAD: usize = 9;

type BoxError = Box<dyn StdError + Send + Sync>;
type Opening<S> = Pin<Box<dyn Future<Output = Result<S, BoxError>> + Send>>;

/// Why a server is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has no TLS, and there must be some.
    NoTls,
    /// It asks in a way that `require_auth` does not allow.
    NotAllowed(Method),
    /// It asks for the password itself, and nothing says that it is the server that is meant.
    ClearText {
        /// Whether others can read along, too.
        encrypted: bool,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = |method: Method| match method {
            Method::Password => "asks for the password in clear text",
            Method::Md5 => "asks for an MD5 hash of the password",
            Method::Scram => "asks for the password by SCRAM",
            Method::None => "asks for no password",
        };
        match *self {
            Refusal::NoTls => f.write_str("does not support TLS"),
            Refusal::NotAllowed(method) => write!(f, "{}, which `require_auth` does not allow", what(method)),
            Refusal::ClearText { encrypted } => {
                let channel = match encrypted {
                    false => "is not encrypted",
                    true => "is encrypted, but may lead to anybody",
                };
                let asks = what(Method::Password);
                write!(f, "{asks}, over a connection that {channel}; the password was not sent")
            }
        }
    }
}

impl StdError for Refusal {}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        io::Error::new(io::ErrorKind::PermissionDenied, refusal)
    }
}

/// What a connection is made through.
#[derive(Clone)]
pub(super) struct Door {
    tls: MakeRustlsConnect,
    mode: SslMode,
    /// Whether TLS starts without asking for it.
    direct: bool,
    methods: RequireAuth,
    /// Whether TLS shows that the server is the one that is meant.
    verifies: bool,
}

impl Door {
    /// A door for a connection that is encrypted as `mode` says.
    pub(super) fn new(tls: MakeRustlsConnect, connection: &Connection, mode: SslMode) -> Self {
        Door {
            tls,
            mode,
            direct: connection.tls.direct && mode == SslMode::Require,
            methods: connection.require_auth,
            verifies: super::tls::verifies(&connection.tls),
        }
    }
}

/// A door at a host by that name.
pub(super) struct Entrance<T> {
    tls: T,
    door: Door,
}

impl<S> MakeTlsConnect<S> for Door
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Guarded<S, <MakeRustlsConnect as MakeTlsConnect<S>>::Stream>;
    type TlsConnect = Entrance<<MakeRustlsConnect as MakeTlsConnect<S>>::TlsConnect>;
    type Error = <MakeRustlsConnect as MakeTlsConnect<S>>::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<Self::TlsConnect, Self::Error> {
        let tls = MakeTlsConnect::<S>::make_tls_connect(&mut self.tls, host)?;
        Ok(Entrance { tls, door: self.clone() })
    }
}

impl<S, T> TlsConnect<S> for Entrance<T>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: TlsConnect<S> + Send + 'static,
    T::Stream: Send,
    T::Future: Send,
{
    type Stream = Guarded<S, T::Stream>;
    type Error = BoxError;
    type Future = Opening<Self::Stream>;

    fn connect(self, mut stream: S) -> Self::Future {
        let Entrance { tls, door } = self;
        Box::pin(async move {
            let encrypted = match door.mode {
                SslMode::Disable => false,
                _ if door.direct => true,
                _ => speaks_tls(&mut stream).await?,
            };
            if !encrypted && door.mode == SslMode::Require {
                return Err(Refusal::NoTls.into());
            }
            let channel = match encrypted {
                true => Channel::Tls(tls.connect(stream).await.map_err(Into::into)?),
                false => Channel::Plain(stream),
            };
            let guard = Guard::new(door.methods, encrypted, encrypted && door.verifies);
            Ok(Guarded { channel, guard: Some(guard), checked: Vec::new() })
        })
    }
}

async fn speaks_tls<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<bool> {
    stream.write_all(&SSL_REQUEST).await?;
    stream.flush().await?;
    match stream.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        // A server that cannot even start a session; nobody has vouched for what it says.
        b'E' => Err(io::ErrorKind::ConnectionAborted.into()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it does not answer whether it speaks TLS")),
    }
}

/// A stream with a guard, who leaves once the login is done.
pub(super) struct Guarded<S, T> {
    channel: Channel<S, T>,
    guard: Option<Guard>,
    /// What the guard has let through and nobody has read yet.
    checked: Vec<u8>,
}

enum Channel<S, T> {
    Plain(S),
    Tls(T),
}

/// Reads the messages of a login as they come.
struct Guard {
    methods: RequireAuth,
    encrypted: bool,
    verified: bool,
    /// Whether the server has asked for anything.
    asked: bool,
    /// The beginning of a message of which it is not known yet what it asks for.
    held: Vec<u8>,
    /// How much is left of a message that may pass.
    passing: usize,
    done: bool,
}

impl Guard {
    fn new(methods: RequireAuth, encrypted: bool, verified: bool) -> Self {
        let (asked, held, passing, done) = (false, Vec::new(), 0, false);
        Guard { methods, encrypted, verified, asked, held, passing, done }
    }

    /// What may pass of all that has come so far.
    fn check(&mut self, bytes: &[u8]) -> Result<Vec<u8>, io::Error> {
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        while !self.done {
            let rest = &self.held[at..];
            let passing = self.passing.min(rest.len());
            at += passing;
            self.passing -= passing;
            let [tag, a, b, c, d, body @ ..] = &rest[passing..] else { break };
            // The length counts itself, and not the tag.
            self.passing = u32::from_be_bytes([*a, *b, *c, *d]) as usize + 1;
            if *tag == AUTHENTICATION && self.passing >= AUTHENTICATION_HEAD {
                let [a, b, c, d, ..] = *body else {
                    self.passing = 0;
                    break;
                };
                self.question(u32::from_be_bytes([a, b, c, d]))?;
            }
        }
        let rest = if self.done { Vec::new() } else { self.held.split_off(at) };
        Ok(std::mem::replace(&mut self.held, rest))
    }

    /// By the numbers of the manual, 53.7.
    fn question(&mut self, number: u32) -> Result<(), Refusal> {
        let method = match number {
            0 if self.asked => {
                self.done = true;
                return Ok(());
            }
            0 => Method::None,
            3 => Method::Password,
            5 => Method::Md5,
            10 => Method::Scram,
            // The driver does no others, and what else there is belongs to one that was let through.
            _ => return Ok(()),
        };
        if !self.methods.allows(method) {
            return Err(Refusal::NotAllowed(method));
        }
        self.asked = true;
        match method {
            Method::Password if !self.verified => {
                return Err(Refusal::ClearText { encrypted: self.encrypted });
            }
            Method::Md5 => warn_of_md5(),
            Method::None => self.done = true,
            Method::Password | Method::Scram => {}
        }
        Ok(())
    }
}

fn warn_of_md5() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        log::warn!(
            "the server asks for an MD5 hash of the password, which can be guessed from; let it keep the password \
             as `scram-sha-256`"
        );
    });
}

impl<S: AsyncRead + Unpin, T: AsyncRead + Unpin> AsyncRead for Guarded<S, T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Guarded { channel, guard, checked } = &mut *self;
        loop {
            if !checked.is_empty() {
                let count = checked.len().min(out.remaining());
                out.put_slice(&checked[..count]);
                checked.drain(..count);
                return Poll::Ready(Ok(()));
            }
            let Some(watching) = guard else { return channel.poll_read(cx, out) };
            let mut space = [0; 1024];
            let mut read = ReadBuf::new(&mut space);
            ready!(channel.poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            *checked = watching.check(read.filled())?;
            if watching.done {
                *guard = None;
            }
        }
    }
}

impl<S: AsyncRead + Unpin, T: AsyncRead + Unpin> Channel<S, T> {
    fn poll_read(&mut self, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Channel::Plain(stream) => Pin::new(stream).poll_read(cx, out),
            Channel::Tls(stream) => Pin::new(stream).poll_read(cx, out),
        }
    }
}

impl<S: AsyncWrite + Unpin, T: AsyncWrite + Unpin> AsyncWrite for Guarded<S, T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.channel {
            Channel::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Channel::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.channel {
            Channel::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Channel::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.channel {
            Channel::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Channel::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl<S, T> TlsStream for Guarded<S, T>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: TlsStream + Unpin,
{
    fn channel_binding(&self) -> ChannelBinding {
        match &self.channel {
            Channel::Plain(_) => ChannelBinding::none(),
            Channel::Tls(stream) => stream.channel_binding(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
        [&[tag], length.as_slice(), body].concat()
    }

    fn asks(number: u32) -> Vec<u8> {
        message(b'R', &number.to_be_bytes())
    }

    /// What passes of a login that comes in pieces of `size` bytes, or why it ends.
    fn passes(login: &[u8], size: usize, verified: bool) -> Result<Vec<u8>, String> {
        let mut guard = Guard::new(RequireAuth::default(), verified, verified);
        let mut passed = Vec::new();
        for piece in login.chunks(size) {
            match guard.done {
                true => passed.extend_from_slice(piece),
                false => passed.extend(guard.check(piece).map_err(|error| error.to_string())?),
            }
        }
        Ok(passed)
    }

    #[test]
    fn a_question_is_read_however_it_is_cut() {
        let notice = message(b'N', b"SNOTICE\0R\0\0\0\x08\0\0\0\x03\0");
        let scram = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0");
        let well = [notice.clone(), scram, asks(11), asks(12), asks(0), asks(3)].concat();
        let badly = [notice, asks(3), asks(0)].concat();
        for size in 1..well.len() {
            assert_eq!(passes(&well, size, false), Ok(well.clone()), "{size}");
            assert!(passes(&badly, size, false).is_err_and(|why| why.contains("not sent")), "{size}");
            assert_eq!(passes(&badly, size, true), Ok(badly.clone()), "{size}");
        }
    }

    #[test]
    fn nothing_of_a_question_passes_before_it_is_read() {
        let mut guard = Guard::new(RequireAuth::default(), false, false);
        assert_eq!(guard.check(&asks(3)[..8]).expect("no question yet"), [0; 0]);
        assert!(guard.check(&asks(3)[8..]).is_err());
    }
}
