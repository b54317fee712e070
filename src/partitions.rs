//! The partitions of a table as they are to be, those that the file names and those that it does not, and the tables that
//! inherit from it.

use crate::delta::Obstacle;
use crate::kind::{Cx, as_list, from_list};
use crate::model::Address;

/// The partitions of a table.
pub fn partitions(table: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let parent = as_list(&[table.schema(), table.name()]);
    let of_table = |address: &&Address| {
        address.kind == table.kind && cx.attribute(address, "partition_of").as_deref() == Some(&parent)
    };
    let declared = cx.desired.iter().filter(|entry| !entry.absent).map(|entry| &entry.address);
    let mut found: Vec<Address> =
        declared.chain(cx.observed.model.addresses()).filter(of_table).cloned().collect();
    found.sort();
    found.dedup();
    found
}

/// The partitions that are there already and hold rows of their own, those of partitions included.
pub fn leaves(table: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let mut leaves = Vec::new();
    for partition in partitions(table, cx) {
        match cx.observed.tables.get(&partition) {
            Some(facts) if facts.partitioned => leaves.extend(self::leaves(&partition, cx)),
            Some(_) => leaves.push(partition),
            None => {}
        }
    }
    leaves
}

/// Whether a partition is a foreign table.
pub fn is_foreign(partition: &Address, cx: &Cx<'_>) -> bool {
    cx.attribute(partition, "foreign").is_some()
}

/// Whether the database has the table as a partitioned one.
pub fn is_partitioned(table: &Address, cx: &Cx<'_>) -> bool {
    cx.observed.tables.get(table).is_some_and(|facts| facts.partitioned)
}

/// Why the partition `table` cannot have the key `at` of its own, of which a table has one: those above it hand down theirs.
pub fn second_key(at: &Address, mut table: Address, cx: &Cx<'_>) -> Option<Obstacle> {
    loop {
        let above = from_list(&cx.attribute(&table, "partition_of")?);
        table = Address::new(table.kind, above);
        let mut keys = cx.desired.inside(at.kind, table.path());
        if let Some(key) = keys.find(|key| !key.absent && key.address.path().len() == at.path().len()) {
            return Some(Obstacle {
                message: format!("a table has one {}, and a partition has that of {table}", at.kind),
                hint: format!("leave it out: {} is made on every partition", key.address),
                span: None,
            });
        }
    }
}

/// The tables that are there and come to inherit from `table`: they do so before that gets what they have from it.
pub fn joining(table: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let is_parent = |list: Option<String>| {
        from_list(&list.unwrap_or_default()).chunks(2).any(|name| name == table.path())
    };
    let there = cx.observed.tables.keys().filter(|other| is_parent(cx.attribute(other, "inherits")));
    there.filter(|other| !is_parent(cx.observed_attribute(other, "inherits"))).cloned().collect()
}
