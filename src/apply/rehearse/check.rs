//! Statements that make the server read a fragment, and touch nothing.

use super::{CHECKED, Check, Scene, UNCHECKED};
use crate::kind::Context;
use crate::model::Address;
use crate::sql::{Fragment, Phrase, ident, literal};

impl Scene<'_> {
    /// A statement that makes the server read a fragment, and touches nothing.
    pub(super) fn check(&self, fragment: &Fragment, context: &Context, number: usize) -> Option<Check> {
        let explain = Phrase::from("EXPLAIN SELECT ");
        let (mut before, mut after) = (None, None);
        let sql = match context {
            Context::Type => explain.raw("NULL::").fragment(fragment),
            Context::Value { of } => explain.raw("(").fragment(fragment).raw(format!(")::{of}")),
            Context::Row { table } => {
                explain.raw("(").fragment(fragment).raw(format!(") FROM {}", self.row(table, table.name())))
            }
            Context::Domain { base } => explain
                .raw("(")
                .fragment(fragment)
                .raw(format!(") FROM (VALUES (NULL::{base}), (NULL)) s(value)")),
            Context::Trigger { table } => explain.raw("(").fragment(fragment).raw(format!(
                ") FROM {}, {}",
                self.row(table, "old"),
                self.row(table, "new")
            )),
            Context::Index { table } => {
                let (create, copy) = self.copy(table, number)?;
                before = Some(create);
                Phrase::from(format!("CREATE INDEX ON {copy} ")).fragment(fragment)
            }
            Context::Exclusion { table } => {
                let (create, copy) = self.copy(table, number)?;
                before = Some(create);
                Phrase::from(format!("ALTER TABLE {copy} ADD ")).fragment(fragment)
            }
            Context::PartitionKey { table } => {
                let (create, _) = self.copy(table, number)?;
                Phrase::from(format!("{create} PARTITION BY ")).fragment(fragment)
            }
            // Only beside its siblings can it be read.
            Context::Bounds { .. } => return None,
            Context::Order { table } => {
                explain.raw(format!("FROM {} ORDER BY ", self.row(table, table.name()))).fragment(fragment)
            }
            Context::Question { is_query: false } => explain.raw("(").fragment(fragment).raw(")"),
            // To plan it tells also whether its rows can be seen.
            Context::Query { is_kept: true, .. } => Phrase::from("EXPLAIN ").fragment(fragment),
            Context::Query { .. } | Context::Question { is_query: true } => {
                Phrase::from(format!("CREATE TEMP VIEW pgr_rehearsal_{number} AS ")).fragment(fragment)
            }
            Context::Statement => {
                // The procedural language checks the syntax of a statement without executing it.
                let body = literal(&format!("BEGIN\n{};\nEND", fragment.text()));
                before = Some(CHECKED.to_string());
                after = Some(UNCHECKED.to_string());
                Phrase::from(format!(
                    "CREATE FUNCTION pg_temp.pgr_rehearsal_{number}() RETURNS void LANGUAGE plpgsql AS {body}"
                ))
            }
            Context::Part { .. } | Context::Name { .. } | Context::Piece | Context::Body { .. } => {
                return None;
            }
        };
        Some(Check { before, sql, after })
    }

    /// A temporary table with the columns that the table is to have: how it is made, and its name.
    fn copy(&self, table: &Address, number: usize) -> Option<(String, String)> {
        let columns = self.columns(table);
        let list: Vec<String> =
            columns.iter().map(|(column, of)| format!("{} {of}", ident(column))).collect();
        let copy = format!("pg_temp.pgr_rehearsal_{number}");
        (!list.is_empty()).then(|| (format!("CREATE TEMP TABLE {} ({})", &copy[8..], list.join(", ")), copy))
    }

    /// One row of NULLs with the columns that the table is to have, undeclared ones included, as an item of FROM.
    fn row(&self, table: &Address, alias: &str) -> String {
        let columns = self.columns(table);
        let values: Vec<String> =
            columns.iter().map(|(name, of)| format!("NULL::{of} AS {}", ident(name))).collect();
        format!("(SELECT {}) {}", values.join(", "), ident(alias))
    }

    fn columns(&self, table: &Address) -> Vec<(String, String)> {
        let mut columns = self.own_columns(table);
        // A partition that is yet to come has the columns of its table.
        let heir = self.desired.get(table).into_iter().flat_map(|entry| &entry.heir_of);
        for (name, of) in heir.flat_map(|parent| self.columns(parent)) {
            if !columns.iter().any(|(own, _)| *own == name) {
                columns.push((name, of));
            }
        }
        columns
    }

    fn own_columns(&self, table: &Address) -> Vec<(String, String)> {
        let undeclared = self.observed.iter().filter(|entry| !self.desired.contains(&entry.address));
        let mut columns: Vec<_> = self
            .desired
            .iter()
            .chain(undeclared)
            .filter(|entry| entry.parent.as_ref() == Some(table) && !entry.absent)
            .filter_map(|entry| {
                let kind = self.terms.registry.get(entry.address.kind)?;
                let of = kind.attribute(&*entry.body, "type")?;
                let unknown = self.unknown.borrow().contains(&entry.address);
                let of = if unknown { "text".to_string() } else { of };
                Some((entry.position, entry.address.name().to_string(), of))
            })
            .collect();
        columns.sort();
        columns.into_iter().map(|(_, name, of)| (name, of)).collect()
    }
}
