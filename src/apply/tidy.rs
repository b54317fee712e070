//! What is done to the tables that were changed, once everything is done: planners want to know what they hold now.

use super::{Event, Listener};
use crate::kind::Registry;
use crate::model::{Address, Entry, Model};
use crate::plan::Plan;
use crate::session::Session;
use crate::sql::{Own, qualified};
use std::collections::BTreeSet;
use std::time::Instant;

/// Executes `command` for each table that `plan` touched and whose rows are here, in a message of its own. A failure is
/// told and is none of the run.
pub fn tidy(
    session: &mut Session,
    plan: &Plan,
    desired: &Model,
    registry: &Registry,
    command: &str,
    listener: &Listener<'_>,
) {
    let is_here = |entry: &Entry| {
        let kind = registry.get(entry.address.kind);
        !entry.absent && kind.is_some_and(|kind| kind.attribute(&*entry.body, "foreign").is_none())
    };
    let tables: BTreeSet<&Address> = plan
        .statements()
        .flat_map(|statement| statement.table.iter().chain(&statement.also))
        .filter(|table| desired.get(table).is_some_and(is_here))
        .collect();
    let begun = Instant::now();
    let mut done = 0;
    for table in &tables {
        let sql = format!("{command} {}", qualified(table.schema(), table.name()));
        match session.run(&Own::new(&sql)) {
            Ok(()) => done += 1,
            Err(error) => log::warn!("{}", crate::session::server_error(format!("cannot {sql}"), &error)),
        }
    }
    if done > 0 {
        let word = command.split(' ').next().unwrap_or_default();
        let (s, time) = (if done == 1 { "" } else { "s" }, begun.elapsed().as_millis());
        listener(Event::Note(format!("{word} of {done} changed table{s} ({time} ms)")));
    }
}
