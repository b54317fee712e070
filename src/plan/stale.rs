//! What a plan leaves as it is although it was computed by what the plan changes.

use super::Plan;
use crate::delta::Action;
use crate::kind::Cx;
use crate::model::{Address, Entry};
use std::collections::{BTreeSet, HashMap};

/// What keeps results of what `plan` changes, and goes on with them: an index over an expression whose function gets another
/// body finds no longer what it should. What the plan itself makes or makes anew is left out. Ordered.
pub fn stale(plan: &Plan, cx: &Cx<'_>) -> Vec<Address> {
    let kind = |at: &Address| cx.registry.get(at.kind);
    let changed = plan.items.iter().filter(|item| {
        let gives = kind(&item.address).is_some_and(|kind| kind.gives_results(Some(&item.changes)));
        item.action == Action::Alter && gives
    });
    let mut open: Vec<&Address> = changed.map(|item| &item.address).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let mut users: HashMap<&Address, Vec<&Entry>> = HashMap::new();
    for entry in cx.observed.model.iter() {
        entry.needs.iter().for_each(|need| users.entry(need).or_default().push(entry));
    }
    let touched = plan.items.iter().filter(|item| item.action != Action::Alter).map(|item| &item.address);
    let mut known: BTreeSet<&Address> = touched.chain(open.iter().copied()).collect();
    let mut found = BTreeSet::new();
    while let Some(at) = open.pop() {
        for user in users.get(at).into_iter().flatten() {
            let Some(kind) = kind(&user.address).filter(|_| known.insert(&user.address)) else { continue };
            if kind.keeps_results(&*user.body) {
                found.insert(user.address.clone());
            }
            if kind.gives_results(None) {
                open.push(&user.address);
            }
        }
    }
    found.into_iter().collect()
}
