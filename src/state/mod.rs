//! The tool's own schema in the database: runs, their statements, the files they were made from, what is remembered
//! of expressions, quarantined rows.

pub mod fingerprint;
mod found;
mod history;
mod holder;
mod shape;
mod verify;

pub use found::{find, open};
pub use history::{Earlier, PastFile, PastRun, PastStep, demand_readable, earlier, file, run, runs, steps};
pub use holder::{Holder, hold, holder};
pub use shape::{VERSION, definition};
pub use verify::is_plain;

use crate::error::{Error, Result};
use crate::model::printable;
use crate::session::{Answer, Session, server_error};
use crate::source::Files;
use crate::sql::{Own, ident, literal, qualified};
use crate::statement::StepRecord;
use found::Found;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt::Write as _;

/// The schema's name if nothing else is said.
pub const DEFAULT_SCHEMA: &str = "pgreconcile";

/// How many runs without a statement are kept.
const IDLE_RUNS_KEPT: u32 = 200;

/// An SQL condition: the schema with that OID holds the tool's own tables, whatever its name, and belongs to somebody
/// who may have made them.
pub fn is_state(schema: &str) -> String {
    let tables = ["run", "step", "memo", "seen", "secret", "quarantine"];
    format!(
        "((SELECT count(*) = {} FROM pg_class o WHERE o.relnamespace = {schema} AND o.relname IN ({})) \
         AND {})",
        tables.len(),
        tables.map(literal).join(", "),
        verify::trusts(&format!("(SELECT s.nspowner FROM pg_namespace s WHERE s.oid = {schema})")),
    )
}

/// Makes the tool's own schema if it is not there, or brings it up to date; for whoever holds the run's lock.
///
/// # Errors
/// `Failed` if the role may not, or if there is a schema of that name that is not ours.
pub fn ensure(session: &mut Session, schema: &str) -> Result<()> {
    if session.server.state.is_some() && !session.server.outdated {
        return Ok(());
    }
    let (what, statements) = match found::look(session, schema)? {
        Found::Ours => ("", String::new()),
        Found::Nothing => ("create", shape::definition(schema)),
        Found::Empty => ("create", shape::contents(schema)),
        Found::Older(version) => ("upgrade", shape::upgrade(schema, version)),
        Found::Open => ("close", shape::close(schema)),
        Found::Closed(why) => {
            let message = format!("cannot write into the tool's own schema `{schema}`");
            return Err(Error::failed(message)
                .note(why)
                .hint("let one role make all runs, or do without the schema by `--stateless`"));
        }
    };
    let batch = format!("BEGIN; SET LOCAL client_min_messages = warning; {statements}; COMMIT");
    if !statements.is_empty()
        && let Err(error) = session.run(&Own::new(&batch))
    {
        session.roll_back();
        let refused = error.as_db_error().is_some_and(|db| db.code().code() == "42501");
        let error = server_error(format!("cannot {what} the tool's own schema `{schema}`"), &error);
        let database = ident(&session.server.database);
        let user = ident(&session.server.user);
        return Err(match refused && what == "create" {
            true => error
                .hint(format!("`GRANT CREATE ON DATABASE {database} TO {user}`, or run with `--stateless`")),
            false => error,
        });
    }
    session.server.state = Some(schema.to_string());
    session.server.outdated = false;
    if what == "upgrade" {
        warn_of_writers(session);
    }
    hold(session)
}

/// Says who could write into the schema before it was brought up to date: what is recorded of earlier runs may be theirs.
fn warn_of_writers(session: &mut Session) {
    let answers = session.ask(&Own::new(verify::writers())).unwrap_or_default();
    if let Some(roles) = answers.last().and_then(Answer::first) {
        log::warn!(
            "until now, members of `pg_write_all_data` could write into the tool's own schema ({}): look through \
             `pgreconcile history` before you go back to the file of an earlier run",
            printable(roles)
        );
    }
}

/// A pair of fragments that the server found to be the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remembered {
    /// The object's address.
    pub address: String,
    /// The attribute.
    pub attribute: String,
    /// Digest of the desired fragment and its context.
    pub desired: String,
    /// Digest of the observed fragment.
    pub observed: String,
}

/// What earlier runs remember.
#[derive(Debug, Clone, Default)]
pub struct Memo {
    known: HashSet<Remembered>,
}

impl Memo {
    /// Reads the answer to [`memo_query`].
    pub fn read(answer: &Answer) -> Memo {
        let known = answer.rows().map(|row| Remembered {
            address: row.text("address").to_string(),
            attribute: row.text("attribute").to_string(),
            desired: row.text("desired").to_string(),
            observed: row.text("observed").to_string(),
        });
        Memo { known: known.collect() }
    }

    /// Whether the pair was found to be the same before.
    pub fn knows(&self, pair: &Remembered) -> bool {
        self.known.contains(pair)
    }
}

/// The query that reads what is remembered.
pub fn memo_query(schema: &str) -> String {
    format!("SELECT address, attribute, desired, observed FROM {}", qualified(schema, "memo"))
}

/// A short digest of a text.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..12])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What is recorded of a run.
#[derive(Debug, Clone)]
pub struct RunRecord<'a> {
    /// The command: `apply`, `exec`.
    pub command: &'a str,
    /// The files; passwords are not in them.
    pub files: &'a Files,
}

/// Records the beginning of a run that has something to do; gives its number.
///
/// # Errors
/// `Failed` if it cannot be written.
pub fn begin(session: &mut Session, schema: &str, record: &RunRecord<'_>) -> Result<i64> {
    let batch = format!(
        "BEGIN; {} {} COMMIT",
        keep_file(schema, record),
        insert_run(schema, record, "running", 0, "NULL")
    );
    let answers = session.ask(&Own::new(&batch)).map_err(|error| unrecorded(session, &error))?;
    Ok(answers.last().and_then(|answer| answer.first()?.parse().ok()).unwrap_or_default())
}

/// Records a run that had nothing to do, in one message, without waiting for the disk: losing the record of such a
/// run in a crash of the server harms nobody.
///
/// # Errors
/// `Failed` if it cannot be written.
pub fn record_idle(
    session: &mut Session,
    schema: &str,
    record: &RunRecord<'_>,
    memo: &[Remembered],
    also: &str,
) -> Result<()> {
    let batch = format!(
        "BEGIN; SET LOCAL synchronous_commit = off; {} {} {} {also} {} COMMIT",
        keep_file(schema, record),
        insert_run(schema, record, "in sync", 0, "clock_timestamp()"),
        remember(schema, memo),
        forget_idle(schema),
    );
    session.run(&Own::new(&batch)).map_err(|error| unrecorded(session, &error))
}

/// Deletes the oldest runs that had nothing to do.
fn forget_idle(schema: &str) -> String {
    let (run, step) = (qualified(schema, "run"), qualified(schema, "step"));
    format!(
        "DELETE FROM {run} r WHERE outcome = 'in sync' AND id < (SELECT id FROM {run} WHERE outcome = 'in sync' \
         ORDER BY id DESC OFFSET {IDLE_RUNS_KEPT} LIMIT 1) AND NOT EXISTS (SELECT FROM {step} s WHERE s.run = r.id);"
    )
}

/// Records a run on a database that was recognised: the file is kept already, and one in twenty runs deletes what is
/// too much.
///
/// # Errors
/// `Failed` if it cannot be written.
pub fn record_recognised(session: &mut Session, schema: &str, record: &RunRecord<'_>) -> Result<()> {
    let insert = insert_run(schema, record, "in sync", 0, "clock_timestamp()");
    let forget = if rand::random_ratio(1, 20) { forget_idle(schema) } else { String::new() };
    let batch = format!("BEGIN; SET LOCAL synchronous_commit = off; {insert} {forget} COMMIT");
    session.run(&Own::new(&batch)).map_err(|error| unrecorded(session, &error))
}

fn keep_file(schema: &str, record: &RunRecord<'_>) -> String {
    format!(
        "INSERT INTO {} (hash, content) SELECT {hash}, {} WHERE NOT EXISTS (SELECT FROM {0} WHERE hash = {hash}) \
         ON CONFLICT DO NOTHING;",
        qualified(schema, "file"),
        literal(&kept(record)),
        hash = literal(&content_hash(&kept(record))),
    )
}

/// What is kept of the files of a run.
fn kept(record: &RunRecord<'_>) -> String {
    record.files.text().replace('\0', "")
}

/// The hash by which it is known.
fn content_hash(content: &str) -> String {
    hex(&Sha256::digest(content.as_bytes()))
}

fn insert_run(schema: &str, record: &RunRecord<'_>, outcome: &str, statements: usize, ended: &str) -> String {
    format!(
        "INSERT INTO {} (command, outcome, statements, tool_version, file_hash, ended_at) \
         VALUES ({}, '{outcome}', {statements}, {}, {}, {ended}) RETURNING id;",
        qualified(schema, "run"),
        literal(record.command),
        literal(env!("CARGO_PKG_VERSION")),
        literal(&content_hash(&kept(record))),
    )
}

/// Records steps of a run.
///
/// # Errors
/// `Failed` if they cannot be written.
pub fn record_steps(session: &mut Session, schema: &str, run: i64, steps: &[StepRecord]) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let values: Vec<String> = steps
        .iter()
        .map(|step| {
            let duration = step
                .duration
                .map_or("NULL".to_string(), |duration| format!("{:.3}", duration.as_secs_f64() * 1000.0));
            let error = step.error.as_ref().map_or("NULL".to_string(), |error| literal(error));
            format!(
                "({run}, {}, {}, '{}', {}, {}, {duration}, {}, {error})",
                step.number,
                literal(&step.address),
                step.action,
                literal(&step.form),
                literal(&step.sql),
                literal(step.outcome),
            )
        })
        .collect();
    let batch = format!(
        "BEGIN; SET LOCAL synchronous_commit = off; \
         INSERT INTO {} (run, number, address, action, form, sql, duration_ms, outcome, error) VALUES {} \
         ON CONFLICT (run, number) DO UPDATE SET outcome = excluded.outcome, error = excluded.error, \
         duration_ms = excluded.duration_ms; COMMIT",
        qualified(schema, "step"),
        values.join(", ")
    );
    session.run(&Own::new(&batch)).map_err(|error| unrecorded(session, &error))
}

/// Records the end of a run.
///
/// # Errors
/// `Failed` if it cannot be written.
pub fn end(
    session: &mut Session,
    schema: &str,
    run: i64,
    outcome: &str,
    statements: usize,
    error: Option<&str>,
    memo: &[Remembered],
) -> Result<()> {
    let error = error.map_or("NULL".to_string(), literal);
    let batch = format!(
        "BEGIN; {} UPDATE {} SET ended_at = clock_timestamp(), outcome = {}, statements = {statements}, \
         error = {error} WHERE id = {run}; COMMIT",
        remember(schema, memo),
        qualified(schema, "run"),
        literal(outcome),
    );
    session.run(&Own::new(&batch)).map_err(|error| unrecorded(session, &error))
}

fn remember(schema: &str, memo: &[Remembered]) -> String {
    if memo.is_empty() {
        return String::new();
    }
    let values: Vec<String> = memo
        .iter()
        .map(|pair| {
            let columns = [&pair.address, &pair.attribute, &pair.desired, &pair.observed];
            format!("({})", columns.map(|text| literal(text)).join(", "))
        })
        .collect();
    format!(
        "INSERT INTO {} (address, attribute, desired, observed) VALUES {} ON CONFLICT (address, attribute) \
         DO UPDATE SET desired = excluded.desired, observed = excluded.observed;",
        qualified(schema, "memo"),
        values.join(", ")
    )
}

fn unrecorded(session: &mut Session, error: &postgres::Error) -> Error {
    session.roll_back();
    server_error("cannot record the run in the tool's own schema", error)
}
