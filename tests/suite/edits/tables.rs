//! Edits of tables, their columns, constraints and indexes.

use toml::{Table, Value};

use super::editor::{
    Editor, Spot, drop_references, lengthened, mentions, quoted, says, table_in, texts, with_word,
};
use crate::support::stored::Fate;

/// One edit; nothing if the file has no place for it.
pub type Edit = fn(&mut Editor) -> Option<()>;

pub const EDITS: &[Edit] = &[
    add_column,
    add_column,
    widen,
    widen,
    widen,
    narrow,
    narrow,
    drop_column,
    drop_column,
    drop_table,
    change_default,
    change_default,
    require,
    allow_null,
    add_index,
    add_index,
    drop_from,
    change_index,
    add_check,
    add_unique,
    add_foreign_key,
    change_foreign_key,
    change_column,
    change_table,
    drop_partition,
    rename_column,
    rename_table,
    rename_inside,
    primary_key,
    add_table,
];

/// A name that nothing has yet.
fn fresh(editor: &mut Editor, stem: &str) -> String {
    (1..)
        .map(|n| format!("{stem}_{n}"))
        .find(|name| !mentions(&Value::Table(editor.file.clone()), name))
        .expect("a name")
}

fn split(data_type: &str) -> (&str, Vec<u32>) {
    match data_type.split_once('(') {
        Some((name, rest)) => {
            (name, rest.trim_end_matches(')').split(',').filter_map(|n| n.trim().parse().ok()).collect())
        }
        None => (data_type, Vec::new()),
    }
}

fn wider(data_type: &str) -> Vec<String> {
    let texts: Vec<String> = match split(data_type) {
        ("smallint", _) => vec!["integer".into(), "bigint".into(), "numeric".into()],
        ("integer", _) => vec!["bigint".into(), "numeric".into(), "double precision".into()],
        ("bigint", _) => vec!["numeric".into()],
        ("varchar" | "character varying", length) => length
            .first()
            .map(|n| format!("varchar({})", n * 2))
            .into_iter()
            .chain(["text".into(), "varchar".into()])
            .collect(),
        ("text", _) => vec!["varchar".into()],
        ("char", _) => vec!["text".into()],
        ("numeric", parts) if parts.len() == 2 => {
            vec![format!("numeric({},{})", parts[0] + 2, parts[1]), "numeric".into()]
        }
        ("real", _) => vec!["double precision".into()],
        ("date", _) => vec!["timestamp".into(), "timestamptz".into()],
        ("timestamp", _) => vec!["timestamptz".into()],
        ("json", _) => vec!["jsonb".into()],
        ("uuid", _) => vec!["text".into()],
        _ => Vec::new(),
    };
    texts
}

fn narrower(data_type: &str) -> Vec<String> {
    match split(data_type) {
        ("integer", _) => vec!["smallint".into(), "text".into()],
        ("bigint", _) => vec!["integer".into(), "text".into()],
        ("numeric", _) => vec!["integer".into(), "numeric(6,1)".into(), "numeric(2,1)".into()],
        ("double precision", _) => vec!["real".into(), "integer".into()],
        ("varchar" | "text" | "char" | "citext", _) => {
            vec!["varchar(1)".into(), "varchar(2)".into(), "char(30)".into()]
        }
        ("timestamp" | "timestamptz", _) => vec!["date".into(), "timestamp(0)".into(), "text".into()],
        ("boolean", _) => vec!["text".into()],
        _ => Vec::new(),
    }
}

/// A value of a type as an expression, and whether it is known.
fn value_of(data_type: &str) -> Option<&'static str> {
    Some(match split(data_type).0 {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => "7",
        "varchar" | "text" | "citext" | "char" => "'7'",
        "date" | "timestamp" | "timestamptz" => "'2024-02-03'",
        "boolean" => "false",
        "json" | "jsonb" => "'{\"b\": 7}'",
        "uuid" => "'00000000-0000-0000-0000-000000000007'",
        _ => return None,
    })
}

fn add_column(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let name = fresh(editor, "added");
    let data_type = editor.one(&[
        "integer",
        "text",
        "timestamptz",
        "varchar(20)",
        "jsonb",
        "boolean",
        "uuid",
        "bigserial",
    ])?;
    let mut column = Table::new();
    column.insert("type".into(), data_type.into());
    let serial = data_type == "bigserial";
    let defaulted = !serial && editor.chance(60);
    if defaulted {
        let default = match data_type {
            "timestamptz" if editor.chance(50) => "now()",
            "uuid" => "gen_random_uuid()",
            other => value_of(other)?,
        };
        column.insert("default".into(), default.into());
    }
    if editor.chance(if defaulted { 50 } else { 20 }) {
        column.insert("not_null".into(), true.into());
        if !defaulted
            && editor.chance(50)
            && let Some(value) = value_of(data_type)
        {
            column.insert("backfill".into(), value.into());
        }
    }
    let columns = editor.columns(&spot);
    if !defaulted && !serial && editor.chance(25) {
        let (other, _) = editor.one(&columns)?;
        column = Table::new();
        column.insert("type".into(), "boolean".into());
        column.insert("generated".into(), format!("{} is null", quoted(&other)).into());
    }
    if editor.chance(15) {
        column.insert("comment".into(), "what came last".into());
    }
    editor.note(format!("add {column} to"), &spot, &name, Fate::Stays);
    table_in(editor.table(&spot), "columns").insert(name, Value::Table(column));
    Some(())
}

fn retype(editor: &mut Editor, choices: fn(&str) -> Vec<String>, fate: Fate) -> Option<()> {
    let (spot, column, former) = editor.any_column(|data_type| !choices(data_type).is_empty())?;
    let data_type = editor.one(&choices(&former))?;
    editor.note(format!("{data_type} for"), &spot, &column, fate);
    editor.column(&spot, &column).insert("type".into(), data_type.clone().into());
    // Columns of types that cannot be compared are no foreign keys of each other.
    let numbers =
        |data_type: &str| matches!(split(data_type).0, "smallint" | "integer" | "bigint" | "numeric");
    if !(numbers(&former) && numbers(&data_type)) {
        drop_references(editor.column(&spot, &column));
        let columns = editor.table(&spot).get_mut("foreign_keys").and_then(Value::as_table_mut);
        columns.into_iter().for_each(|keys| keys.retain(|_, key| !mentions(key, &column)));
        let name = spot.name.clone();
        editor.forget_references(|reference| says(reference, &name));
    }
    Some(())
}

fn widen(editor: &mut Editor) -> Option<()> {
    retype(editor, wider, Fate::Stays)
}

fn narrow(editor: &mut Editor) -> Option<()> {
    retype(editor, narrower, Fate::Changes)
}

fn drop_column(editor: &mut Editor) -> Option<()> {
    let (spot, column, _) = editor.any_column(|_| true)?;
    editor.note("drop".into(), &spot, &column, Fate::Goes);
    if editor.chance(20) {
        let absent = Table::from_iter([("absent".to_owned(), Value::Boolean(true))]);
        table_in(editor.table(&spot), "columns").insert(column.clone(), Value::Table(absent));
    } else {
        table_in(editor.table(&spot), "columns").remove(&column);
    }
    editor.forget_column(&spot, &column);
    Some(())
}

fn drop_table(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    editor.note("drop".into(), &spot, "", Fate::Goes);
    table_in(editor.schema(&spot.schema), "tables").remove(&spot.name);
    editor.forget_table(&spot);
    Some(())
}

fn add_table(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let name = fresh(editor, "table");
    let mut copy = editor.table(&spot).get("columns")?.clone();
    // Sequences and constraints have names of their own.
    for (_, column) in copy.as_table_mut()?.iter_mut() {
        if let Value::Table(column) = column {
            column
                .retain(|key, _| matches!(key, "type" | "not_null" | "collation" | "generated" | "comment"));
        }
    }
    editor.note(format!("{name} like"), &spot, "", Fate::Stays);
    lengthened(table_in(editor.schema(&spot.schema), "tables"), &name, "columns")
        .insert("columns".into(), copy);
    Some(())
}

fn change_default(editor: &mut Editor) -> Option<()> {
    let (spot, column, data_type) = editor.any_column(|data_type| value_of(data_type).is_some())?;
    let value = value_of(&data_type)?;
    let gone = editor.chance(30);
    let long = editor.column(&spot, &column);
    if long.contains_key("identity") || long.contains_key("generated") {
        return None;
    }
    if gone {
        long.remove("default")?;
    } else {
        long.insert("default".into(), value.into());
    }
    editor.note("default of".into(), &spot, &column, Fate::Stays);
    Some(())
}

fn require(editor: &mut Editor) -> Option<()> {
    let (spot, column, data_type) = editor.any_column(|_| true)?;
    let filled = editor.chance(30);
    let long = editor.column(&spot, &column);
    if long.contains_key("not_null") {
        return None;
    }
    long.insert("not_null".into(), true.into());
    if filled && let Some(value) = value_of(&data_type) {
        long.insert("backfill".into(), value.into());
    }
    editor.note("not null".into(), &spot, &column, Fate::Stays);
    Some(())
}

fn allow_null(editor: &mut Editor) -> Option<()> {
    let (spot, column, _) = editor.any_column(|_| true)?;
    editor.column(&spot, &column).remove("not_null")?;
    editor.note("null".into(), &spot, &column, Fate::Stays);
    Some(())
}

/// A table's section, such as its indexes.
fn section<'e>(editor: &'e mut Editor, spot: &Spot, key: &str) -> &'e mut Table {
    table_in(editor.table(spot), key)
}

fn add_index(editor: &mut Editor) -> Option<()> {
    let (spot, column, data_type) =
        editor.any_column(|data_type| value_of(data_type).is_some() && data_type != "json")?;
    let name = fresh(editor, "index");
    let quoted = quoted(&column);
    let text = matches!(split(&data_type).0, "text" | "varchar");
    let element = match editor.rng_below(4) {
        0 if text => format!("lower({quoted})"),
        1 => format!("{quoted} desc nulls last"),
        _ => quoted.clone(),
    };
    let mut index = Table::from_iter([("on".to_owned(), Value::Array(vec![element.into()]))]);
    if editor.chance(25) {
        index.insert("unique".into(), true.into());
    }
    if editor.chance(25) {
        index.insert("where".into(), format!("{quoted} is not null").into());
    }
    if editor.chance(15) {
        index.insert(
            "with".into(),
            Value::Table(Table::from_iter([("fillfactor".to_owned(), Value::Integer(70))])),
        );
    }
    editor.note(format!("index {index} on"), &spot, &column, Fate::Stays);
    section(editor, &spot, "indexes").insert(name, Value::Table(index));
    Some(())
}

/// Something inside of a table goes.
fn drop_from(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let key = editor.one(&[
        "indexes",
        "unique",
        "checks",
        "foreign_keys",
        "triggers",
        "policies",
        "rules",
        "statistics",
        "exclude",
    ])?;
    let names: Vec<String> = editor.table(&spot).get(key)?.as_table()?.keys().cloned().collect();
    let name = editor.one(&names)?;
    section(editor, &spot, key).remove(&name);
    editor.note(format!("without {key} {name}"), &spot, "", Fate::Stays);
    Some(())
}

fn change_index(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let columns = editor.columns(&spot);
    let names: Vec<String> = editor.table(&spot).get("indexes")?.as_table()?.keys().cloned().collect();
    let (name, (column, _)) = (editor.one(&names)?, editor.one(&columns)?);
    let choice = editor.rng_below(3);
    let index = lengthened(section(editor, &spot, "indexes"), &name, "on");
    match choice {
        0 => _ = index.insert("unique".into(), (!index.contains_key("unique")).into()),
        1 => _ = index.insert("where".into(), format!("{} is not null", quoted(&column)).into()),
        _ => _ = index.insert("comment".into(), "an index".into()),
    }
    editor.note(format!("index {name}, {choice}, of"), &spot, "", Fate::Stays);
    Some(())
}

fn add_check(editor: &mut Editor) -> Option<()> {
    let (spot, column, data_type) = editor.any_column(|_| true)?;
    let name = fresh(editor, "check");
    let quoted = quoted(&column);
    let text = match editor.rng_below(3) {
        0 => format!("{quoted} is not null"),
        1 => format!("{quoted}::text <> 'nothing at all'"),
        _ => format!("{quoted} <> {}", value_of(&data_type).filter(|_| data_type != "json")?),
    };
    editor.note(format!("check {text} of"), &spot, &column, Fate::Stays);
    section(editor, &spot, "checks").insert(name, text.into());
    Some(())
}

fn add_unique(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let columns = editor.columns(&spot);
    let mut chosen: Vec<Value> = Vec::new();
    for _ in 0..1 + editor.rng_below(2) {
        let (column, data_type) = editor.one(&columns)?;
        value_of(&data_type).filter(|_| data_type != "json")?;
        if !chosen.contains(&Value::from(column.clone())) {
            chosen.push(column.into());
        }
    }
    let mut unique = Table::from_iter([("columns".to_owned(), Value::Array(chosen))]);
    if editor.chance(25) {
        unique.insert("deferrable".into(), true.into());
    }
    let name = fresh(editor, "unique");
    editor.note(format!("{unique} for"), &spot, "", Fate::Stays);
    section(editor, &spot, "unique").insert(name, Value::Table(unique));
    Some(())
}

fn primary_key(editor: &mut Editor) -> Option<()> {
    let (spot, column, data_type) =
        editor.any_column(|data_type| value_of(data_type).is_some() && data_type != "json")?;
    let columns = editor.columns(&spot);
    let mut there = editor.table(&spot).remove("primary_key").is_some();
    for (name, _) in &columns {
        there |= editor.column(&spot, name).remove("primary_key").is_some();
    }
    let name = spot.name.clone();
    if there {
        editor.forget_references(|reference| says(reference, &name));
    }
    if !there || editor.chance(60) {
        editor.table(&spot).insert("primary_key".into(), Value::Array(vec![column.clone().into()]));
    }
    editor.note(format!("primary key over {data_type}"), &spot, &column, Fate::Stays);
    Some(())
}

fn add_foreign_key(editor: &mut Editor) -> Option<()> {
    let (spot, column, data_type) = editor.any_column(|data_type| value_of(data_type).is_some())?;
    let (other, key, _) = editor.any_column(|other| other == data_type)?;
    editor.column(&other, &key).get("primary_key")?;
    let columns = editor.columns(&other);
    let keys =
        columns.iter().filter(|(name, _)| editor.column(&other, name).contains_key("primary_key")).count();
    if keys != 1 || editor.table(&spot).contains_key("partition_of") {
        return None;
    }
    let mut long = Table::from_iter([
        ("columns".to_owned(), Value::from(column.clone())),
        ("references".to_owned(), other.reference().into()),
    ]);
    if editor.chance(40) {
        long.insert("on_delete".into(), editor.one(&["cascade", "set null", "restrict"])?.into());
    }
    if editor.chance(20) {
        long.insert("deferrable".into(), true.into());
    }
    let name = fresh(editor, "fkey");
    editor.note(format!("{long} from"), &spot, &column, Fate::Stays);
    section(editor, &spot, "foreign_keys").insert(name, Value::Table(long));
    Some(())
}

fn change_foreign_key(editor: &mut Editor) -> Option<()> {
    let (spot, column, _) = editor.any_column(|_| true)?;
    let action = editor.one(&["cascade", "set null", "restrict"])?;
    let gone = editor.chance(30);
    let long = editor.column(&spot, &column);
    long.get("references")?;
    if gone {
        drop_references(long);
    } else {
        long.insert("on_delete".into(), action.into());
    }
    editor.note(format!("{action} at foreign key of"), &spot, &column, Fate::Stays);
    Some(())
}

fn change_column(editor: &mut Editor) -> Option<()> {
    let (spot, column, data_type) = editor.any_column(|_| true)?;
    let choice = editor.rng_below(6);
    let text = matches!(split(&data_type).0, "text" | "varchar" | "char");
    let long = editor.column(&spot, &column);
    match choice {
        0 => _ = long.insert("comment".into(), "another column".into()),
        1 => _ = long.remove("comment")?,
        2 => _ = long.insert("statistics".into(), Value::Integer(77)),
        3 if text => _ = long.insert("collation".into(), "C".into()),
        4 if text => _ = long.insert("storage".into(), "external".into()),
        5 if data_type == "integer" && !long.contains_key("default") && long.contains_key("not_null") => {
            _ = long.insert("identity".into(), "by default".into());
        }
        _ => return None,
    }
    editor.note(format!("{choice} of"), &spot, &column, Fate::Stays);
    Some(())
}

fn change_table(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let choice = editor.rng_below(6);
    let role = editor.roles[0].clone();
    let table = editor.table(&spot);
    let partitioned = table.contains_key("partition_by");
    match choice {
        0 => _ = table.insert("comment".into(), "another table".into()),
        1 => _ = table.remove("comment")?,
        2 if !partitioned => {
            _ = table_in(table, "storage").insert("fillfactor".into(), Value::Integer(60));
        }
        3 => _ = table.insert("row_security".into(), (!table.contains_key("row_security")).into()),
        4 => _ = table.insert("replica_identity".into(), "full".into()),
        5 => _ = table.insert("owner".into(), role.into()),
        _ => return None,
    }
    editor.note(format!("table, {choice},"), &spot, "", Fate::Stays);
    Some(())
}

fn drop_partition(editor: &mut Editor) -> Option<()> {
    let mut all = editor.all("tables");
    all.retain(|spot| editor.table(spot).contains_key("partitions"));
    let spot = editor.one(&all)?;
    let names: Vec<String> = editor.table(&spot)["partitions"].as_table()?.keys().cloned().collect();
    let name = editor.one(&names)?;
    section(editor, &spot, "partitions").remove(&name);
    editor.note(format!("without {name}"), &spot, "", Fate::Goes);
    Some(())
}

/// A column gets another name, wherever the file speaks of it.
fn rename_column(editor: &mut Editor) -> Option<()> {
    let (spot, column, _) = editor.any_column(|_| true)?;
    // Elsewhere the word would mean something else.
    let elsewhere = editor.all("tables").into_iter().filter(|other| *other != spot);
    let elsewhere: Vec<Spot> = elsewhere.collect();
    for other in elsewhere {
        if editor.columns(&other).iter().any(|(name, _)| *name == column) || other.name == column {
            return None;
        }
    }
    let name = format!("{column}_now");
    let file = std::mem::take(&mut editor.file);
    let mut whole = Value::Table(file);
    texts(&mut whole, &mut |text| *text = with_word(text, &column, &name));
    let Value::Table(file) = whole else { return None };
    editor.file = file;
    let columns = table_in(editor.table(&spot), "columns");
    let mut renamed = Table::new();
    for (key, value) in std::mem::take(columns) {
        renamed.insert(if key == column { name.clone() } else { key }, value);
    }
    *columns = renamed;
    editor.column(&spot, &name).insert("renamed_from".into(), column.clone().into());
    editor.note("rename".into(), &spot, &column, Fate::Stays);
    editor.renamed = true;
    Some(())
}

fn rename_table(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    for other in editor.all("tables") {
        if editor.columns(&other).iter().any(|(name, _)| *name == spot.name)
            || (other != spot && other.name == spot.name)
        {
            return None;
        }
    }
    let name = format!("{}_now", spot.name);
    let mut whole = Value::Table(std::mem::take(&mut editor.file));
    texts(&mut whole, &mut |text| *text = with_word(text, &spot.name, &name));
    let Value::Table(file) = whole else { return None };
    editor.file = file;
    let mut table = table_in(editor.schema(&spot.schema), "tables").remove(&spot.name)?;
    table.as_table_mut()?.insert("renamed_from".into(), spot.name.clone().into());
    table_in(editor.schema(&spot.schema), "tables").insert(name, table);
    editor.note("rename".into(), &spot, "", Fate::Stays);
    editor.renamed = true;
    Some(())
}

/// An index, constraint or the like gets another name.
fn rename_inside(editor: &mut Editor) -> Option<()> {
    let spot = editor.any_table()?;
    let (key, long) = editor.one(&[
        ("indexes", "on"),
        ("unique", "columns"),
        ("checks", "expression"),
        ("foreign_keys", ""),
        ("triggers", ""),
        ("policies", ""),
        ("statistics", "on"),
    ])?;
    let names: Vec<String> = editor.table(&spot).get(key)?.as_table()?.keys().cloned().collect();
    let name = editor.one(&names)?;
    let objects = section(editor, &spot, key);
    lengthened(objects, &name, long).insert("renamed_from".into(), name.clone().into());
    let object = objects.remove(&name)?;
    objects.insert(format!("{name}_now"), object);
    editor.note(format!("rename {key} {name} of"), &spot, "", Fate::Stays);
    editor.renamed = true;
    Some(())
}
