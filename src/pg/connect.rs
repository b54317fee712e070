//! Opening one connection.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use postgres::config::{self, SslNegotiation};
use postgres::error::{Severity, SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::auth::Door;
use super::client::{Client, Message, Reply, runtime_of_one_thread};
use super::{diagnose, pooler, tls};
use crate::config::{Address, ChannelBinding, Connection, Host, Keepalive, SslMode, TargetSession};
use crate::error::Error;
use crate::sql::Own;

/// The least time for an attempt that a deadline may leave.
const LEAST_ATTEMPT: Duration = Duration::from_secs(1);

/// Why there is no connection, and whether to try again.
#[derive(Debug, Clone)]
pub struct ConnectError {
    /// What a caller can do about it.
    pub reason: Reason,
    /// What happened, for people.
    pub error: Error,
}

/// What a caller can do about a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The server is not there yet, starting, full or going down: try again.
    NotReady,
    /// The server is there but the database is not (3D000).
    NoDatabase,
    /// Trying again would end the same: password, role, certificate, settings.
    Final,
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        error.error
    }
}

impl From<Error> for ConnectError {
    /// An error from anywhere else is final.
    fn from(error: Error) -> Self {
        ConnectError { reason: Reason::Final, error }
    }
}

/// Opens one connection, trying each host once.
///
/// # Errors
/// See [`Reason`]; the error inside is [`crate::ErrorKind::Unreachable`] for a server that could not be reached,
/// [`crate::ErrorKind::Usage`] for certificate files that cannot be used, else [`crate::ErrorKind::Failed`].
pub fn connect(connection: &Connection) -> Result<Client, ConnectError> {
    Connector::new(connection)?.open(None)
}

/// Settings with certificates loaded, ready to open any number of connections.
#[derive(Clone)]
pub struct Connector {
    connection: Connection,
    tls: MakeRustlsConnect,
}

impl Connector {
    /// Loads the certificates that `connection` names.
    ///
    /// # Errors
    /// Usage errors for files that are missing or hold no certificate.
    pub fn new(connection: &Connection) -> Result<Self, Error> {
        Ok(Connector { connection: connection.clone(), tls: tls::connector(connection)? })
    }

    /// The settings that this opens connections with.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The same server, another database.
    #[must_use]
    pub fn with_dbname(&self, dbname: &str) -> Self {
        Connector { connection: self.connection.with_dbname(dbname), tls: self.tls.clone() }
    }

    /// Opens one connection: the first host that answers and suits. A host that refuses the login ends the
    /// search, as in libpq.
    ///
    /// # Errors
    /// See [`connect`]. A `deadline` shortens `connect_timeout`, though never below a second.
    pub fn open(&self, deadline: Option<Instant>) -> Result<Client, ConnectError> {
        let mut failures: Vec<ConnectError> = Vec::new();
        for host in &self.connection.hosts {
            match self.open_host(host, deadline) {
                Ok(client) => return Ok(client),
                Err(failure) if failure.reason == Reason::NotReady => failures.push(failure),
                Err(failure) => return Err(failure),
            }
        }
        let Some(mut last) = failures.pop() else { return Err(Error::usage("no host is given").into()) };
        last.error.notes.extend(failures.into_iter().map(|earlier| earlier.error.message));
        Err(last)
    }

    fn open_host(&self, host: &Host, deadline: Option<Instant>) -> Result<Client, ConnectError> {
        let ways = self.encryption(host);
        if matches!(host.address, Address::Socket(_)) && self.connection.require_auth.is_strict() {
            return Err(diagnose::unguarded(host));
        }
        let mut first = None;
        for &mode in ways {
            let attempt = match self.attempt(host, mode, self.limit(deadline), true) {
                Ok(client) => return self.suitable(client, host, deadline),
                Err(attempt) if pooler::refuses_options(&attempt) => {
                    match self.through_pooler(host, mode, deadline) {
                        Some(outcome) => {
                            return outcome.and_then(|client| self.suitable(client, host, deadline));
                        }
                        None => attempt,
                    }
                }
                Err(attempt) => attempt,
            };
            let failure = diagnose::diagnose(&self.connection, host, &attempt);
            if !diagnose::other_encryption_may_help(&attempt) {
                return Err(failure);
            }
            // When no way is allowed, the preferred one's failure says most.
            first.get_or_insert(failure);
        }
        Err(first.unwrap_or_else(|| Error::usage("no way to connect").into()))
    }

    /// What is behind a pooler that refuses our startup options; nothing if it refuses all else too.
    fn through_pooler(
        &self,
        host: &Host,
        mode: config::SslMode,
        deadline: Option<Instant>,
    ) -> Option<Result<Client, ConnectError>> {
        let open = || self.attempt(host, mode, self.limit(deadline), false).ok();
        Some(pooler::exclusive(open()?, open()?, &self.connection))
    }

    /// The ways to encrypt that `sslmode` allows, preferred first. libpq ignores it on a socket.
    fn encryption(&self, host: &Host) -> &'static [config::SslMode] {
        use config::SslMode::{Disable, Prefer, Require};
        if matches!(host.address, Address::Socket(_)) {
            return &[Disable];
        }
        match self.connection.tls.mode {
            SslMode::Disable => &[Disable],
            SslMode::Allow => &[Disable, Require],
            // The driver goes on in plain text with a server that has no TLS, but not after a failed handshake or a
            // refusal, where libpq does.
            SslMode::Prefer => &[Prefer, Disable],
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Require],
        }
    }

    fn limit(&self, deadline: Option<Instant>) -> Option<Duration> {
        let left =
            deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()).max(LEAST_ATTEMPT));
        [left, self.connection.connect_timeout].into_iter().flatten().min()
    }

    fn attempt(
        &self,
        host: &Host,
        mode: config::SslMode,
        limit: Option<Duration>,
        marked: bool,
    ) -> Result<Client, Attempt> {
        let mut config = self.driver_config(host, limit);
        if marked {
            config.options(pooler::options(&self.connection));
        }
        let door = Door::new(self.tls.clone(), &self.connection, mode);
        let runtime = runtime_of_one_thread().map_err(Attempt::NoThread)?;
        within(limit, move || Client::open(runtime, &config, door, log_notice))
    }

    fn driver_config(&self, host: &Host, limit: Option<Duration>) -> tokio_postgres::Config {
        let connection = &self.connection;
        let mut config = tokio_postgres::Config::new();
        match &host.address {
            // The door sees to TLS; to the driver it is in force from the first byte.
            Address::Tcp(name) => {
                config.host(name).ssl_mode(config::SslMode::Require).ssl_negotiation(SslNegotiation::Direct)
            }
            Address::Socket(dir) => config.host_path(dir).ssl_mode(config::SslMode::Disable),
        };
        if let Some(addr) = host.addr {
            config.hostaddr(addr);
        }
        config
            .port(host.port)
            .dbname(&connection.dbname)
            .user(&connection.user)
            .application_name(&connection.application_name)
            .channel_binding(channel_binding(connection.channel_binding));
        if let Some(password) = connection.password_for(host) {
            config.password(password.expose());
        }
        if let Some(options) = &connection.options {
            config.options(options);
        }
        if let Some(limit) = limit {
            config.connect_timeout(limit);
        }
        set_keepalive(&mut config, &connection.keepalive);
        config
    }

    /// Asks a new session whether it is on the sort of server that `target_session_attrs` wants.
    fn suitable(
        &self,
        mut client: Client,
        host: &Host,
        deadline: Option<Instant>,
    ) -> Result<Client, ConnectError> {
        let wanted = self.connection.target_session;
        if wanted == TargetSession::Any {
            return Ok(client);
        }
        let asked = within(self.limit(deadline), move || {
            let state = session_state(&mut client)?;
            Ok((client, state))
        });
        let (client, (standby, read_only)) =
            asked.map_err(|attempt| diagnose::diagnose(&self.connection, host, &attempt))?;
        let (suits, what) = match wanted {
            TargetSession::Any => (true, ""),
            TargetSession::ReadWrite => (!standby && !read_only, "does not accept writes"),
            TargetSession::ReadOnly => (standby || read_only, "accepts writes"),
            TargetSession::Primary => (!standby, "is a standby"),
            TargetSession::Standby => (standby, "is not a standby"),
        };
        if suits { Ok(client) } else { Err(diagnose::unsuitable(host, what)) }
    }
}

/// How an attempt at one host failed.
pub(super) enum Attempt {
    /// With an error of the driver.
    Failed(postgres::Error),
    /// By taking longer than this.
    TimedOut(Duration),
    /// Before it began.
    NoThread(std::io::Error),
}

/// Runs `open`, but waits no longer than `limit`.
///
/// The driver's own time limit ends with the TCP handshake; a server that accepts and then says nothing (stopped,
/// or a proxy with nothing behind it) would hold it for ever. So it works on a thread of its own, which is left
/// alone when time is up and ends with its socket.
pub(super) fn within<T: Send + 'static>(
    limit: Option<Duration>,
    open: impl FnOnce() -> Result<T, postgres::Error> + Send + 'static,
) -> Result<T, Attempt> {
    let Some(limit) = limit else { return open().map_err(Attempt::Failed) };
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("pgreconcile-connect".into())
        // A late client has no receiver any more and is closed as it is dropped.
        .spawn(move || drop(sender.send(open())))
        .map_err(Attempt::NoThread)?;
    match receiver.recv_timeout(limit) {
        Ok(result) => result.map_err(Attempt::Failed),
        Err(_) => Err(Attempt::TimedOut(limit)),
    }
}

/// Asks the first question of a session. A server that does not answer it is out of reach, as one that does not let us
/// in; what is asked later may take as long as it takes.
///
/// # Errors
/// [`crate::ErrorKind::Unreachable`] if there is no answer in time.
pub fn first_answer(
    mut client: Client,
    connection: &Connection,
    message: Message,
) -> Result<(Client, Result<Reply, postgres::Error>), Error> {
    let Some(limit) = connection.first_answer else {
        let answer = client.send(message);
        return Ok((client, answer));
    };
    match client.send_within(message, limit) {
        Some(answer) => Ok((client, answer)),
        None => {
            // To say goodbye, it waits for the answer.
            thread::spawn(move || drop(client));
            Err(diagnose::silent(connection, limit))
        }
    }
}

/// Whether the server is in recovery, and whether transactions are read-only.
fn session_state(client: &mut Client) -> Result<(bool, bool), postgres::Error> {
    let question = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool";
    let reply = client.send(Message::Own(Own::new(question)))?;
    let row = reply.tables.first().and_then(|table| table.rows.first());
    let is_true = |column| row.is_some_and(|row| row.at(column) == Some("t"));
    Ok((is_true(0), is_true(1)))
}

fn channel_binding(wanted: ChannelBinding) -> config::ChannelBinding {
    match wanted {
        ChannelBinding::Disable => config::ChannelBinding::Disable,
        ChannelBinding::Prefer => config::ChannelBinding::Prefer,
        ChannelBinding::Require => config::ChannelBinding::Require,
    }
}

fn set_keepalive(config: &mut tokio_postgres::Config, keepalive: &Keepalive) {
    config
        .keepalives(keepalive.on)
        .keepalives_idle(keepalive.idle)
        .keepalives_interval(keepalive.interval)
        .keepalives_retries(keepalive.count);
    if let Some(timeout) = keepalive.user_timeout {
        config.tcp_user_timeout(timeout);
    }
}

/// What a server says beside its answers: warnings are for people, notices for whoever looks closely.
fn log_notice(notice: &postgres::error::DbError) {
    let level = match notice.parsed_severity() {
        // ROLLBACK where nothing was begun, because the whole message was refused.
        _ if *notice.code() == SqlState::NO_ACTIVE_SQL_TRANSACTION => log::Level::Debug,
        Some(Severity::Warning | Severity::Error | Severity::Fatal | Severity::Panic) => log::Level::Warn,
        _ => log::Level::Debug,
    };
    let detail = notice.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
    log::log!(target: "pgreconcile::server", level, "{}", format!("{}{detail}", notice.message()).replace('\n', "\\n"));
}
