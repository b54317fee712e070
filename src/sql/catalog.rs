//! Phrases for catalog queries that more than one room needs.

/// The name of the routine whose OID the catalog has at `$oid`, as SQL; NULL where there is none.
macro_rules! routine_name {
    ($oid:literal) => {
        concat!(
            "(SELECT quote_ident(s.nspname) || '.' || quote_ident(f.proname) FROM pg_proc f \
             JOIN pg_namespace s ON s.oid = f.pronamespace WHERE f.oid = ",
            $oid,
            "::oid)"
        )
    };
}
pub(crate) use routine_name;

/// The name of the operator `pg_operator o` with the types of its sides, as a file says it.
macro_rules! operator_name {
    () => {
        "o.oprname || '(' || CASE o.oprleft WHEN 0 THEN 'none' ELSE format_type(o.oprleft, NULL) END || ', ' \
         || CASE o.oprright WHEN 0 THEN 'none' ELSE format_type(o.oprright, NULL) END || ')'"
    };
}
pub(crate) use operator_name;

/// Schema and name of the routine with that OID, as a JSON list; NULL where there is none.
pub fn routine_path(oid: &str) -> String {
    format!(
        "(SELECT json_build_array(fn.nspname, f.proname) FROM pg_proc f \
         JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = {oid})"
    )
}

/// How many bytes a text of the catalog may have that is read. Nobody needs more, and somebody may want to hold up others.
pub const LONGEST_TEXT: u32 = 10_000_000;

/// A condition: the object `oid` of catalog `catalog` is no member of an extension.
pub fn not_of_extension(catalog: &str, oid: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{catalog}'::regclass AND e.objid = {oid} \
         AND e.deptype = 'e')"
    )
}

/// A JSON list of the names of the columns of `table` whose numbers stand in the array `numbers`, in its order.
pub fn column_names(table: &str, numbers: &str) -> String {
    format!(
        "(SELECT json_agg(att.attname ORDER BY u.n) FROM unnest({numbers}) WITH ORDINALITY u(num, n) \
         JOIN pg_attribute att ON att.attrelid = {table} AND att.attnum = u.num)"
    )
}

/// A condition on `pg_attribute a`: it holds no NULL. One that is not proved yet sets `attnotnull` all the same.
pub const HOLDS_NO_NULL: &str = "(a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint nn WHERE nn.conrelid = a.attrelid \
     AND nn.contype = 'n' AND nn.conkey[1] = a.attnum AND NOT nn.convalidated))";

/// A condition on `pg_attribute a` and its default `pg_attrdef cd`: the column is serial, if it holds no
/// NULL and the sequence belongs to it.
pub const SERIAL: &str = "(a.atttypid IN (20, 21, 23) AND a.attgenerated = '' \
     AND starts_with(pg_get_expr(cd.adbin, cd.adrelid), 'nextval('))";

/// A condition on `pg_class c`: it is the sequence of an identity column, or of the serial column to which it belongs.
pub fn sequence_of_a_column() -> String {
    format!(
        "(c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend o JOIN pg_attribute a ON a.attrelid = o.refobjid \
         AND a.attnum = o.refobjsubid LEFT JOIN pg_attrdef cd ON cd.adrelid = a.attrelid AND cd.adnum = a.attnum \
         WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass \
         AND (o.deptype = 'i' OR o.deptype = 'a' AND {SERIAL} AND {HOLDS_NO_NULL} AND EXISTS (SELECT FROM pg_depend u \
         WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = cd.oid AND u.refobjid = c.oid))))"
    )
}

/// The clause ` WITH (…)` as the server prints it for the index `pg_class x`; NULL if it has no storage parameters.
pub fn with_clause(x: &str) -> String {
    format!(
        "coalesce(' WITH (' || (SELECT string_agg(quote_ident(option_name) || '=' || CASE \
         WHEN quote_ident(option_value) = option_value THEN option_value \
         ELSE '''' || replace(option_value, '''', '''''') || '''' END, ', ') FROM pg_options_to_table({x}.reloptions)) || ')', '')"
    )
}

/// A condition: the operator `pg_amop b` or the function `pg_amproc b` of an operator family belongs to its operator
/// class `pg_opclass c`. What a class is made with has no other mark of it in some access methods.
pub fn member_of_class(catalog: &str, b: &str) -> String {
    let prefix = if catalog == "pg_amop" { "amop" } else { "amproc" };
    format!(
        "({b}.{prefix}family = c.opcfamily AND ({b}.{prefix}lefttype = c.opcintype AND ({b}.{prefix}righttype = c.opcintype \
         OR (SELECT a.amname FROM pg_am a WHERE a.oid = c.opcmethod) NOT IN ('btree', 'hash')) \
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass AND d.objid = {b}.oid \
         AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid)))"
    )
}

/// A condition: it belongs to no class.
pub fn member_of_no_class(catalog: &str, b: &str) -> String {
    format!("NOT EXISTS (SELECT FROM pg_opclass c WHERE {})", member_of_class(catalog, b))
}

/// The type that the domain `pg_type t` is made of in the end; NULL where it is none. To read a value of a domain is to run
/// its checks.
pub const BASE_TYPE: &str = "CASE WHEN t.typtype = 'd' THEN \
    (WITH RECURSIVE eb(oid, base, modifier) AS (SELECT t.oid, t.typbasetype, t.typtypmod UNION ALL \
    SELECT ey.oid, ey.typbasetype, CASE ey.typtype WHEN 'd' THEN ey.typtypmod ELSE eb.modifier END \
    FROM eb JOIN pg_type ey ON ey.oid = eb.base) SELECT format_type(eb.oid, eb.modifier) FROM eb WHERE eb.base = 0) END";

/// The operator by which the values of `pg_type t` are told apart, with its schema: that of its default operator class,
/// which may be that of the type a domain is made of. Enums, arrays and the like have that of PostgreSQL.
pub const EQUALITY: &str = "CASE WHEN t.oid >= 16384 AND t.typtype IN ('b', 'd') THEN \
    (WITH RECURSIVE eb(oid, base) AS (SELECT t.oid, t.typbasetype UNION ALL SELECT ey.oid, ey.typbasetype \
    FROM eb JOIN pg_type ey ON ey.oid = eb.base) \
    SELECT quote_ident(en.nspname) || '.' || eo.oprname FROM eb JOIN pg_opclass ec ON ec.opcintype = eb.oid AND ec.opcdefault \
    JOIN pg_am em ON em.oid = ec.opcmethod JOIN pg_amop ep ON ep.amopfamily = ec.opcfamily \
    AND ep.amoplefttype = ec.opcintype AND ep.amoprighttype = ec.opcintype \
    AND ep.amopstrategy = CASE em.amname WHEN 'btree' THEN 3 ELSE 1 END \
    JOIN pg_operator eo ON eo.oid = ep.amopopr JOIN pg_namespace en ON en.oid = eo.oprnamespace \
    WHERE eb.base = 0 AND em.amname IN ('btree', 'hash') ORDER BY em.amname LIMIT 1) END";
