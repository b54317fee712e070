//! One file, or several that include each other.

use crate::kind::{Place, Registry};
use crate::source::{Node, Span, Table, Value};

/// Into how many files a schema goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Split {
    /// One.
    #[default]
    None,
    /// One for each schema.
    Schema,
    /// One for each table.
    Table,
}

/// The files of a document by name, the one that includes the others first.
pub fn split(mut root: Table, split: Split, registry: &Registry) -> Vec<(String, Table)> {
    let Some((_, namespaces)) = registry.namespace() else { return vec![("schema.toml".into(), root)] };
    let mut parts: Vec<(String, Table)> = Vec::new();
    if split == Split::Schema {
        for (name, objects) in take(&mut root, namespaces) {
            let part = within(namespaces, Value::Table(within(&name, objects)));
            parts.push((format!("{namespaces}/{}.toml", file_name(&name)), part));
        }
    }
    if split == Split::Table {
        let hosts = hosts(registry);
        for key in &hosts {
            for (name, object) in take(&mut root, key) {
                parts.push((
                    format!("{key}/{}.toml", file_name(&name)),
                    within(key, Value::Table(within(&name, object))),
                ));
            }
        }
        if let Some(Node { value: Value::Table(schemas), .. }) = root.get_mut(namespaces) {
            for (schema, node) in &mut schemas.entries {
                let Value::Table(objects) = &mut node.value else { continue };
                for key in &hosts {
                    for (name, object) in take(objects, key) {
                        let file = format!("{key}/{}.{}.toml", file_name(&schema.name), file_name(&name));
                        let part = within(key, Value::Table(within(&name, object)));
                        let part = within(&schema.name, Value::Table(part));
                        parts.push((file, within(namespaces, Value::Table(part))));
                    }
                }
            }
        }
    }
    let mut folders: Vec<&str> = parts.iter().filter_map(|(file, _)| file.split('/').next()).collect();
    folders.dedup();
    if !folders.is_empty() {
        let patterns = folders.iter().map(|folder| Value::String(format!("{folder}/*.toml")));
        let patterns = patterns.map(|pattern| Node::at(Span::NOWHERE, pattern)).collect();
        root.entries.splice(0..0, within("include", Value::Array(patterns)).entries);
    }
    parts.insert(0, ("schema.toml".to_string(), root));
    parts
}

/// The keys of the objects that others stand in, in an order of their own.
fn hosts(registry: &Registry) -> Vec<&'static str> {
    let holds = |name: &str| {
        registry.iter().any(|inner| {
            inner.keeps_order()
                && matches!(inner.doc().place, Place::Children { of, .. } if of.contains(&name))
        })
    };
    let key = |place: Place| match place {
        Place::InSchema(key) => Some(key),
        _ => None,
    };
    registry.iter().filter(|kind| holds(kind.doc().name)).filter_map(|kind| key(kind.doc().place)).collect()
}

/// Takes all objects out of a collection.
fn take(from: &mut Table, key: &str) -> Vec<(String, Value)> {
    match from.remove(key) {
        Some((_, Node { value: Value::Table(table), .. })) => {
            table.entries.into_iter().map(|(key, node)| (key.name, node.value)).collect()
        }
        _ => Vec::new(),
    }
}

/// A table that says nothing else.
fn within(key: &str, value: Value) -> Table {
    let mut table = Table::default();
    table.push(key, Span::NOWHERE, value);
    table
}

/// A name as that of a file: what a file system may not take is written as its code.
fn file_name(name: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-');
    name.chars()
        .map(|char| if plain(char) { char.to_string() } else { format!("%{:02x}", u32::from(char)) })
        .collect()
}
