//! Problems in the files a person wrote, shown with file, line, the line itself, a caret and a hint.

use super::{Files, Span};
use crate::error::{Error, ErrorKind};

/// How many problems are shown; nobody reads more before mending some.
const SHOWN: usize = 100;

/// One problem at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where the same stands already.
    pub first: Option<Span>,
}

/// Every problem found so far; reading goes on after each, so that a person sees all of them at once.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Diagnostic>,
}

impl Problems {
    /// Notes a problem.
    pub fn add(&mut self, span: Span, message: impl Into<String>) {
        self.list.push(Diagnostic { message: message.into(), span: Some(span), hint: None, first: None });
    }

    /// Notes that something stands in the file again; `first` is where it stands already.
    pub fn add_again(&mut self, span: Span, message: impl Into<String>, first: Span) {
        let first = Some(first);
        self.list.push(Diagnostic { message: message.into(), span: Some(span), hint: None, first });
    }

    /// Notes a problem with a hint.
    pub fn add_with_hint(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.list.push(Diagnostic {
            message: message.into(),
            span: Some(span),
            hint: Some(hint.into()),
            first: None,
        });
    }

    /// Notes a problem, with "did you mean" if one of `candidates` is close to `word`.
    pub fn add_with_suggestion<'c>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) {
        // Of so many, most are not shown.
        let is_shown = self.list.len() < 10 * SHOWN;
        let near = is_shown.then(|| suggest(word, candidates)).flatten();
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        self.list.push(Diagnostic { message: message.into(), span: Some(span), hint, first: None });
    }

    /// Notes a finished diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many were found.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// `Ok` if nothing was found, else one error of `kind` that shows every problem in the order of the file.
    pub fn into_result(mut self, kind: ErrorKind, files: &Files) -> Result<(), Error> {
        if self.list.is_empty() {
            return Ok(());
        }
        self.list.sort_by_key(|problem| problem.span);
        self.list.dedup();
        if let [only] = self.list.as_slice() {
            let mut error = Error::new(kind, only.message.clone());
            error.notes.extend(only.span.map(|span| files.excerpt(span)));
            error.hint = only.hint(files);
            return Err(error);
        }
        let mut error = Error::new(kind, format!("{} errors in {}", self.list.len(), files.root_name()));
        error.notes = self.list.iter().take(SHOWN).map(|problem| problem.render(files)).collect();
        if let Some(more) = self.list.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            error.notes.push(format!("\n… and {more} more"));
        }
        Err(error)
    }
}

impl Diagnostic {
    /// The problem as a block of lines: message, excerpt, hint.
    pub fn render(&self, files: &Files) -> String {
        let mut text = format!("\nerror: {}", self.message);
        if let Some(span) = self.span {
            text.push('\n');
            text.push_str(&files.excerpt(span));
        }
        if let Some(hint) = self.hint(files) {
            text.push_str("\nhint: ");
            text.push_str(&hint);
        }
        text
    }

    fn hint(&self, files: &Files) -> Option<String> {
        let again = |first| format!("take one of the two out; the first is at {}", files.place(first));
        self.first.map(again).or_else(|| self.hint.clone())
    }
}

/// The candidate nearest to `word`, if one is near enough to be a slip of the finger.
pub fn suggest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|(one, _), (two, _)| one.total_cmp(two))
        .map(|(_, candidate)| candidate)
}
