//! Statistics targets of the expressions of an index: how much ANALYZE learns of each, by the number of the column.

use super::{Cx, Draft, IndexDefinition, Row};
use crate::delta::{Alteration, Change};
use crate::model::Address;
use crate::source::{Reader, Value};
use crate::sql::{Form, qualified};
use crate::statement::Statement;
use std::collections::BTreeMap;

/// Targets by the number of the column.
#[derive(Debug, Clone, Default)]
pub struct Targets(BTreeMap<String, i64>);

impl Targets {
    /// What the key of the file means.
    pub const ABOUT: &str = "how much ANALYZE learns of its expressions, by their place: `{ 1 = 500 }`";

    /// Those of the index `pg_index i`, as a column of the catalog query.
    pub const QUERY: &str = "CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_object_agg(a.attnum, a.attstattarget) \
         FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) END AS targets";

    /// As the file has them.
    pub fn read(reader: &mut Reader<'_, '_>, key: &'static str) -> Targets {
        let mut found = BTreeMap::new();
        for (place, node) in reader.table(key).iter().flat_map(|table| &table.entries) {
            match (place.name.parse::<u16>(), &node.value) {
                (Ok(_), Value::Integer(target)) => _ = found.insert(place.name.clone(), *target),
                (Ok(_), _) => {
                    let message = format!("a statistics target is an integer, not {}", node.sort());
                    reader.problems().add(node.span, message);
                }
                (Err(_), _) => {
                    reader.problems().add(place.span, format!("`{}` is no number of a column", place.name));
                }
            }
        }
        Targets(found)
    }

    /// As the query gives them.
    pub fn observed(row: &Row<'_>) -> Targets {
        Targets(row.parsed("targets"))
    }

    /// Says them as the file does.
    pub fn write(&self, key: &str, draft: &mut Draft<'_>) {
        draft.table(key, self.0.iter().map(|(number, target)| (number, Value::Integer(*target))));
    }

    /// The statements that set all of them, given the table and the index.
    pub fn set(&self, place: [&Address; 2]) -> Vec<Statement> {
        self.0.iter().map(|(number, target)| set(place, number, *target)).collect()
    }

    /// Compares; those that the file does not say are beyond it.
    pub fn compare(
        &self,
        attribute: &'static str,
        place: [&Address; 2],
        observed: &Targets,
        cx: &Cx<'_>,
        out: &mut Alteration,
    ) {
        for (number, target) in &self.0 {
            let there = observed.0.get(number).copied();
            out.attribute(attribute, &there, &Some(*target), || vec![set(place, number, *target).into()]);
        }
        for (number, target) in observed.0.iter().filter(|(number, _)| !self.0.contains_key(*number)) {
            let change = Change { attribute, from: Some(format!("{number} = {target}")), to: None };
            out.beyond(cx.prunes(), change, || vec![set(place, number, -1).into()]);
        }
    }

    /// Takes over those that are observed and not said, of the columns that are the same in both definitions.
    pub fn keep(&mut self, observed: &Targets, definitions: [&IndexDefinition; 2], cx: &Cx<'_>) {
        let [desired, there] = definitions;
        for (number, target) in observed.0.iter().filter(|_| !cx.prunes()) {
            if number.parse().is_ok_and(|number| desired.shares_key(there, number)) {
                self.0.entry(number.clone()).or_insert(*target);
            }
        }
    }
}

fn set(place: [&Address; 2], number: &str, target: i64) -> Statement {
    alter_index(place, &format!("ALTER COLUMN {number} SET STATISTICS {target}"))
}

/// `ALTER INDEX` of the index, or of that of the constraint, at `at` of a table.
pub fn alter_index([table, at]: [&Address; 2], words: &str) -> Statement {
    let sql = format!("ALTER INDEX {} {words}", qualified(at.schema(), at.name()));
    Statement::on(table, Form::AlterIndex, sql)
}
