//! Comments on what is part of an object without being one in the file: columns of views, attributes of composite types,
//! checks of domains, the indexes of keys and the sequences of columns of tables.

use crate::delta::{Alteration, Change};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, REMARK, Rank, Room, Row, Server, from_list, read_remark, remark,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::sql::{Form, LONGEST_TEXT, ident, qualified, sequence_of_a_column};
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
const TABLE: &str = "table";
/// What has an index of the same name.
const KEYS: &[&str] = &["primary key", "unique constraint", "exclusion constraint"];

static DOC: Doc = Doc {
    name: "part comment",
    summary: "A comment on a column of a view or a materialized view, on an attribute of a composite type, on a check of a \
              domain, or, of a table, on the index of a key or the sequence of a column, by its name: \
              `comments = { id = \"…\" }`.",
    manual: "sql-comment",
    place: Place::Children {
        of: &["view", "materialized view", "composite type", DOMAIN, TABLE],
        key: "comments",
    },
    rank: Rank::Note,
    main_key: Some("text"),
    keys: &[REMARK],
    features: &[],
    example: "[views.answer]\nquery = \"select 42 as value\"\ncomments = { value = \"of everything\" }\n\n\
              [domains.percentage]\ntype = \"integer\"\nchecks = { percentage_range = \"value between 0 and 100\" }\n\
              comments = { percentage_range = \"nothing is more than whole\" }\n\n\
              [tables.events]\ncomments = { events_pkey = \"the index\", events_id_seq = \"the sequence\" }\n\n\
              [tables.events.columns]\nid = { type = \"serial\", primary_key = true }\n",
};

impl Room for PartComment {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.as_ref().map(|host| host.kind) else { return };
        let Some(text) = read_remark(item) else { return };
        if host == TABLE {
            let path = item.address.path().to_vec();
            KEYS.iter().for_each(|kind| item.need(Address::new(kind, path.iter().cloned())));
        }
        item.declare(Body { text, host });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let ours = server.in_schemas("n.nspname");
        let short = format!("octet_length(d.description) <= {LONGEST_TEXT}");
        let [of_relation, of_type] =
            [("pg_class", "c.oid"), ("pg_type", "t.oid")].map(|(class, oid)| server.is_read(class, oid));
        Some(format!(
            "SELECT {} AS kind, n.nspname AS schema, c.relname AS object, a.attname AS name, d.description AS text, \
             '' AS of, NULL::name AS part \
             FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid \
             WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0 AND c.relkind IN ('v', 'm', 'c') \
             AND {ours} AND {short} AND {of_relation} UNION ALL \
             SELECT '{DOMAIN}', n.nspname, t.typname, k.conname, d.description, '', NULL \
             FROM pg_description d JOIN pg_constraint k ON k.oid = d.objoid AND k.contype = 'c' \
             JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE d.classoid = 'pg_constraint'::regclass AND {ours} AND {short} AND {of_type} UNION ALL \
             SELECT '{TABLE}', n.nspname, c.relname, k.conname, d.description, \
             CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' ELSE 'exclusion constraint' END, k.conname \
             FROM pg_description d JOIN pg_constraint k ON k.conindid = d.objoid AND k.contype IN ('p', 'u', 'x') \
             AND k.conparentid = 0 JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0 AND {ours} AND {short} AND {of_relation} UNION ALL \
             SELECT '{TABLE}', n.nspname, th.relname, c.relname, d.description, 'column', ta.attname \
             FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_depend td ON td.objid = c.oid \
             AND td.classid = 'pg_class'::regclass AND td.refclassid = 'pg_class'::regclass AND td.refobjsubid > 0 \
             AND td.deptype IN ('a', 'i') JOIN pg_class th ON th.oid = td.refobjid JOIN pg_namespace n ON n.oid = th.relnamespace \
             JOIN pg_attribute ta ON ta.attrelid = th.oid AND ta.attnum = td.refobjsubid \
             WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0 AND c.relnamespace = n.oid AND {ours} AND {short} AND {of_relation} AND {} \
             ORDER BY 2, 3, 4",
            needs::kind_of_relation("c"),
            sequence_of_a_column()
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
        let entry = Entry::new(Address::new(DOC.name, path), body);
        // It goes with the key or the column, where that is an object of its own.
        let part = ["column"].into_iter().chain(KEYS.iter().copied()).find(|kind| *kind == row.text("of"));
        out.model.insert(match part {
            Some(kind) => {
                entry.part_of(Address::new(kind, [path[0], path[1], row.text("part")])).needing(host)
            }
            None => entry.part_of(host),
        });
    }

    fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address> {
        (KEYS.contains(&from.kind) && at.path() == from.path()).then(|| Address::new(DOC.name, to.path()))
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { text, host: _ } = observed;
        draft.text("text", text);
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        // What is told of a part that goes does not come back with the whole.
        if cx.desired.contains(at) || stays(at, desired, cx) {
            say(at, desired.host, Some(&desired.text), cx)
        } else {
            Vec::new()
        }
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { text, host } = desired;
        out.attribute("text", &observed.text, text, || say(at, host, Some(text), cx));
        // A check that is replaced takes its comment along.
        let (domain, check) = (at.host(host), format!("check {}", at.name()));
        let (from, to) = (cx.observed_attribute(&domain, &check), cx.attribute(&domain, &check));
        if out.is_empty() && from != to {
            out.note(Change { attribute: "check", from, to }, say(at, host, Some(text), cx));
        }
    }

    fn drop(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
        if stays(at, observed, cx) { say(at, observed.host, None, cx) } else { Vec::new() }
    }
}

/// Whether what it is about is there afterwards.
fn stays(at: &Address, body: &Body, cx: &Cx<'_>) -> bool {
    match cx.attribute(&at.host(body.host), "parts") {
        Some(parts) => from_list(&parts).iter().any(|part| part == at.name()),
        None => true,
    }
}

fn say(at: &Address, host: &str, text: Option<&str>, cx: &Cx<'_>) -> Vec<Step> {
    let object = qualified(at.schema(), at.path().get(1).map_or("", String::as_str));
    let name = ident(at.name());
    let part = match host {
        DOMAIN => format!("CONSTRAINT {name} ON DOMAIN {object}"),
        TABLE => {
            let there = |at: &Address| cx.observed.model.contains(at) || cx.desired.contains(at);
            let is_key = KEYS.iter().any(|kind| there(&Address::new(kind, at.path())));
            let sort = if is_key { "INDEX" } else { "SEQUENCE" };
            format!("{sort} {}", qualified(at.schema(), at.name()))
        }
        _ => format!("COLUMN {object}.{name}"),
    };
    vec![Statement::new(Form::Catalog, remark(&part, text)).into()]
}
