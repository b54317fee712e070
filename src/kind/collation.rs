//! The collation that a column, an attribute of a type, a domain or a range type names.

use super::{Context, Draft, Item, dotless, split_name};
use crate::delta::Show;
use crate::model::Address;
use crate::source::Span;
use crate::sql::{Fragment, ident, qualified};

/// A collation, as SQL names it: with its schema, but for those that come with PostgreSQL. Which one a name without a
/// schema means that the file does not declare, only the server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collation(Fragment);

impl Show for Collation {
    fn show(&self) -> Option<String> {
        self.0.show()
    }
}

impl Collation {
    /// The collation, an object of `kind`, that `text` names in the file; the object declared next comes after it.
    pub fn read(item: &mut Item<'_>, kind: &'static str, text: &str, span: Span) -> Collation {
        let sql = match (item.find(kind, text), split_name(text).as_slice()) {
            (Some(at), _) => {
                item.need(at.clone());
                qualified(at.schema(), at.name())
            }
            (None, [schema, name]) if schema != "pg_catalog" => qualified(schema, name),
            (None, parts) => ident(parts.last().map_or(text, String::as_str)),
        };
        Collation(Fragment::written(sql, span))
    }

    /// The collation that the catalog prints so.
    pub fn printed(text: impl Into<String>) -> Collation {
        Collation(Fragment::plain(text))
    }

    /// The address, as an object of `kind`; nothing for those that come with PostgreSQL.
    pub fn address(&self, kind: &'static str) -> Option<Address> {
        let parts = split_name(self.0.text());
        (parts.len() == 2).then(|| Address::new(kind, parts))
    }

    /// How the catalog prints the collation with that OID.
    pub fn query(oid: &str) -> String {
        format!(
            "(SELECT CASE kn.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(kn.nspname) || '.' END \
             || quote_ident(k.collname) FROM pg_collation k JOIN pg_namespace kn ON kn.oid = k.collnamespace \
             WHERE k.oid = {oid})"
        )
    }

    /// The fragment, and how the server can be asked which collation it means.
    pub fn fragment(&mut self) -> (&mut Fragment, Context) {
        let context = Context::Part {
            setup: String::new(),
            host: None,
            before: "CREATE TEMP TABLE pgr_collation (word text COLLATE ".to_string(),
            after: ")".to_string(),
            spelled: format!(
                "SELECT {} FROM pg_attribute a WHERE a.attrelid = 'pg_temp.pgr_collation'::regclass AND a.attnum = 1",
                Self::query("a.attcollation")
            ),
        };
        (&mut self.0, context)
    }

    /// As SQL.
    pub fn sql(&self) -> &Fragment {
        &self.0
    }

    /// As the file says it.
    pub fn write(&self, draft: &Draft<'_>) -> String {
        match split_name(self.0.text()).as_slice() {
            [schema, name] => draft.name(schema, name),
            parts => dotless(parts.last().map_or("", String::as_str)),
        }
    }
}
