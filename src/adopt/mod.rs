//! Pairs desired and observed objects that go by different names: those that the file renames, those that it leaves
//! unnamed, and those that it speaks of all at once. Afterwards every pair has one address.

mod types;

use crate::kind::Registry;
use crate::model::{Address, Model, Observed};
use crate::sql::ident;
use std::collections::HashMap;
pub use types::spell as spell_types;

/// The renames to be made: the address in the file, and the one that the database still has.
#[derive(Debug, Clone, Default)]
pub struct Renames {
    list: Vec<(Address, Address)>,
}

impl Renames {
    /// Every rename, outermost objects first: (in the file, in the database).
    pub fn iter(&self) -> impl Iterator<Item = &(Address, Address)> {
        self.list.iter()
    }

    /// Whether nothing is renamed.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What the database calls the object.
    pub fn in_database(&self, address: &Address, registry: &Registry) -> Address {
        self.list.iter().rev().fold(address.clone(), |address, (to, from)| {
            address.moved(to, from, &|inner| registry.can_hold(to.kind, inner.kind))
        })
    }
}

/// Pairs everything, changing addresses in both models.
pub fn pair(desired: &mut Model, observed: &mut Observed, registry: &Registry) -> Renames {
    let renames = follow_renames(desired, observed, registry);
    expand(desired, observed, registry);
    take_names(desired, observed, registry);
    renames
}

fn follow_renames(desired: &Model, observed: &mut Observed, registry: &Registry) -> Renames {
    let mut renames = Renames::default();
    let mut wanted: Vec<_> = desired.iter().filter(|entry| entry.renamed_from.is_some()).collect();
    wanted.sort_by_key(|entry| entry.address.path().len());
    for entry in wanted {
        let Some(name) = &entry.renamed_from else { continue };
        let (to, from) = (&entry.address, entry.address.renamed(name));
        if observed.model.contains(to) || !observed.model.contains(&from) || desired.contains(&from) {
            continue;
        }
        renames.list.push((to.clone(), from.clone()));
        let addresses: Vec<Address> = observed.model.addresses().cloned().collect();
        for address in addresses {
            let Some(mut there) = observed.model.remove(&address) else { continue };
            let inside = |inner: &Address| registry.can_hold(from.kind, inner.kind);
            there.address = there.address.moved(&from, to, &inside);
            let kind = registry.get(there.address.kind);
            if let Some(address) = kind.and_then(|kind| kind.readdress(&there.address, &from, to)) {
                there.address = address;
            }
            let related = there.parent.iter_mut().chain(&mut there.needs).chain(&mut there.uses);
            related.for_each(|other| *other = other.moved(&from, to, &inside));
            if let Some(kind) = kind {
                // What a table or something larger is called may be mentioned anywhere, a column only near it.
                let table = &to.path()[..to.path().len().min(2)];
                let near = there.address.path().starts_with(table);
                let mentions = there.needs.iter().any(|need| need.path().starts_with(table));
                if to.path().len() <= 2 || near || mentions {
                    kind.follow(&mut *there.body, &from, to);
                }
            }
            observed.model.put(there);
        }
        let inside = |inner: &Address| registry.can_hold(from.kind, inner.kind);
        let facts = std::mem::take(&mut observed.tables).into_iter();
        observed.tables = facts.map(|(at, facts)| (at.moved(&from, to, &inside), facts)).collect();
        retype(&mut observed.model, &from, to, registry);
    }
    renames
}

/// Follows the rename of a type, or of the schema of types, in names that have types in them.
fn retype(observed: &mut Model, from: &Address, to: &Address, registry: &Registry) {
    let is_type = from.path().len() == 2;
    if !is_type && registry.namespace().is_none_or(|(kind, _)| kind.doc().name != from.kind) {
        return;
    }
    let mut moves: HashMap<Address, Address> = HashMap::new();
    for entry in observed.iter().filter(|entry| !is_type || entry.needs.contains(to)) {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        let mut spell = |of: &str| match (is_type, of.strip_suffix("[]")) {
            (true, None) if of == from.relation() => to.relation(),
            (true, Some(of)) if of == from.relation() => to.relation() + "[]",
            (false, _) => match of.strip_prefix(&format!("{}.", ident(from.name()))) {
                Some(rest) => format!("{}.{rest}", ident(to.name())),
                None => of.to_string(),
            },
            _ => of.to_string(),
        };
        let name = kind.retype(entry.address.name(), &mut spell);
        if name != entry.address.name() {
            moves.insert(entry.address.clone(), entry.address.renamed(&name));
        }
    }
    rename_all(observed, &moves);
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

/// Gives unnamed desired objects the names of observed ones of the same shape.
fn take_names(desired: &mut Model, observed: &Observed, registry: &Registry) {
    let mut moves: HashMap<Address, Address> = HashMap::new();
    let nameless = desired.iter().filter(|entry| entry.unnamed && !entry.absent);
    for entry in nameless.filter(|entry| !observed.model.contains(&entry.address)) {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        let place = &entry.address.path()[..entry.address.path().len() - 1];
        let mut fitting = observed.model.iter().filter(|there| {
            there.address.kind == entry.address.kind
                && there.address.path().len() == entry.address.path().len()
                && there.address.path().starts_with(place)
                && !desired.contains(&there.address)
                && !moves.values().any(|taken| *taken == there.address)
                && kind.same_shape(&*entry.body, &*there.body)
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
        let related = entry.parent.iter_mut().chain(&mut entry.needs);
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
