//! Event triggers: what runs when somebody changes the schema. Only a superuser can make one.

use crate::delta::{Action, Alteration};
use crate::kind::{
    Cx, Doc, Draft, FIRING, Item, Place, Rank, Right, Room, Row, Seat, Server, firing, firing_verb,
    follow_routine,
};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, ident, literal, qualified};
use crate::statement::{Statement, Step};
use std::collections::BTreeSet;

/// The room.
pub struct EventTrigger;

/// An event trigger.
#[derive(Debug, Clone)]
pub struct Body {
    event: String,
    /// The commands it is for; all if empty.
    tags: BTreeSet<String>,
    /// Schema and name.
    function: (String, String),
    enabled: &'static str,
}

static DOC: Doc = Doc {
    name: "event trigger",
    summary: "An event trigger, which runs when somebody changes the schema. Only a superuser can make one.",
    manual: "sql-createeventtrigger",
    place: Place::Top("event_triggers"),
    // After everything else, so that it does not run on what the tool itself creates.
    rank: Rank::Note,
    main_key: None,
    keys: &[
        KeyDoc::new(
            "event",
            Shape::Name,
            "`ddl_command_start`, `ddl_command_end`, `table_rewrite`, `sql_drop`, or `login` (PostgreSQL 17)",
        ),
        KeyDoc::new("tags", Shape::Names, "the commands it is for, `\"CREATE TABLE\"`; all if not given"),
        KeyDoc::new("call", Shape::Name, "the function it calls"),
        KeyDoc::new(
            "enabled",
            Shape::OneOf(&["yes", "no", "always", "replica"]),
            "whether it fires; `yes` if not given",
        ),
    ],
    features: &[("event", Feature::LoginEventTrigger)],
    example: "[functions.\"seen()\"]\nreturns = \"event_trigger\"\nlanguage = \"plpgsql\"\nbody = \"begin end\"\n\n\
              [event_triggers.seen]\nevent = \"ddl_command_end\"\ntags = [\"CREATE TABLE\"]\ncall = \"seen()\"\n",
};

impl Room for EventTrigger {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let event = reader.required("event");
        let tags = reader.strings("tags").into_iter().map(|(tag, _)| tag.trim().to_uppercase()).collect();
        let call = reader.required("call");
        let enabled = reader.one_of("enabled", FIRING).unwrap_or("yes");
        let (Some((event, place)), Some((call, _))) = (event, call) else { return };
        let event = event.trim().to_lowercase();
        if event == "login" {
            item.want(Feature::LoginEventTrigger, place);
        }
        let function = item.resolve(call.trim().trim_end_matches("()").trim_end());
        item.need(Address::new("function", [&function.0, &format!("{}()", function.1)]));
        item.declare(Body { event, tags, function, enabled });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let seat = self.seat()?;
        Some(format!(
            "SELECT v.evtname AS name, v.evtevent AS event, to_json(v.evttags) AS tags, v.evtenabled AS enabled, \
             fn.nspname AS function_schema, p.proname AS function FROM {} JOIN pg_proc p ON p.oid = v.evtfoid \
             JOIN pg_namespace fn ON fn.oid = p.pronamespace WHERE {} ORDER BY v.oid",
            seat.from,
            seat.condition(server)
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_event_trigger",
            oid: "v.oid",
            from: "pg_event_trigger v",
            path: "v.evtname",
            member: ("pg_event_trigger", "v.oid"),
            owner: Some("v.evtowner"),
            ..Seat::BARE
        })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let (schema, name) = (row.text("function_schema"), row.text("function"));
        let body = Body {
            event: row.text("event").to_string(),
            tags: row.list("tags").into_iter().collect(),
            function: (schema.to_string(), name.to_string()),
            enabled: firing(row.text("enabled")),
        };
        let function = Address::new("function", [schema, &format!("{name}()")]);
        out.model.insert(Entry::new(Address::new(DOC.name, [row.text("name")]), body).needing(function));
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { event, tags, function: (schema, name), enabled } = observed;
        draft.text("event", event);
        draft.list("tags", tags);
        draft.text("call", format!("{}()", draft.name(schema, name)));
        draft.word("enabled", enabled, "yes");
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { event, tags, function: (schema, name), enabled } = desired;
        let list: Vec<String> = tags.iter().map(|tag| literal(tag)).collect();
        let sql = Phrase::from("CREATE EVENT TRIGGER ")
            .ident(at.name())
            .raw(" ON ")
            .ident(event)
            .when(!list.is_empty(), &format!(" WHEN TAG IN ({})", list.join(", ")))
            .raw(format!(" EXECUTE FUNCTION {}()", qualified(schema, name)));
        let mut statements = vec![Statement::new(Form::Catalog, sql)];
        if *enabled != "yes" {
            statements.push(enable(at, enabled));
        }
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { event, tags, function, enabled } = desired;
        let called = |(schema, name): &(String, String)| qualified(schema, name);
        out.replaced("event", &observed.event, event);
        out.replaced("tags", &observed.tags, tags);
        out.replaced("call", &called(&observed.function), &called(function));
        if out.is_empty() {
            out.attribute("enabled", &observed.enabled, enabled, || vec![enable(at, enabled).into()]);
        }
    }

    fn rights(&self, _: &Address, _: &Body, _: Action, cx: &Cx<'_>) -> Vec<Right> {
        vec![Right::superuser("an event trigger", cx)]
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        let sql = format!("DROP EVENT TRIGGER {}", ident(at.name()));
        vec![Statement::new(Form::DropEventTrigger, sql).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql = format!("ALTER EVENT TRIGGER {} RENAME TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::new(Form::Catalog, sql).into()])
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        follow_routine(&mut body.function, "()", ["function", "schema"], from, to);
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("EVENT TRIGGER {}", ident(at.name())))
    }
}

fn enable(at: &Address, enabled: &str) -> Statement {
    let verb = firing_verb(enabled);
    Statement::new(Form::Catalog, format!("ALTER EVENT TRIGGER {} {verb}", ident(at.name())))
}
