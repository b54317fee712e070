use super::{Origin, Phrase, sql_of};
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
    /// Where its parts were written, if they stand apart.
    parts: Vec<Origin>,
    settled: Option<String>,
}

impl Fragment {
    /// A fragment that a person wrote at `span`.
    pub fn written(text: impl Into<String>, span: Span) -> Fragment {
        Fragment { text: text.into(), span: Some(span), parts: Vec::new(), settled: None }
    }

    /// A fragment whose parts a person wrote in several places; `span` is that of the whole.
    pub fn composed(phrase: &Phrase, span: Span) -> Fragment {
        Fragment { parts: phrase.origins().to_vec(), ..Fragment::written(phrase.text(), span) }
    }

    /// The same with `more` put in before byte `at`.
    #[must_use]
    pub fn with_inserted(&self, at: usize, more: &str) -> Fragment {
        let mut fragment = Fragment { settled: None, ..self.clone() };
        fragment.text.insert_str(at, more);
        for part in fragment.parts.iter_mut().filter(|part| part.range.start >= at) {
            part.range = part.range.start + more.len()..part.range.end + more.len();
        }
        fragment
    }

    /// A fragment that the catalog prints, or that the tool makes itself.
    pub fn plain(text: impl Into<String>) -> Fragment {
        Fragment { text: text.into(), span: None, parts: Vec::new(), settled: None }
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it was written.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// Where its parts were written, if they stand apart.
    pub fn parts(&self) -> &[Origin] {
        &self.parts
    }

    /// How the server spells it, as far as is known.
    pub fn spelled(&self) -> &str {
        self.settled.as_deref().unwrap_or(&self.text)
    }

    /// The SQL of it, where the text is a document of the server.
    #[must_use]
    pub fn as_sql(&self) -> Fragment {
        let text = sql_of(&self.text).into_owned();
        let parts = if text == self.text { self.parts.clone() } else { Vec::new() };
        Fragment { text, span: self.span, parts, settled: None }
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
