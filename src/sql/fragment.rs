use super::sql_of;
use crate::source::Span;
use std::fmt;

/// A piece of SQL that only PostgreSQL understands: an expression, a type, a body.
///
/// Two fragments are equal if they are spelled the same, where a desired fragment that the server has found to mean
/// the same as the observed one counts as spelled like that one.
#[derive(Clone)]
pub struct Fragment {
    text: String,
    span: Option<Span>,
    settled: Option<String>,
}

impl Fragment {
    /// A fragment that a person wrote at `span`.
    pub fn written(text: impl Into<String>, span: Span) -> Fragment {
        Fragment { text: text.into(), span: Some(span), settled: None }
    }

    /// A fragment that the catalog prints, or that the tool makes itself.
    pub fn plain(text: impl Into<String>) -> Fragment {
        Fragment { text: text.into(), span: None, settled: None }
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it was written.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// How the server spells it, as far as is known.
    pub fn spelled(&self) -> &str {
        self.settled.as_deref().unwrap_or(&self.text)
    }

    /// The SQL of it, where the text is a document of the server.
    #[must_use]
    pub fn as_sql(&self) -> Fragment {
        Fragment { text: sql_of(&self.text).into_owned(), span: self.span, settled: None }
    }

    /// Remembers that the server spells this fragment as `spelling`.
    pub fn settle(&mut self, spelling: &str) {
        self.settled = Some(spelling.to_string());
    }
}

impl PartialEq for Fragment {
    fn eq(&self, other: &Self) -> bool {
        self.spelled() == other.spelled()
    }
}

impl Eq for Fragment {}

impl fmt::Debug for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.spelled())
    }
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
