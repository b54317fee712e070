//! Indexes on partitioned tables: an index on the table alone, one on each partition, built concurrently, and the first
//! becomes whole when all the others are attached to it.

use super::{Body, Manner, build};
use crate::kind::Cx;
use crate::model::{Address, Entry};
use crate::partitions::{is_foreign, partitions};
use crate::sql::{Form, auto_name, qualified};
use crate::statement::Statement;

/// The statements, in the order in which they come.
#[derive(Default)]
struct Growth {
    /// Indexes on partitioned tables alone.
    branches: Vec<Statement>,
    /// Indexes on partitions that hold rows.
    leaves: Vec<Statement>,
    /// What is attached to what, from the leaves on.
    attached: Vec<Statement>,
}

/// The statements that build, or complete, the index at `at`, which is to be like `body`.
pub fn grow(at: &Address, body: &Body, cx: &Cx<'_>) -> Vec<Statement> {
    let mut growth = Growth::default();
    branch(at, body, &at.host("table"), cx, &mut growth);
    // A foreign table has no index to attach. Built at once, the index takes those that are there.
    if has_foreign(&at.host("table"), cx) {
        let whole = build(at, at.name(), body, Manner::Plain);
        let whole = Statement::on(&at.host("table"), Form::CreateIndexOnly, whole);
        return [growth.leaves, vec![whole]].concat();
    }
    [growth.branches, growth.leaves, growth.attached].concat()
}

/// The index on one partitioned table, with all that is below it; `root` is the outermost one.
fn branch(at: &Address, body: &Body, root: &Address, cx: &Cx<'_>, growth: &mut Growth) {
    let table = at.host("table");
    let there = cx.observed.model.body::<Body>(at);
    if there.is_none() {
        let sql = build(at, at.name(), body, Manner::Only);
        growth.branches.push(Statement::on(&table, Form::CreateIndexOnly, sql));
    }
    for partition in partitions(&table, cx).into_iter().filter(|partition| !is_foreign(partition, cx)) {
        let place = [partition.schema(), partition.name()];
        // A partition that comes later brings its part along.
        if there.is_some_and(|there| !there.missing.iter().any(|missing| missing.as_slice() == place)) {
            continue;
        }
        let part = part(at, body, &partition, cx);
        if cx.attribute(&partition, "partitioned").is_some() {
            branch(&part, body, root, cx, growth);
        } else {
            leaf(&part, body, cx, growth);
        }
        let whole = qualified(at.schema(), at.name());
        let sql = format!("ALTER INDEX {whole} ATTACH PARTITION {}", qualified(part.schema(), part.name()));
        let is_of_others = !cx.desired.contains(&partition);
        growth.attached.push(Statement::on(root, Form::AlterIndex, sql).may_miss(is_of_others));
    }
}

/// The index on one partition. One that a run left behind is used, or built anew.
fn leaf(part: &Address, body: &Body, cx: &Cx<'_>, growth: &mut Growth) {
    let partition = part.host("table");
    match cx.observed_attribute(part, "valid").as_deref() {
        Some("yes") => return,
        Some(_) => {
            let sql = format!("DROP INDEX CONCURRENTLY {}", qualified(part.schema(), part.name()));
            growth.leaves.push(Statement::on(&partition, Form::ReplaceIndexConcurrently, sql));
        }
        None => {}
    }
    let sql = build(part, part.name(), body, Manner::Concurrently);
    growth.leaves.push(Statement::on(&partition, Form::CreateIndexConcurrently, sql));
}

/// Whether a foreign table is among all that is below a partitioned table.
fn has_foreign(table: &Address, cx: &Cx<'_>) -> bool {
    partitions(table, cx).iter().any(|partition| is_foreign(partition, cx) || has_foreign(partition, cx))
}

/// The index on a partition: one that is there and is like it, or that a run left behind, else one under a free name.
fn part(at: &Address, body: &Body, partition: &Address, cx: &Cx<'_>) -> Address {
    let is_like = |entry: &&Entry| {
        let there = cx.observed.model.body::<Body>(&entry.address);
        let is_free = !cx.desired.contains(&entry.address) && !cx.goes(&entry.address);
        is_free
            && there.is_some_and(|there| {
                let is_same =
                    there.definition == body.definition || body.definition.is_spelled_as(&there.definition);
                is_same
                    && !there.attached
                    && there.valid
                    && there.unique == body.unique
                    && there.with == body.with
            })
    };
    if let Some(entry) = cx.observed.model.inside(at.kind, partition.path()).find(is_like) {
        return entry.address.clone();
    }
    let name = name(at, partition);
    let numbered = (1..100).map(|number| format!("{name}{number}"));
    let mut candidates = std::iter::once(name.clone()).chain(numbered);
    let place = |name: &str| Address::new(at.kind, [partition.schema(), partition.name(), name]);
    let is_free = |name: &String| match cx.observed.model.body::<Body>(&place(name)) {
        Some(there) => !there.attached && there.unique == body.unique && there.definition == body.definition,
        None => !cx.desired.contains(&place(name)),
    };
    place(&candidates.find(is_free).unwrap_or(name))
}

/// The name that PostgreSQL would give to the index on the partition, where that on the table has such a name.
fn name(at: &Address, partition: &Address) -> String {
    let table = at.path().get(1).map_or("", String::as_str);
    let rest = at.name().strip_prefix(table).and_then(|rest| rest.strip_prefix('_'));
    match rest.and_then(|rest| rest.rsplit_once('_')) {
        Some((columns, label)) => auto_name(partition.name(), columns, label),
        None => auto_name(partition.name(), at.name(), "idx"),
    }
}
