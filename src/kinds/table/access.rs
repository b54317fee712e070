//! Access methods of tables. A partition has that of its table, if that has one, unless it says another.

use super::{Body, Name};
use crate::delta::{Alteration, Change, Obstacle};
use crate::kind::Cx;
use crate::model::{Address, Model};
use crate::pg::Feature;
use crate::sql::{Form, ident};
use crate::statement::{Statement, Step};

/// The method that the table has in `model` of which this one is a partition.
pub fn of_parent<'m>(parent: Option<&Name>, model: &'m Model) -> Option<&'m String> {
    model.body::<Body>(&parent?.address())?.access_method.as_ref()
}

/// The method that a partition takes over from its table.
pub fn taken_over(desired: &Body, cx: &Cx<'_>) -> Option<String> {
    let parent = desired.partition_of.as_ref();
    let there = of_parent(parent, &cx.observed.model).filter(|_| !cx.prunes());
    of_parent(parent, cx.desired).or(there).cloned()
}

/// Compares the method with the one that is there.
pub fn compare(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
    let there = observed.access_method.as_ref();
    let wanted = desired.access_method.as_ref();
    let change = Change { attribute: "access_method", from: there.cloned(), to: wanted.cloned() };
    let partitioned = observed.partition_by.is_some();
    match (wanted, there) {
        (Some(method), _) if Some(method) == there => {}
        (Some(method), _) if cx.server.has(Feature::SetAccessMethod) => {
            out.note(change, vec![set(at, method, partitioned)]);
        }
        (Some(_), _) => {
            let obstacle = Obstacle {
                message: format!("{} of `{at}` needs PostgreSQL 15", Feature::SetAccessMethod),
                hint: "declare a table under another name, or leave `access_method` out".to_string(),
                span: desired.span,
            };
            out.obstacle(change, obstacle);
        }
        (None, Some(there)) => {
            let usual = taken_over(desired, cx).unwrap_or_else(|| observed.default_access_method.clone());
            if *there != usual {
                let prunes = cx.prunes() && cx.server.has(Feature::SetAccessMethod);
                out.beyond(prunes, change, || vec![set(at, &usual, partitioned)]);
            }
        }
        (None, None) => {}
    }
}

/// That of a partitioned table is only what its partitions to come take over.
fn set(at: &Address, method: &str, partitioned: bool) -> Step {
    let rest = format!("SET ACCESS METHOD {}", ident(method));
    let form = if partitioned { Form::AlterTable } else { Form::AlterTypeRewrite };
    Statement::alter(at, form, rest).into()
}
