//! Values of declared rows as SQL.

use super::{Cell, Declared, column};
use crate::equality;
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Phrase, ident, literal};

/// Up to how many rows are written one by one, as people read them.
const FEW: usize = 100;

/// Values of rows that are constants as a relation `alias`, with the number of each row; of one that does not give them all,
/// NULL.
pub fn given(
    at: &Address,
    names: &[&String],
    rows: &[(usize, &Declared)],
    alias: &str,
    cx: &Cx<'_>,
) -> Phrase {
    if let Some(arrays) = (rows.len() > FEW).then(|| as_arrays(at, names, rows, cx)).flatten() {
        let names: Vec<String> = names.iter().map(|name| ident(name)).collect();
        // Of more than one argument, this is always that of PostgreSQL (manual, 7.2.1.4).
        return Phrase::from(format!("unnest({arrays}) {alias}(pgr_number, {})", names.join(", ")));
    }
    let row = |(number, row): &(usize, &Declared)| {
        let values = names.iter().map(|name| value(at, name, row.get(*name).unwrap_or(&Cell::Null), cx));
        let values: Vec<Phrase> = values.collect();
        Phrase::from(format!("({number}, ")).joined(&values, ", ").raw(")")
    };
    let rows: Vec<Phrase> = rows.iter().map(row).collect();
    let names: Vec<String> = names.iter().map(|name| ident(name)).collect();
    Phrase::from("(VALUES ").joined(&rows, ", ").raw(format!(") {alias}(pgr_number, {})", names.join(", ")))
}

/// The numbers of the rows and the values of each column as arrays: for the server one constant each, which it reads in a
/// fraction of the time. Nothing where a type does not let them.
fn as_arrays(at: &Address, names: &[&String], rows: &[(usize, &Declared)], cx: &Cx<'_>) -> Option<String> {
    let numbers: Vec<String> = rows.iter().map(|(number, _)| number.to_string()).collect();
    let mut arrays = format!("'{{{}}}'::pg_catalog.int4[]", numbers.join(","));
    for name in names {
        let data_type = without_length(&type_of(at, name, cx));
        if !equality::is_built_in(&data_type) || data_type.to_lowercase().contains("serial") {
            return None;
        }
        let mut values = Vec::with_capacity(rows.len());
        for (_, row) in rows {
            values.push(match row.get(*name) {
                Some(Cell::Literal(text)) => quoted(text),
                Some(Cell::Null) | None => "NULL".to_string(),
                Some(Cell::Sql(_)) => return None,
            });
        }
        arrays.push_str(&format!(", {}::{data_type}[]", literal(&format!("{{{}}}", values.join(",")))));
    }
    Some(arrays)
}

/// An element of an array as it is written.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The column's type, as the file or the server spells it; of a domain, what that is made of.
pub fn type_of(at: &Address, name: &str, cx: &Cx<'_>) -> String {
    equality::base_type(&column(at, name), cx).unwrap_or_else(|| "text".to_string())
}

/// The value as SQL. It is not cast to a length, which would cut it; the server refuses what is too long for the column.
pub fn value(at: &Address, name: &str, cell: &Cell, cx: &Cx<'_>) -> Phrase {
    let data_type = type_of(at, name, cx);
    match cell {
        Cell::Null => Phrase::from(format!("NULL::{}", without_length(&data_type))),
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

/// What a `json` may hold and a `jsonb` may not, so that it cannot become one: escapes of characters that are none, numbers
/// without end.
const MAY_BE_NO_JSONB: &str = r"\\u|[0-9][eE][+-]?[0-9]{5}|[0-9]{200}";

/// A condition: the row `t` has that value. Some types have no `=` (`json`, `point`), and of others it means something
/// else (`box`, `citext`). What is of JSON, only PostgreSQL's own `=` can be for.
pub fn same(at: &Address, name: &str, value: &Phrase, cx: &Cx<'_>) -> String {
    let column = format!("t.{}", ident(name));
    let data_type = without_length(&type_of(at, name, cx)).to_lowercase();
    let of = data_type.split(['(', '[']).next().unwrap_or_default().trim();
    if PADDED.contains(&of) {
        return equality::alike(&column, value).text().to_string();
    }
    let of_both = |function: &str, cast: &str| {
        [column.as_str(), value.text()].map(|value| format!("pg_catalog.{function}({value}){cast}"))
    };
    let [one, other] = of_both("to_jsonb", "");
    let same = format!("{one} IS NOT DISTINCT FROM {other}");
    // Only a `json`, or what has one in it.
    if of != "json" && equality::is_built_in(of) {
        return same;
    }
    let [one, other] = of_both("to_json", "::pg_catalog.text");
    format!(
        "CASE WHEN pg_catalog.concat({one}, ' ', {other}) OPERATOR(pg_catalog.~) {} \
         THEN {one} IS NOT DISTINCT FROM {other} ELSE {same} END",
        literal(MAY_BE_NO_JSONB)
    )
}
