//! The SQL of foreign keys.

use super::{Body, DOC, Orphans, parents, referenced};
use crate::equality;
use crate::kind::Cx;
use crate::model::Address;
use crate::partitions::leaves;
use crate::pg::Feature;
use crate::repair;
use crate::sql::{Form, Phrase, ident, idents, qualified};
use crate::statement::{Preflight, Statement, Step};

fn definition(at: &Address, body: &Body) -> Phrase {
    let list = |columns: &[String]| match columns.split_last() {
        Some((last, others)) if body.period => {
            let others: String = others.iter().map(|name| format!("{}, ", ident(name))).collect();
            format!("({others}PERIOD {})", ident(last))
        }
        _ => format!("({})", idents(columns)),
    };
    let columns =
        if body.referenced.is_empty() { String::new() } else { format!(" {}", list(&body.referenced)) };
    let set = match body.on_delete_columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", idents(columns)),
    };
    let action = |words: &str, action: &str| match action {
        "no action" => String::new(),
        action => format!(" ON {words} {}", action.to_uppercase()),
    };
    Phrase::from("CONSTRAINT ")
        .ident(at.name())
        .raw(format!(" FOREIGN KEY {} REFERENCES ", list(&body.columns)))
        .qualified(&body.schema, &body.table)
        .raw(columns)
        .when(body.match_full, " MATCH FULL")
        .raw(action("DELETE", body.on_delete))
        .raw(set)
        .raw(action("UPDATE", body.on_update))
        .when(body.deferrable || body.initially_deferred, " DEFERRABLE")
        .when(body.initially_deferred, " INITIALLY DEFERRED")
        .when(!body.enforced, " NOT ENFORCED")
}

/// Adds the key: NOT VALID first where the table holds rows, so that reads and writes go on.
pub fn add(at: &Address, desired: &Body, cx: &Cx<'_>) -> Step {
    let table = at.host("table");
    let other = Address::new("table", [&desired.schema, &desired.table]);
    let sql = Phrase::from("ADD ").phrase(&definition(at, desired));
    let mut direct = Statement::alter(&table, Form::AddForeignKey, sql.clone()).also(&other);
    if is_blind(&table, cx) || is_blind(&other, cx) {
        direct = direct.clause(definition(at, desired));
    }
    let not_valid = sql.clone().raw(" NOT VALID");
    let not_valid = Statement::alter(&table, Form::AddForeignKeyNotValid, not_valid).also(&other);
    if !desired.enforced {
        return Statement::alter(&table, Form::AddForeignKeyNotValid, sql).also(&other).into();
    }
    if !desired.validated {
        return not_valid.into();
    }
    let preflight = desired.orphans.is_none().then(|| preflight(at, desired, cx)).flatten();
    let is_partitioned = cx.observed.tables.get(&table).is_some_and(|facts| facts.partitioned);
    if is_partitioned && !cx.server.has(Feature::PartitionedForeignKeyNotValid) {
        let online = on_partitions(at, desired, &direct, cx);
        return Step::direct([direct]).online(online).preflight(preflight);
    }
    let repair = repair(at, desired, cx);
    let at_once =
        if repair.is_empty() { Vec::new() } else { [repair.clone(), vec![direct.clone()]].concat() };
    let online = [vec![not_valid], repair, vec![validate(at, desired)]].concat();
    Step::direct([direct]).online(online).at_once(at_once).preflight(preflight)
}

/// Whether the server, which looks for orphans as the current user, may be kept from it by policies that are in force for
/// the owner too. What is said of a table as it is made is not looked at.
fn is_blind(table: &Address, cx: &Cx<'_>) -> bool {
    let said = cx.attribute(table, "force_row_security");
    let said = said.or_else(|| cx.observed_attribute(table, "force_row_security"));
    !cx.server.superuser && said.is_some_and(|said| said == "yes")
}

/// The same key on each partition, validated there; that of the table then takes them over without reading a row. What an
/// earlier run left is used.
fn on_partitions(at: &Address, desired: &Body, whole: &Statement, cx: &Cx<'_>) -> Vec<Statement> {
    let (mut added, mut validated) = (Vec::new(), Vec::new());
    for leaf in leaves(&at.host("table"), cx) {
        let own = Address::new(DOC.name, [leaf.schema(), leaf.name(), at.name()]);
        let there = cx.observed.model.body::<Body>(&own);
        if there.is_none() {
            let rest = Phrase::from("ADD ").phrase(&definition(&own, desired)).raw(" NOT VALID");
            let other = Address::new("table", [&desired.schema, &desired.table]);
            added.push(Statement::alter(&leaf, Form::AddForeignKeyNotValid, rest).also(&other));
        }
        if there.is_none_or(|there| !there.validated) {
            validated.push(validate(&own, desired));
        }
    }
    let whole = Statement { form: Form::AddForeignKeyNotValid, ..whole.clone() };
    [added, repair(at, desired, cx), validated, vec![whole]].concat()
}

pub fn validate(at: &Address, desired: &Body) -> Statement {
    let other = Address::new("table", [&desired.schema, &desired.table]);
    let rest = format!("VALIDATE CONSTRAINT {}", ident(at.name()));
    Statement::alter(&at.host("table"), Form::ValidateForeignKey, rest).also(&other)
}

pub fn away(at: &Address, form: Form) -> Statement {
    Statement::alter(&at.host("table"), form, format!("DROP CONSTRAINT {}", ident(at.name())))
}

/// The declared rows of the parent, if that is another table: they come first.
pub fn rows_of_parent(at: &Address, desired: &Body) -> Option<Address> {
    let parent = Address::new("table", [&desired.schema, &desired.table]);
    (parent != at.host("table")).then(|| parents::rows(desired))
}

/// A condition on `t`: the row refers to a parent that is not there, as the key of the parent tells its rows apart.
fn is_orphan(desired: &Body, cx: &Cx<'_>) -> String {
    let parent = qualified(&desired.schema, &desired.table);
    let present = desired.columns.iter().map(|column| format!("t.{} IS NOT NULL", ident(column)));
    let present = present.collect::<Vec<_>>().join(" AND ");
    format!("{present} AND NOT EXISTS (SELECT FROM {parent} p WHERE {})", refers(desired, cx))
}

/// The same before the run, in which declared rows come to the parent.
fn will_be_orphan(desired: &Body, cx: &Cx<'_>) -> String {
    let to_come = parents::to_come(desired, &referenced(desired, cx), "p", cx);
    let to_come =
        to_come.map(|rows| format!(" AND NOT EXISTS (SELECT FROM {rows} WHERE {})", refers(desired, cx)));
    is_orphan(desired, cx) + &to_come.unwrap_or_default()
}

/// A condition on `t` and `p`: the one refers to the other.
fn refers(desired: &Body, cx: &Cx<'_>) -> String {
    let referenced = referenced(desired, cx);
    let elsewhere = cx.observed.keys_elsewhere.get(&Address::new("table", [&desired.schema, &desired.table]));
    let same = desired.columns.iter().zip(&referenced).map(|(own, other)| {
        let at = Address::new("column", [&desired.schema, &desired.table, other]);
        let (own, theirs) = (Phrase::from("t.").ident(own), format!("p.{}", ident(other)));
        match elsewhere.and_then(|key| key.iter().find(|(column, _)| column == other)) {
            Some((_, operator)) => format!("{theirs} OPERATOR({operator}) {}", own.text()),
            None => equality::equal(&at, &theirs, &own, cx).text().to_string(),
        }
    });
    same.collect::<Vec<_>>().join(" AND ")
}

pub fn repair(at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Statement> {
    let Some(orphans) = desired.orphans.filter(|_| !desired.period) else { return Vec::new() };
    // Without a key there can be no foreign key either, which the server says.
    if referenced(desired, cx).is_empty() {
        return Vec::new();
    }
    let table = at.host("table");
    let name = qualified(table.schema(), table.name());
    let is_orphan = is_orphan(desired, cx);
    let mut doomed = Phrase::from(format!("SELECT ctid, tableoid FROM {name} t WHERE {is_orphan}"));
    let mut count = format!("SELECT pg_catalog.count(*) FROM {name} t WHERE {}", will_be_orphan(desired, cx));
    let parent = Address::new("table", [&desired.schema, &desired.table]);
    // Where no parent has a row, all rows are orphans: more likely it is the parent that is wrong, a table that should have
    // been renamed.
    let outside = is_elsewhere(desired, cx);
    if outside {
        // How much a table holds whose schema is not read is known only then.
        let parent = qualified(parent.schema(), parent.name());
        let holds_some = format!(" AND EXISTS (SELECT FROM {parent})");
        count.push_str(&holds_some);
        doomed = doomed.raw(holds_some);
    }
    let doomed = repair::Doomed::Beyond(doomed);
    let is_asked_for = !outside && !cx.observed.holds_rows(&parent);
    let form = if is_asked_for { Form::DeleteRows } else { Form::Repair };
    let statements = match orphans {
        Orphans::Delete => repair::delete(cx, at, &table, &doomed, form),
        Orphans::Null => repair::set_null(cx, at, &table, &doomed, &desired.columns),
    };
    // A value that is cut stays in its row's copy, and the row stays.
    let is_asked_for = is_asked_for && matches!(orphans, Orphans::Delete);
    let told = |statement: Statement| statement.reading(&parent).repairing(&count, is_asked_for);
    statements.into_iter().map(told).collect()
}

/// Whether the parent is a table of which nothing is read.
fn is_elsewhere(desired: &Body, cx: &Cx<'_>) -> bool {
    let parent = Address::new("table", [&desired.schema, &desired.table]);
    !cx.desired.contains(&parent) && !cx.observed.tables.contains_key(&parent)
}

/// Asked only where every column and the parent table are there already, as far as is known.
pub fn preflight(at: &Address, desired: &Body, cx: &Cx<'_>) -> Option<Preflight> {
    let there = |table: [&str; 2], column: &String| {
        cx.observed.model.contains(&Address::new("column", [table[0], table[1], column]))
    };
    let own = desired.columns.iter().all(|column| there([at.schema(), &at.path()[1]], column));
    let referenced = referenced(desired, cx);
    // Of a table of which nothing is read, policies may hide rows from all but a superuser.
    let elsewhere = is_elsewhere(desired, cx) && !referenced.is_empty() && cx.server.superuser;
    let other = elsewhere
        || !referenced.is_empty()
            && referenced.iter().all(|column| there([&desired.schema, &desired.table], column));
    (own && other && !desired.period).then(|| {
        Preflight::counting(
            &format!("ROW({})::text", idents(&desired.columns)),
            &format!("{} t", at.relation()),
            &will_be_orphan(desired, cx),
            format!(
                "rows without a parent in `{}.{}`, which `{}` wants",
                desired.schema,
                desired.table,
                at.name()
            ),
            "say `orphans = \"delete\"` or `orphans = \"null\"` beside the reference".to_string(),
        )
        .reading([Address::new("table", [&desired.schema, &desired.table])])
    })
}
