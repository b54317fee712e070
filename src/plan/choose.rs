//! Chooses, for each step, between its direct form and the gentle one: the gentle one where the table holds rows.

use super::{Draft, Item, Plan, Stage};
use crate::delta::{Action, Delta};
use crate::kind::{Cx, Rank};
use crate::model::Address;
use crate::statement::{Statement, Step};

/// Turns deltas into drafts with the chosen statements, and notes items and preflights in the plan.
pub(super) fn choose(deltas: Vec<Delta>, cx: &Cx<'_>, plan: &mut Plan) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(deltas.len());
    for delta in deltas {
        let item = plan.items.len();
        let in_knot = delta.knot.is_some();
        let freed = freed(&delta, cx);
        let renaming = chosen(delta.renaming, item, false, cx, plan);
        let before = chosen(delta.before, item, in_knot, cx, plan);
        let (steps, later): (Vec<Step>, Vec<Step>) =
            delta.steps.into_iter().partition(|step| step.after.is_empty());
        let waits_for: Vec<Address> = later.iter().flat_map(|step| step.after.clone()).collect();
        let later = chosen(later, item, in_knot, cx, plan);
        let statements = chosen(steps, item, in_knot, cx, plan);
        let rank = cx.registry.get(delta.address.kind).map_or(Rank::Custom, |kind| kind.doc().rank);
        let draft = |statements, needs| Draft {
            item,
            rank,
            position: delta.position,
            stage: if delta.action == Action::Drop { Stage::Goes } else { Stage::Comes },
            is_later: false,
            after: Vec::new(),
            optional: delta.optional,
            knot: delta.knot,
            needs,
            left: delta.left.clone(),
            statements,
        };
        if !renaming.is_empty() {
            // What goes in a knot may wait for something that goes by itself, under the name of the file too.
            let there = cx.observed.model.get(&delta.address);
            let needs = there.into_iter().flat_map(|there| &there.needs).cloned();
            let renames = draft(renaming, needs.chain(delta.schemas).collect());
            drafts.push(Draft { stage: Stage::Renames, knot: None, ..renames });
        }
        if !before.is_empty() {
            drafts.push(Draft { stage: Stage::Goes, ..draft(before, freed) });
        }
        if !statements.is_empty() || later.is_empty() && delta.action != Action::Rename {
            drafts.push(draft(statements, delta.needs.clone()));
        }
        if !later.is_empty() {
            let needs = delta.needs.iter().chain(&waits_for).cloned().collect();
            drafts.push(Draft { is_later: true, after: waits_for, ..draft(later, needs) });
        }
        plan.items.push(Item {
            address: delta.address,
            action: delta.action,
            changes: delta.changes,
            origin: delta.origin,
            optional: delta.optional,
            obstacle: delta.obstacle,
            folded_into: None,
            needs: delta.needs,
        });
    }
    drafts
}

/// What goes only after the draft in which an object goes, or lets go of something.
fn freed(delta: &Delta, cx: &Cx<'_>) -> Vec<Address> {
    let Some(there) = cx.observed.model.get(&delta.address) else { return Vec::new() };
    let used = there.uses.iter().filter(|_| delta.action != Action::Replace);
    there.needs.iter().chain(used).cloned().collect()
}

/// A knot is one transaction, in which not every gentle form can stand.
fn chosen(steps: Vec<Step>, item: usize, in_knot: bool, cx: &Cx<'_>, plan: &mut Plan) -> Vec<Statement> {
    let mut statements = Vec::new();
    for step in steps {
        let table = step.direct.iter().chain(&step.online).find_map(|statement| statement.table.as_ref());
        let holds_rows = table.is_some_and(|table| cx.observed.holds_rows(table));
        if holds_rows {
            plan.preflights.extend(step.preflight.map(|preflight| (item, preflight)));
        }
        let gentle = if in_knot { step.at_once } else { step.online };
        let taken = if holds_rows && !gentle.is_empty() { gentle } else { step.direct };
        statements.extend(taken.into_iter().map(|statement| {
            let is_of_others = statement.table.as_ref().is_some_and(|table| is_of_others(table, cx));
            statement.may_miss(is_of_others)
        }));
    }
    statements
}

/// Whether the database has the table and the file does not: its own people may take it away at any time.
fn is_of_others(table: &Address, cx: &Cx<'_>) -> bool {
    cx.observed.tables.contains_key(table) && !cx.desired.contains(table)
}
