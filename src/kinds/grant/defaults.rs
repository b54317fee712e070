//! What default privileges give on objects to come.

use super::words::{ROUTINES, TABLES, TYPES};
use super::{revoke, revoke_all};
use crate::kind::{Cx, from_list};
use crate::model::{Address, Entry};
use crate::sql::{Consent, Form};
use crate::statement::Step;
use std::collections::BTreeMap;

/// Takes back what default privileges give the role on an object that is new and that the file does not give it.
pub fn take_back(at: &Address, privileges: &BTreeMap<String, bool>, cx: &Cx<'_>) -> Vec<Step> {
    let Some(subject) = at.subject() else { return Vec::new() };
    let may = privileges.is_empty() || cx.allow.contains(&Consent::Revoke) || cx.prunes();
    if !may || is_there(subject, cx) {
        return Vec::new();
    }
    let given = given(at.name(), subject, "privileges", cx);
    let list = given.iter().map(String::as_str);
    let beyond: Vec<&str> = list.filter(|name| !privileges.contains_key(*name)).collect();
    if privileges.is_empty() && !beyond.is_empty() {
        return revoke_all(at, cx);
    }
    // The option goes without the privilege where only that is beyond the file.
    let given_on = self::given(at.name(), subject, "given on", cx);
    let options = given_on.iter().map(String::as_str);
    let options: Vec<&str> = options.filter(|name| privileges.get(*name) == Some(&false)).collect();
    let mut steps = revoke(at, &beyond, "", Form::RevokeNew, cx);
    steps.extend(revoke(at, &options, "GRANT OPTION FOR ", Form::RevokeNew, cx));
    steps
}

/// Whether the database has the object: also a sequence that is nobody's but a column's.
fn is_there(subject: &Address, cx: &Cx<'_>) -> bool {
    let belongs = |entry: &Entry| {
        let sequence = cx.observed_attribute(&entry.address, "sequence of numbers");
        sequence.is_some_and(|sequence| from_list(&sequence) == subject.path())
    };
    // It stands in the schema of its table.
    let schema = [subject.schema().to_string()];
    let is_of_a_column = || cx.observed.model.inside("column", &schema).any(belongs);
    cx.observed.model.contains(subject) || subject.kind == "sequence" && is_of_a_column()
}

/// Whether default privileges keep PUBLIC from new objects of that kind.
pub fn closed(subject: &Address, cx: &Cx<'_>) -> bool {
    let Some(sort) = sort(subject) else { return false };
    let default = Address::new("default privilege", ["", "", sort, "public"]);
    cx.observed_attribute(&default, "privileges").is_some_and(|list| list.is_empty())
}

/// What they give the role on a new object, in all schemas and in that of the object: of each the `attribute`.
fn given(role: &str, subject: &Address, attribute: &str, cx: &Cx<'_>) -> Vec<String> {
    let Some(sort) = sort(subject) else { return Vec::new() };
    let schema = if subject.path().len() > 1 { subject.schema() } else { "" };
    let places: &[&str] = if schema.is_empty() { &[""] } else { &["", schema] };
    let lists = places.iter().filter_map(|place| {
        let default = Address::new("default privilege", ["", place, sort, role]);
        cx.observed_attribute(&default, attribute)
    });
    let mut given: Vec<String> =
        lists.flat_map(|list| list.split(", ").map(str::to_string).collect::<Vec<_>>()).collect();
    given.retain(|name| !name.is_empty());
    given.sort();
    given.dedup();
    given
}

/// As which sort of objects default privileges know it.
pub fn sort(subject: &Address) -> Option<&'static str> {
    Some(match subject.kind {
        "schema" => "schemas",
        "sequence" => "sequences",
        kind if TABLES.contains(&kind) => "tables",
        kind if ROUTINES.contains(&kind) => "functions",
        kind if TYPES.contains(&kind) => "types",
        _ => return None,
    })
}
