//! Range types, each with its multirange type.

use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::{
    Collation, Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit, rename_plain,
    split_name,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Span};
use crate::sql::{Form, Fragment, Phrase, ident, qualified};
use crate::statement::{Statement, Step};

/// The room.
pub struct Range;

/// A range type.
#[derive(Debug, Clone)]
pub struct Body {
    /// `SUBTYPE = …` and what else goes without a function or type of its own: only PostgreSQL can tell what of that
    /// goes without saying.
    definition: Fragment,
    canonical: Option<String>,
    /// Desired: nothing where the server's choice will do.
    multirange: Option<Multirange>,
    /// Observed: key and value of each part of the definition.
    parts: Vec<(&'static str, String)>,
    /// Observed: what the server has made with it in its schema, as SQL calls each.
    with_it: Vec<String>,
    /// Observed: `schema.table.column` of what is of this type.
    columns: Vec<String>,
    span: Option<Span>,
}

/// The name of a multirange type, with its schema where that is not the one of its range type.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Multirange(Option<String>, String);

impl Multirange {
    /// As SQL calls it, if its range type is at `at`.
    fn sql(&self, at: &Address) -> String {
        qualified(self.0.as_deref().unwrap_or(at.schema()), &self.1)
    }
}

impl Show for Multirange {
    fn show(&self) -> Option<String> {
        Some(match &self.0 {
            Some(schema) => qualified(schema, &self.1),
            None => ident(&self.1),
        })
    }
}

static DOC: Doc = Doc {
    name: "range type",
    summary: "A range type; its multirange type comes with it from PostgreSQL 14 on. PostgreSQL cannot alter it: it is \
              made anew, unless a column is of this type.",
    manual: "rangetypes",
    place: Place::InSchema("range_types"),
    rank: Rank::Type,
    main_key: Some("subtype"),
    keys: &[
        KeyDoc::new("subtype", Shape::Sql, "the type of its bounds"),
        KeyDoc::new("subtype_opclass", Shape::Name, "the B-tree operator class that orders them"),
        KeyDoc::new("collation", Shape::Name, "the collation that orders them"),
        KeyDoc::new("subtype_diff", Shape::Name, "the function that gives the distance of two bounds"),
        KeyDoc::new("canonical", Shape::Name, "the function, in C, that gives equal ranges one form"),
        KeyDoc::new(
            "multirange_type_name",
            Shape::Name,
            "the name of its multirange type (PostgreSQL 14); the server's choice if not given",
        ),
    ],
    features: &[("multirange_type_name", Feature::MultirangeTypes)],
    example: "[range_types]\nfloat_range = { subtype = \"float8\", subtype_diff = \"float8mi\" }\nword_range = \"text\"\n",
};

/// The parts of a definition: key of the file, word of SQL, and how the catalog prints it.
const PARTS: &[(&str, &str, &str)] = &[
    ("subtype", "SUBTYPE", "format_type(g.rngsubtype, NULL)"),
    (
        "subtype_opclass",
        "SUBTYPE_OPCLASS",
        "(SELECT quote_ident(s.nspname) || '.' || quote_ident(o.opcname) FROM pg_opclass o JOIN pg_namespace s \
         ON s.oid = o.opcnamespace WHERE o.oid = g.rngsubopc AND NOT o.opcdefault)",
    ),
    (
        "collation",
        "COLLATION",
        "(SELECT quote_ident(s.nspname) || '.' || quote_ident(k.collname) FROM pg_collation k JOIN pg_namespace s \
         ON s.oid = k.collnamespace JOIN pg_type u ON u.oid = g.rngsubtype WHERE k.oid = g.rngcollation \
         AND k.oid <> u.typcollation)",
    ),
    (
        "subtype_diff",
        "SUBTYPE_DIFF",
        "(SELECT quote_ident(s.nspname) || '.' || quote_ident(f.proname) FROM pg_proc f JOIN pg_namespace s \
         ON s.oid = f.pronamespace WHERE f.oid = g.rngsubdiff)",
    ),
];

/// The definition of `pg_range g`, as SQL.
fn printed() -> String {
    let part = |(_, word, value): &(&str, &str, &str)| format!("'{word} = ' || {value}");
    format!("concat_ws(', ', {})", PARTS.iter().map(part).collect::<Vec<_>>().join(", "))
}

impl Room for Range {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let Some((subtype, span)) = reader.required("subtype") else { return };
        let mut definition = format!("SUBTYPE = {subtype}");
        let collation = reader.string("collation");
        for (key, word, _) in PARTS[1..].iter().filter(|(key, _, _)| *key != "collation") {
            if let Some(name) = reader.text(key) {
                let parts: Vec<String> = split_name(&name).iter().map(|part| ident(part)).collect();
                definition.push_str(&format!(", {word} = {}", parts.join(".")));
            }
        }
        let canonical = reader.text("canonical");
        let multirange = reader.text("multirange_type_name");
        let place = reader.span_of("multirange_type_name");
        if multirange.is_some() {
            item.want(Feature::MultirangeTypes, place);
        }
        if let Some((text, span)) = collation {
            let collation = Collation::read(item, "collation", text, span);
            definition.push_str(&format!(", COLLATION = {}", collation.sql()));
        }
        item.declare(Body {
            definition: Fragment::written(definition, span),
            canonical: canonical.map(|name| {
                let (schema, name) = item.resolve(&name);
                qualified(&schema, &name)
            }),
            multirange: multirange.map(|name| {
                let (schema, name) = item.resolve(&name);
                Multirange(Some(schema).filter(|schema| schema != item.schema), name)
            }),
            parts: Vec::new(),
            with_it: Vec::new(),
            columns: Vec::new(),
            span: Some(span),
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_type", "t.oid"));
        let multirange = match server.has(Feature::MultirangeTypes) {
            true => {
                "(SELECT to_json(ARRAY[nullif(s.nspname, n.nspname), m.typname]::text[]) FROM pg_type m \
                 JOIN pg_namespace s ON s.oid = m.typnamespace WHERE m.oid = g.rngmultitypid)"
            }
            false => "NULL",
        };
        let parts: Vec<String> = PARTS.iter().map(|(key, _, value)| format!("{value} AS {key}")).collect();
        Some(format!(
            "SELECT n.nspname AS schema, t.typname AS name, {} AS definition, {}, {multirange} AS multirange, \
             (SELECT quote_ident(s.nspname) || '.' || quote_ident(f.proname) FROM pg_proc f JOIN pg_namespace s \
             ON s.oid = f.pronamespace WHERE f.oid = g.rngcanonical) AS canonical, \
             (SELECT json_agg(concat_ws('.', un.nspname, u.relname, a.attname) ORDER BY u.oid, a.attnum) \
             FROM pg_attribute a JOIN pg_class u ON u.oid = a.attrelid JOIN pg_namespace un ON un.oid = u.relnamespace \
             WHERE a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped AND u.relkind IN ('r', 'p', 'm', 'f')) \
             AS columns, {} AS with_it, \
             {} AS needs FROM pg_range g JOIN pg_type t ON t.oid = g.rngtypid \
             JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {ours} AND {own} ORDER BY t.oid",
            printed(),
            parts.join(", "),
            with_it(server),
            needs::query("pg_type", "t.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: "t.typtype = 'r'", ..Seat::TYPE })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let part = |(key, _, _): &(&'static str, _, _)| Some((*key, row.owned(key)?));
        let body = Body {
            definition: Fragment::plain(row.text("definition")),
            canonical: row.owned("canonical"),
            multirange: row
                .parsed::<Option<(Option<String>, String)>>("multirange")
                .map(|(schema, name)| Multirange(schema, name)),
            parts: PARTS.iter().filter_map(part).collect(),
            with_it: row.list("with_it"),
            columns: row.list("columns"),
            span: None,
        };
        let mut entry = Entry::new(Address::new(DOC.name, [row.text("schema"), row.text("name")]), body);
        entry.needs = needs::read(row, "needs", server);
        out.model.insert(entry);
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { definition: _, canonical, multirange, parts, with_it: _, columns: _, span: _ } = observed;
        for (key, value) in parts {
            draft.text(key, value);
        }
        draft.some("canonical", canonical.as_ref());
        let usual = Multirange(None, usual_multirange(at.name()));
        let other = multirange.as_ref().filter(|name| **name != usual);
        draft.some("multirange_type_name", other.and_then(Show::show));
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let context = Context::Part {
            setup: String::new(),
            host: None,
            before: "CREATE TYPE pg_temp.pgr_range AS RANGE (".to_string(),
            after: ")".to_string(),
            spelled: format!(
                "SELECT {} FROM pg_range g WHERE g.rngtypid = 'pg_temp.pgr_range'::regtype",
                printed()
            ),
        };
        visit("definition", &mut body.definition, context);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { definition, canonical, multirange, parts: _, with_it: _, columns: _, span: _ } = desired;
        let sql = Phrase::from(format!("CREATE TYPE {} AS RANGE (", name(at)))
            .fragment(definition)
            .with(canonical.as_ref(), |sql, function| sql.raw(format!(", CANONICAL = {function}")))
            .with(multirange.as_ref(), |sql, name| {
                sql.raw(format!(", MULTIRANGE_TYPE_NAME = {}", name.sql(at)))
            })
            .raw(")");
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { definition, canonical, multirange, parts: _, with_it: _, columns: _, span } = desired;
        let there = if multirange.is_some() { &observed.multirange } else { &None };
        out.replaced("definition", &observed.definition, definition);
        out.replaced("canonical", &observed.canonical, canonical);
        out.replaced("multirange_type_name", there, multirange);
        if let (false, Some(column)) = (out.is_empty(), observed.columns.first()) {
            let change = Change { attribute: "in use", from: observed.columns.show(), to: None };
            out.obstacle(change, in_use(at, column, *span));
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP TYPE {}", name(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let mut statements = Vec::new();
        if let Some(there) = cx.observed.model.body::<Body>(at).filter(|_| from.schema() != at.schema()) {
            // Its constructors and its multirange type are objects of their own for the server.
            let with_it =
                there.with_it.iter().map(|other| format!("ALTER {other} SET SCHEMA {}", ident(at.schema())));
            statements.extend(with_it.map(|sql| Statement::new(Form::Catalog, sql)));
        }
        let own = rename_plain([from, at], Form::Catalog, &|it| format!("TYPE {}", name(it)), cx)?;
        statements.extend(own.into_iter().flat_map(|step| step.direct));
        Some(vec![Step::direct(statements)])
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        let schema = body.multirange.as_mut().and_then(|name| name.0.as_mut());
        if let Some(schema) = schema.filter(|schema| from.kind == "schema" && *schema == from.name()) {
            *schema = to.name().to_string();
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("TYPE {}", name(at)))
    }
}

/// What the server made with the range type `pg_range g`, `pg_type t`: its constructors, its multirange type, and those
/// of that, where they are in its schema.
fn with_it(server: &Server) -> String {
    let multirange = if server.has(Feature::MultirangeTypes) { "g.rngmultitypid" } else { "0" };
    let made = |class: &str| {
        format!(
            "SELECT d.objid FROM pg_depend d WHERE d.classid = '{class}'::regclass AND d.deptype = 'i' \
             AND d.refclassid = 'pg_type'::regclass AND d.refobjid IN (g.rngtypid, {multirange})"
        )
    };
    format!(
        "(SELECT json_agg(w.called ORDER BY w.called) FROM (SELECT 'FUNCTION ' || f.oid::regprocedure AS called \
         FROM pg_proc f WHERE f.oid IN ({}) AND f.pronamespace = t.typnamespace UNION ALL \
         SELECT 'TYPE ' || format_type(m.oid, NULL) FROM pg_type m \
         WHERE m.oid = {multirange} AND m.typnamespace = t.typnamespace) w)",
        made("pg_proc")
    )
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}

/// The name that the server gives to the multirange type of a range type.
fn usual_multirange(name: &str) -> String {
    match name.contains("range") {
        true => name.replacen("range", "multirange", 1),
        false => format!("{name}_multirange"),
    }
}

fn in_use(at: &Address, column: &str, span: Option<Span>) -> Obstacle {
    Obstacle {
        message: format!("column `{column}` is of `{at}`, which is another in the file"),
        hint: "PostgreSQL cannot alter a range type; declare one of another name, and give that type to the columns"
            .to_string(),
        span,
    }
}
