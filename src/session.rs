//! A session whose settings are pinned, so that the server reads and prints SQL in one way whatever the role or the
//! database has set; and batches of queries in one message.

use crate::config::Connection;
use crate::error::{Error, Result};
use crate::kind::{Row, Server};
use crate::model::printable;
use crate::pg::{
    Canceller, Client, Connector, Message, Reply, ServerVersion, Values, first_answer, is_inability, is_lost,
    is_silence, pooler, settings,
};
use crate::sql::{Execution, Foreign, Own, ident, qualified};
use postgres::error::{DbError, SqlState};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The key of the advisory lock: `pgreconc` as a number. Advisory locks are per database.
pub const LOCK_KEY: i64 = 0x7067_7265_636f_6e63;

/// How long opening another session may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection with pinned settings.
pub struct Session {
    client: Client,
    interrupt: Interrupt,
    /// Pins the settings again.
    pin: Own,
    /// What is known of the server.
    pub server: Server,
}

/// A handle by which another thread ends a run.
#[derive(Clone, Default)]
pub struct Interrupt {
    tokens: Arc<Mutex<Vec<Canceller>>>,
    requested: Arc<AtomicBool>,
    /// Whether the server has been sent much at once of which each part is answered by itself.
    reading: Arc<AtomicBool>,
}

impl Interrupt {
    /// Cancels what runs on the server; `false` if nothing can be cancelled, or if it was requested before.
    pub fn request(&self) -> bool {
        let again = self.requested.swap(true, Ordering::SeqCst);
        !again && self.cancel()
    }

    /// Cancels once more what the server is reading: each request ends one question only, and the next may take as long.
    pub fn request_of_reading(&self) {
        if self.is_requested() && self.reading.load(Ordering::SeqCst) {
            self.cancel();
        }
    }

    fn cancel(&self) -> bool {
        let tokens = self.tokens.lock().map(|tokens| tokens.clone()).unwrap_or_default();
        // A request to a session that does nothing does nothing.
        tokens.iter().filter(|token| token.cancel()).count() > 0
    }

    /// Lets it cancel what runs on a connection too.
    pub fn arm(&self, client: &Client) {
        if let Ok(mut tokens) = self.tokens.lock() {
            tokens.push(client.canceller());
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
    rows: Vec<Values>,
}

impl Answer {
    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|row| Row::new(&self.columns, row))
    }

    /// The first value of the first row.
    pub fn first(&self) -> Option<&str> {
        self.rows.first().and_then(|row| row.at(0))
    }
}

impl Session {
    /// Pins the settings and asks the server who it is, and little more than that: this is on the way of every run.
    /// `connection` is how `client` was opened; `state` an SQL expression, asked before the search path is known: NULL if there
    /// is no schema of the tool's own, true if it is plain (`state::verify`).
    ///
    /// # Errors
    /// `Failed` if the server is too old or refuses the settings, or if a pooler would hand the session to others.
    pub fn start(client: Client, connection: &Connection, state: &str, access: Access) -> Result<Session> {
        let batch = Own::new(format!(
            "{}SELECT pg_catalog.current_setting('server_version_num') AS version, current_user AS user, \
             pg_catalog.current_database() AS database, pg_catalog.pg_is_in_recovery() AS standby, \
             pg_catalog.current_setting('is_superuser') AS superuser, {state} AS state, \
             pg_catalog.current_setting('{}', true) AS direct, pg_catalog.pg_postmaster_start_time() AS started, \
             session_user AS login, pg_catalog.current_setting('role') AS became",
            pinned(access),
            pooler::DIRECT,
        ));
        let refused = |error| server_error("the server refused the session's settings", &error);
        let (mut client, reply) = first_answer(client, connection, Message::Own(batch.clone()))?;
        let mut answers = answers(reply.map_err(refused)?);
        let zone = answers.first().and_then(Answer::first).unwrap_or_default().to_string();
        let is_direct = |row: &Row<'_>| row.get("direct") == Some("1");
        if !last_row(&answers).is_some_and(|row| is_direct(&row)) {
            client = pooler::keep(client, connection)?;
            answers = ask(&mut client, &batch).map_err(refused)?;
        }
        let row = last_row(&answers).filter(is_direct);
        let Some(row) = row else { return Err(Error::failed("the server did not say who it is")) };
        let version = ServerVersion(u32::try_from(row.number("version")).unwrap_or_default()).supported()?;
        let server = Server {
            version,
            user: row.text("user").to_string(),
            database: row.text("database").to_string(),
            superuser: row.text("superuser") == "on",
            time_zone: zone,
            in_recovery: row.flag("standby"),
            started: row.text("started").to_string(),
            remembers: row.get("state").is_some(),
            plain_state: row.get("state") == Some("t"),
            owners: Vec::new(),
            schemas: Vec::new(),
            state: None,
            closed: None,
            outdated: false,
            seats: Vec::new(),
            shared: None,
            unread: Vec::new(),
            vacant: BTreeSet::new(),
            catalogs: BTreeSet::new(),
            spoken: BTreeSet::new(),
            elsewhere: BTreeSet::new(),
        };
        // RESET gives a session what it was opened with; else what is set for the role and the database.
        let set = match client.is_set_by_sql() {
            true => format!("SET {} = '1'; {}", pooler::DIRECT, settings::statement(&connection.keepalive)),
            false => String::new(),
        };
        let role = match client.is_lent() {
            true => lent_role(&row),
            false => String::new(),
        };
        let pin = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL";
        let pin = Own::new(format!("{pin}; {role}{set}{}", pinned(access)));
        Ok(Session { client, interrupt: Interrupt::default(), pin, server })
    }

    /// Sends SQL of our own in one message and gives the answers of its queries. Statements without rows give none.
    ///
    /// # Errors
    /// Those of the server, or of the way to it.
    pub fn ask(&mut self, own: &Own) -> Result<Vec<Answer>, postgres::Error> {
        ask(&mut self.client, own)
    }

    /// Sends SQL of our own in one message and forgets the answers.
    ///
    /// # Errors
    /// Those of the server, or of the way to it.
    pub fn run(&mut self, own: &Own) -> Result<(), postgres::Error> {
        self.client.send(Message::Own(own.clone())).map(|_| ())
    }

    /// Ends a transaction without effect; also where there is none, or where it has failed.
    pub fn roll_back(&mut self) {
        let _ = self.run(&Own::new("ROLLBACK"));
    }

    /// Executes a part of a plan, or a script, in one message; gives the answers of its queries.
    ///
    /// # Errors
    /// Those of the server, or of the way to it.
    pub fn execute(&mut self, execution: Execution) -> Result<Vec<Answer>, postgres::Error> {
        self.client.send(Message::Execution(execution)).map(answers)
    }

    /// Executes one statement and gives the number of rows that it touched.
    ///
    /// # Errors
    /// Those of the server, or of the way to it.
    pub fn count(&mut self, execution: Execution) -> Result<u64, postgres::Error> {
        self.client.send(Message::Execution(execution)).map(|reply| reply.count)
    }

    /// What pins the settings again, the role among them, for the end of a message in which something ran that could
    /// have changed them.
    pub fn pin(&self) -> &str {
        self.pin.text()
    }

    /// Pins the settings again, after something ran that could have changed them.
    ///
    /// # Errors
    /// Those of the server, or of the way to it.
    pub fn pin_again(&mut self) -> Result<(), postgres::Error> {
        self.client.send(Message::Own(self.pin.clone())).map(|_| ())
    }

    /// Has the server read text of others, all of it in one go: a transaction that `begin` begins, which is rolled back
    /// whatever happens, and after which the settings are pinned again. Each reading stands by itself: what it does is
    /// undone before the next one, and where it fails, the others do not.
    ///
    /// # Errors
    /// If the transaction cannot begin or end, or the connection is lost. The error of a reading is its own result.
    pub fn read(&mut self, begin: Own, readings: &[Reading]) -> Result<Read, postgres::Error> {
        if readings.is_empty() {
            let begun = self.ask(&Own::new(format!("{}; ROLLBACK", begin.text())))?;
            return Ok(Read { begun, readings: Vec::new() });
        }
        let begin = match readings {
            [_] => begin,
            _ => Own::new(format!("{}; SAVEPOINT reading", begin.text())),
        };
        let mut messages = vec![Message::Own(begin)];
        let framed: Vec<Vec<Message>> =
            readings.iter().enumerate().map(|(n, reading)| reading.framed(n)).collect();
        let counts: Vec<usize> = framed.iter().map(Vec::len).collect();
        messages.extend(framed.into_iter().flatten());
        messages.push(Message::Own(Own::new(format!("ROLLBACK; {}", self.pin.text()))));
        self.interrupt.reading.store(true, Ordering::SeqCst);
        let mut replies = self.client.exchange(&messages).into_iter();
        self.interrupt.reading.store(false, Ordering::SeqCst);
        let begun = replies.next().unwrap_or_else(|| Ok(Reply::default())).map(answers);
        let mut lost = None;
        let mut results = Vec::with_capacity(readings.len());
        for count in counts {
            let mut result = Ok(Vec::new());
            for reply in replies.by_ref().take(count) {
                match (reply, &mut result) {
                    (Ok(reply), Ok(found)) => found.extend(answers(reply)),
                    (Err(error), _) if is_lost(&error) => lost = lost.or(Some(error)),
                    // What follows a part that failed fails with it.
                    (Err(error), Ok(_)) => result = Err(error),
                    (_, Err(_)) => {}
                }
            }
            results.push(result);
        }
        let ended = replies.find_map(Result::err);
        match (lost, begun, ended) {
            (Some(error), _, _) | (None, Err(error), _) | (None, Ok(_), Some(error)) => Err(error),
            (None, Ok(begun), None) => Ok(Read { begun, readings: results }),
        }
    }

    /// As [`Session::read`], where every reading is to have an answer: that the server refuses a text is one; that it could
    /// not read it, for reasons of its own, is none.
    ///
    /// # Errors
    /// As there, and the first inability of the server, with the number of the reading.
    pub fn read_all(
        &mut self,
        begin: Own,
        readings: &[Reading],
    ) -> Result<Vec<WhatItGave>, (Option<usize>, postgres::Error)> {
        let read = self.read(begin, readings).map_err(|error| (None, error))?;
        let answered = read.readings.into_iter().enumerate().map(|(number, given)| match given {
            Err(error) if is_inability(&error) => Err((Some(number), error)),
            given => Ok(given),
        });
        answered.collect()
    }

    /// Has the server read text of others in the transaction that is open, all of it in one go, and keeps what it does.
    ///
    /// # Errors
    /// That of the first part that fails.
    pub fn read_on(&mut self, reading: &Reading) -> Result<Vec<Answer>, postgres::Error> {
        let mut found = Vec::new();
        for reply in self.client.exchange(&reading.parts) {
            found.extend(answers(reply?));
        }
        Ok(found)
    }

    /// Another session of the same role with the same server; `None` where no further one can be opened.
    pub fn another(&self, connection: &Connection) -> Option<Session> {
        let client = Connector::new(connection).ok()?.open(Some(Instant::now() + PATIENCE)).ok()?;
        let mut other = Session::start(client, connection, "NULL", Access::ReadWrite).ok()?;
        other.arm(&self.interrupt);
        let same = other.server.started == self.server.started && other.server.user == self.server.user;
        (same && other.server.database == self.server.database).then_some(other)
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
        let answers = self.ask(&Own::new(format!("SELECT pg_try_advisory_lock({LOCK_KEY}) AS locked")))?;
        Ok(answers.first().and_then(Answer::first) == Some("t"))
    }
}

/// The condition on a row of `pg_locks`: it is the lock of the run that is at work on this database.
pub fn lock_condition(alias: &str) -> String {
    let (high, low) = (LOCK_KEY >> 32, LOCK_KEY & 0xffff_ffff);
    format!(
        "{alias}.locktype = 'advisory' AND {alias}.granted AND {alias}.classid = {high} AND {alias}.objid = {low} \
         AND {alias}.objsubid = 1 AND {alias}.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
}

/// What a session may do to the database when nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read it: a transaction that is to write must say so itself.
    ReadOnly,
    /// Change it.
    ReadWrite,
}

/// What came of reading.
pub struct Read {
    /// The answers to what began the transaction.
    pub begun: Vec<Answer>,
    /// What each reading gave: the answers of its queries, or why the server refuses it.
    pub readings: Vec<WhatItGave>,
}

/// What one reading gave.
pub type WhatItGave = Result<Vec<Answer>, postgres::Error>;

/// What the server is to read, a part after the other: text of others, and what must be there for it.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    parts: Vec<Message>,
}

impl Reading {
    /// Adds SQL of our own.
    pub fn own(&mut self, text: impl Into<String>) -> &mut Reading {
        self.parts.push(Message::Own(Own::new(text)));
        self
    }

    /// Adds one statement with text of others in it.
    pub fn foreign(&mut self, text: impl Into<String>) -> &mut Reading {
        self.parts.push(Message::Foreign(Foreign::new(text)));
        self
    }

    /// Adds one statement with text of others in it, who also choose what rows it gives; they are no answer.
    pub fn forgotten(&mut self, text: impl Into<String>) -> &mut Reading {
        self.parts.push(Message::Forgotten(Foreign::new(text)));
        self
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Its parts as reading number `n` of a transaction sends them: what the one before has done is undone first. To roll
    /// back to a savepoint keeps it, so one serves all readings.
    fn framed(&self, n: usize) -> Vec<Message> {
        let mut parts = self.parts.clone();
        if n > 0 {
            let undo = "ROLLBACK TO SAVEPOINT reading";
            match parts.first_mut() {
                Some(Message::Own(own)) => *own = Own::new(format!("{undo}; {}", own.text())),
                _ => parts.insert(0, Message::Own(Own::new(undo))),
            }
        }
        parts
    }

    /// Adds what another one reads.
    pub fn then(&mut self, other: Reading) -> &mut Reading {
        self.parts.extend(other.parts);
        self
    }
}

/// The statement that pins the rest of a session's settings, most of which it starts with. Nothing is set in a session
/// that may be handed to somebody else.
pub fn pinned(access: Access) -> String {
    let direct = format!("pg_catalog.current_setting('{}', true) OPERATOR(pg_catalog.=) '1'", pooler::DIRECT);
    let read_only = match access {
        Access::ReadOnly => settings::read_only(&direct),
        Access::ReadWrite => String::new(),
    };
    format!("{}{read_only}", settings::after_start(&direct))
}

/// The statements that make a session again the role that it was lent as: its owner may have become that only after it
/// was opened, which RESET undoes.
fn lent_role(row: &Row<'_>) -> String {
    let role = match row.text("became") {
        "none" => "NONE".to_string(),
        role => ident(role),
    };
    format!("SET SESSION AUTHORIZATION {}; SET ROLE {role}; ", ident(row.text("login")))
}

fn last_row(answers: &[Answer]) -> Option<Row<'_>> {
    answers.iter().rev().find_map(|answer| answer.rows().next())
}

fn ask(client: &mut Client, own: &Own) -> Result<Vec<Answer>, postgres::Error> {
    client.send(Message::Own(own.clone())).map(answers)
}

fn answers(reply: Reply) -> Vec<Answer> {
    let tables = reply.tables.into_iter();
    tables
        .map(|table| {
            let names = table.columns.into_iter().enumerate().map(|(at, name)| (name, at));
            Answer { columns: names.collect(), rows: table.rows }
        })
        .collect()
}

/// Whether the detail of such an error is the whole row that broke something ("Failing row contains …").
fn holds_a_row(code: &SqlState) -> bool {
    let codes =
        [SqlState::NOT_NULL_VIOLATION, SqlState::CHECK_VIOLATION, SqlState::WITH_CHECK_OPTION_VIOLATION];
    codes.contains(code)
}

/// Whether it is about a value that the server met while it worked, of which its message, detail and context may hold any part
/// (SQLSTATE class 22). Where it knows a place in the statement, the value stands there.
fn is_about_a_value(db: &DbError) -> bool {
    db.code().code().starts_with("22") && db.position().is_none()
}

/// What the server says, for a log: what it quotes of a row is left out.
pub fn message(db: &DbError) -> String {
    let said = printable(db.message());
    match (said.find('"'), said.rfind('"')) {
        (Some(begin), Some(end)) if begin < end && is_about_a_value(db) => {
            format!("{}\"…\"{}", &said[..begin], &said[end + 1..])
        }
        _ => said,
    }
}

/// Where the server was when it said that, without what is quoted of a row.
fn context(db: &DbError) -> Option<String> {
    let calls = ["PL/pgSQL function ", "SQL function "];
    let is_call = |line: &str| calls.iter().any(|call| line.starts_with(call));
    let first = db.where_()?.lines().next().unwrap_or_default();
    (!is_about_a_value(db) || is_call(first)).then(|| printable(first))
}

const NOT_SHOWN: &str = "not shown, for it holds a row; the log of the server has it";

/// An error of the server as one of ours: its message, its detail and hint, its SQLSTATE.
pub fn server_error(what: impl Into<String>, error: &postgres::Error) -> Error {
    let mut ours = Error::failed(what);
    match error.as_db_error() {
        Some(db) => {
            ours = ours.note(format!("the server says: {} (SQLSTATE {})", message(db), db.code().code()));
            if let Some(detail) = db.detail() {
                let hidden = holds_a_row(db.code()) || is_about_a_value(db);
                let shown = if hidden { NOT_SHOWN.to_string() } else { printable(detail) };
                ours = ours.note(format!("detail: {shown}"));
            }
            if let (Some(schema), Some(table)) = (db.schema(), db.table())
                && db.message().contains(" of table ")
            {
                ours = ours.note(format!("table: {}", printable(&qualified(schema, table))));
            }
            if let Some(context) = context(db) {
                ours = ours.note(format!("context: {context}"));
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
