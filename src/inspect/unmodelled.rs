//! What a database can hold that the language has no word for: told, never silently left out.

use super::parts;
use crate::error::Result;
use crate::session::{Session, server_error};
use crate::sql::{Own, not_of_extension, sequence_of_a_column};

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

/// Objects of PostgreSQL and of extensions whose privileges are not those that they came with.
const PRIVILEGES: &str = "SELECT 'privileges on', i.type || ' ' || i.identity FROM (\
     SELECT 'pg_class'::regclass AS class, oid, relacl AS acl FROM pg_class \
     UNION ALL SELECT 'pg_proc'::regclass, oid, proacl FROM pg_proc \
     UNION ALL SELECT 'pg_type'::regclass, oid, typacl FROM pg_type \
     UNION ALL SELECT 'pg_namespace'::regclass, oid, nspacl FROM pg_namespace WHERE nspname <> 'public' \
     UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwacl FROM pg_foreign_data_wrapper) o \
     LEFT JOIN pg_init_privs s ON s.classoid = o.class AND s.objoid = o.oid AND s.objsubid = 0, \
     pg_identify_object(o.class, o.oid, 0) i WHERE o.acl::text IS DISTINCT FROM s.initprivs::text \
     AND (o.oid < 16384 AND i.schema = 'pg_catalog' OR EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class \
     AND e.objid = o.oid AND e.deptype = 'e'))";

/// Privileges that the owner of an object has given up, and privileges on the type that the rows of a table have.
const UNUSUAL_PRIVILEGES: &str = "SELECT DISTINCT 'privileges of the owner of', i.type || ' ' || i.identity FROM (\
     SELECT 'pg_class'::regclass AS class, oid, relowner AS owner, relacl AS acl, \
     acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner) AS usual FROM pg_class \
     UNION ALL SELECT 'pg_proc'::regclass, oid, proowner, proacl, acldefault('f', proowner) FROM pg_proc \
     UNION ALL SELECT 'pg_type'::regclass, oid, typowner, typacl, acldefault('T', typowner) FROM pg_type \
     UNION ALL SELECT 'pg_namespace'::regclass, oid, nspowner, nspacl, acldefault('n', nspowner) FROM pg_namespace \
     UNION ALL SELECT 'pg_language'::regclass, oid, lanowner, lanacl, acldefault('l', lanowner) FROM pg_language \
     UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwowner, fdwacl, acldefault('F', fdwowner) \
     FROM pg_foreign_data_wrapper \
     UNION ALL SELECT 'pg_foreign_server'::regclass, oid, srvowner, srvacl, acldefault('S', srvowner) \
     FROM pg_foreign_server \
     UNION ALL SELECT 'pg_default_acl'::regclass, oid, defaclrole, defaclacl, \
     acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole) \
     FROM pg_default_acl WHERE defaclnamespace = 0) o, pg_identify_object(o.class, o.oid, 0) i WHERE o.acl IS NOT NULL AND o.oid >= 16384 \
     AND EXISTS (SELECT FROM aclexplode(o.usual) u WHERE u.grantee = o.owner AND NOT EXISTS (\
     SELECT FROM aclexplode(o.acl) h WHERE h.grantee = u.grantee AND h.privilege_type = u.privilege_type)) \
     UNION ALL SELECT 'privileges on the row type of', i.type || ' ' || i.identity FROM pg_type t \
     JOIN pg_class c ON c.oid = t.typrelid AND c.relkind <> 'c', pg_identify_object('pg_class'::regclass, c.oid, 0) i \
     WHERE t.typacl IS NOT NULL AND c.oid >= 16384";

/// What is said of the database as a whole, and of all of its sessions. What this tool looks for there is its own.
const OF_DATABASE: &str = "SELECT 'comment on', 'the database' FROM pg_database d \
     WHERE d.datname = current_database() AND shobj_description(d.oid, 'pg_database') IS NOT NULL \
     UNION ALL SELECT 'setting of', CASE s.setdatabase WHEN 0 THEN 'all databases: ' ELSE 'the database: ' END \
     || split_part(setting, '=', 1) \
     FROM pg_db_role_setting s, unnest(s.setconfig) setting WHERE s.setrole = 0 AND setting NOT LIKE 'pgreconcile.%' \
     AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))";

/// Security labels, and objects of somebody's own in the schemas of PostgreSQL.
const ODD: &str = "SELECT 'security label on', i.type || ' ' || i.identity FROM pg_seclabel l, \
     pg_identify_object(l.classoid, l.objoid, l.objsubid) i \
     UNION ALL SELECT i.type, i.identity FROM (\
     SELECT 'pg_class'::regclass AS class, oid, relnamespace AS place FROM pg_class WHERE relkind <> 'i' \
     UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc \
     UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace FROM pg_operator \
     UNION ALL SELECT 'pg_collation'::regclass, oid, collnamespace FROM pg_collation \
     UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace FROM pg_ts_config \
     UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictnamespace FROM pg_ts_dict \
     UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typnamespace FROM pg_type t WHERE t.typtype IN ('d', 'e', 'r')) o, \
     pg_identify_object(o.class, o.oid, 0) i WHERE o.oid >= 16384 \
     AND o.place IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) \
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')";

/// Everything in the database that no kind stands for.
///
/// # Errors
/// `Failed` if the catalog cannot be read.
pub fn unmodelled(session: &mut Session) -> Result<Vec<Unmodelled>> {
    let branches = CATALOGS.iter().map(|(catalog, condition)| {
        // Large objects go by the catalog of their pages.
        let class = catalog.trim_end_matches("_metadata");
        let own = not_of_extension(class, "x.oid");
        format!(
            "SELECT i.type AS sort, i.identity FROM {catalog} x, pg_identify_object('{class}'::regclass, x.oid, 0) i \
             WHERE x.oid >= 16384 AND {condition} AND {own}"
        )
    });
    let branches: Vec<String> = branches.collect();
    // Comments on what is no object of its own in the file.
    let comments = format!(
        "SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d \
                    JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass, \
                    pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE c.oid >= 16384 \
                    AND (c.relkind IN ('i', 'I') AND EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid \
                    AND k.contype IN ('p', 'u', 'x') AND k.conparentid <> 0) OR {} AND NOT EXISTS (SELECT FROM pg_depend td \
                    JOIN pg_class th ON th.oid = td.refobjid WHERE td.classid = 'pg_class'::regclass AND td.objid = c.oid \
                    AND td.refclassid = 'pg_class'::regclass AND td.refobjsubid > 0 AND th.relnamespace = c.relnamespace)) \
                    UNION ALL SELECT 'comment on', i.type || ' ' || i.identity FROM pg_description d JOIN pg_constraint k \
                    ON k.oid = d.objoid AND d.classoid = 'pg_constraint'::regclass AND k.contype IN ('n', 't'), \
                    pg_identify_object(d.classoid, d.objoid, 0) i",
        sequence_of_a_column()
    );
    let defaults = "SELECT 'default of', i.identity FROM pg_attrdef f JOIN pg_class c ON c.oid = f.adrelid, \
                    pg_identify_object('pg_class'::regclass, f.adrelid, f.adnum) i WHERE c.relkind = 'v'";
    // Only a superuser may read all of pg_subscription; its names are free.
    let subscriptions = "SELECT 'subscription', quote_ident(s.subname) FROM pg_subscription s JOIN pg_database d \
                         ON d.oid = s.subdbid WHERE d.datname = current_database()";
    let query = format!(
        "{} UNION ALL {comments} UNION ALL {defaults} UNION ALL {subscriptions} UNION ALL {PRIVILEGES} \
         UNION ALL {UNUSUAL_PRIVILEGES} UNION ALL {OF_DATABASE} UNION ALL {ODD} UNION ALL {} ORDER BY 1, 2",
        branches.join(" UNION ALL "),
        parts::query()
    );
    let answers = session
        .ask(&Own::new(&query))
        .map_err(|error| server_error("cannot list what the file cannot say", &error))?;
    let found = answers.first().map(|answer| {
        let object = |row: crate::kind::Row<'_>| Unmodelled {
            sort: row.text("sort").into(),
            identity: row.text("identity").into(),
        };
        answer.rows().map(object).collect()
    });
    Ok(found.unwrap_or_default())
}
