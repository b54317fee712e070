//! Columns of partitions and children, which have most of what they are from their table or parents.

use super::numbers::Numbers;
use super::requirement::Requirement;
use super::{Body, Column, DOC};
use crate::delta::Alteration;
use crate::kind::{Cx, Draft, Room, Server, from_list};
use crate::model::{Address, Entry};
use crate::pg::Feature;
use crate::sql::{Form, ident};
use crate::statement::{Statement, Step};

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

/// The column that an inherited column comes from, as it is to be: of the partitioned table, or of the first parent that
/// has it. What a NOT NULL is called there says nothing here, and it may not be handed down.
pub fn of_parent(at: &Address, cx: &Cx<'_>) -> Option<Body> {
    parents(at, &|table, name| cx.attribute(table, name)).iter().find_map(|column| {
        let body = stated(column, cx).cloned().or_else(|| of_parent(column, cx))?;
        let not_null = body.not_null && body.requirement.is_handed_down();
        Some(Body { not_null, requirement: Requirement::default(), ..body })
    })
}

/// The same for a column of a partition.
pub fn of_table(at: &Address, cx: &Cx<'_>) -> Option<Body> {
    cx.attribute(&at.host("table"), "partition_of").and_then(|_| of_parent(at, cx))
}

/// Whether the column of a parent is generated.
pub fn inherits_generated(at: &Address, cx: &Cx<'_>) -> bool {
    of_parent(at, cx).is_some_and(|parent| parent.generated.is_some())
}

/// Whether the column of a parent has a default.
pub fn inherits_default(at: &Address, cx: &Cx<'_>) -> bool {
    of_parent(at, cx).is_some_and(|parent| parent.default.is_some())
}

/// Whether a parent's column gets the same type, and this one with it: the server changes that of an inherited column
/// only there.
pub fn is_retyped_with_parent(at: &Address, desired: &Body, cx: &Cx<'_>) -> bool {
    parents(at, &|table, name| cx.attribute(table, name)).iter().any(|column| {
        let there = cx.observed.model.body::<Body>(column);
        let changes = there.is_some_and(|there| {
            there.data_type != desired.data_type || there.collation != desired.collation
        });
        changes && cx.desired.contains(column)
    })
}

/// The columns that are there and come from it, at whatever distance.
pub fn children(at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let named = |entry: &&Entry| entry.address.kind == DOC.name && entry.address.name() == at.name();
    let candidates = cx.observed.model.iter().filter(named).map(|entry| &entry.address);
    let candidates: Vec<(&Address, Vec<Address>)> = candidates
        .map(|child| (child, parents(child, &|table, name| cx.observed_attribute(table, name))))
        .collect();
    let mut found = vec![at];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let new = candidates.iter().filter(|(child, of)| of.contains(parent) && !found.contains(child));
        let new: Vec<&Address> = new.map(|(child, _)| *child).collect();
        found.extend(new);
        next += 1;
    }
    found.into_iter().skip(1).cloned().collect()
}

/// The statements by which a column goes from its table and from those that have it from there, but not from those that
/// declare it: the server would take it away there too, with its values.
pub fn drop(at: &Address, cx: &Cx<'_>) -> Vec<Statement> {
    let heirs = direct_heirs(at, cx);
    let only = if heirs.iter().any(|heir| is_kept_below(heir, cx)) { "ONLY " } else { "" };
    let sql = format!("ALTER TABLE {only}{} DROP COLUMN {}", at.relation(), ident(at.name()));
    let mut statements = vec![Statement::on(&at.host("table"), Form::DropColumn, sql)];
    for heir in heirs.iter().filter(|_| !only.is_empty()) {
        if is_declared(heir, cx) {
            statements[0] = statements[0].clone().also(&heir.host("table"));
        } else if cx.observed.model.body::<Body>(heir).is_some_and(|there| !there.local)
            && !is_of_another(heir, at, cx)
        {
            statements.extend(drop(heir, cx));
        }
    }
    statements
}

/// The columns of children that come from it and stay children's.
fn direct_heirs(at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let named = |entry: &&Entry| entry.address.kind == DOC.name && entry.address.name() == at.name();
    let of = |child: &Address, attribute: &dyn Fn(&Address, &str) -> Option<String>| {
        let inherits = |table: &Address, name: &str| attribute(table, name).filter(|_| name == "inherits");
        parents(child, &inherits).contains(at)
    };
    let is_heir = |child: &&Address| {
        of(child, &|table, name| cx.observed_attribute(table, name))
            && of(child, &|table, name| cx.attribute(table, name))
    };
    cx.observed.model.iter().filter(named).map(|entry| &entry.address).filter(is_heir).cloned().collect()
}

/// Whether a column comes from another parent too, which keeps it.
fn is_of_another(at: &Address, parent: &Address, cx: &Cx<'_>) -> bool {
    let stays = |other: &Address| other != parent && cx.observed.model.contains(other) && !cx.goes(other);
    parents(at, &|table, name| cx.observed_attribute(table, name)).iter().any(stays)
}

fn is_declared(at: &Address, cx: &Cx<'_>) -> bool {
    cx.desired.get(at).is_some_and(|entry| !entry.absent)
}

fn is_kept_below(at: &Address, cx: &Cx<'_>) -> bool {
    is_declared(at, cx) || direct_heirs(at, cx).iter().any(|heir| is_kept_below(heir, cx))
}

fn stated<'m>(column: &Address, cx: &Cx<'m>) -> Option<&'m Body> {
    cx.desired.body(column).or_else(|| cx.observed.model.body(column))
}

/// The columns of that name of the tables that `attribute` gives as parents of its table.
fn parents(at: &Address, attribute: &dyn Fn(&Address, &str) -> Option<String>) -> Vec<Address> {
    let table = at.host("table");
    let lists = ["partition_of", "inherits"].into_iter().filter_map(|name| attribute(&table, name));
    let names: Vec<String> = lists.flat_map(|list| from_list(&list)).collect();
    let column =
        |parent: &[String]| Address::new(DOC.name, parent.iter().cloned().chain([at.name().to_string()]));
    names.chunks_exact(2).map(column).collect()
}

/// The same as it is there, for a column that is being written.
pub fn parent_in<'m>(at: &Address, draft: &Draft<'m>) -> Option<&'m Body> {
    let parent = draft.attribute(&at.host("table"), "partition_of")?;
    draft.model.body(&Address::new(DOC.name, from_list(&parent).into_iter().chain([at.name().to_string()])))
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
        let there = Body { sequence: None, ..there.clone() };
        self.compare(at, desired, &there, cx, &mut out);
        out.steps
    }
}
