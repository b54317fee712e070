//! Orders drafts: what is needed comes first, drops in the opposite direction; among what is ready, what fits the
//! group that is being filled, then rank, then the order of the file.

use super::{Draft, Plan, Stage, group, names};
use crate::delta::Action;
use crate::kind::{Cx, Rank};
use crate::model::{Address, Entry};
use crate::sql::Form;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The drafts in the order of execution.
pub(super) fn order(drafts: Vec<Draft>, plan: &Plan, cx: &Cx<'_>) -> Vec<Draft> {
    let Waits { before: mut waits, weak } = edges(&drafts, plan, cx);
    let mut blockers: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    for (number, before) in waits.iter().enumerate() {
        before.iter().for_each(|other| followers[*other].push(number));
    }
    let places: Vec<group::Place> = drafts.iter().map(|draft| group::place_of(draft, cx)).collect();
    let is_empty: Vec<bool> = drafts.iter().map(|draft| draft.statements.is_empty()).collect();
    let key =
        |number: usize| Key { rank: sort_rank(&drafts[number]), position: drafts[number].position, number };
    let mut ready: BTreeSet<Key> =
        (0..drafts.len()).filter(|number| blockers[*number] == 0).map(key).collect();
    let mut left: BTreeSet<Key> = (0..drafts.len()).map(key).collect();
    let mut sequence = Vec::with_capacity(drafts.len());
    let mut current: Option<&group::Place> = None;
    while !left.is_empty() {
        // What has no statement parts no group.
        let fits =
            |key: &&Key| is_empty[key.number] || current.is_some_and(|place| places[key.number].joins(place));
        let fitting = ready.iter().find(fits);
        let next = fitting.or_else(|| ready.first()).cloned();
        let next = next.map_or_else(|| in_circle(&left, &waits, &weak, &key), |next| Some(Cut::Before(next)));
        let next = match next {
            Some(Cut::Before(next)) => next,
            Some(Cut::Between(one, other)) => {
                waits[one].retain(|number| *number != other);
                followers[other].retain(|number| *number != one);
                blockers[one] = waits[one].iter().filter(|other| left.contains(&key(**other))).count();
                ready.extend((blockers[one] == 0).then(|| key(one)));
                continue;
            }
            None => break,
        };
        ready.remove(&next);
        left.remove(&next);
        if !is_empty[next.number] {
            current = Some(&places[next.number]);
        }
        for follower in &followers[next.number] {
            blockers[*follower] = blockers[*follower].saturating_sub(1);
            let key = key(*follower);
            if blockers[*follower] == 0 && left.contains(&key) {
                ready.insert(key);
            }
        }
        sequence.push(next.number);
    }
    let mut slots: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    sequence.into_iter().filter_map(|number| slots[number].take()).collect()
}

/// How a circle is broken.
enum Cut {
    /// This one waits no more for anything.
    Before(Key),
    /// The one waits no more for the other, and still for all else.
    Between(usize, usize),
}

/// Where a circle is broken: at a weak edge, else at its lowest rank. All that is left waits for something that is left,
/// so who follows that comes round.
fn in_circle(
    left: &BTreeSet<Key>,
    waits: &[Vec<usize>],
    weak: &HashSet<(usize, usize)>,
    key: &dyn Fn(usize) -> Key,
) -> Option<Cut> {
    let is_left: BTreeSet<usize> = left.iter().map(|key| key.number).collect();
    let mut path = vec![left.first()?.number];
    loop {
        let next = waits[*path.last()?].iter().copied().find(|other| is_left.contains(other));
        let Some(next) = next else { return left.first().cloned().map(Cut::Before) };
        if let Some(start) = path.iter().position(|number| *number == next) {
            let circle = &path[start..];
            let following = circle.iter().skip(1).chain(circle.first());
            let weakly = circle.iter().zip(following).filter(|(one, other)| weak.contains(&(**one, **other)));
            let weakly = weakly.min_by_key(|(number, _)| key(**number));
            return match weakly {
                Some((one, other)) => Some(Cut::Between(*one, *other)),
                None => circle.iter().map(|number| key(*number)).min().map(Cut::Before),
            };
        }
        path.push(next);
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rank: (bool, bool, i32),
    position: usize,
    number: usize,
}

/// Drops come first: what they free (a name, a place) may be taken by what is created. They go in the opposite order
/// of creation: a constraint before the columns that it stands on. What is optional comes last, so that it does not
/// cut a transaction in two.
fn sort_rank(draft: &Draft) -> (bool, bool, i32) {
    let rank = draft.rank as i32;
    let goes = draft.stage == Stage::Goes;
    (!goes, draft.optional, if goes { -rank } else { rank })
}

/// For each draft, the drafts that come before it.
struct Waits {
    before: Vec<Vec<usize>>,
    /// Which waits for which only for the sake of a shorter way: an object that is altered for a part of it that goes.
    weak: HashSet<(usize, usize)>,
}

fn edges(drafts: &[Draft], plan: &Plan, cx: &Cx<'_>) -> Waits {
    // An object that is renamed and replaced has three drafts: it gets its name, it goes, it comes back; and what is to be
    // said of an object only after others are there has one of its own.
    let mut by_item: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        by_item.entry(draft.item).or_default().push(number);
    }
    let mut by_address: HashMap<&Address, &[usize]> = HashMap::new();
    for (number, item) in plan.items.iter().enumerate() {
        let owner = item.folded_into.unwrap_or(number);
        by_address.extend(by_item.get(&owner).map(|drafts| (&item.address, drafts.as_slice())));
    }
    let mut waits: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut weak = HashSet::new();
    for (number, draft) in drafts.iter().enumerate() {
        let there = cx.observed.model.get(&plan.items[draft.item].address);
        let parent = there.and_then(|there| there.parent.as_ref());
        for need in &draft.needs {
            let others = by_address.get(need).copied().unwrap_or_default();
            // What is only said later of another is waited for by what asks for that.
            let is_later =
                |other: usize| draft.is_later && drafts[other].is_later && !draft.after.contains(need);
            for other in others.iter().copied().filter(|other| *other != number && !is_later(*other)) {
                match (draft.stage, drafts[other].stage) {
                    (_, Stage::Renames) | (Stage::Comes, Stage::Comes) => waits[number].push(other),
                    (Stage::Goes, stage) => {
                        waits[other].push(number);
                        if stage == Stage::Comes && parent == Some(need) {
                            weak.insert((other, number));
                        }
                    }
                    // A schema is there before something is moved into it, and goes once that is out of it.
                    (Stage::Renames, Stage::Comes)
                        if plan.items[drafts[other].item].action == Action::Create =>
                    {
                        waits[number].push(other);
                    }
                    (Stage::Renames, Stage::Goes) => waits[other].push(number),
                    (Stage::Renames | Stage::Comes, _) => {}
                }
            }
        }
    }
    users_let_go_first(drafts, plan, cx, &by_address, &mut waits);
    what_is_left_goes_first(drafts, plan, &by_address, &mut waits);
    columns_go_last(drafts, plan, cx, &mut waits);
    names_come_first(drafts, plan, cx, &mut waits);
    extensions_come_first(drafts, &mut waits);
    names_are_freed_first(drafts, plan, cx, &mut waits, &mut weak);
    what_is_called_comes_first(drafts, plan, cx, &by_address, (&mut waits, &mut weak));
    by_item.values().for_each(|own| keep_in_order(own, drafts, &mut waits));
    tighten(drafts, &mut waits, &mut weak);
    for list in &mut waits {
        list.sort_unstable();
        list.dedup();
    }
    Waits { before: waits, weak }
}

/// The drafts of one item follow each other, and nothing waits for what is only said of it after that.
fn keep_in_order(own: &[usize], drafts: &[Draft], waits: &mut [Vec<usize>]) {
    own.windows(2).for_each(|pair| waits[pair[1]].push(pair[0]));
    for later in own.iter().copied().filter(|number| drafts[*number].is_later) {
        for other in waits[later].clone() {
            waits[other].retain(|number| *number != later);
        }
    }
}

fn is_dropped(draft: &Draft, plan: &Plan) -> bool {
    plan.items[draft.item].action == Action::Drop
}

/// What goes is let go of first by all that made use of it: by what stays, be it in another form, and by what goes with
/// its parent.
fn users_let_go_first(
    drafts: &[Draft],
    plan: &Plan,
    cx: &Cx<'_>,
    by_address: &HashMap<&Address, &[usize]>,
    waits: &mut [Vec<usize>],
) {
    let is_going = |number: usize| is_dropped(&drafts[number], plan);
    let at = |number: usize| &plan.items[drafts[number].item].address;
    let wholes: HashMap<&Address, usize> =
        (0..drafts.len()).filter(|number| is_going(*number)).map(|number| (at(number), number)).collect();
    let without_step = cx.observed.model.iter().filter(|there| !by_address.contains_key(&there.address));
    let parts = without_step.filter_map(|there| {
        let whole = wholes.get(there.parent.as_ref()?)?;
        Some((*whole, there, &there.needs[..], &[][..]))
    });
    let goes_first: HashSet<usize> =
        drafts.iter().filter(|draft| draft.stage == Stage::Goes).map(|draft| draft.item).collect();
    let staying = (0..drafts.len()).filter(|number| drafts[*number].stage == Stage::Comes);
    let staying = staying.filter_map(|number| {
        let there = cx.observed.model.get(at(number))?;
        // What goes before it comes back needs nothing any more.
        let needs = if goes_first.contains(&drafts[number].item) { &[] } else { &there.needs[..] };
        Some((number, there, needs, &drafts[number].left[..]))
    });
    for (number, there, needs, left) in parts.chain(staying) {
        for used in there.uses.iter().chain(needs).filter(|used| !left.contains(used)) {
            let others = by_address.get(used).copied().unwrap_or_default();
            let others = others.iter().filter(|other| **other != number && is_going(**other));
            others.for_each(|other| waits[*other].push(number));
        }
    }
}

/// What an object has let go of is gone before it comes back.
fn what_is_left_goes_first(
    drafts: &[Draft],
    plan: &Plan,
    by_address: &HashMap<&Address, &[usize]>,
    waits: &mut [Vec<usize>],
) {
    for (number, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.stage == Stage::Comes) {
        let others = draft.left.iter().filter_map(|left| by_address.get(left)).copied().flatten();
        waits[number].extend(others.filter(|other| is_dropped(&drafts[**other], plan)));
    }
}

/// A name is free before it is taken; what is needed otherwise counts more, because such names may be of different sorts.
fn names_are_freed_first(
    drafts: &[Draft],
    plan: &Plan,
    cx: &Cx<'_>,
    waits: &mut [Vec<usize>],
    weak: &mut HashSet<(usize, usize)>,
) {
    for (frees, takes) in names::handed_on(drafts, plan, cx) {
        if !waits[takes].contains(&frees) {
            weak.insert((takes, frees));
            waits[takes].push(frees);
        }
    }
}

/// What is computed as it is made, or checked, calls functions, which want to find what their texts mention.
fn what_is_called_comes_first(
    drafts: &[Draft],
    plan: &Plan,
    cx: &Cx<'_>,
    by_address: &HashMap<&Address, &[usize]>,
    (waits, weak): (&mut [Vec<usize>], &mut HashSet<(usize, usize)>),
) {
    let comes = |draft: &Draft| draft.stage == Stage::Comes && !draft.is_later;
    for (number, draft) in drafts.iter().enumerate().filter(|(_, draft)| comes(draft)) {
        let entry = cx.desired.get(&plan.items[draft.item].address).filter(|entry| !entry.absent);
        let used = entry.into_iter().flat_map(|entry| &entry.uses);
        for other in used.filter_map(|used| by_address.get(used)).copied().flatten() {
            if *other != number && comes(&drafts[*other]) && !waits[number].contains(other) {
                weak.insert((number, *other));
                waits[number].push(*other);
            }
        }
    }
}

/// A column takes along what stands on it, or does not go while that is there; so what is to go from its table by itself
/// goes before it, and what stays in another form has that form before it.
fn columns_go_last(drafts: &[Draft], plan: &Plan, cx: &Cx<'_>, waits: &mut [Vec<usize>]) {
    let mut columns: Vec<(usize, &Address)> = Vec::new();
    let mut others: HashMap<&Address, Vec<usize>> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        let item = &plan.items[draft.item];
        let Some(there) = cx.observed.model.get(&item.address) else { continue };
        let goes = draft.stage == Stage::Goes;
        if goes && draft.statements.iter().any(|statement| statement.form == Form::DropColumn) {
            columns.extend(there.parent.as_ref().map(|table| (number, table)));
        } else if goes && draft.rank > Rank::Column || draft.stage == Stage::Comes && can_hold(draft.rank) {
            wholes(there, cx).into_iter().for_each(|table| others.entry(table).or_default().push(number));
        } else if draft.stage == Stage::Comes {
            left(there, cx).for_each(|table| others.entry(table).or_default().push(number));
        }
    }
    for (column, table) in columns {
        waits[column].extend(others.get(table).into_iter().flatten());
    }
}

/// The tables above a partition or an heir that it is to leave: what it has from there stays with it.
fn left<'c>(there: &'c Entry, cx: &Cx<'c>) -> impl Iterator<Item = &'c Address> {
    let desired = cx.desired.get(&there.address).filter(|desired| !desired.absent);
    above(there)
        .filter(move |table| desired.is_some_and(|desired| !above(desired).any(|other| other == *table)))
}

fn above(entry: &Entry) -> impl Iterator<Item = &Address> {
    entry.parent.iter().chain(&entry.needs).filter(|other| other.kind == entry.address.kind)
}

/// Whether what has that rank is a definition that can stand on a column.
fn can_hold(rank: Rank) -> bool {
    rank > Rank::Column && rank < Rank::Owner && rank != Rank::Rows
}

/// What the object is part of or stands on, and what has a column of that too: the tables above a partition or an heir.
fn wholes<'c>(there: &'c Entry, cx: &Cx<'c>) -> Vec<&'c Address> {
    let mut wholes: Vec<&Address> = Vec::new();
    let mut open: Vec<&Address> = there.parent.iter().chain(&there.needs).collect();
    while let Some(whole) = open.pop() {
        if wholes.contains(&whole) {
            continue;
        }
        wholes.push(whole);
        if let Some(above) = cx.observed.model.get(whole) {
            open.extend(self::above(above));
        }
    }
    wholes
}

/// What stands in something that is renamed, is about it, or locks it, calls it by the name of the file.
fn names_come_first(drafts: &[Draft], plan: &Plan, cx: &Cx<'_>, waits: &mut [Vec<usize>]) {
    let at = |draft: &Draft| &plan.items[draft.item].address;
    for (number, renaming) in drafts.iter().enumerate().filter(|(_, draft)| draft.stage == Stage::Renames) {
        let renamed = at(renaming);
        let inside = |other: &Address| {
            let below = other.path().len() > renamed.path().len() && other.path().starts_with(renamed.path());
            other == renamed || below && cx.registry.can_hold(renamed.kind, other.kind)
        };
        for (other, draft) in drafts.iter().enumerate().filter(|(other, _)| *other != number) {
            let mut locked = draft.statements.iter().flat_map(|one| one.table.iter().chain(&one.also));
            let meant = inside(at(draft))
                || at(draft).subject().is_some_and(inside)
                || locked.any(|at| at == renamed);
            if draft.item != renaming.item && meant {
                waits[other].push(number);
            }
        }
    }
}

/// What an extension brings is there before any text that may name it: which does, only the server knows.
fn extensions_come_first(drafts: &[Draft], waits: &mut [Vec<usize>]) {
    let comes = |draft: &Draft| draft.stage == Stage::Comes && draft.knot.is_none() && !draft.optional;
    for (number, _) in
        drafts.iter().enumerate().filter(|(_, draft)| draft.rank == Rank::Extension && comes(draft))
    {
        let mut before = HashSet::from([number]);
        let mut open = vec![number];
        while let Some(next) = open.pop() {
            open.extend(waits[next].iter().copied().filter(|other| before.insert(*other)));
        }
        for (other, draft) in drafts.iter().enumerate() {
            if draft.stage == Stage::Comes && draft.rank > Rank::Extension && !before.contains(&other) {
                waits[other].push(number);
            }
        }
    }
}

/// What one draft of a knot waits for, all of them wait for, so that nothing comes between them.
fn tighten(drafts: &[Draft], waits: &mut [Vec<usize>], weak: &mut HashSet<(usize, usize)>) {
    let mut knots: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        knots.entry(draft.knot.unwrap_or(usize::MAX)).or_default().push(number);
    }
    knots.remove(&usize::MAX);
    for (knot, members) in knots {
        let pairs = members.iter().flat_map(|member| waits[*member].iter().map(|other| (*member, *other)));
        let outside = pairs.filter(|(_, other)| drafts[*other].knot != Some(knot));
        let (weakly, firmly): (Vec<_>, Vec<_>) = outside.partition(|pair| weak.contains(pair));
        let [weakly, firmly] =
            [weakly, firmly].map(|pairs| pairs.into_iter().map(|(_, other)| other).collect::<BTreeSet<_>>());
        for member in &members {
            waits[*member].extend(weakly.iter().chain(&firmly));
            firmly.iter().for_each(|other| _ = weak.remove(&(*member, *other)));
            weak.extend(weakly.difference(&firmly).map(|other| (*member, *other)));
        }
    }
}
