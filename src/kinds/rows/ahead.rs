//! Sequences that must not give the numbers again that declared rows have.

use super::value::type_of;
use super::{Cell, Declared, column, write};
use crate::kind::{Cx, Right};
use crate::model::Address;
use crate::sql::{Form, ident, literal, move_past};
use crate::statement::Statement;
use std::collections::BTreeSet;

/// The types of numbers that a sequence can give.
const NUMBERS: &[&str] =
    &["smallint", "int2", "integer", "int", "int4", "bigint", "int8", "numeric", "decimal"];

/// Moves the sequences of the columns to which `rows` give numbers past those. Before the rows are written: who has taken a
/// number may be waiting for one of them.
pub fn move_sequences(at: &Address, rows: &[&Declared], cx: &Cx<'_>) -> Vec<Statement> {
    let move_one = |name: &String| {
        let values = rows.iter().filter_map(|row| match row.get(name)? {
            Cell::Literal(text) => Some(text.as_str()),
            Cell::Null | Cell::Sql(_) => None,
        });
        if let Some(last) = is_new(at, name, cx).then(|| last(values.clone())).flatten() {
            let sequence =
                format!("pg_catalog.pg_get_serial_sequence({}, {})", literal(&at.relation()), literal(name));
            let sql = format!("SELECT pg_catalog.setval({sequence}, {last})");
            return (last > 0).then(|| Statement::on(&at.host("table"), Form::MoveSequence, sql));
        }
        let values = elements(values)?;
        let values = format!("{}::{}[]", literal(&values), type_of(at, name, cx));
        let sql = move_past(&at.relation(), name, &values);
        Some(Statement::on(&at.host("table"), Form::MoveSequence, sql))
    };
    numbered(at, write::names(rows.iter().copied()), cx).filter_map(move_one).collect()
}

/// What that takes where values are given to `columns`, and somebody else's sequence is known by now.
pub fn rights(at: &Address, columns: BTreeSet<&String>, cx: &Cx<'_>) -> Vec<Right> {
    let sequences =
        numbered(at, columns, cx).filter_map(|name| cx.observed_attribute(&column(at, name), "sequence"));
    let right = |(sequence, privilege): (String, &str)| {
        let oid = format!("to_regclass({})", literal(&sequence));
        Right::test(
            format!("has_sequence_privilege({oid}, '{privilege}')"),
            format!("{privilege} on sequence `{sequence}`"),
            format!("GRANT {privilege} ON SEQUENCE {sequence} TO {}", ident(&cx.server.user)),
        )
    };
    sequences
        .flat_map(|name| ["SELECT", "UPDATE"].map(|privilege| (name.clone(), privilege)))
        .map(right)
        .collect()
}

/// The ones of `columns` that may be numbered by a sequence; which of those with a default are, the server knows.
fn numbered<'r>(
    at: &Address,
    columns: BTreeSet<&'r String>,
    cx: &Cx<'_>,
) -> impl Iterator<Item = &'r String> {
    let is_numbered = move |name: &&String| {
        let at_column = column(at, name);
        let by_default =
            || cx.attribute(&at_column, "default").is_some_and(|default| takes_numbers(&default));
        let data_type = type_of(at, name, cx).to_lowercase();
        NUMBERS.contains(&data_type.split('(').next().unwrap_or_default().trim())
            && (cx.attribute(&at_column, "numbered").is_some() || by_default())
    };
    columns.into_iter().filter(is_numbered)
}

fn takes_numbers(default: &str) -> bool {
    default.to_lowercase().contains("nextval")
}

/// Whether nobody has taken a number yet, and the sequence counts from 1 on, one by one.
fn is_new(at: &Address, name: &str, cx: &Cx<'_>) -> bool {
    let attribute = |attribute| cx.attribute(&column(at, name), attribute).is_some();
    let there = cx.observed.tables.contains_key(&at.host("table"));
    !there && attribute("numbered") && attribute("counts by one")
}

/// The greatest of the values, where that can be seen, and numbers of every type come after it.
fn last<'v>(values: impl Iterator<Item = &'v str>) -> Option<i16> {
    let numbers: Option<Vec<i16>> = values.map(|value| value.parse().ok()).collect();
    numbers?.into_iter().max().filter(|last| *last < i16::MAX)
}

/// The values as an array; of numbers that follow each other, the first and the last.
fn elements<'v>(values: impl Iterator<Item = &'v str>) -> Option<String> {
    let (mut numbers, mut others) = (BTreeSet::new(), BTreeSet::new());
    for value in values {
        match value.trim().parse::<i64>() {
            Ok(number) => _ = numbers.insert(number),
            Err(_) => _ = others.insert(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))),
        }
    }
    let inside = |number: &i64| {
        let near = |by: i64| number.checked_add(by).is_some_and(|near| numbers.contains(&near));
        near(-1) && near(1)
    };
    let ends = numbers.iter().filter(|number| !inside(number)).map(i64::to_string);
    let all: Vec<String> = ends.chain(others).collect();
    (!all.is_empty()).then(|| format!("{{{}}}", all.join(",")))
}
