//! How the renames of the file come about in the scratch.

use crate::adopt::Renames;
use crate::delta::Alteration;
use crate::kind::{Cx, Place, Rank};
use crate::model::Address;
use crate::session::Reading;
use crate::sql::{Form, Lock};
use std::collections::BTreeSet;

/// How the names that the file wants come about in the scratch.
#[derive(Debug, Default)]
pub struct Renaming {
    /// What needs no table lock, statement by statement.
    pub statements: Reading,
    /// Columns: as the file calls them, and as the database does.
    pub columns: Vec<(Address, Address)>,
    /// Tables in the file, and what the database calls them.
    pub renames: Renames,
    /// What cannot be renamed without a table lock: the scratch has no such name.
    later: Vec<Address>,
}

impl Renaming {
    /// Whether every name is there already.
    pub fn is_empty(&self) -> bool {
        self.renames.is_empty() && self.statements.is_empty()
    }

    /// Whether a text that cannot be read may only be waiting for a name that comes with the plan.
    pub fn is_awaited_by(&self, text: &str) -> bool {
        self.later.iter().any(|at| text.contains(at.name()))
    }
}

/// Prepares the renames of `cx`, those of labels included.
pub fn renaming(cx: &Cx<'_>, renames: &Renames) -> Renaming {
    let mut renaming = Renaming { renames: renames.clone(), ..Renaming::default() };
    new_schemas(cx, renames, &mut renaming.statements);
    for (to, from) in renames.iter() {
        let Some(kind) = cx.registry.get(to.kind) else { continue };
        if kind.doc().rank == Rank::Column {
            renaming.columns.push((to.clone(), from.clone()));
        }
        let named = matches!(kind.doc().place, Place::Namespace(_) | Place::InSchema(_));
        let steps = if named { kind.rename(from, to, cx) } else { None };
        let mut statements = steps.iter().flatten().flat_map(|step| &step.direct).peekable();
        if named && statements.peek().is_none_or(|statement| statement.form.cost().lock != Lock::None) {
            renaming.later.push(to.clone());
            continue;
        }
        for statement in statements {
            renaming.statements.foreign(statement.sql.text());
        }
    }
    for entry in cx.desired.iter().filter(|entry| !entry.absent) {
        let kind = cx.registry.get(entry.address.kind).filter(|kind| kind.doc().rank == Rank::Type);
        let Some((kind, there)) = kind.zip(cx.observed.model.get(&entry.address)) else { continue };
        let mut alteration = Alteration::default();
        kind.compare(&entry.address, &*entry.body, &*there.body, cx, &mut alteration);
        let statements = alteration.before.iter().chain(&alteration.steps).flat_map(|step| &step.direct);
        for statement in statements.filter(|statement| statement.form == Form::EnumRenameValue) {
            renaming.statements.foreign(statement.sql.text());
        }
    }
    renaming
}

/// What makes the schemas into which something is moved, where they are yet to come.
fn new_schemas(cx: &Cx<'_>, renames: &Renames, made: &mut Reading) {
    let Some((namespace, _)) = cx.registry.namespace() else { return };
    let moved = renames.iter().filter(|(to, from)| to.path().len() == 2 && to.schema() != from.schema());
    let into: BTreeSet<Address> =
        moved.map(|(to, _)| Address::new(namespace.doc().name, [to.schema()])).collect();
    let new = into.iter().filter(|schema| !cx.observed.model.contains(schema));
    let bodies =
        new.filter_map(|schema| Some((schema, cx.desired.get(schema).filter(|entry| !entry.absent)?)));
    let steps = bodies.flat_map(|(schema, entry)| namespace.create(schema, &*entry.body, cx));
    let statements = steps.flat_map(|step| step.direct);
    statements.for_each(|statement| _ = made.foreign(statement.sql.text()));
}
