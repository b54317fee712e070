//! `ALTER COLUMN … TYPE`.

use super::{Body, change, steps};
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Form, Phrase, ident};
use crate::statement::Step;

/// Whether the type change must take the default off and put it back.
pub fn carries_default(desired: &Body, observed: &Body) -> bool {
    let converts = change::converts_by_itself(observed.data_type.spelled(), desired.data_type.spelled());
    !converts && observed.default.is_some()
}

/// `ALTER COLUMN … TYPE`.
pub fn retype(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>) -> Step {
    let (from, to) = (observed.data_type.spelled(), desired.data_type.spelled());
    let is_foreign = steps::is_foreign(at, cx);
    let form = match from == to {
        _ if is_foreign => Form::AlterTable,
        true => Form::AlterTypeRewrite,
        false => change::form(from, to),
    };
    let column = ident(at.name());
    let carries = carries_default(desired, observed);
    let mut rest = Phrase::new();
    if carries {
        rest = rest.raw(format!(" ALTER COLUMN {column} DROP DEFAULT,"));
    }
    rest = rest.raw(format!(" ALTER COLUMN {column} TYPE ")).fragment(&desired.data_type);
    rest = rest
        .with(desired.collation.as_ref(), |sql, collation| sql.raw(" COLLATE ").fragment(collation.sql()));
    rest = match &desired.using {
        _ if is_foreign => rest,
        Some(using) => rest.raw(" USING (").fragment(using).raw(")"),
        None if change::converts_by_itself(from, to) => rest,
        None => rest.raw(format!(" USING {column}::")).fragment(&desired.data_type),
    };
    if let (true, Some(default)) = (carries, &desired.default) {
        rest = rest.raw(format!(", ALTER COLUMN {column} SET DEFAULT ")).fragment(default);
    }
    steps::alter_table(at, form, rest).into()
}
