//! Publications: what logical replication gives to subscribers.

use crate::delta::{Action, Alteration, Change};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Seat, Server, Visit, inline, unwrapped,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::pg::Feature;
use crate::source::{KeyDoc, Node, Reader, Shape, Value};
use crate::sql::{Form, Fragment, Phrase, ident, idents, qualified};
use crate::statement::{Statement, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The room.
pub struct Publication;

/// A publication.
#[derive(Debug, Clone)]
pub struct Body {
    all_tables: bool,
    /// By schema and name.
    tables: BTreeMap<[String; 2], Published>,
    schemas: BTreeSet<String>,
    publish: BTreeSet<&'static str>,
    via_partition_root: bool,
    generated_columns: &'static str,
}

/// What is published of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Published {
    /// All if there are none.
    columns: BTreeSet<String>,
    condition: Option<Fragment>,
}

/// A published table as the catalog query gives it: schema, name, columns, condition.
type Listed = (String, String, Option<Vec<String>>, Option<String>);

const OPERATIONS: &[&str] = &["delete", "insert", "truncate", "update"];
const GENERATED: &[(&str, &str)] = &[("none", "none"), ("stored", "stored")];

static DOC: Doc = Doc {
    name: "publication",
    summary: "A publication: what logical replication gives to subscribers. A bare list is its tables. Tables that the \
              file does not name are drift.",
    manual: "sql-createpublication",
    place: Place::Top("publications"),
    rank: Rank::Policy,
    main_key: Some("tables"),
    keys: &[
        KeyDoc::new(
            "tables",
            Shape::Any,
            "a list of tables; or a table by table: `{ events = { columns = [\"id\"], where = \"id > 0\" } }` \
             (PostgreSQL 15)",
        ),
        KeyDoc::new("all_tables", Shape::Boolean, "every table, those to come included"),
        KeyDoc::new("schemas", Shape::Names, "schemas all of whose tables are published (PostgreSQL 15)"),
        KeyDoc::new("publish", Shape::Names, "`insert`, `update`, `delete`, `truncate`; all if not given"),
        KeyDoc::new(
            "via_partition_root",
            Shape::Boolean,
            "changes of partitions are published as those of the partitioned table",
        ),
        KeyDoc::new(
            "generated_columns",
            Shape::OneOf(&["none", "stored"]),
            "whether stored generated columns are published; `none` if not given (PostgreSQL 18)",
        ),
    ],
    features: &[
        ("tables", Feature::PublicationColumnList),
        ("schemas", Feature::PublicationSchemas),
        ("generated_columns", Feature::PublishGeneratedColumns),
    ],
    example: "[tables.events.columns]\nid = { type = \"bigint\", primary_key = true }\n\n[publications]\n\
              changes = [\"events\"]\n",
};

impl Room for Publication {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let tables = tables(item);
        let mut reader = item.reader();
        let all_tables = reader.flag("all_tables");
        let schemas = reader.strings("schemas");
        let mut publish = BTreeSet::new();
        for (word, span) in reader.strings("publish") {
            match OPERATIONS.iter().find(|known| **known == word.trim().to_lowercase()) {
                Some(known) => _ = publish.insert(*known),
                None => {
                    let message = format!("`{word}` is nothing that can be published");
                    reader.problems().add_with_suggestion(span, message, &word, OPERATIONS.iter().copied());
                }
            }
        }
        if !reader.has("publish") {
            publish.extend(OPERATIONS);
        }
        let via_partition_root = reader.flag("via_partition_root");
        let generated_columns = reader.one_of("generated_columns", GENERATED).unwrap_or("none");
        let late = [
            (Feature::PublicationSchemas, "schemas", !schemas.is_empty()),
            (Feature::PublishGeneratedColumns, "generated_columns", generated_columns != "none"),
        ];
        let late = late.map(|(feature, key, used)| (feature, reader.span_of(key), used));
        if all_tables && !(tables.is_empty() && schemas.is_empty()) {
            let span = reader.span_of("all_tables");
            reader.problems().add(span, "with `all_tables` there is nothing left to list");
        }
        for (feature, span, _) in late.into_iter().filter(|(.., used)| *used) {
            item.want(feature, span);
        }
        for (schema, span) in &schemas {
            item.refer(Address::new("schema", [schema]), *span);
        }
        let schemas = schemas.into_iter().map(|(name, _)| name).collect();
        item.declare(Body { all_tables, tables, schemas, publish, via_partition_root, generated_columns });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let generated = match server.has(Feature::PublishGeneratedColumns) {
            true => "p.pubgencols::text",
            false => "'n'",
        };
        let columns = match server.has(Feature::PublicationColumnList) {
            true => {
                "(SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid \
                 AND a.attnum = ANY (r.prattrs::int2[])), pg_get_expr(r.prqual, r.prrelid)"
            }
            false => "NULL, NULL",
        };
        let schemas = match server.has(Feature::PublicationSchemas) {
            true => {
                "(SELECT json_agg(pn.nspname ORDER BY s.oid) FROM pg_publication_namespace s JOIN pg_namespace pn ON pn.oid = s.pnnspid \
                 WHERE s.pnpubid = p.oid)"
            }
            false => "NULL",
        };
        let seat = self.seat()?;
        Some(format!(
            "SELECT p.pubname AS name, p.puballtables AS all_tables, p.pubinsert AS insert, p.pubupdate AS update, \
             p.pubdelete AS delete, p.pubtruncate AS truncate, p.pubviaroot AS via_partition_root, \
             {generated} AS generated_columns, {schemas} AS schemas, \
             (SELECT json_agg(json_build_array(tn.nspname, c.relname, {columns}) ORDER BY r.oid) FROM pg_publication_rel r \
             JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace tn ON tn.oid = c.relnamespace \
             WHERE r.prpubid = p.oid) AS tables, {} AS needs FROM {} WHERE {} ORDER BY p.oid",
            needs::query(
                "pg_publication_rel",
                "ANY (ARRAY(SELECT r.oid FROM pg_publication_rel r WHERE r.prpubid = p.oid))"
            ),
            seat.from,
            seat.condition(server)
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_publication",
            oid: "p.oid",
            from: "pg_publication p",
            path: "p.pubname",
            member: ("pg_publication", "p.oid"),
            owner: Some("p.pubowner"),
            ..Seat::BARE
        })
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_publication_rel", "pg_publication_namespace"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let list: Vec<Listed> = row.parsed("tables");
        let mut tables = BTreeMap::new();
        for (schema, name, columns, condition) in list {
            let columns: BTreeSet<String> = columns.unwrap_or_default().into_iter().collect();
            tables.insert([schema, name], Published { columns, condition: condition.map(Fragment::plain) });
        }
        let body = Body {
            all_tables: row.flag("all_tables"),
            tables,
            schemas: row.parsed::<Vec<String>>("schemas").into_iter().collect(),
            publish: OPERATIONS.iter().filter(|operation| row.flag(operation)).copied().collect(),
            via_partition_root: row.flag("via_partition_root"),
            generated_columns: if row.text("generated_columns") == "s" { "stored" } else { "none" },
        };
        let mut entry = Entry::new(Address::new(DOC.name, [row.text("name")]), body);
        entry.needs.extend(needs::read(row, "needs", server));
        // A column that goes is let go of first.
        entry.uses = entry.needs.iter().filter(|need| need.kind == "column").cloned().collect();
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { all_tables, tables, schemas, publish, via_partition_root, generated_columns } = observed;
        let plain = |published: &Published| published.columns.is_empty() && published.condition.is_none();
        let named = |[schema, name]: &[String; 2]| draft.name(schema, name);
        if tables.values().all(plain) {
            let names: Vec<String> = tables.keys().map(named).collect();
            draft.list("tables", names);
        } else {
            let list: Vec<(String, Value)> =
                tables.iter().map(|(table, published)| (named(table), published.value())).collect();
            draft.table("tables", list);
        }
        draft.flag("all_tables", *all_tables);
        draft.list("schemas", schemas);
        if publish.len() < OPERATIONS.len() {
            draft.array("publish", publish.iter().copied());
        }
        draft.flag("via_partition_root", *via_partition_root);
        draft.word("generated_columns", generated_columns, "none");
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        for (table, published) in &mut body.tables {
            if let Some(condition) = &mut published.condition {
                let name = format!("where {}", table.join("."));
                visit(&name, condition, Context::Row { table: Address::new("table", table.clone()) });
            }
        }
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { all_tables, tables, schemas, .. } = desired;
        let sql = Phrase::from("CREATE PUBLICATION ").ident(at.name());
        let sql = match *all_tables {
            true => sql.raw(" FOR ALL TABLES"),
            false => match objects(tables, schemas) {
                Some(objects) => sql.raw(" FOR ").phrase(&objects),
                None => sql,
            },
        };
        let options = options(desired);
        let sql = sql.when(!options.is_empty(), &format!(" WITH ({})", options.join(", ")));
        vec![Statement::new(Form::Publish, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { all_tables, tables, schemas, publish, via_partition_root, generated_columns } = desired;
        out.replaced("all_tables", &observed.all_tables, all_tables);
        if !out.is_empty() {
            return;
        }
        let alter = |rest: Phrase, form: Form| {
            let sql = Phrase::from("ALTER PUBLICATION ").ident(at.name()).phrase(&rest);
            vec![Statement::new(form, sql).into()]
        };
        let prune = cx.prunes();
        let (mut all, mut places) = (tables.clone(), schemas.clone());
        let more = observed.tables.iter().filter(|(table, _)| !tables.contains_key(*table));
        let beyond: Vec<String> = more.clone().map(|([schema, name], _)| qualified(schema, name)).collect();
        let more_schemas: Vec<String> = observed.schemas.difference(schemas).cloned().collect();
        if !prune {
            all.extend(more.map(|(table, published)| (table.clone(), published.clone())));
            places.extend(more_schemas.iter().cloned());
        }
        for (attribute, list) in [("tables", &beyond), ("schemas", &more_schemas)] {
            if !list.is_empty() && !prune {
                out.drift(Change { attribute, from: Some(list.join(", ")), to: None });
            }
        }
        if all != observed.tables || places != observed.schemas {
            let change = Change {
                attribute: "tables",
                from: Some(shown(&observed.tables, &observed.schemas)),
                to: Some(shown(&all, &places)),
            };
            let rest = match objects(&all, &places) {
                Some(objects) => Phrase::from(" SET ").phrase(&objects),
                None => {
                    let nothing = BTreeSet::new();
                    let bare = |(table, _): (&[String; 2], _)| (table.clone(), Published::whole());
                    let tables = observed.tables.iter().map(bare).collect();
                    let schemas = if places.is_empty() { &observed.schemas } else { &nothing };
                    Phrase::from(" DROP ").phrase(&objects(&tables, schemas).unwrap_or_default())
                }
            };
            out.note(change, alter(rest, Form::Publish));
        }
        let set = |name: &str, value: String| alter(format!(" SET ({name} = {value})").into(), Form::Catalog);
        out.attribute("publish", &words(&observed.publish), &words(publish), || {
            set("publish", format!("'{}'", words(publish)))
        });
        out.attribute("via_partition_root", &observed.via_partition_root, via_partition_root, || {
            set("publish_via_partition_root", via_partition_root.to_string())
        });
        out.attribute("generated_columns", &observed.generated_columns, generated_columns, || {
            set("publish_generated_columns", (*generated_columns).to_string())
        });
    }

    fn holds_fast(&self) -> bool {
        true
    }

    fn keep(&self, _: &Address, body: &mut Body, there: &Body, cx: &Cx<'_>) {
        if !cx.prunes() {
            let beyond = there.tables.iter().filter(|(table, _)| !body.tables.contains_key(*table));
            let beyond: Vec<_> =
                beyond.map(|(table, published)| (table.clone(), published.clone())).collect();
            body.tables.extend(beyond);
            body.schemas.extend(there.schemas.iter().cloned());
        }
    }

    fn rights(&self, at: &Address, body: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        let mut rights = match action {
            Action::Create => vec![Right::create_in_database(cx)],
            _ => vec![Right::Own(at.clone())],
        };
        if body.all_tables || !body.schemas.is_empty() {
            rights.push(Right::superuser("a publication of all tables", cx));
        }
        rights.extend(body.tables.keys().map(|table| Right::Own(Address::new("table", table))));
        rights
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        let sql = format!("DROP PUBLICATION {}", ident(at.name()));
        vec![Statement::new(Form::DropObject, sql).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql = format!("ALTER PUBLICATION {} RENAME TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::new(Form::Catalog, sql).into()])
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        match from.kind {
            "schema" => {
                if body.schemas.remove(from.name()) {
                    body.schemas.insert(to.name().to_string());
                }
                let moved = |(mut table, published): ([String; 2], Published)| {
                    if table[0] == from.name() {
                        table[0] = to.name().to_string();
                    }
                    (table, published)
                };
                body.tables = std::mem::take(&mut body.tables).into_iter().map(moved).collect();
            }
            "table" => {
                let key = [from.schema().to_string(), from.name().to_string()];
                if let Some(published) = body.tables.remove(&key) {
                    body.tables.insert([to.schema().to_string(), to.name().to_string()], published);
                }
            }
            "column" => {
                let key = [from.path()[0].clone(), from.path()[1].clone()];
                if let Some(published) = body.tables.get_mut(&key)
                    && published.columns.remove(from.name())
                {
                    published.columns.insert(to.name().to_string());
                }
            }
            _ => {}
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("PUBLICATION {}", ident(at.name())))
    }
}

impl Published {
    fn whole() -> Published {
        Published { columns: BTreeSet::new(), condition: None }
    }

    fn value(&self) -> Value {
        let Published { columns, condition } = self;
        let columns = (!columns.is_empty()).then(|| ("columns", Value::strings(columns)));
        let text = |condition: &Fragment| Value::String(unwrapped(condition.text()).to_string());
        inline(columns.into_iter().chain(condition.as_ref().map(|condition| ("where", text(condition)))))
    }
}

const TABLE_KEYS: &[KeyDoc] = &[
    KeyDoc::new("columns", Shape::Names, "the columns that are published"),
    KeyDoc::new("where", Shape::Sql, "which rows are published"),
];

/// The tables, and what of each; says what each needs.
fn tables(item: &mut Item<'_>) -> BTreeMap<[String; 2], Published> {
    let mut tables = BTreeMap::new();
    let node = item.reader().node("tables");
    let Some(Node { value: Value::Table(list), .. }) = node else {
        for (name, span) in item.reader().strings("tables") {
            let (schema, name) = item.resolve(&name);
            item.refer(Address::new("table", [&schema, &name]), span);
            tables.insert([schema, name], Published::whole());
        }
        return tables;
    };
    for (key, node) in &list.entries {
        let (schema, name) = item.resolve(&key.name);
        item.refer(Address::new("table", [&schema, &name]), key.span);
        let Some(inner) = node.as_table() else {
            let message = format!("`{}` wants a table, not {}", key.name, node.sort());
            item.problems.add(node.span, message);
            continue;
        };
        let mut reader = Reader::new(inner, key.span, TABLE_KEYS, item.problems);
        reader.refuse_unknown("in a published table");
        let columns = reader.strings("columns");
        let condition = reader.string("where").map(|(text, span)| Fragment::written(text, span));
        if let Some((_, span)) = columns.first() {
            item.want(Feature::PublicationColumnList, *span);
        }
        if let Some(span) = condition.as_ref().and_then(Fragment::span) {
            item.want(Feature::PublicationRowFilter, span);
        }
        for (column, span) in &columns {
            item.refer(Address::new("column", [&schema, &name, column]), *span);
        }
        let columns = columns.into_iter().map(|(column, _)| column).collect();
        tables.insert([schema, name], Published { columns, condition });
    }
    tables
}

/// `TABLE …, TABLES IN SCHEMA …`, or nothing.
fn objects(tables: &BTreeMap<[String; 2], Published>, schemas: &BTreeSet<String>) -> Option<Phrase> {
    let one = |([schema, name], published): (&[String; 2], &Published)| {
        let Published { columns, condition } = published;
        let columns: Vec<&String> = columns.iter().collect();
        // Tables that inherit from it are published only if the file names them too.
        Phrase::from("ONLY ")
            .qualified(schema, name)
            .when(!columns.is_empty(), &format!(" ({})", idents(&columns)))
            .with(condition.as_ref(), |sql, condition| sql.raw(" WHERE (").fragment(condition).raw(")"))
    };
    let tables: Vec<Phrase> = tables.iter().map(one).collect();
    let schemas: Vec<&String> = schemas.iter().collect();
    let mut parts = Vec::new();
    if !tables.is_empty() {
        parts.push(Phrase::from("TABLE ").joined(&tables, ", "));
    }
    if !schemas.is_empty() {
        parts.push(Phrase::from(format!("TABLES IN SCHEMA {}", idents(&schemas))));
    }
    (!parts.is_empty()).then(|| Phrase::new().joined(&parts, ", "))
}

fn options(body: &Body) -> Vec<String> {
    let mut options = Vec::new();
    if body.publish.len() < OPERATIONS.len() {
        options.push(format!("publish = '{}'", words(&body.publish)));
    }
    if body.via_partition_root {
        options.push("publish_via_partition_root = true".to_string());
    }
    if body.generated_columns != "none" {
        options.push(format!("publish_generated_columns = {}", body.generated_columns));
    }
    options
}

fn words(operations: &BTreeSet<&'static str>) -> String {
    operations.iter().copied().collect::<Vec<_>>().join(", ")
}

fn shown(tables: &BTreeMap<[String; 2], Published>, schemas: &BTreeSet<String>) -> String {
    objects(tables, schemas).map_or_else(|| "none".to_string(), |objects| objects.text().to_string())
}
