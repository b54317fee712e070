//! What rooms may look at while they write SQL, and the terms of a run.

use super::{Registry, Server, Undeclared};
use crate::model::{Address, Model, Observed};
use crate::sql::Consent;
use std::collections::BTreeSet;

/// The terms of a run, the same from its beginning to its end.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Every kind.
    pub registry: &'a Registry,
    /// The tool's own schema.
    pub state_schema: &'a str,
    /// The consents of this run.
    pub allow: &'a BTreeSet<Consent>,
    /// The `search_path` under which the file's SQL is read, as SQL.
    pub search_path: &'a str,
    /// Addresses, as text, of undeclared objects that are to go: what later runs than the one we go back to created.
    pub retire: &'a BTreeSet<String>,
}

impl<'a> Terms<'a> {
    /// What rooms may look at, with these models.
    pub fn cx<'c>(&self, server: &'c Server, desired: &'c Model, observed: &'c Observed) -> Cx<'c>
    where
        'a: 'c,
    {
        let Terms { registry, state_schema, allow, search_path: _, retire } = *self;
        Cx { server, desired, observed, registry, state_schema, allow, retire }
    }
}

/// What rooms may look at while they write SQL.
pub struct Cx<'a> {
    /// The server.
    pub server: &'a Server,
    /// The whole desired model.
    pub desired: &'a Model,
    /// The whole observed model.
    pub observed: &'a Observed,
    /// Every kind.
    pub registry: &'a Registry,
    /// The tool's own schema.
    pub state_schema: &'a str,
    /// The consents of this run.
    pub allow: &'a BTreeSet<Consent>,
    /// Addresses, as text, of undeclared objects that are to go.
    pub retire: &'a BTreeSet<String>,
}

impl Cx<'_> {
    /// Whether what the file does not declare is to go.
    pub fn prunes(&self) -> bool {
        self.allow.contains(&Consent::Prune)
    }

    /// Whether an observed object is to go: the file says so, or does not have it, under consent `prune`; or what it is
    /// part of goes.
    pub fn goes(&self, at: &Address) -> bool {
        if let Some(entry) = self.desired.get(at) {
            return entry.absent;
        }
        let Some(there) = self.observed.model.get(at) else { return false };
        let kind = self.registry.get(at.kind);
        let by_itself = match kind.map(|kind| kind.undeclared(at, &*there.body, self)) {
            None | Some(Undeclared::Ignore) => false,
            Some(Undeclared::Leftover(_)) if self.is_in_file(there.parent.as_ref()) => true,
            Some(_) => self.prunes() || self.retire.contains(&at.to_string()),
        };
        by_itself || there.parent.as_ref().is_some_and(|parent| self.goes(parent))
    }

    /// Whether the file declares it, as something that is to stay.
    pub fn is_in_file(&self, at: Option<&Address>) -> bool {
        at.and_then(|at| self.desired.get(at)).is_some_and(|entry| !entry.absent)
    }

    /// An attribute of another object, as text: how a room learns a fact of another room's object without knowing
    /// that room. The desired object is asked first.
    pub fn attribute(&self, address: &Address, name: &str) -> Option<String> {
        let entry = self.desired.get(address).filter(|entry| !entry.absent);
        let entry = entry.or_else(|| self.observed.model.get(address))?;
        self.registry.get(address.kind)?.attribute(&*entry.body, name)
    }

    /// The same, of the observed object alone.
    pub fn observed_attribute(&self, address: &Address, name: &str) -> Option<String> {
        let entry = self.observed.model.get(address)?;
        self.registry.get(address.kind)?.attribute(&*entry.body, name)
    }
}
