//! What earlier runs have recorded.

use super::content_hash;
use crate::error::{Error, Result};
use crate::model::printable;
use crate::session::{Answer, Session, server_error};
use crate::sql::{Own, literal, qualified};
use std::collections::BTreeSet;

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

/// An error where runs may be recorded, and this role may not read them: that none is seen is not that there is none.
///
/// # Errors
/// `Failed`, saying whose they are.
pub fn demand_readable(session: &Session, schema: &str) -> Result<()> {
    let Some(why) = &session.server.closed else { return Ok(()) };
    Err(Error::failed(format!("cannot read the tool's own schema `{schema}`"))
        .note(printable(why))
        .hint("ask as that role, or as a member of it; `--stateless` does without the schema"))
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
    /// Its files, as [`Files::text`](crate::source::Files::text) gave them.
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
    let Some(PastFile { content, is_intact }) = content else {
        return Err(Error::failed(format!("the file of run {} is not recorded", run.id)));
    };
    if !is_intact {
        let message =
            format!("the file of run {} was changed after it was recorded; nothing was executed", run.id);
        return Err(Error::failed(message)
            .note("its hash is not the one that the run recorded")
            .hint("apply the file that you want to go back to"));
    }
    Ok(Earlier { run, content, created_since })
}

/// The files of a run, as they are recorded.
#[derive(Debug, Clone)]
pub struct PastFile {
    /// Their text.
    pub content: String,
    /// Whether it is what the run worked from: its hash is the one that the run recorded.
    pub is_intact: bool,
}

/// The files of a run.
///
/// # Errors
/// `Failed` if they cannot be read.
pub fn file(session: &mut Session, schema: &str, run: &PastRun) -> Result<Option<PastFile>> {
    let query =
        format!("SELECT content FROM {} WHERE hash = {}", qualified(schema, "file"), literal(&run.file_hash));
    let answers =
        session.ask(&Own::new(&query)).map_err(|error| server_error("cannot read the history", &error))?;
    let content = answers.first().and_then(|answer| answer.first().map(str::to_string));
    // Version 1 recorded a hash of more than it kept.
    let is_known = |content: &str| session.server.outdated || content_hash(content) == run.file_hash;
    Ok(content.map(|content| PastFile { is_intact: is_known(&content), content }))
}
