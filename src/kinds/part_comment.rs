//! Comments on what is part of an object without being one in the file: columns of views, attributes of composite types,
//! checks of domains.

use crate::delta::{Alteration, Change};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, REMARK, Rank, Room, Row, Server, from_list, read_remark, remark,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::sql::{Form, ident, not_of_extension, qualified};
use crate::statement::{Statement, Step};

/// The room.
pub struct PartComment;

/// A comment.
#[derive(Debug, Clone)]
pub struct Body {
    text: String,
    /// The kind of what it is a part of.
    host: &'static str,
}

const DOMAIN: &str = "domain";

static DOC: Doc = Doc {
    name: "part comment",
    summary: "A comment on a column of a view or a materialized view, on an attribute of a composite type, or on a check of \
              a domain, by its name: `comments = { id = \"…\" }`.",
    manual: "sql-comment",
    place: Place::Children { of: &["view", "materialized view", "composite type", DOMAIN], key: "comments" },
    rank: Rank::Note,
    main_key: Some("text"),
    keys: &[REMARK],
    features: &[],
    example: "[views.answer]\nquery = \"select 42 as value\"\ncomments = { value = \"of everything\" }\n\n\
              [domains.percentage]\ntype = \"integer\"\nchecks = { percentage_range = \"value between 0 and 100\" }\n\
              comments = { percentage_range = \"nothing is more than whole\" }\n",
};

impl Room for PartComment {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.as_ref().map(|host| host.kind) else { return };
        if let Some(text) = read_remark(item) {
            item.declare(Body { text, host });
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let ours = server.in_schemas("n.nspname");
        let [of_relation, of_type] =
            [("pg_class", "c.oid"), ("pg_type", "t.oid")].map(|(class, oid)| not_of_extension(class, oid));
        Some(format!(
            "SELECT {} AS kind, n.nspname AS schema, c.relname AS object, a.attname AS name, d.description AS text \
             FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid \
             WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0 AND c.relkind IN ('v', 'm', 'c') \
             AND {ours} AND {of_relation} UNION ALL \
             SELECT '{DOMAIN}', n.nspname, t.typname, k.conname, d.description \
             FROM pg_description d JOIN pg_constraint k ON k.oid = d.objoid AND k.contype = 'c' \
             JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE d.classoid = 'pg_constraint'::regclass AND {ours} AND {of_type} \
             ORDER BY 2, 3, 4",
            needs::kind_of_relation("c")
        ))
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_description"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let Some(host) = server.kind(row.text("kind")) else { return };
        let path = [row.text("schema"), row.text("object"), row.text("name")];
        let body = Body { text: row.text("text").to_string(), host };
        let host = Address::new(host, [path[0], path[1]]);
        out.model.insert(Entry::new(Address::new(DOC.name, path), body).part_of(host));
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { text, host: _ } = observed;
        draft.text("text", text);
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        // What is told of a part that goes does not come back with the whole.
        if cx.desired.contains(at) || stays(at, desired, cx) {
            say(at, desired.host, Some(&desired.text))
        } else {
            Vec::new()
        }
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { text, host } = desired;
        out.attribute("text", &observed.text, text, || say(at, host, Some(text)));
        // A check that is replaced takes its comment along.
        let (domain, check) = (at.host(host), format!("check {}", at.name()));
        let (from, to) = (cx.observed_attribute(&domain, &check), cx.attribute(&domain, &check));
        if out.is_empty() && from != to {
            out.note(Change { attribute: "check", from, to }, say(at, host, Some(text)));
        }
    }

    fn drop(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
        if stays(at, observed, cx) { say(at, observed.host, None) } else { Vec::new() }
    }
}

/// Whether what it is about is there afterwards.
fn stays(at: &Address, body: &Body, cx: &Cx<'_>) -> bool {
    match cx.attribute(&at.host(body.host), "parts") {
        Some(parts) => from_list(&parts).iter().any(|part| part == at.name()),
        None => true,
    }
}

fn say(at: &Address, host: &str, text: Option<&str>) -> Vec<Step> {
    let object = qualified(at.schema(), at.path().get(1).map_or("", String::as_str));
    let name = ident(at.name());
    let part = match host {
        DOMAIN => format!("CONSTRAINT {name} ON DOMAIN {object}"),
        _ => format!("COLUMN {object}.{name}"),
    };
    vec![Statement::new(Form::Catalog, remark(&part, text)).into()]
}
