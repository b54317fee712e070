//! Columns of partitions, which have most of what they are from their table.

use super::numbers::Numbers;
use super::requirement::Requirement;
use super::{Body, Column, DOC};
use crate::delta::Alteration;
use crate::kind::{Cx, Draft, Room, Server};
use crate::model::{Address, Entry};
use crate::pg::Feature;
use crate::statement::Step;

/// Whether an inherited column, `pg_attribute a` of `pg_class c`, is not as that of its parents, or has what parents
/// do not hand down. What is only a hint to the server counts where the heir has one of its own.
pub fn deviates(server: &Server) -> String {
    let compression = match server.has(Feature::StorageCompression) {
        true => "OR a.attcompression <> '' AND a.attcompression <> pa.attcompression ",
        false => "",
    };
    let not_null = match server.has(Feature::NotNullConstraints) {
        true => {
            "pa.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint pn WHERE pn.conrelid = pa.attrelid \
             AND pn.contype = 'n' AND pn.conkey[1] = pa.attnum AND pn.connoinherit)"
        }
        false => "pa.attnotnull",
    };
    format!(
        "(SELECT bool_or({not_null}) <> a.attnotnull OR bool_and(a.attfdwoptions IS NOT NULL OR pa.attstorage <> a.attstorage \
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
    parents(at, cx).any(|column| {
        let there = cx.desired.body::<Body>(&column).or_else(|| cx.observed.model.body(&column));
        there.is_some_and(|body| body.generated.is_some()) || inherits_generated(&column, cx)
    })
}

/// The column that an inherited column comes from, of a partitioned table or of the first parent that has it. What a
/// NOT NULL is called there says nothing here.
pub fn from_parent(at: &Address, cx: &Cx<'_>) -> Option<Body> {
    let body = of_parent(at, cx).or_else(|| parents(at, cx).find_map(|column| of_child(&column, cx)))?;
    Some(Body { requirement: Requirement::default(), ..body })
}

/// Whether a parent's column gets the same type, and this one with it: the server changes that of an inherited column
/// only there.
pub fn is_retyped_with_parent(at: &Address, desired: &Body, cx: &Cx<'_>) -> bool {
    let of_table = cx.attribute(&at.host("table"), "partition_of");
    let of_table = of_table.map(|table| Address::new(DOC.name, table.split('\n').chain([at.name()])));
    of_table.into_iter().chain(parents(at, cx)).any(|column| {
        let there = cx.observed.model.body::<Body>(&column);
        let changes = there.is_some_and(|there| {
            there.data_type != desired.data_type || there.collation != desired.collation
        });
        changes && cx.desired.contains(&column)
    })
}

/// The columns that are there and come from it, at whatever distance.
pub fn children(at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let named = |entry: &&Entry| entry.address.kind == DOC.name && entry.address.name() == at.name();
    let candidates: Vec<&Address> =
        cx.observed.model.iter().filter(named).map(|entry| &entry.address).collect();
    let is_parent = |child: &Address, parent: &Address| {
        let of = |name| cx.observed_attribute(&child.host("table"), name).unwrap_or_default();
        let tables = [of("partition_of"), of("inherits")];
        let names: Vec<&str> =
            tables.iter().flat_map(|list| list.split('\n')).filter(|name| !name.is_empty()).collect();
        names.chunks_exact(2).any(|table| table == &parent.path()[..2])
    };
    let mut found = vec![at];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let new = candidates.iter().copied().filter(|child| is_parent(child, parent));
        let new: Vec<&Address> = new.filter(|child| !found.contains(child)).collect();
        found.extend(new);
        next += 1;
    }
    found.into_iter().skip(1).cloned().collect()
}

/// A column of a parent, as a child has it.
fn of_child(column: &Address, cx: &Cx<'_>) -> Option<Body> {
    let there = cx.desired.body::<Body>(column).or_else(|| cx.observed.model.body(column));
    let body = there.cloned().or_else(|| from_parent(column, cx))?;
    Some(Body { not_null: body.not_null && body.requirement.is_handed_down(), ..body })
}

/// The columns of that name of the tables that its table inherits.
fn parents(at: &Address, cx: &Cx<'_>) -> impl Iterator<Item = Address> {
    let names = cx.attribute(&at.host("table"), "inherits").unwrap_or_default();
    let names: Vec<String> = names.split('\n').map(str::to_string).collect();
    let column =
        |parent: &[String]| Address::new(DOC.name, parent.iter().cloned().chain([at.name().to_string()]));
    names.chunks_exact(2).map(column).collect::<Vec<_>>().into_iter()
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
