//! Repairs that take rows out of the way of a constraint. No row is lost: each goes to the quarantine table first,
//! rows of other tables that a cascade would take along included.

use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Form, Phrase, ident, literal, qualified};
use crate::statement::Statement;
use std::collections::BTreeMap;

/// The table in the tool's own schema that keeps what repairs remove.
pub fn quarantine(cx: &Cx<'_>) -> String {
    qualified(cx.state_schema, "quarantine")
}

/// Deletes the rows of `table` whose `ctid` and `tableoid` the query `doomed` gives, for the sake of `at`.
pub fn delete(cx: &Cx<'_>, at: &Address, table: &Address, doomed: &Phrase, form: Form) -> Vec<Statement> {
    let name = qualified(table.schema(), table.name());
    let reason = literal(&at.to_string());
    let followers = followers(cx, table);
    if followers.is_empty() {
        let sql = Phrase::from("WITH doomed AS (")
            .phrase(doomed)
            .raw(format!("), gone AS (DELETE FROM {name} t USING doomed d "))
            .raw("WHERE t.ctid = d.ctid AND t.tableoid = d.tableoid RETURNING t.*) ")
            .raw(format!("INSERT INTO {} (relation, reason, row_data) ", quarantine(cx)))
            .raw(format!("SELECT {}, {reason}, to_jsonb(gone) FROM gone", literal(&name)));
        return vec![Statement::on(table, form, sql).with_state()];
    }
    let trap = ident("pgreconcile_quarantine");
    let function = qualified(cx.state_schema, "quarantine_row");
    let mut traps: BTreeMap<Address, &str> = BTreeMap::from([(table.clone(), "DELETE")]);
    traps.extend(followers);
    let mut statements = Vec::new();
    for (trapped, events) in &traps {
        let relation = qualified(trapped.schema(), trapped.name());
        let sql = format!(
            "CREATE TRIGGER {trap} AFTER {events} ON {relation} FOR EACH ROW EXECUTE FUNCTION {function}({reason})"
        );
        statements.push(Statement::on(table, Form::CreateTrigger, sql).also(trapped).with_state());
    }
    let sql = Phrase::from(format!("DELETE FROM {name} t USING ("))
        .phrase(doomed)
        .raw(") d WHERE t.ctid = d.ctid AND t.tableoid = d.tableoid");
    statements.push(Statement::on(table, form, sql));
    for trapped in traps.keys() {
        let relation = qualified(trapped.schema(), trapped.name());
        let sql = format!("DROP TRIGGER {trap} ON {relation}");
        statements.push(Statement::on(table, Form::ReplaceTrigger, sql).also(trapped));
    }
    statements
}

/// What comes before rows of `table` are deleted: references to it that are there, and are to say something else of
/// rows that go.
pub fn references_to(cx: &Cx<'_>, table: &Address) -> Vec<Address> {
    let name = qualified(table.schema(), table.name());
    let refers = |at: &&Address| cx.observed_attribute(at, "references").is_some_and(|to| to == name);
    cx.desired.addresses().filter(refers).cloned().collect()
}

/// Sets `columns` of those rows to NULL; the rows as they were go to quarantine.
pub fn set_null(
    cx: &Cx<'_>,
    at: &Address,
    table: &Address,
    doomed: &Phrase,
    columns: &[String],
) -> Vec<Statement> {
    let name = qualified(table.schema(), table.name());
    let sets: Vec<String> = columns.iter().map(|column| format!("{} = NULL", ident(column))).collect();
    let sql = Phrase::from("WITH doomed AS (")
        .phrase(doomed)
        .raw(format!("), kept AS (INSERT INTO {} (relation, reason, row_data) ", quarantine(cx)))
        .raw(format!("SELECT {}, {}, to_jsonb(t) ", literal(&name), literal(&at.to_string())))
        .raw(format!("FROM {name} t JOIN doomed d ON t.ctid = d.ctid AND t.tableoid = d.tableoid) "))
        .raw(format!("UPDATE {name} t SET {} FROM doomed d ", sets.join(", ")))
        .raw("WHERE t.ctid = d.ctid AND t.tableoid = d.tableoid");
    vec![Statement::on(table, Form::Repair, sql).with_state()]
}

/// The tables whose rows change when rows of `table` are deleted, by the foreign keys that are in force or come into
/// force in this run, and the events by which they do.
fn followers(cx: &Cx<'_>, table: &Address) -> BTreeMap<Address, &'static str> {
    let mut found: BTreeMap<Address, &'static str> = BTreeMap::new();
    let mut open = vec![table.clone()];
    while let Some(table) = open.pop() {
        let referenced = qualified(table.schema(), table.name());
        let observed = cx.observed.model.addresses().map(|at| (at, false));
        for (at, declared) in observed.chain(cx.desired.addresses().map(|at| (at, true))) {
            let fact =
                |name: &str| if declared { cx.attribute(at, name) } else { cx.observed_attribute(at, name) };
            if fact("references").as_deref() != Some(&referenced) {
                continue;
            }
            let child = Address::new(table.kind, &at.path()[..2]);
            // What is not there has no rows.
            if !cx.observed.model.contains(&child) {
                continue;
            }
            match fact("on_delete").as_deref() {
                Some("cascade") if found.insert(child.clone(), "DELETE OR UPDATE").is_none() => {
                    open.push(child)
                }
                Some("set null" | "set default") => {
                    found.entry(child).or_insert("DELETE OR UPDATE");
                }
                _ => {}
            }
        }
    }
    found
}
