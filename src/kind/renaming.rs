//! How an object gets another name, or gets into another schema.

use super::Cx;
use crate::model::Address;
use crate::sql::{Form, Lock, ident, split_routine};
use crate::statement::{Statement, Step};

/// The step that gives the object at `from` the schema and the name of `at`. `called` is how SQL calls it after ALTER,
/// `bare` its name without what else its address ends with, `form` what a new name costs. No step where both are the
/// same but for types in them.
pub fn rename(
    [from, at]: [&Address; 2],
    bare: fn(&str) -> &str,
    form: Form,
    called: &dyn Fn(&Address) -> String,
    cx: &Cx<'_>,
) -> Option<Vec<Step>> {
    let name = bare(at.name());
    let rename =
        |it: &Address| Statement::new(form, format!("ALTER {} RENAME TO {}", called(it), ident(name)));
    let moving = if form.cost().lock == Lock::None { form } else { Form::SetSchema };
    let set_schema = |it: &Address| {
        Statement::new(moving, format!("ALTER {} SET SCHEMA {}", called(it), ident(at.schema())))
    };
    let (moved, renamed) = (from.in_schema(at.schema()), at.in_schema(from.schema()));
    let taken = |other: &Address| {
        cx.observed.model.addresses().any(|there| there != at && there.path() == other.path())
    };
    let statements = match (from.schema() == at.schema(), bare(from.name()) == name) {
        (true, true) => return Some(Vec::new()),
        (true, false) => vec![rename(from)],
        (false, true) => vec![set_schema(from)],
        _ if taken(&moved) => vec![rename(from), set_schema(&renamed)],
        _ => vec![set_schema(from), rename(&moved)],
    };
    Some(vec![Step::direct(statements)])
}

/// The same of an object whose name is all that its address ends with.
pub fn rename_plain(
    both: [&Address; 2],
    form: Form,
    called: &dyn Fn(&Address) -> String,
    cx: &Cx<'_>,
) -> Option<Vec<Step>> {
    rename(both, |name| name, form, called, cx)
}

/// Follows a rename in the schema and the name of a routine that takes `types`. `kinds` are its own, and the one that it
/// lives in.
pub fn follow_routine(
    name: &mut (String, String),
    types: &str,
    [own, namespace]: [&'static str; 2],
    from: &Address,
    to: &Address,
) {
    let at = Address::new(own, [name.0.clone(), format!("{}{types}", name.1)]);
    let moved = at.moved(from, to, &|_| from.kind == namespace);
    *name = (moved.schema().to_string(), split_routine(moved.name()).0.to_string());
}
