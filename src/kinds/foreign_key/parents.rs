//! Declared rows of the referenced table, to which rows that are there may refer.

use super::Body;
use crate::equality;
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{ident, literal};
use std::collections::BTreeMap;

/// The declared rows of the parent.
pub fn rows(desired: &Body) -> Address {
    Address::new("rows", [&desired.schema, &desired.table])
}

/// Those that are yet to be written, as a relation `alias` of the `referenced` columns, if there are any that give them values.
pub fn to_come(desired: &Body, referenced: &[String], alias: &str, cx: &Cx<'_>) -> Option<String> {
    let rows = cx.observed_attribute(&rows(desired), "to come")?;
    let rows: Vec<BTreeMap<String, String>> = serde_json::from_str(&rows).ok()?;
    let value = |row: &BTreeMap<String, String>, name: &String| {
        let column = Address::new("column", [&desired.schema, &desired.table, name]);
        let data_type = equality::base_type(&column, cx).unwrap_or_else(|| "text".to_string());
        Some(format!("{}::{data_type}", literal(row.get(name)?)))
    };
    let row = |row: &BTreeMap<String, String>| {
        let values: Option<Vec<String>> = referenced.iter().map(|name| value(row, name)).collect();
        values.map(|values| format!("({})", values.join(", ")))
    };
    let rows: Vec<String> = rows.iter().filter_map(row).collect();
    let names: Vec<String> = referenced.iter().map(|name| ident(name)).collect();
    (!rows.is_empty()).then(|| format!("(VALUES {}) {alias}({})", rows.join(", "), names.join(", ")))
}
