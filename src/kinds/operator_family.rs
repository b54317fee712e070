//! Operator families that hold more than one class; that of a single class comes and goes with it.

use crate::delta::{Action, Alteration};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Seat, Server, Tail, rename, split_using, sql_using,
    with_using,
};
use crate::model::{Address, Entry, Observed};
use crate::source::KeyDoc;
use crate::sql::{Form, member_of_no_class};
use crate::statement::{Statement, Step};
use std::sync::LazyLock;

/// The room.
pub struct OperatorFamily;

/// An operator family; its name ends with its access method: `numbers using btree`.
#[derive(Debug, Clone)]
pub struct Body;

const KEYS: &[KeyDoc] = &[];

static DOC: Doc = Doc {
    name: "operator family",
    summary: "An operator family that several operator classes share. Its key is its name with its access method, \
              `numbers using hash`; without one it is `btree`. A family of a single class of the same name comes and goes \
              with that.",
    manual: "sql-createopfamily",
    place: Place::InSchema("operator_families"),
    rank: Rank::Type,
    main_key: None,
    keys: KEYS,
    features: &[],
    example: "[operator_families]\n\"numbers using hash\" = {}\n",
};

/// Which rows of `pg_opfamily f` with `pg_namespace n` are families of their own: those that hold more than a class of
/// their name.
static OWN: LazyLock<String> = LazyLock::new(|| {
    let [operator, function] = ["pg_amop", "pg_amproc"].map(|catalog| member_of_no_class(catalog, "b"));
    format!(
        "(NOT EXISTS (SELECT FROM pg_opclass x WHERE x.opcfamily = f.oid AND x.opcname = f.opfname \
         AND x.opcnamespace = f.opfnamespace) \
         OR EXISTS (SELECT FROM pg_amop b WHERE b.amopfamily = f.oid AND {operator}) \
         OR EXISTS (SELECT FROM pg_amproc b WHERE b.amprocfamily = f.oid AND {function}))"
    )
});

impl Room for OperatorFamily {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        item.declare(Body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_opfamily", "f.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, f.opfname || ' using ' || m.amname AS name FROM pg_opfamily f \
             JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod \
             WHERE {} AND {ours} AND {own} ORDER BY f.oid",
            *OWN
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_opfamily",
            oid: "f.oid",
            from: "pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod",
            path: "n.nspname, f.opfname || ' using ' || m.amname",
            only: OWN.as_str(),
            member: ("pg_opfamily", "f.oid"),
            owner: Some("f.opfowner"),
            ..Seat::BARE
        })
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_amop", "pg_amproc"]
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let address = Address::new(DOC.name, [row.text("schema"), row.text("name")]);
        out.model.insert(Entry::new(address, Body));
    }

    fn write(&self, _: &Address, _: &Body, _: &mut Draft<'_>) {}

    fn create(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::Create, format!("CREATE {}", called(at))).into()]
    }

    fn compare(&self, _: &Address, _: &Body, _: &Body, _: &Cx<'_>, _: &mut Alteration) {}

    fn rights(&self, at: &Address, _: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        match action {
            Action::Drop => vec![Right::Own(at.clone())],
            _ => vec![Right::superuser("an operator family", cx)],
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", called(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename([from, at], |name| split_using(name).0, Form::Catalog, &called, cx)
    }

    fn tail(&self) -> Tail {
        Tail::Method
    }

    fn retype(&self, name: &str, _: &mut dyn FnMut(&str) -> String) -> String {
        with_using(name)
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(called(at))
    }
}

/// `OPERATOR FAMILY public.numbers USING btree`.
fn called(at: &Address) -> String {
    sql_using("OPERATOR FAMILY", at.schema(), at.name())
}
