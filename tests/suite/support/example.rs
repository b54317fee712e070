//! The example systems: their files, databases that their old scripts had left behind, and every row of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{Database, Run, Server, unique};

/// One row: its values by the number of the column, which a rename does not change.
pub type Values = BTreeMap<u32, Value>;

/// One table, as it is called now.
pub struct Table {
    /// `public.events`.
    pub name: String,
    /// The numbers of its columns.
    pub columns: BTreeMap<String, u32>,
    /// The numbers of the columns of its primary key.
    pub key: Vec<u32>,
    /// Its rows.
    pub rows: Vec<Values>,
}

/// An example on a database of its own, with roles of its own: roles belong to a whole cluster.
pub struct Example {
    /// The database.
    pub db: Database,
    folder: PathBuf,
    roles: Vec<(String, String)>,
    variables: Vec<String>,
}

impl Example {
    /// An empty database for the example in a folder.
    pub fn empty(server: &Server, folder: &str) -> Example {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let text: String = files(&folder).iter().map(|path| read(path)).collect();
        let headers = text.lines().filter_map(|line| line.strip_prefix("[roles.")?.strip_suffix(']'));
        let roles: BTreeSet<&str> = headers.collect();
        let variables =
            text.lines().filter_map(|line| line.strip_prefix("password_env = \"")?.strip_suffix('"'));
        Example {
            db: server.database(),
            roles: roles.iter().map(|role| ((*role).to_owned(), unique(role))).collect(),
            variables: variables.map(str::to_owned).collect(),
            folder,
        }
    }

    /// What a role of the file is called here.
    pub fn role(&self, name: &str) -> &str {
        let found = self.roles.iter().find(|(role, _)| role == name);
        &found.unwrap_or_else(|| panic!("no role `{name}`")).1
    }

    /// Executes a file of the example.
    pub fn execute(&self, path: &Path) {
        self.db.execute(&self.renamed(&read(path)));
    }

    /// A run on the database with all files of the example.
    pub fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Run {
        let mut run = Run::new(&self.db).args(args);
        for path in files(&self.folder) {
            let name = path.strip_prefix(&self.folder).unwrap_or(&path).to_string_lossy().into_owned();
            run = run.file_at(&name, &self.renamed(&read(&path)));
        }
        self.with_passwords(run)
    }

    /// Gives a run the passwords of the roles.
    pub fn with_passwords(&self, run: Run) -> Run {
        self.variables.iter().fold(run, |run, name| run.env(name, "s3cret-of-everyone"))
    }

    /// Asserts that nothing is left to do, and that doing it executes nothing.
    #[track_caller]
    pub fn assert_in_sync(&self) {
        self.run(["check"]).run().success().stdout_contains("in sync");
        self.run(["apply", "--force"]).run().success().stdout_contains("in sync: nothing to do");
    }

    /// Every table with its rows, by OID, which a rename does not change.
    pub fn tables(&self) -> BTreeMap<String, Table> {
        let tables = self.db.query_text(
            "select c.oid, format('%I.%I', n.nspname, c.relname), \
             (select json_object_agg(attname, attnum) from pg_attribute where attrelid = c.oid and attnum > 0 \
              and not attisdropped), \
             (select json_agg(a) from pg_constraint k, unnest(k.conkey) a where k.conrelid = c.oid and k.contype = 'p') \
             from pg_class c join pg_namespace n on n.oid = c.relnamespace \
             where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' \
             and n.nspname not in ('information_schema', 'pgreconcile')",
        );
        let table = |row: Vec<Option<String>>| {
            let mut texts = row.into_iter().map(|text| text.unwrap_or_else(|| "[]".to_owned()));
            let mut next = || texts.next().unwrap_or_default();
            let (oid, name) = (next(), next());
            let columns: BTreeMap<String, u32> = parse(&next());
            let key: Vec<u32> = parse(&next());
            let rows = self.db.column(&format!("select to_jsonb(t) from {name} t"));
            let rows = rows.iter().map(|row| numbered(parse(row), &columns)).collect();
            (oid, Table { name, columns, key, rows })
        };
        tables.into_iter().map(table).collect()
    }

    /// The rows in quarantine: the table each came from as it was called then, and what it held.
    pub fn quarantine(&self) -> Vec<(String, BTreeMap<String, Value>)> {
        let rows = self.db.query_text("select relation, row_data from pgreconcile.quarantine order by id");
        let mut rows = rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default));
        let mut kept = Vec::new();
        for mut row in rows.by_ref() {
            let mut next = || row.next().unwrap_or_default();
            kept.push((next(), parse(&next())));
        }
        kept
    }

    fn renamed(&self, text: &str) -> String {
        self.roles.iter().fold(text.to_owned(), |text, (role, here)| text.replace(role, here))
    }
}

/// The values of a row by the numbers of their columns.
pub fn numbered(row: BTreeMap<String, Value>, columns: &BTreeMap<String, u32>) -> Values {
    row.into_iter().filter_map(|(name, value)| Some((*columns.get(&name)?, value))).collect()
}

/// The files of an example that belong to its schema, or to its seeds.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.join("schema.toml")];
    for (inner, ending) in [("schema", "toml"), ("seed", "sql")] {
        let entries = fs::read_dir(folder.join(inner)).into_iter().flatten().flatten();
        found.extend(
            entries
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|end| end == ending)),
        );
    }
    found.sort();
    found
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display()))
}
