//! What only a development database may suffer: to be dropped and built anew, to be filled with made-up data. The mark
//! is a setting of the database itself, so that no flag can be given in the wrong place.

use super::{Options, Reconciler};
use crate::apply::{self, Event, Listener};
use crate::error::{Error, ErrorKind, Result};
use crate::pg::Client;
use crate::report::Report;
use crate::session::{Access, Session, server_error};
use crate::source::open::{self, Folder, Unreadable};
use crate::sql::{Execution, Own, ident};
use crate::state;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// The setting that marks a database.
const MARK: &str = "pgreconcile.development";

impl Reconciler {
    /// Drops the schemas of the file and the tool's own one, with all that is in them, and applies the file.
    ///
    /// # Errors
    /// `Refused` if the database is not marked as development; then as [`Reconciler::apply`].
    pub fn reset_on(&self, client: Client, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let mut session = state::open(client, &options.connection, &self.state_schema(), Access::ReadWrite)?;
        demand_mark(&mut session, "reset")?;
        let own = self.state_schema();
        apply::lock(&mut session, self.lock_wait(options), Some(&own), listener)?;
        let mut batch = String::from("BEGIN; SET LOCAL client_min_messages = warning; ");
        for schema in self.desired.schemas.iter().chain([&own]) {
            batch.push_str(&format!("DROP SCHEMA IF EXISTS {} CASCADE; ", ident(schema)));
        }
        if self.desired.schemas.iter().any(|schema| schema == "public") {
            batch.push_str("CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; ");
        }
        batch.push_str("COMMIT");
        session.run(&Own::new(&batch)).map_err(|error| server_error("cannot drop what is there", &error))?;
        listener(Event::Note(format!("dropped {}", self.desired.schemas.join(", "))));
        self.apply_on(session.into_client(), options, listener)
    }

    /// Executes SQL files, each in a transaction of its own.
    ///
    /// # Errors
    /// `Refused` if the database is not marked as development; `Failed` at the first file that fails, which leaves no
    /// trace.
    pub fn seed_on(
        &self,
        client: Client,
        seeds: &[Seed],
        options: &Options,
        listener: &Listener<'_>,
    ) -> Result<()> {
        let mut session = state::open(client, &options.connection, &self.state_schema(), Access::ReadWrite)?;
        demand_mark(&mut session, "seed")?;
        let own = self.state_schema();
        apply::lock(&mut session, std::time::Duration::from_secs(600), Some(&own), listener)?;
        let path = self.search_path(None);
        for Seed { file, text } in seeds {
            let batch = format!(
                "BEGIN; SET LOCAL search_path = {path}; SET LOCAL check_function_bodies = on; SET LOCAL lock_timeout = 0;\n{text}\n; COMMIT"
            );
            if let Err(error) = session.execute(Execution::new(&batch)) {
                session.roll_back();
                let what = format!("`{}` failed; nothing of it was done", file.display());
                return Err(server_error(what, &error));
            }
            listener(Event::Note(format!("seeded {}", file.display())));
        }
        Ok(())
    }
}

/// A file of SQL to seed from.
pub struct Seed {
    file: PathBuf,
    text: String,
}

impl Seed {
    /// Reads files that a person named.
    ///
    /// # Errors
    /// `Failed` if one cannot be read.
    pub fn named(files: &[PathBuf]) -> Result<Vec<Seed>> {
        files.iter().map(|file| Seed::of(file, open::read_named(file).map(|(bytes, _)| bytes))).collect()
    }

    /// Reads `seed/*.sql` beside the schema file, in the order of their names.
    ///
    /// # Errors
    /// `Usage` if there are none; `Failed` if one cannot be read, or is a link out of the folder.
    pub fn beside(schema: &Path) -> Result<Vec<Seed>> {
        let folder = if schema.is_dir() { schema } else { schema.parent().unwrap_or(Path::new("")) };
        let seeds = folder.join("seed");
        let mut files: Vec<PathBuf> = std::fs::read_dir(&seeds)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
            .collect();
        files.sort();
        if files.is_empty() {
            return Err(Error::usage(format!("there is no `.sql` file in `{}`", seeds.display()))
                .hint("name the files: `pgreconcile seed FILE…`"));
        }
        let inside = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let inside = Folder::at(inside)
            .map_err(|why| Error::failed(format!("cannot read `{}`: {why}", folder.display())))?;
        files.iter().map(|file| Seed::of(file, inside.read(file, open::LARGEST))).collect()
    }

    fn of(file: &Path, bytes: Result<Vec<u8>, Unreadable>) -> Result<Seed> {
        let unreadable =
            |why: &dyn Display| Error::failed(format!("cannot read `{}`: {why}", file.display()));
        let text = String::from_utf8(bytes.map_err(|why| unreadable(&why))?);
        let text = text.map_err(|_| unreadable(&"it is not UTF-8"))?;
        Ok(Seed { file: file.to_path_buf(), text })
    }
}

fn demand_mark(session: &mut Session, command: &str) -> Result<()> {
    let query = format!(
        "SELECT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase \
         WHERE d.datname = current_database() AND s.setrole = 0 AND s.setconfig && ARRAY['{MARK}=on', '{MARK}=true'])"
    );
    let answers = session
        .ask(&Own::new(&query))
        .map_err(|error| server_error("cannot read the mark of the database", &error))?;
    if answers.first().and_then(|answer| answer.first()) == Some("t") {
        return Ok(());
    }
    let database = ident(&session.server.database);
    Err(Error::new(
        ErrorKind::Refused,
        format!(
            "`{command}` is for development, and database `{}` is not marked as such",
            session.server.database
        ),
    )
    .hint(format!("`ALTER DATABASE {database} SET {MARK} = 'on'` marks it")))
}
