//! Comments: on what has an address, and on what is only part of it.

use super::Item;
use crate::source::{KeyDoc, Shape};
use crate::sql::Phrase;

/// The key in the file.
pub const REMARK: KeyDoc = KeyDoc::new("text", Shape::Text, "what it says");

/// What the file says; an empty comment is none to PostgreSQL.
pub fn read_remark(item: &mut Item<'_>) -> Option<String> {
    let (text, span) = item.reader().required(REMARK.name)?;
    let text = text.to_string();
    if text.is_empty() {
        let message = "an empty comment is no comment";
        item.problems.add_with_hint(span, message, "leave it out, or say `absent = true`");
    }
    Some(text)
}

/// `COMMENT ON what IS …`; no text takes the comment away.
pub fn remark(what: &str, text: Option<&str>) -> Phrase {
    let sql = Phrase::from(format!("COMMENT ON {what} IS "));
    match text {
        Some(text) => sql.literal(text),
        None => sql.raw("NULL"),
    }
}
