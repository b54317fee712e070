//! What depends on something that is replaced, or that PostgreSQL will not change under it, goes first and comes back
//! afterwards: as the file declares it, else exactly as it was.

use super::{delta, replacing};
use crate::delta::{Action, Change, Delta};
use crate::kind::{Cx, Kind};
use crate::model::{Address, Entry};
use crate::statement::Step;
use std::collections::{HashMap, HashSet};

/// What happens to an object that others depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    /// It goes and comes back, and so does all that depends on it.
    Goes,
    /// Its own room replaces it; what is part of it, or said about it, is gone then.
    InPlace,
    /// It stays, but changes in a way that some dependents do not let it.
    Stays,
}

/// Adds the deltas of dependents, and of dependents of dependents.
pub(super) fn recreate(deltas: &mut Vec<Delta>, cx: &Cx<'_>) {
    let made = made_anew(deltas);
    let mut open = touched(deltas);
    if open.is_empty() {
        return;
    }
    let users = users(deltas, cx);
    let mut by_address: HashMap<Address, usize> =
        deltas.iter().enumerate().map(|(number, delta)| (delta.address.clone(), number)).collect();
    let mut seen: HashSet<Address> = HashSet::new();
    while let Some((address, going, cause)) = open.pop() {
        for there in users.get(&address).into_iter().flatten() {
            let Some(kind) = cx.registry.get(there.address.kind) else { continue };
            let is_part =
                there.parent.as_ref() == Some(&address) || there.address.subject() == Some(&address);
            let unmoved = match going {
                Going::Goes => false,
                Going::InPlace => !is_part,
                Going::Stays => is_part || !kind.holds_fast(),
            };
            let declared = cx.desired.get(&there.address);
            if unmoved || made.contains(&there.address) || declared.is_some_and(|entry| entry.absent) {
                continue;
            }
            if !seen.insert(there.address.clone()) {
                by_address.get(&there.address).into_iter().for_each(|other| tie(deltas, cause, *other));
                continue;
            }
            open.push((there.address.clone(), Going::Goes, cause));
            let entry = declared.unwrap_or(there);
            let steps = coming_back(kind, entry, there, cx);
            if steps.is_empty() {
                continue;
            }
            let number = *by_address.entry(there.address.clone()).or_insert_with(|| {
                deltas.push(delta(entry, Action::Replace));
                deltas.len() - 1
            });
            if going != Going::InPlace {
                tie(deltas, cause, number);
            }
            let origin = deltas[cause].address.clone();
            let found = &mut deltas[number];
            if found.action == Action::Drop || !found.before.is_empty() {
                continue;
            }
            found.changes.push(Change { attribute: "depends on", from: Some(address.to_string()), to: None });
            found.action = Action::Replace;
            found.steps = steps;
            // What is part of an object goes with it.
            if !is_part {
                found.before = replacing(kind.drop(&there.address, &*there.body, cx));
            }
            found.needs.extend(there.needs.iter().cloned().chain([origin]));
        }
    }
    tie_up(deltas);
}

/// What others make anew: it is then as it is to be.
fn made_anew(deltas: &mut Vec<Delta>) -> HashSet<Address> {
    let made: HashSet<Address> = deltas.iter().flat_map(|delta| delta.made.clone()).collect();
    deltas.retain(|delta| delta.action != Action::Alter || !made.contains(&delta.address));
    made
}

/// The steps that bring an object back. What it has beyond the file is not lost on the way.
fn coming_back(kind: &dyn Kind, entry: &Entry, there: &Entry, cx: &Cx<'_>) -> Vec<Step> {
    let mut body = entry.body.clone();
    kind.join(&mut *body, &*there.body);
    kind.create(&there.address, &*body, cx)
}

/// The objects that something may depend on which does not let them change, each with its delta.
fn touched(deltas: &[Delta]) -> Vec<(Address, Going, usize)> {
    let mut touched = Vec::new();
    for (number, delta) in deltas.iter().enumerate() {
        touched.extend(going(delta).map(|going| (delta.address.clone(), going, number)));
        touched.extend(delta.made.iter().map(|other| (other.clone(), Going::Goes, number)));
        touched.extend(delta.disturbed.iter().map(|other| (other.clone(), Going::Stays, number)));
    }
    touched
}

/// What a delta means for what depends on its object, if anything.
fn going(delta: &Delta) -> Option<Going> {
    match delta.action {
        Action::Replace if delta.before.is_empty() => Some(Going::InPlace),
        Action::Replace => Some(Going::Goes),
        _ => delta.disturbs.then_some(Going::Stays),
    }
}

/// What goes and comes back does so in one transaction, together with the changes to what it needs that must come in
/// between.
fn tie_up(deltas: &mut [Delta]) {
    let changed: HashMap<Address, usize> = deltas
        .iter()
        .enumerate()
        .filter(|(_, delta)| !matches!(delta.action, Action::Create | Action::Drop))
        .map(|(number, delta)| (delta.address.clone(), number))
        .collect();
    for number in 0..deltas.len() {
        if deltas[number].before.is_empty() {
            continue;
        }
        tie(deltas, number, number);
        for need in deltas[number].needs.clone() {
            if let Some(other) = changed.get(&need) {
                tie(deltas, *other, number);
            }
        }
    }
}

/// Puts two deltas, and whatever they are tied to already, into one knot.
fn tie(deltas: &mut [Delta], one: usize, two: usize) {
    let knot = deltas[one].knot.unwrap_or(one);
    let other = deltas[two].knot;
    deltas[one].knot = Some(knot);
    deltas[two].knot = Some(knot);
    for delta in deltas.iter_mut().filter(|delta| other.is_some() && delta.knot == other) {
        delta.knot = Some(knot);
    }
}

/// For each observed object, what needs it or is about it, and what a delta takes along with it.
fn users<'c>(deltas: &[Delta], cx: &Cx<'c>) -> HashMap<&'c Address, Vec<&'c Entry>> {
    let mut users: HashMap<&Address, Vec<&Entry>> = HashMap::new();
    for there in cx.observed.model.iter() {
        for need in there.needs.iter().chain(there.address.subject()) {
            let list = users.entry(need).or_default();
            if list.last().is_none_or(|last| last.address != there.address) {
                list.push(there);
            }
        }
    }
    for delta in deltas {
        let there = |at: &Address| cx.observed.model.get(at);
        if let Some(own) = there(&delta.address) {
            users.entry(&own.address).or_default().extend(delta.along.iter().filter_map(there));
        }
    }
    users
}
