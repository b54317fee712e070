//! Recognises a database in which nothing has changed since a run found it in sync: a few sums over the catalogs instead
//! of reading them. A fingerprint that differs only ever leads to the slow path, never to a statement.

use super::digest;
use crate::config::Secret;
use crate::error::Result;
use crate::kind::Server;
use crate::pg::{Feature, is_lost, scram};
use crate::session::{Answer, Reading, Session, server_error};
use crate::sql::{Own, literal, qualified};
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

/// A catalog, what tells its rows apart besides their `xmin`, and which of them count.
#[derive(Debug, Clone, Copy)]
pub struct Catalog {
    /// Its name.
    pub name: &'static str,
    /// An OID of each row, as SQL.
    key: &'static str,
    /// What else tells rows apart, as an SQL number.
    and: &'static str,
    /// A condition on the rows.
    rows: &'static str,
    /// What a server must have for the catalog to be there.
    since: Option<Feature>,
}

impl Catalog {
    const fn new(name: &'static str) -> Catalog {
        Catalog { name, key: "x.oid", and: "0", rows: "true", since: None }
    }

    /// Only what people made: that has an OID from 16384 on (FirstNormalObjectId).
    const fn made(self) -> Catalog {
        Catalog { rows: "x.oid >= 16384", ..self }
    }

    const fn keyed(self, key: &'static str, and: &'static str) -> Catalog {
        Catalog { key, and, ..self }
    }

    const fn only(self, rows: &'static str) -> Catalog {
        Catalog { rows, ..self }
    }

    const fn since(self, feature: Feature) -> Catalog {
        Catalog { since: Some(feature), ..self }
    }

    /// A query of one number for each row, by number `n` of the catalog.
    fn query(&self, n: usize, server: &Server) -> String {
        let Catalog { name, key, and, rows, .. } = self;
        match *name {
            // A view has no row versions.
            "pg_user_mappings" => format!("SELECT hashtext(x::text)::int8 AS h FROM {name} x"),
            "pg_authid" if !server.superuser => {
                "SELECT hashtext(x::text)::int8 AS h FROM pg_roles x".to_string()
            }
            _ => format!(
                "SELECT hashint8extended(x.xmin::text::int8 << 32 | {key}::int8, ({and})::int8 << 8 | {n}) AS h \
                 FROM {name} x WHERE {rows}"
            ),
        }
    }
}

/// The catalogs that every file is compared with. Rows written anew have another `xmin`. Measured: ANALYZE, VACUUM,
/// temporary tables that are gone, `nextval` and DDL that is rolled back leave the sums alone; all DDL that was tried
/// changes them. Each catalog costs as much to plan as the smallest query, so none is here for whose changes another
/// one answers: a default's, a partition's, a dependency's.
pub const ALWAYS: &[Catalog] = &[
    Catalog::new("pg_class").made(),
    Catalog::new("pg_attribute").keyed("x.attrelid", "x.attnum").only("x.attrelid >= 16384 AND x.attnum > 0"),
    Catalog::new("pg_constraint").made(),
    Catalog::new("pg_index")
        .keyed("x.indexrelid", "x.indisvalid::int + 2 * x.indisready::int + 4 * x.indislive::int")
        .only("x.indexrelid >= 16384"),
    Catalog::new("pg_proc").made(),
    Catalog::new("pg_type").made(),
    Catalog::new("pg_trigger"),
    Catalog::new("pg_sequence").keyed("x.seqrelid", "0"),
    Catalog::new("pg_namespace").only("x.nspname < 'pg_' OR x.nspname >= 'pg`'"),
];

/// Catalogs that count where the file declares something that can change in them. What nobody declares and nobody
/// depends on is told by a run that looks at all.
pub const WHERE_DECLARED: &[Catalog] = &[
    Catalog::new("pg_enum"),
    Catalog::new("pg_description")
        .keyed("x.objoid", "x.objsubid")
        .only("x.objoid >= 16384 OR x.objoid = 2200"),
    Catalog::new("pg_shdescription").keyed("x.objoid", "0"),
    Catalog::new("pg_default_acl"),
    Catalog::new("pg_extension"),
    Catalog::new("pg_authid"),
    Catalog::new("pg_auth_members").keyed("x.roleid", "x.member::int8"),
    Catalog::new("pg_db_role_setting").keyed("x.setrole", "x.setdatabase::int8"),
    Catalog::new("pg_database").only("x.datname = current_database()"),
    Catalog::new("pg_policy"),
    Catalog::new("pg_rewrite").made(),
    Catalog::new("pg_collation").made(),
    Catalog::new("pg_cast").made(),
    Catalog::new("pg_operator").made(),
    Catalog::new("pg_opclass").made(),
    Catalog::new("pg_opfamily").made(),
    Catalog::new("pg_amop").made(),
    Catalog::new("pg_amproc").made(),
    Catalog::new("pg_event_trigger"),
    Catalog::new("pg_statistic_ext"),
    Catalog::new("pg_publication"),
    Catalog::new("pg_publication_rel"),
    Catalog::new("pg_publication_namespace").since(Feature::PublicationSchemas),
    Catalog::new("pg_ts_config").made(),
    Catalog::new("pg_ts_config_map")
        .keyed("x.mapcfg", "x.maptokentype * 1000 + x.mapseqno")
        .only("x.mapcfg >= 16384"),
    Catalog::new("pg_ts_dict").made(),
    Catalog::new("pg_foreign_data_wrapper"),
    Catalog::new("pg_foreign_server"),
    Catalog::new("pg_foreign_table").keyed("x.ftrelid", "0"),
    Catalog::new("pg_user_mappings"),
    Catalog::new("pg_language"),
    Catalog::new("pg_tablespace"),
    Catalog::new("pg_parameter_acl").since(Feature::ParameterPrivileges),
];

/// A query that gives the fingerprint of what the session sees.
fn query(session: &Session) -> String {
    let server = &session.server;
    let declared = WHERE_DECLARED.iter().filter(|catalog| server.catalogs.contains(catalog.name));
    let there = |catalog: &&Catalog| catalog.since.is_none_or(|feature| server.has(feature));
    let queries = ALWAYS.iter().chain(declared).filter(there).enumerate();
    let parts: Vec<String> = queries.map(|(n, catalog)| catalog.query(n, server)).collect();
    format!("SELECT sum(h)::text FROM ({}) catalogs", parts.join(" UNION ALL "))
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
    also: &[Reading],
) -> Result<Option<Vec<Result<Vec<Answer>, postgres::Error>>>> {
    let begin = Own::new(format!(
        "BEGIN READ ONLY; SELECT secrets FROM {} WHERE key = {} AND value = ({})",
        qualified(schema, "seen"),
        literal(&key(session, seen)),
        query(session)
    ));
    let read = match session.read(begin, also) {
        Ok(read) => read,
        Err(error) if is_lost(&error) => return Err(server_error("cannot recognise the database", &error)),
        Err(_) => {
            session.roll_back();
            return Ok(None);
        }
    };
    let found = read.begun.first().and_then(Answer::first);
    Ok(found.is_some_and(|seal| seal == seen.seal.text()).then_some(read.readings))
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
