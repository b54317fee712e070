//! The SQL of columns.

use super::{Body, heirs, numbering};
use crate::delta::{Alteration, Change};
use crate::kind::{Cx, from_list, leftover, short_type, split_name};
use crate::model::{Address, Entry};
use crate::pg::Feature;
use crate::sql::{Form, Fragment, Phrase, auto_name, ident};
use crate::statement::{Preflight, Statement, Step};

/// `ALTER TABLE …` with `rest`.
pub fn alter_table(at: &Address, form: Form, rest: Phrase) -> Statement {
    let sql = Phrase::from("ALTER TABLE ").raw(at.relation()).phrase(&rest);
    Statement::on(&at.host("table"), form, sql)
}

/// `ALTER TABLE … ALTER COLUMN …` with `rest`.
pub fn alter(at: &Address, form: Form, rest: Phrase) -> Step {
    alter_column(at, form, rest).into()
}

/// The same as a statement.
pub fn alter_column(at: &Address, form: Form, rest: Phrase) -> Statement {
    alter_table(at, form, Phrase::from(" ALTER COLUMN ").ident(at.name()).phrase(&rest))
}

/// ` SET DEFAULT …` or ` DROP DEFAULT`.
pub fn default_clause(default: Option<&Fragment>) -> Phrase {
    match default {
        Some(default) => Phrase::from(" SET DEFAULT ").fragment(default),
        None => Phrase::from(" DROP DEFAULT"),
    }
}

/// The column as it reads in CREATE TABLE and ADD COLUMN.
fn definition(at: &Address, body: &Body, default: bool, not_null: bool, cx: &Cx<'_>) -> Phrase {
    // Before 16, it is said by the parent alone.
    let generated = body
        .generated
        .as_ref()
        .filter(|_| cx.server.has(Feature::InheritedExpression) || !heirs::inherits_generated(at, cx));
    let is_said = body.not_null && (body.identity.is_none() || body.requirement.says_more());
    let data_type = if body.serial {
        Phrase::from(numbering::serial_type(body))
    } else {
        Phrase::new().fragment(&body.data_type)
    };
    Phrase::new()
        .ident(at.name())
        .raw(" ")
        .phrase(&data_type)
        .phrase(&body.keeping.clause())
        .with(body.collation.as_ref(), |sql, collation| sql.raw(" COLLATE ").fragment(collation.sql()))
        .with(generated, |sql, expression| {
            let word = if body.is_virtual { ") VIRTUAL" } else { ") STORED" };
            sql.raw(" GENERATED ALWAYS AS (").fragment(expression).raw(word)
        })
        .with(body.identity, |sql, identity| {
            let options = body.numbers.clause(at.schema());
            sql.raw(format!(" GENERATED {} AS IDENTITY{options}", identity.words()))
        })
        .with(body.default.as_ref().filter(|_| default), |sql, default| {
            let bare = !default.text().contains(char::is_whitespace);
            let sql = sql.raw(if bare { " DEFAULT " } else { " DEFAULT (" }).fragment(default);
            sql.when(!bare, ")")
        })
        .when(keeps_none(at, body, cx) && !is_domain(&body.data_type, cx), " DEFAULT NULL")
        .with(Some(&body.requirement).filter(|_| not_null && is_said), |sql, said| sql.phrase(&said.clause()))
}

/// Whether it would take the default of the column that it inherits without a word of its own, and is to have none.
fn keeps_none(at: &Address, body: &Body, cx: &Cx<'_>) -> bool {
    let makes_none =
        body.default.is_none() && body.generated.is_none() && body.identity.is_none() && !body.serial;
    makes_none && cx.attribute(&at.host("table"), "inherits").is_some()
}

/// What is said of the column once it is there.
fn afterwards(at: &Address, body: &Body, cx: &Cx<'_>) -> Vec<Statement> {
    let mut statements = body.keeping.set(at);
    // NULL is a default of its own where the domain may have another.
    let takes = heirs::inherits_default(at, cx) && is_domain(&body.data_type, cx);
    if takes && keeps_none(at, body, cx) {
        statements.push(alter_column(at, Form::AlterTable, default_clause(None)));
    }
    let sequence = auto_name(&at.path()[1], at.name(), "seq");
    if body.serial {
        statements.extend(body.numbers.set(&at.host("table"), at.schema(), &sequence));
    }
    if body.identity.is_some() {
        statements.extend(body.numbers.retype(&at.host("table"), at.schema(), &sequence));
    }
    statements
}

/// Whether the file or the database has a domain of that name. Its checks are read for every row.
fn is_domain(data_type: &Fragment, cx: &Cx<'_>) -> bool {
    of_kind("domain", data_type.text(), cx).is_some()
}

/// The type of that kind and name that the file or the database has.
pub fn of_kind<'c>(kind: &str, name: &str, cx: &Cx<'c>) -> Option<&'c Address> {
    let mut parts = split_name(name.trim());
    let (name, schema) = (parts.pop(), parts.pop());
    let is_it = |address: &&Address| {
        address.kind == kind
            && Some(address.name()) == name.as_deref()
            && schema.as_deref().is_none_or(|schema| schema == address.schema())
    };
    cx.desired.addresses().chain(cx.observed.model.addresses()).find(is_it)
}

/// Whether the rows of its table are elsewhere, so that the server neither reads nor writes them for a change.
pub fn is_foreign(at: &Address, cx: &Cx<'_>) -> bool {
    cx.attribute(&at.host("table"), "foreign").is_some()
}

/// Adds the column. On a table that holds rows, a default that every row needs its own value of is filled in
/// afterwards, and NOT NULL comes last. Where nothing in the catalog would tell that rows are still to be filled, the
/// column goes by an interim name until they are.
pub fn add(at: &Address, body: &Body, cx: &Cx<'_>) -> Vec<Step> {
    let word = Phrase::from(" ADD COLUMN ");
    let complete = definition(at, body, true, true, cx);
    let volatile = body.default.as_ref().is_some_and(is_volatile);
    let stored = body.generated.is_some() && !body.is_virtual;
    let rewrites =
        volatile || body.serial || body.identity.is_some() || stored || is_domain(&body.data_type, cx);
    let afterwards = afterwards(at, body, cx);
    let rewrites = rewrites && !is_foreign(at, cx);
    let direct_form = if rewrites { Form::AddColumnRewrite } else { Form::AddColumn };
    let direct = alter_table(at, direct_form, word.clone().phrase(&complete)).clause(complete);
    let filled = volatile || body.backfill.is_some();
    let by_rewrite = rewrites && !volatile;
    let must_fill = body.not_null && body.default.is_none() && body.identity.is_none() && !body.serial;
    if by_rewrite || !(filled || must_fill && body.generated.is_none()) {
        return vec![Step::direct([vec![direct], afterwards].concat())];
    }
    let begin = |at: &Address| {
        let added = word.clone().phrase(&definition(at, body, !volatile, false, cx));
        let default = || alter_column(at, Form::AlterTable, default_clause(body.default.as_ref()));
        [vec![alter_table(at, Form::AddColumn, added)], volatile.then(default).into_iter().collect()].concat()
    };
    let mut at_once = Vec::new();
    if let Some(source) = body.backfill.as_ref() {
        at_once = begin(at);
        at_once.push(fill_at_once(at, source));
        if body.not_null {
            at_once.extend(body.requirement.set(at, Form::SetNotNull, cx));
        }
        at_once.extend(afterwards.clone());
    }
    let source = body.backfill.as_ref().or(body.default.as_ref().filter(|_| volatile));
    // A backfill that was cut off shows where NOT NULL is still to come and the file says what to fill in.
    let shows = !filled || body.not_null && body.backfill.is_some();
    let interim = at.renamed(&leftover::interim(at.name()));
    let work = if shows { at } else { &interim };
    let mut online = Vec::new();
    online.extend(begin(work));
    online.extend(source.map(|source| fill(work, source)));
    let preflight =
        (must_fill && source.is_none()).then(|| no_value(at, "true", &in_place_of_a_value(at, body, cx)));
    match body.not_null {
        true => online.extend(prove_not_null(at, work, body, source, cx)),
        false => online.extend(take_name(at, work)),
    }
    online.extend(afterwards.clone());
    let direct = Step::direct([vec![direct], afterwards].concat());
    vec![direct.online(online).at_once(at_once).preflight(preflight)]
}

/// Whether a default may give every row another value. Only functions that are known to give the same one for the
/// whole statement are trusted; for all others the rows are filled in batches, which is right in any case.
fn is_volatile(default: &Fragment) -> bool {
    const STABLE: &[&str] = &["now", "transaction_timestamp", "statement_timestamp"];
    let text = default.text().to_lowercase();
    let (mut quoted, mut word) = (false, String::new());
    for char in text.chars() {
        quoted ^= char == '\'';
        match char {
            '(' if !quoted => {
                let name = word.strip_prefix("pg_catalog.").unwrap_or(&word);
                if !STABLE.contains(&name) {
                    return true;
                }
                word.clear();
            }
            // A call of something else whose name ends like that: `utc_now()`, `s.now()`, `"my now"()`.
            _ if char.is_alphanumeric() || matches!(char, '_' | '.' | '$' | '"') => word.push(char),
            _ => word.clear(),
        }
    }
    false
}

/// What a new column went by in a run that was cut off: it makes way.
pub fn left(at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let left = Some(at.renamed(&leftover::interim(at.name())));
    let is_there = |left: &Address| cx.observed.model.contains(left) && !cx.observed.model.contains(at);
    left.filter(is_there).into_iter().collect()
}

/// By what the rows of its table are told apart, where they get values: without, those of a published table get none.
pub fn identities(at: &Address, body: &Body, cx: &Cx<'_>) -> Vec<Address> {
    let table = &at.path()[..2];
    let fills = body.backfill.is_some() || body.default.as_ref().is_some_and(is_volatile);
    if !fills || !cx.observed.model.contains(&at.host("table")) {
        return Vec::new();
    }
    // What is made of the column comes after it.
    let is_free = |other: &Address| cx.desired.get(other).is_some_and(|entry| !entry.needs.contains(at));
    let identity = Address::new("replica identity", table.iter().cloned());
    let index = cx.attribute(&identity, "index");
    let index = index.iter().flat_map(|name| {
        let path = [at.schema(), &at.path()[1], name];
        ["index", "unique constraint", "primary key"].map(|kind| Address::new(kind, path))
    });
    let is_made_of_it = index.filter(|index| cx.desired.contains(index)).any(|index| !is_free(&index));
    let tells = cx.attribute(&identity, "tells apart").is_some() && !is_made_of_it;
    let keys = cx.desired.inside("primary key", table).map(|entry| entry.address.clone());
    // One of columns that are yet to come may wait for this one.
    let is_there = |name: &String| cx.observed.model.contains(&at.renamed(name));
    let columns = |key: &Address| cx.attribute(key, "columns").map(|columns| from_list(&columns));
    let stands = |key: &Address| columns(key).is_some_and(|columns| columns.iter().all(is_there));
    let keys = keys.filter(|key| is_free(key) && stands(key));
    keys.chain(tells.then(|| identity.clone())).collect()
}

/// Gives a value to every row that has none.
fn fill_at_once(at: &Address, source: &Fragment) -> Statement {
    let (name, column) = (at.relation(), ident(at.name()));
    let set = Phrase::from(format!("UPDATE {name} SET {column} = (")).fragment(source);
    Statement::on(&at.host("table"), Form::UpdateRows, set.raw(format!(") WHERE {column} IS NULL")))
}

/// The same, in batches.
fn fill(at: &Address, source: &Fragment) -> Statement {
    let (name, column) = (at.relation(), ident(at.name()));
    let batch = Phrase::from(format!("UPDATE {name} SET {column} = ("))
        .fragment(source)
        .raw(") WHERE ")
        // A `ctid` may be that of rows in several partitions.
        .raw(format!(
            "{column} IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM {name} WHERE {column} IS NULL AND ("
        ))
        .fragment(source)
        .raw(") IS NOT NULL LIMIT ");
    fill_at_once(at, source).batched(batch, Phrase::from("))"))
}

/// SET NOT NULL or DROP NOT NULL.
pub fn not_null(at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
    if !desired.not_null {
        return vec![alter(at, Form::AlterTable, Phrase::from(" DROP NOT NULL"))];
    }
    let source = desired.backfill.as_ref();
    let set = desired.requirement.set(at, Form::SetNotNull, cx);
    let mut online: Vec<Statement> = source.map(|source| fill(at, source)).into_iter().collect();
    online.extend(prove_not_null(at, at, desired, source, cx));
    let condition = format!("{} IS NULL", ident(at.name()));
    let preflight = source.is_none().then(|| {
        let more = desired.default.as_ref().map_or("", |_| ": a default is for new rows");
        no_value(at, &condition, more)
    });
    let at_once = source.map(|source| [vec![fill_at_once(at, source)], set.clone()].concat());
    let at_once = at_once.into_iter().flatten();
    vec![Step::direct(set).online(online).at_once(at_once).preflight(preflight)]
}

/// The name of the check that proves NOT NULL while it comes into force.
fn helper(at: &Address) -> Address {
    let name = leftover::helper(&at.path()[1], at.name());
    Address::new("check", [at.schema(), &at.path()[1], &name])
}

/// NOT NULL through a check that is validated without blocking anyone. Rows that came without a value while the
/// check was not there yet are filled once more. Until then a new column may go by another name, `work`.
fn prove_not_null(
    at: &Address,
    work: &Address,
    body: &Body,
    source: Option<&Fragment>,
    cx: &Cx<'_>,
) -> Vec<Statement> {
    let helper = helper(work);
    let name = ident(helper.name());
    let mut statements = Vec::new();
    if work != at || !cx.observed.model.contains(&helper) {
        let rest = format!(" ADD CONSTRAINT {name} CHECK ({} IS NOT NULL) NOT VALID", ident(work.name()));
        statements.push(alter_table(at, Form::AddCheckNotValid, rest.into()));
    }
    statements.extend(source.map(|source| fill(work, source)));
    let rest = format!(" VALIDATE CONSTRAINT {name}");
    statements.push(alter_table(at, Form::ValidateCheck, rest.into()));
    statements.extend(take_name(at, work));
    statements.extend(body.requirement.set(at, Form::SetNotNullProved, cx));
    statements.push(drop_helper_statement(at, &helper));
    statements
}

/// Gives the column its own name, if it went by another.
fn take_name(at: &Address, work: &Address) -> Option<Statement> {
    let rest = Phrase::from(" RENAME COLUMN ").ident(work.name()).raw(" TO ").ident(at.name());
    (work != at).then(|| alter_table(at, Form::AlterTable, rest))
}

fn drop_helper_statement(at: &Address, helper: &Address) -> Statement {
    alter_table(at, Form::ReplaceConstraint, Phrase::from(" DROP CONSTRAINT ").ident(helper.name()))
}

/// Takes the helper away that a run left behind after NOT NULL was in force, or on the way to one that the file no longer wants.
pub fn drop_helper(at: &Address, [desired, observed]: [&Body; 2], cx: &Cx<'_>, out: &mut Alteration) {
    // While NOT NULL is still to come into force, it is used.
    if desired.not_null && !(observed.not_null && out.is_empty()) {
        return;
    }
    let helper = helper(at);
    if cx.observed.model.contains(&helper) && !cx.desired.contains(&helper) {
        let change = Change { attribute: "helper", from: Some(helper.name().to_string()), to: None };
        out.note(change, vec![drop_helper_statement(at, &helper).into()]);
    }
}

/// What else a new column can do that wants a value of every row: a column of its type that the file does not declare may be it
/// under its former name.
fn in_place_of_a_value(at: &Address, body: &Body, cx: &Cx<'_>) -> String {
    let is_left = |entry: &&Entry| !cx.desired.contains(&entry.address);
    let is_like = |entry: &&Entry| {
        let there = cx.observed.model.body::<Body>(&entry.address);
        there.is_some_and(|there| usual(there.data_type.text()) == usual(body.data_type.text()))
    };
    let left = cx.observed.model.inside("column", &at.path()[..2]).filter(is_left).find(is_like);
    let renamed = left.map(|entry| {
        let name = entry.address.name();
        format!("; if it is what `{name}` was, say `renamed_from = \"{name}\"`")
    });
    format!(", or give it a default{}", renamed.unwrap_or_default())
}

/// The usual name of a type.
fn usual(name: &str) -> String {
    match name {
        "int" | "int4" => "integer".to_string(),
        "int8" => "bigint".to_string(),
        "int2" => "smallint".to_string(),
        "bool" => "boolean".to_string(),
        _ => short_type(name),
    }
}

fn no_value(at: &Address, condition: &str, more: &str) -> Preflight {
    Preflight::of_rows(
        &at.relation(),
        condition,
        format!("rows without a value of `{}`, which is declared `not_null`", at.name()),
        format!("say `backfill = \"…\"` on column `{}`{more}", at.name()),
    )
}
