//! Resolves the names in the desired model: what must be declared, and what merely comes first.

use crate::kind::{Reference, Registry};
use crate::model::{Address, Model};
use crate::source::Problems;
use std::collections::{HashMap, HashSet};

/// Every reference must lead to a declared object, unless it leads into a schema that the file does not speak of:
/// what is there is the database's to know.
pub(super) fn check(model: &Model, references: &[Reference], schemas: &[String], problems: &mut Problems) {
    for reference in references {
        let to = &reference.to;
        let elsewhere = to.path().len() > 1 && !schemas.iter().any(|schema| schema == to.schema());
        match model.get(to) {
            Some(entry) if !entry.absent => {}
            None if elsewhere => {}
            Some(_) => {
                problems.add(reference.span, format!("`{to}` is declared `absent`, but something needs it"))
            }
            None => {
                let siblings = model.addresses().filter(|other| {
                    other.kind == to.kind
                        && other.path().len() == to.path().len()
                        && other.path()[..other.path().len() - 1] == to.path()[..to.path().len() - 1]
                });
                let message = format!("there is no `{to}` in the file");
                problems.add_with_suggestion(reference.span, message, to.name(), siblings.map(Address::name));
            }
        }
    }
}

/// Adds soft edges: an object whose SQL mentions the name of another comes after it. A mention is only a word, so it
/// orders and never decides; a circle of mentions is broken by rank.
pub(super) fn mention(model: &mut Model, registry: &Registry) {
    let mut by_name: HashMap<String, Vec<Address>> = HashMap::new();
    for entry in model.iter().filter(|entry| entry.parent.is_none() && !entry.absent) {
        if entry.address.path().len() == 2 {
            let name = entry.address.name().split('(').next().unwrap_or_default();
            by_name.entry(name.to_string()).or_default().push(entry.address.clone());
        }
    }
    for entry in model.iter_mut().filter(|entry| !entry.absent) {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        let mut found: HashSet<Address> = HashSet::new();
        let address = entry.address.clone();
        kind.fragments(&address, &mut *entry.body, &mut |_, fragment, _| {
            for word in words(fragment.text()) {
                for other in by_name.get(word).into_iter().flatten() {
                    if *other != address {
                        found.insert(other.clone());
                    }
                }
            }
        });
        let mut found: Vec<Address> = found.into_iter().collect();
        found.sort();
        entry.needs.extend(found);
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty())
}
