//! The partitions of a table as they are to be: those that the file names, and those that it does not.

use crate::kind::{Cx, as_list};
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
