//! The way back: an observed model as a `schema.toml` that a person would keep. Names no kind: each room says its own
//! objects, and where they stand follows from its `Place`.

mod layout;
mod parts;
mod split;
mod unmodelled;

pub use layout::{Layout, text};
pub use split::{Split, split};
pub use unmodelled::{Unmodelled, unmodelled};

use crate::kind::{Draft, Kind, Names, Place, Registry};
use crate::model::{Address, Entry, Model};
use crate::source::{Node, Span, Table, Value};
use crate::spec;
use std::collections::{BTreeSet, HashMap};

/// A model as the file says it.
#[derive(Debug, Default)]
pub struct Document {
    /// The whole file.
    pub root: Table,
    /// What the file cannot say: of which object, and what.
    pub unsaid: Vec<(Address, String)>,
}

/// Writes every object of `model`; those of the default schema stand at the top level.
pub fn document(model: &Model, registry: &Registry, names: &Names) -> Document {
    let children = children(model, registry);
    let default_schema = names.default.as_str();
    let writer = Writer { model, registry, names, default_schema, children, needed: BTreeSet::new() };
    writer.document()
}

struct Writer<'a> {
    model: &'a Model,
    registry: &'a Registry,
    names: &'a Names,
    default_schema: &'a str,
    /// What stands inside, or on, each object.
    children: HashMap<&'a Address, Vec<&'a Entry>>,
    /// What belongs to the cluster and is spoken of here.
    needed: BTreeSet<&'a Address>,
}

/// The object inside, or on, which each stands; in the order of the file.
fn children<'a>(model: &'a Model, registry: &Registry) -> HashMap<&'a Address, Vec<&'a Entry>> {
    let mut children: HashMap<&Address, Vec<&Entry>> = HashMap::new();
    for entry in model.iter() {
        let place = registry.get(entry.address.kind).map(|kind| kind.doc().place);
        let host = match place {
            // What goes with another object may still stand in its table.
            Some(Place::Children { of, .. } | Place::Single { of, .. }) => {
                entry.parent.iter().chain(&entry.needs).find(|host| of.contains(&host.kind))
            }
            Some(Place::OnAny(_)) => entry.address.subject(),
            _ => None,
        };
        if let Some(host) = host {
            children.entry(host).or_default().push(entry);
        }
    }
    for list in children.values_mut() {
        let ordered = |entry: &&Entry| {
            let keeps = registry.get(entry.address.kind).is_some_and(Kind::keeps_order);
            (entry.address.kind, if keeps { entry.position } else { 0 })
        };
        list.sort_by(|one, other| (ordered(one), &one.address).cmp(&(ordered(other), &other.address)));
    }
    children
}

impl<'a> Writer<'a> {
    fn document(mut self) -> Document {
        self.needed = self.needed();
        let mut out = Document::default();
        let Some((namespace, namespaces)) = self.registry.namespace() else { return out };
        for kind in self.registry.iter() {
            match kind.doc().place {
                Place::Top(key) => {
                    let here = |entry: &&Entry| !self.is_of_others(entry);
                    self.top(kind, key, self.of_kind(kind).filter(here), &mut out);
                }
                Place::InSchema(key) => {
                    let here = |entry: &&Entry| entry.address.schema() == self.default_schema;
                    self.top(kind, key, self.of_kind(kind).filter(here), &mut out);
                }
                Place::TopList(key) => self.list(kind, key, &mut out),
                Place::Namespace(_) | Place::Children { .. } | Place::Single { .. } | Place::OnAny(_) => {}
            }
        }
        let mut schemas = Table::default();
        for entry in self.of_kind(namespace) {
            self.namespace(namespace, entry, &mut schemas, &mut out.unsaid);
        }
        if !schemas.entries.is_empty() {
            out.root.push(namespaces, Span::NOWHERE, Value::Table(schemas));
        }
        spec::shorten(&mut out.root, self.registry);
        out
    }

    /// Writes objects into the table `key` at the top level.
    fn top(
        &self,
        kind: &'static dyn Kind,
        key: &str,
        entries: impl Iterator<Item = &'a Entry>,
        out: &mut Document,
    ) {
        for entry in entries {
            self.object(kind, entry, self.default_schema, Some(key), &mut out.root, &mut out.unsaid);
        }
    }

    fn draft<'s>(&'s self, entry: &Entry, schema: &'s str) -> Draft<'s> {
        Draft::new(&entry.address, schema, self.model, self.registry, self.names)
    }

    fn of_kind(&self, kind: &dyn Kind) -> impl Iterator<Item = &'a Entry> {
        let name = kind.doc().name;
        self.model.inside(name, &[])
    }

    /// A schema with all that is in it; of the default one only what is said of the schema itself.
    fn namespace(
        &self,
        kind: &'static dyn Kind,
        entry: &'a Entry,
        out: &mut Table,
        unsaid: &mut Vec<(Address, String)>,
    ) {
        let schema = entry.address.name();
        let mut own = Table::default();
        self.object(kind, entry, schema, None, &mut own, unsaid);
        let Some((_, Node { value: Value::Table(mut table), .. })) = own.entries.pop() else { return };
        if schema == self.default_schema {
            if !table.entries.is_empty() {
                out.push(schema, Span::NOWHERE, Value::Table(table));
            }
            return;
        }
        for kind in self.registry.iter() {
            let Place::InSchema(key) = kind.doc().place else { continue };
            for entry in self.of_kind(kind).filter(|entry| entry.address.schema() == schema) {
                self.object(kind, entry, schema, Some(key), &mut table, unsaid);
            }
        }
        out.push(schema, Span::NOWHERE, Value::Table(table));
    }

    /// Writes an object, with what stands inside it, into `out`, or into the table `key` of it.
    fn object(
        &self,
        kind: &'static dyn Kind,
        entry: &'a Entry,
        schema: &str,
        key: Option<&str>,
        out: &mut Table,
        unsaid: &mut Vec<(Address, String)>,
    ) {
        let mut draft = self.draft(entry, schema);
        kind.write(&entry.address, &*entry.body, &mut draft);
        let drafted = draft.finish();
        unsaid.extend(drafted.unsaid.into_iter().map(|what| (entry.address.clone(), what)));
        let Some(mut table) = drafted.table else { return };
        for child in self.children.get(&entry.address).into_iter().flatten() {
            let Some(inner) = self.registry.get(child.address.kind) else { continue };
            match inner.doc().place {
                Place::Children { key, .. } => {
                    self.object(inner, child, schema, Some(key), &mut table, unsaid);
                }
                Place::Single { key, .. } | Place::OnAny(key) => {
                    let mut single = Table::default();
                    self.object(inner, child, schema, None, &mut single, unsaid);
                    if let Some((_, node)) = single.entries.pop() {
                        join(&mut table, key, node, &child.address, unsaid);
                    }
                }
                _ => {}
            }
        }
        let into = match key {
            Some(key) => out.child(key, Span::NOWHERE),
            None => Some(out),
        };
        if let Some(into) = into {
            into.push(drafted.key, Span::NOWHERE, Value::Table(table));
        }
    }

    fn list(&self, kind: &'static dyn Kind, key: &str, out: &mut Document) {
        let mut items = Vec::new();
        for entry in self.of_kind(kind).filter(|entry| !self.is_of_others(entry)) {
            let mut one = Table::default();
            self.object(kind, entry, self.default_schema, None, &mut one, &mut out.unsaid);
            items.extend(one.entries.pop().map(|(_, node)| node));
        }
        if !items.is_empty() {
            out.root.push(key, Span::NOWHERE, Value::Array(items));
        }
    }

    /// Whether an object belongs to the cluster, and nothing here speaks of it or of those it is about.
    fn is_of_others(&self, entry: &Entry) -> bool {
        let needed = |at: &Address| self.needed.contains(at);
        self.is_shared(&entry.address) && !needed(&entry.address) && !entry.needs.iter().any(needed)
    }

    fn is_shared(&self, at: &Address) -> bool {
        self.registry.get(at.kind).is_some_and(|kind| kind.is_shared(at))
    }

    /// What belongs to the whole cluster is written only where something in this database speaks of it, directly or
    /// through what is written.
    fn needed(&self) -> BTreeSet<&'a Address> {
        let shared = |at: &Address| self.is_shared(at);
        let of_shared = |entry: &Entry| shared(&entry.address) || entry.parent.as_ref().is_some_and(&shared);
        let mut needed = BTreeSet::new();
        let written = |entry: &&Entry| {
            let Some(kind) = self.registry.get(entry.address.kind) else { return false };
            let mut draft = self.draft(entry, self.default_schema);
            kind.write(&entry.address, &*entry.body, &mut draft);
            draft.finish().table.is_some()
        };
        let speaks = |entry: &&Entry| !of_shared(entry) && entry.needs.iter().any(shared);
        let mut open: Vec<&Entry> = self.model.iter().filter(speaks).filter(written).collect();
        let is_of_here = |entry: &&Entry| {
            let kind = self.registry.get(entry.address.kind).filter(|_| shared(&entry.address));
            kind.is_some_and(|kind| kind.attribute(&*entry.body, "in_this_database").is_some())
        };
        for entry in self.model.iter().filter(is_of_here) {
            needed.insert(&entry.address);
            open.push(entry);
        }
        while let Some(entry) = open.pop() {
            for need in entry.needs.iter().filter(|need| shared(need)) {
                let Some(there) = self.model.get(need) else { continue };
                if needed.insert(&there.address) {
                    open.push(there);
                    open.extend(self.children.get(&there.address).into_iter().flatten());
                }
            }
        }
        needed
    }
}

/// Adds a single child; where there is one already, their lists are joined, if they differ in nothing else.
fn join(host: &mut Table, key: &str, node: Node, at: &Address, unsaid: &mut Vec<(Address, String)>) {
    let Some(there) = host.get_mut(key) else {
        host.push(key, Span::NOWHERE, node.value);
        return;
    };
    let (Value::Table(one), Value::Table(two)) = (&mut there.value, node.value) else { return };
    let same = one.entries.len() == two.entries.len()
        && one.entries.iter().zip(&two.entries).all(|((name, one), (other, two))| {
            name.name == other.name
                && (matches!((&one.value, &two.value), (Value::Array(_), Value::Array(_)))
                    || one.value == two.value)
        });
    if !same {
        unsaid.push((at.clone(), "beside another of its kind".to_string()));
        return;
    }
    for ((_, one), (_, two)) in one.entries.iter_mut().zip(two.entries) {
        if let (Value::Array(one), Value::Array(two)) = (&mut one.value, two.value) {
            one.extend(two);
        }
    }
}
