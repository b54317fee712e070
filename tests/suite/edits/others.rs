//! Edits of what is no table: types, routines, views, privileges.

use toml::{Table, Value};

use super::editor::{Editor, Spot, mentions, table_in};
use super::tables::Edit;
use crate::support::stored::Fate;

pub const EDITS: &[Edit] = &[
    change_routine,
    change_routine,
    drop_routine,
    add_argument,
    change_view,
    change_view,
    drop_view,
    add_view,
    add_label,
    drop_label,
    move_label,
    change_domain,
    change_composite,
    change_sequence,
    grant,
    drop_grant,
    comment,
    own,
    change_trigger,
    change_policy,
    change_publication,
    rename_type,
];

fn done(editor: &mut Editor, what: &str, spot: &Spot) -> Option<()> {
    editor.done.push(format!("{what} {}", spot.full()));
    Some(())
}

fn change_routine(editor: &mut Editor) -> Option<()> {
    let key = editor.one(&["functions", "functions", "procedures"])?;
    let spot = editor.any(key)?;
    let choice = editor.rng_below(5);
    let routine = editor.object(key, &spot, "body");
    match choice {
        0 | 1 => {
            let body = routine.get("body")?.as_str()?.to_owned();
            routine.insert("body".into(), format!("{body}\n-- edited\n").into());
        }
        2 if key == "functions" => _ = routine.insert("cost".into(), Value::Integer(42)),
        3 => {
            let path = Table::from_iter([("search_path".to_owned(), Value::from("pg_catalog, public"))]);
            routine.insert("set".into(), Value::Table(path));
        }
        4 => {
            _ = routine.insert("security_definer".into(), (!routine.contains_key("security_definer")).into())
        }
        _ => return None,
    }
    done(editor, &format!("{key}, {choice},"), &spot)
}

fn drop_routine(editor: &mut Editor) -> Option<()> {
    let key = editor.one(&["functions", "procedures", "aggregates"])?;
    let spot = editor.any(key)?;
    table_in(editor.schema(&spot.schema), key).remove(&spot.name);
    let name = spot.name.split('(').next().unwrap_or_default().to_owned();
    editor.forget_dependents(&name, None);
    done(editor, "drop", &spot)
}

/// A function takes one argument more, which is another function under the same name.
fn add_argument(editor: &mut Editor) -> Option<()> {
    let spot = editor.any("functions")?;
    let mut function = editor.object("functions", &spot, "body").clone();
    let arguments = function.get("arguments").and_then(Value::as_str).unwrap_or_default().to_owned();
    if function.get("returns").and_then(Value::as_str) == Some("trigger") || arguments.contains("OUT ") {
        return None;
    }
    let (name, types) = spot.name.strip_suffix(')')?.split_once('(')?;
    let separator = if types.is_empty() { "" } else { ", " };
    function.insert("arguments".into(), format!("{arguments}{separator}integer").into());
    let longer = format!("{name}({types}{separator}integer)");
    if !arguments.is_empty() && arguments.contains("DEFAULT") {
        return None;
    }
    let functions = table_in(editor.schema(&spot.schema), "functions");
    functions.remove(&spot.name);
    functions.insert(longer, Value::Table(function));
    editor.forget_dependents(name, None);
    done(editor, "an argument for", &spot)
}

fn change_view(editor: &mut Editor) -> Option<()> {
    let key = editor.one(&["views", "views", "views", "materialized_views"])?;
    let spot = editor.any(key)?;
    let choice = editor.rng_below(4);
    let view = editor.object(key, &spot, "query");
    let query = view.get("query")?.as_str()?.to_owned();
    match choice {
        0 => _ = view.insert("query".into(), format!("select * from ({query}) q where true").into()),
        1 if !view.contains_key("columns") => {
            _ = view.insert("query".into(), format!("select q.*, 1 as edited from ({query}) q").into());
        }
        2 if !view.contains_key("columns") => {
            _ = view.insert("query".into(), format!("select 1 as edited, q.* from ({query}) q").into());
        }
        3 if key == "views" => {
            _ = view.insert("security_barrier".into(), (!view.contains_key("security_barrier")).into());
        }
        _ => return None,
    }
    done(editor, &format!("{key}, {choice},"), &spot)
}

fn drop_view(editor: &mut Editor) -> Option<()> {
    let key = editor.one(&["views", "materialized_views"])?;
    let spot = editor.any(key)?;
    table_in(editor.schema(&spot.schema), key).remove(&spot.name);
    editor.forget_table(&spot);
    done(editor, "drop", &spot)
}

fn add_view(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let key = editor.one(&["views", "materialized_views"])?;
    let query = format!("select * from {}", spot.reference());
    table_in(editor.schema(&spot.schema), key).insert("edited_view".into(), query.into());
    done(editor, "a view over", &spot)
}

/// The labels of an enum.
fn labels(editor: &mut Editor) -> Option<(Spot, Vec<Value>)> {
    let spot = editor.any("enums")?;
    let labels = editor.object("enums", &spot, "labels").get("labels")?.as_array()?.clone();
    Some((spot, labels))
}

fn relabel(editor: &mut Editor, what: &str, spot: &Spot, labels: Vec<Value>) -> Option<()> {
    editor.object("enums", spot, "labels").insert("labels".into(), Value::Array(labels));
    done(editor, what, spot)
}

fn add_label(editor: &mut Editor) -> Option<()> {
    let (spot, mut labels) = labels(editor)?;
    let at = editor.rng_below(labels.len() + 1);
    labels.insert(at, "added later".into());
    relabel(editor, "a label for", &spot, labels)
}

fn drop_label(editor: &mut Editor) -> Option<()> {
    let (spot, mut labels) = labels(editor)?;
    let at = editor.rng_below(labels.len());
    labels.remove(at);
    relabel(editor, "a label less for", &spot, labels)
}

fn move_label(editor: &mut Editor) -> Option<()> {
    let (spot, mut labels) = labels(editor)?;
    labels.reverse();
    relabel(editor, "reverse", &spot, labels)
}

fn change_domain(editor: &mut Editor) -> Option<()> {
    let spot = editor.any("domains")?;
    let choice = editor.rng_below(4);
    let domain = editor.object("domains", &spot, "type");
    match choice {
        0 => {
            table_in(domain, "checks").insert("edited".into(), "value::text <> 'nothing at all'".into());
        }
        1 => domain.get_mut("checks")?.as_table_mut()?.clear(),
        2 => _ = domain.insert("not_null".into(), (!domain.contains_key("not_null")).into()),
        _ => _ = domain.remove("default")?,
    }
    done(editor, &format!("domain, {choice},"), &spot)
}

fn change_composite(editor: &mut Editor) -> Option<()> {
    let spot = editor.any("composite_types")?;
    let gone = editor.chance(40);
    let attributes = table_in(editor.object("composite_types", &spot, "attributes"), "attributes");
    if !gone {
        attributes.insert("edited".into(), "text".into());
        return done(editor, "an attribute for", &spot);
    }
    let last = attributes.keys().next_back()?.clone();
    attributes.remove(&last);
    // Every column of the type has values of fewer parts, and every function that takes one is in doubt.
    let name = spot.name.clone();
    for table in editor.all("tables") {
        for (column, data_type) in editor.columns(&table) {
            if mentions(&data_type.into(), &name) {
                editor.note("less in".into(), &table, &column, Fate::Changes);
            }
        }
    }
    done(editor, "an attribute less for", &spot)
}

fn change_sequence(editor: &mut Editor) -> Option<()> {
    let spot = editor.any("sequences")?;
    editor.object("sequences", &spot, "").insert("increment".into(), Value::Integer(3));
    done(editor, "sequence", &spot)
}

fn grant(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let privileges = editor.one(&[vec!["select"], vec!["select", "insert"], vec!["all"]])?;
    let role = editor.roles[1].clone();
    let grant = Table::from_iter([
        ("to".to_owned(), Value::from(role)),
        ("on".to_owned(), format!("table {}", spot.reference()).into()),
        ("privileges".to_owned(), Value::Array(privileges.into_iter().map(Value::from).collect())),
    ]);
    let entry = editor.file.entry("grants".to_owned()).or_insert_with(|| Value::Array(Vec::new()));
    entry.as_array_mut()?.push(Value::Table(grant));
    done(editor, "grant on", &spot)
}

fn drop_grant(editor: &mut Editor) -> Option<()> {
    let count = editor.file.get("grants")?.as_array()?.len();
    let at = (count > 0).then(|| editor.rng_below(count))?;
    let gone = editor.file.get_mut("grants")?.as_array_mut()?.remove(at);
    editor.done.push(format!("revoke {}", gone.to_string().chars().take(200).collect::<String>()));
    Some(())
}

const SORTS: &[(&str, &str)] = &[
    ("views", "query"),
    ("materialized_views", "query"),
    ("functions", "body"),
    ("procedures", "body"),
    ("enums", "labels"),
    ("domains", "type"),
    ("composite_types", "attributes"),
    ("sequences", "type"),
    ("tables", "columns"),
];

fn comment(editor: &mut Editor) -> Option<()> {
    let (key, long) = editor.one(SORTS)?;
    let spot = editor.any(key)?;
    let gone = editor.chance(30);
    let object = editor.object(key, &spot, long);
    if gone {
        object.remove("comment")?;
    } else {
        object.insert("comment".into(), "it's \"edited\"".into());
    }
    done(editor, "comment on", &spot)
}

fn own(editor: &mut Editor) -> Option<()> {
    let (key, long) = editor.one(SORTS)?;
    let spot = editor.any(key)?;
    let role = editor.roles[0].clone();
    editor.object(key, &spot, long).insert("owner".into(), role.into());
    done(editor, "owner of", &spot)
}

/// A part of some table, such as a trigger.
fn part(editor: &mut Editor, key: &str) -> Option<(Spot, String)> {
    let mut all = editor.all("tables");
    all.retain(|spot| {
        editor.table(spot).get(key).and_then(Value::as_table).is_some_and(|parts| !parts.is_empty())
    });
    let spot = editor.one(&all)?;
    let names: Vec<String> = editor.table(&spot).get(key)?.as_table()?.keys().cloned().collect();
    let name = editor.one(&names)?;
    Some((spot, name))
}

fn change_trigger(editor: &mut Editor) -> Option<()> {
    let (spot, name) = part(editor, "triggers")?;
    let choice = editor.rng_below(3);
    let triggers = table_in(editor.table(&spot), "triggers");
    match choice {
        0 => _ = table_in(triggers, &name).insert("enabled".into(), "no".into()),
        1 => _ = table_in(triggers, &name).insert("events".into(), "delete".into()),
        _ => _ = triggers.remove(&name),
    }
    done(editor, &format!("trigger {name}, {choice}, of"), &spot)
}

fn change_policy(editor: &mut Editor) -> Option<()> {
    let (spot, name) = part(editor, "policies")?;
    let policy = table_in(table_in(editor.table(&spot), "policies"), &name);
    let key = if policy.contains_key("using") { "using" } else { "with_check" };
    policy.insert(key.into(), "1 < 2".into());
    done(editor, &format!("policy {name} of"), &spot)
}

fn change_publication(editor: &mut Editor) -> Option<()> {
    let spot = editor.any("publications")?;
    editor.object("publications", &spot, "tables").insert("publish".into(), "insert".into());
    done(editor, "publication", &spot)
}

/// A type gets another name; columns go on under the name that the file now says.
fn rename_type(editor: &mut Editor) -> Option<()> {
    let (key, long) =
        editor.one(&[("enums", "labels"), ("domains", "type"), ("composite_types", "attributes")])?;
    let spot = editor.any(key)?;
    if editor.renamed {
        return None;
    }
    let name = format!("{}_now", spot.name);
    let mut whole = Value::Table(std::mem::take(&mut editor.file));
    super::editor::texts(&mut whole, &mut |text| *text = super::editor::with_word(text, &spot.name, &name));
    let Value::Table(file) = whole else { return None };
    editor.file = file;
    let object = editor.object(key, &spot, long);
    object.insert("renamed_from".into(), spot.name.clone().into());
    let objects = table_in(editor.schema(&spot.schema), key);
    let object = objects.remove(&spot.name)?;
    objects.insert(name, object);
    editor.renamed = true;
    done(editor, "rename", &spot)
}
