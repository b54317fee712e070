//! Runs of the real binary, and what became of them.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    io::Read,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{JoinHandle, sleep, spawn},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{database::Database, signal};

const PATIENCE: Duration = Duration::from_secs(120);

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
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let line = line_of(&self.command);
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("cannot run {line}: {error}"));
        let stdout = Stream::of(child.stdout.take().expect("its stdout"));
        let stderr = Stream::of(child.stderr.take().expect("its stderr"));
        Running { child, line, stdout, stderr, directory: self.directory }
    }
}

/// A run under way; killed if it is dropped before it ended.
pub struct Running {
    child: Child,
    line: String,
    stdout: Stream,
    stderr: Stream,
    directory: Arc<TempDir>,
}

impl Running {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it with SIGKILL.
    pub fn kill(mut self) -> Outcome {
        self.child.kill().expect("a child can be killed");
        self.wait()
    }

    /// Sends it a signal, such as `TERM`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        signal(name, self.pid());
    }

    /// Waits until it has logged something.
    #[track_caller]
    pub fn await_stderr(&mut self, needle: &str) {
        self.until(&format!("`{needle}` on stderr"), |run| run.stderr.so_far().contains(needle));
    }

    /// Waits until it has printed something.
    #[track_caller]
    pub fn await_stdout(&mut self, needle: &str) {
        self.until(&format!("`{needle}` on stdout"), |run| run.stdout.so_far().contains(needle));
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Outcome {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("still running after {PATIENCE:?}\n{}", self.transcript());
            }
            sleep(Duration::from_millis(2));
        };
        let directory = Arc::clone(&self.directory);
        Outcome {
            code: status.code(),
            status,
            stdout: self.stdout.drain(),
            stderr: self.stderr.drain(),
            line: self.line.clone(),
            directory,
        }
    }

    #[track_caller]
    fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            let ended = self.child.try_wait().expect("a child can be waited for").is_some();
            assert!(!ended || holds(self), "ended before {what}\n{}", self.transcript());
            assert!(begun.elapsed() < PATIENCE, "no {what} after {PATIENCE:?}\n{}", self.transcript());
            sleep(Duration::from_millis(2));
        }
    }

    fn transcript(&self) -> String {
        transcript(&self.line, "so far", &self.stdout.so_far(), &self.stderr.so_far())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A run that ended. The assertions chain, and show both streams when they fail.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// How it ended.
    pub status: ExitStatus,
    /// Everything on stdout.
    pub stdout: String,
    /// Everything on stderr.
    pub stderr: String,
    line: String,
    directory: Arc<TempDir>,
}

impl Outcome {
    /// It exited with 0.
    #[track_caller]
    pub fn success(self) -> Self {
        self.code(0)
    }

    /// It exited with this code.
    #[track_caller]
    pub fn code(self, expected: i32) -> Self {
        assert!(self.code == Some(expected), "expected exit code {expected}\n{}", self.transcript());
        self
    }

    /// Stdout has this in it.
    #[track_caller]
    pub fn stdout_contains(self, needle: &str) -> Self {
        assert!(self.stdout.contains(needle), "expected `{needle}` on stdout\n{}", self.transcript());
        self
    }

    /// Stdout has nothing of this in it.
    #[track_caller]
    pub fn stdout_lacks(self, needle: &str) -> Self {
        assert!(!self.stdout.contains(needle), "expected no `{needle}` on stdout\n{}", self.transcript());
        self
    }

    /// Stderr has this in it.
    #[track_caller]
    pub fn stderr_contains(self, needle: &str) -> Self {
        assert!(self.stderr.contains(needle), "expected `{needle}` on stderr\n{}", self.transcript());
        self
    }

    /// Stderr has nothing of this in it.
    #[track_caller]
    pub fn stderr_lacks(self, needle: &str) -> Self {
        assert!(!self.stderr.contains(needle), "expected no `{needle}` on stderr\n{}", self.transcript());
        self
    }

    /// Stdout as one JSON document.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("expected JSON on stdout: {error}\n{}", self.transcript()))
    }

    /// The directory it ran in, for files that it wrote.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn transcript(&self) -> String {
        transcript(&self.line, &self.status.to_string(), &self.stdout, &self.stderr)
    }
}

/// A stream that is read while its writer goes on, so that neither blocks the other.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn of(mut source: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read @ 1..) = source.read(&mut buffer) {
                sink.lock().expect("a reader does not panic").extend_from_slice(&buffer[..read]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().expect("a reader does not panic")).into_owned()
    }

    fn drain(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("a reader does not panic");
        }
        self.so_far()
    }
}

fn line_of(command: &Command) -> String {
    let words: Vec<OsString> = command.get_args().map(OsStr::to_owned).collect();
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    format!("pgreconcile {}", words.join(" "))
}

fn transcript(line: &str, status: &str, stdout: &str, stderr: &str) -> String {
    format!("$ {line}  ({status})\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
}
