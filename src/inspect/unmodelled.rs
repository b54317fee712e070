//! What a database can hold that the language has no word for: told, never silently left out.

use crate::error::Result;
use crate::session::{Session, server_error};
use crate::sql::not_of_extension;

/// An object that the file cannot declare.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unmodelled {
    /// Its sort, as the server calls it.
    pub sort: String,
    /// Its name, as the server prints it.
    pub identity: String,
}

/// The catalogs of such objects, with a condition on `x`. Objects that come with PostgreSQL have OIDs below 16384.
const CATALOGS: &[(&str, &str)] = &[
    ("pg_conversion", "true"),
    ("pg_transform", "true"),
    ("pg_ts_parser", "true"),
    ("pg_ts_template", "true"),
    ("pg_am", "true"),
    (
        "pg_type",
        "(x.typtype = 'p' OR x.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = x.oid))",
    ),
    ("pg_largeobject_metadata", "true"),
];

/// Everything in the database that no kind stands for.
///
/// # Errors
/// `Failed` if the catalog cannot be read.
pub fn unmodelled(session: &mut Session) -> Result<Vec<Unmodelled>> {
    let branches = CATALOGS.iter().map(|(catalog, condition)| {
        let own = not_of_extension(catalog, "x.oid");
        format!(
            "SELECT i.type AS sort, i.identity FROM {catalog} x, pg_identify_object('{catalog}'::regclass, x.oid, 0) i \
             WHERE x.oid >= 16384 AND {condition} AND {own}"
        )
    });
    let branches: Vec<String> = branches.collect();
    // Comments on what is no object of its own in the file.
    let comments = "SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d \
                    JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass, \
                    pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE c.oid >= 16384 \
                    AND (c.relkind IN ('i', 'I') AND EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid \
                    AND k.contype IN ('p', 'u', 'x')) OR c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend o \
                    LEFT JOIN pg_attrdef f ON f.adrelid = o.refobjid AND f.adnum = o.refobjsubid \
                    WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass \
                    AND (o.deptype = 'i' OR o.deptype = 'a' AND starts_with(pg_get_expr(f.adbin, f.adrelid), 'nextval(')))) \
                    UNION ALL SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d JOIN pg_constraint k \
                    ON k.oid = d.objoid AND d.classoid = 'pg_constraint'::regclass AND k.contype IN ('n', 't'), \
                    pg_identify_object(d.classoid, d.objoid, 0) i";
    let defaults = "SELECT 'default of', i.identity FROM pg_attrdef f JOIN pg_class c ON c.oid = f.adrelid, \
                    pg_identify_object('pg_class'::regclass, f.adrelid, f.adnum) i WHERE c.relkind = 'v'";
    // Only a superuser may read all of pg_subscription; its names are free.
    let subscriptions = "SELECT 'subscription', quote_ident(s.subname) FROM pg_subscription s JOIN pg_database d \
                         ON d.oid = s.subdbid WHERE d.datname = current_database()";
    let query = format!(
        "{} UNION ALL {comments} UNION ALL {defaults} UNION ALL {subscriptions} ORDER BY 1, 2",
        branches.join(" UNION ALL ")
    );
    let answers =
        session.ask(&query).map_err(|error| server_error("cannot list what the file cannot say", &error))?;
    let found = answers.first().map(|answer| {
        let object = |row: crate::kind::Row<'_>| Unmodelled {
            sort: row.text("sort").into(),
            identity: row.text("identity").into(),
        };
        answer.rows().map(object).collect()
    });
    Ok(found.unwrap_or_default())
}
