//! The event portal: its `schema.toml`, and a database that an older, messier version of it left behind.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Map, Value};

use super::{Database, Run, Server, unique};

/// One row as JSON, column by column.
pub type Row = Map<String, Value>;

/// A database for the portal, and the role that its file declares: roles belong to a whole cluster, so every test has
/// one of its own.
pub struct Portal {
    /// The database.
    pub db: Database,
    /// What `admin_console` is called here.
    pub role: String,
}

impl Portal {
    /// An empty database.
    pub fn empty(server: &Server) -> Portal {
        Portal { db: server.database(), role: unique("console") }
    }

    /// A database as an older version of the portal left it.
    pub fn older(server: &Server) -> Portal {
        let portal = Self::empty(server);
        portal.db.execute(&text("tests/portal/older.sql"));
        portal
    }

    /// The portal's `schema.toml`.
    pub fn file(&self) -> String {
        text("schema.toml").replace("admin_console", &self.role)
    }

    /// A run on the database with the portal's file.
    pub fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Run {
        Run::new(&self.db)
            .file(&self.file())
            .env("ADMIN_CONSOLE_PASSWORD", "s3cret-of-the-console")
            .args(args)
    }

    /// Asserts that nothing is left to do, and that doing it executes nothing.
    #[track_caller]
    pub fn assert_in_sync(&self) {
        self.run(["check"]).run().success().stdout_contains("in sync");
        let again = self.run(["apply", "--format", "json"]).run().success().json();
        assert_eq!((&again["outcome"], &again["steps"]), (&"in_sync".into(), &Value::Array(Vec::new())));
    }

    /// Every row of every table in `public`, by table and key.
    pub fn rows(&self) -> BTreeMap<String, BTreeMap<String, Row>> {
        let tables = self.db.column(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
        );
        tables.into_iter().map(|table| (table.clone(), self.rows_of(&table))).collect()
    }

    fn rows_of(&self, table: &str) -> BTreeMap<String, Row> {
        let rows = self.db.column(&format!("select to_jsonb(t) from public.{table} t"));
        rows.iter().map(|row| parse(row)).map(|row| (row["id"].to_string(), row)).collect()
    }

    /// The rows in quarantine: the table each came from, and what it held.
    pub fn quarantine(&self) -> Vec<(String, Row)> {
        let rows = self.db.query_text("select relation, row_data from pgreconcile.quarantine order by id");
        rows.iter()
            .map(|row| {
                let [Some(relation), Some(data)] = row.as_slice() else { panic!("{row:?}") };
                (relation.trim_start_matches("public.").to_owned(), parse(data))
            })
            .collect()
    }

    /// Its schema, whatever the role and the state of the tool are.
    pub fn dump(&self) -> String {
        self.db.dump().replace(&self.role, "admin_console")
    }
}

fn parse(row: &str) -> Row {
    serde_json::from_str(row).expect("a row is a JSON object")
}

/// A file of the repository.
fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display()))
}
