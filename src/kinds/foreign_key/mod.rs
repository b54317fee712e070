//! Foreign keys.

mod parents;
mod steps;

use crate::delta::{Action, Alteration, Change};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Seat, Server, dotless, from_list, split_name,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::pg::Feature;
use crate::repair;
use crate::source::{KeyDoc, Reader, Shape};
use crate::sql::{Form, bracketed, column_names, cut, cut_once, ident, idents, qualified};
use crate::statement::{Statement, Step};

/// The room.
pub struct ForeignKey;

/// What happens to the referencing rows.
const ACTIONS: &[(&str, &str)] = &[
    ("no action", "no action"),
    ("restrict", "restrict"),
    ("cascade", "cascade"),
    ("set null", "set null"),
    ("set default", "set default"),
];

/// What is done about rows without a parent before the constraint comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orphans {
    /// They go to quarantine.
    Delete,
    /// They lose their reference; a copy goes to quarantine.
    Null,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct Body {
    columns: Vec<String>,
    schema: String,
    table: String,
    /// Empty for the primary key of the referenced table.
    referenced: Vec<String>,
    on_delete: &'static str,
    /// The columns that ON DELETE SET NULL or SET DEFAULT changes; all if empty.
    on_delete_columns: Vec<String>,
    on_update: &'static str,
    match_full: bool,
    deferrable: bool,
    initially_deferred: bool,
    /// The last column is a range that must be covered.
    period: bool,
    /// Desired: whether rows that were there before it must fulfil it.
    validated: bool,
    enforced: bool,
    orphans: Option<Orphans>,
}

static DOC: Doc = Doc {
    name: "foreign key",
    summary: "A foreign key. On a table that holds rows it is added NOT VALID and validated afterwards, so that reads \
              and writes go on. On a column: `references = \"events\"`, or `references = \"events(id)\"`.",
    manual: "ddl-constraints",
    place: Place::Children { of: &["table"], key: "foreign_keys" },
    rank: Rank::Reference,
    main_key: None,
    keys: &[
        KeyDoc::new("columns", Shape::Names, "the referencing columns"),
        KeyDoc::new(
            "references",
            Shape::Name,
            "the referenced table, with its columns in parentheses if they are not the primary key",
        ),
        KeyDoc::new(
            "on_delete",
            Shape::Text,
            "what happens when the referenced row is deleted: `no action`, `restrict`, `cascade`, `set null`, \
             `set default`; from PostgreSQL 15 on also `set null (column)`",
        ),
        KeyDoc::new(
            "on_update",
            Shape::OneOf(&["no action", "restrict", "cascade", "set null", "set default"]),
            "what happens when the referenced key changes",
        ),
        KeyDoc::new(
            "period",
            Shape::Boolean,
            "the last column is a range, which ranges of the referenced rows must cover (PostgreSQL 18)",
        ),
        KeyDoc::new("match", Shape::OneOf(&["simple", "full"]), "what NULLs in some of the columns mean"),
        KeyDoc::new("deferrable", Shape::Boolean, "can be checked at the end of the transaction"),
        KeyDoc::new(
            "initially",
            Shape::OneOf(&["immediate", "deferred"]),
            "when it is checked if nothing else is said",
        ),
        KeyDoc::new(
            "not_valid",
            Shape::Boolean,
            "holds for new rows only; one that has been validated since will do",
        ),
        KeyDoc::new("not_enforced", Shape::Boolean, "is never checked (PostgreSQL 18)"),
        KeyDoc::new(
            "orphans",
            Shape::OneOf(&["delete", "null"]),
            "what is done about rows without a parent; runs only while the key is not yet in force",
        ),
    ],
    features: &[
        ("on_delete", Feature::SetNullColumnList),
        ("period", Feature::TemporalConstraints),
        ("not_enforced", Feature::NotEnforced),
    ],
    example: "[tables.events.columns]\nid = { type = \"bigint\", primary_key = true }\n\n\
              [tables.attendees.columns]\nevent = \"bigint\"\n\n[tables.attendees.foreign_keys]\n\
              attendees_event_fkey = { columns = \"event\", references = \"events\", on_delete = \"cascade\", \
              orphans = \"delete\" }\n",
};

impl Room for ForeignKey {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.clone() else { return };
        let mut reader = item.reader();
        let columns = reader.strings("columns");
        let (on_delete, on_delete_columns) = read_action(&mut reader);
        let wanted = [
            (Feature::SetNullColumnList, "on_delete", !on_delete_columns.is_empty()),
            (Feature::TemporalConstraints, "period", reader.flag("period")),
            (Feature::NotEnforced, "not_enforced", reader.flag("not_enforced")),
        ];
        let [_, (.., period), (.., not_enforced)] = wanted;
        let wanted = wanted.map(|(feature, key, is)| is.then(|| (feature, reader.span_of(key))));
        let validated = !reader.flag("not_valid");
        let on_update = reader.one_of("on_update", ACTIONS).unwrap_or("no action");
        let match_full = reader.one_of("match", &[("simple", false), ("full", true)]).unwrap_or(false);
        let deferrable = reader.flag("deferrable");
        let initially = [("immediate", false), ("deferred", true)];
        let initially_deferred = reader.one_of("initially", &initially).unwrap_or(false);
        let orphans = reader.one_of("orphans", &[("delete", Orphans::Delete), ("null", Orphans::Null)]);
        if columns.is_empty() {
            let span = reader.span_of("columns");
            reader.problems().add(span, "a foreign key wants at least one column");
        }
        let Some((target, span)) = reader.required("references") else { return };
        let (name, referenced) = split_target(target);
        let (schema, table) = item.resolve(name);
        wanted.into_iter().flatten().for_each(|(feature, span)| item.want(feature, span));
        for (column, span) in &columns {
            item.refer(Address::new("column", [host.schema(), host.name(), column]), *span);
        }
        item.refer(Address::new("table", [&schema, &table]), span);
        for column in &referenced {
            item.refer(Address::new("column", [&schema, &table, column]), span);
        }
        let columns: Vec<String> = columns.into_iter().map(|(name, _)| name).collect();
        if !referenced.is_empty() && referenced.len() != columns.len() {
            let message = format!("{} columns cannot reference {}", columns.len(), referenced.len());
            item.problems.add(span, message);
        }
        item.declare(Body {
            columns,
            schema,
            table,
            referenced,
            on_delete,
            on_delete_columns,
            on_update,
            match_full,
            deferrable,
            initially_deferred,
            period,
            validated,
            enforced: !not_enforced,
            orphans,
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        let columns = column_names("k.conrelid", "k.conkey");
        let referenced = column_names("k.confrelid", "k.confkey");
        let set = if server.has(Feature::SetNullColumnList) {
            column_names("k.conrelid", "k.confdelsetcols")
        } else {
            "NULL".to_string()
        };
        let computed = needs::query_beyond_tables("pg_constraint", "k.oid");
        let period = if server.has(Feature::TemporalConstraints) { "k.conperiod" } else { "false" };
        let enforced = if server.has(Feature::NotEnforced) { "k.conenforced" } else { "true" };
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, {columns} AS columns, \
             fn.nspname AS to_schema, f.relname AS to_table, {referenced} AS referenced, k.confdeltype AS on_delete, \
             k.confupdtype AS on_update, k.confmatchtype = 'f' AS match_full, k.condeferrable AS deferrable, \
             k.condeferred AS deferred, k.convalidated AS validated, {set} AS set, {period} AS period, \
             {enforced} AS enforced, x.relname AS key, {computed} AS needs, \
             (SELECT u.contype FROM pg_constraint u WHERE u.conindid = k.conindid AND u.contype IN ('p', 'u') LIMIT 1) AS by \
             FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace \
             JOIN pg_class x ON x.oid = k.conindid \
             WHERE k.contype = 'f' AND k.conparentid = 0 AND {ours} AND {own} ORDER BY k.oid"
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: "k.contype = 'f' AND k.conparentid = 0", ..Seat::CONSTRAINT })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let body = Body {
            columns: row.list("columns"),
            schema: row.text("to_schema").to_string(),
            table: row.text("to_table").to_string(),
            referenced: row.list("referenced"),
            on_delete: action(row.text("on_delete")),
            on_delete_columns: row.list("set"),
            on_update: action(row.text("on_update")),
            match_full: row.flag("match_full"),
            deferrable: row.flag("deferrable"),
            initially_deferred: row.flag("deferred"),
            period: row.flag("period"),
            validated: row.flag("validated"),
            enforced: row.flag("enforced"),
            orphans: None,
        };
        // It stands on the index of a key, or on a unique index that is no key.
        let by = match row.text("by") {
            "p" => "primary key",
            "u" => "unique constraint",
            _ => "index",
        };
        let key = Address::new(by, [&body.schema, &body.table, row.text("key")]);
        let table = Address::new("table", [path[0], path[1]]);
        let other = Address::new("table", [&body.schema, &body.table]);
        let entry = Entry::new(Address::new(DOC.name, path), body).part_of(table);
        let mut entry = entry.needing(other).needing(key);
        entry.needs.extend(needs::read(row, "needs", server));
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { columns, schema, table, referenced, on_update, match_full, deferrable, .. } = observed;
        let Body { initially_deferred, period, validated, enforced, .. } = observed;
        draft.list("columns", columns);
        let target = draft.name(schema, table);
        let path = [schema.clone(), table.clone()];
        let key = draft.model.inside("primary key", &path).next();
        let key = key.and_then(|key| draft.attribute(&key.address, "columns")).unwrap_or_default();
        if from_list(&key) == *referenced {
            draft.text("references", target);
        } else {
            let names: Vec<String> = referenced.iter().map(|name| dotless(name)).collect();
            draft.text("references", format!("{target}({})", names.join(", ")));
        }
        draft.word("on_delete", &on_delete(observed), "no action");
        draft.word("on_update", on_update, "no action");
        draft.word("match", if *match_full { "full" } else { "simple" }, "simple");
        draft.flag("deferrable", *deferrable);
        draft.word("initially", if *initially_deferred { "deferred" } else { "immediate" }, "immediate");
        draft.flag("period", *period);
        draft.flag("not_valid", *enforced && !validated);
        draft.flag("not_enforced", !enforced);
    }

    /// The key of the other table that it stands on, which the file does not name.
    fn comes_after(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Address> {
        let mut columns = referenced(desired, cx);
        columns.sort();
        let of_the_other = |at: &&Address| {
            let is_key = matches!(at.kind, "primary key" | "unique constraint" | "index");
            is_key && at.schema() == desired.schema && at.path()[1] == desired.table
        };
        let stands_on = |at: &&Address| {
            let of_key = cx.attribute(at, "columns").unwrap_or_default();
            let mut of_key = from_list(&of_key);
            of_key.sort_unstable();
            of_key == columns || cx.attribute(at, "unique").is_some_and(|is| is == "yes")
        };
        let mut first: Vec<Address> =
            cx.desired.addresses().filter(of_the_other).filter(stands_on).cloned().collect();
        if judges(at, desired, cx) {
            first.extend(steps::rows_of_parent(at, desired));
        }
        if desired.orphans == Some(Orphans::Delete) {
            first.extend(repair::references_to(cx, &at.host("table")));
        }
        first
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        vec![steps::add(at, desired, cx)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body {
            columns,
            schema,
            table,
            referenced: _,
            on_delete: _,
            on_delete_columns: _,
            on_update,
            match_full,
            deferrable,
            initially_deferred,
            period,
            validated,
            enforced,
            orphans: _,
        } = desired;
        out.replaced("columns", &observed.columns, columns);
        let target = |body: &Body| qualified(&body.schema, &body.table);
        out.replaced("references", &target(observed), &qualified(schema, table));
        out.replaced("referenced columns", &observed.referenced, &referenced(desired, cx));
        out.replaced("on_delete", &on_delete(observed), &on_delete(desired));
        out.replaced("on_update", &observed.on_update, on_update);
        out.replaced("match_full", &observed.match_full, match_full);
        out.replaced("period", &observed.period, period);
        if out.replace {
            return;
        }
        let alter = |words: &str, form: Form| {
            let rest = format!("ALTER CONSTRAINT {} {words}", ident(at.name()));
            let other = Address::new("table", [schema, table]);
            vec![Statement::alter(&at.host("table"), form, rest).also(&other).into()]
        };
        let of = |body: &Body| timing(body.deferrable, body.initially_deferred);
        out.attribute("timing", &of(observed), &timing(*deferrable, *initially_deferred), || {
            alter(&timing(*deferrable, *initially_deferred).to_uppercase(), Form::AlterTable)
        });
        // The server validates it where it becomes enforced.
        out.attribute("enforced", &observed.enforced, enforced, || match enforced {
            true => vec![
                Step::direct([steps::repair(at, desired, cx)].concat()).preflight(
                    desired.orphans.is_none().then(|| steps::preflight(at, desired, cx)).flatten(),
                ),
                alter("ENFORCED", Form::EnforceForeignKey).remove(0),
            ],
            false => alter("NOT ENFORCED", Form::AlterTable),
        });
        if observed.enforced && *enforced && *validated && !observed.validated {
            let change = Change { attribute: "validated", from: Some("no".into()), to: Some("yes".into()) };
            let statements = [steps::repair(at, desired, cx), vec![steps::validate(at, desired)]].concat();
            let preflight = desired.orphans.is_none().then(|| steps::preflight(at, desired, cx)).flatten();
            out.note(change, vec![Step::direct(statements).preflight(preflight)]);
        }
    }

    fn replace(&self, at: &Address, desired: &Body, _: &Body, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let mut step = steps::add(at, desired, cx);
        let other = Address::new("table", [&desired.schema, &desired.table]);
        let away = steps::away(at, Form::ReplaceConstraint).also(&other);
        step.direct.insert(0, away.clone());
        if !step.online.is_empty() {
            step.online.insert(0, away);
        }
        Some(vec![step])
    }

    /// What has been validated stays so.
    fn keep(&self, _: &Address, desired: &mut Body, observed: &Body, cx: &Cx<'_>) {
        let of = |body: &Body| {
            let Body { columns, schema, table, match_full, period, .. } = body.clone();
            (columns, schema, table, referenced(body, cx), match_full, period)
        };
        desired.validated |= observed.validated && of(desired) == of(observed);
    }

    fn rights(&self, at: &Address, body: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        let referenced = Address::new("table", [&body.schema, &body.table]);
        let mut rights = vec![Right::Own(at.host("table"))];
        if action != Action::Drop {
            rights.push(Right::on_table(&referenced, "REFERENCES", cx));
        }
        rights
    }

    fn drop(&self, at: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        let other = Address::new("table", [&observed.schema, &observed.table]);
        vec![steps::away(at, Form::DropConstraint).also(&other).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let rest = format!("RENAME CONSTRAINT {} TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::alter(&at.host("table"), Form::AlterTable, rest).into()])
    }

    fn same_shape(&self, desired: &Body, observed: &Body) -> bool {
        desired.columns == observed.columns
            && desired.schema == observed.schema
            && desired.table == observed.table
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        let target =
            from.path().get(1).is_some_and(|table| body.schema == from.schema() && body.table == *table);
        match from.kind {
            "column" => {
                let renamed = |name: &mut String| {
                    if name == from.name() {
                        *name = to.name().to_string();
                    }
                };
                body.columns.iter_mut().chain(&mut body.on_delete_columns).for_each(renamed);
                if target {
                    body.referenced.iter_mut().for_each(renamed);
                }
            }
            "schema" if body.schema == from.name() => body.schema = to.name().to_string(),
            "table" if target => {
                (body.schema, body.table) = (to.schema().to_string(), to.name().to_string());
            }
            _ => {}
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("CONSTRAINT {} ON {}", ident(at.name()), at.relation()))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match name {
            "references" => Some(qualified(&body.schema, &body.table)),
            "on_delete" => Some(body.on_delete.to_string()),
            "initially" => body.initially_deferred.then(|| "deferred".to_string()),
            _ => None,
        }
    }
}

/// Whether rows that are there are held against the key that is to be: one that is only altered otherwise is in force.
fn judges(at: &Address, desired: &Body, cx: &Cx<'_>) -> bool {
    cx.observed.model.body::<Body>(at).is_none_or(|there| {
        let of =
            |body: &Body| (body.columns.clone(), qualified(&body.schema, &body.table), referenced(body, cx));
        !there.enforced || !there.validated || of(there) != of(desired)
    })
}

/// `events(id, part)` as name and columns.
fn split_target(text: &str) -> (&str, Vec<String>) {
    let Some((name, rest)) = cut_once(text, "(") else { return (text.trim(), Vec::new()) };
    let columns = bracketed(&text[name.len()..]).map_or(rest, |(columns, _)| columns);
    let columns = cut(columns, ",").into_iter().filter_map(|column| split_name(column.trim()).pop());
    (name.trim(), columns.collect())
}

fn action(code: &str) -> &'static str {
    match code {
        "r" => "restrict",
        "c" => "cascade",
        "n" => "set null",
        "d" => "set default",
        _ => "no action",
    }
}

fn timing(deferrable: bool, initially_deferred: bool) -> &'static str {
    match (deferrable, initially_deferred) {
        (_, true) => "deferrable initially deferred",
        (true, false) => "deferrable initially immediate",
        (false, false) => "not deferrable",
    }
}

/// The referenced columns: those named, else the primary key of the referenced table.
fn referenced(body: &Body, cx: &Cx<'_>) -> Vec<String> {
    if !body.referenced.is_empty() {
        return body.referenced.clone();
    }
    let mine = |address: &&Address| {
        address.kind == "primary key" && address.schema() == body.schema && address.path()[1] == body.table
    };
    let key = cx.desired.addresses().find(mine).or_else(|| cx.observed.model.addresses().find(mine));
    if let Some(columns) = key.and_then(|key| cx.attribute(key, "columns")) {
        return from_list(&columns);
    }
    let elsewhere = cx.observed.keys_elsewhere.get(&Address::new("table", [&body.schema, &body.table]));
    elsewhere.into_iter().flatten().map(|(column, _)| column.clone()).collect()
}

/// `on_delete`, with its columns if there are any.
fn read_action(reader: &mut Reader<'_, '_>) -> (&'static str, Vec<String>) {
    let Some((text, span)) = reader.string("on_delete") else { return ("no action", Vec::new()) };
    let (word, columns) = split_target(text);
    let plain = word.to_lowercase().replace(['-', '_'], " ");
    let known = ACTIONS.iter().find(|(known, _)| *known == plain).map(|(known, _)| *known);
    match known {
        Some(action) if columns.is_empty() || action.starts_with("set ") => (action, columns),
        Some(action) => {
            reader.problems().add(span, format!("`{action}` takes no columns"));
            (action, Vec::new())
        }
        None => {
            let list = ACTIONS.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{text}` is not a value of `on_delete`");
            reader.problems().add_with_hint(span, message, format!("it takes one of {list}"));
            ("no action", Vec::new())
        }
    }
}

fn on_delete(body: &Body) -> String {
    match body.on_delete_columns.as_slice() {
        [] => body.on_delete.to_string(),
        columns => format!("{} ({})", body.on_delete, idents(columns)),
    }
}
