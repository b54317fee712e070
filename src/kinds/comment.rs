//! Comments: a kind about any address.

use crate::delta::Alteration;
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Room, Row, Server, Undeclared};
use crate::model::{Address, Entry, Model, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, SEQUENCE_OF_ITS_OWN, not_of_extension};
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
    keys: &[KeyDoc::new("text", Shape::Text, "what it says")],
    example: "[tables.events]\ncomment = \"what happens where\"\n\n[tables.events.columns]\n\
              name = { type = \"text\", comment = \"as printed on the poster\" }\n",
};

impl Room for Comment {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        if let Some((text, span)) = item.reader().required("text") {
            let text = text.to_string();
            if text.is_empty() {
                let message = "an empty comment is no comment";
                item.problems.add_with_hint(span, message, "leave it out, or say `absent = true`");
            }
            item.declare(Body { text });
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let ours = server.in_schemas("n.nspname");
        let branch = |source: &Source| {
            let Source { kind, path, from, class, oid, sub, also } = source;
            // Extensions and roles live in no schema.
            let here = if from.contains(" n ON ") { ours.as_str() } else { "true" };
            format!(
                "SELECT {kind} AS kind, to_json(ARRAY[{path}]::text[])::text AS path, d.description AS text \
                 FROM pg_description d JOIN {from} WHERE d.classoid = '{class}'::regclass AND d.objsubid {sub} \
                 AND {also} AND {here} AND {}",
                not_of_extension(class, oid)
            )
        };
        let roles = "SELECT 'role' AS kind, to_json(ARRAY[r.rolname]::text[])::text AS path, d.description AS text \
                     FROM pg_shdescription d JOIN pg_roles r ON r.oid = d.objoid \
                     WHERE d.classoid = 'pg_authid'::regclass";
        let branches: Vec<String> = SOURCES.iter().map(branch).collect();
        Some(format!("{} UNION ALL {roles}", branches.join(" UNION ALL ")))
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let kind = KINDS.iter().find(|kind| **kind == row.text("kind"));
        let Some(kind) = kind else { return };
        let subject = Address::new(kind, row.list("path"));
        let address = Address::about(DOC.name, Vec::<String>::new(), subject.clone());
        let body = Body { text: row.text("text").to_string() };
        out.model.insert(Entry::new(address, body).part_of(subject));
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

    fn drop(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Step> {
        say(at, None, cx)
    }

    fn undeclared(&self, at: &Address, _: &Body, _: &Model) -> Undeclared {
        // An extension brings its own comment.
        let brought = at.subject().is_some_and(|subject| subject.kind == "extension");
        if brought { Undeclared::Ignore } else { Undeclared::Drift }
    }
}

/// Where comments on some sort of object stand in the catalog.
struct Source {
    /// The kind, as SQL.
    kind: &'static str,
    /// The names that make up its path.
    path: &'static str,
    /// What `pg_description d` is joined with.
    from: &'static str,
    /// The catalog that the object is in.
    class: &'static str,
    /// Its OID.
    oid: &'static str,
    /// A condition on `objsubid`.
    sub: &'static str,
    /// Any other condition.
    also: &'static str,
}

const RELATION: Source = Source {
    kind: "CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END",
    path: "n.nspname, c.relname",
    from: "pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace",
    class: "pg_class",
    oid: "c.oid",
    sub: "= 0",
    also: "c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition",
};

const SOURCES: &[Source] = &[
    RELATION,
    Source {
        kind: "'column'",
        path: "n.nspname, c.relname, a.attname",
        from: "pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace \
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid",
        sub: "> 0",
        ..RELATION
    },
    Source { kind: "'sequence'", also: SEQUENCE_OF_ITS_OWN, ..RELATION },
    Source {
        kind: "CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' \
               WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' ELSE 'constraint' END",
        path: "n.nspname, c.relname, k.conname",
        from: "pg_constraint k ON k.oid = d.objoid JOIN pg_class c ON c.oid = k.conrelid \
               JOIN pg_namespace n ON n.oid = c.relnamespace",
        class: "pg_constraint",
        oid: "k.oid",
        also: "true",
        ..RELATION
    },
    Source {
        kind: "'index'",
        path: "n.nspname, c.relname, x.relname",
        from: "pg_class x ON x.oid = d.objoid JOIN pg_index i ON i.indexrelid = x.oid \
               JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
        oid: "x.oid",
        also: "NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)",
        ..RELATION
    },
    Source {
        kind: "'trigger'",
        path: "n.nspname, c.relname, t.tgname",
        from: "pg_trigger t ON t.oid = d.objoid JOIN pg_class c ON c.oid = t.tgrelid \
               JOIN pg_namespace n ON n.oid = c.relnamespace",
        class: "pg_trigger",
        oid: "t.oid",
        also: "true",
        ..RELATION
    },
    Source {
        kind: "'policy'",
        path: "n.nspname, c.relname, p.polname",
        from: "pg_policy p ON p.oid = d.objoid JOIN pg_class c ON c.oid = p.polrelid \
               JOIN pg_namespace n ON n.oid = c.relnamespace",
        class: "pg_policy",
        oid: "p.oid",
        also: "NOT c.relispartition",
        ..RELATION
    },
    Source {
        kind: "'function'",
        path: "n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')'",
        from: "pg_proc p ON p.oid = d.objoid JOIN pg_namespace n ON n.oid = p.pronamespace",
        class: "pg_proc",
        oid: "p.oid",
        also: "true",
        ..RELATION
    },
    Source {
        kind: "'enum'",
        path: "n.nspname, t.typname",
        from: "pg_type t ON t.oid = d.objoid JOIN pg_namespace n ON n.oid = t.typnamespace",
        class: "pg_type",
        oid: "t.oid",
        also: "t.typtype = 'e'",
        ..RELATION
    },
    Source {
        kind: "'domain'",
        path: "n.nspname, t.typname",
        from: "pg_type t ON t.oid = d.objoid JOIN pg_namespace n ON n.oid = t.typnamespace",
        class: "pg_type",
        oid: "t.oid",
        also: "t.typtype = 'd'",
        ..RELATION
    },
    Source {
        kind: "'schema'",
        path: "n.nspname",
        from: "pg_namespace n ON n.oid = d.objoid",
        class: "pg_namespace",
        oid: "n.oid",
        // The server itself comments on schema public.
        also: "d.description <> 'standard public schema'",
        ..RELATION
    },
    Source {
        kind: "'extension'",
        path: "x.extname",
        from: "pg_extension x ON x.oid = d.objoid",
        class: "pg_extension",
        oid: "x.oid",
        also: "true",
        ..RELATION
    },
];

/// Kinds of objects that the catalog query reads comments of.
const KINDS: &[&str] = &[
    "table",
    "column",
    "primary key",
    "unique constraint",
    "check",
    "foreign key",
    "index",
    "trigger",
    "policy",
    "function",
    "view",
    "materialized view",
    "enum",
    "domain",
    "sequence",
    "schema",
    "extension",
    "role",
];

fn say(at: &Address, text: Option<&str>, cx: &Cx<'_>) -> Vec<Step> {
    let Some(subject) = at.subject() else { return Vec::new() };
    let Some(kind) = cx.registry.get(subject.kind) else { return Vec::new() };
    let Some(identity) = kind.identity(subject) else { return Vec::new() };
    let sql = Phrase::from(format!("COMMENT ON {identity} IS "));
    let sql = match text {
        Some(text) => sql.literal(text),
        None => sql.raw("NULL"),
    };
    let table = Address::new("table", subject.path().iter().take(2).cloned());
    let statement = match subject.kind {
        "table" | "column" | "index" => Statement::on(&table, Form::Comment, sql),
        _ => Statement::new(Form::Catalog, sql),
    };
    vec![statement.into()]
}
