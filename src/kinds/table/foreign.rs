//! What makes a table a foreign one: its server and its options.

use super::Body;
use crate::delta::{Alteration, Change, Obstacle};
use crate::kind::{Item, Options};
use crate::model::Address;
use crate::source::{KeyDoc, Node, Reader, Shape, Span};
use crate::sql::{Form, Phrase};
use crate::statement::Statement;

/// A table whose rows are elsewhere.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// The server that has them.
    pub server: String,
    /// What the server's wrapper must know of the table.
    pub options: Options,
    /// Where the server is named.
    pub span: Span,
}

/// Keys of a table that only one with rows of its own takes.
const WITH_ROWS: &[&str] = &[
    "access_method",
    "dynamic_partitions",
    "exclude",
    "force_row_security",
    "foreign_keys",
    "indexes",
    "partition_by",
    "partitions",
    "policies",
    "primary_key",
    "replica_identity",
    "row_security",
    "rules",
    "storage",
    "unique",
    "unlogged",
];

impl Foreign {
    /// Its keys in the file.
    pub const SERVER: KeyDoc = KeyDoc::new(
        "server",
        Shape::Name,
        "the foreign server that has its rows, which makes it a foreign table",
    );
    /// The options.
    pub const OPTIONS: KeyDoc =
        KeyDoc::new("options", Shape::Table, "of a foreign table: its options, by name");

    /// What the file says of it.
    pub fn read(reader: &mut Reader<'_, '_>) -> Option<Foreign> {
        let (server, span) = (reader.text("server"), reader.span_of("server"));
        let options = Options::read(reader, "options");
        if server.is_none() && reader.has("options") {
            let span = reader.span_of("options");
            reader.problems().add(span, "only a foreign table, one with a `server`, has `options`");
        }
        Some(Foreign { server: server?, options, span })
    }

    /// Complains of what only the other sort of table has.
    pub fn refuse_the_rest(is_foreign: bool, item: &mut Item<'_>) {
        for (key, _) in &item.table.entries {
            if is_foreign && WITH_ROWS.contains(&key.name.as_str()) {
                item.problems.add(key.span, format!("a foreign table has no `{}`", key.name));
            }
        }
        let columns = item.table.get("columns").and_then(Node::as_table);
        for (_, column) in columns.iter().flat_map(|columns| &columns.entries) {
            let options = column.as_table().and_then(|column| column.get_entry("foreign_options"));
            if let (Some((key, _)), false) = (options, is_foreign) {
                item.problems.add(key.span, "only a column of a foreign table has `foreign_options`");
            }
        }
    }

    /// What follows the columns.
    pub fn clause(&self) -> Phrase {
        Phrase::from(" SERVER ").ident(&self.server).raw(self.options.foreign())
    }
}

/// Compares server and options.
pub fn compare(at: &Address, desired: &Body, observed: &Body, out: &mut Alteration) {
    let server = |body: &Body| body.foreign.as_ref().map(|foreign| foreign.server.clone());
    let (Some(to), Some(from)) = (&desired.foreign, &observed.foreign) else {
        if desired.foreign.is_some() != observed.foreign.is_some() {
            let change = Change { attribute: "server", from: server(observed), to: server(desired) };
            let obstacle = Obstacle {
                message: format!(
                    "`{at}` is {} already",
                    if observed.foreign.is_some() {
                        "a foreign table"
                    } else {
                        "a table with rows of its own"
                    }
                ),
                hint: "declare it under another name, or drop this one first (`absent = true`)".to_string(),
                span: desired.span,
            };
            out.obstacle(change, obstacle);
        }
        return;
    };
    out.replaced("server", &from.server, &to.server);
    if let Some(change) = to.options.foreign_change(&from.options) {
        out.attribute("options", &from.options, &to.options, || {
            vec![Statement::alter(at, Form::AlterTable, change.trim_start()).into()]
        });
    }
}

/// `DROP FOREIGN TABLE`: what it holds stays where it is.
pub fn drop(at: &Address) -> Statement {
    Statement::on(at, Form::DropForeignTable, format!("DROP FOREIGN TABLE {}", at.relation()))
}
