//! What runs the triggers, checks, policies and casts of somebody else's table is done as the owner of that table.

use super::{Plan, Planned};
use crate::kind::Cx;
use crate::sql::{AsOwner, Form, Phrase};

/// Rewrites the statements that are to be done as the owner of their table.
pub(super) fn as_owners(plan: &mut Plan, cx: &Cx<'_>) {
    for statement in plan.groups.iter_mut().flat_map(|group| &mut group.statements) {
        let facts = statement.table.as_ref().and_then(|table| cx.observed.tables.get(table));
        let Some(owner) = facts.and_then(|facts| facts.owner.as_deref()) else { continue };
        if statement.as_owner || !runs_code_of_the_table(statement.form) {
            continue;
        }
        rewrite(statement, owner);
    }
}

fn rewrite(statement: &mut Planned, owner: &str) {
    let call = |before: &str, after: &str| (Phrase::from(before), Phrase::from(after));
    let whole = AsOwner { owner, parameters: "", returns: "void", around: call("SELECT ", "()") };
    statement.sql = whole.run(&statement.sql);
    // As many rows as it has changed, for whoever counts.
    let counted = AsOwner { returns: "SETOF integer", around: call("SELECT FROM ", "()"), ..whole };
    let batch = statement.batch.take();
    statement.batch = batch.map(|(before, after)| counted.run_counted((&before, &after)));
    statement.as_owner = true;
}

/// Whether the server runs what belongs to the table as whoever executes such a statement. Index builds it does as the
/// owner by itself; foreign keys run nothing but operators.
fn runs_code_of_the_table(form: Form) -> bool {
    matches!(
        form,
        Form::SetNotNull
            | Form::AlterTypeRelabel
            | Form::AlterTypeRewrite
            | Form::AlterTypeNarrow
            | Form::AddCheck
            | Form::ValidateCheck
            | Form::InsertRows
            | Form::UpdateRows
            | Form::DeleteRows
            | Form::Repair
    )
}
