//! The one error type. Every error says what happened, may add notes (where, which statement), a hint (what to
//! do next), and knows the exit code it ends the process with.

use std::fmt;

/// What sort of failure it is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Something went wrong while working: exit 1.
    Failed,
    /// A gate refused the plan; nothing was executed: exit 3.
    Refused,
    /// The database could not be reached in time: exit 4.
    Unreachable,
    /// `schema.toml` (or a file it includes) is invalid: exit 5.
    InvalidSpec,
    /// The command line or environment makes no sense: exit 64.
    Usage,
}

impl ErrorKind {
    /// What programs are told: how the command ended.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Failed => "failed",
            ErrorKind::Refused => "refused",
            ErrorKind::Unreachable => "unreachable",
            ErrorKind::InvalidSpec => "invalid",
            ErrorKind::Usage => "usage",
        }
    }

    /// The process exit code of this kind of error.
    pub fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Failed => 1,
            ErrorKind::Refused => 3,
            ErrorKind::Unreachable => 4,
            ErrorKind::InvalidSpec => 5,
            ErrorKind::Usage => 64,
        }
    }
}

/// An error with everything a person needs to act on it.
///
/// `Display` gives the whole message over several lines: the message, then `note:` lines, then a `hint:` line.
/// Voice: lower case, no full stop, values in backticks.
#[derive(Debug, Clone)]
pub struct Error {
    /// What sort of failure it is.
    pub kind: ErrorKind,
    /// What happened, in one line.
    pub message: String,
    /// Where and in what circumstances, one entry a line (an entry may itself span lines, e.g. a source excerpt).
    pub notes: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// The five-character SQLSTATE, where the server refused something.
    pub sqlstate: Option<String>,
}

/// The result type of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` with its one-line message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), notes: Vec::new(), hint: None, sqlstate: None }
    }

    /// Shorthand for [`ErrorKind::Failed`].
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// Shorthand for [`ErrorKind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// What happened and why, without line breaks: for a log line.
    pub fn on_one_line(&self) -> String {
        let lines = std::iter::once(&self.message).chain(&self.notes).flat_map(|text| text.lines());
        lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// The same error with what was executed before it: `done` in words, or nothing. A message that says that nothing was
    /// stands corrected.
    #[must_use]
    pub fn after(mut self, done: Option<String>) -> Self {
        const NOTHING: &str = "nothing was executed";
        let Some(done) = done else {
            let is_said =
                std::iter::once(&self.message).chain(&self.notes).any(|text| text.contains(NOTHING));
            return if is_said { self } else { self.note(NOTHING) };
        };
        if let Some(message) =
            self.message.strip_suffix(NOTHING).and_then(|message| message.strip_suffix("; "))
        {
            self.message = message.to_string();
        }
        for note in &mut self.notes {
            *note = note.replace(&format!("; {NOTHING}"), "");
        }
        self.note(done)
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Sets the hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Remembers the server's SQLSTATE.
    #[must_use]
    pub fn with_sqlstate(mut self, code: impl Into<String>) -> Self {
        self.sqlstate = Some(code.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        for note in &self.notes {
            write!(f, "\n{note}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
