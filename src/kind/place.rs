//! Where in the file objects stand.

/// Where in the file the objects of a kind stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `[schemas.NAME]`: the kind that other kinds live in.
    Namespace(&'static str),
    /// `[KEY]` at the top level or in a namespace: one object under each name.
    InSchema(&'static str),
    /// `[KEY]` at the top level only: one object under each name.
    Top(&'static str),
    /// `[[KEY]]` at the top level only.
    TopList(&'static str),
    /// A table KEY inside the object of another kind: one object under each name.
    Children {
        /// The kinds' names.
        of: &'static [&'static str],
        /// The key.
        key: &'static str,
    },
    /// KEY inside the object of another kind: a single object.
    Single {
        /// The kinds' names.
        of: &'static [&'static str],
        /// The key.
        key: &'static str,
    },
    /// KEY on any object.
    OnAny(&'static str),
}
