//! Folds what can be said inside the statement that creates the parent into that statement.

use super::{Draft, Plan};
use crate::delta::Action;
use crate::model::Address;
use crate::sql::Phrase;
use std::collections::{HashMap, HashSet};

/// Folds clauses into their parents, in the order of rank and file.
pub(super) fn fold(drafts: &mut Vec<Draft>, plan: &mut Plan) {
    let open: HashMap<Address, usize> = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| {
            comes(plan.items[draft.item].action)
                && matches!(draft.statements.first(), Some(first) if first.open.is_some())
        })
        .map(|(number, draft)| (plan.items[draft.item].address.clone(), number))
        .collect();
    let mut folded: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        let item = &plan.items[draft.item];
        let Some(first) = draft.statements.first() else { continue };
        let parent = first.table.as_ref().and_then(|table| open.get(table));
        if let (true, Some(_), Some(parent), false) =
            (comes(item.action), &first.clause, parent, draft.optional)
        {
            folded.entry(*parent).or_default().push(number);
        }
    }
    let gone = take(folded, drafts, plan);
    let mut number = 0;
    drafts.retain(|_| {
        number += 1;
        !gone.contains(&(number - 1))
    });
    for statement in drafts.iter_mut().flat_map(|draft| &mut draft.statements) {
        if let Some(close) = statement.open.take() {
            statement.sql = std::mem::take(&mut statement.sql).phrase(&close);
        }
    }
}

/// Whether an object comes into being, be it again: what is part of one that is made anew comes back with it.
fn comes(action: Action) -> bool {
    matches!(action, Action::Create | Action::Replace)
}

/// Takes the clauses of children over into the statement of each parent; gives the drafts of which nothing is left.
fn take(folded: HashMap<usize, Vec<usize>>, drafts: &mut [Draft], plan: &mut Plan) -> HashSet<usize> {
    let mut gone = HashSet::new();
    for (parent, mut children) in folded {
        children.sort_by_key(|child| (drafts[*child].rank, drafts[*child].position));
        let parent_item = drafts[parent].item;
        for child in &children {
            let needs = std::mem::take(&mut drafts[*child].needs);
            let parent_address = &plan.items[parent_item].address;
            let others = needs.into_iter().filter(|need| need != parent_address);
            let others: Vec<Address> = others.collect();
            drafts[parent].needs.extend(others);
            plan.items[drafts[*child].item].folded_into = Some(parent_item);
        }
        let clauses: Vec<Phrase> = children
            .iter()
            .filter_map(|child| drafts[*child].statements.first()?.clause.as_ref())
            .map(|clause| Phrase::from("\n    ").phrase(&clause.sql))
            .collect();
        let statement = &mut drafts[parent].statements[0];
        statement.sql = std::mem::take(&mut statement.sql).joined(&clauses, ",").raw("\n");
        // What else there is to say of it follows.
        for child in children {
            let draft = &mut drafts[child];
            draft.statements.remove(0);
            draft.needs.push(plan.items[parent_item].address.clone());
            if draft.statements.is_empty() {
                gone.insert(child);
            }
        }
    }
    gone
}
