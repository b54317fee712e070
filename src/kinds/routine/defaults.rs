//! Defaults of columns that call a routine: PostgreSQL drops no routine under them, so they go and come back with it.

use crate::kind::{Cx, Row};
use crate::model::Address;
use crate::sql::{Form, Phrase, ident};
use crate::statement::Statement;

/// A column whose default calls the routine.
#[derive(Debug, Clone)]
pub struct Default {
    column: Address,
    text: String,
}

/// The defaults that call `pg_proc p`, as a column of the catalog query.
pub const QUERY: &str = "(SELECT json_agg(ARRAY[cn.nspname, c.relname, a.attname, pg_get_expr(f.adbin, f.adrelid)]::text[] \
     ORDER BY c.oid, a.attnum) FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid \
     JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated = '' \
     JOIN pg_class c ON c.oid = f.adrelid AND c.relkind IN ('r', 'p') JOIN pg_namespace cn ON cn.oid = c.relnamespace \
     WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid) AS defaults";

/// The defaults in a row of the catalog query.
pub fn read(row: &Row<'_>) -> Vec<Default> {
    let found: Vec<[String; 4]> = row.parsed("defaults");
    let default = |[schema, table, column, text]: [String; 4]| Default {
        column: Address::new("column", [schema, table, column]),
        text,
    };
    found.into_iter().map(default).collect()
}

impl Default {
    /// Follows a rename.
    pub fn follow(&mut self, from: &Address, to: &Address) {
        if matches!(from.kind, "schema" | "table" | "column") {
            self.column = self.column.moved(from, to, &|_| true);
        }
    }

    /// The statement that takes it off.
    pub fn off(&self) -> Statement {
        self.alter(" DROP DEFAULT".into())
    }

    /// The statement that sets it again: as the file has it, else as it was; nothing for a column that is to have none.
    pub fn back(&self, cx: &Cx<'_>) -> Option<Statement> {
        let text = match cx.desired.get(&self.column) {
            Some(entry) if entry.absent => return None,
            Some(_) => cx.attribute(&self.column, "default")?,
            None => self.text.clone(),
        };
        Some(self.alter(Phrase::from(" SET DEFAULT ").raw(text)))
    }

    fn alter(&self, rest: Phrase) -> Statement {
        let rest = Phrase::from(format!("ALTER COLUMN {}", ident(self.column.name()))).phrase(&rest);
        Statement::alter(&self.column.host("table"), Form::AlterTable, rest)
    }
}
