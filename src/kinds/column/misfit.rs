//! Values that a narrower type has no counterpart for, as PostgreSQL's own operators tell them: for all rows of a table in one
//! scan.

use super::change::{Type, parse};
use crate::sql::literal;

/// Types without a cast from text of their own, so that a text is read as input.
const READ: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "boolean",
    "uuid",
    "date",
    "interval",
    "json",
    "jsonb",
    "inet",
    "cidr",
    "macaddr",
    "timestamp without time zone",
    "timestamp with time zone",
    "time without time zone",
    "time with time zone",
];

/// An SQL condition: `value`, of the first of two types as the server spells them, has no counterpart in the second;
/// `asks_input`: whether the server has `pg_input_is_valid`. Nothing where the conversion has to be tried.
pub fn misfit(value: &str, [from, to]: [&str; 2], asks_input: bool) -> Option<String> {
    let (one, two) = (parse(from), parse(to));
    let is_whole = |name: &str| matches!(name, "smallint" | "integer" | "bigint");
    match (one.name.as_str(), two.name.as_str()) {
        (from, to) if is_whole(from) => beyond(&format!("{value}::pg_catalog.int8"), to, "int8"),
        ("numeric", to) if is_whole(to) => beyond(&format!("pg_catalog.round({value})"), to, "numeric"),
        // What lies next to the greatest `bigint` has no number of its own there.
        ("real" | "double precision", to) if to != "bigint" => {
            beyond(&format!("pg_catalog.round({value}::pg_catalog.float8)"), to, "float8")
        }
        ("numeric", "numeric") => too_great(value, &two),
        // Blanks beyond the length are cut.
        ("text" | "character varying", "character varying" | "character") => {
            let most = two.modifiers.first()?;
            let length = format!("pg_catalog.length(pg_catalog.rtrim({value}::pg_catalog.text))");
            Some(format!("{length} OPERATOR(pg_catalog.>) {most}"))
        }
        ("text" | "character varying", name) if asks_input && READ.contains(&name) => {
            Some(format!("NOT pg_catalog.pg_input_is_valid({value}::pg_catalog.text, {})", literal(to)))
        }
        _ => None,
    }
}

/// `value`, of the type `of`, lies beyond the numbers of the whole type `to`.
fn beyond(value: &str, to: &str, of: &str) -> Option<String> {
    let (least, most) = match to {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        "bigint" => (i64::MIN, i64::MAX),
        _ => return None,
    };
    let (least, most) = (format!("'{least}'::pg_catalog.{of}"), format!("'{most}'::pg_catalog.{of}"));
    Some(format!("({value} OPERATOR(pg_catalog.<) {least} OR {value} OPERATOR(pg_catalog.>) {most})"))
}

/// The numeric `value` has more digits before the point than `to` has room for, once it is rounded.
fn too_great(value: &str, to: &Type<'_>) -> Option<String> {
    let (precision, scale) = (to.modifiers.first()?, to.modifiers.get(1)?);
    let digits = format!("({precision} OPERATOR(pg_catalog.-) {scale})::pg_catalog.numeric");
    Some(format!(
        "({value} OPERATOR(pg_catalog.<>) 'NaN'::pg_catalog.numeric AND \
         pg_catalog.abs(pg_catalog.round({value}, {scale})) OPERATOR(pg_catalog.>=) \
         pg_catalog.power('10'::pg_catalog.numeric, {digits}))"
    ))
}
