//! Composite types: rows without a table.

use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::{
    Collation, Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit, as_list, inline,
    rename_plain,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{Key, KeyDoc, Node, Shape, Span, Value};
use crate::sql::{Form, Fragment, Phrase, qualified};
use crate::statement::{Statement, Step};
use std::collections::BTreeSet;

/// The room.
pub struct Composite;

/// An attribute; the desired one may say what it was called before.
#[derive(Debug, Clone)]
pub struct Attribute {
    name: String,
    data_type: Fragment,
    collation: Option<Collation>,
    renamed_from: Option<String>,
}

/// A composite type is its attributes, in order.
#[derive(Debug, Clone)]
pub struct Body {
    attributes: Vec<Attribute>,
    /// Desired: attributes that must not be there.
    absent: BTreeSet<String>,
    /// Observed: `schema.table.column` of what is of this type.
    columns: Vec<String>,
    /// Observed: `schema.table` of tables that are made of it.
    tables: Vec<String>,
    span: Option<Span>,
}

static DOC: Doc = Doc {
    name: "composite type",
    summary: "A composite type: its attributes in order, each `name = \"type\"` or `{ type, collation, renamed_from }`. \
              New ones come last. PostgreSQL cannot change the type of an attribute while a column is of this type.",
    manual: "rowtypes",
    place: Place::InSchema("composite_types"),
    rank: Rank::Type,
    main_key: None,
    keys: &[KeyDoc::new(
        "attributes",
        Shape::Table,
        "its attributes by name, in order; `{ absent = true }` takes one away; others are drift",
    )],
    features: &[],
    example: "[composite_types.address]\nattributes = { street = \"text\", \
              town = { type = \"text\", collation = \"C\" } }\n",
};

impl Room for Composite {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let span = reader.span_of("attributes");
        let (mut attributes, mut absent, mut collations) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (key, node) in reader.table("attributes").into_iter().flat_map(|table| &table.entries) {
            match read_attribute(&key.name, node) {
                Some(Some(attribute)) => {
                    let collation = node.as_table().and_then(|table| table.get("collation"));
                    let collation = collation.and_then(|node| Some((node.as_str()?, node.span)));
                    collations.extend(collation.map(|(text, span)| (attributes.len(), text, span)));
                    attributes.push(attribute);
                }
                Some(None) => _ = absent.insert(key.name.clone()),
                None => {
                    let message = "an attribute is a type, `{ type = \"…\", collation = \"…\", renamed_from = \"…\" }`, \
                                   or `{ absent = true }`";
                    reader.problems().add(node.span, message);
                }
            }
        }
        for (number, text, span) in collations {
            attributes[number].collation = Some(Collation::read(item, "collation", text, span));
        }
        item.declare(Body { attributes, absent, columns: Vec::new(), tables: Vec::new(), span: Some(span) });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_type", "t.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, t.typname AS name, (SELECT json_agg(json_build_array(a.attname, \
             format_type(a.atttypid, a.atttypmod), CASE WHEN a.attcollation <> b.typcollation THEN {} END) \
             ORDER BY a.attnum) FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid \
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes, \
             (SELECT json_agg(concat_ws('.', un.nspname, u.relname, a.attname) ORDER BY u.oid, a.attnum) \
             FROM pg_attribute a JOIN pg_class u ON u.oid = a.attrelid JOIN pg_namespace un ON un.oid = u.relnamespace \
             WHERE a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped AND u.relkind IN ('r', 'p', 'm', 'f')) \
             AS columns, (SELECT json_agg(concat_ws('.', un.nspname, u.relname) ORDER BY u.oid) FROM pg_class u \
             JOIN pg_namespace un ON un.oid = u.relnamespace WHERE u.reloftype = t.oid) AS tables, \
             {} AS needs FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c' AND {ours} AND {own} ORDER BY t.oid",
            Collation::query("a.attcollation"),
            needs::query("pg_class", "c.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        let only = "t.typtype = 'c' AND EXISTS (SELECT FROM pg_class r WHERE r.oid = t.typrelid AND r.relkind = 'c')";
        Some(Seat { only, ..Seat::TYPE })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let attributes: Vec<(String, String, Option<String>)> = row.parsed("attributes");
        let attribute = |(name, of, collation): (String, String, Option<String>)| Attribute {
            name,
            data_type: Fragment::plain(of),
            collation: collation.map(Collation::printed),
            renamed_from: None,
        };
        let body = Body {
            attributes: attributes.into_iter().map(attribute).collect(),
            absent: BTreeSet::new(),
            columns: row.list("columns"),
            tables: row.list("tables"),
            span: None,
        };
        let address = Address::new(DOC.name, [row.text("schema"), row.text("name")]);
        let collations = body.attributes.iter().filter_map(|attribute| attribute.collation.as_ref());
        let uses: Vec<Address> = collations.filter_map(|it| it.address("collation")).collect();
        let mut entry = Entry { uses, ..Entry::new(address.clone(), body) };
        entry.needs = needs::read(row, "needs", server);
        entry.needs.retain(|need| *need != address);
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { attributes, absent: _, columns: _, tables: _, span: _ } = observed;
        let attribute = |Attribute { name, data_type, collation, renamed_from: _ }: &Attribute| {
            let data_type = Value::String(data_type.text().to_string());
            let value = match collation {
                Some(collation) => {
                    inline([("type", data_type), ("collation", Value::String(collation.write(draft)))])
                }
                None => data_type,
            };
            (name.clone(), value)
        };
        let attributes: Vec<_> = attributes.iter().map(attribute).collect();
        draft.table("attributes", attributes);
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        for attribute in &mut body.attributes {
            let Attribute { name, data_type, collation, renamed_from } = attribute;
            // It may still be called otherwise.
            for name in [Some(&*name), renamed_from.as_ref()].into_iter().flatten() {
                visit(&format!("attribute {name}"), data_type, Context::Type);
                if let Some((fragment, context)) = collation.as_mut().map(Collation::fragment) {
                    visit(&format!("collation of {name}"), fragment, context);
                }
            }
        }
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let attributes: Vec<Phrase> = desired.attributes.iter().map(definition).collect();
        let sql = Phrase::from("CREATE TYPE ").raw(name(at)).raw(" AS (").joined(&attributes, ", ").raw(")");
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { attributes, absent, columns: _, tables: _, span } = desired;
        let mut have = observed.attributes.clone();
        for attribute in attributes {
            rename(at, attribute, &mut have, out);
        }
        let declared = |name: &String| attributes.iter().any(|attribute| attribute.name == *name);
        let prune = cx.prunes();
        let (goes, stays): (Vec<Attribute>, Vec<Attribute>) = have
            .into_iter()
            .partition(|there| !declared(&there.name) && (prune || absent.contains(&there.name)));
        for there in &goes {
            let change = Change { attribute: "attribute", from: Some(shown(there)), to: None };
            let sql = alter(at, " DROP ATTRIBUTE ").ident(&there.name);
            out.note(change, vec![Statement::new(Form::DropAttribute, sql).into()]);
        }
        for there in stays.iter().filter(|there| !declared(&there.name)) {
            out.drift(Change { attribute: "attribute", from: Some(shown(there)), to: None });
        }
        let kept: Vec<&Attribute> = stays.iter().filter(|there| declared(&there.name)).collect();
        let is_kept = |want: &&Attribute| kept.iter().any(|there| there.name == want.name);
        let first: Vec<&Attribute> = attributes.iter().take_while(is_kept).collect();
        let in_order =
            first.len() == kept.len() && first.iter().zip(&kept).all(|(want, there)| want.name == there.name);
        if !in_order {
            // New ones can only come last.
            let (from, to) = (names(&observed.attributes), names(attributes));
            return rebuild(at, Change { attribute: "attributes", from, to }, observed, *span, out);
        }
        for (want, there) in first.iter().zip(&kept) {
            if want.data_type == there.data_type && want.collation == there.collation {
                continue;
            }
            let change = Change { attribute: "attribute", from: Some(shown(there)), to: Some(shown(want)) };
            if !observed.columns.is_empty() {
                let span = want.data_type.span();
                return out.obstacle(change, in_use(at, &observed.columns[0], "retype an attribute", span));
            }
            let sql = alter(at, " ALTER ATTRIBUTE ").ident(&want.name).raw(" TYPE ");
            out.note(change, vec![Statement::new(Form::AlterComposite, sql.phrase(&typed(want))).into()]);
        }
        for want in &attributes[first.len()..] {
            let change = Change { attribute: "attribute", from: None, to: Some(shown(want)) };
            let sql = alter(at, " ADD ATTRIBUTE ").phrase(&definition(want));
            out.note(change, vec![Statement::new(Form::AlterComposite, sql).into()]);
        }
        if let (false, Some(table)) = (out.is_empty(), observed.tables.first()) {
            let change = Change { attribute: "attributes", from: None, to: None };
            out.obstacle(change, in_use(at, table, "change a type", *span));
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP TYPE {}", name(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename_plain([from, at], Form::AlterComposite, &|it| format!("TYPE {}", name(it)), cx)
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let names: Vec<&str> = body.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        (name == "parts").then(|| as_list(&names))
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("TYPE {}", name(at)))
    }
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}

fn alter(at: &Address, rest: &str) -> Phrase {
    Phrase::from("ALTER TYPE ").raw(name(at)).raw(rest)
}

fn typed(attribute: &Attribute) -> Phrase {
    Phrase::new()
        .fragment(&attribute.data_type)
        .with(attribute.collation.as_ref(), |sql, collation| sql.raw(" COLLATE ").fragment(collation.sql()))
}

fn definition(attribute: &Attribute) -> Phrase {
    Phrase::new().ident(&attribute.name).raw(" ").phrase(&typed(attribute))
}

fn shown(attribute: &Attribute) -> String {
    let Attribute { name, data_type, collation, renamed_from: _ } = attribute;
    let collation =
        collation.as_ref().map_or(String::new(), |collation| format!(" collate {}", collation.sql()));
    format!("{name} {data_type}{collation}")
}

fn names(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().map(|attribute| attribute.name.clone()).collect::<Vec<_>>().show()
}

/// An attribute, nothing for one that must not be there; nothing at all for what is neither.
fn read_attribute(name: &str, node: &Node) -> Option<Option<Attribute>> {
    let attribute = |text: &str, span: Span| Attribute {
        name: name.to_string(),
        data_type: Fragment::written(text, span),
        collation: None,
        renamed_from: None,
    };
    match &node.value {
        Value::String(text) => Some(Some(attribute(text, node.span))),
        Value::Table(table) => {
            if let Some(Value::Boolean(true)) = table.get("absent").map(|node| &node.value) {
                return (table.entries.len() == 1).then_some(None);
            }
            let known = ["type", "collation", "renamed_from"];
            let fits =
                |(key, node): &(Key, Node)| known.contains(&key.name.as_str()) && node.as_str().is_some();
            let of = table.get("type").filter(|_| table.entries.iter().all(fits))?;
            let renamed_from = table.get("renamed_from").and_then(Node::as_str).map(str::to_string);
            Some(Some(Attribute { renamed_from, ..attribute(of.as_str()?, of.span) }))
        }
        _ => None,
    }
}

fn rename(at: &Address, attribute: &Attribute, have: &mut [Attribute], out: &mut Alteration) {
    let Some(from) = &attribute.renamed_from else { return };
    if have.iter().any(|there| there.name == attribute.name) {
        return;
    }
    if let Some(there) = have.iter_mut().find(|there| there.name == *from) {
        let sql = alter(at, " RENAME ATTRIBUTE ").ident(from).raw(" TO ").ident(&attribute.name);
        let change =
            Change { attribute: "attribute", from: Some(from.clone()), to: Some(attribute.name.clone()) };
        out.note(change, vec![Statement::new(Form::AlterComposite, sql).into()]);
        there.name.clone_from(&attribute.name);
    }
}

/// What no ALTER TYPE can bring about: the type is made anew, unless something is of it.
fn rebuild(at: &Address, change: Change, observed: &Body, span: Option<Span>, out: &mut Alteration) {
    match observed.columns.first().or(observed.tables.first()) {
        Some(user) => out.obstacle(change, in_use(at, user, "reorder the attributes of a type", span)),
        None => out.replaced(change.attribute, &change.from, &change.to),
    }
}

fn in_use(at: &Address, user: &str, what: &str, span: Option<Span>) -> Obstacle {
    Obstacle {
        message: format!("`{user}` is of `{at}`, which is another in the file"),
        hint: format!(
            "PostgreSQL cannot {what} that is in use; declare a type of another name, or add new attributes at the end"
        ),
        span,
    }
}
