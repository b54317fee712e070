//! Functions.

use crate::delta::Alteration;
use crate::kind::{Context, Cx, Doc, Item, Place, Rank, Room, Row, Seat, Server, Visit};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, ident, not_of_extension, qualified};
use crate::statement::{Statement, Step};
use std::collections::BTreeMap;

/// The room.
pub struct Function;

/// A function.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its bare name.
    name: String,
    /// `(arguments) RETURNS result`.
    signature: Fragment,
    /// The types of its arguments, which PostgreSQL takes for its identity.
    identity: String,
    language: String,
    body: Fragment,
    volatility: &'static str,
    strict: bool,
    security_definer: bool,
    leakproof: bool,
    parallel: &'static str,
    set: BTreeMap<String, String>,
}

const VOLATILITIES: &[(&str, &str)] =
    &[("volatile", "volatile"), ("stable", "stable"), ("immutable", "immutable")];
const PARALLEL: &[(&str, &str)] = &[("unsafe", "unsafe"), ("restricted", "restricted"), ("safe", "safe")];

static DOC: Doc = Doc {
    name: "function",
    summary: "A function. Its key is its name, followed by the types of its arguments in parentheses if it has any. \
              The body is compared letter by letter.",
    manual: "sql-createfunction",
    place: Place::InSchema("functions"),
    rank: Rank::Function,
    main_key: None,
    keys: &[
        KeyDoc::new("arguments", Shape::Sql, "its arguments as in CREATE FUNCTION, without the parentheses"),
        KeyDoc::new("returns", Shape::Sql, "the type of its result; `void` if not given"),
        KeyDoc::new("language", Shape::Name, "its language; `sql` if not given"),
        KeyDoc::new("body", Shape::Sql, "what it does"),
        KeyDoc::new(
            "volatility",
            Shape::OneOf(&["volatile", "stable", "immutable"]),
            "what the planner may assume; `volatile` if not given",
        ),
        KeyDoc::new("strict", Shape::Boolean, "gives NULL for NULL without being called"),
        KeyDoc::new("security_definer", Shape::Boolean, "runs with the rights of its owner"),
        KeyDoc::new("leakproof", Shape::Boolean, "has no side effects"),
        KeyDoc::new(
            "parallel",
            Shape::OneOf(&["unsafe", "restricted", "safe"]),
            "whether parallel plans may call it; `unsafe` if not given",
        ),
        KeyDoc::new("set", Shape::Table, "settings that hold while it runs"),
    ],
    example: "[functions.\"full_name(text, text)\"]\narguments = \"first text, last text\"\nreturns = \"text\"\n\
              volatility = \"immutable\"\nbody = \"select first || ' ' || last\"\n",
};

impl Room for Function {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let key = item.key.name.clone();
        let (name, types) = match key.split_once('(') {
            Some((name, types)) => (name.trim(), types.trim_end().trim_end_matches(')').trim()),
            None => (key.trim(), ""),
        };
        let mut reader = item.reader();
        let arguments = reader.string("arguments");
        let returns = reader.string("returns");
        let language = reader.text("language").unwrap_or_else(|| "sql".to_string());
        let volatility = reader.one_of("volatility", VOLATILITIES).unwrap_or("volatile");
        let parallel = reader.one_of("parallel", PARALLEL).unwrap_or("unsafe");
        let strict = reader.flag("strict");
        let security_definer = reader.flag("security_definer");
        let leakproof = reader.flag("leakproof");
        let mut set = BTreeMap::new();
        for (key, node) in reader.table("set").map(|table| table.entries.as_slice()).unwrap_or_default() {
            match node.as_str() {
                Some(value) => _ = set.insert(key.name.clone(), value.to_string()),
                None => reader.problems().add(node.span, format!("`{}` wants a string", key.name)),
            }
        }
        let Some((text, span)) = reader.required("body") else { return };
        let list = arguments.map_or(types, |(text, _)| text.trim());
        let result = returns.map_or("void", |(text, _)| text.trim());
        let place = arguments.or(returns).map_or(item.span, |(_, span)| span);
        let body = Body {
            name: name.to_string(),
            signature: Fragment::written(format!("({list}) RETURNS {result}"), place),
            identity: types.to_string(),
            language,
            body: Fragment::written(text, span),
            volatility,
            strict,
            security_definer,
            leakproof,
            parallel,
            set,
        };
        item.address = Address::new(DOC.name, [item.schema, &format!("{name}({types})")]);
        // The server may spell the types of the arguments differently, and so the whole address.
        item.unnamed = !types.is_empty() || !list.is_empty();
        item.declare(body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), not_of_extension("pg_proc", "p.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, p.proname AS name, oidvectortypes(p.proargtypes) AS types, \
             pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result, \
             l.lanname AS language, p.prosrc AS body, p.provolatile AS volatility, p.proisstrict AS strict, \
             p.prosecdef AS security_definer, p.proleakproof AS leakproof, p.proparallel AS parallel, \
             to_json(p.proconfig) AS set \
             FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
             WHERE p.prokind = 'f' AND {ours} AND {own} ORDER BY p.oid"
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat::ROUTINE)
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let (name, types) = (row.text("name"), row.text("types"));
        let settings = row.list("set").into_iter();
        let body = Body {
            name: name.to_string(),
            signature: Fragment::plain(format!("({}) RETURNS {}", row.text("arguments"), row.text("result"))),
            identity: types.to_string(),
            language: row.text("language").to_string(),
            body: Fragment::plain(row.text("body")),
            volatility: match row.text("volatility") {
                "i" => "immutable",
                "s" => "stable",
                _ => "volatile",
            },
            strict: row.flag("strict"),
            security_definer: row.flag("security_definer"),
            leakproof: row.flag("leakproof"),
            parallel: match row.text("parallel") {
                "s" => "safe",
                "r" => "restricted",
                _ => "unsafe",
            },
            set: settings
                .filter_map(|pair| {
                    pair.split_once('=').map(|(key, value)| (key.to_string(), value.to_string()))
                })
                .collect(),
        };
        let address = Address::new(DOC.name, [row.text("schema"), &format!("{name}({types})")]);
        out.model.insert(Entry::new(address, body));
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("signature", &mut body.signature, Context::Signature);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::Create, define(at, desired, "CREATE")).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body {
            name: _,
            signature,
            identity: _,
            language,
            body,
            volatility,
            strict,
            security_definer,
            leakproof,
            parallel,
            set,
        } = desired;
        out.replaced("signature", &observed.signature, signature);
        let mut changed = Alteration::default();
        changed.attribute("language", &observed.language, language, Vec::new);
        changed.attribute("body", &observed.body, body, Vec::new);
        changed.attribute("volatility", &observed.volatility, volatility, Vec::new);
        changed.attribute("strict", &observed.strict, strict, Vec::new);
        changed.attribute("security_definer", &observed.security_definer, security_definer, Vec::new);
        changed.attribute("leakproof", &observed.leakproof, leakproof, Vec::new);
        changed.attribute("parallel", &observed.parallel, parallel, Vec::new);
        changed.attribute("set", &observed.set, set, Vec::new);
        if !changed.is_empty() {
            let sql = define(at, desired, "CREATE OR REPLACE");
            out.steps.push(Statement::new(Form::Catalog, sql).into());
            out.changes.append(&mut changed.changes);
        }
    }

    fn drop(&self, at: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        let name = format!("{}({})", qualified(at.schema(), &observed.name), observed.identity);
        vec![Statement::new(Form::DropObject, format!("DROP FUNCTION {name}")).into()]
    }

    fn same_shape(&self, desired: &Body, observed: &Body) -> bool {
        let count = |types: &str| if types.is_empty() { 0 } else { types.split(',').count() };
        desired.name == observed.name && count(&desired.identity) == count(&observed.identity)
    }

    fn identity(&self, at: &Address) -> Option<String> {
        let (name, types) = at.name().split_once('(')?;
        Some(format!("FUNCTION {}({types}", qualified(at.schema(), name)))
    }
}

fn define(at: &Address, desired: &Body, verb: &str) -> Phrase {
    let tag = dollar_tag(desired.body.text());
    let mut sql = Phrase::from(format!("{verb} FUNCTION {}", qualified(at.schema(), &desired.name)))
        .fragment(&desired.signature)
        .raw(format!("\n    LANGUAGE {}", ident(&desired.language)))
        .when(desired.volatility != "volatile", &format!(" {}", desired.volatility.to_uppercase()))
        .when(desired.strict, " STRICT")
        .when(desired.security_definer, " SECURITY DEFINER")
        .when(desired.leakproof, " LEAKPROOF")
        .when(desired.parallel != "unsafe", &format!(" PARALLEL {}", desired.parallel.to_uppercase()));
    for (name, value) in &desired.set {
        // The value of search_path is a list of names, which a literal would make one name of.
        let value = if name == "search_path" { value.clone() } else { crate::sql::literal(value) };
        sql = sql.raw(format!("\n    SET {name} = {value}"));
    }
    sql.raw(format!("\n    AS {tag}")).fragment(&desired.body).raw(tag)
}

/// A dollar-quote tag that the text does not contain.
fn dollar_tag(text: &str) -> String {
    if !text.contains("$$") && !text.ends_with('$') {
        return "$$".to_string();
    }
    let free = (1..).find(|number| !text.contains(&format!("$body{number}")));
    format!("$body{}$", free.unwrap_or_default())
}
