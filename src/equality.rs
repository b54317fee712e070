//! Which `=` is that of a column: the one that keys, DISTINCT and GROUP BY go by. Unqualified, it would be whatever the
//! `search_path` leads to, and under `pg_catalog` alone a `citext` would be compared as a `text`.

use crate::kind::{Cx, Kind, Rank, split_name};
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

/// The type of `column`, or what that is made of if it is a domain, as far as is known: reading a value of a domain runs its
/// checks.
pub fn base_type(column: &Address, cx: &Cx<'_>) -> Option<String> {
    if is_as_observed(column, cx) {
        return cx.observed_attribute(column, "base").or_else(|| cx.attribute(column, "type"));
    }
    let mut of = cx.attribute(column, "type")?;
    for _ in 0..DEEPEST {
        let base = types(&of, cx).find_map(|(kind, entry)| kind.attribute(&*entry.body, "base"));
        let Some(base) = base else { break };
        of = base;
    }
    Some(of)
}

/// The operator by which `column` tells its values apart, with its schema; nothing where only the server can tell.
pub fn operator(column: &Address, cx: &Cx<'_>) -> Option<String> {
    if is_as_observed(column, cx) {
        return cx.observed_attribute(column, "equality");
    }
    of_type(&cx.attribute(column, "type")?, cx, 0)
}

/// Whether the column has the type that it is to have. Before the server is asked how it spells that, the name tells.
fn is_as_observed(column: &Address, cx: &Cx<'_>) -> bool {
    let wanted = cx.attribute(column, "spelled type");
    let Some((wanted, there)) = wanted.zip(cx.observed_attribute(column, "spelled type")) else {
        return false;
    };
    let (bare, qualified) = (split_name(&wanted), split_name(&there));
    wanted == there || bare.len() == 1 && qualified.len() == 2 && bare.last() == qualified.last()
}

/// Whether PostgreSQL brings the type along, which is no array. Of all that it knows by name, a comma stands between the
/// elements of an array (`typdelim`).
pub fn is_built_in(text: &str) -> bool {
    let end = text.find('(').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.split_once(')').map_or("", |(_, rest)| rest);
    let words: Vec<&str> = name.split_whitespace().chain(rest.split_whitespace()).collect();
    BUILT_IN.contains(&words.join(" ").to_lowercase().as_str())
}

/// The same for a type as the file calls it.
fn of_type(text: &str, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let built_in = || Some(OF_POSTGRES.to_string());
    if text.contains('[') {
        return built_in();
    }
    if is_built_in(text) {
        return built_in();
    }
    let mut found = types(text, cx).filter_map(|(kind, entry)| match kind.attribute(&*entry.body, "base") {
        Some(base) if depth < DEEPEST => of_type(&base, cx, depth + 1),
        Some(_) => None,
        None => built_in(),
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// A domain that is made of itself is a mistake that the server tells.
const DEEPEST: usize = 10;

/// The types that the file declares by that name.
fn types<'c>(text: &str, cx: &'c Cx<'_>) -> impl Iterator<Item = (&'c dyn Kind, &'c Entry)> {
    let mut parts = split_name(text.split('(').next().unwrap_or_default().trim());
    let name = parts.pop().unwrap_or_default();
    let schemas = parts.pop().map_or_else(|| cx.server.schemas.clone(), |schema| vec![schema]);
    let is_array = text.contains('[');
    let kinds = cx.registry.iter().filter(move |kind| kind.doc().rank == Rank::Type && !is_array);
    kinds.flat_map(move |kind| {
        let at = schemas.iter().map(|schema| Address::new(kind.doc().name, [schema.as_str(), name.as_str()]));
        let found = at.filter_map(|at| Some((kind, cx.desired.get(&at)?)));
        found.collect::<Vec<_>>()
    })
}
