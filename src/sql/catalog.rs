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

/// A condition on `pg_class c`: it is a sequence, and not that of an identity column, nor of the column to which it
/// belongs and whose default takes numbers from it.
pub const SEQUENCE_OF_ITS_OWN: &str = "c.relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend o \
     LEFT JOIN pg_attrdef f ON f.adrelid = o.refobjid AND f.adnum = o.refobjsubid \
     WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass \
     AND (o.deptype = 'i' OR o.deptype = 'a' AND starts_with(pg_get_expr(f.adbin, f.adrelid), 'nextval(') \
     AND EXISTS (SELECT FROM pg_depend u WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid AND u.refobjid = c.oid)))";

/// The clause ` WITH (…)` as the server prints it for the index `pg_class x`; NULL if it has no storage parameters.
pub fn with_clause(x: &str) -> String {
    format!(
        "coalesce(' WITH (' || (SELECT string_agg(option_name || '=' || CASE WHEN quote_ident(option_value) = option_value \
         THEN option_value ELSE quote_literal(option_value) END, ', ') FROM pg_options_to_table({x}.reloptions)) || ')', '')"
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
