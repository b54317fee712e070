//! Short forms, rewritten to the long forms that rooms read. Works on TOML alone; the places of the short forms stay
//! on the long ones, so that messages point at what the person wrote.

use super::keys::UNNAMED;
use super::partitions;
use crate::kind::Registry;
use crate::source::{Node, Problems, Span, Table, Value};
use crate::sql::{auto_name, ident};

/// Short keys on a column, and the long constraint they become part of.
const ON_COLUMN: &[&str] = &["primary_key", "unique", "check", "references"];
/// Keys that go with `references`.
const WITH_REFERENCES: &[&str] = &["on_delete", "on_update", "match", "orphans", "deferrable", "initially"];
/// Keys that go with `unique` or `primary_key`.
const WITH_KEY: &[&str] = &["keep"];

/// Rewrites every short form in the file.
pub(super) fn expand(root: &mut Table, default_schema: &str, registry: &Registry, problems: &mut Problems) {
    tables(root, default_schema, problems);
    let namespace = registry.namespace().map_or("schemas", |(_, key)| key);
    if let Some(Node { value: Value::Table(schemas), .. }) = root.get_mut(namespace) {
        for (key, node) in &mut schemas.entries {
            if let Value::Table(objects) = &mut node.value {
                tables(objects, &key.name, problems);
            }
        }
    }
    roles(root, problems);
}

fn tables(objects: &mut Table, schema: &str, problems: &mut Problems) {
    let mut touched = Vec::new();
    if let Some(Node { value: Value::Table(tables), .. }) = objects.get_mut("tables") {
        let mut number = 0;
        let mut handed = partitions::Columns::new();
        while let Some((key, node)) = tables.entries.get_mut(number) {
            if let Value::Table(table) = &mut node.value {
                columns(&key.name, table, problems);
                name_primary_key(table);
                require_key_columns(table, problems);
                touched.extend(touch(schema, table, problems));
            }
            partitions::unfold(tables, number, &mut handed, problems);
            number += 1;
        }
    }
    for (function, column, span) in touched {
        touch_function(objects, &function, &column, span);
    }
}

/// A primary key without a name is unnamed, so one that goes by another name in the database will do.
fn name_primary_key(table: &mut Table) {
    let Some(node) = table.get_mut("primary_key") else { return };
    let span = node.span;
    if let Value::Array(_) | Value::String(_) = node.value {
        let columns = std::mem::replace(&mut node.value, Value::Table(Table::default()));
        if let Value::Table(long) = &mut node.value {
            long.push("columns", span, columns);
        }
    }
    if let Value::Table(long) = &mut node.value
        && long.get("name").is_none()
    {
        long.push(UNNAMED, span, Value::Boolean(true));
    }
}

/// The columns of a primary key are NOT NULL without being told.
fn require_key_columns(table: &mut Table, problems: &mut Problems) {
    let key = table.get("primary_key").and_then(Node::as_table).and_then(|long| long.get("columns"));
    let names: Vec<String> = match key.map(|node| &node.value) {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Node::as_str).map(str::to_string).collect(),
        _ => return,
    };
    let Some(Node { value: Value::Table(columns), .. }) = table.get_mut("columns") else { return };
    for name in names {
        let Some(node) = columns.get_mut(&name) else { continue };
        let span = node.span;
        if let Value::String(_) = node.value {
            let text = std::mem::replace(&mut node.value, Value::Table(Table::default()));
            if let Value::Table(long) = &mut node.value {
                long.push("type", span, text);
            }
        }
        let Value::Table(long) = &mut node.value else { continue };
        match long.get("not_null") {
            None => long.push("not_null", span, Value::Boolean(true)),
            Some(Node { value: Value::Boolean(false), span }) => {
                problems.add(*span, format!("`{name}` is part of the primary key, so it cannot be nullable"));
            }
            Some(_) => {}
        }
    }
}

fn columns(table_name: &str, table: &mut Table, problems: &mut Problems) {
    let mut moved: Vec<(String, &'static str, Span, Table)> = Vec::new();
    if let Some(Node { value: Value::Table(columns), .. }) = table.get_mut("columns") {
        for (column, node) in &mut columns.entries {
            let Value::Table(body) = &mut node.value else { continue };
            for short in ON_COLUMN {
                let Some((key, value)) = body.remove(short) else { continue };
                if let Some(mut long) = long_form(short, &column.name, value, body, problems) {
                    // What stands on an optional column cannot be less so.
                    long.entries.extend(body.get_entry("optional").cloned());
                    moved.push((column.name.clone(), short, key.span, long));
                }
            }
            nothing_is_left(body, problems);
        }
    }
    let mut primary_key: Option<(Vec<Node>, Span)> = None;
    let mut keep = None;
    for (column, short, span, mut long) in moved {
        let (section, label) = match short {
            "primary_key" => {
                let (columns, _) = primary_key.get_or_insert_with(|| (Vec::new(), span));
                columns.push(Node::at(span, Value::String(column)));
                keep = long.remove("keep").or(keep);
                continue;
            }
            "unique" => ("unique", "key"),
            "check" => ("checks", "check"),
            _ => ("foreign_keys", "fkey"),
        };
        long.push(UNNAMED, span, Value::Boolean(true));
        let name = auto_name(table_name, &column, label);
        if let Some(section) = table.child(section, span) {
            match section.get(&name) {
                Some(_) => problems.add_with_hint(
                    span,
                    format!("`{name}` is already declared in full"),
                    "take one of the two out",
                ),
                None => section.push(name, span, Value::Table(long)),
            }
        }
    }
    if let Some((columns, span)) = primary_key {
        match table.get("primary_key") {
            Some(_) => {
                problems.add_with_hint(span, "the primary key is declared twice", "take one of the two out");
            }
            None => {
                let mut long = Table::default();
                long.push("columns", span, Value::Array(columns));
                long.entries.extend(keep);
                table.push("primary_key", span, Value::Table(long));
            }
        }
    }
}

/// The long form of one short key on a column; `None` for `unique = false` and the like.
fn long_form(
    short: &str,
    column: &str,
    value: Node,
    body: &mut Table,
    problems: &mut Problems,
) -> Option<Table> {
    let span = value.span;
    let mut long = Table::default();
    let own = Value::Array(vec![Node::at(span, Value::String(column.to_string()))]);
    match (short, value.value) {
        ("primary_key" | "unique", Value::Boolean(false)) => return None,
        ("primary_key", Value::Boolean(true)) => carry(WITH_KEY, body, &mut long),
        ("unique", Value::Boolean(true)) => {
            long.push("columns", span, own);
            carry(WITH_KEY, body, &mut long);
        }
        ("check", text @ Value::String(_)) => long.push("expression", span, text),
        ("references", target @ Value::String(_)) => {
            long.push("columns", span, own);
            long.push("references", span, target);
            carry(WITH_REFERENCES, body, &mut long);
        }
        ("primary_key" | "unique", other) => {
            let sort = Node::at(span, other).sort();
            problems.add(span, format!("`{short}` wants `true` or `false`, not {sort}"));
            return None;
        }
        _ => {
            problems.add(span, format!("`{short}` wants a string"));
            return None;
        }
    }
    Some(long)
}

/// Tells of keys that say more of a constraint which the column does not have.
fn nothing_is_left(body: &mut Table, problems: &mut Problems) {
    for (keys, with) in [(WITH_KEY, "`unique` or `primary_key`"), (WITH_REFERENCES, "`references`")] {
        for name in keys {
            if let Some((key, _)) = body.remove(name) {
                problems.add(key.span, format!("`{name}` goes with {with}, which this column does not say"));
            }
        }
    }
}

fn carry(keys: &[&str], from: &mut Table, to: &mut Table) {
    for key in keys {
        to.entries.extend(from.remove(key));
    }
}

/// `touch = "updated_at"`: a trigger that keeps the column current, and the function it calls.
fn touch(schema: &str, table: &mut Table, problems: &mut Problems) -> Option<(String, String, Span)> {
    let (key, node) = table.remove("touch")?;
    let Some(column) = node.as_str().map(str::to_string) else {
        problems.add(node.span, format!("`touch` wants the name of a column, not {}", node.sort()));
        return None;
    };
    let columns = table.get("columns").and_then(Node::as_table);
    if columns.is_none_or(|columns| columns.get(&column).is_none()) {
        let names: Vec<&str> = columns
            .into_iter()
            .flat_map(|columns| &columns.entries)
            .map(|(key, _)| key.name.as_str())
            .collect();
        problems.add_with_suggestion(node.span, format!("there is no column `{column}`"), &column, names);
        return None;
    }
    let function = auto_name("touch", &column, "now").trim_end_matches("_now").to_string();
    let span = key.span;
    let mut trigger = Table::default();
    trigger.push("when", span, Value::String("before".into()));
    let events = vec![Node::at(span, Value::String("update".into()))];
    trigger.push("events", span, Value::Array(events));
    trigger.push("for_each", span, Value::String("row".into()));
    let call = format!("{}.{}()", ident(schema), ident(&function));
    trigger.push("call", span, Value::String(call));
    if let Some(triggers) = table.child("triggers", span) {
        if triggers.get(&function).is_some() {
            problems.add(span, format!("a trigger `{function}` is already declared in full"));
        } else {
            triggers.push(function.clone(), span, Value::Table(trigger));
        }
    }
    Some((function, column, span))
}

fn touch_function(objects: &mut Table, function: &str, column: &str, span: Span) {
    let Some(functions) = objects.child("functions", span) else { return };
    let key = format!("{function}()");
    if functions.get(&key).is_some() || functions.get(function).is_some() {
        return;
    }
    let mut long = Table::default();
    long.push("returns", span, Value::String("trigger".into()));
    long.push("language", span, Value::String("plpgsql".into()));
    let column = ident(column);
    let body = format!("BEGIN\n    NEW.{column} := now();\n    RETURN NEW;\nEND");
    long.push("body", span, Value::String(body));
    functions.push(key, span, Value::Table(long));
}

/// `read` and `write` on a role: usage of the schemas, and privileges on all tables, those to come included.
fn roles(root: &mut Table, problems: &mut Problems) {
    let mut wanted = Vec::new();
    if let Some(Node { value: Value::Table(roles), .. }) = root.get_mut("roles") {
        for (role, node) in &mut roles.entries {
            let Value::Table(body) = &mut node.value else { continue };
            for short in &["read", "write"] {
                let Some((_, value)) = body.remove(short) else { continue };
                wanted.push((role.name.clone(), *short, schema_names(short, value, problems)));
            }
        }
    }
    for (role, short, schemas) in wanted {
        for (schema, span) in schemas {
            let on = |what: &str| format!("{what} {}", ident(&schema));
            let rights: &[&str] =
                if short == "read" { &["select"] } else { &["select", "insert", "update", "delete"] };
            privilege(root, "grants", span, &role, &[("on", on("schema"))], &["usage"]);
            privilege(root, "grants", span, &role, &[("on", on("all tables in schema"))], rights);
            let later = [("in_schema", schema.clone()), ("on", "tables".to_string())];
            privilege(root, "default_privileges", span, &role, &later, rights);
            if short == "write" {
                privilege(root, "grants", span, &role, &[("on", on("all sequences in schema"))], &["usage"]);
                let later = [("in_schema", schema.clone()), ("on", "sequences".to_string())];
                privilege(root, "default_privileges", span, &role, &later, &["usage"]);
            }
        }
    }
}

fn schema_names(short: &str, value: Node, problems: &mut Problems) -> Vec<(String, Span)> {
    let items = match value.value {
        Value::Array(items) => items,
        other => vec![Node::at(value.span, other)],
    };
    let mut names = Vec::new();
    for item in items {
        match item.value {
            Value::String(name) => names.push((name, item.span)),
            _ => problems.add(item.span, format!("`{short}` wants names of schemas, not {}", item.sort())),
        }
    }
    names
}

fn privilege(
    root: &mut Table,
    section: &str,
    span: Span,
    role: &str,
    keys: &[(&str, String)],
    privileges: &[&str],
) {
    if root.get(section).is_none() {
        root.push(section, span, Value::Array(Vec::new()));
    }
    let mut long = Table::default();
    long.push("to", span, Value::String(role.to_string()));
    for (key, value) in keys {
        long.push(*key, span, Value::String(value.clone()));
    }
    let words = privileges.iter().map(|word| Node::at(span, Value::String((*word).to_string())));
    long.push("privileges", span, Value::Array(words.collect()));
    if let Some(Node { value: Value::Array(list), .. }) = root.get_mut(section) {
        list.push(Node::at(span, Value::Table(long)));
    }
}
