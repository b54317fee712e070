//! Recognises a database in which nothing has changed since a run found it in sync: a few sums over the catalogs instead
//! of reading them. A fingerprint that differs only ever leads to the slow path, never to a statement.

use super::digest;
use crate::config::Secret;
use crate::error::Result;
use crate::pg::{Feature, scram};
use crate::session::{Answer, Session, server_error};
use crate::sql::{literal, qualified};
use std::sync::{Mutex, OnceLock};
use std::thread::JoinHandle;

/// What a fingerprint is good for: the files, the terms of the run, the values of the environment variables that the
/// files name.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The hash of the files.
    pub hash: &'a str,
    /// Consents and the like, as text.
    pub terms: &'a str,
    /// The values of environment variables.
    pub seal: &'a Seal,
}

/// Catalogs, what identifies a row besides its `xmin`, and which rows count. Everything that people make has an OID from
/// 16384 on (FirstNormalObjectId); rows written anew have another `xmin`. Measured: ANALYZE, VACUUM, temporary tables
/// that are gone, `nextval` and DDL that is rolled back leave the sums alone; all DDL that was tried changes them.
///
/// Whatever is made, dropped or defined anew writes rows of pg_depend, so catalogs whose rows are not changed otherwise
/// are not here. Each costs as much to plan as the smallest query.
const CATALOGS: &[(&str, &str, &str)] = &[
    ("pg_class", "x.oid", "x.oid >= 16384"),
    ("pg_attribute", "x.attrelid, x.attnum", "x.attrelid >= 16384"),
    ("pg_constraint", "x.oid", "x.oid >= 16384"),
    ("pg_index", "x.indexrelid, x.indisvalid, x.indisready, x.indislive", "x.indexrelid >= 16384"),
    ("pg_proc", "x.oid", "x.oid >= 16384"),
    ("pg_type", "x.oid", "x.oid >= 16384"),
    ("pg_enum", "x.oid", "true"),
    ("pg_trigger", "x.oid", "true"),
    ("pg_sequence", "x.seqrelid", "true"),
    ("pg_namespace", "x.oid", "x.nspname !~ '^pg_(toast_)?temp_'"),
    ("pg_default_acl", "x.oid", "true"),
    ("pg_depend", "x.classid, x.objid, x.refobjid, x.refobjsubid", "x.objid >= 16384"),
    ("pg_description", "x.objoid, x.objsubid", "x.objoid >= 16384 OR x.objoid = 2200"),
];

/// Catalogs that count only where the file speaks of such objects: which catalog has them, or which sort of object that
/// has none in the file. What nobody declares and nobody depends on is told by a run that looks at all.
const OF_THE_FILE: &[(&str, &str, &str, &str)] = &[
    ("pg_extension", "pg_extension", "x.oid", "true"),
    ("pg_authid", "pg_shdescription", "x.objoid", "true"),
    ("pg_authid", "pg_auth_members", "x.roleid, x.member", "true"),
    ("pg_authid", "pg_db_role_setting", "x.setrole, x.setdatabase", "true"),
    ("pg_collation", "pg_collation", "x.oid", "x.oid >= 16384"),
    ("pg_cast", "pg_cast", "x.oid", "x.oid >= 16384"),
    ("pg_operator", "pg_operator", "x.oid", "x.oid >= 16384"),
    ("pg_opclass", "pg_opclass", "x.oid", "x.oid >= 16384"),
    ("pg_opfamily", "pg_opfamily", "x.oid", "x.oid >= 16384"),
    ("pg_rewrite", "pg_rewrite", "x.oid", "x.oid >= 16384"),
    ("pg_event_trigger", "pg_event_trigger", "x.oid", "true"),
    ("pg_statistic_ext", "pg_statistic_ext", "x.oid", "true"),
    ("pg_publication", "pg_publication", "x.oid", "true"),
    ("pg_ts_config", "pg_ts_config", "x.oid", "x.oid >= 16384"),
    ("pg_ts_dict", "pg_ts_dict", "x.oid", "x.oid >= 16384"),
    ("pg_foreign_data_wrapper", "pg_foreign_data_wrapper", "x.oid", "true"),
    ("pg_foreign_server", "pg_foreign_server", "x.oid", "true"),
    ("pg_user_mapping", "pg_user_mappings", "x::text", "true"),
    ("language", "pg_language", "x.oid", "true"),
    ("tablespace", "pg_tablespace", "x.oid", "true"),
    ("parameter", "pg_parameter_acl", "x.oid", "true"),
];

/// A query that gives the fingerprint of what the session sees.
fn query(session: &Session) -> String {
    let server = &session.server;
    let rows = |catalog: &str, key: &str, rows: &str| {
        // A view has no row versions.
        let version = if catalog == "pg_user_mappings" { "" } else { ", x.xmin" };
        format!(
            "SELECT hashtext(concat_ws(' ', '{catalog}', {key}{version})) AS h FROM {catalog} x WHERE {rows}"
        )
    };
    let mut parts: Vec<String> =
        CATALOGS.iter().map(|(catalog, key, condition)| rows(catalog, key, condition)).collect();
    let spoken = |of: &str| server.declared.contains(of);
    for (of, catalog, key, condition) in OF_THE_FILE {
        let there = *of != "parameter" || server.has(Feature::ParameterPrivileges);
        if spoken(of) && there {
            parts.push(rows(catalog, key, condition));
        }
    }
    if spoken("pg_authid") {
        parts.push(match server.superuser {
            true => rows("pg_authid", "x.oid", "true"),
            false => "SELECT hashtext(x::text) FROM pg_roles x".to_string(),
        });
    }
    parts.push(
        "SELECT hashtext(datacl::text) FROM pg_database WHERE datname = current_database()".to_string(),
    );
    format!("SELECT count(*) || ':' || coalesce(sum(h), 0) FROM ({}) catalogs", parts.join(" UNION ALL "))
}

fn key(session: &Session, seen: &Seen<'_>) -> String {
    let server = &session.server;
    let version = env!("CARGO_PKG_VERSION");
    digest(&format!("{}\n{}\n{version}\n{}\n{}", seen.hash, seen.terms, server.version.0, server.user))
}

/// Asks, in one message, whether a run with the same file and terms found the database in sync as it is now, and what
/// the queries `also` give. Their answers, if it did.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn recognise(
    session: &mut Session,
    schema: &str,
    seen: &Seen<'_>,
    also: &str,
) -> Result<Option<Vec<Answer>>> {
    let batch = format!(
        "BEGIN READ ONLY; SELECT secrets FROM {} WHERE key = {} AND value = ({}); {also}COMMIT",
        qualified(schema, "seen"),
        literal(&key(session, seen)),
        query(session)
    );
    let mut answers = match session.ask(&batch) {
        Ok(answers) => answers,
        Err(error) if error.is_closed() => return Err(server_error("cannot recognise the database", &error)),
        Err(_) => {
            let _ = session.run("ROLLBACK");
            return Ok(None);
        }
    };
    if answers.is_empty() {
        return Ok(None);
    }
    let found = answers.remove(0);
    Ok(found.first().is_some_and(|seal| seal == seen.seal.text()).then_some(answers))
}

/// A query to be asked in the snapshot that is observed: the fingerprint of exactly what is seen there.
pub fn of_snapshot(session: &Session) -> String {
    query(session)
}

/// The statements that remember a fingerprint of a database that was found in sync, and forget all others.
pub fn remember(session: &Session, schema: &str, seen: &Seen<'_>, value: &str) -> String {
    let table = qualified(schema, "seen");
    format!(
        "DELETE FROM {table}; INSERT INTO {table} (key, value, secrets) VALUES ({}, {}, {});",
        literal(&key(session, seen)),
        literal(value),
        literal(seen.seal.text())
    )
}

/// The values of the environment variables that a file names, as a state may keep them: a salted hash that is slow to
/// compute (PBKDF2, as in SCRAM), so that they cannot be read or guessed from it. Computed on a thread of its own.
#[derive(Debug, Default)]
pub struct Seal {
    work: Mutex<Option<JoinHandle<String>>>,
    text: OnceLock<String>,
}

impl Seal {
    /// The seal of `secrets`, which `hash` of the file salts; an empty one where there are none.
    pub fn new(secrets: Option<&Secret>, hash: &str) -> Seal {
        let work = secrets.map(|secrets| {
            let (secrets, salt) = (secrets.clone(), hash.to_string());
            std::thread::spawn(move || scram::salted(secrets.expose(), &salt))
        });
        Seal { work: Mutex::new(work), text: OnceLock::new() }
    }

    /// The text to keep and to compare.
    fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let work = self.work.lock().ok().and_then(|mut work| work.take());
            work.and_then(|work| work.join().ok()).unwrap_or_default()
        })
    }
}
