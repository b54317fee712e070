//! Columns of partitions, which have most of what they are from their table.

use super::numbers::Numbers;
use super::requirement::Requirement;
use super::{Body, Column, DOC};
use crate::delta::Alteration;
use crate::kind::{Cx, Draft, Room, Server};
use crate::model::Address;
use crate::pg::Feature;
use crate::statement::Step;

/// Whether a column of a partition, `pg_attribute a` of `pg_class c`, is not as that of its table, or has what tables
/// do not hand down. What is only a hint to the server counts where the partition has one of its own.
pub fn deviates(server: &Server) -> String {
    let compression = match server.has(Feature::StorageCompression) {
        true => "OR a.attcompression <> '' AND a.attcompression <> pa.attcompression ",
        false => "",
    };
    format!(
        "(SELECT bool_or(pa.attnotnull <> a.attnotnull OR a.attfdwoptions IS NOT NULL OR pa.attstorage <> a.attstorage \
         {compression}OR EXISTS (SELECT FROM unnest(a.attoptions) x WHERE NOT starts_with(x, 'pg_attver=')) \
         OR col_description(c.oid, a.attnum) IS NOT NULL \
         OR pg_get_expr(pd.adbin, pd.adrelid) IS DISTINCT FROM pg_get_expr(cd.adbin, cd.adrelid) \
         OR coalesce(a.attstattarget, -1) NOT IN (-1, coalesce(pa.attstattarget, -1))) \
         FROM pg_inherits h JOIN pg_attribute pa ON pa.attrelid = h.inhparent AND pa.attname = a.attname \
         LEFT JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum WHERE h.inhrelid = c.oid)"
    )
}

/// The column that a column of a partition comes from, as it is to be.
pub fn of_parent(at: &Address, cx: &Cx<'_>) -> Option<Body> {
    let parent = cx.attribute(&at.host("table"), "partition_of")?;
    let parents = Address::new(DOC.name, parent.split('\n').chain([at.name()]));
    let declared = cx.desired.body::<Body>(&parents).or_else(|| cx.observed.model.body(&parents));
    declared.cloned().or_else(|| of_parent(&parents, cx))
}

/// Whether the table is one that inherits a generated column of that name.
pub fn inherits_generated(at: &Address, cx: &Cx<'_>) -> bool {
    let parents = cx.attribute(&at.host("table"), "inherits").unwrap_or_default();
    let parents: Vec<&str> = parents.split('\n').collect();
    parents.chunks_exact(2).any(|parent| {
        let column = Address::new(DOC.name, parent.iter().copied().chain([at.name()]));
        let there = cx.desired.body::<Body>(&column).or_else(|| cx.observed.model.body(&column));
        there.is_some_and(|body| body.generated.is_some()) || inherits_generated(&column, cx)
    })
}

/// The same as it is there, for a column that is being written.
pub fn parent_in<'m>(at: &Address, draft: &Draft<'m>) -> Option<&'m Body> {
    let parent = draft.attribute(&at.host("table"), "partition_of")?;
    draft.model.body(&Address::new(DOC.name, parent.split('\n').chain([at.name()])))
}

/// A partition's column: how it is numbered, its table says, and how it is computed, where it does not say otherwise.
pub fn as_in_table(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>) -> Option<Body> {
    cx.attribute(&at.host("table"), "partition_of")?;
    let computed = if desired.generated.is_some() { desired } else { observed };
    Some(Body {
        identity: observed.identity,
        generated: computed.generated.clone(),
        is_virtual: computed.is_virtual,
        serial: observed.serial,
        numbers: Numbers::default(),
        ..desired.clone()
    })
}

impl Column {
    /// The steps from one column to another, where only one of them is that of a partition.
    pub(super) fn difference(&self, at: &Address, desired: &Body, there: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let mut out = Alteration::default();
        let there = Body { sequence: None, requirement: Requirement::default(), ..there.clone() };
        self.compare(at, desired, &there, cx, &mut out);
        out.steps
    }
}
