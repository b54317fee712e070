//! Rows that repeat the values of a key.

use super::Body;
use crate::model::Address;
use crate::sql::{ident, idents};

/// A condition on a row: it is one of those that may repeat.
pub fn present(body: &Body) -> String {
    if body.nulls_not_distinct {
        return "true".to_string();
    }
    let tests = body.columns.iter().map(|column| format!("{} IS NOT NULL", ident(column)));
    tests.collect::<Vec<_>>().join(" AND ")
}

/// A query: the values of the key that repeat, as text `x`, and how often they are there, as `n`. Columns may have those
/// names too.
pub fn groups(at: &Address, body: &Body) -> String {
    let (name, columns, present) = (at.relation(), idents(&body.columns), present(body));
    format!(
        "SELECT pg_catalog.left(ROW({columns})::text, 80) AS x, pg_catalog.count(*) AS n FROM {name} WHERE {present} GROUP BY {columns} \
         HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1"
    )
}

/// A query: how many rows there are beyond one for each value, whichever of them that is.
pub fn count(at: &Address, body: &Body) -> String {
    format!(
        "SELECT coalesce(pg_catalog.sum(n OPERATOR(pg_catalog.-) 1), 0)::bigint FROM ({}) repeated",
        groups(at, body)
    )
}
