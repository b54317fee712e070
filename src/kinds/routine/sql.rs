//! The SQL of functions and procedures, and what CREATE OR REPLACE can change.

use super::{Body, Code};
use crate::delta::Show;
use crate::kind::{Context, Draft, Server};
use crate::model::Address;
use crate::pg::Feature;
use crate::source::Value;
use crate::sql::{
    Fragment, MAX_NAME_BYTES, Phrase, dollar_tag, facts, ident, idents, is_list, literal, qualified,
    split_routine, sql_of, stored_names,
};
use std::collections::BTreeMap;

/// The signature of `pg_proc p`: its parts, and `(arguments) RETURNS result`.
pub const SIGNATURE: &str = "json_build_array(json_build_object('modes', p.proargmodes, 'names', p.proargnames, \
     'types', (SELECT json_agg(format_type(u.of, NULL) ORDER BY u.n) \
     FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY u(of, n)), \
     'result', pg_get_function_result(p.oid), 'defaults', p.pronargdefaults, \
     'arguments', pg_get_function_arguments(p.oid)), '(' || pg_get_function_arguments(p.oid) || ')' \
     || coalesce(' RETURNS ' || pg_get_function_result(p.oid), ''))::text";

/// The parts of a signature.
#[derive(serde::Deserialize)]
struct Parts {
    modes: Option<Vec<String>>,
    names: Option<Vec<String>>,
    types: Option<Vec<String>>,
    result: Option<String>,
    defaults: u32,
    arguments: String,
}

/// A list of names as SQL, from how it is stored: there, names may be empty or longer than an identifier can be, as only
/// a literal can say; `pg_dump` does the same.
fn list_of_names(stored: &str) -> String {
    let names = stored_names(stored);
    match names.iter().any(|name| name.is_empty() || name.len() > MAX_NAME_BYTES) {
        true => names.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", "),
        false => idents(&names),
    }
}

/// The words that make a routine of a signature, in a language that refuses no type.
fn filler(language: &str) -> &'static str {
    match language {
        "c" | "internal" => " LANGUAGE internal AS 'int4in'",
        _ => " LANGUAGE plpgsql AS 'begin end'",
    }
}

/// How the server can be asked to spell a signature.
pub fn signature_context(word: &str, language: &str) -> Context {
    Context::Part {
        setup: String::new(),
        host: None,
        before: format!("CREATE {word} pg_temp.pgr_routine"),
        after: filler(language).to_string(),
        spelled: format!("SELECT {SIGNATURE} FROM pg_proc p WHERE p.pronamespace = pg_my_temp_schema()"),
    }
}

/// How the server can be asked to spell a body: in it, arguments may be named after the routine.
pub fn body_context(word: &str, at: &Address, signature: &Fragment) -> Context {
    let name = ident(split_routine(at.name()).0);
    Context::Part {
        setup: String::new(),
        host: None,
        before: format!("CREATE {word} pg_temp.{name}{} LANGUAGE sql ", sql_of(signature.text())),
        after: String::new(),
        spelled: "SELECT pg_get_function_sqlbody(p.oid) FROM pg_proc p \
                  WHERE p.pronamespace = pg_my_temp_schema()"
            .to_string(),
    }
}

/// How the server can be asked to spell the value of a setting that is a list.
pub fn setting_context(name: &str) -> Context {
    Context::Part {
        setup: String::new(),
        host: None,
        before: format!("CREATE FUNCTION pg_temp.pgr_routine() RETURNS void LANGUAGE sql SET {name} = "),
        after: " AS ''".to_string(),
        spelled: format!(
            "SELECT substr(p.proconfig[1], {}) FROM pg_proc p WHERE p.pronamespace = pg_my_temp_schema()",
            name.len() + 2
        ),
    }
}

/// Whether CREATE OR REPLACE makes the one signature of the other: the types stay, names are only given where there
/// were none, and no default is taken away.
pub fn can_become(observed: &str, desired: &str) -> bool {
    let (Some::<Parts>(from), Some::<Parts>(to)) = (facts(observed), facts(desired)) else { return false };
    let count = from.types.as_ref().map_or(0, Vec::len);
    let name = |parts: &Parts, n: usize| {
        parts.names.as_ref().and_then(|names| names.get(n)).cloned().unwrap_or_default()
    };
    let mode = |n: usize| from.modes.as_ref().and_then(|modes| modes.get(n)).map_or("i", String::as_str);
    let named = |n: usize| {
        let (from, to) = (name(&from, n), name(&to, n));
        from == to || from.is_empty() && matches!(mode(n), "i" | "v")
    };
    from.modes == to.modes
        && from.types == to.types
        && from.result == to.result
        && from.defaults <= to.defaults
        && (0..count).all(named)
}

/// `CREATE FUNCTION …`, with `verb` in front.
pub fn define(word: &str, at: &Address, desired: &Body, verb: &str) -> Phrase {
    let name = split_routine(at.name()).0;
    let mut sql = Phrase::from(format!("{verb} {word} {}", qualified(at.schema(), name)));
    sql =
        sql.fragment(&desired.signature.as_sql()).raw(format!("\n    LANGUAGE {}", ident(&desired.language)));
    for (number, of) in desired.transforms.iter().enumerate() {
        sql = sql.raw(if number == 0 { " TRANSFORM FOR TYPE " } else { ", FOR TYPE " }).fragment(of);
    }
    sql = sql
        .when(desired.window, " WINDOW")
        .when(desired.volatility != "volatile", &format!(" {}", desired.volatility.to_uppercase()))
        .when(desired.strict, " STRICT")
        .when(desired.security_definer, " SECURITY DEFINER")
        .when(desired.leakproof, " LEAKPROOF")
        .when(desired.parallel != "unsafe", &format!(" PARALLEL {}", desired.parallel.to_uppercase()))
        .with(desired.cost.as_ref(), |sql, cost| sql.raw(format!(" COST {cost}")))
        .with(desired.rows.as_ref().filter(|rows| *rows != "0"), |sql, rows| sql.raw(format!(" ROWS {rows}")))
        .with(desired.support.as_ref(), |sql, support| sql.raw(format!(" SUPPORT {support}")));
    for (name, value) in &desired.set {
        let quoted = name.split('.').map(ident).collect::<Vec<_>>().join(".");
        sql = sql.raw(format!("\n    SET {quoted} = "));
        sql = match (is_list(name), value.span()) {
            (false, _) => sql.literal(value.text()),
            (true, Some(_)) => sql.fragment(value),
            (true, None) => sql.raw(list_of_names(value.text())),
        };
    }
    match &desired.code {
        Code::Parsed(parsed) => sql.raw("\n    ").fragment(parsed),
        Code::Text(text) => {
            let tag = dollar_tag(text.text());
            sql.raw(format!("\n    AS {tag}")).fragment(text).raw(tag)
        }
        Code::Object { file, symbol } => {
            sql.raw("\n    AS ").literal(file).raw(format!(", {}", literal(symbol)))
        }
    }
}

/// See `Room::refused_texts`. The validators read the text and run nothing of it; what they say is caught, so that it is no
/// error in the server's log.
pub fn refused_texts(only: &str, server: &Server, path: &str, strange: &[Address]) -> String {
    let (ours, trusted, own) =
        (server.in_schemas("n.nspname"), server.trusts("p.proowner"), server.is_read("pg_proc", "p.oid"));
    let parsed = if server.has(Feature::SqlBody) { "p.prosqlbody IS NULL" } else { "true" };
    let signature = "p.proname || '(' || oidvectortypes(p.proargtypes) || ')'";
    let strange: Vec<String> =
        strange.iter().map(|at| format!("({}, {})", literal(at.schema()), literal(at.name()))).collect();
    let strange = match strange.is_empty() {
        true => "true".to_string(),
        false => format!("(n.nspname::text, {signature}) NOT IN ({})", strange.join(", ")),
    };
    let code = format!(
        " DECLARE pgr_routine pg_catalog.record; pgr_refused pg_catalog.oid[] := '{{}}'; BEGIN FOR pgr_routine IN \
         SELECT p.oid, format('SELECT pg_catalog.%I(%s::pg_catalog.oid)', v.proname, p.oid) AS call, coalesce((SELECT substr(c, 13) \
         FROM unnest(p.proconfig) c WHERE starts_with(c, 'search_path=')), {path}) AS path \
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
         JOIN pg_proc v ON v.oid = l.lanvalidator AND v.pronamespace = 'pg_catalog'::regnamespace \
         WHERE l.lanname IN ('sql', 'plpgsql') AND {parsed} AND {only} AND {ours} AND {own} AND {trusted} AND {strange} \
         LOOP BEGIN PERFORM set_config('search_path', pgr_routine.path, true); EXECUTE pgr_routine.call; \
         PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true); \
         EXCEPTION WHEN insufficient_privilege THEN NULL; WHEN others THEN \
         pgr_refused := pg_catalog.array_append(pgr_refused, pgr_routine.oid); END; END LOOP; \
         PERFORM pg_catalog.set_config('pgreconcile.refused', pgr_refused::pg_catalog.text, true); END ",
        path = literal(path),
    );
    let tag = dollar_tag(&code);
    format!(
        "DO {tag}{code}{tag}; SELECT to_json(ARRAY[n.nspname::text, {signature}])::text AS path FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE p.oid = ANY (current_setting('pgreconcile.refused')::oid[])"
    )
}

/// The routine as the file says it.
pub fn write(word: &str, observed: &Body, draft: &mut Draft<'_>) {
    let Some(Parts { arguments, result, .. }) = facts(observed.signature.text()) else {
        return draft.unsaid("its arguments");
    };
    if !arguments.is_empty() {
        draft.text("arguments", arguments);
    }
    if word == "FUNCTION" {
        draft.word("returns", result.as_deref().unwrap_or("void"), "void");
    }
    let native = matches!(observed.language.as_str(), "c" | "internal");
    draft.word("language", &observed.language, if observed.language == "c" { "c" } else { "sql" });
    draft.word("volatility", observed.volatility, "volatile");
    if !observed.check_body {
        draft.put("check_body", Value::Boolean(false));
    }
    draft.flag("window", observed.window);
    draft.flag("strict", observed.strict);
    draft.flag("security_definer", observed.security_definer);
    draft.flag("leakproof", observed.leakproof);
    draft.word("parallel", observed.parallel, "unsafe");
    let mut number = |key: &str, value: &Option<String>, usual: &[&str]| {
        let Some(value) = value.as_deref().filter(|value| !usual.contains(value)) else { return };
        draft.put(key, value.parse().map_or_else(|_| Value::Float(value.to_string()), Value::Integer));
    };
    // Nobody plans around a procedure.
    if word == "FUNCTION" {
        number("cost", &observed.cost, if native { &["1"] } else { &["100"] });
        number("rows", &observed.rows, &["0", "1000"]);
    }
    draft.some("support", observed.support.as_ref());
    draft.list("transform", observed.transforms.iter().map(Fragment::text));
    let value = |name: &str, text: &str| if is_list(name) { list_of_names(text) } else { text.to_string() };
    let settings = observed.set.iter().map(|(name, text)| (name, Value::String(value(name, text.text()))));
    draft.table("set", settings);
    match &observed.code {
        Code::Text(text) => draft.fragment("body", text),
        Code::Parsed(text) => draft.fragment("sql_body", text),
        Code::Object { file, symbol } => {
            draft.text("obj_file", file);
            draft.text("link_symbol", symbol);
        }
    }
}

/// Settings, as a report shows them.
#[derive(PartialEq)]
pub struct Settings<'a>(pub &'a BTreeMap<String, Fragment>);

impl Show for Settings<'_> {
    fn show(&self) -> Option<String> {
        let settings = self.0.iter().map(|(name, value)| format!("{name} = {value}"));
        (!self.0.is_empty()).then(|| settings.collect::<Vec<_>>().join(", "))
    }
}

impl Show for Code {
    fn show(&self) -> Option<String> {
        match self {
            Code::Text(text) | Code::Parsed(text) => text.show(),
            Code::Object { file, symbol } => Some(format!("{file}, {symbol}")),
        }
    }
}
