//! Folds what can be said inside the statement that creates the parent into that statement.

use super::{Draft, Plan, Stage};
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
    let mut into: HashMap<usize, usize> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        let item = &plan.items[draft.item];
        let Some(first) = draft.statements.first() else { continue };
        let parent = first.table.as_ref().and_then(|table| open.get(table));
        if let (true, Some(_), Some(parent), false) =
            (comes(item.action), &first.clause, parent, draft.optional)
        {
            into.insert(number, *parent);
        }
    }
    keep_apart(&mut into, drafts, plan);
    let mut folded: HashMap<usize, Vec<usize>> = HashMap::new();
    into.into_iter().for_each(|(child, parent)| folded.entry(parent).or_default().push(child));
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

/// Leaves out of `into`, which says what is folded into what, what would make its parent wait for something that waits
/// for that parent: a check that calls a function over rows of its table, and what stands on that check.
fn keep_apart(into: &mut HashMap<usize, usize>, drafts: &[Draft], plan: &Plan) {
    loop {
        let apart = in_circles(into, drafts, plan);
        if apart.is_empty() {
            return;
        }
        into.retain(|number, _| !apart.contains(number));
    }
}

/// What is to be folded, and waits for something in a circle with its parent.
fn in_circles(into: &HashMap<usize, usize>, drafts: &[Draft], plan: &Plan) -> HashSet<usize> {
    let whole = |number: usize| into.get(&number).copied().unwrap_or(number);
    // Nothing waits for what is only said afterwards.
    let coming = || {
        (0..drafts.len()).filter(|number| drafts[*number].stage == Stage::Comes && !drafts[*number].is_later)
    };
    let mut by_address: HashMap<&Address, usize> = HashMap::new();
    by_address.extend(coming().map(|number| (&plan.items[drafts[number].item].address, whole(number))));
    let needs = |number: usize| {
        let others = drafts[number].needs.iter().filter_map(|need| by_address.get(need)).copied();
        others.filter(move |other| *other != whole(number))
    };
    let mut waits: Waits = HashMap::new();
    coming().for_each(|number| waits.entry(whole(number)).or_default().extend(needs(number)));
    // From both sides, so that what only waits for a circle is not taken for a part of it.
    let waited_for = without_ends(waits);
    let left = without_ends(reversed(&waited_for));
    let in_circle = |number: &usize| {
        left.contains_key(&whole(*number)) && needs(*number).any(|other| left.contains_key(&other))
    };
    into.keys().copied().filter(in_circle).collect()
}

/// For each, what it waits for.
type Waits = HashMap<usize, HashSet<usize>>;

fn reversed(waits: &Waits) -> Waits {
    let mut users: Waits = waits.keys().map(|one| (*one, HashSet::new())).collect();
    for (one, others) in waits {
        for other in others {
            users.entry(*other).or_default().insert(*one);
        }
    }
    users
}

/// Without what waits for nothing, and then for nothing that is left.
fn without_ends(mut waits: Waits) -> Waits {
    let mut users = reversed(&waits);
    let mut free: Vec<usize> =
        waits.iter().filter(|(_, others)| others.is_empty()).map(|(one, _)| *one).collect();
    while let Some(one) = free.pop() {
        waits.remove(&one);
        for user in users.remove(&one).unwrap_or_default() {
            if let Some(others) = waits.get_mut(&user)
                && others.remove(&one)
                && others.is_empty()
            {
                free.push(user);
            }
        }
    }
    waits
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
