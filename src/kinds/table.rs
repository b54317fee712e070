//! Tables: the hosts of columns, constraints, indexes, triggers and rows, which have rooms of their own.

use crate::delta::{Alteration, Change, Show};
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server};
use crate::model::{Address, Entry, Observed, TableFacts};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, ident, not_of_extension, qualified};
use crate::statement::{Statement, Step};

/// The room.
pub struct Table;

/// What a table is besides its parts.
#[derive(Debug, Clone)]
pub struct Body {
    unlogged: bool,
    /// Nothing where the file does not say.
    row_security: Option<bool>,
    force_row_security: Option<bool>,
}

static DOC: Doc = Doc {
    name: "table",
    summary: "A table. The order of its columns is the order in the file.",
    manual: "sql-createtable",
    place: Place::InSchema("tables"),
    rank: Rank::Table,
    main_key: None,
    keys: &[
        KeyDoc::new("unlogged", Shape::Boolean, "not written to the write-ahead log; emptied by a crash"),
        KeyDoc::new(
            "row_security",
            Shape::Boolean,
            "its policies are in force; not given, it is left as it is, and told if it is on",
        ),
        KeyDoc::new("force_row_security", Shape::Boolean, "they are in force for its owner too; likewise"),
    ],
    example: "[tables.events]\ncomment = \"what happens where\"\ntouch = \"updated_at\"\n\n\
              [tables.events.columns]\nid = { type = \"uuid\", primary_key = true }\n\
              updated_at = { type = \"timestamptz\", not_null = true, default = \"now()\" }\n",
};

impl Room for Table {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let body = Body {
            unlogged: reader.flag("unlogged"),
            row_security: reader.boolean("row_security"),
            force_row_security: reader.boolean("force_row_security"),
        };
        item.declare(body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), not_of_extension("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS name, c.relpersistence = 'u' AS unlogged, \
             c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security, \
             c.relkind = 'p' AS partitioned, pg_relation_size(c.oid) AS bytes, c.reltuples::bigint AS rows \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {ours} AND {own} ORDER BY c.oid"
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: "c.relkind IN ('r', 'p') AND NOT c.relispartition", ..Seat::RELATION })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let address = Address::new(DOC.name, [row.text("schema"), row.text("name")]);
        let facts = TableFacts {
            bytes: row.number("bytes").unsigned_abs(),
            rows: row.number("rows"),
            partitioned: row.flag("partitioned"),
        };
        out.tables.insert(address.clone(), facts);
        let namespace = Address::new("schema", [row.text("schema")]);
        let body = Body {
            unlogged: row.flag("unlogged"),
            row_security: Some(row.flag("row_security")),
            force_row_security: Some(row.flag("force_row_security")),
        };
        out.model.insert(Entry::new(address, body).needing(namespace));
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { unlogged, row_security, force_row_security } = observed;
        draft.flag("unlogged", *unlogged);
        draft.flag("row_security", *row_security == Some(true));
        draft.flag("force_row_security", *force_row_security == Some(true));
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { unlogged, row_security, force_row_security } = desired;
        let word = if *unlogged { "CREATE UNLOGGED TABLE " } else { "CREATE TABLE " };
        let sql = Phrase::from(word).raw(name(at)).raw(" (");
        let mut statements = vec![Statement::on(at, Form::CreateTable, sql).open(Phrase::from(")"))];
        if *row_security == Some(true) {
            statements.push(security(at, "ENABLE"));
        }
        if *force_row_security == Some(true) {
            statements.push(security(at, "FORCE"));
        }
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { unlogged, row_security, force_row_security } = desired;
        out.attribute("unlogged", &observed.unlogged, unlogged, || {
            let word = if *unlogged { "UNLOGGED" } else { "LOGGED" };
            let sql = format!("ALTER TABLE {} SET {word}", name(at));
            vec![Statement::on(at, Form::AlterTypeRewrite, sql).into()]
        });
        let switches = [
            ("row_security", row_security, &observed.row_security, ["DISABLE", "ENABLE"]),
            ("force_row_security", force_row_security, &observed.force_row_security, ["NO FORCE", "FORCE"]),
        ];
        for (name, desired, observed, words) in switches {
            match desired {
                Some(on) => out.attribute(name, observed, desired, || {
                    vec![security(at, words[usize::from(*on)]).into()]
                }),
                // Whoever says nothing of it opens no table to everyone.
                None if *observed == Some(true) => {
                    out.drift(Change { attribute: name, from: observed.show(), to: None });
                }
                None => {}
            }
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::on(at, Form::DropTable, format!("DROP TABLE {}", name(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql = format!("ALTER TABLE {} RENAME TO {}", name(from), ident(at.name()));
        Some(vec![Statement::on(from, Form::AlterTable, sql).into()])
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("TABLE {}", name(at)))
    }
}

fn security(at: &Address, word: &str) -> Statement {
    let sql = format!("ALTER TABLE {} {word} ROW LEVEL SECURITY", name(at));
    Statement::on(at, Form::AlterTable, sql)
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}
