//! Looks for the tool's own schema, and believes it only if it is ours: whoever made it beforehand could run code through
//! whatever reads it, and say that all is in sync.

use super::{VERSION, shape, verify};
use crate::config::Connection;
use crate::error::{Error, Result};
use crate::model::printable;
use crate::pg::{Client, is_lost};
use crate::session::{Access, Answer, Session, server_error};
use crate::sql::{Own, ident, qualified};
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
    /// A schema of that older version.
    Older(u32),
    /// A schema into which others can look.
    Open,
    /// A schema of this version.
    Ours,
}

/// Pins the settings of a connection, and looks for the tool's own schema.
///
/// # Errors
/// As [`Session::start`] and [`find`].
pub fn open(client: Client, connection: &Connection, schema: &str, access: Access) -> Result<Session> {
    let mut session = Session::start(client, connection, &verify::is_plain(schema), access)?;
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
    session.server.outdated = matches!(found, Found::Older(_) | Found::Open);
    let is_readable = matches!(found, Found::Ours | Found::Older(_) | Found::Open);
    session.server.state = is_readable.then(|| schema.to_string());
    session.server.closed = match found {
        Found::Closed(why) => Some(why),
        _ => None,
    };
    Ok(())
}

/// Whether all of it is exactly as this version makes it.
fn is_present(session: &mut Session, schema: &str) -> Result<bool> {
    let batch = format!("{}{}", verify::demand(schema, shape::lines(VERSION)), number(schema));
    match session.ask(&Own::new(&batch)) {
        Ok(answers) => Ok(answers.last().and_then(Answer::first) == Some(VERSION.to_string().as_str())),
        Err(error) if is_lost(&error) => Err(server_error("cannot look for the tool's own schema", &error)),
        Err(_) => Ok(false),
    }
}

fn number(schema: &str) -> String {
    format!("SELECT max(number) AS number FROM {}", qualified(schema, "shape"))
}

/// What [`verify::lines`] says.
struct Lines(Vec<(String, String)>);

impl Lines {
    /// The lines of one sort.
    fn of(&self, sort: &str) -> Vec<&str> {
        self.0.iter().filter(|(at, _)| at == sort).map(|(_, line)| line.as_str()).collect()
    }

    fn has(&self, sort: &str) -> bool {
        self.0.iter().any(|(at, _)| at == sort)
    }

    /// An error for what belongs to somebody who is not trusted.
    fn demand_owner(&self, schema: &str) -> Result<()> {
        let aliens = self.of("alien");
        let [first, others @ ..] = aliens.as_slice() else { return Ok(()) };
        let what = first.strip_prefix("schema ").map_or_else(
            || format!("in the tool's own schema `{schema}`, {first}"),
            |belongs| format!("the tool's own schema `{schema}` {belongs}"),
        );
        Err(not_ours(schema, what, others))
    }

    /// Which version has this shape; an error if none has.
    fn version(&self, schema: &str) -> Result<u32> {
        let all = self.of("shape");
        let there: BTreeSet<&str> = all.iter().copied().collect();
        let versions: Vec<(u32, Vec<String>)> =
            (1..=VERSION).map(|version| (version, shape::lines(version))).collect();
        let differing = |lines: &[String]| {
            let lines: BTreeSet<&str> = lines.iter().map(String::as_str).collect();
            let odd = there.difference(&lines).map(|line| (*line).to_string());
            let missing = lines.difference(&there).map(|line| format!("missing: {line}"));
            odd.chain(missing).collect::<Vec<_>>()
        };
        let compared = versions.iter().map(|(version, lines)| (*version, differing(lines)));
        let Some((version, differs)) = compared.min_by_key(|(_, differs)| differs.len()) else {
            return Ok(VERSION);
        };
        // Of two of a name, as functions may be, one is not ours.
        if differs.is_empty() && there.len() == all.len() {
            return Ok(version);
        }
        let lines: Vec<&str> = differs.iter().map(String::as_str).collect();
        Err(not_ours(schema, format!("the tool's own schema `{schema}` is not as it is made"), &lines))
    }
}

/// Looks at all there is.
pub(super) fn look(session: &mut Session, schema: &str) -> Result<Found> {
    let lost = |error| server_error("cannot look for the tool's own schema", &error);
    let answers = session.ask(&Own::new(verify::lines(schema))).map_err(lost)?;
    let rows = answers.iter().flat_map(Answer::rows);
    let lines = Lines(rows.map(|row| (row.text("sort").to_string(), row.text("line").to_string())).collect());
    if !lines.has("there") {
        return Ok(Found::Nothing);
    }
    lines.demand_owner(schema)?;
    if !lines.has("shape") && !lines.has("writable") {
        return Ok(Found::Empty);
    }
    if is_versioned(&lines.of("shape")) && !lines.has("writable") && !lines.has("closed") {
        let answers = session.ask(&Own::new(number(schema))).map_err(lost)?;
        demand_known(schema, answers.last().and_then(Answer::first))?;
    }
    let version = lines.version(schema)?;
    if lines.has("writable") {
        let what = format!("others can write into the tool's own schema `{schema}`");
        return Err(not_ours(schema, what, &lines.of("writable")));
    }
    if let [first, ..] = lines.of("closed").as_slice() {
        return Ok(Found::Closed((*first).to_string()));
    }
    Ok(match lines.has("open") {
        _ if version < VERSION => Found::Older(version),
        true => Found::Open,
        false => Found::Ours,
    })
}

/// An error for a version that came after this one.
fn demand_known(schema: &str, number: Option<&str>) -> Result<()> {
    let number = number.and_then(|number| number.parse::<u32>().ok());
    let Some(number) = number.filter(|number| *number > VERSION) else { return Ok(()) };
    Err(Error::failed(format!(
        "the tool's own schema `{schema}` has version {number}, and this pgreconcile knows {VERSION} at most; \
         nothing was executed"
    ))
    .hint("run the newer pgreconcile that made it so, or do without it by `--stateless`"))
}

/// Whether the table that says the version can be read: it is a plain one, and nothing hangs on it.
fn is_versioned(there: &[&str]) -> bool {
    let own = ["table shape with row security", "column shape.number integer not null"];
    let hangs = |line: &&str| line.ends_with(" on shape");
    own.iter().all(|line| there.contains(line)) && !there.iter().any(hangs)
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
