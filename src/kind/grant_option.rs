//! Who may pass privileges on: said alike of grants and of default privileges.

use super::{Cx, Draft};
use crate::pg::Feature;
use crate::source::{Reader, Span, Value};
use std::collections::BTreeMap;

/// What the key in the file means.
pub const GRANT_OPTION: &str = "`true`: they may be passed on; or the list of those that may";

/// The privilege that there is from 17 on.
pub const MAINTAIN: &str = "maintain";

/// The privileges that the server knows: `all` says MAINTAIN too.
pub fn known_privileges(privileges: &BTreeMap<String, bool>, cx: &Cx<'_>) -> BTreeMap<String, bool> {
    let maintain = cx.server.has(Feature::MaintainPrivilege);
    let list = privileges.iter().filter(|(name, _)| maintain || *name != MAINTAIN);
    list.map(|(name, option)| (name.clone(), *option)).collect()
}

/// What the file says: the privileges that may be passed on, and whether all may.
pub fn read_grant_option(reader: &mut Reader<'_, '_>, key: &'static str) -> (Vec<(String, Span)>, bool) {
    match reader.node(key).map(|node| &node.value) {
        Some(Value::Array(_)) => (reader.strings(key), false),
        _ => (Vec::new(), reader.flag(key)),
    }
}

/// Says privileges, each with whether it may be passed on.
pub fn write_privileges(privileges: &BTreeMap<String, bool>, draft: &mut Draft<'_>) {
    draft.array("privileges", privileges.keys());
    let some: Vec<&String> = privileges.iter().filter(|(_, option)| **option).map(|(name, _)| name).collect();
    match some.len() == privileges.len() {
        true => draft.flag("with_grant_option", !some.is_empty()),
        false => draft.list("with_grant_option", some),
    }
}
