//! What the tool's own schema must be before anything in it is read: each object, who owns it and who may do what with
//! it, as one line of text. Only catalogs are read for that, so nobody's code runs.

use super::shape::{body, former_body};
use crate::sql::literal;

/// An SQL condition: `pg_roles t` may own what is believed: it is the role that we run as, a superuser, the owner of the
/// database. A role that we are a member of is none: whoever manages roles is a member of many.
const IS_TRUSTED: &str = "(t.rolname IN (current_user, 'pg_database_owner') OR t.rolsuper \
                          OR t.oid = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database()))";

/// An SQL condition: the role whose OID `owner` gives may own what is believed.
pub(super) fn trusts(owner: &str) -> String {
    format!("EXISTS (SELECT FROM pg_roles t WHERE t.oid = {owner} AND {IS_TRUSTED})")
}

/// A query: the roles that are not trusted, and write into every table of the database but those with row-level security.
pub(super) fn writers() -> String {
    format!(
        "SELECT string_agg(format('`%s`', t.rolname), ', ' ORDER BY t.rolname) AS roles FROM pg_roles t \
         WHERE pg_has_role(t.oid, to_regrole('pg_write_all_data'), 'MEMBER') AND t.rolname !~ '^pg_' AND NOT {IS_TRUSTED}"
    )
}

/// What is there, a line each: `there` is the owner of the schema; `shape` what there is in it; `alien` what belongs to
/// somebody who is not trusted; `writable` what others may change; `open` what they may only read, or could change if they
/// could reach it; `closed` what we have no rights on.
pub(super) fn lines(schema: &str) -> String {
    format!("{} SELECT sort, line FROM lines ORDER BY sort, line", with_lines(schema))
}

/// A statement that fails unless the lines are exactly these. What stands behind it in a message is not even looked at by
/// the server if it fails.
pub(super) fn demand(schema: &str, mut shape: Vec<String>) -> String {
    shape.sort_unstable();
    format!(
        "{} SELECT CASE WHEN count(*) FILTER (WHERE sort NOT IN ('shape', 'there')) = 0 \
         AND string_agg(line, E'\\n' ORDER BY line COLLATE \"C\") FILTER (WHERE sort = 'shape') = {} THEN 1 {REFUSE} FROM lines; ",
        with_lines(schema),
        literal(&shape.join("\n")),
        REFUSE = refuse("max(sort)"),
    )
}

/// The end of a CASE that ends the message: its text is no number.
fn refuse(some_text: &str) -> String {
    // Not a constant, which the server would compute while it plans.
    format!(
        "ELSE ('pgreconcile: its own schema has to be looked at' || coalesce(left({some_text}, 0), ''))::int4 END AS verified"
    )
}

/// As [`demand`], for a database that is about to be recognised, in a fraction of the time: only that what is read for
/// it is a plain table of ours. All else is in the fingerprint, which was remembered after the whole had been verified.
pub(super) fn demand_readable(schema: &str) -> String {
    format!(
        "SELECT CASE WHEN count(*) = 2 THEN 1 {} FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid \
         WHERE n.nspname = {} AND c.relname IN ('seen', 'shape') AND {IS_PLAIN_TABLE} AND {} AND {} \
         AND NOT EXISTS (SELECT FROM aclexplode(n.nspacl || c.relacl) x \
         WHERE x.grantee NOT IN (n.nspowner, c.relowner)); ",
        refuse("max(c.relname)"),
        literal(schema),
        trusts("n.nspowner"),
        trusts("c.relowner"),
    )
}

const IS_PLAIN_TABLE: &str = "c.relkind = 'r' AND c.relam = 2 AND c.relrowsecurity AND NOT \
    (c.relforcerowsecurity OR c.relhasrules OR c.relhastriggers OR c.relhassubclass OR c.relispartition)";

/// An SQL expression, for a session whose search path is not known yet: true if [`demand_readable`] would find what it
/// demands, in the plainest of cases: our own tables, and nobody else's rights on them; NULL if there is no such schema. Who
/// has no rights on them cannot change that afterwards. It is on the way of every run: a session that has just begun looks
/// each operator up, so it uses as few of them as can be.
pub fn is_plain(schema: &str) -> String {
    let me = "pg_catalog.to_regrole(pg_catalog.quote_ident(current_user))::pg_catalog.oid";
    // In this order, 2 being `heap` (pg_am.dat).
    let table = |name: &str| {
        format!(
            "(SELECT pg_catalog.concat_ws(' ', c.relowner, c.relkind, c.relam, c.relrowsecurity, \
             c.relforcerowsecurity, c.relhasrules, c.relhastriggers, c.relhassubclass, c.relispartition, coalesce(c.relacl::pg_catalog.text \
             OPERATOR(pg_catalog.=) pg_catalog.acldefault('r', c.relowner)::pg_catalog.text, true)) \
             FROM pg_catalog.pg_class c WHERE c.relnamespace OPERATOR(pg_catalog.=) n.oid \
             AND c.relname OPERATOR(pg_catalog.=) '{name}')"
        )
    };
    // `initdb`'s superuser and `pg_database_owner` (pg_authid.dat) are trusted everywhere.
    format!(
        "(SELECT pg_catalog.concat_ws(' ', n.nspowner, {}, {}) OPERATOR(pg_catalog.~) \
         pg_catalog.concat('^(10|6171|', {me}, ')( (10|6171|', {me}, ') r 2 t f f f f f t){{2}}$') \
         FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) {})",
        table("seen"),
        table("shape"),
        literal(schema)
    )
}

fn with_lines(schema: &str) -> String {
    format!("{}{RELATIONS}{}", rights(schema), others(schema))
}

/// Who owns what, and who may do what with it; begins the query.
fn rights(schema: &str) -> String {
    format!(
        r#"WITH s AS MATERIALIZED (SELECT n.oid, n.nspowner, n.nspacl FROM pg_namespace n WHERE n.nspname = {schema}),
trusted AS MATERIALIZED (SELECT t.oid FROM pg_roles t WHERE {IS_TRUSTED}),
relation AS MATERIALIZED (SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.relam, c.relpersistence,
 c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, c.relhassubclass OR c.relispartition OR c.reloftype <> 0 AS related,
 CASE c.relkind WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'v' THEN 'view'
 WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' ELSE 'relation' END AS kind
 FROM pg_class c WHERE c.relnamespace = (SELECT s.oid FROM s)),
routine AS MATERIALIZED (SELECT p.* FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid WHERE d.refclassid = 'pg_namespace'::regclass
 AND d.refobjid = (SELECT s.oid FROM s) AND d.classid = 'pg_proc'::regclass),
owned AS MATERIALIZED (SELECT 'schema' AS what, s.nspowner AS owner, s.nspacl AS acl FROM s
 UNION ALL SELECT r.kind || ' ' || quote_ident(r.relname), r.relowner, r.relacl FROM relation r
 UNION ALL SELECT 'column ' || quote_ident(r.relname) || '.' || quote_ident(a.attname), r.relowner, a.attacl
 FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid
 WHERE a.attrelid = ANY (ARRAY(SELECT r.oid FROM relation r)) AND a.attacl IS NOT NULL
 UNION ALL SELECT 'function ' || quote_ident(p.proname), p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)) FROM routine p),
held AS MATERIALIZED (SELECT o.what, x.grantee, x.privilege_type FROM owned o, LATERAL aclexplode(o.acl) x
 WHERE x.grantee <> o.owner AND x.grantee NOT IN (SELECT t.oid FROM trusted t)),
lines AS (
SELECT 'there' AS sort, pg_get_userbyid(s.nspowner)::text AS line FROM s
UNION ALL
SELECT 'closed', format('%s belongs to role `%s`, whose rights this role does not have', o.what, pg_get_userbyid(o.owner)) FROM owned o
 WHERE NOT pg_has_role(o.owner, 'USAGE')
UNION ALL
SELECT 'alien', format('%s belongs to role `%s`', o.what, pg_get_userbyid(o.owner)) FROM owned o
 WHERE o.owner NOT IN (SELECT t.oid FROM trusted t)
UNION ALL
SELECT CASE WHEN bool_and(h.privilege_type IN ('SELECT', 'USAGE', 'EXECUTE'))
 OR h.what <> 'schema' AND NOT EXISTS (SELECT FROM held u WHERE u.what = 'schema') THEN 'open' ELSE 'writable' END,
 format('%s is open to %s (%s)', h.what, CASE h.grantee WHEN 0 THEN 'everybody' ELSE format('role `%s`', pg_get_userbyid(h.grantee)) END,
 string_agg(h.privilege_type, ', ' ORDER BY h.privilege_type)) FROM held h GROUP BY h.what, h.grantee
"#,
        schema = literal(schema),
    )
}

/// Tables, sequences, indexes and columns.
const RELATIONS: &str = r#"UNION ALL
SELECT 'shape', concat_ws(' ', r.kind, quote_ident(r.relname), CASE WHEN r.relkind = 'r' AND a.amname <> 'heap' THEN 'using ' || a.amname END,
 CASE WHEN r.relpersistence <> 'p' THEN 'not permanent' END, CASE WHEN r.forced THEN 'with forced row security' WHEN r.secured THEN 'with row security' END,
 CASE WHEN r.related OR EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = r.oid) THEN 'with inheritance' END)
 FROM relation r LEFT JOIN pg_am a ON a.oid = r.relam WHERE r.relkind NOT IN ('i', 'S')
UNION ALL
SELECT 'shape', concat_ws(' ', 'sequence', quote_ident(r.relname), 'of ' || (SELECT quote_ident(t.relname) || '.' || quote_ident(a.attname)
 FROM pg_depend d JOIN relation t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'),
 'by ' || q.seqincrement, CASE WHEN q.seqcycle THEN 'in a cycle' END) FROM relation r LEFT JOIN pg_sequence q ON q.seqrelid = r.oid WHERE r.relkind = 'S'
UNION ALL
SELECT 'shape', concat_ws(' ', 'index', quote_ident(r.relname), 'on', (SELECT quote_ident(t.relname) FROM relation t WHERE t.oid = i.indrelid), (SELECT string_agg(coalesce(a.attname, 'an expression'), ', ' ORDER BY k.n)
 FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0),
 CASE WHEN NOT i.indisunique THEN 'not unique' END, CASE WHEN NOT i.indisvalid THEN 'not valid' END,
 CASE WHEN i.indpred IS NOT NULL THEN 'with a condition' END, CASE WHEN m.amname <> 'btree' THEN 'using ' || m.amname END,
 CASE WHEN EXISTS (SELECT FROM unnest(i.indclass::oid[]) k(oid) WHERE k.oid >= 16384) THEN 'with an operator class' END)
 FROM relation r JOIN pg_am m ON m.oid = r.relam LEFT JOIN pg_index i ON i.indexrelid = r.oid WHERE r.relkind = 'i'
UNION ALL
SELECT 'shape', concat_ws(' ', 'column', quote_ident(r.relname) || '.' || quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
 CASE WHEN a.attnotnull THEN 'not null' END, 'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
 'default ' || pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attcollation NOT IN (0, 100) THEN 'with a collation' END)
 FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = ANY (ARRAY(SELECT r.oid FROM relation r WHERE r.relkind NOT IN ('i', 'S'))) AND a.attnum > 0 AND NOT a.attisdropped
"#;

/// What hangs on the tables, and what else there is; ends the query.
fn others(schema: &str) -> String {
    format!(
        r#"UNION ALL
SELECT 'shape', concat_ws(' ', 'constraint', quote_ident(c.conname), 'on', quote_ident(t.relname), c.contype::text, (SELECT string_agg(a.attname, ', ' ORDER BY k.n)
 FROM unnest(c.conkey) WITH ORDINALITY k(attnum, n) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum),
 CASE WHEN c.contype = 'f' THEN concat('to ', coalesce((SELECT quote_ident(f.relname) FROM relation f WHERE f.oid = c.confrelid), 'another schema'),
 ' on delete ', c.confdeltype::text, ' on update ', c.confupdtype::text) END,
 CASE WHEN c.contype NOT IN ('p', 'f') THEN pg_get_constraintdef(c.oid) END, CASE WHEN NOT c.convalidated THEN 'not valid' END)
 FROM pg_constraint c JOIN relation t ON t.oid = c.conrelid WHERE c.conrelid = ANY (ARRAY(SELECT r.oid FROM relation r)) AND c.contype NOT IN ('n', 't')
UNION ALL
SELECT 'shape', CASE WHEN g.tgisinternal THEN format('foreign key of another schema to %s', quote_ident(r.relname))
 ELSE format('trigger %s on %s', quote_ident(g.tgname), quote_ident(r.relname)) END
 FROM pg_trigger g JOIN relation r ON r.oid = g.tgrelid WHERE g.tgrelid = ANY (ARRAY(SELECT r.oid FROM relation r))
 AND (NOT g.tgisinternal OR g.tgconstrrelid <> ALL (ARRAY(SELECT r.oid FROM relation r)))
UNION ALL
SELECT 'shape', format('rule %s on %s', quote_ident(w.rulename), quote_ident(r.relname)) FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
 WHERE w.ev_class = ANY (ARRAY(SELECT r.oid FROM relation r))
UNION ALL
SELECT 'shape', format('policy %s on %s', quote_ident(y.polname), quote_ident(r.relname)) FROM pg_policy y JOIN relation r ON r.oid = y.polrelid
 WHERE y.polrelid = ANY (ARRAY(SELECT r.oid FROM relation r))
UNION ALL
SELECT 'shape', concat_ws(' ', format('function %s(%s)', quote_ident(p.proname), pg_get_function_identity_arguments(p.oid)), 'returns', format_type(p.prorettype, NULL),
 (SELECT l.lanname FROM pg_language l WHERE l.oid = p.prolang), CASE WHEN p.prosecdef THEN 'security definer' END, p.prokind::text, array_to_string(p.proconfig, ' '),
 CASE p.prosrc WHEN {body} THEN 'as it is made' WHEN {former} THEN 'as it was made' ELSE 'with another body' END) FROM routine p
UNION ALL
SELECT 'shape', pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d WHERE d.refclassid = 'pg_namespace'::regclass
 AND d.refobjid = (SELECT s.oid FROM s) AND d.deptype = 'n'
 AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_default_acl'::regclass))"#,
        body = literal(&body(schema)),
        former = literal(&former_body(schema)),
    )
}
