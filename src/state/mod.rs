//! The tool's own schema in the database: runs, their statements, the files they were made from, what is remembered
//! of expressions, quarantined rows.

pub mod fingerprint;

use crate::error::{Error, Result};
use crate::session::{Answer, Session, server_error};
use crate::source::Files;
use crate::sql::{Own, ident, literal, qualified};
use crate::statement::StepRecord;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

/// The schema's name if nothing else is said.
pub const DEFAULT_SCHEMA: &str = "pgreconcile";

/// How many runs without a statement are kept.
const IDLE_RUNS_KEPT: u32 = 200;

/// The statements that make the tool's own schema; each does nothing where its object is there already.
pub fn definition(schema: &str) -> String {
    let [file, run, step, memo, seen, secret, quarantine, function] =
        ["file", "run", "step", "memo", "seen", "secret", "quarantine", "quarantine_row"]
            .map(|name| qualified(schema, name));
    format!(
        "CREATE SCHEMA IF NOT EXISTS {schema};
COMMENT ON SCHEMA {schema} IS 'the state of pgreconcile: runs, remembered comparisons, quarantined rows';
CREATE TABLE IF NOT EXISTS {file} (hash text PRIMARY KEY, content text NOT NULL);
CREATE TABLE IF NOT EXISTS {run} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text NOT NULL DEFAULT 'running',
    statements integer NOT NULL DEFAULT 0,
    tool_version text NOT NULL,
    file_hash text NOT NULL,
    username text NOT NULL DEFAULT session_user,
    backend integer NOT NULL DEFAULT pg_backend_pid(),
    error text
);
CREATE TABLE IF NOT EXISTS {step} (
    run bigint NOT NULL REFERENCES {run} ON DELETE CASCADE,
    number integer NOT NULL,
    address text NOT NULL,
    action text NOT NULL,
    form text NOT NULL,
    sql text NOT NULL,
    duration_ms double precision,
    outcome text NOT NULL,
    error text,
    PRIMARY KEY (run, number)
);
CREATE TABLE IF NOT EXISTS {memo} (
    address text NOT NULL,
    attribute text NOT NULL,
    desired text NOT NULL,
    observed text NOT NULL,
    PRIMARY KEY (address, attribute)
);
CREATE TABLE IF NOT EXISTS {seen} (key text PRIMARY KEY, value text NOT NULL, secrets text NOT NULL);
CREATE TABLE IF NOT EXISTS {secret} (role text PRIMARY KEY, verifier text NOT NULL);
CREATE TABLE IF NOT EXISTS {quarantine} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    relation text NOT NULL,
    reason text NOT NULL,
    row_data jsonb NOT NULL
);
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO {quarantine} (relation, reason, row_data)
    VALUES (format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), TG_ARGV[0], to_jsonb(OLD));
    RETURN NULL;
END $$;
REVOKE ALL ON {secret}, {seen} FROM PUBLIC",
        schema = ident(schema),
    )
}

/// An SQL condition: the schema with that OID holds the tool's own tables, whatever its name.
pub fn is_state(schema: &str) -> String {
    let tables = ["run", "step", "memo", "seen", "secret", "quarantine"];
    format!(
        "(SELECT count(*) = {} FROM pg_class o WHERE o.relnamespace = {schema} AND o.relname IN ({}))",
        tables.len(),
        tables.map(literal).join(", ")
    )
}

/// Makes the tool's own schema if it is not there.
///
/// # Errors
/// `Failed` if the role may not create a schema.
pub fn ensure(session: &mut Session, schema: &str) -> Result<()> {
    if session.server.state.is_some() {
        return Ok(());
    }
    let batch = format!("BEGIN; SET LOCAL client_min_messages = warning; {}; COMMIT", definition(schema));
    if let Err(error) = session.run(&Own::new(&batch)) {
        session.roll_back();
        let database = ident(&session.server.database);
        let user = ident(&session.server.user);
        return Err(server_error(format!("cannot create the tool's own schema `{schema}`"), &error)
            .hint(format!("`GRANT CREATE ON DATABASE {database} TO {user}`, or run with `--stateless`")));
    }
    session.server.state = Some(schema.to_string());
    Ok(())
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
    Sha256::digest(text.as_bytes())[..12].iter().fold(String::new(), |mut hex, byte| {
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
        literal(&record.files.text().replace('\0', "")),
        hash = literal(&record.files.hash()),
    )
}

fn insert_run(schema: &str, record: &RunRecord<'_>, outcome: &str, statements: usize, ended: &str) -> String {
    format!(
        "INSERT INTO {} (command, outcome, statements, tool_version, file_hash, ended_at) \
         VALUES ({}, '{outcome}', {statements}, {}, {}, {ended}) RETURNING id;",
        qualified(schema, "run"),
        literal(record.command),
        literal(env!("CARGO_PKG_VERSION")),
        literal(&record.files.hash()),
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

/// A run that is recorded.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PastRun {
    /// Its number.
    pub id: i64,
    /// The command.
    pub command: String,
    /// When it began, in UTC.
    pub started_at: String,
    /// How long it took, in seconds; nothing if it never ended.
    pub seconds: Option<f64>,
    /// `running`, `in sync`, `done`, `failed`; `cut off` if it ended without a word.
    pub outcome: String,
    /// How many statements it executed.
    pub statements: i64,
    /// The version of the tool.
    pub tool_version: String,
    /// The hash of the files.
    pub file_hash: String,
    /// Who ran it.
    pub username: String,
    /// Why it failed.
    pub error: Option<String>,
}

/// A statement of a run that is recorded.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PastStep {
    /// Its place, from 1.
    pub number: i64,
    /// What it was about.
    pub address: String,
    /// Its form.
    pub form: String,
    /// The SQL.
    pub sql: String,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// `done`, `failed`, `skipped`.
    pub outcome: String,
    /// What the server said.
    pub error: Option<String>,
}

impl PastRun {
    /// The run on one line.
    pub fn line(&self) -> String {
        let time = self.seconds.map_or("never ended".to_string(), |seconds| format!("{seconds:.2} s"));
        let hash: String = self.file_hash.chars().take(12).collect();
        format!(
            "{:4}  {}  {:8} {:8} {:4} statements  {time:>10}  file {hash}  by {} with {}",
            self.id,
            self.started_at,
            self.command,
            self.outcome,
            self.statements,
            self.username,
            self.tool_version
        )
    }

    /// The run as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl PastStep {
    /// The statement as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// The last `limit` runs, the newest first; none where there is no state.
///
/// # Errors
/// `Failed` if they cannot be read.
pub fn runs(session: &mut Session, schema: &str, limit: u32) -> Result<Vec<PastRun>> {
    read_runs(session, schema, &format!("ORDER BY id DESC LIMIT {limit}"))
}

/// One run.
///
/// # Errors
/// `Failed` if it cannot be read.
pub fn run(session: &mut Session, schema: &str, number: i64) -> Result<Option<PastRun>> {
    Ok(read_runs(session, schema, &format!("WHERE id = {number}"))?.into_iter().next())
}

fn read_runs(session: &mut Session, schema: &str, which: &str) -> Result<Vec<PastRun>> {
    if session.server.state.is_none() {
        return Ok(Vec::new());
    }
    let query = format!(
        "SELECT id, command, to_char(started_at, 'YYYY-MM-DD HH24:MI:SS') AS started_at, \
         extract(epoch FROM ended_at - started_at) AS seconds, \
         CASE WHEN outcome = 'running' AND NOT EXISTS (SELECT FROM pg_locks l WHERE {} AND l.pid = r.backend) \
         THEN 'cut off' ELSE outcome END AS outcome, \
         greatest(statements, (SELECT count(*) FROM {} s WHERE s.run = r.id AND s.outcome = 'done')) AS statements, \
         tool_version, file_hash, username, error FROM {} r {which}",
        crate::session::lock_condition("l"),
        qualified(schema, "step"),
        qualified(schema, "run")
    );
    let answers =
        session.ask(&Own::new(&query)).map_err(|error| server_error("cannot read the history", &error))?;
    let rows = answers.iter().flat_map(Answer::rows);
    Ok(rows
        .map(|row| PastRun {
            id: row.number("id"),
            command: row.text("command").to_string(),
            started_at: row.text("started_at").to_string(),
            seconds: row.get("seconds").and_then(|text| text.parse().ok()),
            outcome: row.text("outcome").to_string(),
            statements: row.number("statements"),
            tool_version: row.text("tool_version").to_string(),
            file_hash: row.text("file_hash").to_string(),
            username: row.text("username").to_string(),
            error: row.owned("error"),
        })
        .collect())
}

/// The statements of a run.
///
/// # Errors
/// `Failed` if they cannot be read.
pub fn steps(session: &mut Session, schema: &str, run: i64) -> Result<Vec<PastStep>> {
    let query = format!(
        "SELECT number, address, form, sql, duration_ms, outcome, error FROM {} WHERE run = {run} ORDER BY number",
        qualified(schema, "step")
    );
    let answers =
        session.ask(&Own::new(&query)).map_err(|error| server_error("cannot read the history", &error))?;
    let rows = answers.iter().flat_map(Answer::rows);
    Ok(rows
        .map(|row| PastStep {
            number: row.number("number"),
            address: row.text("address").to_string(),
            form: row.text("form").to_string(),
            sql: row.text("sql").to_string(),
            duration_ms: row.get("duration_ms").and_then(|text| text.parse().ok()),
            outcome: row.text("outcome").to_string(),
            error: row.owned("error"),
        })
        .collect())
}

/// What a run worked from, and what later runs have created: all that is needed to go back to it.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// The run.
    pub run: PastRun,
    /// Its files, as [`Files::text`] gave them.
    pub content: String,
    /// The addresses, as text, of what later runs created.
    pub created_since: BTreeSet<String>,
}

/// The run to go back to: `wanted`, else the last one that ended well with another file than the newest of those.
///
/// # Errors
/// `Failed` if there is none, or if it cannot be read.
pub fn earlier(session: &mut Session, schema: &str, wanted: Option<i64>) -> Result<Earlier> {
    let (run_table, good) = (qualified(schema, "run"), "outcome IN ('done', 'in sync')");
    let which = match wanted {
        Some(number) => format!("WHERE id = {number}"),
        None => format!(
            "WHERE {good} AND file_hash <> (SELECT file_hash FROM {run_table} WHERE {good} ORDER BY id DESC LIMIT 1) \
             ORDER BY id DESC LIMIT 1"
        ),
    };
    let Some(run) = read_runs(session, schema, &which)?.into_iter().next() else {
        let message = match wanted {
            Some(number) => format!("no run {number} is recorded"),
            None => "no earlier run with another file is recorded".to_string(),
        };
        return Err(Error::failed(message).hint("`pgreconcile history` lists the runs"));
    };
    let query = format!(
        "SELECT DISTINCT address FROM {} WHERE run > {} AND outcome = 'done' AND action = 'create'",
        qualified(schema, "step"),
        run.id
    );
    let answers =
        session.ask(&Own::new(&query)).map_err(|error| server_error("cannot read the history", &error))?;
    let created_since =
        answers.iter().flat_map(Answer::rows).map(|row| row.text("address").to_string()).collect();
    let content = file(session, schema, &run)?;
    let content =
        content.ok_or_else(|| Error::failed(format!("the file of run {} is not recorded", run.id)))?;
    Ok(Earlier { run, content, created_since })
}

/// The files of a run, as [`Files::text`] gave them.
///
/// # Errors
/// `Failed` if they cannot be read.
pub fn file(session: &mut Session, schema: &str, run: &PastRun) -> Result<Option<String>> {
    let query =
        format!("SELECT content FROM {} WHERE hash = {}", qualified(schema, "file"), literal(&run.file_hash));
    let answers =
        session.ask(&Own::new(&query)).map_err(|error| server_error("cannot read the history", &error))?;
    Ok(answers.first().and_then(|answer| answer.first().map(str::to_string)))
}
