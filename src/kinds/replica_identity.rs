//! Replica identities: how logical replication tells rows apart. A kind of its own, because it may name an index of the
//! table, which must be there before it and takes it along.

use crate::delta::{Alteration, Show};
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Room, Row, Server, dotless, split_name};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, ident};
use crate::statement::{Statement, Step};

/// The room.
pub struct ReplicaIdentity;

/// What rows are told apart by, if not by the primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// By nothing.
    Nothing,
    /// By all columns.
    Full,
    /// By the columns of an index.
    Index(String),
}

/// A replica identity.
#[derive(Debug, Clone)]
pub struct Body {
    identity: Identity,
    /// Observed: by an index that is gone, which the server takes for nothing.
    is_gone: bool,
}

impl Show for Identity {
    fn show(&self) -> Option<String> {
        Some(match self {
            Identity::Nothing => "nothing".to_string(),
            Identity::Full => "full".to_string(),
            Identity::Index(name) => format!("using index {}", dotless(name)),
        })
    }
}

const USING_INDEX: &str = "using index ";

static DOC: Doc = Doc {
    name: "replica identity",
    summary: "How logical replication tells the rows of a table apart, if not by its primary key: `\"full\"`, `\"nothing\"` \
              or `\"using index NAME\"`. `absent = true` makes it the primary key again.",
    manual: "sql-altertable",
    place: Place::Single { of: &["table"], key: "replica_identity" },
    // Before data is touched: what is published is not updated without.
    rank: Rank::Key,
    main_key: Some("identity"),
    keys: &[KeyDoc::new("identity", Shape::Text, "`full`, `nothing` or `using index NAME`")],
    features: &[],
    example: "[tables.events]\nreplica_identity = \"using index events_code_key\"\n\n[tables.events.columns]\n\
              code = { type = \"text\", not_null = true, unique = true }\n\n[tables.logs]\nreplica_identity = \"full\"\n\n\
              [tables.logs.columns]\nline = \"text\"\n",
};

impl Room for ReplicaIdentity {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(table) = item.host.clone() else { return };
        let Some((text, span)) = item.reader().required("identity") else { return };
        let lower = text.trim().to_ascii_lowercase();
        let index = lower.strip_prefix(USING_INDEX).map(|_| &text.trim()[USING_INDEX.len()..]);
        let identity = match (lower.as_str(), index) {
            ("full", _) => Identity::Full,
            ("nothing", _) => Identity::Nothing,
            (_, Some(name)) => Identity::Index(split_name(name.trim()).pop().unwrap_or_default()),
            _ => {
                let message = format!("`{text}` is no replica identity");
                let hint = "it is `full`, `nothing` or `using index NAME`; leave it out for the primary key";
                return item.problems.add_with_hint(span, message, hint);
            }
        };
        if let Identity::Index(name) = &identity {
            for kind in ["index", "unique constraint", "primary key"] {
                item.need(Address::new(kind, [table.schema(), table.name(), name]));
            }
        }
        item.declare(Body { identity, is_gone: false });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, c.relreplident AS identity, x.relname AS index, k.contype AS by \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident LEFT JOIN pg_class x ON x.oid = i.indexrelid \
             LEFT JOIN pg_constraint k ON k.conindid = x.oid AND k.contype IN ('p', 'u') \
             WHERE c.relkind IN ('r', 'p') AND c.relreplident <> 'd' AND {ours} AND {own} ORDER BY c.oid"
        ))
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table")];
        let table = Address::new("table", path);
        let at = Address::new(DOC.name, path);
        let index = row.owned("index");
        let by = match row.text("by") {
            "p" => "primary key",
            "u" => "unique constraint",
            _ => "index",
        };
        let host = index.as_ref().map(|name| Address::new(by, [path[0], path[1], name]));
        let is_gone = row.text("identity") == "i" && index.is_none();
        let identity = match (row.text("identity"), index) {
            ("f", _) => Identity::Full,
            ("n", _) | (_, None) => Identity::Nothing,
            (_, Some(index)) => Identity::Index(index),
        };
        let entry = Entry::new(at, Body { identity, is_gone });
        // It goes with its index.
        let entry = match host {
            Some(host) => entry.part_of(host).needing(table),
            None => entry.part_of(table),
        };
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { identity, is_gone } = observed;
        draft.some("identity", identity.show());
        if *is_gone {
            draft.unsaid("its index is gone, which is the same as `nothing`");
        }
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![set(at, &desired.identity)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { identity, is_gone: _ } = desired;
        out.attribute("identity", &observed.identity, identity, || vec![set(at, identity)]);
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        let table = at.host("table");
        vec![Statement::alter(&table, Form::AlterTable, "REPLICA IDENTITY DEFAULT").into()]
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match (name, &body.identity) {
            ("index", Identity::Index(index)) => Some(index.clone()),
            ("tells apart", Identity::Full | Identity::Index(_)) => Some("yes".to_string()),
            _ => None,
        }
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        let is_index = matches!(from.kind, "index" | "unique constraint" | "primary key");
        if is_index && body.identity == Identity::Index(from.name().to_string()) {
            body.identity = Identity::Index(to.name().to_string());
        }
    }
}

fn set(at: &Address, identity: &Identity) -> Step {
    let words = match identity {
        Identity::Nothing => "NOTHING".to_string(),
        Identity::Full => "FULL".to_string(),
        Identity::Index(name) => format!("USING INDEX {}", ident(name)),
    };
    Statement::alter(&at.host("table"), Form::AlterTable, format!("REPLICA IDENTITY {words}")).into()
}
