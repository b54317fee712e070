//! Pairs desired and observed objects that go by different names: those that the file renames, those that it leaves
//! unnamed, and those that it speaks of all at once. Afterwards every pair has one address.

mod types;

use crate::kind::{Place, Registry, as_list};
use crate::model::{Address, Entry, Model, Observed};
use crate::sql::ident;
use std::collections::{BTreeSet, HashMap};
pub use types::spell as spell_types;

/// The renames to be made: the address in the file, and the one that the database still has.
#[derive(Debug, Clone, Default)]
pub struct Renames {
    list: Vec<(Address, Address)>,
    nowhere: Vec<(Address, Address)>,
}

impl Renames {
    /// Every rename, outermost objects first: (in the file, in the database).
    pub fn iter(&self) -> impl Iterator<Item = &(Address, Address)> {
        self.list.iter()
    }

    /// What the file renames of which the database has neither the new name nor the former one, in a host that is there:
    /// (in the file, the former name).
    pub fn nowhere(&self) -> &[(Address, Address)] {
        &self.nowhere
    }

    /// Whether nothing is renamed.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What the database calls the object.
    pub fn in_database(&self, address: &Address, registry: &Registry) -> Address {
        self.list.iter().rev().fold(address.clone(), |address, (to, from)| {
            let moved = address.moved(to, from, &|inner| registry.can_hold(to.kind, inner.kind));
            retyped(&moved, to, from, registry).unwrap_or(moved)
        })
    }
}

/// What the schemas of the file were called.
pub fn schemas_before(desired: &Model) -> impl Iterator<Item = String> {
    let schemas = desired.iter().filter(|entry| entry.address.path().len() == 1);
    schemas.filter_map(|entry| Some(entry.renamed_from.as_ref()?.name().to_string()))
}

/// The schemas that a file whose own are `schemas` speaks of only because something is moved out of them.
pub fn schemas_left(desired: &Model, schemas: &[String]) -> Vec<String> {
    let spoken: Vec<String> = schemas.iter().cloned().chain(schemas_before(desired)).collect();
    let former = desired.iter().filter_map(|entry| entry.renamed_from.as_ref());
    let former = former.filter(|at| at.path().len() > 1).map(|at| at.schema().to_string());
    let left: BTreeSet<String> = former.filter(|schema| !spoken.contains(schema)).collect();
    left.into_iter().collect()
}

/// Pairs everything, changing addresses in both models. Of the schemas `left` only what is moved out of them stays.
pub fn pair(desired: &mut Model, observed: &mut Observed, left: &[String], registry: &Registry) -> Renames {
    let renames = follow_renames(desired, observed, registry);
    forget(&mut observed.model, left, registry);
    expand(desired, observed, registry);
    take_names(desired, observed, registry);
    renames
}

fn follow_renames(desired: &Model, observed: &mut Observed, registry: &Registry) -> Renames {
    let mut renames = Renames::default();
    let mut wanted: Vec<(&Address, Address)> = desired
        .iter()
        .filter_map(|entry| Some((&entry.address, entry.renamed_from.clone()?)))
        .filter(|(to, from)| to != &from)
        .collect();
    wanted.sort_by_key(|(to, _)| to.path().len());
    for (to, former) in wanted {
        let from = former_now(&former, to, &renames, &observed.model, registry);
        let host = desired.get(to).and_then(|entry| entry.parent.as_ref());
        let inside = host.is_some_and(|host| observed.model.contains(host));
        if inside && !observed.model.contains(to) && !observed.model.contains(&from) {
            renames.nowhere.push((to.clone(), from.clone()));
        }
        if observed.model.contains(to) || !observed.model.contains(&from) || desired.contains(&from) {
            continue;
        }
        follow(observed, &from, to, registry);
        renames.list.push((to.clone(), from.clone()));
        for (from, to) in followers(&observed.model, &from, to, registry) {
            follow(observed, &from, &to, registry);
            renames.list.push((to, from));
        }
    }
    renames
}

/// Where an object that was at `former` is after the renames so far.
fn former_now(
    former: &Address,
    to: &Address,
    renames: &Renames,
    observed: &Model,
    registry: &Registry,
) -> Address {
    let mut from = former.clone();
    for (to, earlier) in renames.iter() {
        from = from.moved(earlier, to, &|inner| registry.can_hold(to.kind, inner.kind));
        from = retyped(&from, earlier, to, registry).unwrap_or(from);
    }
    // What goes with another was brought here by it, if not by this name.
    let brought = from.in_schema(to.schema());
    let follows = |at: &Address| observed.get(at).is_some_and(|there| leader(there, registry).is_some());
    if !observed.contains(&from) && follows(&brought) { brought } else { from }
}

/// The table that an observed object outside of it goes with.
fn leader(there: &Entry, registry: &Registry) -> Option<String> {
    registry.get(there.address.kind)?.attribute(&*there.body, "follows")
}

/// What goes with an object into another schema without standing in it: where it was, and where it is then.
fn followers(observed: &Model, from: &Address, to: &Address, registry: &Registry) -> Vec<(Address, Address)> {
    if from.schema() == to.schema() || from.path().len() != 2 {
        return Vec::new();
    }
    let of = Some(as_list(to.path()));
    let behind = observed.iter().filter(|there| there.address.schema() == from.schema());
    let behind = behind.filter(|there| leader(there, registry) == of);
    behind.map(|there| (there.address.clone(), there.address.in_schema(to.schema()))).collect()
}

/// Follows one rename in all that is observed.
fn follow(observed: &mut Observed, from: &Address, to: &Address, registry: &Registry) {
    let inside = |inner: &Address| registry.can_hold(from.kind, inner.kind);
    let namespace = registry.namespace().map_or("", |(kind, _)| kind.doc().name);
    let [left, entered] = [from, to].map(|at| Address::new(namespace, [at.schema()]));
    let addresses: Vec<Address> = observed.model.addresses().cloned().collect();
    for address in addresses {
        let Some(mut there) = observed.model.remove(&address) else { continue };
        there.address = there.address.moved(from, to, &inside);
        let kind = registry.get(there.address.kind);
        if let Some(address) = kind.and_then(|kind| kind.readdress(&there.address, from, to)) {
            there.address = address;
        }
        let related = there.parent.iter_mut().chain(&mut there.needs).chain(&mut there.uses);
        related.for_each(|other| *other = other.moved(from, to, &inside));
        if there.address == *to {
            there.needs.iter_mut().filter(|need| **need == left).for_each(|need| *need = entered.clone());
        }
        if let Some(kind) = kind {
            // What a table or something larger is called may be mentioned anywhere, a column only near it.
            let table = &to.path()[..to.path().len().min(2)];
            let near = there.address.path().starts_with(table);
            let mentions = there.needs.iter().any(|need| need.path().starts_with(table));
            if to.path().len() <= 2 || near || mentions {
                kind.follow(&mut *there.body, from, to);
            }
        }
        observed.model.put(there);
    }
    let facts = std::mem::take(&mut observed.tables).into_iter();
    observed.tables = facts.map(|(at, facts)| (at.moved(from, to, &inside), facts)).collect();
    retype(&mut observed.model, from, to, registry);
}

/// Follows the rename of a type, or of the schema of types, in names that have types in them.
fn retype(observed: &mut Model, from: &Address, to: &Address, registry: &Registry) {
    let is_type = from.path().len() == 2;
    let entries = observed.iter().filter(|entry| !is_type || entry.needs.contains(to));
    let moves = entries.filter_map(|entry| {
        let address = &entry.address;
        retyped(address, from, to, registry).map(|moved| (address.clone(), moved))
    });
    let moves = moves.collect();
    rename_all(observed, &moves);
}

/// The address with the rename of a type, or of the schema of types, in its name.
fn retyped(at: &Address, from: &Address, to: &Address, registry: &Registry) -> Option<Address> {
    let is_type = from.path().len() == 2;
    if !is_type && registry.namespace().is_none_or(|(kind, _)| kind.doc().name != from.kind) {
        return None;
    }
    let mut spell = |of: &str| match (is_type, of.strip_suffix("[]")) {
        (true, None) if of == from.relation() => to.relation(),
        (true, Some(of)) if of == from.relation() => to.relation() + "[]",
        (false, _) => match of.strip_prefix(&format!("{}.", ident(from.name()))) {
            Some(rest) => format!("{}.{rest}", ident(to.name())),
            None => of.to_string(),
        },
        _ => of.to_string(),
    };
    let name = registry.get(at.kind)?.retype(at.name(), &mut spell);
    (name != at.name()).then(|| at.renamed(&name))
}

/// Takes out what is in schemas that were read only for what is moved out of them.
fn forget(observed: &mut Model, left: &[String], registry: &Registry) {
    let Some((namespace, _)) = registry.namespace().filter(|_| !left.is_empty()) else { return };
    let is_left = |at: &Address| {
        let lives_there = at.kind == namespace.doc().name || registry.can_hold(namespace.doc().name, at.kind);
        lives_there && left.iter().any(|schema| schema == at.schema())
    };
    let about_it =
        |there: &Entry| there.needs.iter().any(|need| need.kind == namespace.doc().name && is_left(need));
    let alien = |there: &Entry| is_left(there.address.subject().unwrap_or(&there.address)) || about_it(there);
    let gone: Vec<Address> =
        observed.iter().filter(|there| alien(there)).map(|there| there.address.clone()).collect();
    gone.iter().for_each(|at| _ = observed.remove(at));
}

fn expand(desired: &mut Model, observed: &Observed, registry: &Registry) {
    let mut found = Vec::new();
    for entry in desired.iter().filter(|entry| !entry.absent) {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        if let Some(entries) = kind.expand(&entry.address, &*entry.body, desired, observed) {
            found.push((entry.clone(), entries));
        }
    }
    for (general, entries) in found {
        desired.remove(&general.address);
        for mut special in entries {
            special.origin = general.origin;
            special.optional = general.optional;
            let kind = registry.get(special.address.kind);
            let joined = desired
                .get_mut(&special.address)
                .is_some_and(|there| kind.is_some_and(|kind| kind.join(&mut *there.body, &*special.body)));
            if !joined {
                desired.insert(special);
            }
        }
    }
}

/// Gives unnamed desired objects the names of observed ones of the same shape. Where only one can be, one that must not be
/// there goes by whatever name it has.
fn take_names(desired: &mut Model, observed: &Observed, registry: &Registry) {
    let mut moves: HashMap<Address, Address> = HashMap::new();
    let is_sole = |entry: &Entry| {
        let place = registry.get(entry.address.kind).map(|kind| kind.doc().place);
        entry.absent && matches!(place, Some(Place::Single { .. }))
    };
    let nameless = desired.iter().filter(|entry| entry.unnamed && !entry.absent || is_sole(entry));
    for entry in nameless.filter(|entry| !observed.model.contains(&entry.address)) {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        let path = entry.address.path();
        let fits = |there: &&Entry| match is_sole(entry) {
            true => there.address.path().starts_with(path),
            false => {
                there.address.path().len() == path.len()
                    && there.address.path().starts_with(&path[..path.len() - 1])
                    && kind.same_shape(&*entry.body, &*there.body)
            }
        };
        let mut fitting = observed.model.iter().filter(|there| {
            there.address.kind == entry.address.kind
                && !desired.contains(&there.address)
                && !moves.values().any(|taken| *taken == there.address)
                && fits(there)
        });
        if let Some(there) = fitting.next() {
            moves.insert(entry.address.clone(), there.address.clone());
        }
    }
    rename_all(desired, &moves);
}

/// Moves entries, and all that mentions them, to other addresses.
fn rename_all(model: &mut Model, moves: &HashMap<Address, Address>) {
    if moves.is_empty() {
        return;
    }
    let addresses: Vec<Address> = model.addresses().cloned().collect();
    for address in addresses {
        let Some(mut entry) = model.remove(&address) else { continue };
        entry.address = renamed(&entry.address, moves);
        let related = entry.parent.iter_mut().chain(&mut entry.needs).chain(&mut entry.uses);
        related.for_each(|other| *other = renamed(other, moves));
        model.put(entry);
    }
}

fn renamed(address: &Address, moves: &HashMap<Address, Address>) -> Address {
    if let Some(to) = moves.get(address) {
        return to.clone();
    }
    match address.subject().and_then(|subject| Some((subject, moves.get(subject)?))) {
        Some((from, to)) => address.moved(from, to, &|_| false),
        None => address.clone(),
    }
}
