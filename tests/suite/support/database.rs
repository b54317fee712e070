//! One throw-away database.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use postgres::{Client, SimpleQueryMessage};

use super::{
    cluster::{self, Cluster},
    install::Install,
    unique,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// A database of one test's own, created from `template0` and dropped with the value.
pub struct Database {
    name: String,
    install: Install,
    socket: PathBuf,
    port: u16,
    /// How long the server's log was before this database was there.
    log_before: u64,
}

impl Database {
    pub(super) fn create(cluster: &Cluster, template: &str) -> Self {
        let database = Self {
            name: unique("t"),
            install: cluster.install().clone(),
            socket: cluster.socket().to_owned(),
            port: cluster.port(),
            log_before: fs::metadata(cluster.socket().join("log")).map_or(0, |log| log.len()),
        };
        // Nothing that a test does wants every page of the copy in the log of the server.
        let strategy = if cluster.major() >= 15 { "strategy file_copy" } else { "" };
        let create = format!("create database {} template {template} {strategy}", database.name);
        cluster.connect("postgres").batch_execute(&create).expect("a database can be created");
        database
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.install.major
    }

    /// The TCP port at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The directory of the server's socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Its address, as the superuser, over TCP.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// Its address for another role, over TCP, where the password counts.
    pub fn url_as(&self, role: &str, password: &str) -> String {
        format!("postgres://{role}:{password}@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// A superuser's connection, for tests that hold locks or transactions.
    #[track_caller]
    pub fn connect(&self) -> Client {
        self.connect_to(&self.name)
            .unwrap_or_else(|error| panic!("cannot connect to {}: {error:?}", self.describe()))
    }

    /// Whether the server turns connections away, or is not there at all.
    pub fn connect_fails(&self) -> bool {
        self.connect_to(&self.name).is_err()
    }

    fn connect_to(&self, database: &str) -> Result<Client, postgres::Error> {
        cluster::connect(&self.socket, self.port, database)
    }

    /// Executes any number of statements, in one transaction unless they say otherwise.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        if let Err(error) = self.try_execute(sql) {
            panic!("{} refused: {}\n{sql}", self.describe(), explain(&error));
        }
    }

    /// Executes statements that may fail; the error is the test's to judge.
    #[track_caller]
    pub fn try_execute(&self, sql: &str) -> Result<(), postgres::Error> {
        self.connect().batch_execute(sql)
    }

    /// All rows as text, the way PostgreSQL prints them.
    #[track_caller]
    pub fn query_text(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let messages = self
            .connect()
            .simple_query(sql)
            .unwrap_or_else(|error| panic!("{} refused: {}\n{sql}", self.describe(), explain(&error)));
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| (0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()).collect()
    }

    /// The one value of a query with one row and one column; NULL is the empty string.
    #[track_caller]
    pub fn scalar(&self, sql: &str) -> String {
        match self.query_text(sql).as_mut_slice() {
            [row] if row.len() == 1 => row[0].take().unwrap_or_default(),
            rows => panic!("expected one row with one column, found {rows:?}\n{sql}"),
        }
    }

    /// The first column of every row; NULLs are empty strings.
    #[track_caller]
    pub fn column(&self, sql: &str) -> Vec<String> {
        self.query_text(sql).into_iter().map(|mut row| row[0].take().unwrap_or_default()).collect()
    }

    /// Waits until a query that gives one boolean gives true.
    #[track_caller]
    pub fn await_true(&self, query: &str) {
        let begun = Instant::now();
        let mut client = self.connect();
        loop {
            let row =
                client.query_one(query, &[]).unwrap_or_else(|error| panic!("{}\n{query}", explain(&error)));
            if row.get(0) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "not true after {PATIENCE:?}: {query}\n{}", self.log());
            sleep(Duration::from_millis(5));
        }
    }

    /// Drops every role whose name starts so, with all that is theirs in this database.
    pub fn drop_roles(&self, prefix: &str) -> Result<(), postgres::Error> {
        self.try_execute(&format!(
            "do $$ declare name text; begin
                for name in select rolname from pg_roles where starts_with(rolname, '{prefix}') loop
                    execute format('drop owned by %I cascade', name);
                end loop;
                for name in select rolname from pg_roles where starts_with(rolname, '{prefix}') loop
                    execute format('drop role %I', name);
                end loop;
            end $$"
        ))
    }

    /// Feeds a script to `psql`, which stops at the first error.
    #[track_caller]
    pub fn psql(&self, script: &str) -> Output {
        self.psql_with(script, &[])
    }

    /// The same, with variables of its environment.
    #[track_caller]
    pub fn psql_with(&self, script: &str, environment: &[(&str, &str)]) -> Output {
        let mut command = self.client("psql");
        command.envs(environment.iter().copied());
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut psql = command.spawn().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        let mut stdin = psql.stdin.take().expect("psql's stdin");
        let script = script.to_owned();
        // From a thread, so that neither side waits for the other; a psql that stopped early reads no more.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(script.as_bytes())));
        let output = psql.wait_with_output().expect("psql ends");
        feeder.join().expect("the script was fed");
        output
    }

    /// Its schema as this major's own `pg_dump` writes it, without the lines that differ from run to run.
    #[track_caller]
    pub fn dump(&self) -> String {
        self.dump_with(&[])
    }

    /// The same, with more options of `pg_dump`.
    #[track_caller]
    pub fn dump_with(&self, options: &[&str]) -> String {
        let mut command = self.client_at(self.install.pg_dump().unwrap_or_else(|| {
            panic!("no pg_dump here can dump PostgreSQL {}; ask `Server::can_dump` first", self.major())
        }));
        let output = command
            .arg("-s")
            .args(options)
            .output()
            .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        assert!(output.status.success(), "pg_dump failed\n{}", String::from_utf8_lossy(&output.stderr));
        let passing = ["-- Dumped ", "\\restrict ", "\\unrestrict ", "-- Started on ", "-- Completed on "];
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter(|line| !passing.iter().any(|prefix| line.starts_with(prefix)))
            .fold(String::new(), |text, line| text + line + "\n")
    }

    /// What the server logged about this database: every statement that writes, and every error.
    pub fn log(&self) -> String {
        let mut log = Vec::new();
        let read = File::open(self.socket.join("log")).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.log_before))?;
            file.read_to_end(&mut log)
        });
        read.expect("the server's log is readable");
        let mut ours = false;
        let mine = format!(" db={},", self.name);
        String::from_utf8_lossy(&log)
            .lines()
            .filter(|line| {
                // A line that continues a statement starts with a tab.
                ours = if line.starts_with('\t') { ours } else { line.contains(&mine) };
                ours
            })
            .fold(String::new(), |text, line| text + line + "\n")
    }

    /// A client program, pointed at this database by its environment.
    fn client(&self, name: &str) -> Command {
        self.client_at(self.install.client(name).unwrap_or_else(|| panic!("no `{name}` on this machine")))
    }

    fn client_at(&self, program: PathBuf) -> Command {
        let mut command = Command::new(program);
        command
            .env("PGHOST", &self.socket)
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGDATABASE", &self.name);
        command
    }

    fn describe(&self) -> String {
        format!("database `{}` on PostgreSQL {}", self.name, self.major())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test may have stopped the server or dropped the database itself.
        if let Ok(mut client) = self.connect_to("postgres") {
            let _ = client.batch_execute(&format!("drop database if exists {} with (force)", self.name));
        }
    }
}

/// PostgreSQL's own words, which the error's `Display` leaves out.
fn explain(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => {
            let more = [db.detail(), db.hint(), db.where_()].into_iter().flatten();
            more.fold(format!("{} ({})", db.message(), db.code().code()), |text, line| text + "\n  " + line)
        }
        None => format!("{error:?}"),
    }
}
