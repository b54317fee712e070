//! What the tool makes on the way to something else, by its name: a run that is cut off leaves it behind, and whatever the file
//! says by then, it is known for what it is.

use super::{Draft, Undeclared};
use crate::delta::Change;
use crate::model::Entry;
use crate::sql::auto_name;

/// The name of a column or an index until it takes the place of `of`.
pub fn interim(of: &str) -> String {
    auto_name("pgreconcile", of, "new")
}

/// Whether that is the name of one.
pub fn is_interim(name: &str) -> bool {
    name.starts_with("pgreconcile_") && name.ends_with("_new")
}

/// The name of the check that proves NOT NULL of a column while that comes into force.
pub fn helper(table: &str, column: &str) -> String {
    auto_name(&format!("pgreconcile_{table}"), column, "not_null")
}

/// Whether that is the name of one.
pub fn is_helper(name: &str) -> bool {
    name.starts_with("pgreconcile_") && name.ends_with("_not_null")
}

/// What is told of a leftover.
pub const CUT_OFF: &str = "of a run that was cut off";

/// The same of an index that is not valid, whoever began to build it.
pub const UNFINISHED: &str = "of a build that did not end; it serves no query, and may refuse rows";

/// What is undeclared is drift, unless it is one.
pub fn undeclared(is_left: bool) -> Undeclared {
    if is_left { Undeclared::Leftover(leftover(CUT_OFF)) } else { Undeclared::Drift }
}

/// The same of a column, beside `declared` ones. Without that which it was to become, nothing but its name says that it is
/// not somebody else's, with data: then it goes as any other.
pub fn undeclared_column<'d>(name: &str, mut declared: impl Iterator<Item = &'d Entry>) -> Undeclared {
    let becomes = |entry: &Entry| !entry.absent && interim(entry.address.name()) == name;
    match is_interim(name) && !declared.any(becomes) {
        true => Undeclared::Told(leftover(CUT_OFF)),
        false => undeclared(is_interim(name)),
    }
}

/// Says of one that the file does not have it.
pub fn write(draft: &mut Draft<'_>) {
    draft.leave_out();
    draft.unsaid(CUT_OFF);
}

/// Why something goes that the file does not speak of.
pub fn leftover(what: &str) -> Change {
    Change { attribute: "leftover", from: Some(what.to_string()), to: None }
}
