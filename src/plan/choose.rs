//! Chooses, for each step, between its direct form and the gentle one: the gentle one where the table holds rows.

use super::{Draft, Item, Plan};
use crate::delta::{Action, Delta};
use crate::kind::{Cx, Rank};

/// Turns deltas into drafts with the chosen statements, and notes items and preflights in the plan.
pub(super) fn choose(deltas: Vec<Delta>, cx: &Cx<'_>, plan: &mut Plan) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(deltas.len());
    for delta in deltas {
        let item = plan.items.len();
        let mut statements = Vec::new();
        for step in delta.steps {
            let table = step.direct.iter().chain(&step.online).find_map(|statement| statement.table.as_ref());
            let holds_rows = table.is_some_and(|table| cx.observed.holds_rows(table));
            if holds_rows {
                plan.preflights.extend(step.preflight.map(|preflight| (item, preflight)));
            }
            let gentle = holds_rows && !step.online.is_empty();
            statements.extend(if gentle { step.online } else { step.direct });
        }
        drafts.push(Draft {
            item,
            rank: cx.registry.get(delta.address.kind).map_or(Rank::Custom, |kind| kind.doc().rank),
            position: delta.position,
            is_drop: delta.action == Action::Drop,
            optional: delta.optional,
            needs: delta.needs,
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
        });
    }
    drafts
}
