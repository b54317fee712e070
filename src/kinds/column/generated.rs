//! Generated columns: what can be altered in place, and what cannot.

use super::{Body, steps};
use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::Cx;
use crate::model::Address;
use crate::pg::Feature;
use crate::source::Span;
use crate::sql::{Form, Phrase};

/// Compares the expression, and whether it is stored.
pub fn compare(
    at: &Address,
    desired: &Body,
    observed: &Body,
    cx: &Cx<'_>,
    out: &mut Alteration,
    span: Option<Span>,
) {
    let change =
        Change { attribute: "generated", from: observed.generated.show(), to: desired.generated.show() };
    match (&desired.generated, &observed.generated) {
        (None, Some(_)) if !observed.is_virtual => {
            out.note(change, vec![steps::alter(at, Form::AlterTable, " DROP EXPRESSION".into())])
        }
        (Some(to), Some(_))
            if cx.server.has(Feature::SetExpression)
                && desired.is_virtual == observed.is_virtual
                && (desired.data_type == observed.data_type || observed.inherited.is_some()) =>
        {
            let rest = Phrase::from(" SET EXPRESSION AS (").fragment(to).raw(")");
            let form = if desired.is_virtual { Form::AlterTable } else { Form::AlterTypeRewrite };
            out.note(change, vec![steps::alter(at, form, rest)]);
        }
        // What is computed can be computed anew; a part of a partitioned table has its columns from there.
        (Some(_), Some(_)) if observed.inherited.is_none() => {
            out.replaced("generated", &computed(observed), &computed(desired));
        }
        (_, there) => {
            let what = match there {
                Some(_) if desired.generated.is_none() => "make a plain column of the virtual",
                Some(_) if desired.is_virtual != observed.is_virtual => "store, or no longer store,",
                Some(_) => "change the expression of",
                None => "turn into a generated column",
            };
            let obstacle = Obstacle {
                message: format!("the server cannot {what} `{at}` in place"),
                hint: "declare the column under another name, or drop it first (`absent = true`, consent \
                       `drop_column`)"
                    .to_string(),
                span,
            };
            out.obstacle(change, obstacle);
        }
    }
}

/// How it is computed, for a report.
fn computed(body: &Body) -> Option<String> {
    let sort = if body.is_virtual { "virtual" } else { "stored" };
    body.generated.as_ref().map(|expression| format!("{expression}, {sort}"))
}
