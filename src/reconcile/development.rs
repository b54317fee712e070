//! What only a development database may suffer: to be dropped and built anew, to be filled with made-up data. The mark
//! is a setting of the database itself, so that no flag can be given in the wrong place.

use super::{Options, Reconciler};
use crate::apply::{self, Event, Listener};
use crate::error::{Error, ErrorKind, Result};
use crate::pg::Client;
use crate::report::Report;
use crate::session::{Session, server_error};
use crate::sql::ident;
use std::path::PathBuf;

/// The setting that marks a database.
const MARK: &str = "pgreconcile.development";

impl Reconciler {
    /// Drops the schemas of the file and the tool's own one, with all that is in them, and applies the file.
    ///
    /// # Errors
    /// `Refused` if the database is not marked as development; then as [`Reconciler::apply`].
    pub fn reset_on(&self, client: Client, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let mut session = Session::open(client, &options.connection, &self.state_schema())?;
        demand_mark(&mut session, "reset")?;
        apply::lock(&mut session, self.lock_wait(options), listener)?;
        let own = self.state_schema();
        let mut batch = String::from("BEGIN; SET LOCAL client_min_messages = warning; ");
        for schema in self.desired.schemas.iter().chain([&own]) {
            batch.push_str(&format!("DROP SCHEMA IF EXISTS {} CASCADE; ", ident(schema)));
        }
        if self.desired.schemas.iter().any(|schema| schema == "public") {
            batch.push_str("CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; ");
        }
        batch.push_str("COMMIT");
        session.run(&batch).map_err(|error| server_error("cannot drop what is there", &error))?;
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
        files: &[PathBuf],
        options: &Options,
        listener: &Listener<'_>,
    ) -> Result<()> {
        let mut texts = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Error::failed(format!("cannot read `{}`: {error}", file.display())))?;
            texts.push((file, text));
        }
        let mut session = Session::open(client, &options.connection, &self.state_schema())?;
        demand_mark(&mut session, "seed")?;
        apply::lock(&mut session, std::time::Duration::from_secs(600), listener)?;
        let path = self.search_path(None);
        for (file, text) in texts {
            let batch = format!(
                "BEGIN; SET LOCAL search_path = {path}; SET LOCAL check_function_bodies = on;\n{text}\n; COMMIT"
            );
            if let Err(error) = session.run(&batch) {
                let _ = session.run("ROLLBACK");
                let what = format!("`{}` failed; nothing of it was done", file.display());
                return Err(server_error(what, &error));
            }
            listener(Event::Note(format!("seeded {}", file.display())));
        }
        Ok(())
    }
}

fn demand_mark(session: &mut Session, command: &str) -> Result<()> {
    let query = format!(
        "SELECT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase \
         WHERE d.datname = current_database() AND s.setrole = 0 AND s.setconfig && ARRAY['{MARK}=on', '{MARK}=true'])"
    );
    let answers =
        session.ask(&query).map_err(|error| server_error("cannot read the mark of the database", &error))?;
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
