//! `[tables.NAME.partitions]`: each entry is a table of its own in the same schema, rewritten to one with `partition_of`
//! and `bounds`. What it says of a column is said on top of what its table says.

use crate::kind::{dotless, split_name};
use crate::source::{Node, Problems, Table, Value};
use std::collections::HashMap;

/// The columns that partitions have from their tables, by the name of the partition.
pub(super) type Columns = HashMap<String, Table>;

/// Puts the partitions of the table at place `number` right behind it.
pub(super) fn unfold(tables: &mut Table, number: usize, handed: &mut Columns, problems: &mut Problems) {
    let Some((key, node)) = tables.entries.get_mut(number) else { return };
    let (parent, Value::Table(table)) = (key.name.clone(), &mut node.value) else { return };
    let Some((_, partitions)) = table.remove("partitions") else { return };
    let left = left(table);
    let own = || table.get("columns").and_then(Node::as_table).cloned().unwrap_or_default();
    let columns = handed.remove(&parent).unwrap_or_else(own);
    let Value::Table(partitions) = partitions.value else {
        let sort = partitions.sort();
        return problems.add(partitions.span, format!("`partitions` wants a table, not {sort}"));
    };
    let mut place = number + 1;
    for (key, node) in partitions.entries {
        if let Some((_, other)) = tables.get_entry(&key.name) {
            let span = if other.span > node.span { other.span } else { node.span };
            problems.add_with_hint(
                span,
                format!("a table `{}` is declared beside the partition of that name", key.name),
                "a partition is a table of its own; take one of the two out",
            );
            continue;
        }
        let span = node.span;
        let mut long = match node.value {
            Value::Table(long) => long,
            bounds @ Value::String(_) => {
                let mut long = Table::default();
                long.push("bounds", span, bounds);
                long
            }
            other => {
                let sort = Node::at(span, other).sort();
                problems.add(span, format!("a partition wants its bounds or a table, not {sort}"));
                continue;
            }
        };
        if let Some((other, _)) = long.get_entry("partition_of") {
            problems.add(other.span, format!("it is a partition of `{parent}`, by where it stands"));
            continue;
        }
        if let Some(schema) = left.as_ref().filter(|_| long.get("renamed_from").is_none()) {
            let former = format!("{}.{}", dotless(schema), dotless(&key.name));
            long.push("renamed_from", key.span, Value::String(former));
        }
        long.push("partition_of", key.span, Value::String(dotless(&parent)));
        handed.insert(key.name.clone(), overlay(&columns, &mut long));
        tables.entries.insert(place, (key, Node::at(span, Value::Table(long))));
        place += 1;
    }
}

/// The schema that a table is moved out of: its partitions come with it, unless they say where they were.
fn left(table: &Table) -> Option<String> {
    let mut former = split_name(table.get("renamed_from")?.as_str()?);
    (former.len() == 2).then(|| former.swap_remove(0))
}

/// Completes what a partition says of its columns; gives all columns that it has.
fn overlay(columns: &Table, partition: &mut Table) -> Table {
    let mut all = columns.clone();
    let Some(Node { value: Value::Table(own), .. }) = partition.get_mut("columns") else { return all };
    for (key, node) in &mut all.entries {
        let Some(Node { value: Value::Table(own), .. }) = own.get_mut(&key.name) else { continue };
        match &node.value {
            text @ Value::String(_) if own.get("type").is_none() => {
                own.push("type", node.span, text.clone());
            }
            Value::Table(table) => {
                let said = |name: &str| matches!(name, "comment" | "renamed_from" | "optional" | "absent");
                let more = table.entries.iter().filter(|(key, _)| !said(&key.name));
                let more: Vec<_> = more.filter(|(key, _)| own.get(&key.name).is_none()).cloned().collect();
                own.entries.extend(more);
            }
            _ => {}
        }
        node.value = Value::Table(own.clone());
    }
    all
}

/// Puts partitions under their tables: the inverse of [`unfold`].
pub(super) fn fold(tables: &mut Table) {
    let of = |table: &Node| match table.as_table()?.get("partition_of")?.as_str() {
        Some(parent) => split_name(parent).pop().filter(|_| split_name(parent).len() == 1),
        None => None,
    };
    // What has partitions of its own takes them along.
    while let Some(number) = tables.entries.iter().rposition(|(key, node)| {
        let has_parent = of(node).is_some_and(|parent| tables.get(&parent).is_some());
        has_parent && !tables.entries.iter().any(|(_, other)| of(other).as_ref() == Some(&key.name))
    }) {
        let (key, mut node) = tables.entries.remove(number);
        let Some(parent) = of(&node) else { return };
        if let Value::Table(long) = &mut node.value {
            long.remove("partition_of");
            let bounds = long.get("bounds").cloned();
            if let (1, Some(bounds)) = (long.entries.len(), bounds) {
                node = bounds;
            }
        }
        let Some(Node { value: Value::Table(parent), .. }) = tables.get_mut(&parent) else { return };
        if let Some(partitions) = parent.child("partitions", node.span) {
            partitions.entries.insert(0, (key, node));
        }
    }
}
