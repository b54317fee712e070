//! Asks the data, before the first statement, which rows stand in the way of what is to come.

use super::Bench;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::session::{Reading, Session, server_error};
use crate::sql::Own;
use crate::statement::Preflight;

/// Counts, for each new constraint, the rows that would break it.
///
/// # Errors
/// `Failed`, naming every constraint that cannot come into force, how many rows break it, and some of them.
pub fn preflight(session: &mut Session, plan: &Plan, bench: &Bench<'_>) -> Result<()> {
    let mut found = Vec::new();
    let begin = Own::new(format!(
        "BEGIN READ WRITE; SET LOCAL search_path = {}; SET LOCAL lock_timeout = '1s'",
        bench.manner.search_path
    ));
    let readings: Vec<Reading> = plan.preflights.iter().map(|(_, preflight)| reading(preflight)).collect();
    let read = session.read(begin, &readings);
    let read = read.map_err(|error| server_error("cannot look for rows that stand in the way", &error))?;
    for ((item, preflight), answers) in plan.preflights.iter().zip(read.readings) {
        let item = &plan.items[*item];
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                // What cannot be asked (a column that is yet to come, a table that is locked) is decided when the
                // statement runs.
                log::debug!("no preflight for {}: {error:?}", item.address);
                continue;
            }
        };
        let row = answers.last().and_then(|answer| answer.rows().next());
        let count =
            row.and_then(|row| row.at(0)).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        if count == 0 || item.optional {
            continue;
        }
        let examples = row.and_then(|row| row.at(1)).unwrap_or_default();
        let place = item.origin.map(|span| format!("{}\n", bench.files.excerpt(span))).unwrap_or_default();
        found.push((
            format!("{}: {}", item.address, counted(count, &preflight.rows)),
            format!("{place}for example: {}", crate::model::printable(examples)),
            preflight.hint.clone(),
        ));
    }
    let Some((message, note, hint)) = found.first().cloned() else { return Ok(()) };
    if found.len() == 1 {
        return Err(Error::failed(format!("{message}; nothing was executed")).note(note).hint(hint));
    }
    let mut error =
        Error::failed(format!("rows stand in the way of {} constraints; nothing was executed", found.len()));
    for (message, note, hint) in found {
        error = error.note(format!("\n{message}\n{note}\nhint: {hint}"));
    }
    Err(error)
}

/// `3 rows …`, `1 row …`: what follows the first word reads the same after both.
fn counted(count: i64, rows: &str) -> String {
    match rows.split_once("s ").filter(|_| count == 1) {
        Some((row, rest)) => format!("1 {row} {rest}"),
        None => format!("{count} {rows}"),
    }
}

fn reading(preflight: &Preflight) -> Reading {
    let mut reading = Reading::default();
    if preflight.before.is_empty() {
        reading.own("SET TRANSACTION READ ONLY");
    }
    preflight.before.iter().for_each(|statement| _ = reading.foreign(statement));
    reading.foreign(&preflight.query);
    reading
}
