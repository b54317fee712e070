//! What became of a run, and what it must be.

use std::{path::Path, process::ExitStatus, sync::Arc};

use tempfile::TempDir;

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
    pub(super) line: String,
    pub(super) directory: Arc<TempDir>,
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

/// A run as a failed assertion shows it.
pub(super) fn transcript(line: &str, status: &str, stdout: &str, stderr: &str) -> String {
    format!("$ {line}  ({status})\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
}
