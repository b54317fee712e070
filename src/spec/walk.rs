//! Walks the file and hands every object to the room of its kind.

use super::keys::{self, TOP, UNIVERSAL, UNNAMED};
use crate::kind::{Declared, Item, Kind, Place, Reference, Registry, split_name};
use crate::model::{Address, Entry, Model};
use crate::source::{Key, KeyDoc, Node, Problems, Span, Table, Value};
use crate::sql::split_routine;

/// The longest identifier, in bytes.
const MAX_NAME: usize = 63;

/// An object that must not be there: nothing but its address is known.
#[derive(Debug, Clone)]
struct Absent;

/// What the walk has found.
pub(super) struct Walked {
    pub model: Model,
    pub references: Vec<Reference>,
    pub schemas: Vec<String>,
}

/// The walk itself.
pub(super) struct Walk<'a> {
    registry: &'a Registry,
    environment: &'a dyn Fn(&str) -> Option<String>,
    problems: &'a mut Problems,
    model: Model,
    references: Vec<Reference>,
    schemas: Vec<String>,
    declares: Declared,
}

/// Where an object stands.
#[derive(Clone, Copy)]
struct Site<'s> {
    schema: &'s str,
    host: Option<&'s Address>,
}

impl<'a> Walk<'a> {
    pub fn new(
        registry: &'a Registry,
        default_schema: &str,
        environment: &'a dyn Fn(&str) -> Option<String>,
        problems: &'a mut Problems,
    ) -> Self {
        let schemas = vec![default_schema.to_string()];
        let (model, declares) = (Model::default(), Declared::default());
        Walk { registry, environment, problems, model, references: Vec::new(), schemas, declares }
    }

    pub fn finish(self) -> Walked {
        Walked { model: self.model, references: self.references, schemas: self.schemas }
    }

    /// Everything at the top level.
    pub fn root(&mut self, root: &Table) {
        let default_schema = self.schemas[0].clone();
        let namespace = self.registry.namespace();
        self.declares = self.declared(root, &default_schema);
        let site = Site { schema: &default_schema, host: None };
        for (key, node) in &root.entries {
            match self.top_kind(&key.name) {
                Some(kind) => match (kind.doc().place, &node.value) {
                    (Place::Namespace(_), Value::Table(table)) => self.namespaces(kind, table),
                    (Place::TopList(_), Value::Array(items)) => {
                        items.iter().for_each(|item| self.object(kind, site, key, item));
                    }
                    (_, Value::Table(table)) => self.objects(kind, site, table),
                    (Place::TopList(_), _) => self.wrong(key, node, "an array of tables"),
                    _ => self.wrong(key, node, "a table"),
                },
                None => {
                    let known: Vec<&str> =
                        self.registry.iter().filter_map(top_key).chain(names(TOP)).collect();
                    let message = format!("unknown key `{}`", key.name);
                    self.problems.add_with_suggestion(key.span, message, &key.name, known);
                }
            }
        }
        if let Some((kind, _)) = namespace {
            self.default_namespace(kind, &default_schema);
        }
    }

    /// The names that the file gives in its schemas.
    fn declared(&self, root: &Table, default_schema: &str) -> Declared {
        let mut found = Declared { schemas: vec![default_schema.to_string()], ..Declared::default() };
        let key = self.registry.namespace().map_or("", |(_, key)| key);
        let schemas = root.get(key).and_then(Node::as_table).into_iter().flat_map(|table| &table.entries);
        let inner = schemas.filter_map(|(key, node)| Some((key.name.as_str(), node.as_table()?)));
        for (schema, table) in [(default_schema, root)].into_iter().chain(inner) {
            if !found.schemas.iter().any(|name| name == schema) {
                found.schemas.push(schema.to_string());
            }
            for kind in self.registry.iter() {
                let Place::InSchema(key) = kind.doc().place else { continue };
                let objects = table.get(key).and_then(Node::as_table).into_iter();
                let objects = objects.flat_map(|table| &table.entries);
                found
                    .objects
                    .extend(objects.map(|(key, _)| Address::new(kind.doc().name, [schema, &key.name])));
            }
        }
        found
    }

    /// The default schema is declared by being spoken of; `public` is there without being asked for.
    fn default_namespace(&mut self, kind: &'static dyn Kind, name: &str) {
        let address = Address::new(kind.doc().name, [name]);
        let used = self.model.iter().any(|entry| entry.address.path().len() > 1);
        if used && !self.model.contains(&address) {
            let key = Key { name: name.to_string(), span: Span::NOWHERE };
            let node = Node::at(Span::NOWHERE, Value::Table(Table::default()));
            self.object(kind, Site { schema: name, host: None }, &key, &node);
            if let Some(entry) = self.model.get_mut(&address) {
                entry.origin = None;
                entry.position = 0;
            }
        }
    }

    fn top_kind(&self, key: &str) -> Option<&'static dyn Kind> {
        self.registry.iter().find(|kind| top_key(*kind) == Some(key))
    }

    fn wrong(&mut self, key: &Key, node: &Node, wanted: &str) {
        self.problems.add(node.span, format!("`{}` wants {wanted}, not {}", key.name, node.sort()));
    }

    fn namespaces(&mut self, kind: &'static dyn Kind, table: &Table) {
        for (key, node) in &table.entries {
            if !self.schemas.contains(&key.name) {
                self.schemas.push(key.name.clone());
            }
            let site = Site { schema: &key.name, host: None };
            self.object(kind, site, key, node);
            for inner in self.registry.iter() {
                let Place::InSchema(name) = inner.doc().place else { continue };
                let Some((inner_key, node)) = node.as_table().and_then(|table| table.get_entry(name)) else {
                    continue;
                };
                match &node.value {
                    Value::Table(objects) => self.objects(inner, site, objects),
                    _ => self.wrong(inner_key, node, "a table"),
                }
            }
        }
    }

    fn objects(&mut self, kind: &'static dyn Kind, site: Site<'_>, table: &Table) {
        for (key, node) in &table.entries {
            self.object(kind, site, key, node);
        }
    }

    /// One object: its own room reads it, then the rooms of what stands inside it read that.
    fn object(&mut self, kind: &'static dyn Kind, site: Site<'_>, key: &Key, node: &Node) {
        let doc = kind.doc();
        let key = &Key { name: kind.tail().read(&key.name), span: key.span };
        let wrapped;
        let table = match (&node.value, doc.main_key) {
            (Value::Table(table), _) => table,
            (value, Some(main)) => {
                wrapped =
                    Table { entries: vec![(named(main, node.span), Node::at(node.span, value.clone()))] };
                &wrapped
            }
            _ => return self.wrong(key, node, "a table"),
        };
        self.check_keys(kind, table, key);
        self.check_name(kind, key);
        let mut item = Item {
            address: address_at(kind, site, &key.name),
            host: site.host.cloned(),
            schema: site.schema,
            key,
            span: key.span,
            unnamed: table.get(UNNAMED).is_some(),
            table,
            registry: self.registry,
            declares: &self.declares,
            keys: doc.keys,
            problems: self.problems,
            references: &mut self.references,
            environment: self.environment,
            needs: Vec::new(),
            heir_of: Vec::new(),
            features: Vec::new(),
            declared: Vec::new(),
        };
        let absent = matches!(table.get("absent"), Some(Node { value: Value::Boolean(true), .. }));
        if absent && !matches!(doc.place, Place::TopList(_)) {
            item.declare(Absent);
        } else {
            kind.read(&mut item);
        }
        let declared = item.declared;
        let first = declared.first().map(|entry| entry.address.clone());
        for entry in declared {
            self.declare(entry, site, key, table, absent);
        }
        if let (Some(address), false) = (first, absent) {
            self.inside(kind, &address, site.schema, table);
        }
    }

    fn declare(&mut self, mut entry: Entry, site: Site<'_>, key: &Key, table: &Table, absent: bool) {
        entry.origin = Some(key.span);
        entry.absent = absent;
        entry.optional = self.universal_flag(table, "optional");
        entry.renamed_from = self.former_address(table, site, &entry.address);
        match site.host {
            Some(host) => {
                entry = entry.part_of(host.clone());
                entry.optional |= self.model.get(host).is_some_and(|host| host.optional);
            }
            None if entry.address.path().len() > 1 => {
                if let Some((namespace, _)) = self.registry.namespace() {
                    entry.needs.push(Address::new(namespace.doc().name, [site.schema]));
                }
            }
            None => {}
        }
        let address = entry.address.clone();
        if let Some(earlier) = self.model.get_mut(&address) {
            let kind = self.registry.get(address.kind);
            if !absent && kind.is_some_and(|kind| kind.join(&mut *earlier.body, &*entry.body)) {
                earlier.features.extend(entry.features);
                return;
            }
            let also = earlier.origin;
            self.problems.add_with_hint(
                key.span,
                format!("`{address}` is declared twice"),
                if also.is_some() {
                    "take one of the two out"
                } else {
                    "the other one comes from a short form"
                },
            );
            return;
        }
        self.model.insert(entry);
    }

    fn universal_flag(&mut self, table: &Table, name: &str) -> bool {
        match table.get(name) {
            None => false,
            Some(Node { value: Value::Boolean(value), .. }) => *value,
            Some(node) => {
                self.problems
                    .add(node.span, format!("`{name}` wants `true` or `false`, not {}", node.sort()));
                false
            }
        }
    }

    fn universal_name(&mut self, table: &Table, name: &str) -> Option<String> {
        let node = table.get(name)?;
        if node.as_str().is_none() {
            self.problems.add(node.span, format!("`{name}` wants a string, not {}", node.sort()));
        }
        node.as_str().map(str::to_string)
    }

    /// Where it was. Of an object in a schema that may say another schema too.
    fn former_address(&mut self, table: &Table, site: Site<'_>, at: &Address) -> Option<Address> {
        let name = self.universal_name(table, "renamed_from")?;
        if site.host.is_some() || at.path().len() < 2 {
            return Some(at.renamed(&name));
        }
        // What follows the name of a routine or an operator are types, which have dots of their own.
        let (name, types) = name.split_at(split_routine(&name).0.len());
        let mut parts = split_name(name.trim());
        let last = parts.pop().unwrap_or_default();
        let schema = parts.pop().unwrap_or_else(|| site.schema.to_string());
        Some(at.renamed(&format!("{last}{types}")).in_schema(&schema))
    }

    /// What stands inside an object.
    fn inside(&mut self, host: &'static dyn Kind, address: &Address, schema: &str, table: &Table) {
        let site = Site { schema, host: Some(address) };
        for kind in self.registry.iter() {
            let (key, many) = match kind.doc().place {
                Place::Children { of, key } if of.contains(&host.doc().name) => (key, true),
                Place::Single { of, key } if of.contains(&host.doc().name) => (key, false),
                Place::OnAny(key) => (key, false),
                _ => continue,
            };
            let Some((key, node)) = table.get_entry(key) else { continue };
            if matches!(kind.doc().place, Place::OnAny(_)) && host.identity(address).is_none() {
                let message = format!("a {} takes no `{}`", host.doc().name, key.name);
                self.problems.add(key.span, message);
                continue;
            }
            match (&node.value, many) {
                (Value::Table(children), true) => self.objects(kind, site, children),
                (_, true) => self.wrong(key, node, "a table"),
                (_, false) => self.object(kind, site, key, node),
            }
        }
    }

    fn check_keys(&mut self, kind: &'static dyn Kind, table: &Table, owner: &Key) {
        let doc = kind.doc();
        let mut known: Vec<&str> = names(doc.keys).chain(names(UNIVERSAL)).collect();
        for other in self.registry.iter() {
            match other.doc().place {
                Place::Children { of, key } | Place::Single { of, key } if of.contains(&doc.name) => {
                    known.push(key)
                }
                Place::OnAny(key) => known.push(key),
                Place::InSchema(key) if matches!(doc.place, Place::Namespace(_)) => known.push(key),
                _ => {}
            }
        }
        for (key, _) in &table.entries {
            if key.name != UNNAMED && !known.contains(&key.name.as_str()) {
                let message = format!("unknown key `{}` in {} `{}`", key.name, doc.name, owner.name);
                let candidates = known.iter().copied().chain(names(keys::short(doc.name)));
                self.problems.add_with_suggestion(key.span, message, &key.name, candidates);
            }
        }
    }

    fn check_name(&mut self, kind: &dyn Kind, key: &Key) {
        let name = &key.name;
        // What is made of names of types may be longer than each of them: a cast's.
        let mut of_types = false;
        kind.retype(name, &mut |of| {
            of_types = true;
            of.to_string()
        });
        let is_one = !of_types || name.ends_with(')');
        if name.is_empty() {
            self.problems.add(key.span, "a name must not be empty");
        } else if name.contains('\0') {
            self.problems.add(key.span, "a name must not contain NUL");
        } else if is_one && kind.tail().bare(name).len() > MAX_NAME {
            self.problems.add_with_hint(
                key.span,
                format!("the name `{name}` is {} bytes long", name.len()),
                format!("PostgreSQL cuts names after {MAX_NAME} bytes; choose a shorter one"),
            );
        }
    }
}

fn names(keys: &'static [KeyDoc]) -> impl Iterator<Item = &'static str> {
    keys.iter().map(|key| key.name)
}

fn named(name: &str, span: Span) -> Key {
    Key { name: name.to_string(), span }
}

/// The key at the top level under which objects of a kind stand.
fn top_key(kind: &'static dyn Kind) -> Option<&'static str> {
    match kind.doc().place {
        Place::Namespace(key) | Place::InSchema(key) | Place::Top(key) | Place::TopList(key) => Some(key),
        Place::Children { .. } | Place::Single { .. } | Place::OnAny(_) => None,
    }
}

fn address_at(kind: &'static dyn Kind, site: Site<'_>, name: &str) -> Address {
    let kind_name = kind.doc().name;
    match (kind.doc().place, site.host) {
        (Place::InSchema(_), _) => Address::new(kind_name, [site.schema, name]),
        (Place::Children { .. }, Some(host)) => {
            Address::new(kind_name, host.path().iter().map(String::as_str).chain([name]))
        }
        (Place::Single { .. }, Some(host)) => Address::new(kind_name, host.path().iter().map(String::as_str)),
        (Place::OnAny(_), Some(host)) => Address::about(kind_name, Vec::<String>::new(), host.clone()),
        _ => Address::new(kind_name, [name]),
    }
}
