//! Long forms, rewritten to the short ones that people like: the inverse of [`super::shorthand`]. Works on TOML alone.

use super::partitions;
use crate::kind::{Place, Registry};
use crate::source::{Node, Span, Table, Value};
use crate::sql::auto_name;

/// What a foreign key may say besides its columns and its target where it stands on a column.
const WITH_REFERENCES: &[&str] = &["on_delete", "on_update", "match", "deferrable", "initially"];

/// Rewrites long forms to short ones wherever both say the same.
pub fn shorten(root: &mut Table, registry: &Registry) {
    let namespace = registry.namespace().map_or("schemas", |(_, key)| key);
    if let Some(Node { value: Value::Table(schemas), .. }) = root.get_mut(namespace) {
        for (_, node) in &mut schemas.entries {
            if let Value::Table(objects) = &mut node.value {
                tables(objects);
            }
        }
    }
    tables(root);
    for key in ["grants", "default_privileges"] {
        if let Some(Node { value: Value::Array(items), .. }) = root.get_mut(key) {
            together(items, "on");
            together(items, "to");
        }
    }
    main_keys(root, registry);
}

fn tables(objects: &mut Table) {
    let Some(Node { value: Value::Table(tables), .. }) = objects.get_mut("tables") else { return };
    for (key, node) in &mut tables.entries {
        let Value::Table(table) = &mut node.value else { continue };
        primary_key(&key.name, table);
        unique(&key.name, table);
        references(&key.name, table);
        checks(&key.name, table);
    }
    partitions::fold(tables);
}

/// The long form of a column, to which keys can be added.
fn column<'t>(table: &'t mut Table, name: &str) -> Option<&'t mut Table> {
    match table.get_mut("columns")?.value {
        Value::Table(ref mut columns) => match &mut columns.get_mut(name)?.value {
            Value::Table(column) => Some(column),
            _ => None,
        },
        _ => None,
    }
}

fn say(column: &mut Table, key: &str, value: Value) {
    column.push(key, Span::NOWHERE, value);
}

/// The only column that a long form names.
fn only_column(long: &Table) -> Option<String> {
    match &long.get("columns")?.value {
        Value::Array(items) => match items.as_slice() {
            [only] => only.as_str().map(str::to_string),
            _ => None,
        },
        _ => None,
    }
}

/// A key of the usual name on one column stands on the column; without its name on several, it is a list.
fn primary_key(table_name: &str, table: &mut Table) {
    let Some((key, node)) = table.remove("primary_key") else { return };
    let Value::Table(mut long) = node.value else { return };
    let usual =
        long.get("name").and_then(Node::as_str).is_none_or(|name| name == auto_name(table_name, "", "pkey"));
    if usual {
        long.remove("name");
    }
    if let (true, 1, Some(name)) = (usual, long.entries.len(), only_column(&long))
        && let Some(column) = column(table, &name)
    {
        return say(column, "primary_key", Value::Boolean(true));
    }
    let bare = long.entries.len() == 1;
    let value = match long.remove("columns") {
        Some((_, columns)) if bare => columns.value,
        Some(columns) => {
            long.entries.insert(0, columns);
            Value::Table(long)
        }
        None => Value::Table(long),
    };
    table.entries.push((key, Node::at(node.span, value)));
}

fn unique(table_name: &str, table: &mut Table) {
    moved(table, "unique", |name, long| {
        let column = only_column(long)?;
        let usual = long.entries.len() == 1 && name == auto_name(table_name, &column, "key");
        usual.then(|| (column, vec![("unique".to_string(), Value::Boolean(true))]))
    });
}

fn references(table_name: &str, table: &mut Table) {
    moved(table, "foreign_keys", |name, long| {
        let column = only_column(long)?;
        let target = long.get("references")?.value.clone();
        let rest = long.entries.iter().filter(|(key, _)| key.name != "columns" && key.name != "references");
        let rest: Vec<(String, Value)> =
            rest.map(|(key, node)| (key.name.clone(), node.value.clone())).collect();
        let usual = name == auto_name(table_name, &column, "fkey")
            && rest.iter().all(|(key, _)| WITH_REFERENCES.contains(&key.as_str()));
        usual.then(|| (column, [vec![("references".to_string(), target)], rest].concat()))
    });
}

fn checks(table_name: &str, table: &mut Table) {
    let columns = table.get("columns").and_then(Node::as_table);
    let columns: Vec<String> =
        columns.into_iter().flat_map(|columns| &columns.entries).map(|(key, _)| key.name.clone()).collect();
    moved(table, "checks", |name, long| {
        let column = columns.iter().find(|column| name == auto_name(table_name, column, "check"))?;
        let expression = long.get("expression").filter(|_| long.entries.len() == 1)?;
        Some((column.clone(), vec![("check".to_string(), expression.value.clone())]))
    });
}

/// Moves those objects of a collection to a column for which `short` gives the column and its keys.
fn moved(
    table: &mut Table,
    collection: &str,
    short: impl Fn(&str, &Table) -> Option<(String, Vec<(String, Value)>)>,
) {
    let Some((key, Node { value: Value::Table(objects), span })) = table.remove(collection) else { return };
    let mut left = Table::default();
    for (name, node) in objects.entries {
        let found = node.as_table().and_then(|long| short(&name.name, long));
        let place = found.and_then(|(at, keys)| {
            let column = column(table, &at)?;
            // Another of its kind may have taken the place.
            keys.iter().all(|(key, _)| column.get(key).is_none()).then_some((column, keys))
        });
        match place {
            Some((column, keys)) => keys.into_iter().for_each(|(key, value)| say(column, &key, value)),
            None => left.entries.push((name, node)),
        }
    }
    if !left.entries.is_empty() {
        table.entries.push((key, Node { value: Value::Table(left), span }));
    }
}

/// Joins items of a list that differ in nothing but `key`, whose values become one array.
fn together(items: &mut Vec<Node>, key: &str) {
    let mut joined: Vec<Node> = Vec::new();
    for item in items.drain(..) {
        let Value::Table(table) = &item.value else { continue };
        let same = joined.iter_mut().find(|there| match &there.value {
            Value::Table(other) => {
                let rest = |table: &Table| {
                    let mut rest = table.clone();
                    rest.remove(key).map(|_| rest)
                };
                rest(table).is_some() && rest(table) == rest(other)
            }
            _ => false,
        });
        let Some(Node { value: Value::Table(there), .. }) = same else {
            joined.push(item);
            continue;
        };
        let Some(more) = table.get(key).cloned() else { continue };
        let Some(node) = there.get_mut(key) else { continue };
        let one = std::mem::replace(node, Node::at(more.span, Value::Array(Vec::new())));
        let flat = |node: Node| match node.value {
            Value::Array(items) => items,
            _ => vec![node],
        };
        node.value = Value::Array([flat(one), flat(more)].concat());
    }
    *items = joined;
}

/// An object that says nothing but its main key is that key's value.
fn main_keys(root: &mut Table, registry: &Registry) {
    for kind in registry.iter() {
        let doc = kind.doc();
        let Some(main) = doc.main_key else { continue };
        let (key, many) = match doc.place {
            Place::InSchema(key) | Place::Top(key) | Place::Children { key, .. } => (key, true),
            Place::Single { key, .. } | Place::OnAny(key) => (key, false),
            Place::Namespace(_) | Place::TopList(_) => continue,
        };
        everywhere(root, key, &mut |node| match &mut node.value {
            Value::Table(objects) if many => {
                objects.entries.iter_mut().for_each(|(_, node)| collapse(node, main));
            }
            _ => collapse(node, main),
        });
    }
}

fn collapse(node: &mut Node, main: &str) {
    // A table in its place would be taken for the long form.
    if let Value::Table(table) = &mut node.value
        && table.entries.len() == 1
        && table.get(main).is_some_and(|only| only.as_table().is_none())
        && let Some((_, only)) = table.remove(main)
    {
        node.value = only.value;
    }
}

/// Every value of `key`, however deep.
fn everywhere(table: &mut Table, key: &str, change: &mut dyn FnMut(&mut Node)) {
    for (name, node) in &mut table.entries {
        if name.name == key {
            change(node);
        }
        if let Value::Table(inner) = &mut node.value {
            everywhere(inner, key, change);
        }
    }
}
