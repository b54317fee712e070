//! A session whose settings are pinned, so that the server reads and prints SQL in one way whatever the role or the
//! database has set; and batches of queries in one message.

use crate::config::Connection;
use crate::error::{Error, Result};
use crate::kind::{Row, Server};
use crate::model::printable;
use crate::pg::{Client, ServerVersion, is_lost, is_silence, pooler, settings};
use crate::sql::literal;
use postgres::{CancelToken, SimpleQueryMessage, SimpleQueryRow};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The key of the advisory lock: `pgreconc` as a number. Advisory locks are per database.
pub const LOCK_KEY: i64 = 0x7067_7265_636f_6e63;

/// A connection with pinned settings.
pub struct Session {
    client: Client,
    interrupt: Interrupt,
    /// What is known of the server.
    pub server: Server,
}

/// A handle by which another thread ends a run.
#[derive(Clone, Default)]
pub struct Interrupt {
    tokens: Arc<Mutex<Vec<CancelToken>>>,
    requested: Arc<AtomicBool>,
}

impl Interrupt {
    /// Cancels what runs on the server; `false` if nothing can be cancelled, or if it was requested before.
    pub fn request(&self) -> bool {
        let again = self.requested.swap(true, Ordering::SeqCst);
        let tokens = self.tokens.lock().map(|tokens| tokens.clone()).unwrap_or_default();
        // A request to cancel carries no secret but its own key, and servers take it without TLS. One to a session
        // that does nothing does nothing.
        let cancelled = tokens.iter().filter(|token| !again && token.cancel_query(postgres::NoTls).is_ok());
        cancelled.count() > 0
    }

    /// Lets it cancel what runs on a connection too.
    pub fn arm(&self, client: &Client) {
        if let Ok(mut tokens) = self.tokens.lock() {
            tokens.push(client.cancel_token());
        }
    }

    /// Whether the run was asked to end.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }

    /// An error if the run was asked to end.
    ///
    /// # Errors
    /// `Failed`, saying how to go on.
    pub fn check(&self) -> Result<()> {
        if self.is_requested() {
            return Err(Error::failed("interrupted; what was done stays done")
                .hint("run it again: it goes on from there"));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Interrupt({})", self.is_requested())
    }
}

/// The rows of one query of a batch.
pub struct Answer {
    columns: HashMap<String, usize>,
    rows: Vec<SimpleQueryRow>,
}

impl Answer {
    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|row| Row::new(&self.columns, row))
    }

    /// The first value of the first row.
    pub fn first(&self) -> Option<&str> {
        self.rows.first().and_then(|row| row.get(0))
    }
}

impl Session {
    /// Pins the settings and asks the server who it is, and little more than that: this is on the way of every run.
    /// `connection` is how `client` was opened.
    ///
    /// # Errors
    /// `Failed` if the server is too old or refuses the settings, or if a pooler would hand the session to others.
    pub fn pin(mut client: Client, connection: &Connection, state_schema: &str) -> Result<Session> {
        let batch = format!(
            "{}SELECT pg_catalog.current_setting('server_version_num') AS version, current_user AS user, \
             pg_catalog.current_database() AS database, pg_catalog.pg_is_in_recovery() AS standby, \
             pg_catalog.current_setting('is_superuser') AS superuser, {} AS remembers, \
             pg_catalog.current_setting('{}', true) AS direct, pg_catalog.pg_postmaster_start_time() AS started",
            pinned(),
            is_there(state_schema),
            pooler::DIRECT,
        );
        let refused = |error| server_error("the server refused the session's settings", &error);
        let mut answers = ask_raw(&mut client, &batch).map_err(refused)?;
        let is_direct = |row: &Row<'_>| row.get("direct") == Some("1");
        if !last_row(&answers).is_some_and(|row| is_direct(&row)) {
            client = pooler::keep(client, connection)?;
            answers = ask_raw(&mut client, &batch).map_err(refused)?;
        }
        let row = last_row(&answers).filter(is_direct);
        let Some(row) = row else { return Err(Error::failed("the server did not say who it is")) };
        let version = ServerVersion(u32::try_from(row.number("version")).unwrap_or_default()).supported()?;
        let server = Server {
            version,
            user: row.text("user").to_string(),
            database: row.text("database").to_string(),
            superuser: row.text("superuser") == "on",
            in_recovery: row.flag("standby"),
            started: row.text("started").to_string(),
            remembers: row.flag("remembers"),
            schemas: Vec::new(),
            state: None,
            outdated: false,
            seats: Vec::new(),
            vacant: BTreeSet::new(),
            catalogs: BTreeSet::new(),
            spoken: BTreeSet::new(),
        };
        Ok(Session { client, interrupt: Interrupt::default(), server })
    }

    /// Sends a batch in one message and gives the answers of its queries. Statements without rows give none.
    pub fn ask(&mut self, batch: &str) -> Result<Vec<Answer>, postgres::Error> {
        ask_raw(&mut self.client, batch)
    }

    /// Sends one message and forgets the answers.
    pub fn run(&mut self, batch: &str) -> Result<(), postgres::Error> {
        self.client.batch_execute(batch)
    }

    /// Sends one statement and gives the number of rows it touched.
    pub fn count(&mut self, statement: &str) -> Result<u64, postgres::Error> {
        let messages = self.client.simple_query(statement)?;
        Ok(messages
            .iter()
            .map(|message| match message {
                SimpleQueryMessage::CommandComplete(rows) => *rows,
                _ => 0,
            })
            .sum())
    }

    /// Ends the session without waiting for the server to say goodbye.
    pub fn leave(self) {
        std::thread::spawn(move || drop(self));
    }

    /// The connection, for another session to pin.
    pub fn into_client(self) -> Client {
        self.client
    }

    /// Whether the connection is lost.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Lets `interrupt` cancel what runs in this session.
    pub fn arm(&mut self, interrupt: &Interrupt) {
        interrupt.arm(&self.client);
        self.interrupt = interrupt.clone();
    }

    /// An error if the run was asked to end.
    ///
    /// # Errors
    /// `Failed`, saying how to go on.
    pub fn check_interrupt(&self) -> Result<()> {
        self.interrupt.check()
    }

    /// Takes the lock that one run at a time holds on a database, if it is free. The session holds it until it ends.
    pub fn try_lock(&mut self) -> Result<bool, postgres::Error> {
        let answers = self.ask(&format!("SELECT pg_try_advisory_lock({LOCK_KEY}) AS locked"))?;
        Ok(answers.first().and_then(Answer::first) == Some("t"))
    }
}

/// An SQL condition: there is a schema of that name. The search path is not known yet, so every name says its schema.
fn is_there(schema: &str) -> String {
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) {})",
        literal(schema)
    )
}

/// The condition on a row of `pg_locks`: it is the lock of the run that is at work on this database.
pub fn lock_condition(alias: &str) -> String {
    let (high, low) = (LOCK_KEY >> 32, LOCK_KEY & 0xffff_ffff);
    format!(
        "{alias}.locktype = 'advisory' AND {alias}.granted AND {alias}.classid = {high} AND {alias}.objid = {low} \
         AND {alias}.objsubid = 1 AND {alias}.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
}

/// The statement that pins the rest of a session's settings, most of which it starts with. Nothing is set in a session
/// that may be handed to somebody else.
pub fn pinned() -> String {
    settings::of_some_majors(&format!(
        "pg_catalog.current_setting('{}', true) OPERATOR(pg_catalog.=) '1'",
        pooler::DIRECT
    ))
}

fn last_row(answers: &[Answer]) -> Option<Row<'_>> {
    answers.iter().rev().find_map(|answer| answer.rows().next())
}

fn ask_raw(client: &mut Client, batch: &str) -> Result<Vec<Answer>, postgres::Error> {
    let mut answers: Vec<Answer> = Vec::new();
    for message in client.simple_query(batch)? {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                let names = columns.iter().enumerate().map(|(at, column)| (column.name().to_string(), at));
                answers.push(Answer { columns: names.collect(), rows: Vec::new() });
            }
            SimpleQueryMessage::Row(row) => {
                if let Some(answer) = answers.last_mut() {
                    answer.rows.push(row);
                }
            }
            _ => {}
        }
    }
    Ok(answers)
}

/// An error of the server as one of ours: its message, its detail and hint, its SQLSTATE.
pub fn server_error(what: impl Into<String>, error: &postgres::Error) -> Error {
    let mut ours = Error::failed(what);
    match error.as_db_error() {
        Some(db) => {
            ours = ours.note(format!(
                "the server says: {} (SQLSTATE {})",
                printable(db.message()),
                db.code().code()
            ));
            if let Some(detail) = db.detail() {
                ours = ours.note(format!("detail: {}", printable(detail)));
            }
            if let Some(context) = db.where_() {
                ours =
                    ours.note(format!("context: {}", printable(context.lines().next().unwrap_or_default())));
            }
            ours.hint = db.hint().map(printable);
            ours.with_sqlstate(db.code().code())
        }
        None => {
            let source =
                std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
            if !is_lost(error) {
                return ours.note(format!("{error}{source}"));
            }
            // No server ends a session by silence, so nobody meant this one.
            let state = if is_silence(error) { "08000" } else { "08006" };
            ours.note(format!("the connection to the server was lost{source}"))
                .hint("run it again: what was done stays done, what was not is done then")
                .with_sqlstate(state)
        }
    }
}
