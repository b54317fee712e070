//! How the renames of the file come about in the scratch.

use crate::adopt::Renames;
use crate::delta::Alteration;
use crate::kind::{Cx, Place, Rank};
use crate::model::Address;
use crate::sql::{Form, Lock};

/// How the names that the file wants come about in the scratch.
#[derive(Debug, Default)]
pub struct Renaming {
    /// The statements for what needs no table lock.
    pub statements: String,
    /// Columns: as the file calls them, and as the database does.
    pub columns: Vec<(Address, Address)>,
    /// Tables in the file, and what the database calls them.
    pub renames: Renames,
}

impl Renaming {
    /// Whether every name is there already.
    pub fn is_empty(&self) -> bool {
        self.renames.is_empty() && self.statements.is_empty()
    }
}

/// Prepares the renames of `cx`, those of labels included.
pub fn renaming(cx: &Cx<'_>, renames: &Renames) -> Renaming {
    let mut renaming = Renaming { renames: renames.clone(), ..Renaming::default() };
    for (to, from) in renames.iter() {
        let Some(kind) = cx.registry.get(to.kind) else { continue };
        if kind.doc().rank == Rank::Column {
            renaming.columns.push((to.clone(), from.clone()));
        }
        let named = matches!(kind.doc().place, Place::Namespace(_) | Place::InSchema(_));
        let steps = if named { kind.rename(from, to, cx) } else { None };
        for statement in steps.iter().flatten().flat_map(|step| &step.direct) {
            if statement.form.cost().lock == Lock::None {
                renaming.statements.push_str(statement.sql.text());
                renaming.statements.push_str("; ");
            }
        }
    }
    for entry in cx.desired.iter().filter(|entry| !entry.absent) {
        let kind = cx.registry.get(entry.address.kind).filter(|kind| kind.doc().rank == Rank::Type);
        let Some((kind, there)) = kind.zip(cx.observed.model.get(&entry.address)) else { continue };
        let mut alteration = Alteration::default();
        kind.compare(&entry.address, &*entry.body, &*there.body, cx, &mut alteration);
        let statements = alteration.before.iter().chain(&alteration.steps).flat_map(|step| &step.direct);
        for statement in statements.filter(|statement| statement.form == Form::EnumRenameValue) {
            renaming.statements.push_str(statement.sql.text());
            renaming.statements.push_str("; ");
        }
    }
    renaming
}
