//! Which index CLUSTER goes by: said of indexes and of keys, whose indexes are theirs.

use super::Cx;
use crate::delta::{Alteration, Change};
use crate::model::Address;
use crate::sql::{Form, ident};
use crate::statement::Statement;

/// The statement by which CLUSTER puts the rows of a table into the order of the index at `at`.
pub fn cluster(table: &Address, at: &Address) -> Statement {
    alter(table, format!("CLUSTER ON {}", ident(at.name())))
}

/// Compares; an order that the file does not say is beyond it, unless it says another one, which takes its place.
pub fn compare_clustered(
    [table, at]: [&Address; 2],
    desired: bool,
    observed: bool,
    cx: &Cx<'_>,
    out: &mut Alteration,
) {
    if desired {
        out.attribute("clustered", &observed, &desired, || vec![cluster(table, at).into()]);
    } else if observed && !is_said_elsewhere(table, cx) {
        let change = Change { attribute: "clustered", from: Some("yes".into()), to: None };
        out.beyond(cx.prunes(), change, || vec![alter(table, "SET WITHOUT CLUSTER".into()).into()]);
    }
}

/// Whether the index that takes the place of an observed one is to be what CLUSTER goes by.
pub fn keep_clustered(table: &Address, desired: bool, observed: bool, cx: &Cx<'_>) -> bool {
    desired || observed && !cx.prunes() && !is_said_elsewhere(table, cx)
}

/// Whether the file gives the rows of the table an order.
fn is_said_elsewhere(table: &Address, cx: &Cx<'_>) -> bool {
    let mut parts = cx.desired.iter().filter(|entry| !entry.absent && entry.parent.as_ref() == Some(table));
    parts.any(|entry| cx.attribute(&entry.address, "clustered").is_some())
}

fn alter(table: &Address, words: String) -> Statement {
    Statement::alter(table, Form::AlterTableLight, words)
}
