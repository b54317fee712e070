//! Collations.

use crate::delta::{Alteration, Change, Obstacle};
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit, rename_plain};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Span, Value};
use crate::sql::{Form, Fragment, Phrase, literal, qualified};
use crate::statement::{Statement, Step};

/// The room.
pub struct Collation;

/// A collation.
#[derive(Debug, Clone)]
pub struct Body {
    /// What stands in the parentheses of CREATE COLLATION; only PostgreSQL knows other spellings of a locale.
    definition: Fragment,
    /// Observed: key and value of each part of the definition.
    parts: Vec<(&'static str, String)>,
    /// Observed: something that depends on it, in the server's words.
    user: Option<String>,
    span: Option<Span>,
}

const PROVIDERS: &[(&str, &str)] = &[("libc", "libc"), ("icu", "icu"), ("builtin", "builtin")];

static DOC: Doc = Doc {
    name: "collation",
    summary: "A collation. PostgreSQL cannot alter it: it is made anew, unless something uses it.",
    manual: "sql-createcollation",
    place: Place::InSchema("collations"),
    rank: Rank::Type,
    main_key: Some("locale"),
    keys: &[
        KeyDoc::new(
            "provider",
            Shape::OneOf(&["libc", "icu", "builtin"]),
            "who knows the locale; `libc` if not given; `builtin` from PostgreSQL 17 on",
        ),
        KeyDoc::new("locale", Shape::Text, "its locale, for both order and classes of characters"),
        KeyDoc::new("lc_collate", Shape::Text, "instead of `locale`: the locale of its order"),
        KeyDoc::new("lc_ctype", Shape::Text, "instead of `locale`: the locale of its classes of characters"),
        KeyDoc::new(
            "deterministic",
            Shape::Boolean,
            "strings that are not the same bytes are not equal; `true` if not given",
        ),
        KeyDoc::new("rules", Shape::Text, "further rules of order, of provider `icu` (PostgreSQL 16)"),
    ],
    features: &[("provider", Feature::BuiltinCollations), ("rules", Feature::CollationRules)],
    example: "[collations]\nplain = \"C\"\nnatural = { provider = \"icu\", locale = \"en-u-kn-true\" }\n\n\
              [collations.ignore_case]\nprovider = \"icu\"\nlocale = \"und-u-ks-level2\"\ndeterministic = false\n",
};

/// The parts of a definition: key of the file, word of SQL, and how the catalog has it. The catalog's columns are not
/// the same in every major.
const PARTS: &[(&str, &str, &str)] = &[
    (
        "provider",
        "PROVIDER",
        "CASE k.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'd' THEN 'default' ELSE 'libc' END",
    ),
    (
        "locale",
        "LOCALE",
        "CASE WHEN k.collprovider <> 'c' THEN coalesce(to_jsonb(k) ->> 'colllocale', to_jsonb(k) ->> 'colliculocale', \
         k.collcollate::text) WHEN k.collcollate = k.collctype THEN k.collcollate::text END",
    ),
    (
        "lc_collate",
        "LC_COLLATE",
        "CASE WHEN k.collprovider = 'c' AND k.collcollate <> k.collctype THEN k.collcollate::text END",
    ),
    (
        "lc_ctype",
        "LC_CTYPE",
        "CASE WHEN k.collprovider = 'c' AND k.collcollate <> k.collctype THEN k.collctype::text END",
    ),
    ("deterministic", "DETERMINISTIC", "CASE WHEN NOT k.collisdeterministic THEN 'false' END"),
    ("rules", "RULES", "to_jsonb(k) ->> 'collicurules'"),
];

/// The definition of `pg_collation k`, as SQL.
fn printed() -> String {
    let part = |(_, word, value): &(&str, &str, &str)| format!("'{word} = ' || quote_literal({value})");
    format!("concat_ws(', ', {})", PARTS.iter().map(part).collect::<Vec<_>>().join(", "))
}

impl Room for Collation {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let provider = reader.one_of("provider", PROVIDERS).unwrap_or("libc");
        let deterministic = reader.boolean("deterministic").unwrap_or(true);
        let mut parts = vec![format!("PROVIDER = {}", literal(provider))];
        for (key, word, _) in PARTS.iter().filter(|(key, _, _)| !matches!(*key, "provider" | "deterministic"))
        {
            parts.extend(reader.text(key).map(|text| format!("{word} = {}", literal(&text))));
        }
        if !deterministic {
            parts.push("DETERMINISTIC = 'false'".to_string());
        }
        let both = reader.has("lc_collate") && reader.has("lc_ctype");
        let either = reader.has("lc_collate") || reader.has("lc_ctype");
        if reader.has("locale") == either || either && !both {
            let span = reader.span();
            reader
                .problems()
                .add(span, "a collation wants either `locale` or both `lc_collate` and `lc_ctype`");
        }
        let (span, of_provider, of_rules) =
            (reader.span(), reader.span_of("provider"), reader.has("rules").then(|| reader.span_of("rules")));
        if provider == "builtin" {
            item.want(Feature::BuiltinCollations, of_provider);
        }
        if let Some(span) = of_rules {
            item.want(Feature::CollationRules, span);
        }
        let definition = Fragment::written(parts.join(", "), span);
        item.declare(Body { definition, parts: Vec::new(), user: None, span: Some(span) });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_collation", "k.oid"));
        let parts: Vec<String> = PARTS.iter().map(|(key, _, value)| format!("{value} AS {key}")).collect();
        Some(format!(
            "SELECT n.nspname AS schema, k.collname AS name, {} AS definition, {}, \
             (SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d \
             WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = k.oid LIMIT 1) AS user \
             FROM pg_collation k JOIN pg_namespace n ON n.oid = k.collnamespace \
             WHERE k.oid >= 16384 AND {ours} AND {own} ORDER BY k.oid",
            printed(),
            parts.join(", ")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_collation",
            oid: "k.oid",
            from: "pg_collation k JOIN pg_namespace n ON n.oid = k.collnamespace",
            path: "n.nspname, k.collname",
            only: "k.oid >= 16384",
            member: ("pg_collation", "k.oid"),
            owner: Some("k.collowner"),
            ..Seat::BARE
        })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let part = |(key, _, _): &(&'static str, _, _)| Some((*key, row.owned(key)?));
        let body = Body {
            definition: Fragment::plain(row.text("definition")),
            parts: PARTS.iter().filter_map(part).collect(),
            user: row.owned("user"),
            span: None,
        };
        out.model.insert(Entry::new(Address::new(DOC.name, [row.text("schema"), row.text("name")]), body));
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { definition: _, parts, user: _, span: _ } = observed;
        for (key, value) in parts {
            match *key {
                "provider" => draft.word(key, value, "libc"),
                "deterministic" => draft.put(key, Value::Boolean(false)),
                key => draft.text(key, value),
            }
        }
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let context = Context::Part {
            setup: String::new(),
            host: None,
            before: "CREATE COLLATION pg_temp.pgr_collation (".to_string(),
            after: ")".to_string(),
            spelled: format!(
                "SELECT {} FROM pg_collation k WHERE k.collnamespace = pg_my_temp_schema()",
                printed()
            ),
        };
        visit("definition", &mut body.definition, context);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { definition, parts: _, user: _, span: _ } = desired;
        let sql = Phrase::from(format!("CREATE COLLATION {} (", name(at))).fragment(definition).raw(")");
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { definition, parts: _, user: _, span } = desired;
        out.replaced("definition", &observed.definition, definition);
        if let (false, Some(user)) = (out.is_empty(), &observed.user) {
            let change = Change { attribute: "in use", from: Some(user.clone()), to: None };
            let hint = "PostgreSQL cannot alter a collation; declare one of another name, and use that";
            let message = format!("{user} uses `{at}`, which is another in the file");
            out.obstacle(change, Obstacle { message, hint: hint.to_string(), span: *span });
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP COLLATION {}", name(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename_plain([from, at], Form::Catalog, &|it| format!("COLLATION {}", name(it)), cx)
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("COLLATION {}", name(at)))
    }
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}
