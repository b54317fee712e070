//! What PUBLIC has on an object if nobody says anything.

use super::defaults;
use super::words::{ROUTINES, TYPES};
use crate::model::{Address, Model};
use std::collections::BTreeMap;

/// What the role has on such an object from the start: nothing, unless it is PUBLIC.
pub fn usual(role: &str, subject: &Address) -> &'static [&'static str] {
    match subject.kind {
        _ if role != "public" => &[],
        "schema" if subject.name() == "public" => &["usage"],
        "database" => &["connect", "temporary"],
        "language" => &["usage"],
        kind if ROUTINES.contains(&kind) => &["execute"],
        kind if TYPES.contains(&kind) => &["usage"],
        _ => &[],
    }
}

/// Whether the role has just that; the schema that every database is born with was open to everyone before it was `closed`.
pub fn is_usual(role: &str, subject: &Address, privileges: &BTreeMap<String, bool>, closed: bool) -> bool {
    let usual = usual(role, subject);
    let names = || privileges.keys().map(String::as_str);
    let was_open =
        !closed && usual == ["usage"] && subject.kind == "schema" && names().eq(["create", "usage"]);
    privileges.values().all(|option| !option) && (was_open || names().eq(usual.iter().copied()))
}

/// What of the usual is not among `privileges`.
pub fn lost(usual: &[&str], privileges: &BTreeMap<String, bool>) -> BTreeMap<String, bool> {
    let lost = usual.iter().filter(|name| !privileges.contains_key(**name));
    lost.map(|name| ((*name).to_string(), false)).collect()
}

/// Whether `model` speaks of what PUBLIC has on such objects to come, so that they are not as PostgreSQL has them.
pub fn is_closed(subject: &Address, model: &Model) -> bool {
    let Some(sort) = defaults::sort(subject) else { return false };
    let mut all = model.inside("default privilege", &[]).filter(|entry| !entry.absent);
    all.any(|entry| matches!(entry.address.path(), [_, schema, of, role] if schema.is_empty() && of == sort && role == "public"))
}
