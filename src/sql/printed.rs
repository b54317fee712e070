//! How the server is asked for the definition of an object. What it prints is never searched for words, which could
//! stand in a name: what precedes and what follows is put together from the catalog, as the server puts it together, and
//! must be there letter by letter; else the answer is NULL.
//!
//! Where the SQL does not show all that counts, or is wanted in pieces, the answer is a *document*: a JSON list of facts
//! and the SQL. No SQL of a query, a signature or the like begins as JSON lists do, with a square bracket.

use super::with_clause;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// The SQL in what the server answered; what a person wrote is SQL itself.
pub fn sql_of(text: &str) -> Cow<'_, str> {
    match document::<serde::de::IgnoredAny>(text) {
        Some((_, sql)) => Cow::Owned(sql),
        None => Cow::Borrowed(text),
    }
}

/// The facts in a document of the server.
pub fn facts<T: DeserializeOwned>(text: &str) -> Option<T> {
    document(text).map(|(facts, _)| facts)
}

fn document<T: DeserializeOwned>(text: &str) -> Option<(T, String)> {
    text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}

/// SQL: `text` without `head` and `tail`, which it must begin and end with; NULL if it does not. Each is SQL, and the
/// first of several that fits counts.
pub fn between(text: &str, heads: &[String], tails: &[String]) -> String {
    let list = |prefix: &str, items: &[String]| {
        let column = |(n, item): (usize, &String)| format!(", {item} AS {prefix}{n}");
        items.iter().enumerate().map(column).collect::<String>()
    };
    let cases = |count: usize, case: &dyn Fn(usize) -> String| (0..count).map(case).collect::<String>();
    let head = cases(heads.len(), &|n| format!(" WHEN starts_with(za.d, za.h{n}) THEN length(za.h{n})"));
    let tail =
        cases(tails.len(), &|n| format!(" WHEN right(za.d, length(za.t{n})) = za.t{n} THEN length(za.t{n})"));
    // OFFSET 0 keeps each from being computed once for every place that it is used in.
    format!(
        "(SELECT substr(zb.d, zb.h + 1, length(zb.d) - zb.h - zb.t) \
         FROM (SELECT za.d, CASE{head} END AS h, CASE{tail} END AS t \
         FROM (SELECT {text} AS d{}{} OFFSET 0) za OFFSET 0) zb WHERE zb.h + zb.t <= length(zb.d))",
        list("h", heads),
        list("t", tails)
    )
}

/// The names that the server may print for the relation `pg_class c` of the namespace `pg_namespace n`: it calls the
/// schema of temporary objects by its own name, or from PostgreSQL 15 on `pg_temp`.
fn names_of_relation(n: &str, c: &str) -> [String; 2] {
    let schemas = [format!("quote_ident({n}.nspname)"), "'pg_temp'".to_string()];
    schemas.map(|schema| format!("{schema} || '.' || quote_ident({c}.relname)"))
}

/// The query of the view whose OID is `oid`, with its columns: a document.
pub fn view_definition(oid: &str) -> String {
    format!("json_build_array({}, rtrim(pg_get_viewdef({oid}), ';'))::text", columns(oid))
}

/// A JSON list of the columns of relation `oid`: name, type and, where it is not that of the type, collation.
fn columns(oid: &str) -> String {
    format!(
        "(SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), (\
         SELECT quote_ident(kn.nspname) || '.' || quote_ident(k.collname) FROM pg_collation k \
         JOIN pg_namespace kn ON kn.oid = k.collnamespace JOIN pg_type kt ON kt.oid = a.atttypid \
         WHERE k.oid = a.attcollation AND k.oid <> kt.typcollation)) ORDER BY a.attnum) \
         FROM pg_attribute a WHERE a.attrelid = {oid} AND a.attnum > 0)"
    )
}

/// What an index `pg_index i` is read with.
pub const WITH_INDEX: &str = "JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
                              JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = x.relam";

/// What follows `ON table` in the definition of the index `pg_index i` that is read with [`WITH_INDEX`], without storage
/// parameters, and its pieces: a document.
pub fn index_definition() -> String {
    let head = |relation: String| {
        format!(
            "'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(x.relname) \
             || ' ON ' || CASE x.relkind WHEN 'I' THEN 'ONLY ' ELSE '' END || {relation} || ' '"
        )
    };
    pieces_of_index(&PrintedIndex {
        text: "pg_get_indexdef(i.indexrelid)",
        heads: names_of_relation("n", "c").map(head),
        lead: "USING ",
        condition: "zq.condition",
        timing: "''",
    })
}

/// The same of the exclusion constraint `pg_constraint k` on it, from EXCLUDE on, without its timing.
pub fn exclusion_definition() -> String {
    pieces_of_index(&PrintedIndex {
        text: "pg_get_constraintdef(k.oid)",
        heads: ["''", "''"].map(str::to_string),
        lead: "EXCLUDE USING ",
        condition: "'(' || zq.condition || ')'",
        timing: "CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END \
                 || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END",
    })
}

/// How the server prints an index, or its constraint.
struct PrintedIndex {
    text: &'static str,
    heads: [String; 2],
    lead: &'static str,
    condition: &'static str,
    timing: &'static str,
}

fn pieces_of_index(printed: &PrintedIndex) -> String {
    let PrintedIndex { text, heads: [head, other_head], lead, condition, timing } = printed;
    let using = format!("'{lead}' || quote_ident(m.amname) || ' ('");
    let carried = |value: &str| {
        format!(
            "CASE WHEN i.indnkeyatts < i.indnatts THEN (SELECT {value} \
             FROM unnest((i.indkey::int2[])[i.indnkeyatts:i.indnatts - 1]) WITH ORDINALITY u(num, n) \
             JOIN pg_attribute za ON za.attrelid = i.indrelid AND za.attnum = u.num) END"
        )
    };
    // OFFSET 0 keeps each from being computed once for every place that it is used in.
    format!(
        "(SELECT json_build_array(json_build_object('method', zq.method, 'count', zq.count, \
         'include', coalesce(zq.include, '[]'), 'nulls_not_distinct', zq.nulls <> '', 'keys', zq.keys, \
         'condition', zq.condition, 'head', zq.lead || zq.keys || zq.tail || zq.nulls), \
         zq.lead || zq.keys || zq.tail || zq.nulls || zq.filter)::text \
         FROM (SELECT zq.*, left(zq.rest, length(zq.rest) - length(zq.tail || zq.nulls || zq.behind)) AS keys \
         FROM (SELECT zq.*, CASE WHEN right(zq.rest, length(zq.tail || zq.behind)) = zq.tail || zq.behind THEN '' \
         WHEN right(zq.rest, length(zq.tail || '{NULLS}' || zq.behind)) = zq.tail || '{NULLS}' || zq.behind \
         THEN '{NULLS}' END AS nulls \
         FROM (SELECT zq.*, zq.storage || zq.filter || zq.timing AS behind, \
         CASE WHEN starts_with(zq.text, zq.head || zq.lead) THEN substr(zq.text, length(zq.head || zq.lead) + 1) \
         WHEN starts_with(zq.text, zq.other_head || zq.lead) THEN substr(zq.text, length(zq.other_head || zq.lead) + 1) \
         END AS rest \
         FROM (SELECT zq.*, coalesce(' WHERE ' || {condition}, '') AS filter \
         FROM (SELECT {text} AS text, {head} AS head, {other_head} AS other_head, {using} AS lead, \
         m.amname AS method, i.indnkeyatts AS count, {} AS include, ')' || coalesce(' INCLUDE (' || {} || ')', '') AS tail, \
         CASE WHEN x.reloptions IS NULL THEN '' ELSE {} END AS storage, {timing} AS timing, \
         CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS condition \
         OFFSET 0) zq) zq OFFSET 0) zq OFFSET 0) zq OFFSET 0) zq WHERE zq.nulls IS NOT NULL)",
        carried("json_agg(za.attname ORDER BY u.n)"),
        carried("string_agg(quote_ident(za.attname), ', ' ORDER BY u.n)"),
        with_clause("x"),
    )
}

const NULLS: &str = " NULLS NOT DISTINCT";

/// What follows `ON event TO table` in the definition of the rule whose OID is `oid`, without the final semicolon.
pub fn rule_definition(oid: &str) -> String {
    let head = |relation: String| {
        format!(
            "'CREATE RULE ' || quote_ident(zw.rulename) || E' AS\\n    ON ' || CASE zw.ev_type WHEN '2' THEN 'UPDATE' \
             WHEN '3' THEN 'INSERT' WHEN '4' THEN 'DELETE' END || ' TO ' || {relation} \
             || CASE zw.ev_qual::text WHEN '<>' THEN ' ' ELSE E'\\n   ' END"
        )
    };
    let heads = names_of_relation("zn", "zr").map(head);
    format!(
        "(SELECT {} FROM pg_rewrite zw JOIN pg_class zr ON zr.oid = zw.ev_class \
         JOIN pg_namespace zn ON zn.oid = zr.relnamespace WHERE zw.oid = {oid})",
        between("pg_get_ruledef(zw.oid)", &heads, &["';'".to_string()])
    )
}

/// The condition of the trigger whose OID is `oid`, without the brackets around the whole of it.
pub fn trigger_condition(oid: &str) -> String {
    let [table, temporary] = names_of_relation("zn", "zr");
    // What is found by the search_path goes without its schema.
    let (whole, bare) =
        ("quote_ident(zs.nspname) || '.' || quote_ident(zf.relname)", "quote_ident(zf.relname)");
    let heads = [(&table, whole), (&temporary, whole), (&table, bare)]
        .map(|(table, from)| head_of_trigger(table, from));
    let tail = |schema: &str| {
        format!(
            "') EXECUTE FUNCTION ' || {schema}quote_ident(zp.proname) || '(' || coalesce((\
             SELECT string_agg('''' || replace(u.value, '''', '''''') || '''', ', ' ORDER BY u.n) \
             FROM json_array_elements_text({}) WITH ORDINALITY u(value, n)), '') || ')'",
            trigger_arguments("zt")
        )
    };
    let tails = ["quote_ident(zg.nspname) || '.' || ", ""].map(tail);
    format!(
        "(SELECT {} FROM pg_trigger zt JOIN pg_class zr ON zr.oid = zt.tgrelid \
         JOIN pg_namespace zn ON zn.oid = zr.relnamespace JOIN pg_proc zp ON zp.oid = zt.tgfoid \
         JOIN pg_namespace zg ON zg.oid = zp.pronamespace WHERE zt.oid = {oid} AND zt.tgqual IS NOT NULL)",
        between("pg_get_triggerdef(zt.oid)", &heads, &tails)
    )
}

/// What the server prints of `pg_trigger zt` up to its condition.
fn head_of_trigger(table: &str, from: &str) -> String {
    let columns = "coalesce(' OF ' || (SELECT string_agg(quote_ident(za.attname), ', ' ORDER BY u.n) \
                   FROM unnest(zt.tgattr::int2[]) WITH ORDINALITY u(num, n) \
                   JOIN pg_attribute za ON za.attrelid = zt.tgrelid AND za.attnum = u.num), '')";
    let event = |bit: u8, words: &str| format!("CASE WHEN zt.tgtype & {bit} <> 0 THEN {words} END");
    let update = format!("'UPDATE' || {columns}");
    let events =
        [event(4, "'INSERT'"), event(8, "'DELETE'"), event(16, &update), event(32, "'TRUNCATE'")].join(", ");
    format!(
        "'CREATE ' || CASE WHEN zt.tgconstraint <> 0 THEN 'CONSTRAINT ' ELSE '' END || 'TRIGGER ' \
         || quote_ident(zt.tgname) || CASE WHEN zt.tgtype & 2 <> 0 THEN ' BEFORE ' \
         WHEN zt.tgtype & 64 <> 0 THEN ' INSTEAD OF ' ELSE ' AFTER ' END || concat_ws(' OR ', {events}) \
         || ' ON ' || {table} || ' ' || CASE WHEN zt.tgconstraint = 0 THEN '' ELSE \
         coalesce((SELECT 'FROM ' || {from} || ' ' FROM pg_class zf JOIN pg_namespace zs ON zs.oid = zf.relnamespace \
         WHERE zf.oid = zt.tgconstrrelid), '') \
         || CASE WHEN zt.tgdeferrable THEN '' ELSE 'NOT ' END || 'DEFERRABLE INITIALLY ' \
         || CASE WHEN zt.tginitdeferred THEN 'DEFERRED ' ELSE 'IMMEDIATE ' END END \
         || CASE WHEN zt.tgoldtable IS NULL AND zt.tgnewtable IS NULL THEN '' ELSE 'REFERENCING ' END \
         || coalesce('OLD TABLE AS ' || quote_ident(zt.tgoldtable) || ' ', '') \
         || coalesce('NEW TABLE AS ' || quote_ident(zt.tgnewtable) || ' ', '') \
         || CASE WHEN zt.tgtype & 1 <> 0 THEN 'FOR EACH ROW WHEN (' ELSE 'FOR EACH STATEMENT WHEN (' END"
    )
}

/// A JSON list of what the trigger `pg_trigger t` gives its function, which the catalog has one after the other, each with
/// a zero byte behind it.
pub fn trigger_arguments(t: &str) -> String {
    format!(
        "CASE WHEN {t}.tgnargs > 0 THEN (SELECT json_agg(convert_from(substr({t}.tgargs, ya.start, ya.place - ya.start), \
         getdatabaseencoding()) ORDER BY ya.place) \
         FROM (SELECT y.place, lag(y.place, 1, 0) OVER (ORDER BY y.place) + 1 AS start \
         FROM generate_series(1, length({t}.tgargs)) y(place) WHERE get_byte({t}.tgargs, y.place - 1) = 0) ya) END"
    )
}

/// What stands between ON and FROM in the definition of the statistics whose OID is `oid`, and its columns: a document.
pub fn statistics_definition(oid: &str) -> String {
    let kinds = "(SELECT string_agg(y.word, ', ' ORDER BY y.n) FROM (VALUES (1, 'd', 'ndistinct'), (2, 'f', 'dependencies'), \
                 (3, 'm', 'mcv')) y(n, letter, word) WHERE y.letter::\"char\" = ANY (zt.stxkind))";
    let schemas = ["quote_ident(zn.nspname)", "'pg_temp'"];
    let head = |schema: &str, kinds: &str| {
        format!("'CREATE STATISTICS ' || {schema} || '.' || quote_ident(zt.stxname) || {kinds} || ' ON '")
    };
    let with_kinds = format!("coalesce(' (' || {kinds} || ')', '')");
    let heads: Vec<String> =
        schemas.iter().flat_map(|schema| ["''", &with_kinds].map(|kinds| head(schema, kinds))).collect();
    // What is found by the search_path goes without its schema.
    let [whole, temporary] = names_of_relation("zs", "zr");
    let tails =
        [whole, temporary, "quote_ident(zr.relname)".to_string()].map(|name| format!("' FROM ' || {name}"));
    format!(
        "(SELECT json_build_array(json_build_object('columns', coalesce(zq.columns, '[]'), \
         'expressions', substr(zq.list, length(zq.names) + 1)), zq.list)::text \
         FROM (SELECT {} AS list, u.columns, coalesce(u.names, '') AS names \
         FROM pg_statistic_ext zt JOIN pg_namespace zn ON zn.oid = zt.stxnamespace JOIN pg_class zr ON zr.oid = zt.stxrelid \
         JOIN pg_namespace zs ON zs.oid = zr.relnamespace CROSS JOIN LATERAL (SELECT json_agg(za.attname ORDER BY k.n) AS columns, \
         string_agg(quote_ident(za.attname), ', ' ORDER BY k.n) AS names \
         FROM unnest(zt.stxkeys::int2[]) WITH ORDINALITY k(num, n) \
         JOIN pg_attribute za ON za.attrelid = zt.stxrelid AND za.attnum = k.num) u WHERE zt.oid = {oid} OFFSET 0) zq \
         WHERE starts_with(zq.list, zq.names))",
        between("pg_get_statisticsobjdef(zt.oid)", &heads, &tails)
    )
}
