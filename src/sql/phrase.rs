//! SQL text that remembers which parts a person wrote, and which parts are secret.

use super::{Fragment, ident, literal, qualified};
use crate::source::Span;
use std::ops::Range;

/// A part of a phrase that was written in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Bytes in the phrase.
    pub range: Range<usize>,
    /// Where they were written.
    pub span: Span,
}

/// SQL text under construction.
#[derive(Debug, Clone, Default)]
pub struct Phrase {
    text: String,
    origins: Vec<Origin>,
    secrets: Vec<Range<usize>>,
}

impl Phrase {
    /// An empty phrase.
    pub fn new() -> Phrase {
        Phrase::default()
    }

    /// Adds text that is SQL already.
    #[must_use]
    pub fn raw(mut self, text: impl AsRef<str>) -> Phrase {
        self.text.push_str(text.as_ref());
        self
    }

    /// Adds an identifier.
    #[must_use]
    pub fn ident(self, name: &str) -> Phrase {
        self.raw(ident(name))
    }

    /// Adds `schema.name`.
    #[must_use]
    pub fn qualified(self, schema: &str, name: &str) -> Phrase {
        self.raw(qualified(schema, name))
    }

    /// Adds a string literal.
    #[must_use]
    pub fn literal(self, text: &str) -> Phrase {
        self.raw(literal(text))
    }

    /// Adds what a person wrote, and remembers where.
    #[must_use]
    pub fn fragment(mut self, fragment: &Fragment) -> Phrase {
        let start = self.text.len();
        self.text.push_str(fragment.text());
        self.take_over(fragment.parts(), start);
        if let Some(span) = fragment.span() {
            self.origins.push(Origin { range: start..self.text.len(), span });
        }
        self
    }

    /// Adds what a person wrote at `span`, and remembers that.
    #[must_use]
    pub fn written(self, text: &str, span: Span) -> Phrase {
        self.fragment(&Fragment::written(text, span))
    }

    /// Adds a literal that must not be shown.
    #[must_use]
    pub fn secret(mut self, text: &str) -> Phrase {
        let start = self.text.len();
        self.text.push_str(&literal(text));
        self.secrets.push(start..self.text.len());
        self
    }

    /// Adds another phrase with its origins and secrets.
    #[must_use]
    pub fn phrase(mut self, other: &Phrase) -> Phrase {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        self.take_over(&other.origins, shift);
        self.secrets.extend(other.secrets.iter().map(|range| range.start + shift..range.end + shift));
        self
    }

    fn take_over(&mut self, origins: &[Origin], shift: usize) {
        self.origins.extend(origins.iter().map(|origin| Origin {
            range: origin.range.start + shift..origin.range.end + shift,
            span: origin.span,
        }));
    }

    /// Where its parts were written.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Adds `phrases`, separated by `separator`.
    #[must_use]
    pub fn joined<'p>(mut self, phrases: impl IntoIterator<Item = &'p Phrase>, separator: &str) -> Phrase {
        for (number, phrase) in phrases.into_iter().enumerate() {
            if number > 0 {
                self = self.raw(separator);
            }
            self = self.phrase(phrase);
        }
        self
    }

    /// Adds what `more` makes of it, if there is something.
    #[must_use]
    pub fn with<T>(self, value: Option<T>, more: impl FnOnce(Phrase, T) -> Phrase) -> Phrase {
        match value {
            Some(value) => more(self, value),
            None => self,
        }
    }

    /// Adds `text` if `condition` holds.
    #[must_use]
    pub fn when(self, condition: bool, text: &str) -> Phrase {
        if condition { self.raw(text) } else { self }
    }

    /// The SQL to send.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The SQL to show: secrets are masked.
    pub fn shown(&self) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut at = 0;
        for range in &self.secrets {
            shown.push_str(&self.text[at..range.start]);
            shown.push_str("'********'");
            at = range.end;
        }
        shown.push_str(&self.text[at..]);
        shown
    }

    /// Whether part of it must not be shown.
    pub fn has_secret(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Where byte `offset` was written, and how far into that piece it is.
    pub fn origin_of(&self, offset: usize) -> Option<(Span, usize, &str)> {
        let origin = self.origins.iter().find(|origin| origin.range.contains(&offset))?;
        Some((origin.span, offset - origin.range.start, &self.text[origin.range.clone()]))
    }
}

impl<T: AsRef<str>> From<T> for Phrase {
    fn from(text: T) -> Self {
        Phrase::new().raw(text)
    }
}
