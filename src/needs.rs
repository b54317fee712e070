//! What an object needs, as `pg_depend` knows it: one phrase for the catalog queries of rooms, and the addresses that
//! its answer stands for.

use crate::kind::{Row, Server};
use crate::model::Address;
use crate::sql::operator_name;

/// `f(integer, text)`: the name of a routine of `pg_proc p`.
pub fn routine(p: &str) -> String {
    format!("{p}.proname || '(' || oidvectortypes({p}.proargtypes) || ')'")
}

/// The kind of a routine of `pg_proc p`.
pub fn kind_of_routine(p: &str) -> String {
    format!("CASE {p}.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END")
}

/// The kind of a relation `pg_class c`.
pub fn kind_of_relation(c: &str) -> String {
    format!(
        "CASE {c}.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' \
         WHEN 'c' THEN 'composite type' ELSE 'table' END"
    )
}

/// The kind of a type `pg_type t`.
pub fn kind_of_type(t: &str) -> String {
    format!(
        "CASE {t}.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' \
         WHEN 'c' THEN (SELECT {} FROM pg_class tc WHERE tc.oid = {t}.typrelid) END",
        kind_of_relation("tc")
    )
}

/// A JSON list of what the object `oid` of catalog `catalog` needs: kind, schema, name, column. A query that groups by a
/// primary key needs that key.
pub fn query(catalog: &str, oid: &str) -> String {
    let keys = " UNION ALL SELECT 'primary key', r.relnamespace, r.relname::text, k.conname::text FROM pg_constraint k \
                JOIN pg_class r ON r.oid = k.conrelid WHERE d.refclassid = 'pg_constraint'::regclass AND k.oid = d.refobjid \
                AND k.contype = 'p'";
    list_with(keys, catalog, oid, "true")
}

/// The same without tables and columns, but for columns that are generated, which may go and come back: for what is
/// part of a table.
pub fn query_beyond_tables(catalog: &str, oid: &str) -> String {
    list(
        catalog,
        oid,
        "(d.refclassid <> 'pg_class'::regclass OR EXISTS (SELECT FROM pg_attribute g WHERE g.attrelid = d.refobjid \
         AND g.attnum = d.refobjsubid AND g.attgenerated <> ''))",
    )
}

/// The same of the generated column `number` of the relation `relation`, whose expression is `default`: the columns
/// and functions that it is computed with.
pub fn query_of_generated(relation: &str, number: &str, default: &str) -> String {
    // Up to 14 the column itself depends on them, and goes with what it calls; then its expression does.
    let own = format!(
        "(d.refclassid <> 'pg_class'::regclass OR d.refobjid <> {relation} OR d.refobjsubid <> {number})"
    );
    let [column, expression] = [
        list("pg_class", relation, &format!("d.objsubid = {number} AND d.deptype = 'a' AND {own}")),
        list("pg_attrdef", default, &own),
    ];
    format!("coalesce({column}, '[]'::json)::jsonb || coalesce({expression}, '[]'::json)::jsonb")
}

fn list(catalog: &str, oid: &str, which: &str) -> String {
    list_with("", catalog, oid, which)
}

fn list_with(more: &str, catalog: &str, oid: &str, which: &str) -> String {
    let (routine, of_routine) = (routine("f"), kind_of_routine("f"));
    let (of_relation, of_type) = (kind_of_relation("r"), kind_of_type("t"));
    format!(
        "(SELECT json_agg(DISTINCT ARRAY[coalesce(w.kind, ''), n.nspname, w.name, coalesce(w.part, '')]::text[]) \
         FROM pg_depend d, LATERAL (\
         SELECT {of_relation} AS kind, r.relnamespace AS place, r.relname::text AS name, a.attname::text AS part \
         FROM pg_class r LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.refobjsubid \
         AND d.refobjsubid > 0 WHERE d.refclassid = 'pg_class'::regclass AND r.oid = d.refobjid \
         UNION ALL SELECT {of_routine}, f.pronamespace, {routine}, NULL FROM pg_proc f \
         WHERE d.refclassid = 'pg_proc'::regclass AND f.oid = d.refobjid \
         UNION ALL SELECT {of_type}, t.typnamespace, t.typname::text, NULL FROM pg_type x JOIN pg_type t \
         ON t.oid = CASE WHEN x.typcategory = 'A' AND x.typelem <> 0 THEN x.typelem ELSE x.oid END \
         WHERE d.refclassid = 'pg_type'::regclass AND x.oid = d.refobjid \
         UNION ALL SELECT 'collation', k.collnamespace, k.collname::text, NULL FROM pg_collation k \
         WHERE d.refclassid = 'pg_collation'::regclass AND k.oid = d.refobjid \
         UNION ALL SELECT 'operator class', c.opcnamespace, c.opcname || ' using ' || m.amname, NULL \
         FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod \
         WHERE d.refclassid = 'pg_opclass'::regclass AND c.oid = d.refobjid \
         UNION ALL SELECT 'operator', o.oprnamespace, {}, NULL FROM pg_operator o \
         WHERE d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid{more}\
         ) w JOIN pg_namespace n ON n.oid = w.place \
         WHERE d.classid = '{catalog}'::regclass AND d.objid = {oid} AND {which} AND d.deptype IN ('n', 'a'))",
        operator_name!()
    )
}

/// The answer to [`query`].
pub type Answer = Option<Vec<[String; 4]>>;

/// The addresses in it.
pub fn read(row: &Row<'_>, column: &str, server: &Server) -> Vec<Address> {
    addresses(row.parsed(column), server)
}

/// The addresses in an answer.
pub fn addresses(found: Answer, server: &Server) -> Vec<Address> {
    let mut needs = Vec::new();
    for [kind, schema, name, part] in found.into_iter().flatten() {
        let Some(kind) = server.kind(&kind) else { continue };
        if kind == "primary key" {
            needs.push(Address::new(kind, [schema, name, part]));
            continue;
        }
        if let (false, Some(column)) = (part.is_empty(), server.kind("column")) {
            needs.push(Address::new(column, [&schema, &name, &part]));
        }
        needs.push(Address::new(kind, [schema, name]));
    }
    needs
}
