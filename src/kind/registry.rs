//! Every kind there is.

use super::{Kind, Place};
use std::collections::HashMap;

/// Every kind, in the order of the reference.
pub struct Registry {
    kinds: Vec<&'static dyn Kind>,
    by_name: HashMap<&'static str, &'static dyn Kind>,
}

impl Registry {
    /// A registry of `kinds`.
    pub fn new(kinds: Vec<&'static dyn Kind>) -> Registry {
        let by_name = kinds.iter().map(|kind| (kind.doc().name, *kind)).collect();
        Registry { kinds, by_name }
    }

    /// Every kind.
    pub fn iter(&self) -> impl Iterator<Item = &'static dyn Kind> + '_ {
        self.kinds.iter().copied()
    }

    /// The kind with that name.
    pub fn get(&self, name: &str) -> Option<&'static dyn Kind> {
        self.by_name.get(name).copied()
    }

    /// Whether objects of one kind can stand inside those of another.
    pub fn can_hold(&self, outer: &str, inner: &str) -> bool {
        let place = |name: &str| self.get(name).map(|kind| kind.doc().place);
        match (place(outer), place(inner)) {
            (Some(Place::Namespace(_)), Some(Place::InSchema(_))) => true,
            (Some(_), Some(Place::Children { of, .. } | Place::Single { of, .. })) => {
                of.iter().any(|of| *of == outer || self.can_hold(outer, of))
            }
            _ => false,
        }
    }

    /// The kind that other kinds live in, and its key.
    pub fn namespace(&self) -> Option<(&'static dyn Kind, &'static str)> {
        self.iter().find_map(|kind| match kind.doc().place {
            Place::Namespace(key) => Some((kind, key)),
            _ => None,
        })
    }
}
