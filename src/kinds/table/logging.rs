//! Whether what a table holds is logged: no table that is logged refers to one that is not.

use super::Body;
use crate::kind::Cx;
use crate::model::{Address, Entry};

/// The tables that change in that respect before this one does: those that refer to it, where it is logged no more, and those
/// that it refers to, where it is from now on.
pub fn comes_after(at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Address> {
    if !changes(at, cx) {
        return Vec::new();
    }
    let keys = cx.observed.model.iter().filter(|key| key.address.kind == "foreign key");
    let ends = keys.flat_map(|key| {
        let referring = key.parent.as_ref().filter(|_| desired.unlogged && refers(key, at));
        let referenced =
            key.needs.iter().filter(|need| key.parent.as_ref() == Some(at) && need.kind == at.kind);
        referring.into_iter().chain(referenced.filter(|_| !desired.unlogged))
    });
    ends.filter(|other| *other != at && changes(other, cx)).cloned().collect()
}

fn refers(key: &Entry, at: &Address) -> bool {
    key.needs.contains(at)
}

fn changes(at: &Address, cx: &Cx<'_>) -> bool {
    let bodies = cx.desired.body::<Body>(at).zip(cx.observed.model.body::<Body>(at));
    bodies.is_some_and(|(desired, there)| desired.unlogged != there.unlogged)
}
