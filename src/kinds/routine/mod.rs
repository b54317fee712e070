//! Functions and procedures: one room with two doors.

mod sql;

use crate::delta::{Alteration, Change};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Place, Privileges, Rank, Room, Row, Seat, Server, Tail, Visit, rename,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::pg::Feature;
use crate::source::{KeyDoc, Reader, Shape, Span, Value};
use crate::sql::{
    DYNAMIC, Form, Fragment, Phrase, argument_types, ident, idents, is_list, listed_names, qualified,
    retype_routine, split_routine, sql_of, stored_names,
};
use crate::statement::{Statement, Step, Trial};
use std::collections::BTreeMap;

/// The room of one of the two.
pub struct Routine {
    doc: &'static Doc,
    /// Which rows of `pg_proc p` are of this kind.
    only: &'static str,
    word: &'static str,
}

/// Functions of their own: those that come with a type are part of it.
const ROUTINES: &str = "p.prokind IN ('f', 'w') AND NOT EXISTS (SELECT FROM pg_depend i \
     WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')";

/// Functions.
pub static FUNCTION: Routine = Routine { doc: &FUNCTION_DOC, only: ROUTINES, word: "FUNCTION" };
/// Procedures.
pub static PROCEDURE: Routine = Routine { doc: &PROCEDURE_DOC, only: "p.prokind = 'p'", word: "PROCEDURE" };

/// A function or a procedure.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its bare name.
    name: String,
    /// `(arguments) RETURNS result`; the server's spelling is a document with its parts.
    signature: Fragment,
    /// The types of its arguments, which PostgreSQL takes for its identity.
    identity: String,
    language: String,
    code: Code,
    window: bool,
    volatility: &'static str,
    strict: bool,
    security_definer: bool,
    leakproof: bool,
    parallel: &'static str,
    /// Desired: nothing where the server's own estimate will do.
    cost: Option<String>,
    rows: Option<String>,
    support: Option<String>,
    transforms: Vec<Fragment>,
    /// Settings by their names in lower case; a list of names is as in SQL.
    set: BTreeMap<String, Fragment>,
    /// Desired: whether all that its text names is there once everything in the file is.
    check_body: bool,
}

/// What a routine does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Code {
    /// Text in its language.
    Text(Fragment),
    /// SQL that the server has parsed: `BEGIN ATOMIC …` or `RETURN …`.
    Parsed(Fragment),
    /// A symbol in a file.
    Object { file: String, symbol: String },
}

const VOLATILITIES: &[(&str, &str)] =
    &[("volatile", "volatile"), ("stable", "stable"), ("immutable", "immutable")];
const PARALLEL: &[(&str, &str)] = &[("unsafe", "unsafe"), ("restricted", "restricted"), ("safe", "safe")];

const ARGUMENTS: KeyDoc =
    KeyDoc::new("arguments", Shape::Sql, "its arguments as in SQL, without the parentheses");
const LANGUAGE: KeyDoc = KeyDoc::new("language", Shape::Name, "its language; `sql` if not given");
const BODY: KeyDoc = KeyDoc::new("body", Shape::Sql, "what it does, compared letter by letter");
const CHECK_BODY: KeyDoc = KeyDoc::new(
    "check_body",
    Shape::Boolean,
    "whether its language checks `body` before the first statement, and once everything is in place; `true` if not given. \
     `false` is for what names things that are made only while it runs",
);
const SQL_BODY: KeyDoc = KeyDoc::new(
    "sql_body",
    Shape::Sql,
    "instead of `body`: `RETURN …` or `BEGIN ATOMIC …`, which the server parses (PostgreSQL 14)",
);
const OBJ_FILE: KeyDoc = KeyDoc::new("obj_file", Shape::Text, "instead of `body`, in C: the file it is in");
const LINK_SYMBOL: KeyDoc =
    KeyDoc::new("link_symbol", Shape::Text, "its symbol in `obj_file`; its name if not given");
const SECURITY: KeyDoc = KeyDoc::new("security_definer", Shape::Boolean, "runs with the rights of its owner");
const TRANSFORM: KeyDoc =
    KeyDoc::new("transform", Shape::SqlList, "the types that are handed to its language by their transforms");
const SET: KeyDoc = KeyDoc::new("set", Shape::Table, "settings that hold while it runs");

static FUNCTION_DOC: Doc = Doc {
    name: "function",
    summary: "A function. Its key is its name with the types of its arguments: `f(int, text)`; where `arguments` has \
              them too, the name will do. It is altered by CREATE OR REPLACE where PostgreSQL can; else it goes and \
              comes back with its privileges.",
    manual: "sql-createfunction",
    place: Place::InSchema("functions"),
    rank: Rank::Function,
    main_key: None,
    keys: &[
        ARGUMENTS,
        KeyDoc::new("returns", Shape::Sql, "the type of its result; `void` if not given"),
        LANGUAGE,
        BODY,
        CHECK_BODY,
        SQL_BODY,
        OBJ_FILE,
        LINK_SYMBOL,
        KeyDoc::new("window", Shape::Boolean, "it is a window function"),
        KeyDoc::new(
            "volatility",
            Shape::OneOf(&["volatile", "stable", "immutable"]),
            "what the planner may assume; `volatile` if not given",
        ),
        KeyDoc::new("strict", Shape::Boolean, "gives NULL for NULL without being called"),
        SECURITY,
        KeyDoc::new("leakproof", Shape::Boolean, "has no side effects"),
        KeyDoc::new(
            "parallel",
            Shape::OneOf(&["unsafe", "restricted", "safe"]),
            "whether parallel plans may call it; `unsafe` if not given",
        ),
        KeyDoc::new("cost", Shape::Any, "what a call costs; 1 in C, else 100 if not given"),
        KeyDoc::new("rows", Shape::Any, "how many rows a set has; 1000 if not given"),
        KeyDoc::new("support", Shape::Name, "the function that helps the planner with it"),
        TRANSFORM,
        SET,
    ],
    features: &[("sql_body", Feature::SqlBody)],
    example: "[functions.\"full_name(text, text)\"]\narguments = \"first text, last text\"\nreturns = \"text\"\n\
              volatility = \"immutable\"\nbody = \"select first || ' ' || last\"\n\n\
              [functions.\"twice(int)\"]\narguments = \"n int\"\nreturns = \"int\"\nlanguage = \"plpgsql\"\n\
              cost = 5\nset = { search_path = \"pg_catalog, pg_temp\" }\nbody = \"begin return 2 * n; end\"\n",
};

static PROCEDURE_DOC: Doc = Doc {
    name: "procedure",
    summary: "A procedure, called by CALL. Its key is like that of a function.",
    manual: "sql-createprocedure",
    place: Place::InSchema("procedures"),
    rank: Rank::Function,
    main_key: None,
    keys: &[ARGUMENTS, LANGUAGE, BODY, CHECK_BODY, SQL_BODY, OBJ_FILE, LINK_SYMBOL, SECURITY, TRANSFORM, SET],
    features: &[("sql_body", Feature::SqlBody), ("arguments", Feature::ProcedureOutParameters)],
    example: "[tables.events.columns]\nid = \"bigint\"\n\n[procedures.\"forget(bigint)\"]\narguments = \"which bigint\"\n\
              body = \"delete from events where id = which\"\n",
};

impl Room for Routine {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        self.doc
    }

    fn read(&self, item: &mut Item<'_>) {
        let is_function = self.is_function();
        let (name, key_types) = split_routine(&item.key.name);
        let mut reader = item.reader();
        let arguments = reader.string("arguments");
        let returns = if is_function { reader.string("returns") } else { None };
        let place = arguments.or(returns).map_or(reader.span(), |(_, span)| span);
        let list = arguments.map_or(key_types, |(text, _)| text.trim());
        let signature = signature(key_types, arguments, returns, is_function);
        let types = types(&mut reader, (name, key_types), arguments);
        let usual = if reader.has("obj_file") { "c" } else { "sql" };
        let language = reader.text("language").unwrap_or_else(|| usual.to_string());
        let mut body = Body {
            name: name.to_string(),
            signature: Fragment::composed(&signature, place),
            identity: types.join(", "),
            language,
            code: Code::Text(Fragment::plain("")),
            window: is_function && reader.flag("window"),
            volatility: "volatile",
            strict: is_function && reader.flag("strict"),
            security_definer: reader.flag("security_definer"),
            leakproof: is_function && reader.flag("leakproof"),
            parallel: "unsafe",
            cost: None,
            rows: None,
            support: None,
            transforms: transforms(&mut reader),
            set: settings(&mut reader),
            check_body: reader.boolean("check_body").unwrap_or(true),
        };
        let support = if is_function { reader.text("support") } else { None };
        if is_function {
            body.volatility = reader.one_of("volatility", VOLATILITIES).unwrap_or("volatile");
            body.parallel = reader.one_of("parallel", PARALLEL).unwrap_or("unsafe");
            (body.cost, body.rows) = (number(&mut reader, "cost"), number(&mut reader, "rows"));
        }
        let Some(code) = code(&mut reader, name) else { return };
        if let Code::Parsed(parsed) = &code {
            item.want(Feature::SqlBody, parsed.span().unwrap_or(item.span));
        }
        if !is_function && argument_types(list, true).len() > argument_types(list, false).len() {
            item.want(Feature::ProcedureOutParameters, place);
        }
        body.code = code;
        if let Some((schema, name)) = support.map(|name| item.resolve(&name)) {
            body.support = Some(qualified(&schema, &name));
            // A support function has this one argument (manual, Function Optimization Information).
            item.need(Address::new(self.doc.name, [schema, format!("{name}(internal)")]));
        }
        item.address = Address::new(self.doc.name, [item.schema, &format!("{name}({})", types.join(", "))]);
        // The server may spell the types of the arguments differently, and so the whole address.
        item.unnamed = !types.is_empty();
        item.need(Address::new("language", [&body.language]));
        item.declare(body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_proc", "p.oid"));
        let parsed = if server.has(Feature::SqlBody) { "pg_get_function_sqlbody(p.oid)" } else { "NULL" };
        Some(format!(
            "SELECT n.nspname AS schema, p.proname AS name, oidvectortypes(p.proargtypes) AS types, \
             {} AS signature, l.lanname AS language, p.prosrc AS body, {parsed} AS sql_body, \
             p.probin AS obj_file, p.prokind = 'w' AS window, p.provolatile AS volatility, p.proisstrict AS strict, \
             p.prosecdef AS security_definer, p.proleakproof AS leakproof, p.proparallel AS parallel, \
             p.procost AS cost, p.prorows AS rows, (SELECT quote_ident(sn.nspname) || '.' || quote_ident(s.proname) \
             FROM pg_proc s JOIN pg_namespace sn ON sn.oid = s.pronamespace WHERE s.oid = p.prosupport) AS support, \
             (SELECT json_agg(format_type(t, NULL)) FROM unnest(p.protrftypes) t) AS transforms, \
             to_json(p.proconfig) AS set, {} AS needs \
             FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
             WHERE {} AND {ours} AND {own} ORDER BY p.oid",
            sql::SIGNATURE,
            needs::query("pg_proc", "p.oid"),
            self.only
        ))
    }

    fn seat(&self) -> Option<Seat> {
        let privileges = Seat::ROUTINE.privileges.map(|known| Privileges { called: self.word, ..known });
        Some(Seat { only: self.only, privileges, ..Seat::ROUTINE })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let (name, types) = (row.text("name"), row.text("types"));
        let setting = |pair: String| {
            let (name, value) = pair.split_once('=')?;
            let name = name.to_lowercase();
            // As the server stores what SQL has said.
            let value = if is_list(&name) { idents(&stored_names(value)) } else { value.to_string() };
            Some((name, Fragment::plain(value)))
        };
        let body = Body {
            name: name.to_string(),
            signature: Fragment::plain(row.text("signature")),
            identity: types.to_string(),
            language: row.text("language").to_string(),
            code: match (row.get("sql_body"), row.get("obj_file")) {
                (Some(parsed), _) => Code::Parsed(Fragment::plain(parsed)),
                (None, Some(file)) => {
                    Code::Object { file: file.to_string(), symbol: row.text("body").to_string() }
                }
                (None, None) => Code::Text(Fragment::plain(row.text("body"))),
            },
            window: row.flag("window"),
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
            cost: row.get("cost").map(plain_number),
            rows: row.get("rows").map(plain_number),
            support: row.owned("support"),
            transforms: row.list("transforms").into_iter().map(Fragment::plain).collect(),
            set: row.list("set").into_iter().filter_map(setting).collect(),
            check_body: true,
        };
        let address = Address::new(self.doc.name, [row.text("schema"), &format!("{name}({types})")]);
        let mut entry = Entry::new(address, body);
        entry.needs = needs::read(row, "needs", server);
        entry.needs.push(Address::new("language", [row.text("language")]));
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("signature", &mut body.signature, sql::signature_context(self.word, &body.language));
        if let Code::Parsed(parsed) = &mut body.code {
            visit("sql_body", parsed, sql::body_context(self.word, at, &body.signature));
        }
        // Along a path of its own it may find nothing of strangers.
        let is_own = |name: &String| ["pg_catalog", "pg_temp"].contains(&name.as_str());
        let path = body.set.get("search_path").map(|path| listed_names(path.text()));
        if let Code::Text(text) = &mut body.code
            && path.as_ref().is_none_or(|path| !path.iter().all(is_own))
        {
            let is_read = ["sql", "plpgsql"].contains(&body.language.as_str());
            let lower = text.text().to_lowercase();
            let is_open = !is_read || DYNAMIC.iter().any(|word| lower.contains(word));
            visit("body", text, Context::Body { path, is_open });
        }
        for (number, of) in body.transforms.iter_mut().enumerate() {
            visit(&format!("transform {number}"), of, Context::Type);
        }
        for (name, value) in body.set.iter_mut().filter(|(name, _)| is_list(name)) {
            visit(&format!("set {name}"), value, sql::setting_context(name));
        }
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        sql::write(self.word, observed, draft);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::Create, sql::define(self.word, at, desired, "CREATE")).into()]
    }

    fn trial(&self, at: &Address, desired: &Body) -> Option<Trial> {
        // What the server reads itself is in place of another one only once that is replaced.
        let is_read = matches!(desired.code, Code::Text(_) | Code::Parsed(_)) && desired.check_body;
        let name = ident(split_routine(at.name()).0);
        let temporary = Address::new(at.kind, ["pg_temp", at.name()]);
        is_read.then(|| Trial {
            make: sql::define(self.word, &temporary, desired, "CREATE"),
            undo: format!("DROP {} pg_temp.{name}", self.word),
            hint: "declare what it names; or say `check_body = false`, if that is made only while it runs",
        })
    }

    fn refused_texts(&self, server: &Server, path: &str, strange: &[Address]) -> Option<String> {
        Some(sql::refused_texts(self.only, server, path, strange))
    }

    fn leave_untried(&self, observed: &mut Body) {
        observed.check_body = false;
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body {
            name: _,
            signature,
            identity: _,
            language,
            code,
            window,
            volatility,
            strict,
            security_definer,
            leakproof,
            parallel,
            cost,
            rows,
            support,
            transforms,
            set,
            check_body: _,
        } = desired;
        out.replaced("window", &observed.window, window);
        let mut changed = Alteration::default();
        if *signature != observed.signature {
            let [from, to] = [&observed.signature, signature].map(|it| sql_of(it.spelled()).into_owned());
            if sql::can_become(observed.signature.spelled(), signature.spelled()) {
                changed.attribute("signature", &from, &to, Vec::new);
            } else {
                out.replaced("signature", &from, &to);
            }
        }
        changed.attribute("language", &observed.language, language, Vec::new);
        changed.attribute("body", &observed.code, code, Vec::new);
        changed.attribute("volatility", &observed.volatility, volatility, Vec::new);
        changed.attribute("strict", &observed.strict, strict, Vec::new);
        changed.attribute("security_definer", &observed.security_definer, security_definer, Vec::new);
        changed.attribute("leakproof", &observed.leakproof, leakproof, Vec::new);
        changed.attribute("parallel", &observed.parallel, parallel, Vec::new);
        let usual = if matches!(language.as_str(), "c" | "internal") { "1" } else { "100" };
        changed.attribute("cost", &observed.cost, &cost.clone().or(Some(usual.into())), Vec::new);
        // Only a set has rows.
        let usual = if observed.rows.as_deref() == Some("0") { "0" } else { "1000" };
        changed.attribute("rows", &observed.rows, &rows.clone().or(Some(usual.into())), Vec::new);
        changed.attribute("support", &observed.support, support, Vec::new);
        changed.attribute("transform", &observed.transforms, transforms, Vec::new);
        changed.attribute("set", &sql::Settings(&observed.set), &sql::Settings(set), Vec::new);
        if !changed.is_empty() {
            let sql = sql::define(self.word, at, desired, "CREATE OR REPLACE");
            out.steps.push(Statement::new(Form::Catalog, sql).into());
            out.changes.append(&mut changed.changes);
        }
    }

    fn gives_results(&self, changes: Option<&[Change]>) -> bool {
        changes.is_none_or(|changes| changes.iter().any(|change| change.attribute == "body"))
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", self.called(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename([from, at], |name| split_routine(name).0, Form::Catalog, &|it| self.called(it), cx)
    }

    fn same_shape(&self, desired: &Body, observed: &Body) -> bool {
        let count = |types: &str| argument_types(types, false).len();
        desired.name == observed.name && count(&desired.identity) == count(&observed.identity)
    }

    fn holds_fast(&self) -> bool {
        true
    }

    fn tail(&self) -> Tail {
        Tail::Types
    }

    fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
        retype_routine(name, spell)
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(self.called(at))
    }
}

impl Routine {
    fn is_function(&self) -> bool {
        self.word == "FUNCTION"
    }

    /// `FUNCTION public.f(integer)`.
    fn called(&self, at: &Address) -> String {
        let (name, types) = split_routine(at.name());
        format!("{} {}({types})", self.word, qualified(at.schema(), name))
    }
}

fn transforms(reader: &mut Reader<'_, '_>) -> Vec<Fragment> {
    let said = reader.strings("transform").into_iter();
    said.map(|(text, span)| Fragment::written(text, span)).collect()
}

/// A number as the server's catalog has it, in single precision.
fn plain_number(text: &str) -> String {
    text.parse::<f32>().map_or_else(|_| text.to_string(), |number| number.to_string())
}

fn number(reader: &mut Reader<'_, '_>, key: &str) -> Option<String> {
    let node = reader.node(key)?;
    match &node.value {
        Value::Integer(number) if *number > 0 => Some(plain_number(&number.to_string())),
        Value::Float(text) if !text.starts_with('-') => Some(plain_number(text)),
        _ => {
            reader.problems().add(node.span, format!("`{key}` wants a number above 0"));
            None
        }
    }
}

/// The settings, by name; a list of names is written as in SQL.
fn settings(reader: &mut Reader<'_, '_>) -> BTreeMap<String, Fragment> {
    let mut set = BTreeMap::new();
    for (key, node) in reader.table("set").into_iter().flat_map(|table| &table.entries) {
        let name = key.name.to_lowercase();
        let text = match &node.value {
            Value::String(text) if is_list(&name) && text.trim().is_empty() => "''".to_string(),
            Value::String(text) if is_list(&name) => text.trim().to_string(),
            Value::String(text) | Value::Float(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(on) => if *on { "on" } else { "off" }.to_string(),
            _ => {
                reader.problems().add(node.span, format!("`{}` wants a plain value", key.name));
                continue;
            }
        };
        set.insert(name, Fragment::written(text, node.span));
    }
    set
}

/// What it does: exactly one of `body`, `sql_body` and `obj_file`.
fn code(reader: &mut Reader<'_, '_>, name: &str) -> Option<Code> {
    let given: Vec<&str> =
        ["body", "sql_body", "obj_file"].into_iter().filter(|key| reader.has(key)).collect();
    if let [_, second, ..] = given.as_slice() {
        let span = reader.span_of(second);
        reader.problems().add(span, format!("`{}` and `{second}` exclude each other", given[0]));
        return None;
    }
    let symbol = reader.text("link_symbol");
    if reader.has("sql_body") {
        let (text, span) = reader.string("sql_body")?;
        return Some(Code::Parsed(Fragment::written(text.trim().trim_end_matches(';'), span)));
    }
    if let Some(file) = reader.text("obj_file") {
        return Some(Code::Object { file, symbol: symbol.unwrap_or_else(|| name.to_string()) });
    }
    let (text, span) = reader.required("body")?;
    Some(Code::Text(Fragment::written(text, span)))
}

/// What follows the name, each part with its place.
fn signature(
    key_types: &str,
    arguments: Option<(&str, Span)>,
    returns: Option<(&str, Span)>,
    is_function: bool,
) -> Phrase {
    let list = match arguments {
        Some((text, span)) => Phrase::from("(").written(text.trim(), span),
        None => Phrase::from("(").raw(key_types),
    };
    match returns {
        Some((text, span)) => list.raw(") RETURNS ").written(text.trim(), span),
        None => list.raw(")").when(is_function, " RETURNS void"),
    }
}

/// The types of the arguments: those that the name has, which must be as many as those of `arguments`, or these.
fn types(
    reader: &mut Reader<'_, '_>,
    (name, types): (&str, &str),
    arguments: Option<(&str, Span)>,
) -> Vec<String> {
    let given = argument_types(arguments.map_or(types, |(text, _)| text.trim()), false);
    if types.is_empty() {
        return given;
    }
    let named = argument_types(types, false);
    if let Some((_, span)) = arguments.filter(|_| given.len() != named.len()) {
        let (given, count) = (given.len(), named.len());
        let message = format!("`arguments` has {given} of them, and the name `{name}({types})` has {count}");
        reader.problems().add(span, message);
    }
    named
}
