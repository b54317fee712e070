//! Asks the data, before the first statement, which rows stand in the way of what is to come.

use super::{Bench, Event};
use crate::error::{Error, Result};
use crate::model::{Address, TableFacts, printable};
use crate::plan::{Limits, Plan, Planned};
use crate::session::{Reading, Session, server_error};
use crate::sql::{Own, qualified};
use crate::statement::Preflight;
use std::collections::{BTreeSet, HashMap};

/// How many bytes of tables are read for a while before anything else can be seen of a run.
const MUCH: u64 = 64 << 20;

/// Counts, for each new constraint, the rows that would break it.
///
/// # Errors
/// `Failed`, naming every constraint that cannot come into force, how many rows break it, and some of them.
pub fn preflight(
    session: &mut Session,
    plan: &Plan,
    tables: &HashMap<Address, TableFacts>,
    bench: &Bench<'_>,
) -> Result<()> {
    announce(plan, tables, bench);
    let mut found = Vec::new();
    let begin = Own::new(format!(
        "BEGIN READ WRITE; SET LOCAL search_path = {}; SET LOCAL lock_timeout = '1s'",
        bench.manner.search_path
    ));
    let readings: Vec<Reading> =
        plan.preflights.iter().map(|(_, preflight)| reading(preflight, bench.manner.show_rows)).collect();
    let read = session.read(begin, &readings);
    let read = read.map_err(|error| server_error("cannot look for rows that stand in the way", &error))?;
    for ((item, preflight), answers) in plan.preflights.iter().zip(read.readings) {
        let item = &plan.items[*item];
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                // What cannot be asked (a column that is yet to come, a table that is locked) is decided when the
                // statement runs.
                let what = format!("no preflight for {}", item.address);
                log::debug!("{}", server_error(what, &error).on_one_line());
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
            format!("{place}for example: {}", printable(examples)),
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

/// Says what takes its time.
fn announce(plan: &Plan, tables: &HashMap<Address, TableFacts>, bench: &Bench<'_>) {
    let items: BTreeSet<usize> = plan.preflights.iter().map(|(item, _)| *item).collect();
    let statements = plan.groups.iter().flat_map(|group| &group.statements);
    let asked: BTreeSet<&Address> = statements
        .filter(|statement| items.contains(&statement.item))
        .filter_map(|statement| statement.table.as_ref())
        .collect();
    let bytes: u64 = asked.iter().filter_map(|table| tables.get(*table)).map(|facts| facts.bytes).sum();
    if bytes >= MUCH {
        let tables = asked.iter().map(ToString::to_string).collect();
        (bench.listener)(Event::Looking { tables, bytes });
    }
}

/// `3 rows …`, `1 row …`: what follows the first word reads the same after both.
fn counted(count: i64, rows: &str) -> String {
    match rows.split_once("s ").filter(|_| count == 1) {
        Some((row, rest)) => format!("1 {row} {rest}"),
        None => format!("{count} {rows}"),
    }
}

fn reading(preflight: &Preflight, show_rows: bool) -> Reading {
    let mut reading = Reading::default();
    if preflight.before.is_empty() {
        reading.own("SET TRANSACTION READ ONLY");
    }
    preflight.before.iter().for_each(|statement| _ = reading.foreign(statement));
    let showing_rows = preflight.showing_rows.as_ref().filter(|_| show_rows);
    reading.foreign(showing_rows.unwrap_or(&preflight.query));
    reading
}

/// Notes on every repair of the plan how many rows it takes, and on those that take more than `limits` the consent; where there
/// is a limit, also on those of which that is not known before the run: a name or a value is yet to come, a table is locked.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn count_repairs(session: &mut Session, plan: &mut Plan, limits: &Limits, path: &str) -> Result<()> {
    let statements = plan.groups.iter_mut().flat_map(|group| &mut group.statements);
    let mut repairs = Vec::new();
    for statement in statements {
        match &statement.repair {
            Some(repair) if repair.is_countable => repairs.push(statement),
            Some(_) => limits.count(statement, None),
            None => {}
        }
    }
    if repairs.is_empty() {
        return Ok(());
    }
    let question = |statement: &&mut Planned| {
        let count = statement.repair.as_ref().map(|repair| repair.count.as_str()).unwrap_or_default();
        let table = statement.table.as_ref().map(|table| qualified(table.schema(), table.name()));
        let all = format!("SELECT pg_catalog.count(*) FROM {}", table.unwrap_or_default());
        let mut reading = Reading::default();
        reading.foreign(format!("SELECT ({count}), ({all})"));
        reading
    };
    let readings: Vec<Reading> = repairs.iter().map(question).collect();
    let begin =
        Own::new(format!("BEGIN READ ONLY; SET LOCAL search_path = {path}; SET LOCAL lock_timeout = '1s'"));
    let read = session.read(begin, &readings);
    let read = read.map_err(|error| server_error("cannot count the rows that are to go", &error))?;
    for (statement, answers) in repairs.iter_mut().zip(read.readings) {
        let found = answers.map(|answers| {
            let row = answers.last()?.rows().next()?;
            Some((row.at(0)?.parse().ok()?, row.at(1)?.parse().ok()?))
        });
        match found {
            Ok(found) => limits.count(statement, found),
            Err(error) => {
                let error = server_error("rows that are to go cannot be counted", &error);
                log::debug!("{}", error.on_one_line());
                limits.count(statement, None);
            }
        }
    }
    Ok(())
}
