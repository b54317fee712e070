//! Memberships of roles in roles.

use crate::delta::Alteration;
use crate::kind::{Cx, Doc, Item, Place, Rank, Room, Row, Server, Undeclared};
use crate::model::{Address, Entry, Model, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, ident};
use crate::statement::{Statement, Step};

/// The room.
pub struct Membership;

/// A membership.
#[derive(Debug, Clone)]
pub struct Body {
    admin: bool,
}

static DOC: Doc = Doc {
    name: "membership",
    summary: "The roles that a role is a member of.",
    manual: "role-membership",
    place: Place::Single { of: &["role"], key: "member_of" },
    rank: Rank::Role,
    main_key: Some("roles"),
    keys: &[
        KeyDoc::new("roles", Shape::Names, "the roles it is a member of"),
        KeyDoc::new("admin", Shape::Boolean, "can make others members"),
    ],
    example: "[roles.readers]\n\n[roles.admin_console]\nlogin = true\nmember_of = [\"readers\"]\n",
};

impl Room for Membership {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(member) = item.host.clone() else { return };
        let mut reader = item.reader();
        let admin = reader.flag("admin");
        for (group, _) in reader.strings("roles") {
            item.need(Address::new("role", [&group]));
            item.declare_at(Address::new(DOC.name, [member.name(), &group]), Body { admin });
        }
    }

    fn catalog(&self, _: &Server) -> Option<String> {
        // From 16 on there can be a row for each grantor; together they are one membership.
        let query = "SELECT u.rolname AS member, g.rolname AS role, bool_or(m.admin_option) AS admin \
                     FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member JOIN pg_roles g ON g.oid = m.roleid \
                     GROUP BY 1, 2";
        Some(query.to_string())
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let address = Address::new(DOC.name, [row.text("member"), row.text("role")]);
        let member = Address::new("role", [row.text("member")]);
        out.model.insert(Entry::new(address, Body { admin: row.flag("admin") }).part_of(member));
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { admin } = desired;
        let option = if *admin { " WITH ADMIN OPTION" } else { "" };
        let sql = format!("GRANT {} TO {}{option}", ident(at.name()), ident(at.schema()));
        vec![Statement::new(Form::Grant, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { admin } = desired;
        // The creator of a role is its admin without being asked (16); only a missing option is a difference.
        if *admin {
            out.attribute("admin", &observed.admin, admin, || self.create(at, desired, cx));
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        let sql = format!("REVOKE {} FROM {}", ident(at.name()), ident(at.schema()));
        vec![Statement::new(Form::Revoke, sql).into()]
    }

    fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address> {
        (from.kind == "role" && at.name() == from.name()).then(|| at.renamed(to.name()))
    }

    fn undeclared(&self, at: &Address, _: &Body, desired: &Model) -> Undeclared {
        let declared = desired.contains(&Address::new("role", [at.schema()]));
        if declared { Undeclared::Drift } else { Undeclared::Ignore }
    }
}
