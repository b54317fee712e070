//! The collation of a column.

use crate::delta::Show;
use crate::kind::dotless;
use crate::sql::{ident, qualified};

/// A collation: its schema, if it is not the server's own or is not said, and its name.
#[derive(Debug, Clone)]
pub struct Collation(pub(super) Option<String>, pub(super) String);

impl PartialEq for Collation {
    fn eq(&self, other: &Self) -> bool {
        let anywhere = self.0.is_none() || other.0.is_none();
        self.1 == other.1 && (anywhere || self.0 == other.0)
    }
}

impl Show for Collation {
    fn show(&self) -> Option<String> {
        Some(self.sql())
    }
}

impl Collation {
    /// As the file says it.
    pub(super) fn written(&self) -> String {
        match self.0.as_deref().filter(|schema| *schema != "pg_catalog") {
            Some(schema) => format!("{}.{}", dotless(schema), dotless(&self.1)),
            None => dotless(&self.1),
        }
    }

    /// As SQL.
    pub(super) fn sql(&self) -> String {
        match &self.0 {
            Some(schema) => qualified(schema, &self.1),
            None => ident(&self.1),
        }
    }
}
