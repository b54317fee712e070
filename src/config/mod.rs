//! Where the database is and how to log in, resolved once.
//!
//! [`Connection::resolve`] reads, in this order: an explicit connection string, `DATABASE_URL`, the `POSTGRES_…`
//! variables; what these leave open comes from libpq's `PG…` variables, the password file and libpq's defaults.
//! The environment is a function that the caller passes in; nothing here reads the process's own.

mod passfile;
mod require_auth;
mod resolve;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod url;

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use require_auth::{Method, RequireAuth};
pub use secret::Secret;
pub use settings::Lookup;

/// Where Debian's and the official images' servers put their socket.
pub const DEFAULT_SOCKET_DIR: &str = "/var/run/postgresql";

/// Everything needed to open a connection. `Debug` and `Display` never show a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The servers to try, in order; never empty.
    pub hosts: Vec<Host>,
    /// The database to open.
    pub dbname: String,
    /// The role to log in as.
    pub user: String,
    /// The password that was given for all hosts; see [`Connection::password_for`].
    pub password: Option<Secret>,
    /// How to encrypt and whom to trust.
    pub tls: Tls,
    /// How long one attempt at one host may take; `None` is without end.
    pub connect_timeout: Option<Duration>,
    /// How long a server that has let us in may take for its first answer; `None` is without end.
    pub first_answer: Option<Duration>,
    /// What `pg_stat_activity` shows.
    pub application_name: String,
    /// Command-line options for the session, as `PGOPTIONS`.
    pub options: Option<String>,
    /// By which methods a server may ask who we are.
    pub require_auth: RequireAuth,
    /// Whether the login is bound to the TLS channel.
    pub channel_binding: ChannelBinding,
    /// What sort of server will do.
    pub target_session: TargetSession,
    /// How a dead network path is noticed.
    pub keepalive: Keepalive,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name or socket directory.
    pub address: Address,
    /// The address to connect to instead of resolving the name, libpq's `hostaddr`.
    pub addr: Option<IpAddr>,
    /// Its port.
    pub port: u16,
    /// What the password file has for this server.
    pub password: Option<Secret>,
}

/// A host name, or the directory of a Unix-domain socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A name or address reached over TCP.
    Tcp(String),
    /// A directory with a socket in it.
    Socket(PathBuf),
}

/// TLS settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Whether to encrypt and what to verify.
    pub mode: SslMode,
    /// Whose signature on a server certificate counts.
    pub roots: Roots,
    /// The client's certificate (PEM).
    pub cert: Option<PathBuf>,
    /// The client's private key (PEM, not encrypted).
    pub key: Option<PathBuf>,
    /// Whether TLS starts at once, without PostgreSQL's question first (17+).
    pub direct: bool,
}

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Never encrypt.
    Disable,
    /// Encrypt only if the server insists.
    Allow,
    /// Encrypt if the server can; verify nothing.
    #[default]
    Prefer,
    /// Encrypt; verify the chain only when a root certificate file is there (as libpq).
    Require,
    /// Encrypt and verify the chain.
    VerifyCa,
    /// Encrypt, verify the chain and the host name.
    VerifyFull,
}

impl SslMode {
    /// The words of a connection string.
    pub const WORDS: [(&'static str, SslMode); 6] = [
        ("disable", SslMode::Disable),
        ("allow", SslMode::Allow),
        ("prefer", SslMode::Prefer),
        ("require", SslMode::Require),
        ("verify-ca", SslMode::VerifyCa),
        ("verify-full", SslMode::VerifyFull),
    ];
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(_, mode)| mode == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}

/// Root certificates to trust.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Roots {
    /// The operating system's, because nothing else was said.
    #[default]
    Default,
    /// The operating system's, because `sslrootcert=system` says so.
    System,
    /// Those of a PEM file.
    File(PathBuf),
}

/// libpq's `channel_binding`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// When both sides can.
    #[default]
    Prefer,
    /// Or no login.
    Require,
}

/// libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TargetSession {
    /// Whatever answers first.
    #[default]
    Any,
    /// A server that accepts writes.
    ReadWrite,
    /// A server on which a session is read-only by default.
    ReadOnly,
    /// A server that is not in recovery.
    Primary,
    /// A server in recovery.
    Standby,
}

/// TCP keepalive settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalive {
    /// Whether to send them.
    pub on: bool,
    /// After how much silence.
    pub idle: Duration,
    /// How often from then on.
    pub interval: Duration,
    /// How many may stay unanswered.
    pub count: u32,
    /// How long sent data may stay unacknowledged (Linux).
    pub user_timeout: Option<Duration>,
}

impl Default for Keepalive {
    /// A dead path is noticed after a minute and a half, not after the two hours of most systems.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        let keepalive =
            Keepalive { on: true, idle: seconds(30), interval: seconds(10), count: 6, user_timeout: None };
        Keepalive { user_timeout: Some(keepalive.patience()), ..keepalive }
    }
}

impl Keepalive {
    /// After how long a silent path counts as dead.
    pub fn patience(&self) -> Duration {
        self.idle.saturating_add(self.interval.saturating_mul(self.count))
    }
}

impl Connection {
    /// Resolves the settings from `url` (the `--url` option) and the environment `env`.
    ///
    /// Reads the password file, the files that `~/.postgresql` may hold, and the name of the OS user where
    /// needed, but opens no connection. The home directory is `env("HOME")`.
    ///
    /// # Errors
    /// Usage errors ([`crate::ErrorKind::Usage`]) for settings that make no sense; they name the place, and never
    /// hold a password.
    pub fn resolve(url: Option<&str>, env: &Lookup<'_>) -> crate::Result<Self> {
        resolve::connection(&settings::Settings::gather(url, env)?, env)
    }

    /// Whether an environment variable says where a database is or how to log in.
    pub fn is_variable(name: &str) -> bool {
        settings::is_variable(name)
    }

    /// Whether a password stands in `url` itself, in plain sight of everybody who sees it.
    pub fn has_password(url: &str) -> bool {
        let pairs = url::parse(url, "").unwrap_or_default();
        pairs.iter().any(|(keyword, value)| keyword == "password" && !value.is_empty())
    }

    /// The password for `host`: the one given for all, else the password file's.
    pub fn password_for<'a>(&'a self, host: &'a Host) -> Option<&'a Secret> {
        self.password.as_ref().or(host.password.as_ref())
    }

    /// The same connection to another database of the server.
    #[must_use]
    pub fn with_dbname(&self, dbname: impl Into<String>) -> Self {
        Connection { dbname: dbname.into(), ..self.clone() }
    }

    /// The same connection, for somebody who waits that long for a server; zero is a single attempt.
    #[must_use]
    pub fn waited_for(&self, wait: Duration) -> Self {
        let first_answer = if wait.is_zero() { self.connect_timeout } else { Some(wait) };
        Connection { first_answer, ..self.clone() }
    }

    /// `postgres://user@host:port/db` for people and logs, without the password.
    pub fn display(&self) -> String {
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, URL_PART).to_string();
        let tcp: Vec<String> = self.hosts.iter().filter_map(Host::display_tcp).collect();
        let user = encode(&self.user);
        let dbname = encode(&self.dbname);
        match self.hosts.as_slice() {
            [Host { address: Address::Socket(dir), port, .. }] => {
                let port = if *port == DEFAULT_PORT { String::new() } else { format!("&port={port}") };
                format!("postgres://{user}@/{dbname}?host={}{port}", dir.display())
            }
            _ => format!("postgres://{user}@{}/{dbname}", tcp.join(",")),
        }
    }
}

/// PostgreSQL's port when nothing says another.
pub const DEFAULT_PORT: u16 = 5432;

const URL_PART: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

impl Host {
    /// `host:port`, for a list in a URL.
    fn display_tcp(&self) -> Option<String> {
        Some(match &self.address {
            Address::Tcp(name) if name.contains(':') => format!("[{name}]:{}", self.port),
            Address::Tcp(name) => format!("{name}:{}", self.port),
            Address::Socket(dir) => {
                let dir = percent_encoding::utf8_percent_encode(dir.to_str()?, URL_PART);
                format!("{dir}:{}", self.port)
            }
        })
    }
}

impl fmt::Display for Host {
    /// `host:port`, or the path of the socket.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Socket(dir) => write!(f, "{}", socket_path(dir, self.port).display()),
            Address::Tcp(_) => f.write_str(&self.display_tcp().unwrap_or_default()),
        }
    }
}

/// The socket that a server on `port` opens in `dir`.
pub(crate) fn socket_path(dir: &Path, port: u16) -> PathBuf {
    dir.join(format!(".s.PGSQL.{port}"))
}
