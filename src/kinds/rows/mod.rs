//! Declared rows: settings, default users, the first state of a synchronisation.

mod ahead;
mod ask;
mod beside;
mod value;
mod write;

use crate::delta::{Action, Alteration, Change};
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Server, Visit};
use crate::model::{Address, Observed, printable};
use crate::repair;
use crate::source::{KeyDoc, Node, Shape, Span, Value};
use crate::sql::{Form, Fragment, Phrase, qualified};
use crate::statement::Step;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The room.
pub struct Rows;

/// How rows that are there already are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// They are left alone.
    #[default]
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
    /// NULL.
    Null,
    /// SQL; what it gives is not compared, because it may differ at every call.
    Sql(Fragment),
}

impl Cell {
    /// Whether it is the same at every call.
    fn is_constant(&self) -> bool {
        matches!(self, Cell::Literal(_) | Cell::Null)
    }
}

/// One row: its values by the names of their columns.
pub type Declared = BTreeMap<String, Cell>;

/// Rows of one table.
#[derive(Debug, Clone, Default)]
pub struct Body {
    key: Vec<String>,
    mode: Mode,
    /// Shared by what is declared and what is observed of it: there may be many.
    rows: Arc<Vec<Declared>>,
    /// Observed: numbers of declared rows that are missing.
    missing: BTreeSet<usize>,
    /// Observed: numbers of declared rows that say something else.
    differing: BTreeSet<usize>,
    /// Observed: numbers of two rows, the first of which wants a value that the second holds, and of the key that it is of.
    waits: BTreeSet<(usize, usize, usize)>,
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
            "the rows, each a table of columns; `{ sql = \"now()\" }` stands for SQL. What SQL other than `null` stands for, and \
             columns whose `identity` is `always`, are set with a new row and not compared. A time that says no zone is one in UTC",
        ),
        KeyDoc::new(
            "values_from",
            Shape::RowsFile,
            "instead of `values`, the path of a file with the rows, beside the schema file or below it, of up to 16 MiB: \
             `.csv` under a line of column names, where what is empty is left out; or `.jsonl`, a JSON object on each line, \
             where `null` is NULL",
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
        let from = reader.node("values_from");
        if let (Some(values), Some(from)) = (values, from) {
            reader.problems().add_again(from.span, "the rows are given already", values.span);
            return;
        }
        let items = match values.or(from) {
            Some(Node { value: Value::Array(items), .. }) => items,
            // What is wrong with the file has been told.
            Some(_) if from.is_some() => return,
            values => {
                let span = values.map_or(item.span, |node| node.span);
                item.problems.add(span, "rows want `values`, an array of tables, or `values_from`, a file");
                return;
            }
        };
        let mut rows = Vec::new();
        let mut named = HashSet::new();
        let mut first: HashMap<Vec<(String, String)>, Span> = HashMap::new();
        for row in items {
            let Some(read) = read_row(item, &key, row) else { continue };
            if let Value::Table(cells) = &row.value {
                for (name, _) in &cells.entries {
                    if named.insert(&name.name) {
                        item.refer(column(&host, &name.name), name.span);
                    }
                }
            }
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
        item.declare(Body { key, mode, rows: Arc::new(rows), ..Body::default() });
    }

    fn catalog(&self, _: &Server) -> Option<String> {
        None
    }

    fn observe(&self, _: &Row<'_>, _: &Server, _: &mut Observed) {}

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let Body { key, rows, .. } = body;
        if !rows.iter().flat_map(Declared::values).any(|cell| matches!(cell, Cell::Sql(_))) {
            return;
        }
        for (number, row) in Arc::make_mut(rows).iter_mut().enumerate() {
            for (column, cell) in row {
                let context =
                    if key.contains(column) { Context::Question { is_query: false } } else { Context::Piece };
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

    fn asks_sql(&self, desired: &Body) -> bool {
        let is_sql =
            |row: &Declared| desired.key.iter().any(|name| matches!(row.get(name), Some(Cell::Sql(_))));
        desired.rows.iter().any(is_sql)
    }

    fn probe(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Option<String> {
        ask::question(at, desired, cx)
    }

    fn answer(&self, desired: &Body, rows: &[Row<'_>]) -> Option<Body> {
        let mut body = desired.clone();
        for row in rows {
            let number = row.number("number");
            if let Some(Ok(other)) = row.get("wanted_by").map(str::parse) {
                let key = usize::try_from(row.number("extra")).unwrap_or_default();
                body.waits.insert((other, usize::try_from(number).unwrap_or_default(), key));
                continue;
            }
            match (usize::try_from(number), row.get("same")) {
                (Err(_), _) => body.extra = row.number("extra"),
                (Ok(number), None) => _ = body.missing.insert(number),
                (Ok(number), Some("f")) => _ = body.differing.insert(number),
                _ => {}
            }
        }
        // What is written has SQL that is yet to be executed.
        let is_constant = |row: &Declared| row.values().all(Cell::is_constant);
        for number in body.missing.iter().chain(&body.differing) {
            if body.rows.get(*number).is_none_or(is_constant) {
                continue;
            }
            let written = Arc::make_mut(&mut body.rows).get_mut(*number).into_iter();
            written.for_each(|row| row.retain(|_, cell| cell.is_constant()));
        }
        Some(body)
    }

    /// What is read from the data is not read at all where there is no file.
    fn write(&self, _: &Address, _: &Body, draft: &mut Draft<'_>) {
        draft.leave_out();
    }

    fn comes_after(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Address> {
        beside::parents(at, false, cx)
    }

    fn comes_with(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Address> {
        beside::parents(at, true, cx)
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        (name == "to come").then(|| beside::to_come(body)).flatten()
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let all: Vec<usize> = (0..desired.rows.len()).collect();
        let mut statements = Vec::new();
        // In a table that is new there are no others. Those that are there may give up what a new one wants.
        if desired.mode != Mode::Insert && cx.observed.tables.contains_key(&at.host("table")) {
            statements.extend(write::updates(at, desired, &all, cx));
        }
        statements.extend(write::inserts(at, desired, &all, cx));
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { key: _, mode, rows, missing: _, differing: _, extra: _, waits: _ } = desired;
        let count = |number: usize| Some(format!("{number} of {}", rows.len()));
        let differing = if *mode == Mode::Insert { 0 } else { observed.differing.len() };
        let mut changes = Vec::new();
        for (attribute, number) in [("missing rows", observed.missing.len()), ("differing rows", differing)] {
            if number > 0 {
                changes.push(Change { attribute, from: count(number), to: Some("0".into()) });
            }
        }
        let deletes = *mode == Mode::Sync && observed.extra > 0;
        let first = deletes && write::is_deleted_first(at, desired, cx);
        if first {
            delete_undeclared(at, desired, observed, Vec::new(), cx, out);
        }
        if let Some(last) = changes.pop() {
            changes.into_iter().for_each(|change| out.note(change, Vec::new()));
            match write::steps(at, desired, observed, cx) {
                Ok(steps) => out.note(last, steps),
                Err(obstacle) => out.obstacle(last, obstacle),
            }
        }
        if deletes && !first {
            delete_undeclared(at, desired, observed, beside::children(at, cx), cx, out);
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
        let written = write::written(at, desired, cx.observed.model.body::<Body>(at), cx);
        rights.chain(ahead::rights(at, written, cx)).collect()
    }

    fn drop(&self, _: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }
}

fn column(at: &Address, name: &str) -> Address {
    Address::new("column", at.path().iter().map(String::as_str).chain([name]))
}

fn read_row(item: &mut Item<'_>, key: &[(String, Span)], row: &Node) -> Option<Declared> {
    let Value::Table(cells) = &row.value else {
        item.problems.add(row.span, format!("a row is a table, not {}", row.sort()));
        return None;
    };
    let mut read = BTreeMap::new();
    for (name, node) in &cells.entries {
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
fn literal_key(key: &[(String, Span)], row: &Declared) -> Option<Vec<(String, String)>> {
    let of = |(name, _): &(String, Span)| match row.get(name)? {
        Cell::Literal(text) => Some((name.clone(), text.clone())),
        Cell::Null | Cell::Sql(_) => None,
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
            match text.eq_ignore_ascii_case("null") {
                true => Cell::Null,
                false => Cell::Sql(Fragment::written(text, node.span)),
            }
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

/// Whether only the server gives the column its values, once a row is there.
fn numbered(at: &Address, name: &str, cx: &Cx<'_>) -> bool {
    cx.attribute(&column(at, name), "identity")
        .is_some_and(|identity| identity.eq_ignore_ascii_case("always"))
}

/// Deletes, with a copy in quarantine, what the file does not have, once the rows `after` have let go of it.
fn delete_undeclared(
    at: &Address,
    desired: &Body,
    observed: &Body,
    after: Vec<Address>,
    cx: &Cx<'_>,
    out: &mut Alteration,
) {
    let change =
        Change { attribute: "undeclared rows", from: Some(observed.extra.to_string()), to: Some("0".into()) };
    let name = qualified(at.schema(), at.name());
    let doomed = Phrase::from(format!("SELECT ctid, tableoid FROM {name} t WHERE "))
        .phrase(&ask::undeclared(at, desired, cx));
    let doomed = repair::Doomed::Within(doomed);
    let statements = repair::delete(cx, at, &at.host("table"), &doomed, Form::DeleteRows);
    out.note(change, vec![Step::direct(statements).after(after)]);
}
