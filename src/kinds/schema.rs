//! Schemas: the namespaces that other kinds live in.

use crate::delta::Alteration;
use crate::kind::{Cx, Doc, Draft, Item, Place, Privileges, Rank, Room, Row, Seat, Server, Undeclared};
use crate::model::{Address, Entry, Observed};
use crate::sql::{Form, Phrase, ident};
use crate::statement::{Statement, Step};

/// The room.
pub struct Schema;

/// A schema has no attributes of its own yet.
#[derive(Debug, Clone)]
pub struct Body {
    /// Observed: everybody may create objects in it.
    open: bool,
}

static DOC: Doc = Doc {
    name: "schema",
    summary: "A namespace. Objects at the top level of the file live in the default schema; \
              `[schemas.NAME]` holds the same tables of any other.",
    manual: "sql-createschema",
    place: Place::Namespace("schemas"),
    rank: Rank::Namespace,
    main_key: None,
    keys: &[],
    features: &[],
    example: "[schemas.tenants]\ncomment = \"one row a business\"\n",
};

impl Room for Schema {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        item.declare(Body { open: false });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let ours = server.in_schemas("nspname");
        Some(format!(
            "SELECT nspname AS name, EXISTS (SELECT FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner))) x \
             WHERE x.grantee = 0 AND x.privilege_type = 'CREATE') AS open FROM pg_namespace WHERE {ours} ORDER BY oid"
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_namespace",
            oid: "n.oid",
            from: "pg_namespace n",
            path: "n.nspname",
            member: ("pg_namespace", "n.oid"),
            owner: Some("n.nspowner"),
            privileges: Some(Privileges {
                acl: "n.nspacl",
                letter: 'n',
                called: "SCHEMA",
                // Of schema `public` PUBLIC has some from the start.
                implicit: Some(&[]),
            }),
            ..Seat::BARE
        })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let body = Body { open: row.flag("open") };
        out.model.insert(Entry::new(Address::new(DOC.name, [row.text("name")]), body));
    }

    fn write(&self, _: &Address, Body { open: _ }: &Body, _: &mut Draft<'_>) {}

    fn create(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::Create, Phrase::from("CREATE SCHEMA ").ident(at.name())).into()]
    }

    fn compare(&self, _: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, _: &mut Alteration) {
        let (Body { open: _ }, Body { open: _ }) = (desired, observed);
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, Phrase::from("DROP SCHEMA ").ident(at.name())).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql = format!("ALTER SCHEMA {} RENAME TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::new(Form::Catalog, sql).into()])
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        (name == "open" && body.open).then(|| "yes".to_string())
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("SCHEMA {}", ident(at.name())))
    }

    fn undeclared(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Undeclared {
        // Every database is born with it.
        if at.name() == "public" { Undeclared::Ignore } else { Undeclared::Drift }
    }
}
