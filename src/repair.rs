//! Repairs that take rows out of the way of a constraint. No row is lost: each goes to the quarantine table first,
//! rows of other tables that a cascade would take along included.

use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{AsOwner, Form, Phrase, dollar_tag, ident, leave_nothing, literal, qualified};
use crate::statement::Statement;
use std::collections::BTreeMap;

/// The table in the tool's own schema that keeps what repairs remove.
pub fn quarantine(cx: &Cx<'_>) -> String {
    qualified(cx.state_schema, "quarantine")
}

/// The rows of a table that a repair is about: a query that gives their `ctid` and `tableoid`.
pub enum Doomed {
    /// It reads the table alone.
    Within(Phrase),
    /// It reads other tables too, which the owner of this one may have no right to.
    Beyond(Phrase),
}

impl Doomed {
    fn query(&self) -> &Phrase {
        match self {
            Doomed::Within(query) | Doomed::Beyond(query) => query,
        }
    }
}

/// `ctid` and `tableoid` of `t` are those of `d`.
const SAME_ROW: &str =
    "t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid";

/// Deletes the `doomed` rows of `table`, for the sake of `at`.
pub fn delete(cx: &Cx<'_>, at: &Address, table: &Address, doomed: &Doomed, form: Form) -> Vec<Statement> {
    let name = qualified(table.schema(), table.name());
    let owner = owner(cx, table);
    let followers = followers(cx, table);
    if !followers.is_empty() {
        let delete = match (owner, doomed) {
            (Some(owner), Doomed::Beyond(query)) => {
                let body = format!("DELETE FROM {name} t USING {GIVEN} WHERE {SAME_ROW}");
                let call = Phrase::from(format!("{} SELECT ", them(query).text()));
                let run =
                    acting(owner, PARAMETERS, "void", (call, Phrase::from(ARGUMENTS).raw(" FROM them")));
                Statement::on(table, form, run.run(&Phrase::from(body))).as_owner()
            }
            _ => {
                let sql = Phrase::from(format!("DELETE FROM {name} t USING ("))
                    .phrase(doomed.query())
                    .raw(format!(") d WHERE {SAME_ROW}"));
                Statement::on(table, form, sql)
            }
        };
        return trapping(cx, at, table, followers, delete);
    }
    let insert = insert(cx, at, &name);
    let Some(owner) = owner else {
        let sql = Phrase::from("WITH doomed AS (")
            .phrase(doomed.query())
            .raw(format!("), gone AS (DELETE FROM {name} t USING doomed d "))
            .raw(format!("WHERE {SAME_ROW} RETURNING t.*) {insert}"))
            .raw("pg_catalog.to_json(gone.*) FROM gone");
        return vec![Statement::on(table, form, sql).with_state()];
    };
    let gone = format!("WHERE {SAME_ROW} RETURNING pg_catalog.to_json(t.*)");
    let sql = match doomed {
        Doomed::Within(query) => {
            let body = Phrase::from("WITH doomed AS (")
                .phrase(query)
                .raw(format!(") DELETE FROM {name} t USING doomed d {gone}"));
            let call = (Phrase::from(format!("{insert}gone FROM ")), Phrase::from("() gone"));
            acting(owner, "", "SETOF json", call).run(&body)
        }
        Doomed::Beyond(query) => {
            let body = format!("DELETE FROM {name} t USING {GIVEN} {gone}");
            beyond(owner, query, &insert).run(&Phrase::from(body))
        }
    };
    vec![Statement::on(table, form, sql).with_state().as_owner()]
}

/// The parameters of a function that is given rows, what it makes of them, and how they are given.
const PARAMETERS: &str = "tid[], oid[]";
const GIVEN: &str = "ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS d(ctid, tableoid)";
const ARGUMENTS: &str = "(them.rows, them.tables)";

/// The rows that the query gives, as two arrays.
fn them(query: &Phrase) -> Phrase {
    Phrase::from("WITH doomed AS (").phrase(query).raw(
        "), them AS (SELECT pg_catalog.array_agg(ctid) AS rows, pg_catalog.array_agg(tableoid) AS tables FROM doomed)",
    )
}

/// What is done as the owner to rows that are found as ourselves, and gives what they were.
fn beyond<'a>(owner: &'a str, query: &Phrase, insert: &str) -> AsOwner<'a> {
    let before = them(query).raw(format!(" {insert}gone FROM them, LATERAL "));
    acting(owner, PARAMETERS, "SETOF json", (before, Phrase::from(ARGUMENTS).raw(" gone")))
}

fn acting<'a>(
    owner: &'a str,
    parameters: &'a str,
    returns: &'a str,
    around: (Phrase, Phrase),
) -> AsOwner<'a> {
    AsOwner { owner, parameters, returns, around }
}

/// As whom to do what runs code that belongs to the table, if not as ourselves.
fn owner<'c>(cx: &Cx<'c>, table: &Address) -> Option<&'c str> {
    cx.observed.tables.get(table)?.owner.as_deref()
}

/// Puts rows into quarantine; what follows SELECT, but for the rows.
fn insert(cx: &Cx<'_>, at: &Address, name: &str) -> String {
    let reason = literal(&at.to_string());
    format!(
        "INSERT INTO {} (relation, reason, row_data) SELECT {}, {reason}, ",
        quarantine(cx),
        literal(name)
    )
}

/// The statement, with triggers that put into quarantine what it takes along.
fn trapping(
    cx: &Cx<'_>,
    at: &Address,
    table: &Address,
    followers: BTreeMap<Address, &'static str>,
    mut delete: Statement,
) -> Vec<Statement> {
    let trap = ident("pgreconcile_quarantine");
    let reason = literal(&at.to_string());
    let mut traps: BTreeMap<Address, &str> = BTreeMap::from([(table.clone(), "DELETE")]);
    traps.extend(followers);
    let of_others = traps.keys().any(|trapped| owner(cx, trapped).is_some());
    // What is taken along is so as the owner, by the server; behind that we clean up.
    if of_others && owner(cx, table).is_none() {
        delete.sql = delete.sql.raw("; ").raw(leave_nothing());
        delete.as_owner = true;
    }
    let on = |sql: String| Statement::on(table, Form::Catalog, sql).with_state();
    let mut statements = Vec::new();
    let function = if of_others {
        statements.extend(trap_of_others(cx).map(on));
        "pg_temp.pgr_trap".to_string()
    } else {
        qualified(cx.state_schema, "quarantine_row")
    };
    for (trapped, events) in &traps {
        let relation = qualified(trapped.schema(), trapped.name());
        let sql = format!(
            "CREATE TRIGGER {trap} AFTER {events} ON {relation} FOR EACH ROW EXECUTE FUNCTION {function}({reason})"
        );
        statements.push(Statement::on(table, Form::CreateTrigger, sql).also(trapped).with_state());
    }
    statements.push(delete);
    for trapped in traps.keys() {
        let relation = qualified(trapped.schema(), trapped.name());
        let sql = format!("DROP TRIGGER {trap} ON {relation}");
        statements.push(Statement::on(table, Form::ReplaceTrigger, sql).also(trapped));
    }
    if of_others {
        let gone = "DROP FUNCTION pg_temp.pgr_trap(), pg_temp.pgr_keep(text, text, json)";
        statements.push(on(gone.to_string()));
    }
    statements
}

/// The functions for tables of others: the trigger runs as whoever owns the table, so the row is read as that role, and
/// only what it is is put away as ourselves.
fn trap_of_others(cx: &Cx<'_>) -> [String; 2] {
    let function = |head: &str, body: &str| {
        let tag = dollar_tag(body);
        format!("CREATE FUNCTION pg_temp.{head} SET search_path = pg_catalog, pg_temp AS {tag}{body}{tag}")
    };
    let keep = format!("INSERT INTO {} (relation, reason, row_data) VALUES ($1, $2, $3)", quarantine(cx));
    let trap = "BEGIN PERFORM pg_temp.pgr_keep(format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), TG_ARGV[0], \
                to_json(OLD)); RETURN NULL; END";
    [
        function("pgr_keep(text, text, json) RETURNS void LANGUAGE sql SECURITY DEFINER", &keep),
        function("pgr_trap() RETURNS trigger LANGUAGE plpgsql", trap),
    ]
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
    doomed: &Doomed,
    columns: &[String],
) -> Vec<Statement> {
    let name = qualified(table.schema(), table.name());
    let sets: Vec<String> = columns.iter().map(|column| format!("{} = NULL", ident(column))).collect();
    let sets = sets.join(", ");
    let insert = insert(cx, at, &name);
    if let Some(owner) = owner(cx, table) {
        let body = format!(
            "UPDATE {name} t SET {sets} FROM (SELECT t.ctid, t.tableoid, pg_catalog.to_json(t.*) AS kept FROM {name} t \
             JOIN {GIVEN} ON {SAME_ROW}) d WHERE {SAME_ROW} RETURNING d.kept"
        );
        let sql = beyond(owner, doomed.query(), &insert).run(&Phrase::from(body));
        return vec![Statement::on(table, Form::Repair, sql).with_state().as_owner()];
    }
    let sql = Phrase::from("WITH doomed AS (")
        .phrase(doomed.query())
        .raw(format!("), kept AS ({insert}pg_catalog.to_json(t.*) "))
        .raw(format!("FROM {name} t JOIN doomed d ON {SAME_ROW}) "))
        .raw(format!("UPDATE {name} t SET {sets} FROM doomed d WHERE {SAME_ROW}"));
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
