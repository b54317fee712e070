//! A run under way: to be watched, killed or raced.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{JoinHandle, sleep, spawn},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    outcome::{Outcome, transcript},
    signal,
};

const PATIENCE: Duration = Duration::from_secs(120);

/// A run under way; killed if it is dropped before it ended.
pub struct Running {
    child: Child,
    line: String,
    stdout: Stream,
    stderr: Stream,
    directory: Arc<TempDir>,
}

impl Running {
    #[track_caller]
    pub(super) fn start(command: &mut Command, line: String, directory: Arc<TempDir>) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot run {line}: {error}"));
        let stdout = Stream::of(child.stdout.take().expect("its stdout"));
        let stderr = Stream::of(child.stderr.take().expect("its stderr"));
        Self { child, line, stdout, stderr, directory }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it with SIGKILL.
    #[track_caller]
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
