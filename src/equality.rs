//! Which `=` is that of a column: the one that keys, DISTINCT and GROUP BY go by. Unqualified, it would be whatever the
//! `search_path` leads to, and under `pg_catalog` alone a `citext` would be compared as a `text`.

use crate::kind::{Cx, Rank, split_name};
use crate::model::{Address, Entry};
use crate::sql::Phrase;

/// The operator of what PostgreSQL brings along, enums, arrays, ranges and composite types included.
pub const OF_POSTGRES: &str = "pg_catalog.=";

/// Types that PostgreSQL brings along, by each of the names that a file may give them.
const BUILT_IN: &[&str] = &[
    "bigint",
    "bigserial",
    "bit",
    "bit varying",
    "bool",
    "boolean",
    "bpchar",
    "bytea",
    "char",
    "character",
    "character varying",
    "cidr",
    "date",
    "daterange",
    "decimal",
    "double precision",
    "float",
    "float4",
    "float8",
    "inet",
    "int",
    "int2",
    "int4",
    "int4range",
    "int8",
    "int8range",
    "integer",
    "interval",
    "jsonb",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "national character",
    "national character varying",
    "numeric",
    "numrange",
    "oid",
    "real",
    "serial",
    "serial4",
    "serial8",
    "smallint",
    "smallserial",
    "text",
    "time",
    "time with time zone",
    "time without time zone",
    "timestamp",
    "timestamp with time zone",
    "timestamp without time zone",
    "timestamptz",
    "timetz",
    "tsrange",
    "tstzrange",
    "uuid",
    "varbit",
    "varchar",
];

/// A condition: both are there and equal, as `column` tells its values apart.
pub fn equal(column: &Address, left: &str, right: &Phrase, cx: &Cx<'_>) -> Phrase {
    match operator(column, cx) {
        Some(operator) => Phrase::from(format!("{left} OPERATOR({operator}) ")).phrase(right),
        None => alike(left, right),
    }
}

/// A condition: both are equal, or both are NULL, as the type tells its values apart that the two have in common.
pub fn alike(left: &str, right: &Phrase) -> Phrase {
    Phrase::from(format!("EXISTS (SELECT {left} INTERSECT SELECT ")).phrase(right).raw(")")
}

/// The operator by which `column` tells its values apart, with its schema; nothing where only the server can tell.
pub fn operator(column: &Address, cx: &Cx<'_>) -> Option<String> {
    let wanted = cx.attribute(column, "spelled type");
    let there = cx.observed_attribute(column, "spelled type");
    if there.is_some() && wanted == there {
        return cx.observed_attribute(column, "equality");
    }
    of_type(&cx.attribute(column, "type")?, cx, 0)
}

/// The same for a type as the file calls it.
fn of_type(text: &str, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let built_in = || Some(OF_POSTGRES.to_string());
    if text.contains('[') {
        return built_in();
    }
    let end = text.find('(').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.split_once(')').map_or("", |(_, rest)| rest);
    let words: Vec<&str> = name.split_whitespace().chain(rest.split_whitespace()).collect();
    if BUILT_IN.contains(&words.join(" ").to_lowercase().as_str()) {
        return built_in();
    }
    let mut parts = split_name(name.trim());
    let name = parts.pop()?;
    let schemas = parts.pop().map_or_else(|| cx.server.schemas.clone(), |schema| vec![schema]);
    // A domain of a domain of itself is a mistake that the server tells.
    let mut found = schemas.iter().flat_map(|schema| declared(schema, &name, cx)).filter_map(|entry| {
        let kind = cx.registry.get(entry.address.kind)?;
        match kind.attribute(&*entry.body, "base") {
            _ if kind.doc().rank != Rank::Type || depth > 10 => None,
            Some(base) => of_type(&base, cx, depth + 1),
            None => built_in(),
        }
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn declared<'c>(schema: &str, name: &str, cx: &'c Cx<'_>) -> impl Iterator<Item = &'c Entry> {
    let addresses: Vec<Address> =
        cx.registry.iter().map(|kind| Address::new(kind.doc().name, [schema, name])).collect();
    addresses.into_iter().filter_map(|at| cx.desired.get(&at))
}
