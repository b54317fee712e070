//! Asks the data, before the first statement, which rows stand in the way of what is to come.

use super::Bench;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::session::Session;

/// Counts, for each new constraint, the rows that would break it.
///
/// # Errors
/// `Failed`, naming every constraint that cannot come into force, how many rows break it, and some of them.
pub fn preflight(session: &mut Session, plan: &Plan, bench: &Bench<'_>) -> Result<()> {
    let mut found = Vec::new();
    for (item, preflight) in &plan.preflights {
        let item = &plan.items[*item];
        let path = &bench.manner.search_path;
        let manner = if preflight.before.is_empty() { " READ ONLY" } else { "" };
        let batch = format!(
            "BEGIN{manner}; SET LOCAL search_path = {path}; SET LOCAL lock_timeout = '1s'; {}{}; ROLLBACK",
            preflight.before, preflight.query
        );
        let answers = match session.ask(&batch) {
            Ok(answers) => answers,
            Err(error) => {
                // What cannot be asked (a column that is yet to come, a table that is locked) is decided when the
                // statement runs.
                log::debug!("no preflight for {}: {error:?}", item.address);
                let _ = session.run("ROLLBACK");
                continue;
            }
        };
        let row = answers.first().and_then(|answer| answer.rows().next());
        let count =
            row.and_then(|row| row.at(0)).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        if count == 0 || item.optional {
            continue;
        }
        let examples = row.and_then(|row| row.at(1)).unwrap_or_default();
        let place = item.origin.map(|span| format!("{}\n", bench.files.excerpt(span))).unwrap_or_default();
        found.push((
            format!("{}: {count} {}", item.address, preflight.rows),
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
