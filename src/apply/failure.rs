//! What a refusal by the server means: try again, look again, or give up with a place in the file.

use crate::error::Error;
use crate::model::printable_lines;
use crate::pg::is_lost;
use crate::plan::{Item, Planned};
use crate::session::{message, server_error};
use crate::source::Files;
use crate::sql::{Form, Phrase};
use postgres::error::{ErrorPosition, SqlState};

/// A statement that the server refused.
#[derive(Debug)]
pub struct Failure {
    /// The error for the person.
    pub error: Box<Error>,
    /// What is to be done about it.
    pub next: Next,
    /// What stays of the statement that failed.
    pub stays: Stays,
}

/// What stays of a statement that failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stays {
    /// Nothing: it stood in a transaction, or was not begun.
    #[default]
    Nothing,
    /// These many rows.
    Rows(u64),
    /// Perhaps something: it stood in no transaction.
    Unknown,
}

impl Stays {
    /// What stays of both.
    pub(super) fn and(self, other: Stays) -> Stays {
        match (self, other) {
            (Stays::Unknown, _) | (_, Stays::Unknown) => Stays::Unknown,
            (Stays::Rows(one), Stays::Rows(more)) => Stays::Rows(one + more),
            (Stays::Nothing, it) | (it, Stays::Nothing) => it,
        }
    }
}

/// What is to be done about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The run ends.
    GiveUp,
    /// Observe again, and go on from there.
    LookAgain,
    /// Another session may have made the same change at the same time: observe again. Where the change is still to be made,
    /// the name is taken by something else.
    LookForOther,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { error: Box::new(error), next: Next::GiveUp, stays: Stays::Nothing }
    }
}

impl Failure {
    /// The same failure after `rows` rows of the statement.
    pub(super) fn after_rows(self, rows: u64) -> Self {
        let stays = if rows == 0 { Stays::Nothing } else { Stays::Rows(rows) };
        Failure { stays, ..self }
    }
}

/// Whether the session is no more: the connection is lost, or the server has ended it.
pub fn ends_session(error: &postgres::Error) -> bool {
    let ended = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    is_lost(error) || error.code().is_some_and(|code| ended.contains(code))
}

/// Whether the same statement may succeed in a moment: a lock, a deadlock, an object that another session keeps busy.
pub fn is_passing(error: &postgres::Error) -> bool {
    // A table that the session itself keeps busy stays so; only the place in the server's code tells.
    if error.as_db_error().is_some_and(|db| db.routine() == Some("CheckTableNotInUse")) {
        return false;
    }
    let passing = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::OBJECT_IN_USE];
    error.code().is_some_and(|code| passing.contains(code))
}

/// Whether another session did the same thing at the same moment. The codes are measured: races without our lock
/// ended in them.
pub fn is_race(error: &postgres::Error) -> bool {
    let Some(db) = error.as_db_error() else { return false };
    let catalog = *db.code() == SqlState::UNIQUE_VIOLATION && db.schema() == Some("pg_catalog");
    let concurrent = db.code().code() == "XX000" && db.message().contains("concurrently updated");
    is_taken(error) || catalog || concurrent
}

/// Whether what a statement is about is gone: dropped, or no longer part of what it was part of. Of a relation that goes while it
/// is looked at, the server knows no better than that it is an internal error.
fn is_gone(error: &postgres::Error) -> bool {
    let gone = [
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_OBJECT,
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
        SqlState::INTERNAL_ERROR,
    ];
    error.code().is_some_and(|code| gone.contains(code))
}

/// Whether there is something of that name.
pub fn is_taken(error: &postgres::Error) -> bool {
    let taken = [
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_SCHEMA,
        SqlState::DUPLICATE_COLUMN,
        SqlState::DUPLICATE_FUNCTION,
    ];
    error.code().is_some_and(|code| taken.contains(code))
}

/// The error for a person: what was attempted, where it stands in the file, what the server says. Of a statement of the plan its
/// form tells what helps.
pub fn explain(
    item: &Item,
    (sql, form): (&Phrase, Option<Form>),
    files: &Files,
    error: &postgres::Error,
) -> Error {
    let place = place(sql, files, error, 0).or_else(|| item.origin.map(|span| files.excerpt(span)));
    let what = if is_lost(error) { "the connection was lost at" } else { "the server refuses" };
    let mut ours = server_error(format!("{what} {}", item.address), error);
    if let Some(place) = place {
        ours.notes.insert(0, place);
    }
    if let Some(db) = error.as_db_error() {
        ours.message = format!("{}: {}", item.address, message(db));
        ours.notes.retain(|note| !note.starts_with("the server says"));
        ours.notes.push(format!("SQLSTATE {}", db.code().code()));
    }
    let shown = printable_lines(&sql.shown());
    let statement = if shown.len() > 600 { format!("{} …", clip(&shown, 600)) } else { shown };
    ours.notes.push(format!("statement: {statement}"));
    // The server advises CASCADE, which takes along what nobody named; and of a full disk it does not say what then.
    let full = error.code() == Some(&SqlState::DISK_FULL);
    if full || ours.hint.as_ref().is_none_or(|hint| hint.contains("CASCADE")) {
        ours.hint = advice(error, form).map(str::to_string);
    }
    ours
}

fn clip(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// The place in the file that the server's error position leads to. `before` characters of the message stand before
/// the statement.
pub fn place(sql: &Phrase, files: &Files, error: &postgres::Error, before: usize) -> Option<String> {
    let position = match error.as_db_error()?.position()? {
        ErrorPosition::Original(position) => (*position as usize).checked_sub(before + 1)?,
        ErrorPosition::Internal { .. } => return None,
    };
    let offset = sql.text().char_indices().nth(position).map(|(offset, _)| offset)?;
    // What is missing at the end of a fragment is missed right behind it.
    let before = |distance| sql.origin_of(offset.checked_sub(distance)?);
    let (span, inside, text) = before(0).or_else(|| before(1)).or_else(|| before(2))?;
    Some(files.excerpt(files.inside(span, text, inside)))
}

fn advice(error: &postgres::Error, form: Option<Form>) -> Option<&'static str> {
    let code = error.code()?;
    let writes = matches!(form, Some(Form::InsertRows | Form::UpdateRows));
    Some(match code.code() {
        "42501" => "the role lacks a right; grant it, or run as the owner",
        "42P01" => {
            "it reads what is not there: is the name spelled right, and declared? Two that read each other cannot be made"
        }
        "42703" => {
            "is the name spelled right, and of that table? A string wants its own quotes: `\"'text'\"`"
        }
        "42704" => match form {
            Some(Form::Grant | Form::Revoke | Form::RevokeNew | Form::ChangeOwner) => {
                "is the name spelled right, and the role or object there or declared?"
            }
            _ => "is the name spelled right, and the extension that brings it declared?",
        },
        "42601" => "this is what PostgreSQL reads as SQL; a string wants its own quotes: `\"'text'\"`",
        "23505" => match form {
            _ if writes => {
                "another row has that value already; give one of the two another one, and run it again"
            }
            _ => {
                "rows that repeat stand in the way; correct them, or say `keep` beside a key, and run it again"
            }
        },
        "23503" => match form {
            Some(Form::Repair | Form::DeleteRows) => {
                "rows of another table refer to the one that was to go; have them refer to another, or to none, and run it again"
            }
            _ if writes => {
                "the row refers to one that is not there; declare that one too, or another reference; where two refer to each other, insert one without"
            }
            _ => {
                "rows without a parent stand in the way; does the referenced table hold what it should? `orphans` beside the \
                 reference says what becomes of such rows"
            }
        },
        "23502" => match form {
            Some(Form::InsertRows) => {
                "the row has no value for a column that wants one; give it one in the file"
            }
            _ => "rows without a value stand in the way; say `backfill` on the column, and run it again",
        },
        "2BP01" => "nothing is dropped by CASCADE here; change what depends on it, then run it again",
        "23514" if writes => "a value breaks that check; correct it in the file, or the check",
        "23514" => "rows that break the check stand in the way; correct them, and run it again",
        "55P03" => "another session holds the lock; run it again when it is done",
        "57P01" | "57P02" => "the server ended the session; run it again: what was done stays done",
        "53100" => "the disk is full; make room and run it again",
        _ => return None,
    })
}

/// The failure of a planned statement.
pub fn failure(item: &Item, statement: &Planned, files: &Files, error: &postgres::Error) -> Failure {
    let next = match is_race(error) {
        true if is_taken(error) => Next::LookForOther,
        true => Next::LookAgain,
        false if statement.may_miss && is_gone(error) => Next::LookAgain,
        false => Next::GiveUp,
    };
    Failure {
        error: Box::new(explain(item, (&statement.sql, Some(statement.form)), files, error)),
        next,
        stays: if statement.form.cost().transactional { Stays::Nothing } else { Stays::Unknown },
    }
}
