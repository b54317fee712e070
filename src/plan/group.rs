//! Groups statements into transactions: everything that is new together, strong locks one table at a time, long scans
//! by themselves, and what cannot stand in a transaction outside of one.

use super::{Draft, Group, Planned, Stage};
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Form, Lock, Work};
use crate::statement::Statement;

/// How many statements stand in one transaction at the most. Each new table holds locks for itself and its indexes
/// until commit, and the server's lock table has room for about 6400 (max_locks_per_transaction × max_connections).
const LARGEST: usize = 1000;

/// What a statement touches, as far as grouping is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Only what is new, or what takes no lock.
    Fresh,
    /// What takes away or locks an object that is no table.
    Gone,
    /// Labels of enums, which can be used only after commit.
    Labels,
    /// A table that others may be using.
    Table(Address),
    /// What goes and comes back together with what it depends on.
    Knot(usize),
    /// Nothing else may be in its group.
    Alone,
}

impl Place {
    /// Whether a statement at this place may be in one transaction with one at the other.
    pub fn joins(&self, other: &Place) -> bool {
        self == other && *self != Place::Alone
    }
}

/// Where a draft begins.
pub(super) fn place_of(draft: &Draft, cx: &Cx<'_>) -> Place {
    draft.statements.first().map_or(Place::Fresh, |statement| place(statement, draft.knot, cx))
}

fn place(statement: &Statement, knot: Option<usize>, cx: &Cx<'_>) -> Place {
    if let Some(knot) = knot {
        return Place::Knot(knot);
    }
    let cost = statement.form.cost();
    let there = |table: &&Address| cx.observed.tables.contains_key(*table);
    let table = statement.table.as_ref().filter(there).or(statement.also.as_ref().filter(there));
    match (statement.form, table) {
        (Form::EnumAddValue, _) => Place::Labels,
        (Form::Custom, _) => Place::Alone,
        _ if !cost.transactional => Place::Alone,
        (_, Some(table)) => {
            let long = cost.work == Work::Scan && cost.lock <= Lock::ShareUpdateExclusive;
            let batched = statement.batch.is_some() && cx.observed.holds_rows(table);
            if long || batched { Place::Alone } else { Place::Table(table.clone()) }
        }
        // What it takes away is in use, though its lock is on no table.
        (
            Form::DropObject
            | Form::DropEventTrigger
            | Form::ReplaceObject
            | Form::ReplaceView
            | Form::AlterSequence
            | Form::RenameSequence
            | Form::SetSchema
            | Form::AlterDomain
            | Form::AlterComposite
            | Form::DropAttribute
            | Form::ScanDomain,
            None,
        ) => Place::Gone,
        (_, None) => Place::Fresh,
    }
}

/// The groups, in order.
pub(super) fn group(drafts: Vec<Draft>, cx: &Cx<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut current: Option<(Place, bool)> = None;
    // The table of the last statement, if it takes in more.
    let mut joinable: Option<Address> = None;
    for draft in drafts {
        // What is optional must be able to fail by itself.
        let mut first = draft.optional;
        for statement in draft.statements {
            let place = place(&statement, draft.knot, cx);
            let joins = current
                .as_ref()
                .is_some_and(|(there, optional)| place.joins(there) && *optional == draft.optional && !first);
            // More rows take no more locks, and those of a knot may wait for each other until the end.
            let only_rows = statement.form.cost().work == Work::Rows && matches!(place, Place::Knot(_));
            let full = groups.last().is_some_and(|group| group.statements.len() >= LARGEST) && !only_rows;
            if !joins || full {
                joinable = None;
                groups.push(Group {
                    transactional: statement.form.cost().transactional,
                    fresh: place == Place::Fresh,
                    optional: draft.optional,
                    statements: Vec::new(),
                });
            }
            first = false;
            current = Some((place, draft.optional));
            let Some(group) = groups.last_mut() else { continue };
            let before = group.statements.last_mut();
            let table = statement.table.clone().filter(|_| statement.joins.is_some());
            match (before, &statement.joins) {
                (Some(before), Some(rest)) if table.is_some() && table == joinable => {
                    before.sql = std::mem::take(&mut before.sql).raw(",").phrase(rest);
                    // What one of them takes, the whole takes.
                    if statement.form.cost().work == Work::Rewrite {
                        before.form = statement.form;
                    }
                }
                _ => group.statements.push(planned(draft.item, draft.stage == Stage::Renames, statement)),
            }
            joinable = table;
        }
    }
    groups
}

fn planned(item: usize, renames: bool, statement: Statement) -> Planned {
    let Statement {
        form,
        sql,
        table,
        also,
        reads,
        takes,
        clause: _,
        uses_state,
        as_owner,
        looks_around,
        may_miss,
        batch,
        joins: _,
        open: _,
        repair,
    } = statement;
    Planned {
        item,
        form,
        sql,
        table,
        also,
        reads,
        takes,
        batch,
        uses_state,
        as_owner,
        looks_around,
        may_miss,
        renames,
        repair,
        needs: Vec::new(),
    }
}
