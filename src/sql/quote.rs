//! Quoting of identifiers and literals.

/// Every keyword of PostgreSQL 13 to 18 that is not "unreserved", and so must be quoted as an identifier (the same
/// rule as the server's `quote_identifier`). Sorted. A test holds it against `pg_get_keywords()`.
#[rustfmt::skip]
pub const NON_PLAIN_KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// `name` as an SQL identifier, quoted only where it must be.
pub fn ident(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && chars.all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_')
        && NON_PLAIN_KEYWORDS.binary_search(&name).is_err();
    if plain { name.to_string() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// `schema.name`, each quoted where it must be.
pub fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", ident(schema), ident(name))
}

/// A comma-separated list of identifiers.
pub fn idents<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| ident(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// `text` as a string literal; an escape string where it holds a backslash, so that it means the same whatever
/// `standard_conforming_strings` says.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// A statement in which `%I` stands for the current database, whose name is the server's to know; `text` is a format as
/// the server's `format` takes it.
pub fn on_this_database(text: &str) -> String {
    let code =
        format!(" BEGIN EXECUTE pg_catalog.format({}, pg_catalog.current_database()); END ", literal(text));
    let tag = dollar_tag(&code);
    format!("DO {tag}{code}{tag}")
}

/// A dollar-quote tag that the text does not contain.
pub fn dollar_tag(text: &str) -> String {
    if !text.contains("$$") && !text.ends_with('$') {
        return "$$".to_string();
    }
    let free = (1..).find(|number| !text.contains(&format!("$body{number}")));
    format!("$body{}$", free.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_quoted_only_where_they_must_be() {
        assert_eq!(ident("events"), "events");
        assert_eq!(ident("Events"), "\"Events\"");
        assert_eq!(ident("user"), "\"user\"");
        assert_eq!(ident("9a"), "\"9a\"");
        assert_eq!(ident("größe"), "\"größe\"");
        assert_eq!(ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(ident(""), "\"\"");
    }

    #[test]
    fn literals_survive_quotes_and_backslashes() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b'"), "E'a\\\\b'''");
    }

    #[test]
    fn what_is_done_on_this_database_ends_where_it_should() {
        assert_eq!(dollar_tag("select 1"), "$$");
        assert_eq!(dollar_tag("select $$a$$"), "$body1$");
        assert_eq!(dollar_tag("costs 5$"), "$body1$");
        let sql = on_this_database("GRANT connect ON DATABASE %I TO \"a$$; drop table t; --\"");
        assert!(sql.starts_with("DO $body1$") && sql.ends_with("$body1$"), "{sql}");
    }

    #[test]
    fn the_keyword_list_is_sorted_for_binary_search() {
        assert!(NON_PLAIN_KEYWORDS.is_sorted());
    }
}
