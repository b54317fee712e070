//! For programs: one JSON document with a stable shape.

use super::Report;
use crate::error::Error;
use crate::plan::{Group, Item, Plan};
use crate::source::Files;
use crate::statement::StepRecord;
use serde_json::{Value, json};

/// The report as JSON. Keys are only ever added; `format` counts incompatible changes.
pub fn json(report: &Report, files: &Files) -> Value {
    let plan = &report.plan;
    json!({
        "format": 1,
        "outcome": report.outcome,
        "file_hash": files.hash(),
        "items": plan.items.iter().map(|entry| item(entry, files)).collect::<Vec<_>>(),
        "groups": plan.groups.iter().map(|entry| group(entry, plan)).collect::<Vec<_>>(),
        "drift": plan.drift,
        "left_alone": report.left_alone,
        "steps": report.steps.iter().map(step).collect::<Vec<_>>(),
        "elapsed_ms": report.elapsed.as_secs_f64() * 1000.0,
    })
}

/// An error as JSON, for where there is no report.
pub fn json_of_error(error: &Error) -> Value {
    json!({
        "format": 1,
        "outcome": error.kind.name(),
        "error": {
            "message": error.message,
            "notes": error.notes,
            "hint": error.hint,
            "sqlstate": error.sqlstate,
        },
    })
}

fn item(item: &Item, files: &Files) -> Value {
    json!({
        "address": item.address,
        "kind": item.address.kind,
        "action": item.action,
        "changes": item.changes,
        "place": item.origin.map(|span| files.place(span)),
        "optional": item.optional,
        "obstacle": item.obstacle.as_ref().map(|obstacle| json!({
            "message": obstacle.message,
            "hint": obstacle.hint,
        })),
    })
}

fn group(group: &Group, plan: &Plan) -> Value {
    let statements: Vec<Value> = group
        .statements
        .iter()
        .map(|statement| {
            json!({
                "address": plan.items[statement.item].address,
                "form": statement.form,
                "sql": statement.sql.shown(),
                "table": statement.table.as_ref().map(|table| table.path().join(".")),
                "cost": statement.form.cost(),
                "needs": statement.needs,
                "takes_rows": statement.repair.as_ref().and_then(|repair| Some(repair.found?.0)),
            })
        })
        .collect();
    json!({ "transactional": group.transactional, "optional": group.optional, "statements": statements })
}

fn step(step: &StepRecord) -> Value {
    json!({
        "number": step.number,
        "address": step.address,
        "form": step.form,
        "sql": step.sql,
        "duration_ms": step.duration.map(|duration| duration.as_secs_f64() * 1000.0),
        "outcome": step.outcome,
        "error": step.error,
    })
}
