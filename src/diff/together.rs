//! What comes after each other, in a circle that need not be closed before a transaction ends, comes in one.

use super::dependents::tie;
use crate::delta::Delta;
use crate::model::Address;
use std::collections::{BTreeSet, HashMap};

/// For each delta that has to do with others so, those that it comes after.
type Waits = HashMap<usize, BTreeSet<usize>>;

/// Ties deltas that come `with` each other in a circle into one knot, and has all others come after what they come with.
pub(super) fn together(deltas: &mut [Delta]) {
    let mut numbers: HashMap<Address, usize> = HashMap::new();
    for (number, delta) in deltas.iter().enumerate().filter(|(_, delta)| !delta.with.is_empty()) {
        numbers.insert(delta.address.clone(), number);
    }
    if numbers.is_empty() {
        return;
    }
    let others: BTreeSet<Address> = deltas.iter().flat_map(|delta| delta.with.clone()).collect();
    let others = deltas.iter().enumerate().filter(|(_, delta)| others.contains(&delta.address));
    numbers.extend(others.map(|(number, delta)| (delta.address.clone(), number)));
    let waits: Waits =
        numbers.values().map(|number| (*number, waits_for(&deltas[*number], &numbers))).collect();
    let mut in_order: Vec<usize> = waits.keys().copied().collect();
    in_order.sort_unstable();
    for number in in_order {
        let (mut circle, mut before) = (Vec::new(), Vec::new());
        for other in std::mem::take(&mut deltas[number].with) {
            match numbers.get(&other).filter(|other| comes_after(**other, number, &waits)) {
                Some(other) => circle.push(*other),
                None => before.push(other),
            }
        }
        circle.into_iter().for_each(|other| tie(deltas, number, other));
        deltas[number].needs.extend(before);
    }
}

fn waits_for(delta: &Delta, numbers: &HashMap<Address, usize>) -> BTreeSet<usize> {
    delta.needs.iter().chain(&delta.with).filter_map(|other| numbers.get(other)).copied().collect()
}

/// Whether the one comes after the other, directly or not.
fn comes_after(one: usize, other: usize, waits: &Waits) -> bool {
    let mut seen = BTreeSet::from([one]);
    let mut open = vec![one];
    while let Some(next) = open.pop() {
        if next == other {
            return true;
        }
        open.extend(waits.get(&next).into_iter().flatten().filter(|further| seen.insert(**further)));
    }
    false
}
