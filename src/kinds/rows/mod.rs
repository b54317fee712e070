//! Declared rows: settings, default users, the first state of a synchronisation.

mod ahead;

use crate::delta::{Action, Alteration, Change};
use crate::equality;
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Server, Visit};
use crate::model::{Address, Observed, printable};
use crate::repair;
use crate::source::{KeyDoc, Node, Shape, Span, Value};
use crate::sql::{Form, Fragment, Phrase, ident, literal, qualified};
use crate::statement::{Statement, Step};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The room.
pub struct Rows;

/// How rows that are there already are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They are left alone.
    Insert,
    /// They are made to say what the file says.
    Upsert,
    /// The same, and rows that the file does not have are deleted.
    Sync,
}

/// One value of a row.
#[derive(Debug, Clone)]
pub enum Cell {
    /// A value, as the text that its type reads.
    Literal(String),
    /// SQL; what it gives is not compared, because it may differ at every call.
    Sql(Fragment),
}

/// Rows of one table.
#[derive(Debug, Clone)]
pub struct Body {
    key: Vec<String>,
    mode: Mode,
    rows: Vec<BTreeMap<String, Cell>>,
    /// Observed: numbers of declared rows that are missing.
    missing: BTreeSet<usize>,
    /// Observed: numbers of declared rows that say something else.
    differing: BTreeSet<usize>,
    /// Observed: how many rows the file does not have, where that matters.
    extra: i64,
}

static DOC: Doc = Doc {
    name: "rows",
    summary: "Rows that must be there, found by the columns of `key`. `insert` adds what is missing, `upsert` also \
              corrects what differs, `sync` also deletes what the file does not have (consent `delete_rows`).",
    manual: "sql-insert",
    place: Place::Single { of: &["table"], key: "rows" },
    rank: Rank::Rows,
    main_key: None,
    keys: &[
        KeyDoc::new("key", Shape::Names, "the columns that tell one row from another"),
        KeyDoc::new("mode", Shape::OneOf(&["insert", "upsert", "sync"]), "`insert` if not given"),
        KeyDoc::new(
            "values",
            Shape::Any,
            "the rows, each a table of columns; `{ sql = \"now()\" }` stands for SQL. What SQL stands for, and columns whose \
             `identity` is `always`, are set with a new row and not compared",
        ),
    ],
    features: &[],
    example: "[tables.settings.columns]\nkey = { type = \"text\", primary_key = true }\nvalue = \"jsonb\"\n\n\
              [tables.settings.rows]\nkey = [\"key\"]\nmode = \"upsert\"\n\
              values = [{ key = \"theme\", value = { name = \"dark\" } }]\n",
};

impl Room for Rows {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.clone() else { return };
        let mut reader = item.reader();
        let modes = [("insert", Mode::Insert), ("upsert", Mode::Upsert), ("sync", Mode::Sync)];
        let mode = reader.one_of("mode", &modes).unwrap_or(Mode::Insert);
        let key = reader.strings("key");
        let values = reader.node("values");
        if key.is_empty() {
            let span = reader.span_of("key");
            reader.problems().add(span, "rows want a `key`: the columns that tell one from another");
        }
        let Some(Node { value: Value::Array(items), .. }) = values else {
            let span = values.map_or(item.span, |node| node.span);
            item.problems.add(span, "rows want `values`: an array of tables");
            return;
        };
        let mut rows = Vec::new();
        let mut first: HashMap<Vec<(String, String)>, Span> = HashMap::new();
        for row in items {
            let Some(read) = read_row(item, &host, &key, row) else { continue };
            let literals = literal_key(&key, &read);
            match literals.as_ref().and_then(|values| first.get(values)) {
                Some(first) => {
                    let values = literals
                        .iter()
                        .flatten()
                        .map(|(name, value)| format!("{name} = {}", printable(value)));
                    let values = values.collect::<Vec<_>>().join(", ");
                    item.problems.add_again(
                        row.span,
                        format!("a row with the key `{values}` is there already"),
                        *first,
                    );
                }
                None => _ = literals.map(|values| first.insert(values, row.span)),
            }
            rows.push(read);
        }
        let key: Vec<String> = key.into_iter().map(|(name, _)| name).collect();
        let (missing, differing) = (BTreeSet::new(), BTreeSet::new());
        item.declare(Body { key, mode, rows, missing, differing, extra: 0 });
    }

    fn catalog(&self, _: &Server) -> Option<String> {
        None
    }

    fn observe(&self, _: &Row<'_>, _: &Server, _: &mut Observed) {}

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let Body { key, rows, .. } = body;
        for (number, row) in rows.iter_mut().enumerate() {
            for (column, cell) in row {
                let context = if key.contains(column) { Context::Question } else { Context::Piece };
                if let Cell::Sql(fragment) = cell {
                    visit(&format!("{column} of row {}", number + 1), fragment, context);
                }
            }
        }
    }

    /// SQL of a key is asked before anything is compared, and may call operators.
    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_operator"]
    }

    fn probe(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Option<String> {
        let name = qualified(at.schema(), at.name());
        let mut parts = Vec::new();
        for (number, row) in desired.rows.iter().enumerate() {
            let compared = row
                .iter()
                .filter(|(column, cell)| matches!(cell, Cell::Literal(_)) && !desired.key.contains(column));
            let same: Vec<String> = compared
                .filter(|(column, _)| !numbered(at, column, cx))
                .map(|(column, cell)| same(at, column, cell, cx))
                .collect();
            // Whoever only inserts asks no more than whether the row is there.
            let (same, limit) = match desired.mode {
                Mode::Insert => ("true".to_string(), " LIMIT 1"),
                _ if same.is_empty() => ("true".to_string(), " LIMIT 1"),
                _ => (format!("pg_catalog.bool_and({})", same.join(" AND ")), ""),
            };
            let matching = matching(at, desired, row, cx);
            parts.push(format!(
                "SELECT {number} AS number, (SELECT {same} FROM {name} t WHERE {}{limit}) AS same, 0::bigint AS extra",
                matching.text()
            ));
        }
        if desired.mode == Mode::Sync {
            let extra = undeclared(at, desired, cx);
            parts.push(format!(
                "SELECT -1 AS number, true AS same, pg_catalog.count(*) AS extra FROM {name} t WHERE {}",
                extra.text()
            ));
        }
        (!parts.is_empty()).then(|| parts.join(" UNION ALL "))
    }

    fn answer(&self, desired: &Body, rows: &[Row<'_>]) -> Option<Body> {
        let mut body = desired.clone();
        for row in rows {
            let number = row.number("number");
            match (usize::try_from(number), row.get("same")) {
                (Err(_), _) => body.extra = row.number("extra"),
                (Ok(number), None) => _ = body.missing.insert(number),
                (Ok(number), Some("f")) => _ = body.differing.insert(number),
                _ => {}
            }
        }
        // What is written has SQL that is yet to be executed.
        for number in body.missing.iter().chain(&body.differing) {
            let written = body.rows.get_mut(*number).into_iter();
            written.for_each(|row| row.retain(|_, cell| matches!(cell, Cell::Literal(_))));
        }
        Some(body)
    }

    /// What is read from the data is not read at all where there is no file.
    fn write(&self, _: &Address, _: &Body, draft: &mut Draft<'_>) {
        draft.leave_out();
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let mut statements = ahead::move_sequences(at, &desired.rows.iter().collect::<Vec<_>>(), cx);
        for row in &desired.rows {
            statements.push(insert(at, desired, row, cx));
            if desired.mode != Mode::Insert {
                statements.extend(update(at, desired, row, cx));
            }
        }
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { key: _, mode, rows, missing: _, differing: _, extra: _ } = desired;
        let pick = |numbers: &BTreeSet<usize>| -> Vec<&BTreeMap<String, Cell>> {
            numbers.iter().filter_map(|number| rows.get(*number)).collect()
        };
        let count = |number: usize| Some(format!("{number} of {}", rows.len()));
        let missing = pick(&observed.missing);
        if !missing.is_empty() {
            let change =
                Change { attribute: "missing rows", from: count(missing.len()), to: Some("0".into()) };
            let inserts = missing.iter().map(|row| insert(at, desired, row, cx));
            let statements = ahead::move_sequences(at, &missing, cx).into_iter().chain(inserts);
            out.note(change, vec![Step::direct(statements)]);
        }
        let differing = pick(&observed.differing);
        if *mode != Mode::Insert && !differing.is_empty() {
            let change =
                Change { attribute: "differing rows", from: count(differing.len()), to: Some("0".into()) };
            let updates = differing.iter().filter_map(|row| update(at, desired, row, cx));
            let written: Vec<_> = differing.iter().map(|row| updated(at, desired, row, cx)).collect();
            let statements =
                ahead::move_sequences(at, &written.iter().collect::<Vec<_>>(), cx).into_iter().chain(updates);
            out.note(change, vec![Step::direct(statements)]);
        }
        if *mode == Mode::Sync && observed.extra > 0 {
            let change = Change {
                attribute: "undeclared rows",
                from: Some(observed.extra.to_string()),
                to: Some("0".into()),
            };
            let name = qualified(at.schema(), at.name());
            let doomed = Phrase::from(format!("SELECT ctid, tableoid FROM {name} t WHERE "))
                .phrase(&undeclared(at, desired, cx));
            let doomed = repair::Doomed::Within(doomed);
            let statements = repair::delete(cx, at, &at.host("table"), &doomed, Form::DeleteRows);
            out.note(change, vec![Step::direct(statements)]);
        }
    }

    fn rights(&self, at: &Address, desired: &Body, _: Action, cx: &Cx<'_>) -> Vec<Right> {
        let privileges: &[&str] = match desired.mode {
            Mode::Insert => &["SELECT", "INSERT"],
            Mode::Upsert => &["SELECT", "INSERT", "UPDATE"],
            Mode::Sync => &["SELECT", "INSERT", "UPDATE", "DELETE"],
        };
        let table = at.host("table");
        let rights = privileges.iter().map(|privilege| Right::on_table(&table, privilege, cx));
        rights.chain(ahead::rights(at, &desired.rows, cx)).collect()
    }

    fn drop(&self, _: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }
}

fn column(at: &Address, name: &str) -> Address {
    Address::new("column", at.path().iter().map(String::as_str).chain([name]))
}

fn read_row(
    item: &mut Item<'_>,
    host: &Address,
    key: &[(String, Span)],
    row: &Node,
) -> Option<BTreeMap<String, Cell>> {
    let Value::Table(cells) = &row.value else {
        item.problems.add(row.span, format!("a row is a table, not {}", row.sort()));
        return None;
    };
    let mut read = BTreeMap::new();
    for (name, node) in &cells.entries {
        item.refer(column(host, &name.name), name.span);
        read.insert(name.name.clone(), cell(node));
    }
    for (name, _) in key {
        if !read.contains_key(name) {
            item.problems.add(row.span, format!("the row has no `{name}`, which is part of its key"));
        }
    }
    Some(read)
}

/// The values of the key, if none of them is SQL.
fn literal_key(key: &[(String, Span)], row: &BTreeMap<String, Cell>) -> Option<Vec<(String, String)>> {
    let of = |(name, _): &(String, Span)| match row.get(name)? {
        Cell::Literal(text) => Some((name.clone(), text.clone())),
        Cell::Sql(_) => None,
    };
    key.iter().map(of).collect::<Option<Vec<_>>>().filter(|values| !values.is_empty())
}

fn cell(node: &Node) -> Cell {
    match &node.value {
        Value::String(text) | Value::Float(text) | Value::Datetime(text) => Cell::Literal(text.clone()),
        Value::Integer(number) => Cell::Literal(number.to_string()),
        Value::Boolean(value) => Cell::Literal(value.to_string()),
        Value::Table(table) if table.entries.len() == 1 && table.get("sql").is_some() => {
            let text = table.get("sql").and_then(Node::as_str).unwrap_or_default();
            Cell::Sql(Fragment::written(text, node.span))
        }
        Value::Array(_) | Value::Table(_) => Cell::Literal(json(node).to_string()),
    }
}

fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::String(text) | Value::Datetime(text) => text.clone().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(text) => text.parse::<f64>().map_or_else(|_| text.clone().into(), Into::into),
        Value::Boolean(value) => (*value).into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Table(table) => {
            table.entries.iter().map(|(key, node)| (key.name.clone(), json(node))).collect()
        }
    }
}

/// The column's type, as the file or the server spells it; of a domain, what that is made of.
fn type_of(at: &Address, name: &str, cx: &Cx<'_>) -> String {
    equality::base_type(&column(at, name), cx).unwrap_or_else(|| "text".to_string())
}

/// The value as SQL. It is not cast to a length, which would cut it; the server refuses what is too long for the column.
fn value(at: &Address, name: &str, cell: &Cell, cx: &Cx<'_>) -> Phrase {
    let data_type = type_of(at, name, cx);
    match cell {
        Cell::Sql(fragment) => Phrase::from("(").fragment(fragment).raw(")"),
        Cell::Literal(text) => {
            let text = elements(text, &data_type).unwrap_or_else(|| text.clone());
            Phrase::from(format!("{}::{}", literal(&text), without_length(&data_type)))
        }
    }
}

/// What an array reads, of a TOML array for a column that is one.
fn elements(text: &str, data_type: &str) -> Option<String> {
    let (of, _) = data_type.split_once('[').filter(|_| text.starts_with('['))?;
    let nested = !matches!(of.trim().to_lowercase().as_str(), "json" | "jsonb");
    let serde_json::Value::Array(items) = serde_json::from_str(text).ok()? else { return None };
    Some(braced(&items, nested))
}

fn braced(items: &[serde_json::Value], nested: bool) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let item = |item: &serde_json::Value| match item {
        serde_json::Value::Array(items) if nested => braced(items, nested),
        serde_json::Value::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    };
    format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(","))
}

/// The type without the length to which a cast cuts what it is given.
fn without_length(data_type: &str) -> String {
    let (of, array) = data_type.split_at(data_type.find('[').unwrap_or(data_type.len()));
    let name = of.split('(').next().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = name.split_whitespace().collect();
    let bare = match words.as_slice() {
        ["varchar"] | ["national" | "character" | "char" | "nchar", .., "varying"] => "varchar",
        ["bit"] | ["bit", "varying"] | ["varbit"] => "varbit",
        ["char" | "character" | "nchar" | "bpchar"] | ["national", "character" | "char"] => "bpchar",
        _ => return data_type.to_string(),
    };
    format!("{bare}{array}")
}

/// Types, and arrays of them, that are padded with blanks to their length, which only `=` passes over.
const PADDED: &[&str] = &["character", "char", "bpchar"];

/// A condition: the row `t` has that value. Some types have no `=` (`json`, `point`), and of others it means something
/// else (`box`, `citext`). What is of JSON, only PostgreSQL's own `=` can be for.
fn same(at: &Address, name: &str, cell: &Cell, cx: &Cx<'_>) -> String {
    let (column, value) = (ident(name), value(at, name, cell, cx));
    let data_type = without_length(&type_of(at, name, cx)).to_lowercase();
    let of = data_type.split(['(', '[']).next().unwrap_or_default().trim();
    match PADDED.contains(&of) {
        true => equality::alike(&format!("t.{column}"), &value).text().to_string(),
        false => format!(
            "pg_catalog.to_jsonb(t.{column}) IS NOT DISTINCT FROM pg_catalog.to_jsonb({})",
            value.text()
        ),
    }
}

/// Whether only the server gives the column its values, once a row is there.
fn numbered(at: &Address, name: &str, cx: &Cx<'_>) -> bool {
    cx.attribute(&column(at, name), "identity")
        .is_some_and(|identity| identity.eq_ignore_ascii_case("always"))
}

/// A condition on `t`: it is the row that `row` declares. A literal is not null, and an operator can use an index.
fn matching(at: &Address, body: &Body, row: &BTreeMap<String, Cell>, cx: &Cx<'_>) -> Phrase {
    let tests: Vec<Phrase> = body
        .key
        .iter()
        .filter_map(|name| Some((name, row.get(name)?)))
        .map(|(name, cell)| {
            let (own, value) = (format!("t.{}", ident(name)), value(at, name, cell, cx));
            match cell {
                Cell::Literal(_) => equality::equal(&column(at, name), &own, &value, cx),
                Cell::Sql(_) => equality::alike(&own, &value),
            }
        })
        .collect();
    Phrase::new().joined(&tests, " AND ")
}

/// A condition on `t`: the file does not have it.
fn undeclared(at: &Address, body: &Body, cx: &Cx<'_>) -> Phrase {
    let rows: Vec<Phrase> = body
        .rows
        .iter()
        .map(|row| Phrase::from("(").phrase(&matching(at, body, row, cx)).raw(") IS NOT TRUE"))
        .collect();
    if rows.is_empty() { Phrase::from("true") } else { Phrase::new().joined(&rows, " AND ") }
}

fn insert(at: &Address, body: &Body, row: &BTreeMap<String, Cell>, cx: &Cx<'_>) -> Statement {
    let columns: Vec<String> = row.keys().map(|name| ident(name)).collect();
    let values: Vec<Phrase> = row.iter().map(|(name, cell)| value(at, name, cell, cx)).collect();
    let name = qualified(at.schema(), at.name());
    let sql = Phrase::from(format!("INSERT INTO {name} ({}) ", columns.join(", ")))
        .raw(overriding(at, row, cx))
        .raw("SELECT ")
        .joined(&values, ", ")
        .raw(format!(" WHERE NOT EXISTS (SELECT FROM {name} t WHERE "))
        .phrase(&matching(at, body, row, cx))
        .raw(") ON CONFLICT DO NOTHING");
    Statement::on(&at.host("table"), Form::InsertRows, sql)
}

/// Declared values of identity columns count.
fn overriding(at: &Address, row: &BTreeMap<String, Cell>, cx: &Cx<'_>) -> &'static str {
    let given = row.keys().any(|name| cx.attribute(&column(at, name), "identity").is_some());
    if given { "OVERRIDING SYSTEM VALUE " } else { "" }
}

/// What of a row that is there is set.
fn updated(at: &Address, body: &Body, row: &BTreeMap<String, Cell>, cx: &Cx<'_>) -> BTreeMap<String, Cell> {
    let changed =
        row.iter().filter(|(name, cell)| !body.key.contains(name) && matches!(cell, Cell::Literal(_)));
    let changed = changed.filter(|(name, _)| !numbered(at, name, cx));
    changed.map(|(name, cell)| (name.clone(), cell.clone())).collect()
}

fn update(at: &Address, body: &Body, row: &BTreeMap<String, Cell>, cx: &Cx<'_>) -> Option<Statement> {
    let changed = updated(at, body, row, cx);
    let sets: Vec<Phrase> = changed
        .iter()
        .map(|(name, cell)| Phrase::new().ident(name).raw(" = ").phrase(&value(at, name, cell, cx)))
        .collect();
    if sets.is_empty() {
        return None;
    }
    let sql = Phrase::from("UPDATE ")
        .qualified(at.schema(), at.name())
        .raw(" t SET ")
        .joined(&sets, ", ")
        .raw(" WHERE ")
        .phrase(&matching(at, body, row, cx));
    Some(Statement::on(&at.host("table"), Form::UpdateRows, sql))
}
