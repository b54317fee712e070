//! Recognises a database in which nothing has changed since a run found it in sync: a few sums over the catalogs instead
//! of reading them. A fingerprint that differs only ever leads to the slow path, never to a statement.

use super::digest;
use crate::config::Secret;
use crate::error::Result;
use crate::pg::scram;
use crate::session::{Session, server_error};
use crate::source::Files;
use crate::sql::{literal, qualified};

/// What a fingerprint is good for: the files, the terms of the run, the values of the environment variables that the
/// files name.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The files.
    pub files: &'a Files,
    /// Consents and the like, as text.
    pub terms: &'a str,
    /// The values of environment variables.
    pub secrets: Option<&'a Secret>,
}

/// Catalogs, what identifies a row besides its `xmin`, and which rows count. Everything that people make has an OID from
/// 16384 on (FirstNormalObjectId); rows written anew have another `xmin`. Measured: ANALYZE, VACUUM, temporary tables
/// that are gone, `nextval` and DDL that is rolled back leave the sums alone; all DDL that was tried changes them.
const CATALOGS: &[(&str, &str, &str)] = &[
    ("pg_class", "x.oid", "x.oid >= 16384"),
    ("pg_attribute", "x.attrelid, x.attnum", "x.attrelid >= 16384"),
    ("pg_attrdef", "x.oid", "true"),
    ("pg_constraint", "x.oid", "x.oid >= 16384"),
    ("pg_index", "x.indexrelid, x.indisvalid, x.indisready, x.indislive", "x.indexrelid >= 16384"),
    ("pg_proc", "x.oid", "x.oid >= 16384"),
    ("pg_type", "x.oid", "x.oid >= 16384"),
    ("pg_enum", "x.oid", "true"),
    ("pg_range", "x.rngtypid", "x.rngtypid >= 16384"),
    ("pg_collation", "x.oid", "x.oid >= 16384"),
    ("pg_aggregate", "x.aggfnoid::oid", "x.aggfnoid::oid >= 16384"),
    ("pg_cast", "x.oid", "x.oid >= 16384"),
    ("pg_operator", "x.oid", "x.oid >= 16384"),
    ("pg_opclass", "x.oid", "x.oid >= 16384"),
    ("pg_opfamily", "x.oid", "x.oid >= 16384"),
    ("pg_amop", "x.oid", "x.oid >= 16384"),
    ("pg_amproc", "x.oid", "x.oid >= 16384"),
    ("pg_trigger", "x.oid", "true"),
    ("pg_policy", "x.oid", "true"),
    ("pg_rewrite", "x.oid", "x.oid >= 16384"),
    ("pg_sequence", "x.seqrelid", "true"),
    ("pg_namespace", "x.oid", "x.nspname !~ '^pg_(toast_)?temp_'"),
    ("pg_extension", "x.oid", "true"),
    ("pg_default_acl", "x.oid", "true"),
    (
        "pg_depend",
        "x.objid, x.refobjid, x.refobjsubid",
        "x.deptype = 'a' AND x.classid = 'pg_class'::regclass AND x.objid >= 16384",
    ),
    ("pg_description", "x.objoid, x.objsubid", "x.objoid >= 16384 OR x.objoid = 2200"),
    ("pg_shdescription", "x.objoid", "true"),
    ("pg_auth_members", "x.roleid, x.member", "true"),
];

/// A query that gives the fingerprint of what the session sees.
fn query(session: &Session) -> String {
    let sum = |catalog: &str, key: &str, rows: &str| {
        format!(
            "(SELECT count(*) || ':' || coalesce(sum(hashtext(concat_ws(' ', {key}, x.xmin))), 0) \
             FROM {catalog} x WHERE {rows})"
        )
    };
    let mut parts: Vec<String> =
        CATALOGS.iter().map(|(catalog, key, rows)| sum(catalog, key, rows)).collect();
    parts.push(match session.server.superuser {
        true => sum("pg_authid", "x.oid", "true"),
        false => "(SELECT sum(hashtext(x::text)) FROM pg_roles x)".to_string(),
    });
    parts.push("(SELECT datacl::text FROM pg_database WHERE datname = current_database())".to_string());
    format!("concat_ws('|', {})", parts.join(", "))
}

fn key(session: &Session, seen: &Seen<'_>) -> String {
    let server = &session.server;
    let version = env!("CARGO_PKG_VERSION");
    digest(&format!(
        "{}\n{}\n{version}\n{}\n{}",
        seen.files.hash(),
        seen.terms,
        server.version.0,
        server.user
    ))
}

/// Whether a run with the same file and terms found the database in sync as it is now. The values of environment
/// variables that the file names are compared with a SCRAM verifier, so that they cannot be read from the state.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn is_known(session: &mut Session, schema: &str, seen: &Seen<'_>) -> Result<bool> {
    let batch = format!(
        "BEGIN READ ONLY; SET LOCAL enable_seqscan = off; SELECT secrets FROM {} WHERE key = {} AND value = (SELECT {}); COMMIT",
        qualified(schema, "seen"),
        literal(&key(session, seen)),
        query(session)
    );
    let answers = match session.ask(&batch) {
        Ok(answers) => answers,
        Err(error) if error.is_closed() => return Err(server_error("cannot recognise the database", &error)),
        Err(_) => {
            let _ = session.run("ROLLBACK");
            return Ok(false);
        }
    };
    let found = answers.first().and_then(|answer| answer.first());
    Ok(found.is_some_and(|verifier| match seen.secrets {
        Some(secrets) => scram::matches(verifier, secrets.expose()),
        None => verifier.is_empty(),
    }))
}

/// A query to be asked in the snapshot that is observed: the fingerprint of exactly what is seen there.
pub fn of_snapshot(session: &Session) -> String {
    format!("SELECT {}", query(session))
}

/// The statements that remember a fingerprint of a database that was found in sync, and forget all others.
pub fn remember(session: &Session, schema: &str, seen: &Seen<'_>, value: &str) -> String {
    let secrets = seen.secrets.map_or(String::new(), |secrets| scram::verifier(secrets.expose()));
    let table = qualified(schema, "seen");
    format!(
        "DELETE FROM {table}; INSERT INTO {table} (key, value, secrets) VALUES ({}, {}, {});",
        literal(&key(session, seen)),
        literal(value),
        literal(&secrets)
    )
}
