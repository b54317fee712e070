//! Recognises a database in which nothing has changed since a run found it in sync: a few sums over the catalogs instead
//! of reading them. A fingerprint that differs only ever leads to the slow path, never to a statement. Nobody can bring
//! about a fingerprint by choosing OIDs and transaction ids: each row is hashed with a random number that stays in the
//! tool's own schema, where nobody else can read it.

use super::{VERSION, digest, verify};
use crate::config::Secret;
use crate::error::Result;
use crate::kind::Server;
use crate::pg::{Feature, is_lost, scram};
use crate::session::{Answer, Session, server_error};
use crate::sql::{Own, literal, qualified};

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

/// A value that tells rows of a catalog apart, as SQL.
#[derive(Debug, Clone, Copy)]
enum Key {
    Oid(&'static str),
    Number(&'static str),
}

impl Key {
    /// Its hash, with that of something else as the seed, which goes into all 64 bits.
    fn hash(self, seed: &str) -> String {
        match self {
            Key::Oid(sql) => format!("hashoidextended({sql}, {seed})"),
            Key::Number(sql) => format!("hashint4extended({sql}, {seed})"),
        }
    }
}

/// A catalog, what tells its rows apart besides their `xmin`, and which of them count.
#[derive(Debug, Clone, Copy)]
pub struct Catalog {
    /// Its name.
    pub name: &'static str,
    keys: &'static [Key],
    /// A condition on the rows.
    rows: &'static str,
    /// What a server must have for the catalog to be there.
    since: Option<Feature>,
}

impl Catalog {
    const fn new(name: &'static str) -> Catalog {
        Catalog { name, keys: &[Key::Oid("x.oid")], rows: "true", since: None }
    }

    /// Only what people made: that has an OID from 16384 on (FirstNormalObjectId).
    const fn made(self) -> Catalog {
        Catalog { rows: "x.oid >= 16384", ..self }
    }

    const fn keyed(self, keys: &'static [Key]) -> Catalog {
        Catalog { keys, ..self }
    }

    const fn only(self, rows: &'static str) -> Catalog {
        Catalog { rows, ..self }
    }

    const fn since(self, feature: Feature) -> Catalog {
        Catalog { since: Some(feature), ..self }
    }

    /// A query of one number for each row, by number `n` of the catalog. What tells rows apart is hashed one into the
    /// other, never added.
    fn query(&self, n: usize, server: &Server) -> String {
        let Catalog { name, keys, rows, .. } = self;
        let seed = format!("hashint4extended({n}, v.salt)");
        let text = |from: &str| format!("SELECT hashtextextended(x::text, {seed}) AS h FROM {from} x");
        match *name {
            // A view has no row versions.
            "pg_user_mappings" => text(name),
            "pg_authid" if !server.superuser => text("pg_roles"),
            _ => {
                let hash = keys.iter().fold(seed, |seed, key| key.hash(&seed));
                let version = Key::Oid("x.xmin::text::oid").hash(&hash);
                format!("SELECT {version} AS h FROM {name} x WHERE {rows}")
            }
        }
    }
}

/// The catalogs that every file is compared with. Rows written anew have another `xmin`. Measured: ANALYZE, VACUUM,
/// temporary tables that are gone, `nextval` and DDL that is rolled back leave the sums alone; all DDL that was tried
/// changes them. Each catalog costs as much to plan as the smallest query, so none is here for whose changes another
/// one answers: a default's, a partition's, a dependency's.
pub const ALWAYS: &[Catalog] = &[
    Catalog::new("pg_class").made(),
    Catalog::new("pg_attribute")
        .keyed(&[Key::Oid("x.attrelid"), Key::Number("x.attnum")])
        .only("x.attrelid >= 16384 AND x.attnum > 0"),
    Catalog::new("pg_constraint").made(),
    Catalog::new("pg_index")
        .keyed(&[
            Key::Oid("x.indexrelid"),
            Key::Number("x.indisvalid::int + 2 * x.indisready::int + 4 * x.indislive::int"),
        ])
        .only("x.indexrelid >= 16384"),
    Catalog::new("pg_proc").made(),
    Catalog::new("pg_type").made(),
    Catalog::new("pg_trigger"),
    Catalog::new("pg_sequence").keyed(&[Key::Oid("x.seqrelid")]),
    Catalog::new("pg_namespace").only("x.nspname < 'pg_' OR x.nspname >= 'pg`'"),
];

/// Catalogs that count where the file declares something that can change in them. What nobody declares and nobody
/// depends on is told by a run that looks at all.
pub const WHERE_DECLARED: &[Catalog] = &[
    Catalog::new("pg_enum"),
    Catalog::new("pg_description")
        .keyed(&[Key::Oid("x.classoid"), Key::Oid("x.objoid"), Key::Number("x.objsubid")])
        .only("x.objoid >= 16384 OR x.objoid = 2200"),
    Catalog::new("pg_shdescription").keyed(&[Key::Oid("x.classoid"), Key::Oid("x.objoid")]),
    Catalog::new("pg_default_acl"),
    Catalog::new("pg_extension"),
    Catalog::new("pg_authid"),
    Catalog::new("pg_auth_members").keyed(&[
        Key::Oid("x.roleid"),
        Key::Oid("x.member"),
        Key::Oid("x.grantor"),
    ]),
    Catalog::new("pg_db_role_setting").keyed(&[Key::Oid("x.setrole"), Key::Oid("x.setdatabase")]),
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
        .keyed(&[Key::Oid("x.mapcfg"), Key::Number("x.maptokentype"), Key::Number("x.mapseqno")])
        .only("x.mapcfg >= 16384"),
    Catalog::new("pg_ts_dict").made(),
    Catalog::new("pg_foreign_data_wrapper"),
    Catalog::new("pg_foreign_server"),
    Catalog::new("pg_foreign_table").keyed(&[Key::Oid("x.ftrelid")]),
    Catalog::new("pg_user_mappings"),
    Catalog::new("pg_language"),
    Catalog::new("pg_tablespace"),
    Catalog::new("pg_parameter_acl").since(Feature::ParameterPrivileges),
];

/// The catalogs that decide, besides those that always count, what SQL of the file calls that is asked of the data, and whom
/// that belongs to. All are read for what [`crate::trust`] says, by which such SQL is asked or not.
pub const CALLED: &[&str] = &[
    "pg_amop",
    "pg_amproc",
    "pg_auth_members",
    "pg_authid",
    "pg_cast",
    "pg_collation",
    "pg_database",
    "pg_event_trigger",
    "pg_extension",
    "pg_foreign_server",
    "pg_foreign_table",
    "pg_opclass",
    "pg_operator",
    "pg_policy",
    "pg_rewrite",
    "pg_statistic_ext",
    "pg_ts_config",
    "pg_user_mappings",
];

/// An expression over the row `v` of the table `shape`: the fingerprint of what the session sees. Transaction ids
/// begin anew after 2^32 of them, which the first number counts.
fn expression(session: &Session) -> String {
    let server = &session.server;
    let declared = WHERE_DECLARED.iter().filter(|catalog| server.catalogs.contains(catalog.name));
    let there = |catalog: &&Catalog| catalog.since.is_none_or(|feature| server.has(feature));
    let queries = ALWAYS.iter().chain(declared).filter(there).enumerate();
    let parts: Vec<String> = queries.map(|(n, catalog)| catalog.query(n, server)).collect();
    format!(
        "(SELECT concat(div(pg_snapshot_xmax(pg_current_snapshot())::text::numeric, 4294967296), ' ', sum(h)) \
         FROM ({}) catalogs)",
        parts.join(" UNION ALL ")
    )
}

fn key(session: &Session, seen: &Seen<'_>) -> String {
    let server = &session.server;
    let version = env!("CARGO_PKG_VERSION");
    digest(&format!("{}\n{}\n{version}\n{}\n{}", seen.hash, seen.terms, server.version.0, server.user))
}

/// Asks, in one message, whether a run with the same file and terms found the database in sync as it is now; gives the
/// seal of the values that its environment had.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn recognise(session: &mut Session, schema: &str, seen: &Seen<'_>) -> Result<Option<String>> {
    // What the session began with has shown it already.
    let verified = match session.server.plain_state {
        true => String::new(),
        false => verify::demand_readable(schema),
    };
    let question = Own::new(format!(
        "{verified}SELECT s.secrets FROM {} v, {} s WHERE v.number = {VERSION} AND s.key = {} AND s.value = {}",
        qualified(schema, "shape"),
        qualified(schema, "seen"),
        literal(&key(session, seen)),
        expression(session)
    ));
    match session.ask(&question) {
        Ok(answers) => Ok(answers.last().and_then(Answer::first).map(str::to_string)),
        Err(error) if is_lost(&error) => Err(server_error("cannot recognise the database", &error)),
        Err(_) => Ok(None),
    }
}

/// A query to be asked in the snapshot that is observed: the fingerprint of exactly what is seen there; nothing where
/// there is no schema of ours to remember it in.
pub fn of_snapshot(session: &Session) -> String {
    match session.server.state.as_deref().filter(|_| !session.server.outdated) {
        Some(schema) => format!("SELECT {} FROM {} v", expression(session), qualified(schema, "shape")),
        None => "SELECT NULL".to_string(),
    }
}

/// The statements that remember a fingerprint of a database that was found in sync, and forget all others.
pub fn remember(session: &Session, schema: &str, seen: &Seen<'_>, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let table = qualified(schema, "seen");
    format!(
        "DELETE FROM {table}; INSERT INTO {table} (key, value, secrets) VALUES ({}, {}, {});",
        literal(&key(session, seen)),
        literal(value),
        literal(&seen.seal.text())
    )
}

/// The values of the environment variables that a file names, as a state may keep them: with a random salt, a hash that
/// is slow to compute (PBKDF2, as in SCRAM), so that they cannot be read or guessed from it.
#[derive(Debug)]
pub struct Seal(Option<Secret>);

impl Seal {
    /// The seal of `secrets`; an empty one where there are none.
    pub fn new(secrets: Option<&Secret>) -> Seal {
        Seal(secrets.cloned())
    }

    /// The text to keep.
    fn text(&self) -> String {
        let Some(secrets) = &self.0 else { return String::new() };
        let salt = super::hex(&rand::random::<[u8; 16]>());
        format!("{salt}${}", scram::salted(secrets.expose(), &salt))
    }

    /// Whether the text is one of these values, and what `work` gives: it is done meanwhile, as this takes about as long as
    /// an answer of the server.
    pub fn fits_beside<T>(&self, text: &str, work: impl FnOnce() -> T) -> (bool, T) {
        if self.0.is_none() {
            return (self.fits(text), work());
        }
        std::thread::scope(|scope| {
            let fits = scope.spawn(|| self.fits(text));
            let done = work();
            (fits.join().unwrap_or_default(), done)
        })
    }

    fn fits(&self, text: &str) -> bool {
        match (&self.0, text.split_once('$')) {
            (None, None) => text.is_empty(),
            (Some(secrets), Some((salt, hash))) => scram::salted(secrets.expose(), salt) == hash,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What these say changes only with what another catalog says, or does not decide what a query calls.
    const OTHERWISE: &[&str] = &[
        "pg_am",
        "pg_attrdef",
        "pg_depend",
        "pg_inherits",
        "pg_language",
        "pg_publication",
        "pg_publication_rel",
    ];

    #[test]
    fn what_a_judgement_is_made_of_is_in_the_fingerprint() {
        let text = include_str!("../trust/queries.rs");
        let names = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        let mut before = "";
        let mut read = BTreeSet::new();
        for name in names.filter(|name| !name.is_empty()) {
            let is_read = matches!(before, "FROM" | "JOIN" | "from" | "join") && name.starts_with("pg_");
            read.extend(is_read.then_some(name));
            before = name;
        }
        let known: BTreeSet<&str> =
            ALWAYS.iter().map(|catalog| catalog.name).chain(CALLED.iter().copied()).collect();
        let all = WHERE_DECLARED.iter().map(|catalog| catalog.name).collect::<BTreeSet<_>>();
        assert!(read.len() > 15, "{read:?}");
        assert!(CALLED.iter().all(|name| all.contains(name)));
        let missing: Vec<&&str> =
            read.iter().filter(|name| !known.contains(**name) && !OTHERWISE.contains(name)).collect();
        assert!(
            missing.is_empty(),
            "{missing:?} decide what SQL of the file calls, and are not in the fingerprint"
        );
    }
}
