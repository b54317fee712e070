//! In what context the server reads a fragment of SQL.

use crate::model::Address;
use crate::sql::{literal, sql_of};

/// How the server can be asked to spell a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Context {
    /// A type name.
    Type,
    /// An expression without columns, cast to a type.
    Value {
        /// The type, as the file writes it.
        of: String,
    },
    /// An expression over the columns of a table.
    Row {
        /// The table.
        table: Address,
    },
    /// A condition on `value`, of a domain.
    Domain {
        /// The type that the domain is made of, as the file writes it.
        base: String,
    },
    /// A trigger's condition over `old` and `new`.
    Trigger {
        /// The table.
        table: Address,
    },
    /// What follows `CREATE INDEX … ON table`: method, columns, predicate. Its spelling is a document with its pieces.
    Index {
        /// The table.
        table: Address,
    },
    /// What follows `ADD CONSTRAINT name`: an exclusion constraint. Its spelling is a document with its pieces.
    Exclusion {
        /// The table.
        table: Address,
    },
    /// What follows PARTITION BY.
    PartitionKey {
        /// The table.
        table: Address,
    },
    /// The bounds of a partition.
    Bounds {
        /// The table that it is a partition of.
        table: Address,
        /// Observed: what follows PARTITION BY there.
        key: String,
    },
    /// What follows ORDER BY, over the columns of a table.
    Order {
        /// The table.
        table: Address,
    },
    /// A whole statement, of which only the syntax can be checked without executing it.
    Statement,
    /// What the data is asked, whose answer tells whether something is there.
    Question {
        /// It is a query; otherwise an expression over no table.
        is_query: bool,
    },
    /// A piece of a statement, which nothing but the statement reads; its kind compares it as text.
    Piece,
    /// What a routine does, which is read when it runs; its kind compares it as text.
    Body {
        /// The path that it sets for itself.
        path: Option<Vec<String>>,
        /// Whether it may name more than its text has: what it puts together, or says in a language that is not SQL.
        is_open: bool,
    },
    /// A query; its spelling is a document with the columns it gives, and their types.
    Query {
        /// Names of its columns, if not its own.
        columns: Vec<String>,
        /// Whether its rows are kept, which are then read at once.
        is_kept: bool,
    },
    /// A part of a statement that creates an object; only a rolled-back creation can tell. Temporary objects stand in
    /// `pg_temp`.
    Part {
        /// SQL of our own that makes what the statement stands on; empty where that is nothing.
        setup: String,
        /// The table that it is about, of which it finds a copy as `pg_temp.pgr_host`.
        host: Option<Address>,
        /// The statement up to the fragment.
        before: String,
        /// The rest of it.
        after: String,
        /// A query that gives how the server spells the fragment.
        spelled: String,
    },
    /// The name of a routine or an operator.
    Name {
        /// What finds it by its name: `to_regprocedure`.
        finds: &'static str,
        /// What follows the name, to tell it from others: `(text, text)`.
        types: String,
        /// How the server spells it, as SQL about the `oid` that was found.
        spelled: String,
    },
}

impl Context {
    /// What must be there first, what makes a temporary object of the fragment `text`, and the query that gives how the
    /// server spells that, for fragments that only a rolled-back creation can tell.
    pub fn made(&self, text: &str) -> Option<(String, String, String)> {
        match self {
            Context::Part { setup, before, after, spelled, .. } => {
                Some((setup.clone(), format!("{before}{}{after}", sql_of(text)), spelled.clone()))
            }
            Context::Name { finds, types, spelled } => {
                // The text may come from the catalog, where names hold anything.
                let name = literal(&format!("{text}{types}"));
                let made = format!("CREATE TEMP TABLE pgr_name AS SELECT {finds}({name})::oid AS oid");
                Some((String::new(), made, format!("SELECT {spelled} FROM pg_temp.pgr_name n")))
            }
            _ => None,
        }
    }

    /// Whether it stands by itself in a declaration that is read and rolled back: whatever the object calls, none of it runs.
    pub fn is_only_declared(&self) -> bool {
        matches!(self, Context::Type | Context::Part { host: None, .. })
    }

    /// Whether the server is never asked what it means.
    pub fn is_text(&self) -> bool {
        matches!(self, Context::Question { .. } | Context::Piece | Context::Body { .. })
    }

    /// Whether it does something, so that what reads of a relation do not run runs too: its triggers.
    pub fn is_executed(&self) -> bool {
        self.is_text() || matches!(self, Context::Statement)
    }

    /// The table over whose columns the fragment is read.
    pub fn table(&self) -> Option<&Address> {
        match self {
            Context::Row { table }
            | Context::Trigger { table }
            | Context::Index { table }
            | Context::Exclusion { table }
            | Context::PartitionKey { table }
            | Context::Bounds { table, .. }
            | Context::Order { table } => Some(table),
            _ => None,
        }
    }
}
