//! The `search_path` under which the SQL of the file is read.

use super::Reconciler;
use crate::apply::{Event, Listener};
use crate::model::{Address, Model};
use crate::sql::ident;

/// The schema that every database is born with.
const PUBLIC: &str = "public";

impl Reconciler {
    /// The schemas of the file, the default one first, unless that is `public` and the file has nothing there; then those in
    /// which the extensions live that it declares, as far as the file or `observed` tells. What nobody has looked at may be in
    /// `public`. Temporary objects come last.
    pub(super) fn search_path(&self, observed: Option<&Model>) -> String {
        let mut names: Vec<String> = self.path_schemas(observed).iter().map(|name| ident(name)).collect();
        names.push("pg_temp".to_string());
        names.join(", ")
    }

    /// The schemas on the path.
    pub(super) fn path_schemas(&self, observed: Option<&Model>) -> Vec<String> {
        let mut names = self.desired.schemas.clone();
        // Where others may make what they like, and the file has nothing, nothing of the file is looked for.
        names.retain(|name| name != PUBLIC || self.has_something_in(name));
        let mut comes_first = false;
        let mut add = |name: String| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        for entry in self.desired.model.iter().filter(|entry| !entry.absent) {
            let Some(kind) = self.registry.get(entry.address.kind) else { continue };
            let Some(place) = kind.attribute(&*entry.body, LIVES_IN) else { continue };
            let there = observed.and_then(|model| model.get(&entry.address));
            match there.and_then(|there| kind.attribute(&*there.body, LIVES_IN)) {
                Some(there) if !there.is_empty() => add(there),
                _ if !place.is_empty() => add(place),
                None if observed.is_none() => add(PUBLIC.to_string()),
                _ => comes_first = true,
            }
        }
        // What says no schema comes into the first of the path.
        let default = self.desired.schemas.first().filter(|name| comes_first && !names.contains(name));
        default.into_iter().cloned().chain(names.iter().cloned()).collect()
    }

    /// Whether the file declares something in the schema, or speaks of something there.
    fn has_something_in(&self, schema: &str) -> bool {
        let Some((namespace, _)) = self.registry.namespace() else { return false };
        let is_there = |at: &Address| {
            at.path().len() > 1
                && at.schema() == schema
                && self.registry.can_hold(namespace.doc().name, at.kind)
        };
        let mut all = self.desired.model.iter().filter(|entry| !entry.absent).map(|entry| &entry.address);
        all.any(|at| is_there(at) || at.subject().is_some_and(is_there))
    }

    /// Warns of schemas of the file in which anybody may make what its expressions could find first.
    pub(super) fn warn_of_open_schemas(&self, observed: &Model, listener: &Listener<'_>) {
        for entry in
            observed.iter().filter(|entry| self.desired.schemas.contains(&entry.address.name().to_string()))
        {
            let Some(kind) = self.registry.get(entry.address.kind) else { continue };
            if kind.attribute(&*entry.body, "open").is_some() {
                let name = ident(entry.address.name());
                listener(Event::Note(format!(
                    "anybody may create objects in {}, among which the expressions of the file find theirs; \
                     `REVOKE CREATE ON SCHEMA {name} FROM PUBLIC` ends that",
                    entry.address
                )));
            }
        }
    }
}

/// The attribute that tells in which schema an object keeps what it brings; empty where that is not said.
const LIVES_IN: &str = "lives in";
