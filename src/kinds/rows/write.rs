//! How declared rows are written: many in one statement, and each after the one that gives up a value it wants.

use super::value::{given, value};
use super::{Body, Cell, Declared, Mode, ahead, ask, column, numbered};
use crate::delta::Obstacle;
use crate::equality;
use crate::kind::{Cx, from_list};
use crate::model::{Address, Entry};
use crate::sql::{Form, Phrase, ident, qualified};
use crate::statement::{Preflight, Statement, Step};
use std::collections::{BTreeMap, BTreeSet};

/// How many rows one statement writes at the most.
const PORTION: usize = 500;

/// Writes what is missing and what differs.
///
/// # Errors
/// An obstacle where rows exchange values that PostgreSQL does not let them.
pub fn steps(at: &Address, body: &Body, observed: &Body, cx: &Cx<'_>) -> Result<Vec<Step>, Obstacle> {
    let Body { missing, differing, waits, .. } = observed;
    let none = BTreeSet::new();
    let differing = if body.mode == Mode::Insert { &none } else { differing };
    let written: BTreeSet<usize> = missing.union(differing).copied().collect();
    let (mut waiting, waited_for) = queue(&written, waits);
    let mut left = written.clone();
    let mut next: BTreeSet<usize> = left.iter().filter(|row| !waiting.contains_key(row)).copied().collect();
    let mut statements = Vec::new();
    while !left.is_empty() {
        if next.is_empty() {
            statements.extend(vacate(at, body, &left, waits, cx)?);
            next.clone_from(&left);
        }
        let pick = |of: &BTreeSet<usize>| -> Vec<usize> {
            next.iter().filter(|number| of.contains(number)).copied().collect()
        };
        statements.extend(inserts(at, body, &pick(missing), cx));
        statements.extend(updates(at, body, &pick(differing), cx));
        let mut freed = BTreeSet::new();
        for number in &next {
            left.remove(number);
            for wanting in waited_for.get(number).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(wanting) {
                    *count -= 1;
                    freed.extend((*count == 0).then_some(*wanting));
                }
            }
        }
        next = freed.intersection(&left).copied().collect();
    }
    Ok(vec![Step::direct(statements).preflight(in_the_way(at, body, &written, cx))])
}

/// For how many of `rows` each of them waits that waits, and those that wait for each.
fn queue(
    rows: &BTreeSet<usize>,
    waits: &BTreeSet<(usize, usize, usize)>,
) -> (BTreeMap<usize, usize>, BTreeMap<usize, Vec<usize>>) {
    let is_within = |(wanting, holding): &(usize, usize)| wanting != holding && rows.contains(holding);
    let pairs = waits.iter().map(|(wanting, holding, _)| (*wanting, *holding)).filter(is_within);
    let (mut waiting, mut waited_for) = (BTreeMap::new(), BTreeMap::<usize, Vec<usize>>::new());
    for (wanting, holding) in pairs.collect::<BTreeSet<_>>() {
        *waiting.entry(wanting).or_insert(0) += 1;
        waited_for.entry(holding).or_default().push(wanting);
    }
    (waiting, waited_for)
}

/// The columns of the keys by which PostgreSQL tells rows apart at once, besides that of the declared rows.
pub fn other_keys(at: &Address, body: &Body, cx: &Cx<'_>) -> Vec<Vec<String>> {
    let own: BTreeSet<&String> = body.key.iter().collect();
    let mut keys = keys(at, cx);
    keys.retain(|key| key.iter().collect::<BTreeSet<_>>() != own);
    keys
}

fn keys(at: &Address, cx: &Cx<'_>) -> Vec<Vec<String>> {
    let entries = ["primary key", "unique constraint"].map(|kind| cx.desired.inside(kind, at.path()));
    let entries = entries.into_iter().flatten().filter(|entry| !entry.absent && !entry.optional);
    let is_plain = |entry: &&Entry| {
        ["deferrable", "without_overlaps"]
            .iter()
            .all(|attribute| cx.attribute(&entry.address, attribute).is_none())
    };
    let at_once = entries.filter(is_plain);
    let columns = at_once.filter_map(|entry| cx.attribute(&entry.address, "columns"));
    columns.map(|columns| from_list(&columns)).collect()
}

/// Rows with a key of literals that give literals to all columns of `key`.
pub fn giving<'b>(body: &'b Body, key: &[String]) -> Vec<(usize, &'b Declared)> {
    let literal = |row: &Declared, name: &String| matches!(row.get(name), Some(Cell::Literal(_)));
    let rows = body.rows.iter().enumerate();
    let rows = rows.filter(|(_, row)| key.iter().chain(&body.key).all(|name| literal(row, name)));
    rows.collect()
}

/// Whether rows that the file does not have go before others are written, which may want values of theirs. Not where rows
/// of the table refer to others of it: those are to have let go first.
pub fn is_deleted_first(at: &Address, body: &Body, cx: &Cx<'_>) -> bool {
    let own = at.relation();
    let of = |at: &Address| cx.attribute(at, "references").is_some_and(|referenced| referenced == own);
    let declared = cx.desired.inside("foreign key", at.path());
    let mut references = declared.chain(cx.observed.model.inside("foreign key", at.path()));
    let refers = references.any(|entry| of(&entry.address));
    !refers && other_keys(at, body, cx).iter().any(|key| !giving(body, key).is_empty())
}

/// Has rows that exchange values give them up first.
fn vacate(
    at: &Address,
    body: &Body,
    left: &BTreeSet<usize>,
    waits: &BTreeSet<(usize, usize, usize)>,
    cx: &Cx<'_>,
) -> Result<Vec<Statement>, Obstacle> {
    let mut statements = Vec::new();
    for (number, key) in other_keys(at, body, cx).iter().enumerate() {
        let exchange = |wait: &&(usize, usize, usize)| {
            wait.2 == number && left.contains(&wait.0) && left.contains(&wait.1)
        };
        let holding: BTreeSet<usize> = waits.iter().filter(exchange).map(|wait| wait.1).collect();
        if holding.is_empty() {
            continue;
        }
        let can_be_null = |name: &&String| {
            !body.key.contains(name) && cx.attribute(&column(at, name), "not_null").as_deref() == Some("no")
        };
        let Some(emptied) = key.iter().find(can_be_null) else {
            return Err(Obstacle {
                message: format!("rows exchange values of `{}`, which are unique at every moment", key.join("`, `")),
                hint: "say `deferrable = true` of that constraint: then they are checked at the end of the statement"
                    .to_string(),
                span: None,
            });
        };
        let rows: Vec<(usize, &Declared)> =
            holding.iter().filter_map(|number| Some((*number, body.rows.get(*number)?))).collect();
        let columns: Vec<&String> = body.key.iter().collect();
        let sql = Phrase::from(format!("UPDATE {} t SET {} = NULL FROM ", at.relation(), ident(emptied)))
            .phrase(&given(at, &columns, &rows, "d", cx))
            .raw(" WHERE ")
            .phrase(&ask::matching_given(at, body, "d", cx));
        statements.push(Statement::on(&at.host("table"), Form::UpdateRows, sql));
    }
    Ok(statements)
}

/// The question whether rows that stay as they are have values that are to be those of declared rows.
fn in_the_way(at: &Address, body: &Body, written: &BTreeSet<usize>, cx: &Cx<'_>) -> Option<Preflight> {
    if body.mode == Mode::Sync {
        return None;
    }
    let keys = other_keys(at, body, cx);
    let mut named = Vec::new();
    let mut tests = Vec::new();
    for key in &keys {
        let mut rows = giving(body, key);
        rows.retain(|(number, _)| written.contains(number));
        if rows.is_empty() {
            continue;
        }
        let columns: Vec<&String> = key.iter().collect();
        let among = Phrase::from("EXISTS (SELECT FROM ").phrase(&given(at, &columns, &rows, "d", cx));
        tests.push(among.raw(" WHERE ").phrase(&ask::columns_match(at, key, "d", cx)).raw(")"));
        named.push(format!("`{}`", key.join("`, `")));
    }
    if tests.is_empty() {
        return None;
    }
    let mut condition = Phrase::from("(").joined(&tests, " OR ").raw(")");
    if body.mode != Mode::Insert {
        condition = condition.raw(" AND ").phrase(&ask::undeclared(at, body, cx));
    }
    Some(Preflight::of_rows(
        &qualified(at.schema(), at.name()),
        condition.text(),
        format!("rows with the {} of a row that the file declares under another key", named.join(" or ")),
        "no two rows can have it: declare that row by the key that it has, or give one of the two another value"
            .to_string(),
    ))
}

/// Inserts rows, where no row has their key.
pub fn inserts(at: &Address, body: &Body, numbers: &[usize], cx: &Cx<'_>) -> Vec<Statement> {
    let rows: Vec<&Declared> = numbers.iter().filter_map(|number| body.rows.get(*number)).collect();
    let mut statements = ahead::move_sequences(at, &rows, cx);
    let is_constant = |row: &Declared| ask::has_literal_key(body, row) && row.values().all(Cell::is_constant);
    let empty = empty_by_default(at, &rows, cx);
    let wanted =
        |row: &&Declared| row.keys().filter(|name| !empty.contains(*name)).cloned().collect::<Vec<_>>();
    let together = |one: &&Declared, other: &&Declared| {
        is_constant(one)
            && is_constant(other)
            && (one.keys().eq(other.keys()) || wanted(one) == wanted(other))
    };
    // Keys may be the same to their type that are not the same text: only a key of the table tells them apart in one statement.
    let portion = if on_conflict(at, body, cx).is_empty() { 1 } else { PORTION };
    for rows in rows.chunk_by(together).flat_map(|rows| rows.chunks(portion)) {
        statements.extend(insert(at, body, rows, cx));
    }
    statements
}

/// The columns in which a row has NULL that does not give them a value: rows that do and rows that do not can be written
/// together.
fn empty_by_default(at: &Address, rows: &[&Declared], cx: &Cx<'_>) -> BTreeSet<String> {
    let is_empty = |name: &&String| {
        let column = column(at, name);
        let gives = ["default", "identity", "generated"];
        let data_type = cx.attribute(&column, "type");
        gives.iter().all(|attribute| cx.attribute(&column, attribute).is_none())
            && data_type.as_deref().is_some_and(|data_type| !data_type.to_lowercase().contains("serial"))
            && data_type == equality::base_type(&column, cx)
    };
    names(rows.iter().copied()).into_iter().filter(is_empty).cloned().collect()
}

/// Inserts rows that give values to the same columns, or NULL by giving none; more than one only of constants.
fn insert(at: &Address, body: &Body, rows: &[&Declared], cx: &Cx<'_>) -> Option<Statement> {
    let first = rows.first()?;
    let names: Vec<&String> = names(rows.iter().copied()).into_iter().collect();
    let columns: Vec<String> = names.iter().map(|name| ident(name)).collect();
    let name = qualified(at.schema(), at.name());
    let values = |cells: Vec<Phrase>| Phrase::from("SELECT ").joined(&cells, ", ");
    // What the server numbers by itself follows the file.
    let order = if rows.len() > 1 { " ORDER BY d.pgr_number" } else { "" };
    let (selected, matching) = if rows.len() == 1 {
        let cells = first.iter().map(|(name, cell)| value(at, name, cell, cx)).collect();
        (values(cells), ask::matching(at, body, first, cx))
    } else {
        let cells = names.iter().map(|name| ask::given_value("d", name)).collect();
        let rows: Vec<(usize, &Declared)> = rows.iter().copied().enumerate().collect();
        let from = values(cells).raw(" FROM ").phrase(&given(at, &names, &rows, "d", cx));
        (from, ask::matching_given(at, body, "d", cx))
    };
    let sql = Phrase::from(format!("INSERT INTO {name} ({}) ", columns.join(", ")))
        .raw(overriding(at, first, cx))
        .phrase(&selected)
        .raw(format!(" WHERE NOT EXISTS (SELECT FROM {name} t WHERE "))
        .phrase(&matching)
        .raw(format!("){order}"))
        .raw(on_conflict(at, body, cx));
    let looks_around = !rows.iter().flat_map(|row| row.values()).all(Cell::is_constant);
    Some(Statement { looks_around, ..Statement::on(&at.host("table"), Form::InsertRows, sql) })
}

/// What another session inserts at the same moment stays, if a key of the table tells that it is the same row.
fn on_conflict(at: &Address, body: &Body, cx: &Cx<'_>) -> String {
    let own: BTreeSet<&String> = body.key.iter().collect();
    let is_own = |key: &Vec<String>| key.iter().collect::<BTreeSet<_>>() == own;
    if !keys(at, cx).iter().any(is_own) {
        return String::new();
    }
    let columns: Vec<String> = body.key.iter().map(|name| ident(name)).collect();
    format!(" ON CONFLICT ({}) DO NOTHING", columns.join(", "))
}

/// Declared values of identity columns count.
fn overriding(at: &Address, row: &Declared, cx: &Cx<'_>) -> &'static str {
    let given = row.keys().any(|name| cx.attribute(&column(at, name), "identity").is_some());
    if given { "OVERRIDING SYSTEM VALUE " } else { "" }
}

/// The columns that are written: those of all rows that are missing, and those that are set of the ones that differ. Without
/// `observed` nothing is known of them.
pub fn written<'b>(
    at: &Address,
    body: &'b Body,
    observed: Option<&Body>,
    cx: &Cx<'_>,
) -> BTreeSet<&'b String> {
    let Some(Body { missing, differing, .. }) = observed else { return names(body.rows.iter()) };
    let rows = |numbers: &BTreeSet<usize>| -> Vec<&'b Declared> {
        numbers.iter().filter_map(|number| body.rows.get(*number)).collect()
    };
    let there = if body.mode == Mode::Insert { Vec::new() } else { rows(differing) };
    let constants = there.into_iter().flatten().filter(|(_, cell)| cell.is_constant());
    let mut all: BTreeSet<&String> = constants.map(|(name, _)| name).collect();
    all.retain(|name| is_set(at, body, name, cx));
    all.extend(names(rows(missing).into_iter()));
    all
}

/// The columns to which some of the rows give a value.
pub fn names<'r>(rows: impl Iterator<Item = &'r Declared>) -> BTreeSet<&'r String> {
    rows.flat_map(Declared::keys).collect()
}

/// Whether the column is set in rows that are there.
pub fn is_set(at: &Address, body: &Body, name: &String, cx: &Cx<'_>) -> bool {
    !body.key.contains(name) && !numbered(at, name, cx)
}

/// Sets rows that are there to what the file says.
pub fn updates(at: &Address, body: &Body, numbers: &[usize], cx: &Cx<'_>) -> Vec<Statement> {
    let rows: Vec<&Declared> = numbers.iter().filter_map(|number| body.rows.get(*number)).collect();
    let mut set = names(rows.iter().copied());
    set.retain(|name| is_set(at, body, name, cx));
    let updated = |row: &Declared| -> Declared {
        let changed = row.iter().filter(|(name, cell)| cell.is_constant() && set.contains(name));
        changed.map(|(name, cell)| (name.clone(), cell.clone())).collect()
    };
    let written: Vec<(Declared, &Declared)> = rows.iter().map(|row| (updated(row), *row)).collect();
    let mut statements =
        ahead::move_sequences(at, &written.iter().map(|(set, _)| set).collect::<Vec<_>>(), cx);
    let mut alike: BTreeMap<Vec<&String>, Vec<(usize, &Declared)>> = BTreeMap::new();
    for (number, (set, row)) in written.iter().enumerate() {
        match ask::has_literal_key(body, row) {
            _ if set.is_empty() => {}
            true => alike.entry(set.keys().collect()).or_default().push((number, row)),
            false => statements.push(update(at, body, row, set, cx)),
        }
    }
    for (set, rows) in alike {
        for rows in rows.chunks(PORTION) {
            statements.push(match rows {
                [(number, row)] => update(at, body, row, &written[*number].0, cx),
                rows => update_all(at, body, rows, &set, cx),
            });
        }
    }
    statements
}

fn update(at: &Address, body: &Body, row: &Declared, set: &Declared, cx: &Cx<'_>) -> Statement {
    let sets: Vec<Phrase> = set
        .iter()
        .map(|(name, cell)| Phrase::new().ident(name).raw(" = ").phrase(&value(at, name, cell, cx)))
        .collect();
    let sql = Phrase::from(format!("UPDATE {} t SET ", at.relation()))
        .joined(&sets, ", ")
        .raw(" WHERE ")
        .phrase(&ask::matching(at, body, row, cx));
    Statement::on(&at.host("table"), Form::UpdateRows, sql)
}

fn update_all(
    at: &Address,
    body: &Body,
    rows: &[(usize, &Declared)],
    set: &[&String],
    cx: &Cx<'_>,
) -> Statement {
    let sets: Vec<String> = set.iter().map(|name| format!("{0} = d.{0}", ident(name))).collect();
    let columns: Vec<&String> = body.key.iter().chain(set.iter().copied()).collect();
    let sql = Phrase::from(format!("UPDATE {} t SET {} FROM ", at.relation(), sets.join(", ")))
        .phrase(&given(at, &columns, rows, "d", cx))
        .raw(" WHERE ")
        .phrase(&ask::matching_given(at, body, "d", cx));
    Statement::on(&at.host("table"), Form::UpdateRows, sql)
}
