//! Which drafts free a name, and which take it: two objects do not have one name at the same moment.

use super::{Draft, Plan, Stage};
use crate::delta::Action;
use crate::kind::{Cx, Kind};
use crate::model::Address;
use std::collections::HashMap;

/// What no two objects have at the same moment: a sort of names, where they count, and one of them.
type Name = (&'static str, Vec<String>, String);

/// Pairs of drafts, of which the second takes a name that the first frees.
pub(super) fn handed_on(drafts: &[Draft], plan: &Plan, cx: &Cx<'_>) -> Vec<(usize, usize)> {
    if drafts.iter().all(|draft| draft.stage == Stage::Comes) {
        return Vec::new();
    }
    let mut parts: HashMap<&Address, Vec<&Address>> = HashMap::new();
    for there in cx.observed.model.iter() {
        there.parent.iter().for_each(|whole| parts.entry(whole).or_default().push(&there.address));
    }
    let mut freed: HashMap<Name, Vec<usize>> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        let item = &plan.items[draft.item];
        let former = former(draft, &item.address, cx);
        let gone = item.action == Action::Drop && draft.stage == Stage::Goes;
        if !gone && former.is_none() {
            continue;
        }
        for at in with_parts(&item.address, &parts) {
            let was = former.map_or(Some(at.clone()), |former| formerly(at, &item.address, former));
            let name = was.as_ref().and_then(|at| name(at, cx));
            name.into_iter().for_each(|name| freed.entry(name).or_default().push(number));
        }
    }
    let mut pairs = Vec::new();
    let mut take = |at: &Address, number: usize| {
        let free = name(at, cx).and_then(|name| freed.get(&name));
        pairs.extend(free.into_iter().flatten().filter(|free| **free != number).map(|free| (*free, number)));
    };
    let mut coming: HashMap<usize, usize> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        let at = &plan.items[draft.item].address;
        if former(draft, at, cx).is_some() {
            with_parts(at, &parts).into_iter().for_each(|at| take(at, number));
        } else if draft.stage == Stage::Comes && !draft.is_later {
            coming.insert(draft.item, number);
        }
    }
    for (number, item) in plan.items.iter().enumerate().filter(|(_, item)| item.action == Action::Create) {
        let own = item.folded_into.unwrap_or(number);
        coming.get(&own).into_iter().for_each(|draft| take(&item.address, *draft));
    }
    pairs
}

/// What the object was, if the draft gives it its name.
fn former<'c>(draft: &Draft, at: &Address, cx: &Cx<'c>) -> Option<&'c Address> {
    let entry = cx.desired.get(at).filter(|_| draft.stage == Stage::Renames)?;
    entry.renamed_from.as_ref()
}

/// The object and what is there as a part of it.
fn with_parts<'c>(at: &'c Address, parts: &HashMap<&Address, Vec<&'c Address>>) -> Vec<&'c Address> {
    let mut found = vec![at];
    let mut next = 0;
    while let Some(whole) = found.get(next).copied() {
        found.extend(parts.get(whole).into_iter().flatten().copied());
        next += 1;
    }
    found
}

/// What the object `at` was before `whole`, which it is or is part of, got its name; nothing where it kept its own.
fn formerly(at: &Address, whole: &Address, former: &Address) -> Option<Address> {
    match at == whole {
        true => Some(former.clone()),
        false => (whole.schema() != former.schema()).then(|| at.in_schema(former.schema())),
    }
}

/// Relations, types and the indexes of constraints have names of one sort: a table has a type.
fn name(at: &Address, cx: &Cx<'_>) -> Option<Name> {
    let seat = cx.registry.get(at.kind).and_then(Kind::seat).filter(|seat| seat.column == "0")?;
    let (last, place) = at.path().split_last().filter(|_| at.subject().is_none())?;
    Some(match seat.class {
        "pg_class" | "pg_type" | "pg_constraint" => ("", vec![at.schema().to_string()], last.clone()),
        class => (class, place.to_vec(), last.clone()),
    })
}
