//! What an ALTER SEQUENCE must do about the next number.

use super::quote::literal;

/// What makes the next number one of those that a sequence can give under its new bounds.
#[derive(Debug, Default)]
pub struct Next {
    /// A statement to be executed before the bounds change.
    pub before: Option<String>,
    /// What is added to the ALTER SEQUENCE.
    pub restart: String,
}

/// The least and the greatest number.
type Bounds = (i64, i64);

/// The server refuses bounds that the number to which a sequence has come is out of. That one is data, which nobody has
/// looked at: it is moved to the first one if it has not come to the bounds yet. What is past them is for a person.
pub fn next_number(sequence: &str, turned: bool, down: bool, from: Bounds, to: Bounds, first: i64) -> Next {
    let (ahead, beyond) = if down { (to.1 < from.1, to.1 < from.0) } else { (to.0 > from.0, to.0 > from.1) };
    if !ahead || turned && !beyond {
        return Next::default();
    }
    if beyond {
        return Next { before: None, restart: format!(" RESTART WITH {first}") };
    }
    let (name, first) = (literal(sequence), first.clamp(from.0, from.1));
    let (out, bound) = if down { (">", to.1) } else { ("<", to.0) };
    let before = format!(
        "SELECT pg_catalog.setval({name}, {first}, false) FROM {sequence} \
         WHERE last_value OPERATOR(pg_catalog.{out}) {bound}"
    );
    Next { before: Some(before), restart: String::new() }
}
