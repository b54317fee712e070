//! One object of the file on its way into its room.

use super::Registry;
use crate::model::{Address, Body, Entry};
use crate::pg::Feature;
use crate::source::{Key, KeyDoc, Problems, Reader, Span, Table, Value};
use crate::sql::{ident, qualified};
use std::collections::HashSet;

/// An object of the file, handed to its room to be read.
pub struct Item<'a> {
    /// The address that its place gives it; the room may change it.
    pub address: Address,
    /// The object it stands in.
    pub host: Option<Address>,
    /// The schema it stands in.
    pub schema: &'a str,
    /// Its key.
    pub key: &'a Key,
    /// Where the whole of it stands.
    pub span: Span,
    /// The file gives it no name of its own.
    pub unnamed: bool,
    /// Its table of keys.
    pub table: &'a Table,
    /// Every kind.
    pub registry: &'a Registry,
    pub(crate) declares: &'a Declared,
    pub(crate) keys: &'static [KeyDoc],
    pub(crate) problems: &'a mut Problems,
    pub(crate) references: &'a mut Vec<Reference>,
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) needs: Vec<Address>,
    pub(crate) heir_of: Vec<Address>,
    pub(crate) features: Vec<(Feature, Span)>,
    pub(crate) declared: Vec<Entry>,
}

/// What the file declares in its schemas, known before the first object is read.
#[derive(Debug, Default)]
pub struct Declared {
    /// The schemas in the order in which the server looks a name up.
    pub schemas: Vec<String>,
    /// The objects, as far as their names are theirs.
    pub objects: HashSet<Address>,
}

/// A name in the file that must resolve to a declared object.
#[derive(Debug, Clone)]
pub struct Reference {
    /// What must be declared.
    pub to: Address,
    /// Where it is named.
    pub span: Span,
}

impl<'a> Item<'a> {
    /// The reader of its keys.
    pub fn reader(&mut self) -> Reader<'a, '_> {
        Reader::new(self.table, self.span, self.keys, self.problems)
    }

    /// Declares the object at the item's address.
    pub fn declare(&mut self, body: impl Body) {
        self.declare_at(self.address.clone(), body);
    }

    /// Declares an object at another address.
    pub fn declare_at(&mut self, address: Address, body: impl Body) {
        let mut entry = Entry::new(address, body);
        entry.needs = std::mem::take(&mut self.needs);
        entry.heir_of = std::mem::take(&mut self.heir_of);
        entry.features = std::mem::take(&mut self.features);
        entry.unnamed = self.unnamed;
        self.declared.push(entry);
    }

    /// Says that the object declared next needs `to`, which is named at `span` and must be declared.
    pub fn refer(&mut self, to: Address, span: Span) {
        self.need(to.clone());
        self.mention(to, span);
    }

    /// Says that `to`, which is named at `span`, must be declared; the object declared next need not wait for it.
    pub fn mention(&mut self, to: Address, span: Span) {
        self.references.push(Reference { to, span });
    }

    /// Says that the object declared next comes after `to`, if that is declared.
    pub fn need(&mut self, to: Address) {
        self.needs.push(to);
    }

    /// Says that the object declared next takes over the parts of `parent`, so that they count as its own.
    pub fn inherit(&mut self, parent: Address) {
        self.heir_of.push(parent);
    }

    /// Says that the object declared next wants a server with `feature`, because of what stands at `span`.
    pub fn want(&mut self, feature: Feature, span: Span) {
        self.features.push((feature, span));
    }

    /// `name` or `schema.name` as schema and name; a bare name is one of the item's own schema. Quotes protect dots.
    pub fn resolve(&self, text: &str) -> (String, String) {
        let mut parts = split_name(text);
        match (parts.pop(), parts.pop()) {
            (Some(name), Some(schema)) => (schema, name),
            (Some(name), None) => (self.schema.to_string(), name),
            _ => (self.schema.to_string(), text.to_string()),
        }
    }

    /// The declared object of `kind` that `name` or `schema.name` means: a bare name is looked for in the item's own
    /// schema, then in those of the file.
    pub fn find(&self, kind: &'static str, text: &str) -> Option<Address> {
        let parts = split_name(text);
        let (name, schema) = (parts.last()?, parts.len().checked_sub(2).map(|at| parts[at].as_str()));
        let own = [schema.unwrap_or(self.schema)].into_iter();
        let others = self.declares.schemas.iter().map(String::as_str).filter(|_| schema.is_none());
        let found = own.chain(others).map(|schema| Address::new(kind, [schema, name]));
        found.into_iter().find(|at| self.declares.objects.contains(at))
    }

    /// The value of an environment variable; a problem at `span` if it is not set, unless the object is optional.
    pub fn environment(&mut self, variable: &str, span: Span) -> Option<String> {
        let value = (self.environment)(variable);
        let optional =
            self.table.get("optional").is_some_and(|node| matches!(node.value, Value::Boolean(true)));
        if value.is_none() && !optional {
            self.problems.add_with_hint(
                span,
                format!("the environment variable `{variable}` is not set"),
                format!("set `{variable}`, or say `optional = true` to go on without it"),
            );
        }
        value
    }
}

/// Name and access method of `name using method`.
pub fn split_using(name: &str) -> (&str, &str) {
    name.rsplit_once(" using ").unwrap_or((name, "btree"))
}

/// The same name as it is always written: the access method is said.
pub fn with_using(name: &str) -> String {
    let (name, method) = split_using(name);
    format!("{name} using {method}")
}

/// The object `schema`.`name using method` in SQL, which calls its kind `kind`: `OPERATOR CLASS public.mood_ops USING btree`.
pub fn sql_using(kind: &str, schema: &str, name: &str) -> String {
    let (name, method) = split_using(name);
    format!("{kind} {} USING {}", qualified(schema, name), ident(method))
}

/// Splits a dotted name; a dot inside double quotes does not count.
pub fn split_name(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                parts.last_mut().into_iter().for_each(|part| part.push('"'));
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            char => parts.last_mut().into_iter().for_each(|part| part.push(char)),
        }
    }
    parts
}
