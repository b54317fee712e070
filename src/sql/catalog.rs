//! Phrases for catalog queries that more than one room needs.

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
