//! What depends on something that is replaced, or that PostgreSQL will not change under it, goes first and comes back
//! afterwards: as the file declares it, else exactly as it was.

use super::{delta, replacing};
use crate::delta::{Action, Alteration, Change, Delta, Obstacle};
use crate::kind::{Cx, Kind};
use crate::model::{Address, Body, Entry, printable};
use crate::sql::split_routine;
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
    /// It stays, but parts of it go and come back.
    LetsGo,
}

impl Going {
    /// Whether the object is another one afterwards, to the server.
    fn is_anew(self) -> bool {
        matches!(self, Going::Goes | Going::InPlace)
    }

    /// Whether a dependent goes too.
    fn moves(self, there: &Entry, is_part: bool, kind: &dyn Kind) -> bool {
        match self {
            Going::Goes => true,
            Going::InPlace => is_part,
            Going::Stays => !is_part && kind.holds_fast(),
            Going::LetsGo => is_part && there.address.subject().is_none(),
        }
    }
}

/// Adds the deltas of dependents, and of dependents of dependents.
pub(super) fn recreate(deltas: &mut Vec<Delta>, cx: &Cx<'_>) {
    let (made, mut open) = (made_anew(deltas), touched(deltas, cx));
    if open.is_empty() {
        return;
    }
    let (users, holders) = (users(deltas, cx), holders(cx));
    let (mut by_address, mut seen) = (by_address(deltas), HashSet::new());
    let mut loosened: HashMap<Address, Box<dyn Body>> = HashMap::new();
    let mut anew: HashMap<Address, usize> = HashMap::new();
    while let Some((address, going, cause)) = open.pop() {
        let number = by_address.get(&address).copied().unwrap_or(cause);
        anew.extend(going.is_anew().then(|| (address.clone(), number)));
        let holders = holders.get(&address).into_iter().flatten().filter(|_| going == Going::Goes);
        for there in holders.filter(|there| !made.contains(&there.address)) {
            if let Some(number) = let_go(there, &address, &mut loosened, deltas, &mut by_address, cx) {
                tie(deltas, cause, number);
                open.push((there.address.clone(), Going::LetsGo, number));
            }
        }
        for there in users.get(&address).into_iter().flatten() {
            let Some(kind) = cx.registry.get(there.address.kind) else { continue };
            let is_part =
                there.parent.as_ref() == Some(&address) || there.address.subject() == Some(&address);
            let moves = deltas[cause].along.contains(&there.address) || going.moves(there, is_part, kind);
            let declared = cx.desired.get(&there.address);
            if !moves || made.contains(&there.address) || declared.is_some_and(|entry| entry.absent) {
                continue;
            }
            if !seen.insert(there.address.clone()) {
                let known = by_address.get(&there.address).copied();
                known.into_iter().for_each(|other| leave(deltas, cause, other, &address));
                continue;
            }
            open.push((there.address.clone(), Going::Goes, cause));
            let entry = declared.unwrap_or(there);
            // What is part of something that goes for good does not come back.
            let for_good = is_part && is_dropped(&address, &by_address, deltas);
            let steps = if for_good { Vec::new() } else { coming_back(kind, entry, there, cx) };
            if steps.is_empty() {
                continue;
            }
            let number = *by_address.entry(there.address.clone()).or_insert_with(|| {
                deltas.push(delta(entry, Action::Replace));
                deltas.len() - 1
            });
            if matches!(going, Going::Goes | Going::Stays) {
                tie(deltas, cause, number);
            }
            deltas[number].left.push(address.clone());
            if deltas[number].action == Action::Drop || !deltas[number].before.is_empty() {
                continue;
            }
            let (away, of) = (going_away(kind, there, is_part, cx), deltas[cause].address.clone());
            deltas[number].needs.extend(there.needs.iter().cloned().chain([of]));
            go_and_come_back(&mut deltas[number], away, steps, &address, cx);
        }
    }
    take_back(anew, deltas, cx);
    tie_up(deltas);
}

/// Has the object of a delta go with the steps `away`, because of `cause`, and come back with `steps`.
fn go_and_come_back(found: &mut Delta, away: Vec<Step>, steps: Vec<Step>, cause: &Address, cx: &Cx<'_>) {
    found.changes.push(because(cause));
    (found.action, found.before, found.steps) = (Action::Replace, replacing(away), steps);
    found.obstacle = found.obstacle.take().or_else(|| stranger(&found.address, cause, cx));
}

/// What is made anew is born with what others would not have on it.
fn take_back(anew: HashMap<Address, usize>, deltas: &mut [Delta], cx: &Cx<'_>) {
    let mut anew: Vec<(Address, usize)> = anew.into_iter().collect();
    anew.sort();
    for (address, number) in anew {
        let comes = cx.desired.get(&address).is_none_or(|entry| !entry.absent) && !cx.goes(&address);
        if comes && deltas[number].action != Action::Drop && cx.observed.model.contains(&address) {
            let steps = cx.registry.iter().flat_map(|kind| kind.taken_back(&address, cx));
            deltas[number].steps.extend(steps);
        }
    }
}

/// To make anew what calls code of somebody who is not trusted is to run that code: a query fills a materialized view, a
/// check is held against rows, literals are read.
fn stranger(there: &Address, cause: &Address, cx: &Cx<'_>) -> Option<Obstacle> {
    let role = printable(cx.observed.stranger(there)?);
    Some(Obstacle {
        message: format!(
            "{there} depends on {cause} and would have to be made anew, but it calls code of role `{role}`, which is not \
             trusted"
        ),
        hint: format!(
            "drop it, or take its use of {cause} away; if you trust `{role}`, say so in `owners` under `[reconcile]`"
        ),
        span: None,
    })
}

fn by_address(deltas: &[Delta]) -> HashMap<Address, usize> {
    deltas.iter().enumerate().map(|(number, delta)| (delta.address.clone(), number)).collect()
}

fn is_dropped(address: &Address, by_address: &HashMap<Address, usize>, deltas: &[Delta]) -> bool {
    by_address.get(address).is_some_and(|number| deltas[*number].action == Action::Drop)
}

fn because(address: &Address) -> Change {
    Change { attribute: "depends on", from: Some(address.to_string()), to: None }
}

/// What `there` lets go of before `address` goes, it takes hold of again afterwards: gives its delta, if there is anything.
fn let_go(
    there: &Entry,
    address: &Address,
    loosened: &mut HashMap<Address, Box<dyn Body>>,
    deltas: &mut Vec<Delta>,
    by_address: &mut HashMap<Address, usize>,
    cx: &Cx<'_>,
) -> Option<usize> {
    let at = &there.address;
    let kind = cx.registry.get(at.kind)?;
    let entry = cx.desired.get(at).unwrap_or(there);
    let known = by_address.get(at).map(|number| deltas[*number].action);
    if known == Some(Action::Replace) {
        return None;
    }
    let body = loosened.entry(at.clone()).or_insert_with(|| there.body.clone());
    let away = kind.let_go(at, &mut **body, address);
    if away.is_empty() {
        return None;
    }
    let mut back = Alteration::default();
    if !cx.goes(at) {
        kind.compare(at, &*entry.body, &**body, cx, &mut back);
    }
    let number = *by_address.entry(at.clone()).or_insert_with(|| {
        // What has been in force needs no question to the data.
        back.steps.iter_mut().for_each(|step| step.preflight = None);
        deltas.push(delta(entry, Action::Alter));
        deltas.len() - 1
    });
    let found = &mut deltas[number];
    found.changes.push(because(address));
    found.left.push(address.clone());
    found.before.extend(replacing(away));
    match found.action {
        Action::Drop => {}
        Action::Rename => found.steps.extend(back.steps),
        _ => found.steps = back.steps,
    }
    found.needs.extend(there.needs.iter().chain(&there.uses).cloned());
    Some(number)
}

/// What others make anew: it is then as it is to be.
fn made_anew(deltas: &mut Vec<Delta>) -> HashSet<Address> {
    let made: HashSet<Address> = deltas.iter().flat_map(|delta| delta.made.clone()).collect();
    deltas.retain(|delta| delta.action != Action::Alter || !made.contains(&delta.address));
    made
}

/// The steps by which an object goes. What is part of another mostly goes with it.
fn going_away(kind: &dyn Kind, there: &Entry, is_part: bool, cx: &Cx<'_>) -> Vec<Step> {
    match is_part && kind.goes_with_parent() {
        true => Vec::new(),
        false => kind.drop(&there.address, &*there.body, cx),
    }
}

/// The steps that bring an object back. What it has beyond the file is not lost on the way.
fn coming_back(kind: &dyn Kind, entry: &Entry, there: &Entry, cx: &Cx<'_>) -> Vec<Step> {
    let mut body = entry.body.clone();
    kind.keep(&there.address, &mut *body, &*there.body, cx);
    kind.create(&there.address, &*body, cx)
}

/// The objects that something may depend on which does not let them change, each with its delta.
fn touched(deltas: &mut [Delta], cx: &Cx<'_>) -> Vec<(Address, Going, usize)> {
    let mut touched = succeeded(deltas, cx);
    for (number, delta) in deltas.iter().enumerate() {
        touched.extend(going(delta).map(|going| (delta.address.clone(), going, number)));
        touched.extend(delta.made.iter().map(|other| (other.clone(), Going::Goes, number)));
        touched.extend(delta.disturbed.iter().map(|other| (other.clone(), Going::Stays, number)));
    }
    touched
}

/// The objects that go while another one comes under the same name: what depends on them, and stays, is to depend on that.
fn succeeded(deltas: &mut [Delta], cx: &Cx<'_>) -> Vec<(Address, Going, usize)> {
    let name = |at: &Address| {
        let seat = cx.registry.get(at.kind)?.seat()?;
        let of_schema = at.path().len() == 2 && at.subject().is_none();
        of_schema.then(|| (seat.class, at.schema().to_string(), split_routine(at.name()).0.to_string()))
    };
    let coming = deltas.iter().enumerate().filter(|(_, delta)| delta.action == Action::Create);
    let coming: HashMap<_, usize> =
        coming.filter_map(|(number, delta)| Some((name(&delta.address)?, number))).collect();
    let going = deltas.iter().enumerate().filter(|(_, delta)| delta.action == Action::Drop);
    let pairs: Vec<(usize, usize)> = going
        .filter_map(|(number, delta)| Some((number, *coming.get(&name(&delta.address)?)?)))
        .filter(|(gone, _)| is_stood_on(&deltas[*gone].address, cx))
        .collect();
    pairs
        .into_iter()
        .map(|(gone, successor)| {
            tie(deltas, gone, successor);
            (deltas[gone].address.clone(), Going::Goes, gone)
        })
        .collect()
}

/// Whether something depends on the object that is not part of it, and that stays.
fn is_stood_on(at: &Address, cx: &Cx<'_>) -> bool {
    let depends = |need: &Address| need == at || need.path().len() > 2 && need.path().starts_with(at.path());
    let inside = |other: &Address| other.path().starts_with(at.path()) || other.subject().is_some();
    let stays = |there: &&Entry| !inside(&there.address) && !cx.goes(&there.address);
    cx.observed.model.iter().filter(stays).any(|there| there.needs.iter().any(depends))
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

/// Notes that the object of delta `other`, which has been found already, goes before `address` too, of delta `cause`.
fn leave(deltas: &mut [Delta], cause: usize, other: usize, address: &Address) {
    tie(deltas, cause, other);
    deltas[other].left.push(address.clone());
}

/// Puts two deltas, and whatever they are tied to already, into one knot.
pub(super) fn tie(deltas: &mut [Delta], one: usize, two: usize) {
    let knot = deltas[one].knot.unwrap_or(one);
    let other = deltas[two].knot;
    deltas[one].knot = Some(knot);
    deltas[two].knot = Some(knot);
    for delta in deltas.iter_mut().filter(|delta| other.is_some() && delta.knot == other) {
        delta.knot = Some(knot);
    }
}

/// For each observed object, what makes use of it and can let go of it.
fn holders<'c>(cx: &Cx<'c>) -> HashMap<&'c Address, Vec<&'c Entry>> {
    let mut holders: HashMap<&Address, Vec<&Entry>> = HashMap::new();
    for there in cx.observed.model.iter() {
        for used in &there.uses {
            holders.entry(used).or_default().push(there);
        }
    }
    holders
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
