//! Enum types.

mod rebuild;

use crate::delta::{Alteration, Change};
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, rename_plain};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Node, Shape, Span, Value};
use crate::sql::{Form, MAX_NAME_BYTES, Phrase, literal, qualified};
use crate::statement::{Statement, Step};
use rebuild::Users;

/// The room.
pub struct Enum;

/// One label; the desired one may say what it was called before.
#[derive(Debug, Clone)]
pub struct Label {
    name: String,
    renamed_from: Option<String>,
}

/// An enum type is its labels, in order.
#[derive(Debug, Clone)]
pub struct Body {
    labels: Vec<Label>,
    /// Observed: what is made of it.
    users: Users,
    span: Option<Span>,
}

static DOC: Doc = Doc {
    name: "enum",
    summary: "An enum type: its labels in order. New labels are added in place, anywhere in the order; a label is \
              renamed by `{ name = \"approved\", renamed_from = \"ok\" }`. Where a label goes, or stands elsewhere, the \
              type is made anew, with the domains and composite types that are made of it, and all their columns are \
              converted, which writes their tables anew; a label that goes needs \
              consent `narrow`, and no row may hold it.",
    manual: "datatype-enum",
    place: Place::InSchema("enums"),
    rank: Rank::Type,
    main_key: Some("labels"),
    keys: &[KeyDoc::new("labels", Shape::Any, "the labels, in order")],
    features: &[],
    example: "[enums]\ntriage_status = [\"new\", \"triaged\", { name = \"approved\", renamed_from = \"ok\" }]\n",
};

impl Room for Enum {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let node = item.reader().node("labels");
        let Some(Node { value: Value::Array(items), span }) = node else {
            let at = node.map_or(item.span, |node| node.span);
            item.problems.add(at, "an enum wants an array of labels");
            return;
        };
        let mut labels: Vec<Label> = Vec::new();
        for entry in items {
            let Some(label) = read_label(entry) else {
                let message = "a label is a string, or `{ name = \"…\", renamed_from = \"…\" }`";
                item.problems.add(entry.span, message);
                continue;
            };
            if labels.iter().any(|earlier| earlier.name == label.name) {
                item.problems.add(entry.span, format!("the label `{}` is given twice", label.name));
            } else if label.name.len() > MAX_NAME_BYTES {
                item.problems.add(entry.span, "a label has at most 63 bytes");
            } else {
                labels.push(label);
            }
        }
        item.declare(Body { labels, users: Users::default(), span: Some(*span) });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_type", "t.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, t.typname AS name, \
             (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid) AS labels, \
             {} \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND {ours} AND {own} \
             ORDER BY t.oid",
            rebuild::query(server)
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat::TYPE)
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_enum"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let labels = row.list("labels").into_iter().map(|name| Label { name, renamed_from: None }).collect();
        let address = Address::new(DOC.name, [row.text("schema"), row.text("name")]);
        let users = rebuild::users(row, server);
        // What is made anew converts all its columns, so those that go do so afterwards.
        let uses = users.uses();
        out.model.insert(Entry { uses, ..Entry::new(address, Body { labels, users, span: None }) });
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { labels, users: _, span: _ } = observed;
        draft.array("labels", labels.iter().map(|label| label.name.as_str()));
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![create_type(at, desired).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { labels, users: _, span: _ } = desired;
        let mut have: Vec<String> = observed.labels.iter().map(|label| label.name.clone()).collect();
        for label in labels {
            rename(at, label, &mut have, out);
        }
        let want: Vec<String> = labels.iter().map(|label| label.name.clone()).collect();
        let kept: Vec<&String> = want.iter().filter(|label| have.contains(label)).collect();
        if !kept.iter().copied().eq(have.iter()) {
            return rebuild::rebuild(at, desired, observed, &have, cx, out);
        }
        for (number, label) in want.iter().enumerate().filter(|(_, label)| !have.contains(label)) {
            let sql = Phrase::from("ALTER TYPE ").raw(name(at)).raw(" ADD VALUE ").literal(label);
            let next = want[number + 1..].iter().find(|later| have.contains(later));
            let sql = sql.with(next, |sql, next| sql.raw(" BEFORE ").literal(next));
            let change = Change { attribute: "label", from: None, to: Some(label.clone()) };
            out.note(change, vec![Statement::new(Form::EnumAddValue, sql).into()]);
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP TYPE {}", name(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename_plain([from, at], Form::Catalog, &|it| format!("TYPE {}", name(it)), cx)
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        body.users.follow(from, to);
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("TYPE {}", name(at)))
    }
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}

fn create_type(at: &Address, desired: &Body) -> Statement {
    let labels: Vec<String> = desired.labels.iter().map(|label| literal(&label.name)).collect();
    Statement::new(Form::Create, format!("CREATE TYPE {} AS ENUM ({})", name(at), labels.join(", ")))
}

fn read_label(node: &Node) -> Option<Label> {
    match &node.value {
        Value::String(name) => Some(Label { name: name.clone(), renamed_from: None }),
        Value::Table(table) if table.entries.len() == 2 => Some(Label {
            name: table.get("name")?.as_str()?.to_string(),
            renamed_from: Some(table.get("renamed_from")?.as_str()?.to_string()),
        }),
        _ => None,
    }
}

fn rename(at: &Address, label: &Label, have: &mut [String], out: &mut Alteration) {
    let Some(from) = &label.renamed_from else { return };
    if have.contains(&label.name) {
        return;
    }
    if let Some(there) = have.iter_mut().find(|there| *there == from) {
        let sql = Phrase::from("ALTER TYPE ").raw(name(at)).raw(" RENAME VALUE ").literal(from);
        let sql = sql.raw(" TO ").literal(&label.name);
        let change = Change { attribute: "label", from: Some(from.clone()), to: Some(label.name.clone()) };
        out.note(change, vec![Statement::new(Form::EnumRenameValue, sql).into()]);
        there.clone_from(&label.name);
    }
}
