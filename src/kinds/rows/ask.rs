//! What the data is asked about declared rows: a question for all of those that give values to the same columns.

use super::value::{given, same, value};
use super::{Body, Cell, Declared, Mode, column, write};
use crate::equality;
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Phrase, ident, qualified};
use std::collections::BTreeMap;

/// Gives numbers of rows that are missing (`same` is NULL), say something else (it is false), or hold a value that another
/// row wants (whose number is `wanted_by`); and as number -1 how many rows the file does not have.
pub fn question(at: &Address, body: &Body, cx: &Cx<'_>) -> Option<String> {
    let name = qualified(at.schema(), at.name());
    let mut parts = Vec::new();
    let mut alike: BTreeMap<Vec<&String>, Vec<(usize, &Declared)>> = BTreeMap::new();
    let mut set = write::names(body.rows.iter());
    set.retain(|name| write::is_set(at, body, name, cx));
    for (number, row) in body.rows.iter().enumerate() {
        let compared = row.iter().filter(|(column, cell)| cell.is_constant() && set.contains(column));
        // Whoever only inserts asks no more than whether the row is there.
        let compared = compared.map(|(column, _)| column).filter(|_| body.mode != Mode::Insert);
        let compared: Vec<&String> = compared.collect();
        if has_literal_key(body, row) {
            alike.entry(compared).or_default().push((number, row));
            continue;
        }
        let tests = compared.iter().filter_map(|name| Some((name, row.get(*name)?)));
        let tests = tests.map(|(name, cell)| same(at, name, &value(at, name, cell, cx), cx));
        let matching = matching(at, body, row, cx);
        parts.push(format!(
            "SELECT {number} AS number, (SELECT pg_catalog.bool_and({}) FROM {name} t WHERE {}) AS same, \
             0::bigint AS extra, NULL::integer AS wanted_by",
            all(tests),
            matching.text()
        ));
    }
    for (compared, rows) in alike {
        let columns: Vec<&String> = body.key.iter().chain(compared.iter().copied()).collect();
        let rows = given(at, &columns, &rows, "d", cx);
        let matching = matching_given(at, body, "d", cx);
        if compared.is_empty() {
            parts.push(format!(
                "SELECT d.pgr_number AS number, NULL::boolean AS same, 0::bigint AS extra, NULL::integer AS wanted_by \
                 FROM {} WHERE NOT EXISTS (SELECT FROM {name} t WHERE {})",
                rows.text(),
                matching.text()
            ));
            continue;
        }
        let tests = all(compared.iter().map(|name| same(at, name, &given_value("d", name), cx)));
        let tests = format!("pg_catalog.bool_and(CASE WHEN t.tableoid IS NOT NULL THEN {tests} END)");
        parts.push(format!(
            "SELECT d.pgr_number AS number, {tests} AS same, 0::bigint AS extra, NULL::integer AS wanted_by \
             FROM {} LEFT JOIN {name} t ON {} GROUP BY d.pgr_number HAVING {tests} IS NOT TRUE",
            rows.text(),
            matching.text()
        ));
    }
    if body.mode != Mode::Insert {
        let keys = write::other_keys(at, body, cx);
        parts.extend(keys.iter().enumerate().filter_map(|key| exchanged(at, body, key, cx)));
    }
    if body.mode == Mode::Sync {
        parts.push(format!(
            "SELECT -1 AS number, true AS same, pg_catalog.count(*) AS extra, NULL::integer AS wanted_by \
             FROM {name} t WHERE {}",
            undeclared(at, body, cx).text()
        ));
    }
    (!parts.is_empty()).then(|| parts.join(" UNION ALL "))
}

fn all(tests: impl Iterator<Item = String>) -> String {
    let tests: Vec<String> = tests.collect();
    if tests.is_empty() { "true".to_string() } else { format!("({})", tests.join(" AND ")) }
}

/// Rows that hold, under a unique key of the table, the values that another declared row is to have.
fn exchanged(at: &Address, body: &Body, (number, key): (usize, &Vec<String>), cx: &Cx<'_>) -> Option<String> {
    let rows = write::giving(body, key);
    if rows.len() < 2 {
        return None;
    }
    let columns: Vec<&String> =
        body.key.iter().chain(key.iter().filter(|name| !body.key.contains(name))).collect();
    Some(format!(
        "SELECT d.pgr_number, false, {number}::bigint, o.pgr_number FROM {} JOIN {} t ON {} JOIN {} ON {} \
         WHERE o.pgr_number OPERATOR(pg_catalog.<>) d.pgr_number",
        given(at, &columns, &rows, "d", cx).text(),
        qualified(at.schema(), at.name()),
        matching_given(at, body, "d", cx).text(),
        given(at, &columns, &rows, "o", cx).text(),
        columns_match(at, key, "o", cx).text()
    ))
}

/// The column of the relation `alias` of declared values.
pub fn given_value(alias: &str, name: &str) -> Phrase {
    Phrase::from(format!("{alias}.{}", ident(name)))
}

/// Whether no part of the row's key is SQL or NULL.
pub fn has_literal_key(body: &Body, row: &Declared) -> bool {
    body.key.iter().all(|name| matches!(row.get(name), Some(Cell::Literal(_))))
}

/// A condition on `t`: it is the row that the row of the relation `alias` declares.
pub fn matching_given(at: &Address, body: &Body, alias: &str, cx: &Cx<'_>) -> Phrase {
    columns_match(at, &body.key, alias, cx)
}

/// A condition on `t`: its values of `names` are those of the relation `alias`.
pub fn columns_match(at: &Address, names: &[String], alias: &str, cx: &Cx<'_>) -> Phrase {
    let test = |name: &String| {
        let own = format!("t.{}", ident(name));
        equality::equal(&column(at, name), &own, &given_value(alias, name), cx)
    };
    Phrase::new().joined(&names.iter().map(test).collect::<Vec<_>>(), " AND ")
}

/// A condition on `t`: it is the row that `row` declares. A literal is not null, and an operator can use an index.
pub fn matching(at: &Address, body: &Body, row: &Declared, cx: &Cx<'_>) -> Phrase {
    let tests: Vec<Phrase> = body
        .key
        .iter()
        .filter_map(|name| Some((name, row.get(name)?)))
        .map(|(name, cell)| {
            let (own, value) = (format!("t.{}", ident(name)), value(at, name, cell, cx));
            match cell {
                Cell::Literal(_) => equality::equal(&column(at, name), &own, &value, cx),
                Cell::Null | Cell::Sql(_) => equality::alike(&own, &value),
            }
        })
        .collect();
    Phrase::new().joined(&tests, " AND ")
}

/// A condition on `t`: the file does not have it.
pub fn undeclared(at: &Address, body: &Body, cx: &Cx<'_>) -> Phrase {
    let (given_keys, others): (Vec<_>, Vec<_>) =
        body.rows.iter().enumerate().partition(|(_, row)| has_literal_key(body, row));
    let mut tests: Vec<Phrase> = others
        .iter()
        .map(|(_, row)| Phrase::from("(").phrase(&matching(at, body, row, cx)).raw(") IS NOT TRUE"))
        .collect();
    if !given_keys.is_empty() {
        let keys: Vec<&String> = body.key.iter().collect();
        let among = Phrase::from("NOT EXISTS (SELECT FROM ").phrase(&given(at, &keys, &given_keys, "d", cx));
        tests.push(among.raw(" WHERE ").phrase(&matching_given(at, body, "d", cx)).raw(")"));
    }
    if tests.is_empty() { Phrase::from("true") } else { Phrase::new().joined(&tests, " AND ") }
}
