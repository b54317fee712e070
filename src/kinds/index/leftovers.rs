//! What a build that died leaves behind: the new index of a replacement, under its interim name, and the `_ccnew` and
//! `_ccold` of REINDEX CONCURRENTLY.

use crate::delta::{Alteration, Change};
use crate::kind::{Cx, leftover};
use crate::model::Address;
use crate::sql::{Form, auto_name, qualified};
use crate::statement::{Statement, Step};

/// The name under which the new index of a replacement is built.
pub(super) fn interim(at: &Address) -> String {
    leftover::interim(at.name())
}

/// The names of what may be left behind of an index: our own, and those that PostgreSQL gives. A second one gets a
/// number.
fn names(of: &Address) -> impl Iterator<Item = (String, bool)> {
    let label = |label: &str| auto_name(of.name(), "", label);
    let given = [label("ccnew"), label("ccold")];
    let numbered = |name: String| ["", "1", "2", "3"].map(|number| format!("{name}{number}"));
    let given = given.into_iter().flat_map(numbered).map(|name| (name, false));
    std::iter::once((interim(of), true)).chain(given)
}

/// Whether an index is what a build of `of`, an index of the same table, left behind. One that is valid is somebody's,
/// whatever it is called, unless its name is ours.
pub(super) fn is_of(at: &Address, valid: bool, of: &Address) -> bool {
    names(of).any(|(name, ours)| name == at.name() && (ours || !valid))
}

fn leftovers(at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let valid = |other: &Address| cx.observed_attribute(other, "valid").as_deref() != Some("no");
    let named = names(at).map(|(name, ours)| (at.renamed(&name), ours));
    let found = named.filter(|(other, ours)| cx.observed.model.contains(other) && (*ours || !valid(other)));
    found.map(|(other, _)| other).filter(|other| !cx.desired.contains(other)).collect()
}

/// The statements that take them away, where others are using the table.
pub(super) fn drop(at: &Address, cx: &Cx<'_>) -> Vec<Statement> {
    let drop =
        |other: &Address| format!("DROP INDEX CONCURRENTLY {}", qualified(other.schema(), other.name()));
    let drop = |other| Statement::on(&at.host("table"), Form::ReplaceIndexConcurrently, drop(other));
    leftovers(at, cx).iter().map(drop).collect()
}

/// The same in a transaction.
pub(super) fn drop_plainly(at: &Address, cx: &Cx<'_>) -> Vec<Statement> {
    let drop = |other: &Address| format!("DROP INDEX {}", qualified(other.schema(), other.name()));
    let drop = |other| Statement::on(&at.host("table"), Form::ReplaceIndex, drop(other));
    leftovers(at, cx).iter().map(drop).collect()
}

/// Takes them away from beside an index that is as it is to be.
pub(super) fn compare(at: &Address, cx: &Cx<'_>, out: &mut Alteration) {
    let leftovers = leftovers(at, cx);
    let names: Vec<&str> = leftovers.iter().map(Address::name).collect();
    if !names.is_empty() {
        let change = Change { attribute: "leftover", from: Some(names.join(", ")), to: None };
        out.note(change, vec![Step::direct(drop_plainly(at, cx)).online(drop(at, cx))]);
    }
}
