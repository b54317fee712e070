//! The keys of the file that are no room's own: those that every object takes, those at the top level, and the short
//! forms that [`super::shorthand`] rewrites before a room sees them.

use crate::source::{KeyDoc, Shape};

/// Keys that every object takes.
pub const UNIVERSAL: &[KeyDoc] = &[
    KeyDoc::new("optional", Shape::Boolean, "a failure of it is a warning"),
    KeyDoc::new("absent", Shape::Boolean, "it must not be there; dropping it needs the consent of its kind"),
    KeyDoc::new(
        "renamed_from",
        Shape::Name,
        "its former name, with a schema where it was in another one; it is renamed and moved where only that one is there",
    ),
];

/// Keys at the top level that no kind stands under.
pub const TOP: &[KeyDoc] = &[
    KeyDoc::new(
        "include",
        Shape::Names,
        "other files that belong to this one, beside or below it; `*` stands for any run of characters",
    ),
    KeyDoc::new("reconcile", Shape::Table, "how the tool behaves"),
];

/// The mark that a short form leaves on the long form it becomes: the file gives the object no name.
pub(super) const UNNAMED: &str = "(unnamed)";

/// The short keys that objects of a kind take.
pub fn short(kind: &str) -> &'static [KeyDoc] {
    match kind {
        "column" => COLUMN,
        "table" => TABLE,
        "role" => ROLE,
        _ => &[],
    }
}

const ACTIONS: &[&str] = &["no action", "restrict", "cascade", "set null", "set default"];

const COLUMN: &[KeyDoc] = &[
    KeyDoc::new("primary_key", Shape::Boolean, "part of the table's primary key"),
    KeyDoc::new("unique", Shape::Boolean, "has a unique constraint of its own"),
    KeyDoc::new(
        "keep",
        Shape::Sql,
        "with `unique` or `primary_key`: which of several equal rows survives, as in ORDER BY",
    ),
    KeyDoc::new("check", Shape::Sql, "a check constraint"),
    KeyDoc::new(
        "references",
        Shape::Name,
        "a foreign key: the table, with the column in parentheses if needed",
    ),
    KeyDoc::new(
        "on_delete",
        Shape::Text,
        "with `references`: what happens when the referenced row goes; as in `foreign_keys`",
    ),
    KeyDoc::new("on_update", Shape::OneOf(ACTIONS), "with `references`: what happens when its key changes"),
    KeyDoc::new("match", Shape::OneOf(&["simple", "full"]), "with `references`: what NULLs mean"),
    KeyDoc::new(
        "deferrable",
        Shape::Boolean,
        "with `references`: can be checked at the end of the transaction",
    ),
    KeyDoc::new(
        "initially",
        Shape::OneOf(&["immediate", "deferred"]),
        "with `references`: when it is checked if nothing else is said",
    ),
    KeyDoc::new(
        "orphans",
        Shape::OneOf(&["delete", "null"]),
        "with `references`: what is done about rows without a parent before the key is in force",
    ),
];

const TABLE: &[KeyDoc] = &[
    KeyDoc::new("touch", Shape::Name, "a column that a trigger sets to `now()` at every update"),
    KeyDoc::new(
        "partitions",
        Shape::Table,
        "its partitions by name: `\"for values from (…) to (…)\"`, `\"for values in (…)\"`, `\"default\"`, or a table with \
         `bounds` and whatever else a table takes, `partitions` included",
    ),
];

const ROLE: &[KeyDoc] = &[
    KeyDoc::new("read", Shape::Names, "schemas that it may read: all tables, those to come included"),
    KeyDoc::new("write", Shape::Names, "schemas that it may read and write, likewise"),
];
