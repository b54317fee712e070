//! Schemas of others, filled with rows, then changed as a person would: their file, as `inspect` writes it, is edited
//! at random. Without consent no value is lost; with every consent the database becomes what the file says, or rows
//! that stand in the way are told. `RANDOM_SEED` is where the seeds begin, `RANDOM_RUNS` how many there are for each
//! schema; a failure names its seed.

mod editor;
mod others;
mod tables;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{env, path::Path, time::Duration};

use pgreconcile::report::{self, Outcome, Report};
use pgreconcile::{Error, ErrorKind, Options, Reconciler, config::Connection, sql::Consent};

use self::editor::Editor;
use crate::random::{compare, roles, seeds, servers};
use crate::real::{load, real_schemas};
use crate::support::stored::{Fate, Stored};
use crate::support::{Database, Run, Server, example::Example};

/// Rows for every table of a database, as far as its constraints let them.
const FILL: &str = include_str!("edits/fill.sql");

/// SQLSTATEs that an edited file may be refused with: it speaks of what it has taken out, or of what no longer fits.
const AT_ODDS: &[&str] = &["42703", "42P01", "42883", "42704", "42804"];

#[test]
fn examples_take_edits() {
    for (server, folder) in servers().zip(["examples/isp-billing", "examples/buildxpert"]) {
        let example = Example::empty(server, folder);
        example.run(["apply", "--stateless"]).run().success();
        prove(server, &example.db, folder, 2);
    }
}

#[test]
#[ignore = "needs REAL_SCHEMAS, a folder of schemas"]
fn real_schemas_take_edits() {
    let wanted = env::var("REAL_SCHEMA").unwrap_or_default();
    for server in servers().take(1) {
        for (path, script) in real_schemas() {
            if path.to_string_lossy().contains(&wanted) {
                let db = load(server, &script).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                prove(server, &db, &path.display().to_string(), 3);
            }
        }
    }
}

/// What became of an edited file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fared {
    Done,
    /// A consent is missing.
    Refused,
    /// Rows stand in the way.
    Rows,
    /// The file speaks of what it has taken out.
    Invalid,
}

/// Fills a database with rows, and edits its file once for every seed.
fn prove(server: &Server, db: &Database, name: &str, runs: u64) {
    db.execute(FILL);
    let stored = Stored::of(db);
    let (tables, filled) = stored.filled();
    assert!(filled * 10 >= tables * 6, "{name}: only {filled} of {tables} tables have rows");
    let site = Site { server, origin: db, file: inspected(db), roles: roles(server), stored };
    let mut fared: BTreeMap<Fared, u64> = BTreeMap::new();
    let mut wrong = Vec::new();
    for seed in seeds(runs) {
        let editor = site.edit(seed);
        for consent in [false, true] {
            match site.take(&editor, consent) {
                Ok(how) => *fared.entry(how).or_default() += 1,
                Err(error) => {
                    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("edit-{seed}.toml"));
                    std::fs::write(&path, editor.text()).expect("writable");
                    let manner = if consent { "with every consent" } else { "without consent" };
                    wrong.push(format!(
                        "==== {name}, seed {seed}, {manner}, {}\n{}\n{error}",
                        path.display(),
                        editor.done.join("\n")
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{fared:?}\n{}", wrong.join("\n"));
}

/// A filled database, to be copied for every edit.
struct Site<'s> {
    server: &'s Server,
    origin: &'s Database,
    file: String,
    roles: [String; 2],
    stored: Stored,
}

impl Site<'_> {
    /// A few edits of the file.
    fn edit(&self, seed: u64) -> Editor {
        let mut editor = Editor::new(seed, &self.file, &self.roles);
        let count = 1 + editor.rng_below(3);
        while editor.done.len() < count && !editor.renamed {
            let edits = if editor.chance(60) { tables::EDITS } else { others::EDITS };
            let edit = editor.one(edits).expect("an edit");
            let (file, fates, done) = (editor.file.clone(), editor.fates.clone(), editor.done.clone());
            if edit(&mut editor).is_none() {
                (editor.file, editor.fates, editor.done) = (file, fates, done);
            }
        }
        editor
    }

    /// Applies an edited file to a copy of the database.
    fn take(&self, editor: &Editor, consent: bool) -> Result<Fared, String> {
        let db = self.server.cluster().copy_of(self.origin);
        let file = editor.text();
        let result = apply(&db, &file, consent)?;
        let fate = |table: &str, column: &str| match editor.fate(table, column) {
            Fate::Changes | Fate::Goes if !consent => Fate::Stays,
            fate => fate,
        };
        let lost = self.stored.lost_in(&Stored::of(&db), &fate);
        let told = match &result {
            Ok(report) => report::text(report, false, true),
            Err(error) => error.to_string(),
        };
        if !lost.is_empty() {
            return Err(format!("lost: {}\n{told}", lost.join("\n")));
        }
        let fared = match &result {
            Ok(_) => Fared::Done,
            Err(error) => judge(error, consent).ok_or(told.clone())?,
        };
        if fared != Fared::Done {
            return self.unchanged(&db, fared, &told);
        }
        let again = plan(&db, &file, consent)?;
        if !again.plan.is_empty() || (consent && again.outcome != Outcome::InSync) {
            return Err(format!(
                "a second run has more to do\n{}\nafter\n{told}",
                report::text(&again, false, true)
            ));
        }
        // What has got another name keeps parts that are named after the one it had.
        if consent && !editor.renamed {
            self.anew(&db, &file).map_err(|error| format!("{error}\nafter\n{told}"))?;
        }
        Ok(fared)
    }

    /// What is refused before anything is executed leaves everything as it was.
    fn unchanged(&self, db: &Database, fared: Fared, told: &str) -> Result<Fared, String> {
        match compare(&inspected(db), &self.file) {
            Some(difference) if fared != Fared::Invalid => {
                Err(format!("refused, and yet changed: {difference}\n{told}"))
            }
            _ => Ok(fared),
        }
    }

    /// The database is what the file makes of an empty one.
    fn anew(&self, db: &Database, file: &str) -> Result<(), String> {
        let fresh = self.server.database();
        let made = apply(&fresh, file, true)?;
        made.map_err(|error| format!("an empty database refuses it: {error}"))?;
        match compare(&inspected(db), &inspected(&fresh)) {
            Some(difference) => Err(format!("made of an empty database it is another: {difference}")),
            None => Ok(()),
        }
    }
}

/// How a refusal counts; none that a person could not expect.
fn judge(error: &Error, consent: bool) -> Option<Fared> {
    let at_odds = error.sqlstate.as_deref().is_some_and(|state| AT_ODDS.contains(&state));
    match error.kind {
        ErrorKind::Refused if !consent => Some(Fared::Refused),
        ErrorKind::InvalidSpec => Some(Fared::Invalid),
        ErrorKind::Failed if at_odds => Some(Fared::Invalid),
        ErrorKind::Failed if error.message.contains("nothing was executed") => Some(Fared::Rows),
        _ => None,
    }
}

fn reconciler(file: &str) -> Result<Reconciler, Error> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("schema.toml");
    std::fs::write(&path, file).expect("writable");
    Reconciler::from_path(&path, &|_| Some("s3cret-of-everyone".to_owned()))
}

fn options(db: &Database, consent: bool) -> Options {
    let connection = Connection::resolve(Some(&db.url()), &|_| None).expect("an address");
    let mut options = Options::new(connection);
    options.wait = Some(Duration::ZERO);
    options.force = true;
    if consent {
        options.allow = Consent::ALL.into_iter().collect();
    }
    options
}

fn apply(db: &Database, file: &str, consent: bool) -> Result<Result<Report, Error>, String> {
    let options = options(db, consent);
    let run = || reconciler(file)?.apply(&options, &|_| {});
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| "it panicked".to_owned())
}

fn plan(db: &Database, file: &str, consent: bool) -> Result<Report, String> {
    let look = reconciler(file).and_then(|reconciler| reconciler.plan(&options(db, consent), &|_| {}));
    look.map_err(|error| format!("it cannot be planned again: {error}"))
}

fn inspected(db: &Database) -> String {
    Run::new(db).arg("inspect").run().success().stdout
}
