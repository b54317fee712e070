//! The second witness: after a change, the columns of the tables that were touched are read back through
//! `information_schema`, which shares no query with the observation, and must be what was declared.

use crate::error::{Error, Result};
use crate::kind::Registry;
use crate::model::{Address, Model};
use crate::plan::Plan;
use crate::session::{Session, server_error};
use crate::sql::{Own, literal};
use std::collections::{BTreeMap, BTreeSet};

/// Reads back the tables that `plan` touched.
///
/// # Errors
/// `Failed` if a declared column is not there, or takes NULL where it must not.
pub fn witness(session: &mut Session, plan: &Plan, desired: &Model, registry: &Registry) -> Result<()> {
    let touched: BTreeSet<&Address> = plan
        .statements()
        .filter_map(|statement| statement.table.as_ref())
        .filter(|table| desired.get(table).is_some_and(|entry| !entry.absent && !entry.optional))
        .collect();
    if touched.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = touched
        .iter()
        .map(|table| format!("({}, {})", literal(table.schema()), literal(table.name())))
        .collect();
    let query = format!(
        "SELECT table_schema AS schema, table_name AS table, column_name AS name, is_nullable AS nullable \
         FROM information_schema.columns WHERE (table_schema, table_name) IN ({})",
        places.join(", ")
    );
    let answers = session
        .ask(&Own::new(&query))
        .map_err(|error| server_error("cannot read back what was done", &error))?;
    let mut seen: BTreeMap<(String, String, String), bool> = BTreeMap::new();
    let mut visible: BTreeSet<(String, String)> = BTreeSet::new();
    for row in answers.iter().flat_map(|answer| answer.rows()) {
        let [schema, table, name] = ["schema", "table", "name"].map(|column| row.text(column).to_string());
        visible.insert((schema.clone(), table.clone()));
        let key = (schema, table, name);
        seen.insert(key, row.text("nullable") == "YES");
    }
    for entry in desired.iter().filter(|entry| !entry.absent && !entry.optional) {
        let Some(table) = entry.parent.as_ref().filter(|parent| touched.contains(parent)) else { continue };
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        if kind.attribute(&*entry.body, "type").is_none() {
            continue;
        }
        let required = kind.attribute(&*entry.body, "not_null").as_deref() == Some("yes");
        let key = (table.schema().to_string(), table.name().to_string(), entry.address.name().to_string());
        match seen.get(&key) {
            Some(nullable) if !(required && *nullable) => {}
            // Whoever has no privilege on a table is not shown its columns.
            None if !visible.contains(&(key.0, key.1)) => {}
            Some(_) => return Err(contradiction(&entry.address, "takes NULL, though it is declared not to")),
            None => return Err(contradiction(&entry.address, "is not there")),
        }
    }
    Ok(())
}

fn contradiction(address: &Address, what: &str) -> Error {
    Error::failed(format!(
        "information_schema says that {address} {what}, after every statement was executed"
    ))
    .hint("somebody else may be changing the database; run it again")
}
