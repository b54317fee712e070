//! Triggers on tables.

use crate::delta::{Action, Alteration};
use crate::kind::{
    Context, Cx, Doc, Draft, FIRING, Item, Place, Rank, Right, Room, Row, Seat, Server, Visit, dotless,
    firing, firing_verb, follow_routine, split_name,
};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Reader, Shape};
use crate::sql::{
    Form, Fragment, Phrase, bracketed, column_names, cut, cut_once, ident, idents, literal, qualified,
    trigger_arguments, trigger_condition, unquoted,
};
use crate::statement::{Statement, Step};
use std::collections::BTreeSet;

/// The room.
pub struct Trigger;

/// A trigger.
#[derive(Debug, Clone)]
pub struct Body {
    timing: &'static str,
    events: BTreeSet<String>,
    /// The columns of `update of`.
    columns: BTreeSet<String>,
    row: bool,
    condition: Option<Fragment>,
    /// The schema and the name of the function that it calls.
    function: (String, String),
    /// What it calls it with: literals, all of which PostgreSQL keeps as text.
    arguments: Vec<String>,
    enabled: &'static str,
    /// A constraint trigger can be put off to the end of the transaction.
    constraint: bool,
    deferrable: bool,
    deferred: bool,
    /// The other table that a constraint trigger watches for: schema and name.
    from: Option<(String, String)>,
    /// The names under which it sees all rows before and after the statement.
    old_table: Option<String>,
    new_table: Option<String>,
}

const UPDATE_OF: &str = "update of ";

const EVENTS: &[&str] = &["insert", "update", "delete", "truncate"];

static DOC: Doc = Doc {
    name: "trigger",
    summary: "A trigger on a table or a view. `touch = \"updated_at\"` on a table is short for a trigger that keeps that \
              column current. `constraint = true` makes it a constraint trigger, which runs after each row and can be \
              deferred.",
    manual: "sql-createtrigger",
    place: Place::Children { of: &["table", "view"], key: "triggers" },
    rank: Rank::Trigger,
    main_key: None,
    keys: &[
        KeyDoc::new("when", Shape::OneOf(&["before", "after", "instead of"]), "before or after the event"),
        KeyDoc::new(
            "events",
            Shape::Names,
            "`insert`, `update`, `update of COLUMN, …`, `delete`, `truncate`; one or several",
        ),
        KeyDoc::new(
            "for_each",
            Shape::OneOf(&["row", "statement"]),
            "how often it runs; `statement` if not given",
        ),
        KeyDoc::new("condition", Shape::Sql, "over `old` and `new`: when it runs"),
        KeyDoc::new(
            "call",
            Shape::Sql,
            "the function it calls, with literal arguments: `\"notify('events')\"`",
        ),
        KeyDoc::new(
            "enabled",
            Shape::OneOf(&["yes", "no", "always", "replica"]),
            "whether it fires; `yes` if not given",
        ),
        KeyDoc::new("constraint", Shape::Boolean, "it is a constraint trigger"),
        KeyDoc::new(
            "deferrable",
            Shape::Boolean,
            "a constraint trigger can run at the end of the transaction",
        ),
        KeyDoc::new(
            "initially",
            Shape::OneOf(&["immediate", "deferred"]),
            "when a deferrable one runs if nothing else is said",
        ),
        KeyDoc::new("from", Shape::Name, "another table that a constraint trigger is about"),
        KeyDoc::new("old_table", Shape::Name, "the name of all rows as they were, in its function"),
        KeyDoc::new("new_table", Shape::Name, "the name of all rows as they are now"),
    ],
    features: &[],
    example: "[functions.\"stamp()\"]\nreturns = \"trigger\"\nlanguage = \"plpgsql\"\n\
              body = \"begin new.seen := now(); return new; end\"\n\n[tables.events.columns]\n\
              seen = \"timestamptz\"\n\n[tables.events.triggers.stamp]\nwhen = \"before\"\nevents = [\"insert\"]\n\
              for_each = \"row\"\ncall = \"stamp()\"\n",
};

impl Room for Trigger {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.clone() else { return };
        let timings = [("before", "before"), ("after", "after"), ("instead of", "instead of")];
        let mut reader = item.reader();
        reader.required("when");
        let timing = reader.one_of("when", &timings);
        let row = reader.one_of("for_each", &[("row", true), ("statement", false)]).unwrap_or(false);
        let condition = reader.string("condition").map(|(text, span)| Fragment::written(text, span));
        let enabled = reader.one_of("enabled", FIRING).unwrap_or("yes");
        let call = reader.required("call");
        let constraint = reader.flag("constraint");
        let deferred =
            reader.one_of("initially", &[("immediate", false), ("deferred", true)]).unwrap_or(false);
        let deferrable = deferred || reader.flag("deferrable");
        let from = reader.string("from");
        let (old_table, new_table) = (reader.text("old_table"), reader.text("new_table"));
        for key in ["deferrable", "initially", "from"] {
            if reader.has(key) && !constraint {
                let span = reader.span_of(key);
                reader.problems().add(span, format!("`{key}` is for a trigger with `constraint = true`"));
            }
        }
        let (events, columns) = events(&mut reader);
        let (Some(timing), Some((call, span))) = (timing, call) else { return };
        for column in columns.iter().filter(|_| host.kind == "table") {
            item.refer(Address::new("column", [host.schema(), host.name(), column]), span);
        }
        let parts = cut_once(call, "(").map(|(name, _)| call.split_at(name.len()));
        let Some((name, arguments)) = parts else {
            item.problems.add_with_hint(span, "`call` wants a function call", format!("write `{call}()`"));
            return;
        };
        let function = item.resolve(name.trim());
        item.need(Address::new("function", [&function.0, &format!("{}()", function.1)]));
        let arguments = literals(arguments);
        let from = from.map(|(name, span)| {
            let (schema, name) = item.resolve(name);
            item.refer(Address::new("table", [&schema, &name]), span);
            (schema, name)
        });
        // A constraint trigger can be nothing else.
        let row = row || constraint;
        item.declare(Body {
            timing,
            events,
            columns,
            row,
            condition,
            function,
            arguments,
            enabled,
            constraint,
            deferrable,
            deferred,
            from,
            old_table,
            new_table,
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        let columns = column_names("t.tgrelid", "t.tgattr::int2[]");
        let used = column_names(
            "t.tgrelid",
            "ARRAY(SELECT u.refobjsubid FROM pg_depend u WHERE u.classid = 'pg_trigger'::regclass AND u.objid = t.oid \
             AND u.refobjid = t.tgrelid AND u.refobjsubid > 0)",
        );
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, c.relkind AS host, t.tgname AS name, {used} AS used, t.tgtype AS type, {columns} AS columns, \
             {} AS condition, {} AS arguments, t.tgenabled AS enabled, fn.nspname AS function_schema, \
             p.proname AS function, t.tgconstraint <> 0 AS constraint, t.tgdeferrable AS deferrable, \
             t.tginitdeferred AS deferred, rn.nspname AS from_schema, r.relname AS from_table, \
             t.tgoldtable AS old_table, t.tgnewtable AS new_table \
             FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = p.pronamespace \
             LEFT JOIN pg_class r ON r.oid = t.tgconstrrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace \
             WHERE NOT t.tgisinternal AND t.tgparentid = 0 \
             AND c.relkind IN ('r', 'p', 'v', 'f') AND {ours} AND {own} ORDER BY t.oid",
            trigger_condition("t.oid"),
            trigger_arguments("t")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_trigger",
            oid: "t.oid",
            from: "pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
            path: "n.nspname, c.relname, t.tgname",
            only: "NOT t.tgisinternal AND t.tgparentid = 0",
            ..Seat::PART
        })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let bits = row.number("type");
        let names = [(4, "insert"), (8, "delete"), (16, "update"), (32, "truncate")];
        let events = names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| (*name).to_string());
        let body = Body {
            timing: match bits {
                bits if bits & 2 != 0 => "before",
                bits if bits & 64 != 0 => "instead of",
                _ => "after",
            },
            events: events.collect(),
            columns: row.list("columns").into_iter().collect(),
            row: bits & 1 != 0,
            condition: row.fragment("condition"),
            function: (row.text("function_schema").to_string(), row.text("function").to_string()),
            arguments: row.list("arguments"),
            enabled: firing(row.text("enabled")),
            constraint: row.flag("constraint"),
            deferrable: row.flag("deferrable"),
            deferred: row.flag("deferred"),
            from: row.owned("from_schema").zip(row.owned("from_table")),
            old_table: row.owned("old_table"),
            new_table: row.owned("new_table"),
        };
        let host = match row.text("host") {
            "v" => "view",
            _ => "table",
        };
        let table = Address::new(host, [path[0], path[1]]);
        let function = format!("{}()", row.text("function"));
        let function = Address::new("function", [row.text("function_schema"), &function]);
        let other = body.from.clone().map(|(schema, name)| Address::new("table", [schema, name]));
        let mut entry =
            Entry::new(Address::new(DOC.name, path), body).part_of(table).needing(function.clone());
        entry.uses.push(function);
        entry.needs.extend(other);
        for column in row.list("used") {
            let column = Address::new("column", [path[0], path[1], &column]);
            entry.uses.push(column.clone());
            entry = entry.needing(column);
        }
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { timing, events, columns, row, condition, function, arguments, enabled, .. } = observed;
        let Body { constraint, deferrable, deferred, from, old_table, new_table, .. } = observed;
        let columns: Vec<String> = columns.iter().map(|name| dotless(name)).collect();
        let event = |name: &String| match name.as_str() {
            "update" if !columns.is_empty() => format!("update of {}", columns.join(", ")),
            name => name.to_string(),
        };
        let arguments: Vec<String> = arguments.iter().map(|argument| literal(argument)).collect();
        draft.text("when", *timing);
        draft.list("events", events.iter().map(event));
        draft.word("for_each", if *row && !constraint { "row" } else { "" }, "");
        draft.some_expression("condition", condition.as_ref());
        draft.text("call", format!("{}({})", draft.name(&function.0, &function.1), arguments.join(", ")));
        draft.word("enabled", enabled, "yes");
        draft.flag("constraint", *constraint);
        draft.flag("deferrable", *deferrable && !deferred);
        draft.word("initially", if *deferred { "deferred" } else { "" }, "");
        draft.some("from", from.as_ref().map(|(schema, name)| draft.name(schema, name)));
        draft.some("old_table", old_table.as_ref());
        draft.some("new_table", new_table.as_ref());
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        if let Some(condition) = &mut body.condition {
            visit("condition", condition, Context::Trigger { table: at.host("table") });
        }
    }

    /// What repairs do to rows is no event: they come first, be it here or in a table whose rows take those of this one
    /// along.
    fn comes_after(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Address> {
        let table = at.host("table");
        if cx.observed.tables.get(&table).is_none_or(|facts| facts.bytes == 0) {
            return Vec::new();
        }
        let is_before =
            |kind: &str| cx.registry.get(kind).is_some_and(|kind| kind.doc().rank < Rank::Trigger);
        let mut before = Vec::new();
        let mut tables = vec![qualified(table.schema(), table.name())];
        let mut seen = 0;
        while let Some(table) = tables.get(seen).cloned() {
            seen += 1;
            let parts = cx.desired.iter().filter(|entry| {
                let host = entry.parent.as_ref().filter(|_| !entry.absent && is_before(entry.address.kind));
                host.is_some_and(|host| {
                    host.path().len() > 1 && qualified(host.schema(), host.name()) == table
                })
            });
            for part in parts {
                before.push(part.address.clone());
                tables.extend(cx.attribute(&part.address, "references").filter(|to| !tables.contains(to)));
            }
        }
        before
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        self.define(at, desired, "CREATE")
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { timing, events, columns, row, condition, function: _, arguments: _, enabled, .. } =
            desired;
        let Body { constraint, deferrable, deferred, from, old_table, new_table, .. } = desired;
        let mut found = Alteration::default();
        found.replaced("constraint", &observed.constraint, constraint);
        found.replaced("deferrable", &observed.deferrable, deferrable);
        found.replaced("initially_deferred", &observed.deferred, deferred);
        found.replaced("from", &observed.from.as_ref().map(spelled), &from.as_ref().map(spelled));
        found.replaced("old_table", &observed.old_table, old_table);
        found.replaced("new_table", &observed.new_table, new_table);
        found.replaced("when", &observed.timing, timing);
        found.replaced("events", &observed.events, events);
        found.replaced("columns", &observed.columns, columns);
        found.replaced("for_each_row", &observed.row, row);
        found.replaced("condition", &observed.condition, condition);
        found.replaced("call", &call(observed), &call(desired));
        // What is said of a trigger that is replaced in place stays, and nobody is kept from reading. The server leaves
        // parts of it on partitions where it no longer is for each row.
        let in_place = cx.server.has(Feature::ReplaceTrigger)
            && !(*constraint || observed.constraint)
            && *row == observed.row;
        if in_place {
            out.altered_as(found, || self.define(at, desired, "CREATE OR REPLACE"));
        } else {
            out.replaced_as(found);
        }
        if out.is_empty() {
            out.attribute("enabled", &observed.enabled, enabled, || vec![enable(at, enabled).into()]);
        }
    }

    fn replace(&self, at: &Address, desired: &Body, _: &Body, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let mut steps = self.create(at, desired, cx);
        steps[0].direct.insert(0, away(at, Form::ReplaceTrigger));
        Some(steps)
    }

    fn rights(&self, at: &Address, _: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        let table = at.host("table");
        match action {
            Action::Create => vec![Right::on_table(&table, "TRIGGER", cx)],
            _ => vec![Right::Own(table)],
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![away(at, Form::DropTrigger).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let on = at.relation();
        let sql = format!("ALTER TRIGGER {} ON {on} RENAME TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::on(&at.host("table"), Form::AlterTable, sql).into()])
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        if from.kind == "column" && body.columns.remove(from.name()) {
            body.columns.insert(to.name().to_string());
        }
        follow_routine(&mut body.function, "()", ["function", "schema"], from, to);
        if let Some((schema, name)) = &mut body.from {
            let moved = Address::new("table", [&*schema, &*name]).moved(from, to, &|_| from.kind == "schema");
            (*schema, *name) = (moved.schema().to_string(), moved.name().to_string());
        }
    }

    fn holds_fast(&self) -> bool {
        true
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("TRIGGER {} ON {}", ident(at.name()), at.relation()))
    }
}

impl Trigger {
    /// The steps that define it; it fires after that unless something else is said.
    fn define(&self, at: &Address, desired: &Body, verb: &str) -> Vec<Step> {
        let mut statements = vec![define(at, desired, verb)];
        if desired.enabled != "yes" {
            statements.push(enable(at, desired.enabled));
        }
        vec![Step::direct(statements)]
    }
}

/// The events, and the columns of `update of`.
fn events(reader: &mut Reader<'_, '_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut events, mut columns) = (BTreeSet::new(), BTreeSet::new());
    let written = reader.strings("events");
    if written.is_empty() {
        let span = reader.span_of("events");
        reader.problems().add(span, "a trigger wants at least one event");
    }
    for (text, span) in written {
        let lower = text.trim().to_lowercase();
        if let Some((_, list)) =
            text.trim().split_at_checked(UPDATE_OF.len()).filter(|_| lower.starts_with(UPDATE_OF))
        {
            columns.extend(cut(list, ",").into_iter().map(|name| split_name(name.trim()).join(".")));
            events.insert("update".to_string());
        } else if EVENTS.contains(&lower.as_str()) {
            events.insert(lower);
        } else {
            let message = format!("`{text}` is no event of a trigger");
            reader.problems().add_with_suggestion(span, message, &lower, EVENTS.iter().copied());
        }
    }
    (events, columns)
}

fn spelled((schema, name): &(String, String)) -> String {
    qualified(schema, name)
}

/// The call, as CREATE TRIGGER takes it.
fn call(body: &Body) -> String {
    let (schema, name) = &body.function;
    let arguments: Vec<String> = body.arguments.iter().map(|argument| literal(argument)).collect();
    format!("{}({})", qualified(schema, name), arguments.join(", "))
}

/// The values of `(literal, …)`.
fn literals(list: &str) -> Vec<String> {
    let inner = bracketed(list).map_or("", |(inner, _)| inner);
    let values = cut(inner, ",").into_iter().map(|text| unquoted(text.trim()));
    if inner.trim().is_empty() { Vec::new() } else { values.collect() }
}

fn define(at: &Address, desired: &Body, verb: &str) -> Statement {
    let Body { timing, events, columns, row, condition, constraint, deferrable, deferred, .. } = desired;
    let Body { from, old_table, new_table, .. } = desired;
    let columns: Vec<&String> = columns.iter().collect();
    let events: Vec<String> = events
        .iter()
        .map(|event| match event.as_str() {
            "update" if !columns.is_empty() => format!("UPDATE OF {}", idents(&columns)),
            event => event.to_uppercase(),
        })
        .collect();
    let tables = [("OLD", old_table), ("NEW", new_table)];
    let tables: Vec<String> = tables
        .iter()
        .filter_map(|(word, name)| Some(format!(" {word} TABLE AS {}", ident(name.as_ref()?))))
        .collect();
    let sql = Phrase::from(verb)
        .raw(if *constraint { " CONSTRAINT TRIGGER " } else { " TRIGGER " })
        .ident(at.name())
        .raw(format!(" {} {} ON {}", timing.to_uppercase(), events.join(" OR "), at.relation()))
        .with(from.as_ref(), |sql, (schema, name)| sql.raw(" FROM ").qualified(schema, name))
        .when(*deferrable, " DEFERRABLE")
        .when(*deferred, " INITIALLY DEFERRED")
        .when(!tables.is_empty(), " REFERENCING")
        .raw(tables.concat())
        .raw(if *row { " FOR EACH ROW" } else { " FOR EACH STATEMENT" })
        .with(condition.as_ref(), |sql, condition| sql.raw(" WHEN (").fragment(condition).raw(")"))
        .raw(format!(" EXECUTE FUNCTION {}", call(desired)));
    Statement::on(&at.host("table"), Form::CreateTrigger, sql)
}

fn enable(at: &Address, enabled: &str) -> Statement {
    let verb = firing_verb(enabled);
    let sql = format!("ALTER TABLE {} {verb} TRIGGER {}", at.relation(), ident(at.name()));
    Statement::on(&at.host("table"), Form::CreateTrigger, sql)
}

fn away(at: &Address, form: Form) -> Statement {
    let sql = format!("DROP TRIGGER {} ON {}", ident(at.name()), at.relation());
    Statement::on(&at.host("table"), form, sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_text_however_they_are_written() {
        assert_eq!(literals("('a', 1, b)"), ["a", "1", "b"]);
        assert_eq!(literals("('')"), [""]);
        assert!(literals("( )").is_empty());
    }
}
