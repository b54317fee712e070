//! For programs: one JSON document with a stable shape.

use super::Report;
use crate::source::Files;
use serde_json::{Value, json};

/// The report as JSON. Keys are only ever added; `format` counts incompatible changes.
pub fn json(report: &Report, files: &Files) -> Value {
    let plan = &report.plan;
    let items: Vec<Value> = plan
        .items
        .iter()
        .map(|item| {
            json!({
                "address": item.address.to_string(),
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
        })
        .collect();
    let groups: Vec<Value> = plan
        .groups
        .iter()
        .map(|group| {
            let statements: Vec<Value> = group
                .statements
                .iter()
                .map(|statement| {
                    json!({
                        "address": plan.items[statement.item].address.to_string(),
                        "form": statement.form,
                        "sql": statement.sql.shown(),
                        "table": statement.table.as_ref().map(|table| table.path().join(".")),
                        "cost": statement.form.cost(),
                        "needs": statement.needs,
                    })
                })
                .collect();
            json!({
                "transactional": group.transactional,
                "optional": group.optional,
                "statements": statements,
            })
        })
        .collect();
    let steps: Vec<Value> = report
        .steps
        .iter()
        .map(|step| {
            json!({
                "number": step.number,
                "address": step.address,
                "form": step.form,
                "sql": step.sql,
                "duration_ms": step.duration.map(|duration| duration.as_secs_f64() * 1000.0),
                "outcome": step.outcome,
                "error": step.error,
            })
        })
        .collect();
    json!({
        "format": 1,
        "outcome": report.outcome,
        "file_hash": files.hash(),
        "items": items,
        "groups": groups,
        "drift": plan.drift,
        "steps": steps,
        "elapsed_ms": report.elapsed.as_secs_f64() * 1000.0,
    })
}
