//! Comments: a kind about any address.

use crate::delta::{Action, Alteration};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, REMARK, Rank, Right, Room, Row, Seat, Server, Undeclared, read_remark,
    remark, right,
};
use crate::model::{Address, Entry, Observed};
use crate::sql::{Form, LONGEST_TEXT, literal};
use crate::statement::{Statement, Step};

/// The room.
pub struct Comment;

/// A comment.
#[derive(Debug, Clone)]
pub struct Body {
    text: String,
}

static DOC: Doc = Doc {
    name: "comment",
    summary: "A comment, on any object: `comment = \"…\"`.",
    manual: "sql-comment",
    place: Place::OnAny("comment"),
    rank: Rank::Note,
    main_key: Some("text"),
    keys: &[REMARK],
    features: &[],
    example: "[tables.events]\ncomment = \"what happens where\"\n\n[tables.events.columns]\n\
              name = { type = \"text\", comment = \"as printed on the poster\" }\n",
};

impl Room for Comment {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        if let Some(text) = read_remark(item) {
            item.declare(Body { text });
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let branch = |seat: &Seat| {
            let Seat { kind, class, oid, column, from, path, .. } = seat;
            // What belongs to the whole cluster has its comments elsewhere.
            let (comments, column) = match *class {
                "pg_authid" => ("pg_shdescription", String::new()),
                _ => ("pg_description", format!("AND d.objsubid = {column} ")),
            };
            format!(
                "SELECT {} AS kind, to_json(ARRAY[{path}]::text[])::text AS path, d.description AS text \
                 FROM {from} JOIN {comments} d ON d.classoid = '{class}'::regclass AND d.objoid = {oid} {column}\
                 AND octet_length(d.description) <= {LONGEST_TEXT} WHERE {}",
                literal(kind),
                seat.condition(server)
            )
        };
        let branches: Vec<String> = server.taken_seats().map(branch).collect();
        let all = branches.join(" UNION ALL ");
        Some(format!("SELECT * FROM ({all}) all_of_them ORDER BY kind COLLATE \"C\", path COLLATE \"C\""))
    }

    fn catalogs(&self, at: &Address) -> &'static [&'static str] {
        match at.subject().map(|subject| subject.kind) {
            Some("role") => &["pg_shdescription"],
            _ => &["pg_description"],
        }
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let text = row.text("text").to_string();
        let Some(kind) = server.kind(row.text("kind")) else { return };
        let subject = Address::new(kind, row.list("path"));
        let address = Address::about(DOC.name, Vec::<String>::new(), subject.clone());
        out.model.insert(Entry::new(address, Body { text }).part_of(subject));
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { text } = observed;
        // An extension brings its own comment; so does the schema that every database is born with.
        let brought = at.subject().is_some_and(|subject| {
            subject.kind == "extension" || subject.kind == "schema" && text == "standard public schema"
        });
        if brought {
            draft.leave_out();
        }
        draft.text("text", text);
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        say(at, Some(&desired.text), cx)
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { text } = desired;
        out.attribute("text", &observed.text, text, || say(at, Some(text), cx));
    }

    fn rights(&self, at: &Address, _: &Body, _: Action, cx: &Cx<'_>) -> Vec<Right> {
        let Some(subject) = at.subject() else { return Vec::new() };
        if let Some(owned) = right::owned(subject, cx) {
            return vec![Right::Own(owned)];
        }
        // What nobody owns is commented by who may alter it.
        let entry = cx.desired.get(subject).or_else(|| cx.observed.model.get(subject));
        let rights = |entry: &Entry| {
            Some(cx.registry.get(subject.kind)?.rights(subject, &*entry.body, Action::Alter, cx))
        };
        entry.and_then(rights).unwrap_or_default()
    }

    fn drop(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Step> {
        say(at, None, cx)
    }

    fn undeclared(&self, at: &Address, body: &Body, _: &Cx<'_>) -> Undeclared {
        let brought = match at.subject().map(|subject| subject.kind) {
            // An extension brings its own comment.
            Some("extension") => true,
            // So does schema `public`.
            Some("schema") => body.text == "standard public schema",
            _ => false,
        };
        if brought { Undeclared::Ignore } else { Undeclared::Drift }
    }
}

fn say(at: &Address, text: Option<&str>, cx: &Cx<'_>) -> Vec<Step> {
    let Some(subject) = at.subject() else { return Vec::new() };
    let Some(kind) = cx.registry.get(subject.kind) else { return Vec::new() };
    let Some(identity) = kind.identity(subject) else { return Vec::new() };
    let identity = match cx.attribute(subject, "called") {
        Some(called) => format!("{called} {}", subject.relation()),
        None => identity,
    };
    let sql = remark(&identity, text);
    let table = Address::new("table", subject.path().iter().take(2).cloned());
    let statement = match subject.kind {
        "table" | "column" | "index" => Statement::on(&table, Form::Comment, sql),
        _ => Statement::new(Form::Catalog, sql),
    };
    vec![statement.into()]
}
