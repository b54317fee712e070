//! Rehearses what only PostgreSQL can check, in a transaction that is rolled back: everything that is new is created,
//! and every expression that is to go onto an existing table is read, without touching that table. A mistake in the
//! file shows here, before anything has changed.

use super::{Bench, failure};
use crate::error::{Error, ErrorKind, Result};
use crate::kind::{Context, Terms};
use crate::model::{Address, Model};
use crate::plan::{Group, Item, Plan};
use crate::session::Session;
use crate::sql::{Form, Fragment, Phrase, ident};
use postgres::error::SqlState;

/// One statement of the rehearsal.
struct Line<'p> {
    item: &'p Item,
    sql: Phrase,
}

/// Rehearses the plan.
///
/// # Errors
/// `Failed`, with every mistake found, each at its place in the file.
pub fn rehearse(
    session: &mut Session,
    plan: &Plan,
    desired: &Model,
    terms: &Terms<'_>,
    bench: &Bench<'_>,
) -> Result<()> {
    let lines = lines(plan, desired, terms);
    if lines.is_empty() {
        return Ok(());
    }
    let head =
        format!("BEGIN; SET LOCAL search_path = {}; SET LOCAL lock_timeout = '2s'; ", terms.search_path);
    let batch: String = lines.iter().map(|line| format!("{}; ", line.sql.text())).collect();
    if session.run(&format!("{head}{batch}ROLLBACK")).is_ok() {
        return Ok(());
    }
    let _ = session.run("ROLLBACK");
    session.run(&head).map_err(|error| crate::session::server_error("cannot rehearse the plan", &error))?;
    let later = left_out(plan);
    let mut errors = Vec::new();
    for line in &lines {
        let _ = session.run("SAVEPOINT line");
        let Err(error) = session.run(line.sql.text()) else { continue };
        if error.is_closed() {
            return Err(crate::session::server_error("cannot rehearse the plan", &error));
        }
        let _ = session.run("ROLLBACK TO SAVEPOINT line");
        if !is_excused(&error, line, &errors) && !waits_for(line.item, &later, &error) {
            errors.push((
                line.item,
                failure::explain(line.item, &line.sql, bench.files, &error),
                is_race_or_lock(&error),
            ));
        }
    }
    let _ = session.run("ROLLBACK");
    errors.retain(|(_, _, passing)| !passing);
    verdict(errors.into_iter().map(|(_, error, _)| error).collect())
}

/// What somebody else did at the same moment shows when the plan itself runs, and is mended there.
fn is_race_or_lock(error: &postgres::Error) -> bool {
    failure::is_race(error) || failure::is_passing(error)
}

/// Addresses that the plan changes but the rehearsal leaves out, because others may be using them.
fn left_out(plan: &Plan) -> Vec<&Address> {
    let groups = plan.groups.iter().filter(|group| !group.fresh || group.optional);
    groups.flat_map(|group| &group.statements).map(|statement| &plan.items[statement.item].address).collect()
}

/// Whether the item lacks only what the plan puts in place and the rehearsal does not.
fn waits_for(item: &Item, later: &[&Address], error: &postgres::Error) -> bool {
    let related = |other: &&&Address| {
        **other == &item.address
            || item.needs.iter().any(|need| {
                need == **other
                    || other.path().len() > need.path().len() && other.path().starts_with(need.path())
            })
    };
    is_missing(error) && later.iter().any(|other| related(&other))
}

fn is_missing(error: &postgres::Error) -> bool {
    let missing = [
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_OBJECT,
        SqlState::UNDEFINED_FUNCTION,
        SqlState::UNDEFINED_COLUMN,
        SqlState::INVALID_SCHEMA_NAME,
    ];
    error.code().is_some_and(|code| missing.contains(code))
}

/// Errors that only follow from an earlier one, or from rehearsing.
fn is_excused(error: &postgres::Error, line: &Line<'_>, earlier: &[(&Item, Error, bool)]) -> bool {
    let Some(db) = error.as_db_error() else { return false };
    // A new enum label cannot be used in the transaction that adds it.
    // A rehearsal holds all locks at once; the plan itself is done in parts.
    if matches!(db.code().code(), "55P04" | "53200") {
        return true;
    }
    is_missing(error)
        && earlier.iter().any(|(item, _, _)| {
            let name = item.address.name().split('(').next().unwrap_or_default();
            item.address != line.item.address && !name.is_empty() && db.message().contains(name)
        })
}

fn verdict(mut errors: Vec<Error>) -> Result<()> {
    match errors.len() {
        0 => Ok(()),
        1 => {
            let mut only = errors.remove(0);
            only.message.push_str("; nothing was executed");
            Err(only)
        }
        count => {
            let mut all = Error::new(
                ErrorKind::Failed,
                format!("the server refuses {count} things in the file; nothing was executed"),
            );
            all.notes = errors.iter().map(|error| format!("\nerror: {error}")).collect();
            Err(all)
        }
    }
}

fn lines<'p>(plan: &'p Plan, desired: &Model, terms: &Terms<'_>) -> Vec<Line<'p>> {
    let mut lines = Vec::new();
    let labels =
        |group: &Group| group.statements.iter().all(|statement| statement.form == Form::EnumAddValue);
    for group in plan.groups.iter().filter(|group| (group.fresh || labels(group)) && !group.optional) {
        for statement in group.statements.iter().filter(|statement| !statement.uses_state) {
            lines.push(Line { item: &plan.items[statement.item], sql: statement.sql.clone() });
        }
    }
    let fresh: Vec<usize> = plan
        .groups
        .iter()
        .filter(|group| group.fresh)
        .flat_map(|group| group.statements.iter().map(|statement| statement.item))
        .collect();
    for (number, item) in plan.items.iter().enumerate() {
        let covered = item.folded_into.is_some() || fresh.contains(&number) || item.optional;
        let Some(entry) = desired.get(&item.address).filter(|entry| !covered && !entry.absent) else {
            continue;
        };
        let Some(kind) = terms.registry.get(item.address.kind) else { continue };
        let mut body = entry.body.clone();
        kind.fragments(&item.address, &mut *body, &mut |_, fragment, context| {
            lines.extend(check(fragment, &context, number, desired, terms).map(|sql| Line { item, sql }));
        });
    }
    lines
}

/// A statement that makes the server read a fragment, and touches nothing.
fn check(
    fragment: &Fragment,
    context: &Context,
    number: usize,
    desired: &Model,
    terms: &Terms<'_>,
) -> Option<Phrase> {
    let explain = Phrase::from("EXPLAIN SELECT ");
    Some(match context {
        Context::Type => explain.raw("NULL::").fragment(fragment),
        Context::Value { of } => explain.raw("(").fragment(fragment).raw(format!(")::{of}")),
        Context::Row { table } => explain
            .raw("(")
            .fragment(fragment)
            .raw(format!(") FROM {}", row(table, table.name(), desired, terms))),
        Context::Trigger { table } => explain.raw("(").fragment(fragment).raw(format!(
            ") FROM {}, {}",
            row(table, "old", desired, terms),
            row(table, "new", desired, terms)
        )),
        Context::Index { table } => {
            let name = format!("pgr_rehearsal_{number}");
            let columns = columns(table, desired, terms);
            if columns.is_empty() {
                return None;
            }
            let list: Vec<String> =
                columns.iter().map(|(column, of)| format!("{} {of}", ident(column))).collect();
            Phrase::from(format!(
                "CREATE TEMP TABLE {name} ({}); CREATE INDEX ON pg_temp.{name} ",
                list.join(", ")
            ))
            .fragment(fragment)
        }
        Context::Query { .. } => {
            Phrase::from(format!("CREATE TEMP VIEW pgr_rehearsal_{number} AS ")).fragment(fragment)
        }
        Context::Signature => return None,
    })
}

/// One row of NULLs with the columns that the table is to have, as an item of FROM.
fn row(table: &Address, alias: &str, desired: &Model, terms: &Terms<'_>) -> String {
    let columns = columns(table, desired, terms);
    let values: Vec<String> =
        columns.iter().map(|(name, of)| format!("NULL::{of} AS {}", ident(name))).collect();
    format!("(SELECT {}) {}", values.join(", "), ident(alias))
}

fn columns(table: &Address, desired: &Model, terms: &Terms<'_>) -> Vec<(String, String)> {
    let mut columns: Vec<_> = desired
        .iter()
        .filter(|entry| entry.parent.as_ref() == Some(table) && !entry.absent)
        .filter_map(|entry| {
            let kind = terms.registry.get(entry.address.kind)?;
            Some((entry.position, entry.address.name().to_string(), kind.attribute(&*entry.body, "type")?))
        })
        .collect();
    columns.sort();
    columns.into_iter().map(|(_, name, of)| (name, of)).collect()
}
