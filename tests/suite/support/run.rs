//! Runs of the real binary, in the making.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use tempfile::TempDir;

use super::{database::Database, outcome::Outcome, running::Running};

/// Environment that would point a run elsewhere or change what it prints.
const FOREIGN: [&str; 5] = ["PG", "POSTGRES_", "DATABASE_URL", "PGRECONCILE_", "RUST_LOG"];

/// The binary under test, with nothing in its environment that comes from the developer's own databases.
pub fn pgreconcile() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgreconcile"));
    for (name, _) in env::vars_os() {
        if FOREIGN.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    // No ~/.pgpass, no colours.
    command
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null());
    command
}

/// A run in the making: a directory with its files, arguments and environment.
pub struct Run {
    directory: Arc<TempDir>,
    command: Command,
}

impl Run {
    /// A run against a database, in an empty directory of its own.
    pub fn new(database: &Database) -> Self {
        Self::offline().env("DATABASE_URL", database.url())
    }

    /// A run that is told of no database.
    pub fn offline() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut command = pgreconcile();
        command.current_dir(directory.path()).env("HOME", directory.path());
        Self { directory: Arc::new(directory), command }
    }

    /// Writes `schema.toml`.
    pub fn file(self, text: &str) -> Self {
        self.file_at("schema.toml", text)
    }

    /// Writes another file of the run's directory.
    pub fn file_at(self, path: &str, text: &str) -> Self {
        let path = self.directory.path().join(path);
        let parent = path.parent().expect("a file has a directory");
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .expect("the run's files are writable");
        self
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable out of its environment.
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// The directory it runs in.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Outcome {
        self.spawn().wait()
    }

    /// Starts it, for tests that watch, kill or race it.
    #[track_caller]
    pub fn spawn(mut self) -> Running {
        let line = line_of(&self.command);
        Running::start(&mut self.command, line, self.directory)
    }
}

fn line_of(command: &Command) -> String {
    command.get_args().fold("pgreconcile".to_owned(), |line, word| line + " " + &word.to_string_lossy())
}
