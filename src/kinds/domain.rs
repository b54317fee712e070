//! Domains: types with a default and with conditions of their own.

use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::{
    Collation, Context, Cx, Doc, Draft, Item, Place, Privileges, Rank, Room, Row, Seat, Server, Visit,
    as_list, rename_plain, unwrapped,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Node, Problems, Reader, Shape, Span, Table, Value};
use crate::sql::{Form, Fragment, Phrase, ident, qualified};
use crate::statement::{Preflight, Statement, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The room.
pub struct Domain;

/// A check of a domain.
#[derive(Debug, Clone)]
pub struct Check {
    expression: Fragment,
    validated: bool,
    /// Observed: what its expression makes use of.
    uses: Vec<Address>,
}

/// The keys of a check that says more than its expression.
const CHECK_KEYS: &[KeyDoc] = &[
    KeyDoc::new("expression", Shape::Sql, "what must not be false"),
    KeyDoc::new("not_valid", Shape::Boolean, "holds for new values only"),
    KeyDoc::new("absent", Shape::Boolean, "it must not be there"),
];

impl Check {
    /// What stands under its name, `Some(None)` if it must not be there; `None` if it is neither.
    fn read(node: &Node, problems: &mut Problems) -> Option<Option<Check>> {
        let check = |(text, span): (&str, Span), validated| {
            let expression = Fragment::written(text, span);
            Some(Some(Check { expression, validated, uses: Vec::new() }))
        };
        match &node.value {
            Value::String(text) => check((text.as_str(), node.span), true),
            Value::Table(table) => {
                let mut reader = Reader::new(table, node.span, CHECK_KEYS, problems);
                reader.refuse_unknown("of a check");
                if reader.flag("absent") {
                    return Some(None);
                }
                let not_valid = reader.flag("not_valid");
                check(reader.required("expression")?, !not_valid)
            }
            _ => {
                problems.add(node.span, format!("a check is an expression or a table, not {}", node.sort()));
                None
            }
        }
    }

    fn write(&self) -> Value {
        let expression = Value::String(unwrapped(self.expression.text()).to_string());
        if self.validated {
            return expression;
        }
        let mut long = Table::default();
        long.push("expression", Span::NOWHERE, expression);
        long.push("not_valid", Span::NOWHERE, Value::Boolean(true));
        Value::Table(long)
    }
}

/// A domain.
#[derive(Debug, Clone)]
pub struct Body {
    data_type: Fragment,
    collation: Option<Collation>,
    default: Option<Fragment>,
    not_null: bool,
    checks: BTreeMap<String, Check>,
    /// Observed: what the default makes use of.
    default_uses: Vec<Address>,
    /// Desired: checks that must not be there.
    absent: BTreeSet<String>,
    /// Observed: schema, table and column of what is of this type.
    columns: Vec<[String; 3]>,
    span: Option<Span>,
}

static DOC: Doc = Doc {
    name: "domain",
    summary: "A domain: a type with a default and checks of its own. `name = \"text\"` is short for \
              `name = { type = \"text\" }`. A check is added NOT VALID and validated afterwards. PostgreSQL cannot \
              change the type or the collation of a domain that columns use.",
    manual: "sql-createdomain",
    place: Place::InSchema("domains"),
    rank: Rank::Type,
    main_key: Some("type"),
    keys: &[
        KeyDoc::new("type", Shape::Sql, "the type that it is made of"),
        KeyDoc::new("collation", Shape::Name, "its collation, if not the type's own"),
        KeyDoc::new("default", Shape::Sql, "the default of columns that have none themselves"),
        KeyDoc::new("not_null", Shape::Boolean, "whether a value is required"),
        KeyDoc::new(
            "checks",
            Shape::Table,
            "by name, what must not be false for `value`; `{ expression = \"value > 0\", not_valid = true }` for new values \
             only, where one that has been validated since will do; or `{ absent = true }`; others are drift",
        ),
    ],
    features: &[],
    example: "[domains]\nshort_text = \"varchar(80)\"\n\n[domains.percentage]\ntype = \"numeric(5,2)\"\ndefault = \"0\"\n\
              not_null = true\nchecks = { percentage_range = \"value between 0 and 100\" }\n",
};

impl Room for Domain {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let collation = reader.string("collation");
        let default = reader.string("default").map(|(text, span)| Fragment::written(text, span));
        let default = default.filter(|default| !default.text().trim().eq_ignore_ascii_case("null"));
        let not_null = reader.flag("not_null");
        let (mut checks, mut absent) = (BTreeMap::new(), BTreeSet::new());
        for (key, node) in reader.table("checks").into_iter().flat_map(|table| &table.entries) {
            match Check::read(node, reader.problems()) {
                Some(Some(check)) => _ = checks.insert(key.name.clone(), check),
                Some(None) => _ = absent.insert(key.name.clone()),
                None => {}
            }
        }
        let Some((text, span)) = reader.required("type") else { return };
        let data_type = Fragment::written(text, span);
        let collation = collation.map(|(text, span)| Collation::read(item, "collation", text, span));
        let (default_uses, columns, span) = (Vec::new(), Vec::new(), Some(span));
        item.declare(Body {
            data_type,
            collation,
            default,
            not_null,
            checks,
            default_uses,
            absent,
            columns,
            span,
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_type", "t.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, t.typname AS name, format_type(t.typbasetype, t.typtypmod) AS type, \
             pg_get_expr(t.typdefaultbin, 0) AS default, t.typnotnull AS not_null, \
             CASE WHEN t.typcollation <> b.typcollation THEN {} END AS collation, \
             (SELECT json_agg(json_build_array(k.conname, pg_get_expr(k.conbin, 0), k.convalidated, {}) ORDER BY k.conname) \
             FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks, \
             (SELECT json_agg(ARRAY[rn.nspname, r.relname, a.attname]::text[] ORDER BY r.oid, a.attnum) \
             FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace \
             WHERE a.atttypid = t.oid AND NOT a.attisdropped AND r.relkind IN ('r', 'p', 'm') \
             AND NOT r.relispartition AND {}) AS columns, CASE WHEN t.typdefaultbin IS NOT NULL THEN {} END AS default_uses \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype \
             WHERE t.typtype = 'd' AND {ours} AND {own} ORDER BY t.oid",
            Collation::query("t.typcollation"),
            needs::query_beyond_tables("pg_constraint", "k.oid"),
            // To read rows of strangers is to run what they have in their indexes. The server itself will look at them.
            server.trusts("r.relowner"),
            needs::query_beyond_tables("pg_type", "t.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        let privileges = Seat::TYPE.privileges.map(|of| Privileges { called: "DOMAIN", ..of });
        Some(Seat { only: "t.typtype = 'd'", privileges, ..Seat::TYPE })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let address = Address::new(DOC.name, [row.text("schema"), row.text("name")]);
        let checks: Vec<(String, String, bool, needs::Answer)> = row.parsed("checks");
        let check = |(name, text, validated, uses)| {
            let mut uses = needs::addresses(uses, server);
            uses.retain(|used| *used != address);
            (name, Check { expression: Fragment::plain(text), validated, uses })
        };
        let body = Body {
            data_type: Fragment::plain(row.text("type")),
            collation: row.owned("collation").map(Collation::printed),
            default: row.fragment("default"),
            not_null: row.flag("not_null"),
            checks: checks.into_iter().map(check).collect(),
            absent: BTreeSet::new(),
            default_uses: needs::read(row, "default_uses", server),
            columns: row.parsed("columns"),
            span: None,
        };
        let uses = body.checks.values().flat_map(|check| &check.uses).chain(&body.default_uses).cloned();
        let uses = uses.collect();
        out.model.insert(Entry { uses, ..Entry::new(address, body) });
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("type", &mut body.data_type, Context::Type);
        if let Some((fragment, context)) = body.collation.as_mut().map(Collation::fragment) {
            visit("collation", fragment, context);
        }
        let base = body.data_type.text().to_string();
        if let Some(default) = &mut body.default {
            visit("default", default, Context::Value { of: base.clone() });
        }
        for (name, check) in &mut body.checks {
            let context = Context::Domain { base: base.clone() };
            visit(&format!("check {name}"), &mut check.expression, context);
        }
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { data_type, collation, default, not_null, checks, .. } = observed;
        let data_type = draft.type_name(data_type.text());
        draft.text("type", data_type);
        draft.some("collation", collation.as_ref().map(|collation| collation.write(draft)));
        draft.some_fragment("default", default.as_ref());
        draft.flag("not_null", *not_null);
        draft.table("checks", checks.iter().map(|(name, check)| (name, check.write())));
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { data_type, collation, default, not_null, checks, .. } = desired;
        let sql = Phrase::from("CREATE DOMAIN ").raw(name(at)).raw(" AS ").fragment(data_type);
        let sql = sql
            .with(collation.as_ref(), |sql, collation| sql.raw(" COLLATE ").fragment(collation.sql()))
            .with(default.as_ref(), |sql, default| sql.raw(" DEFAULT (").fragment(default).raw(")"))
            .when(*not_null, " NOT NULL");
        let (whole, later): (Vec<_>, Vec<_>) = checks.iter().partition(|(_, check)| check.validated);
        let sql = whole.iter().fold(sql, |sql, (name, check)| sql.raw(" ").phrase(&clause(name, check)));
        let later = later.iter().map(|(name, check)| add_not_valid(at, name, check));
        vec![Step::direct([Statement::new(Form::Create, sql)].into_iter().chain(later))]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { data_type, collation, default, not_null, checks, absent, span, .. } = desired;
        let Body { default_uses: _, columns: _, .. } = desired;
        let there = (&observed.data_type, &observed.collation);
        if there != (data_type, collation) {
            let of = |data_type: &Fragment, collation: &Option<Collation>| match collation {
                Some(collation) => Some(format!("{data_type} COLLATE {}", collation.sql())),
                None => data_type.show(),
            };
            let (from, to) = (of(there.0, there.1), of(data_type, collation));
            match observed.columns.first() {
                Some(column) => {
                    out.obstacle(Change { attribute: "type", from, to }, in_use(at, column, *span));
                }
                None => out.replaced("type", &from, &to),
            }
            return;
        }
        out.attribute("default", &observed.default, default, || {
            let sql = match default {
                Some(default) => alter(at, " SET DEFAULT ").fragment(default),
                None => alter(at, " DROP DEFAULT"),
            };
            vec![Statement::new(Form::AlterDomain, sql).into()]
        });
        out.attribute("not_null", &observed.not_null, not_null, || match not_null {
            true => {
                let statement = scan(alter(at, " SET NOT NULL"), observed, cx);
                vec![Step::from(statement).preflight(preflight(at, observed, "value IS NULL", "`not_null`"))]
            }
            false => vec![Statement::new(Form::AlterDomain, alter(at, " DROP NOT NULL")).into()],
        });
        for (name, check) in checks {
            compare_check(at, (name, check), observed, cx, out);
        }
        for (name, check) in observed.checks.iter().filter(|(name, _)| !checks.contains_key(*name)) {
            let change = Change { attribute: "check", from: Some(name.clone()), to: None };
            if absent.contains(name) || cx.prunes() {
                out.note(change, vec![Statement::new(Form::DropObject, drop_check(at, name)).into()]);
            } else {
                let from = Some(format!("{name}: {}", check.expression));
                out.drift(Change { from, ..change });
            }
        }
    }

    fn keeps_results(&self, _: &Body) -> bool {
        true
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP DOMAIN {}", name(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename_plain([from, at], Form::Catalog, &|it| format!("DOMAIN {}", name(it)), cx)
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        for column in body.columns.iter_mut().filter(|_| matches!(from.kind, "schema" | "table" | "column")) {
            let moved = Address::new("column", column.clone()).moved(from, to, &|_| true);
            column.clone_from_slice(moved.path());
        }
        let uses = body.checks.values_mut().flat_map(|check| &mut check.uses).chain(&mut body.default_uses);
        uses.for_each(|used| *used = used.moved(from, to, &|_| from.kind == "schema"));
    }

    fn let_go(&self, at: &Address, observed: &mut Body, of: &Address) -> Vec<Step> {
        let Body { checks, default, default_uses, .. } = observed;
        let held: Vec<String> = checks
            .iter()
            .filter(|(_, check)| check.uses.contains(of))
            .map(|(name, _)| name.clone())
            .collect();
        let mut steps = Vec::new();
        for name in held {
            checks.remove(&name);
            steps.push(Statement::new(Form::AlterDomain, drop_check(at, &name)).into());
        }
        if default_uses.contains(of) && default.take().is_some() {
            steps.push(Statement::new(Form::AlterDomain, alter(at, " DROP DEFAULT")).into());
        }
        steps
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match name.strip_prefix("check ") {
            Some(check) => Some(body.checks.get(check)?.expression.spelled().to_string()),
            None if name == "not_null" => body.not_null.show(),
            None if name == "base" => Some(body.data_type.text().to_string()),
            None => (name == "parts").then(|| as_list(&body.checks.keys().collect::<Vec<_>>())),
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("DOMAIN {}", name(at)))
    }
}

/// Adds, replaces or validates one check. Others may write values while a new one is not valid yet, but only such as
/// keep to it.
fn compare_check(
    at: &Address,
    (name, check): (&String, &Check),
    observed: &Body,
    cx: &Cx<'_>,
    out: &mut Alteration,
) {
    let there = observed.checks.get(name);
    let Check { expression, validated, uses: _ } = check;
    if there.is_some_and(|there| there.expression == *expression && there.validated >= *validated) {
        return;
    }
    let condition = format!("NOT ({expression})");
    let validate = scan(alter(at, " VALIDATE CONSTRAINT ").ident(name), observed, cx);
    let mut statements = Vec::new();
    let mut change = Change {
        attribute: "check",
        from: there.map(|there| format!("{name}: {}", there.expression)),
        to: Some(format!("{name}: {expression}")),
    };
    if there.is_some_and(|there| there.expression == *expression) {
        change = Change { attribute: "validated", from: Some("no".into()), to: Some("yes".into()) };
    } else {
        statements.extend(there.map(|_| Statement::new(Form::AlterDomain, drop_check(at, name))));
        statements.push(add_not_valid(at, name, check));
    }
    if *validated {
        statements.push(validate);
    }
    let preflight = validated.then(|| preflight(at, observed, &condition, &format!("check `{name}`")));
    out.note(change, vec![Step::direct(statements).preflight(preflight.flatten())]);
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}

fn alter(at: &Address, rest: &str) -> Phrase {
    Phrase::from("ALTER DOMAIN ").raw(name(at)).raw(rest)
}

fn clause(name: &str, check: &Check) -> Phrase {
    Phrase::from("CONSTRAINT ").ident(name).raw(" CHECK (").fragment(&check.expression).raw(")")
}

fn add_not_valid(at: &Address, name: &str, check: &Check) -> Statement {
    Statement::new(Form::AlterDomain, alter(at, " ADD ").phrase(&clause(name, check)).raw(" NOT VALID"))
}

fn drop_check(at: &Address, name: &str) -> Phrase {
    alter(at, " DROP CONSTRAINT ").ident(name)
}

/// A statement that reads every table with a column of the domain; the largest two stand for all.
fn scan(sql: Phrase, observed: &Body, cx: &Cx<'_>) -> Statement {
    let tables = observed.columns.iter().map(|column| Address::new("table", &column[..2]));
    let mut tables: Vec<Address> = tables.collect::<BTreeSet<_>>().into_iter().collect();
    tables.sort_by_key(|table| std::cmp::Reverse(cx.observed.tables.get(table).map(|facts| facts.bytes)));
    match tables.as_slice() {
        [] => Statement::new(Form::ScanDomain, sql),
        [only] => Statement::on(only, Form::ScanDomain, sql),
        [first, second, ..] => Statement::on(first, Form::ScanDomain, sql).also(second),
    }
}

/// Counts the values that are not what the domain wants.
fn preflight(at: &Address, observed: &Body, condition: &str, what: &str) -> Option<Preflight> {
    let base = &observed.data_type;
    let value = |[schema, table, column]: &[String; 3]| {
        format!("SELECT {}::{base} AS value FROM {}", ident(column), qualified(schema, table))
    };
    let values: Vec<String> = observed.columns.iter().map(value).collect();
    (!values.is_empty()).then(|| {
        Preflight::counting(
            "coalesce(value::text, 'NULL')",
            &format!("({}) s", values.join(" UNION ALL ")),
            condition,
            format!("values breaking {what} of `{at}`"),
            "correct those values, or the domain".to_string(),
        )
        .reading(observed.columns.iter().map(|[schema, table, _]| Address::new("table", [schema, table])))
    })
}

fn in_use(at: &Address, column: &[String; 3], span: Option<Span>) -> Obstacle {
    Obstacle {
        message: format!("column `{}` is of `{at}`, whose type is another in the file", column.join(".")),
        hint: "PostgreSQL cannot change the type of a domain; declare a domain of another name, and give that type \
               to the columns"
            .to_string(),
        span,
    }
}
