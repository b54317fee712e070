//! Declared rows of other tables, to which those of a table refer by keys that are in force, or which refer to them.

use super::{Body, Cell};
use crate::kind::Cx;
use crate::model::{Address, Entry};
use std::collections::BTreeMap;

/// The declared rows of the tables to which the table refers: by keys that are checked at the end of a transaction (`deferred`),
/// or by others.
pub fn parents(at: &Address, deferred: bool, cx: &Cx<'_>) -> Vec<Address> {
    let initially = if deferred { Some("deferred") } else { None };
    let keys = cx.observed.model.inside("foreign key", at.path()).filter(|key| !cx.goes(&key.address));
    let keys = keys.filter(|key| cx.observed_attribute(&key.address, "initially").as_deref() == initially);
    keys.flat_map(referenced).map(rows).filter(|other| other != at).collect()
}

/// The declared rows of the tables that refer to the table.
pub fn children(at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let table = at.host("table");
    let keys = cx.observed.model.iter().filter(|key| key.address.kind == "foreign key");
    let keys = keys.filter(|key| referenced(key).any(|other| *other == table) && !cx.goes(&key.address));
    let others = keys.filter_map(|key| key.parent.as_ref()).map(rows);
    others.filter(|other| other != at && cx.desired.contains(other)).collect()
}

fn referenced(key: &Entry) -> impl Iterator<Item = &Address> {
    key.needs.iter().filter(|need| need.kind == "table")
}

fn rows(table: &Address) -> Address {
    Address::new("rows", table.path())
}

/// The values of observed rows that are missing or say something else, as JSON, if there are any.
pub fn to_come(observed: &Body) -> Option<String> {
    let numbers = observed.missing.union(&observed.differing);
    let rows = numbers.filter_map(|number| observed.rows.get(*number));
    let literals = |row: &BTreeMap<String, Cell>| -> BTreeMap<String, String> {
        let cells = row.iter().filter_map(|(name, cell)| match cell {
            Cell::Literal(text) => Some((name.clone(), text.clone())),
            Cell::Null | Cell::Sql(_) => None,
        });
        cells.collect()
    };
    let rows: Vec<_> = rows.map(literals).collect();
    (!rows.is_empty()).then(|| serde_json::to_string(&rows).ok()).flatten()
}
