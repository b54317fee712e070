//! Chooses, for each step, between its direct form and the gentle one: the gentle one where the table holds rows.

use super::{Draft, Item, Plan};
use crate::delta::{Action, Delta};
use crate::kind::{Cx, Rank};
use crate::statement::{Statement, Step};

/// Turns deltas into drafts with the chosen statements, and notes items and preflights in the plan.
pub(super) fn choose(deltas: Vec<Delta>, cx: &Cx<'_>, plan: &mut Plan) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(deltas.len());
    for delta in deltas {
        let item = plan.items.len();
        let in_knot = delta.knot.is_some();
        let before = chosen(delta.before, item, in_knot, cx, plan);
        let statements = chosen(delta.steps, item, in_knot, cx, plan);
        let rank = cx.registry.get(delta.address.kind).map_or(Rank::Custom, |kind| kind.doc().rank);
        if !before.is_empty() {
            drafts.push(Draft {
                item,
                rank,
                position: delta.position,
                is_drop: true,
                optional: delta.optional,
                knot: delta.knot,
                needs: cx
                    .observed
                    .model
                    .get(&delta.address)
                    .map(|there| there.needs.clone())
                    .unwrap_or_default(),
                statements: before,
            });
        }
        drafts.push(Draft {
            item,
            rank,
            position: delta.position,
            is_drop: delta.action == Action::Drop,
            optional: delta.optional,
            knot: delta.knot,
            needs: delta.needs.clone(),
            statements,
        });
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
        statements.extend(if holds_rows && !gentle.is_empty() { gentle } else { step.direct });
    }
    statements
}
