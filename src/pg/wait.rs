//! Waiting for a database that is still starting, and creating one that is not there.

use std::thread;
use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres_protocol::escape::escape_identifier;

use super::client::{Client, Message};
use super::connect::{ConnectError, Connector, Reason};
use crate::config::Connection;
use crate::error::{Error, ErrorKind, Result};
use crate::sql::Own;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Databases that a server usually has, to create others from.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];

/// What happens while waiting, for progress and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitEvent {
    /// An attempt failed and is made again after `pause`.
    Waiting {
        /// How many attempts there were.
        attempt: u32,
        /// Why the last one failed.
        reason: String,
        /// How long it has taken so far.
        elapsed: Duration,
        /// How long until the next.
        pause: Duration,
    },
    /// The database is not there and is being created.
    CreatingDatabase {
        /// Its name.
        name: String,
    },
    /// The database is there now, created here or by somebody else at the same time.
    DatabaseCreated {
        /// Its name.
        name: String,
    },
    /// The connection is open.
    Connected {
        /// How many attempts it took.
        attempts: u32,
        /// How long it took.
        elapsed: Duration,
    },
}

/// Opens a connection, trying again for up to `wait` while the server is not ready; zero is a single attempt.
///
/// With `create_database`, a missing database is created.
///
/// # Errors
/// [`ErrorKind::Unreachable`] when the time is up, with the last reason; at once, the errors that waiting cannot
/// mend (see [`Reason::Final`]), and that of a missing database which is not to be created.
pub fn connect_waiting(
    connection: &Connection,
    wait: Duration,
    create_database: bool,
    on_event: &mut dyn FnMut(WaitEvent),
) -> Result<Client> {
    connect_waiting_since(Instant::now(), connection, wait, create_database, on_event)
}

/// As [`connect_waiting`], where waiting began at `start`: there is one more attempt, however long ago that was.
///
/// # Errors
/// As there.
pub fn connect_waiting_since(
    start: Instant,
    connection: &Connection,
    wait: Duration,
    create_database: bool,
    on_event: &mut dyn FnMut(WaitEvent),
) -> Result<Client> {
    let connector = Connector::new(connection)?;
    let mut clock = Clock::start(start, wait);
    let mut creation = if create_database { Creation::Allowed } else { Creation::Refused };
    loop {
        let failure = match attempt(&connector, &mut clock, &mut creation, on_event) {
            Ok(client) => {
                on_event(WaitEvent::Connected { attempts: clock.attempts, elapsed: clock.elapsed() });
                return Ok(client);
            }
            Err(failure) if failure.reason == Reason::NotReady => failure,
            Err(failure) => return Err(failure.error),
        };
        let Some(pause) = clock.next_pause() else { return Err(gave_up(connection, &clock, failure)) };
        let reason = failure.error.message;
        on_event(WaitEvent::Waiting { attempt: clock.attempts, reason, elapsed: clock.elapsed(), pause });
        thread::sleep(pause);
    }
}

/// Whether a missing database is to be created.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Creation {
    Refused,
    Allowed,
    Done,
}

/// One attempt, and another right after the database was created.
fn attempt(
    connector: &Connector,
    clock: &mut Clock,
    creation: &mut Creation,
    on_event: &mut dyn FnMut(WaitEvent),
) -> Result<Client, ConnectError> {
    clock.attempts += 1;
    let result = connector.open(clock.deadline());
    match (result, *creation) {
        (Err(failure), Creation::Allowed) if failure.reason == Reason::NoDatabase => {
            create(connector, clock.deadline(), on_event)?;
            *creation = Creation::Done;
            attempt(connector, clock, creation, on_event)
        }
        // A pooler may go on saying so for a while.
        (Err(failure), Creation::Done) if failure.reason == Reason::NoDatabase => {
            let error = Error { kind: ErrorKind::Unreachable, hint: None, ..failure.error };
            Err(ConnectError { reason: Reason::NotReady, error })
        }
        (result, _) => result,
    }
}

/// Counts attempts and time, and spreads the attempts so that many replicas do not knock at the same moment.
struct Clock {
    start: Instant,
    wait: Duration,
    attempts: u32,
    pause: Duration,
}

impl Clock {
    fn start(start: Instant, wait: Duration) -> Self {
        Clock { start, wait, attempts: 0, pause: FIRST_PAUSE }
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// When to stop; `None` for a single attempt, which `connect_timeout` limits, and for a wait beyond all time.
    fn deadline(&self) -> Option<Instant> {
        self.start.checked_add(self.wait).filter(|_| !self.wait.is_zero())
    }

    /// How long to sleep before the next attempt, or `None` when the time is up.
    fn next_pause(&mut self) -> Option<Duration> {
        let left = self.wait.saturating_sub(self.elapsed());
        let pause = self.pause.mul_f64(rand::random_range(0.5..1.5)).min(left);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        (!left.is_zero()).then_some(pause)
    }
}

fn gave_up(connection: &Connection, clock: &Clock, last: ConnectError) -> Error {
    let database = connection.display();
    if clock.wait.is_zero() {
        let mut error = last.error;
        error.kind = ErrorKind::Unreachable;
        let hint = error.hint.take().map_or_else(String::new, |hint| format!("{hint} "));
        return error
            .note(format!("database: `{database}`"))
            .hint(format!("{hint}(`--wait 60s` waits for it)"));
    }
    let waited = humantime::format_duration(Duration::from_secs(clock.elapsed().as_secs().max(1)));
    let attempts = clock.attempts;
    let message = format!("`{database}` could not be reached in {waited}: {}", last.error.message);
    let mut error = Error::new(ErrorKind::Unreachable, message).note(format!("note: {attempts} attempts"));
    error.notes.extend(last.error.notes);
    error.sqlstate = last.error.sqlstate;
    let hint = last.error.hint.unwrap_or_else(|| "look at the server's log".to_owned());
    error.hint(format!("{hint} (`--wait` says how long to wait)"))
}

/// Creates the database of `connector`.
fn create(
    connector: &Connector,
    deadline: Option<Instant>,
    on_event: &mut dyn FnMut(WaitEvent),
) -> Result<(), ConnectError> {
    let name = connector.connection().dbname.clone();
    on_event(WaitEvent::CreatingDatabase { name: name.clone() });
    let mut client = maintenance_client(connector, deadline)?;
    let statement = format!("CREATE DATABASE {}", escape_identifier(&name));
    let mut result = client.send(Message::Own(Own::new(&statement)));
    if result.as_ref().is_err_and(|error| error.code() == Some(&SqlState::OBJECT_IN_USE)) {
        // Somebody is connected to template1, usually another creation at this moment. Nobody is ever in template0.
        result = client.send(Message::Own(Own::new(format!("{statement} TEMPLATE template0"))));
    }
    match result {
        Err(error) if error.code().is_some_and(by_somebody_else) => {
            log::debug!("`{name}` was created by somebody else")
        }
        Err(error) => return Err(not_created(connector.connection(), &error)),
        Ok(_) => {}
    }
    on_event(WaitEvent::DatabaseCreated { name });
    Ok(())
}

/// Two creations at once: the loser gets a unique violation in the catalog rather than "already exists".
fn by_somebody_else(code: &SqlState) -> bool {
    *code == SqlState::DUPLICATE_DATABASE || *code == SqlState::UNIQUE_VIOLATION
}

fn maintenance_client(connector: &Connector, deadline: Option<Instant>) -> Result<Client, ConnectError> {
    for name in MAINTENANCE {
        match connector.with_dbname(name).open(deadline) {
            Err(failure) if failure.reason == Reason::NoDatabase => {}
            other => return other,
        }
    }
    let name = &connector.connection().dbname;
    let error =
        Error::failed(format!("cannot create the database `{name}`: there is no database to create it from"))
            .note(format!("tried: `{}`", MAINTENANCE.join("`, `")))
            .hint("create the database yourself");
    Err(error.into())
}

fn not_created(connection: &Connection, error: &postgres::Error) -> ConnectError {
    let Some(refusal) = error.as_db_error() else {
        let message =
            format!("the connection broke while `{}` was being created: {error}", connection.dbname);
        return ConnectError { reason: Reason::NotReady, error: Error::new(ErrorKind::Unreachable, message) };
    };
    let message = format!("cannot create the database `{}`: {}", connection.dbname, refusal.message());
    let mut explained = Error::failed(message).with_sqlstate(refusal.code().code());
    explained.hint = Some(match *refusal.code() == SqlState::INSUFFICIENT_PRIVILEGE {
        true => format!("the role `{}` needs CREATEDB; or create the database yourself", connection.user),
        false => "create the database yourself".to_owned(),
    });
    explained.into()
}
