//! The definition of an index as the server prints it, in parts.

use crate::sql::{Fragment, bracketed, cut, cut_once};

/// What stands in `[EXCLUDE ]USING method (keys) INCLUDE (columns) NULLS NOT DISTINCT WHERE (predicate)`.
pub struct IndexParts<'t> {
    /// The access method.
    pub method: String,
    /// Its columns and expressions, each with all that is said of it.
    pub keys: Vec<&'t str>,
    /// The names of columns that it carries along.
    pub include: Vec<String>,
    /// Two NULLs count as equal.
    pub nulls_not_distinct: bool,
    /// Which rows it covers.
    pub predicate: Option<&'t str>,
}

impl<'t> IndexParts<'t> {
    /// The parts of a definition without storage parameters.
    pub fn of(definition: &'t str) -> Option<IndexParts<'t>> {
        let index = definition.strip_prefix("EXCLUDE ").unwrap_or(definition);
        let (method, rest) = index.strip_prefix("USING ")?.split_once(' ')?;
        let (keys, rest) = bracketed(rest)?;
        let (rest, predicate) = match cut_once(rest, " WHERE ") {
            Some((rest, predicate)) => {
                (rest, Some(bracketed(predicate).map_or(predicate, |(inner, _)| inner)))
            }
            None => (rest, None),
        };
        let (include, rest) = rest.strip_prefix(" INCLUDE ").and_then(bracketed).unwrap_or(("", rest));
        let include = if include.is_empty() { Vec::new() } else { cut(include, ", ") };
        let rest = rest.strip_prefix(" NULLS NOT DISTINCT").map_or((false, rest), |rest| (true, rest));
        rest.1.is_empty().then(|| IndexParts {
            method: bare(method),
            keys: cut(keys, ", "),
            include: include.into_iter().map(bare).collect(),
            nulls_not_distinct: rest.0,
            predicate,
        })
    }
}

/// Whether CLUSTER can go by an index of that definition.
pub fn can_be_clustered(definition: &Fragment) -> bool {
    let whole =
        |parts: IndexParts<'_>| parts.predicate.is_none() && ["btree", "gist"].contains(&&*parts.method);
    IndexParts::of(definition.text()).is_some_and(whole)
}

/// A name without the quotes that SQL puts around it.
pub fn bare(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| name.to_string(), |inner| inner.replace("\"\"", "\""))
}
