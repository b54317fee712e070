//! Poolers between us and the server. One that hands out sessions by transaction (PgBouncer's `pool_mode =
//! transaction`) gives the session-wide lock and settings of a run to strangers, so no run goes through it.
//!
//! Every connection asks for a setting of ours as it starts. A server takes it; PgBouncer refuses such a parameter, or
//! hides it where it is told to ignore them. Two sessions then tell how it works: whether they share a backend.

use std::time::{Duration, Instant};

use postgres::error::SqlState;

use super::client::{Client, Message};
use super::connect::{Attempt, ConnectError, Connector, Reason, within};
use super::settings;
use crate::config::Connection;
use crate::error::Error;
use crate::sql::Own;

/// The setting by which a session knows that it was opened with what we asked for.
pub const DIRECT: &str = "pgreconcile.direct";

/// How long a pooler may take to find a second session.
const PATIENCE: Duration = Duration::from_secs(5);

/// The startup options of a connection, ours included.
pub(super) fn options(connection: &Connection) -> String {
    let given = connection.options.as_ref().map(|given| format!("{given} ")).unwrap_or_default();
    format!("{given}{}-c {DIRECT}=1", settings::startup(&connection.keepalive))
}

/// Whether the connection was refused for the sake of its startup options.
pub(super) fn refuses_options(attempt: &Attempt) -> bool {
    let Attempt::Failed(error) = attempt else { return false };
    let codes = [SqlState::PROTOCOL_VIOLATION, SqlState::FEATURE_NOT_SUPPORTED];
    error.as_db_error().is_some_and(|db| codes.contains(db.code()) && !db.message().contains("database"))
}

/// The first of two sessions, if each keeps a backend of its own.
pub(super) fn exclusive(
    first: Client,
    second: Client,
    connection: &Connection,
) -> Result<Client, ConnectError> {
    let settings = settings::statement(&connection.keepalive);
    let asked = within(Some(PATIENCE), move || {
        let (mut first, mut second) = (first, second);
        let before = backend(&mut first, "")?;
        let other = backend(&mut second, "BEGIN; ")?;
        let after = backend(&mut first, "")?;
        second.send(Message::Own(Own::new("COMMIT")))?;
        if before == after && before != other {
            first.send(Message::Own(Own::new(format!("{settings}SET {DIRECT} = '1'"))))?;
            return Ok((first.set_by_sql(), true));
        }
        Ok((first, false))
    });
    match asked {
        Ok((first, true)) => Ok(first),
        _ => Err(ConnectError { reason: Reason::Final, error: shared() }),
    }
}

/// A session that was opened without our startup option, or behind something that hid it, if it is one for itself.
///
/// # Errors
/// `Failed` if it is not, or if no second session can be had to tell.
pub fn keep(client: Client, connection: &Connection) -> Result<Client, Error> {
    let second = Connector::new(connection)?.open(Some(Instant::now() + PATIENCE))?;
    Ok(exclusive(client, second, connection)?)
}

/// The error for a pooler that does not keep sessions apart.
fn shared() -> Error {
    Error::failed("the connection goes through a pooler that does not keep a session for itself (as PgBouncer with `pool_mode = transaction`)")
        .note("the lock and the settings of a run belong to its session, and would be handed to others")
        .hint("give the address of the server itself, by `--url` or `DATABASE_URL`, or of a pool with `pool_mode = session`")
}

fn backend(client: &mut Client, before: &str) -> Result<Option<String>, postgres::Error> {
    let reply = client.send(Message::Own(Own::new(format!("{before}SELECT pg_catalog.pg_backend_pid()"))))?;
    let row = reply.tables.first().and_then(|table| table.rows.first());
    Ok(row.and_then(|row| row.at(0)).map(str::to_owned))
}
