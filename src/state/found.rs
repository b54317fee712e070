//! Looks for the tool's own schema, and believes it only if it is ours: whoever made it beforehand could run code through
//! whatever reads it, and say that all is in sync.

use super::{VERSION, shape, verify};
use crate::config::Connection;
use crate::error::{Error, Result};
use crate::model::printable;
use crate::pg::{Client, is_lost};
use crate::session::{Answer, Session, server_error};
use crate::sql::{ident, qualified};
use std::collections::BTreeSet;

/// How many lines an error has room for.
const SHOWN: usize = 10;

/// What is found in place of the tool's own schema.
pub(super) enum Found {
    /// No such schema.
    Nothing,
    /// A schema with nothing in it.
    Empty,
    /// A schema of ours on which we have no rights, and why.
    Closed(String),
    /// A schema of an older version.
    Older,
    /// A schema into which others can look.
    Open,
    /// A schema of this version.
    Ours,
}

/// Pins the settings of a connection, and looks for the tool's own schema.
///
/// # Errors
/// As [`Session::pin`] and [`find`].
pub fn open(client: Client, connection: &Connection, schema: &str) -> Result<Session> {
    let mut session = Session::pin(client, connection, schema)?;
    find(&mut session, schema)?;
    Ok(session)
}

/// Looks whether the tool's own schema is there and ours, and whether it may be read: one message where it is as it
/// should be.
///
/// # Errors
/// `Failed` if it is somebody else's, or not as we make it, or of a newer version.
pub fn find(session: &mut Session, schema: &str) -> Result<()> {
    let found = if session.server.remembers && is_present(session, schema)? {
        Found::Ours
    } else {
        look(session, schema)?
    };
    session.server.outdated = matches!(found, Found::Older | Found::Open);
    let is_readable = matches!(found, Found::Ours | Found::Older | Found::Open);
    session.server.state = is_readable.then(|| schema.to_string());
    Ok(())
}

/// Whether all of it is exactly as this version makes it.
fn is_present(session: &mut Session, schema: &str) -> Result<bool> {
    let batch = format!("{}{}", verify::demand(schema, &shape::present()), number(schema));
    match session.ask(&batch) {
        Ok(answers) => Ok(answers.last().and_then(Answer::first) == Some(VERSION.to_string().as_str())),
        Err(error) if is_lost(&error) => Err(server_error("cannot look for the tool's own schema", &error)),
        Err(_) => Ok(false),
    }
}

fn number(schema: &str) -> String {
    format!("SELECT max(number) AS number FROM {}", qualified(schema, "version"))
}

/// Looks at all there is.
pub(super) fn look(session: &mut Session, schema: &str) -> Result<Found> {
    let lost = |error| server_error("cannot look for the tool's own schema", &error);
    let answers = session.ask(&verify::lines(schema)).map_err(lost)?;
    let rows = answers.iter().flat_map(Answer::rows);
    let lines: Vec<(String, String)> =
        rows.map(|row| (row.text("sort").to_string(), row.text("line").to_string())).collect();
    let of = |sort: &str| -> Vec<&str> {
        lines.iter().filter(|(at, _)| at == sort).map(|(_, line)| line.as_str()).collect()
    };
    if of("there").is_empty() {
        return Ok(Found::Nothing);
    }
    if let [first, ..] = of("owner").as_slice() {
        let what = first.strip_prefix("schema ").map_or_else(
            || format!("in the tool's own schema `{schema}`, {first}"),
            |belongs| format!("the tool's own schema `{schema}` {belongs}"),
        );
        return Err(not_ours(schema, what, &of("owner")[1..]));
    }
    let there: BTreeSet<&str> = of("shape").into_iter().collect();
    let there_twice = there.len() < of("shape").len();
    let (first, present): (BTreeSet<&str>, BTreeSet<&str>) =
        (shape::FIRST.iter().copied().collect(), shape::present().into_iter().collect());
    let changes = of("grant");
    if there.is_empty() && changes.is_empty() {
        return Ok(Found::Empty);
    }
    let number = if is_versioned(&there) && changes.is_empty() && of("closed").is_empty() {
        let answers = session.ask(&number(schema)).map_err(lost)?;
        answers.last().and_then(Answer::first).and_then(|number| number.parse::<u32>().ok())
    } else {
        None
    };
    if let Some(number) = number.filter(|number| *number > VERSION) {
        return Err(Error::failed(format!(
            "the tool's own schema `{schema}` has version {number}, and this pgreconcile knows {VERSION} at most; \
             nothing was executed"
        ))
        .hint("run the newer pgreconcile that made it so, or do without it by `--stateless`"));
    }
    let known = [&present, &first].into_iter().find(|shape| **shape == there && !there_twice);
    let Some(known) = known else {
        let nearer = if there.contains("table version") { &present } else { &first };
        let odd = there.difference(nearer).map(|line| (*line).to_string());
        let missing = nearer.difference(&there).map(|line| format!("missing: {line}"));
        let all: Vec<String> = odd.chain(missing).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let what = format!("the tool's own schema `{schema}` is not as it is made");
        return Err(not_ours(schema, what, &all));
    };
    if !changes.is_empty() {
        let what = format!("others can write into the tool's own schema `{schema}`");
        return Err(not_ours(schema, what, &changes));
    }
    if let [first, ..] = of("closed").as_slice() {
        return Ok(Found::Closed((*first).to_string()));
    }
    Ok(match (known.len() == first.len(), of("open").is_empty()) {
        (true, _) => Found::Older,
        (false, false) => Found::Open,
        (false, true) => Found::Ours,
    })
}

/// Whether the table that says the version can be read: it is a plain one, and nothing hangs on it.
fn is_versioned(there: &BTreeSet<&str>) -> bool {
    let own = ["table version", "column version.number integer not null"];
    let hangs = |line: &&&str| line.ends_with(" on version") || line.starts_with("table version ");
    own.iter().all(|line| there.contains(line)) && !there.iter().any(|line| hangs(&line))
}

fn not_ours(schema: &str, what: String, lines: &[&str]) -> Error {
    let mut error = Error::failed(format!("{}; nothing was executed", printable(&what)));
    for line in lines.iter().take(SHOWN) {
        error = error.note(printable(line));
    }
    if lines.len() > SHOWN {
        error = error.note(format!("and {} more", lines.len() - SHOWN));
    }
    error.hint(format!(
        "look who made it; then `DROP SCHEMA {} CASCADE`, or name another one by `state_schema`, or do without it by \
         `--stateless`",
        ident(schema)
    ))
}
