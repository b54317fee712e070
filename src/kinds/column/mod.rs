//! Columns of tables.

mod change;
mod steps;

use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Span};
use crate::sql::{Form, Fragment, Phrase, ident, not_of_extension};
use crate::statement::Step;

/// The room.
pub struct Column;

/// When an identity column takes a value that the user gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Only with OVERRIDING SYSTEM VALUE.
    Always,
    /// Always.
    ByDefault,
}

impl Show for Identity {
    fn show(&self) -> Option<String> {
        Some(self.words().to_lowercase())
    }
}

impl Identity {
    fn words(self) -> &'static str {
        match self {
            Identity::Always => "ALWAYS",
            Identity::ByDefault => "BY DEFAULT",
        }
    }
}

/// A column.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its type, serial types as the integer they stand for.
    data_type: Fragment,
    default: Option<Fragment>,
    not_null: bool,
    identity: Option<Identity>,
    /// The expression of a stored generated column.
    generated: Option<Fragment>,
    /// The default is the next value of a sequence that belongs to the column.
    serial: bool,
    /// Observed: that sequence, as SQL names it, and the type of its numbers.
    sequence: Option<(String, String)>,
    collation: Option<String>,
    /// What fills rows that have no value, before NOT NULL comes into force.
    backfill: Option<Fragment>,
    /// How values of the former type become values of the new one.
    using: Option<Fragment>,
    span: Option<Span>,
}

static DOC: Doc = Doc {
    name: "column",
    summary: "A column. `name = \"text\"` is short for `name = { type = \"text\" }`, a nullable column of that type. \
              `primary_key`, `unique`, `check` and `references` stand for constraints with PostgreSQL's own names.",
    manual: "sql-createtable",
    place: Place::Children { of: &["table"], key: "columns" },
    rank: Rank::Column,
    main_key: Some("type"),
    keys: &[
        KeyDoc::new("type", Shape::Sql, "its type, as in SQL"),
        KeyDoc::new("default", Shape::Sql, "its default, an SQL expression: a string is `\"'new'\"`"),
        KeyDoc::new("not_null", Shape::Boolean, "whether a value is required"),
        KeyDoc::new("identity", Shape::OneOf(&["always", "by default"]), "numbered by the database"),
        KeyDoc::new("generated", Shape::Sql, "computed from other columns of the row, and stored"),
        KeyDoc::new("collation", Shape::Name, "its collation, if not the type's own"),
        KeyDoc::new(
            "backfill",
            Shape::Sql,
            "fills rows that have no value; runs only while `not_null` is not yet in force",
        ),
        KeyDoc::new("using", Shape::Sql, "turns values of the former type into the new one"),
    ],
    example: "[tables.people.columns]\nid = { type = \"bigint\", identity = \"always\", primary_key = true }\n\
              name = { type = \"text\", not_null = true, backfill = \"'unknown'\" }\n\
              born = \"date\"\nname_upper = { type = \"text\", generated = \"upper(name)\" }\n",
};

impl Room for Column {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let written = |found: Option<(&str, Span)>| found.map(|(text, span)| Fragment::written(text, span));
        let words = [("always", Identity::Always), ("by default", Identity::ByDefault)];
        let identity = reader.one_of("identity", &words);
        let generated = written(reader.string("generated"));
        let default = written(reader.string("default"));
        let clash = match (&identity, &generated, &default) {
            (Some(_), _, Some(_)) => Some("an identity column has no default"),
            (_, Some(_), Some(_)) => Some("a generated column has no default"),
            (Some(_), Some(_), _) => Some("a column is either generated or an identity column"),
            _ => None,
        };
        if let Some(message) = clash {
            let span = reader.span();
            reader.problems().add(span, message);
        }
        let not_null = reader.flag("not_null");
        let collation = reader.text("collation");
        let (backfill, using) = (written(reader.string("backfill")), written(reader.string("using")));
        let Some((text, span)) = reader.required("type") else { return };
        if text.trim().is_empty() {
            reader.problems().add(span, "`type` is empty");
        }
        let serial = serial(text);
        let data_type = Fragment::written(serial.unwrap_or(text), span);
        let not_null = not_null || identity.is_some() || serial.is_some();
        let default = default.filter(|default| !default.text().trim().eq_ignore_ascii_case("null"));
        item.declare(Body {
            data_type,
            default,
            not_null,
            identity,
            generated,
            serial: serial.is_some(),
            sequence: None,
            collation,
            backfill,
            using,
            span: Some(span),
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), not_of_extension("pg_class", "c.oid"));
        // A NOT NULL that is not valid yet sets attnotnull all the same.
        let valid = if server.has(Feature::NotNullConstraints) {
            " AND NOT EXISTS (SELECT FROM pg_constraint v WHERE v.conrelid = a.attrelid AND v.contype = 'n' \
             AND v.conkey[1] = a.attnum AND NOT v.convalidated)"
        } else {
            ""
        };
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, a.attname AS name, \
             format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull{valid} AS not_null, a.attidentity AS identity, \
             a.attgenerated AS generated, pg_get_expr(d.adbin, d.adrelid) AS expression, o.sequence, o.numbers, \
             CASE WHEN a.attcollation <> t.typcollation THEN (SELECT k.collname FROM pg_collation k \
             WHERE k.oid = a.attcollation) END AS collation \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             LEFT JOIN (SELECT q.refobjid, q.refobjsubid, min(format('%I.%I', sn.nspname, s.relname)) AS sequence, \
             min(format_type(sq.seqtypid, NULL)) AS numbers FROM pg_depend q JOIN pg_class s ON s.oid = q.objid \
             JOIN pg_sequence sq ON sq.seqrelid = s.oid JOIN pg_namespace sn ON sn.oid = s.relnamespace WHERE q.classid = 'pg_class'::regclass AND q.refclassid = 'pg_class'::regclass \
             AND q.deptype = 'a' GROUP BY 1, 2) o ON o.refobjid = a.attrelid AND o.refobjsubid = a.attnum \
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped \
             AND {ours} AND {own} ORDER BY a.attrelid, a.attnum"
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_class",
            oid: "c.oid",
            column: "a.attnum",
            from: "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped",
            path: "n.nspname, c.relname, a.attname",
            only: "c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition",
            ..Seat::PART
        })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let identity = match row.text("identity") {
            "a" => Some(Identity::Always),
            "d" => Some(Identity::ByDefault),
            _ => None,
        };
        let expression = row.fragment("expression");
        let is_generated = !row.text("generated").is_empty();
        let next_value = expression.as_ref().is_some_and(|text| text.text().starts_with("nextval("));
        let sequence = row.owned("sequence").zip(row.owned("numbers")).filter(|_| next_value);
        let serial = sequence.is_some();
        let (default, generated) = if is_generated { (None, expression) } else { (expression, None) };
        let body = Body {
            data_type: Fragment::plain(row.text("type")),
            default: default.filter(|_| !serial),
            not_null: row.flag("not_null"),
            identity,
            generated,
            serial,
            sequence,
            collation: row.owned("collation"),
            backfill: None,
            using: None,
            span: None,
        };
        let table = Address::new("table", [path[0], path[1]]);
        out.model.insert(Entry::new(Address::new(DOC.name, path), body).part_of(table));
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("type", &mut body.data_type, Context::Type);
        let of = body.data_type.text().to_string();
        if let Some(default) = &mut body.default {
            visit("default", default, Context::Value { of });
        }
        if let Some(generated) = &mut body.generated {
            visit("generated", generated, Context::Row { table: at.host("table") });
        }
        if let Some(backfill) = &mut body.backfill {
            visit("backfill", backfill, Context::Row { table: at.host("table") });
        }
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body {
            data_type, default, not_null, identity, generated, serial, sequence: _, collation, ..
        } = observed;
        // The columns of a primary key are NOT NULL without being told.
        let key = draft.model.inside("primary key", &at.path()[..2]).next();
        let key = key.and_then(|key| draft.attribute(&key.address, "columns")).unwrap_or_default();
        let of_key = key.lines().any(|column| column == at.name());
        match (serial, data_type.text()) {
            (true, "smallint") => draft.text("type", "smallserial"),
            (true, "bigint") => draft.text("type", "bigserial"),
            (true, _) => draft.text("type", "serial"),
            (false, text) => draft.text("type", text),
        }
        draft.some("collation", collation.as_ref());
        draft.some("identity", identity.map(|identity| identity.words().to_lowercase()));
        draft.flag("not_null", *not_null && identity.is_none() && !serial && !of_key);
        draft.some_fragment("default", default.as_ref());
        draft.some_fragment("generated", generated.as_ref());
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        steps::add(at, desired, cx)
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body {
            data_type,
            default,
            not_null,
            identity,
            generated,
            serial,
            sequence: _,
            collation,
            backfill: _,
            using: _,
            span,
        } = desired;
        if generated != &observed.generated {
            compare_generated(at, desired, observed, cx, out, *span);
            if out.obstacle.is_some() {
                return;
            }
        }
        let retyped = observed.data_type != *data_type || observed.collation != *collation;
        if retyped {
            let (from, to) = (Some(with_collation(observed)), Some(with_collation(desired)));
            let change = Change { attribute: "type", from, to };
            out.note(change, vec![steps::retype(at, desired, observed)]);
            out.disturbs();
        }
        if serial != &observed.serial {
            let change = Change { attribute: "serial", from: observed.serial.show(), to: serial.show() };
            out.note(change, steps::serial(at, desired, observed));
        }
        if let (true, Some((sequence, numbers))) = (*serial, &observed.sequence) {
            out.attribute("sequence", numbers, &data_type.text().to_string(), || {
                vec![steps::renumber(at, sequence, data_type)]
            });
        }
        // ALTER TYPE has put the default in place where it changes the type as well.
        if !(retyped && steps::carries_default(desired, observed)) {
            out.attribute("default", &observed.default, default, || {
                vec![steps::alter(at, Form::AlterTable, steps::default_clause(default.as_ref()))]
            });
        }
        // An identity column cannot be nullable: NOT NULL comes before identity, and goes after it.
        let identity_goes = observed.identity.is_some() && identity.is_none();
        let compare_identity = |out: &mut Alteration| {
            out.attribute("identity", &observed.identity, identity, || {
                steps::identity(at, *identity, observed.identity)
            });
        };
        if identity_goes {
            compare_identity(out);
        }
        out.attribute("not_null", &observed.not_null, not_null, || steps::not_null(at, desired, cx));
        if !identity_goes {
            compare_identity(out);
        }
        if *not_null && observed.not_null {
            steps::drop_helper(at, cx, out);
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![steps::alter_table(at, Form::DropColumn, Phrase::from(" DROP COLUMN ").ident(at.name())).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let rest = Phrase::from(" RENAME COLUMN ").ident(from.name()).raw(" TO ").ident(at.name());
        Some(vec![steps::alter_table(at, Form::AlterTable, rest).into()])
    }

    fn keeps_order(&self) -> bool {
        true
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        if from.kind == "collation" && body.collation.as_deref() == Some(from.name()) {
            body.collation = Some(to.name().to_string());
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("COLUMN {}.{}", at.relation(), ident(at.name())))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match name {
            "type" => Some(body.data_type.text().to_string()),
            "not_null" => body.not_null.show(),
            "default" => body.default.show(),
            "identity" => body.identity.show(),
            "numbered" => (body.serial || body.identity.is_some()).then(|| "yes".to_string()),
            _ => None,
        }
    }
}

/// The integer type that a serial type stands for (PostgreSQL manual, 8.1.4).
fn serial(text: &str) -> Option<&'static str> {
    match text.trim().to_lowercase().as_str() {
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    }
}

fn with_collation(body: &Body) -> String {
    match &body.collation {
        Some(collation) => format!("{} collate {}", body.data_type, ident(collation)),
        None => body.data_type.to_string(),
    }
}

fn compare_generated(
    at: &Address,
    desired: &Body,
    observed: &Body,
    cx: &Cx<'_>,
    out: &mut Alteration,
    span: Option<Span>,
) {
    let change =
        Change { attribute: "generated", from: observed.generated.show(), to: desired.generated.show() };
    match (&desired.generated, &observed.generated) {
        (None, Some(_)) => {
            out.note(change, vec![steps::alter(at, Form::AlterTable, " DROP EXPRESSION".into())])
        }
        (Some(to), Some(_)) if cx.server.has(Feature::SetExpression) => {
            let rest = Phrase::from(" SET EXPRESSION AS (").fragment(to).raw(")");
            out.note(change, vec![steps::alter(at, Form::AlterTypeRewrite, rest)]);
        }
        (_, there) => {
            let what =
                if there.is_some() { "change the expression of" } else { "turn into a generated column" };
            let obstacle = Obstacle {
                message: format!("the server cannot {what} `{at}` in place"),
                hint: "declare the column under another name, or drop it first (`absent = true`, consent \
                       `drop_column`)"
                    .to_string(),
                span,
            };
            out.obstacle(change, obstacle);
        }
    }
}
