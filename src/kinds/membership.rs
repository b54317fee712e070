//! Memberships of roles in roles.

use crate::delta::{Action, Alteration, Change, Show};
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Server, Undeclared, right};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Reader, Shape, Value};
use crate::sql::{Form, ident};
use crate::statement::{Statement, Step};

/// The room.
pub struct Membership;

/// A membership. What the file does not say of it is left alone.
#[derive(Debug, Clone)]
pub struct Body {
    admin: Option<bool>,
    inherit: Option<bool>,
    set: Option<bool>,
    /// Observed: the roles that granted it; empty for whom a REVOKE speaks without saying so.
    grantors: Vec<String>,
}

static DOC: Doc = Doc {
    name: "membership",
    summary: "The roles that a role is a member of. The options are `true`, `false`, or the list of the roles for which \
              they are true; an option that is not given is left alone.",
    manual: "role-membership",
    place: Place::Single { of: &["role"], key: "member_of" },
    rank: Rank::Role,
    main_key: Some("roles"),
    keys: &[
        KeyDoc::new("roles", Shape::Names, "the roles it is a member of"),
        KeyDoc::new("admin", Shape::Any, "can make others members"),
        KeyDoc::new("inherit", Shape::Any, "has their privileges without SET ROLE (PostgreSQL 16)"),
        KeyDoc::new("set", Shape::Any, "can SET ROLE to them (PostgreSQL 16)"),
    ],
    features: &[("inherit", Feature::MembershipOptions), ("set", Feature::MembershipOptions)],
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
        let groups = reader.strings("roles");
        let [admin, inherit, set] = ["admin", "inherit", "set"].map(|key| option(&mut reader, key));
        let late = ["inherit", "set"].map(|key| reader.has(key).then(|| reader.span_of(key)));
        for (group, _) in groups {
            item.need(Address::new("role", [&group]));
            for span in late.iter().flatten() {
                item.want(Feature::MembershipOptions, *span);
            }
            let [admin, inherit, set] = [&admin, &inherit, &set].map(|option| option.of(&group));
            let body = Body { admin, inherit, set, grantors: Vec::new() };
            item.declare_at(Address::new(DOC.name, [member.name(), &group]), body);
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let options = match server.has(Feature::MembershipOptions) {
            true => "bool_or(m.inherit_option) AS inherit, bool_or(m.set_option) AS set",
            false => "NULL AS inherit, NULL AS set",
        };
        // From 16 on there can be a row for each grantor; together they are one membership.
        Some(format!(
            "SELECT u.rolname AS member, g.rolname AS role, bool_or(m.admin_option) AS admin, {options}, \
             json_agg(CASE m.grantor WHEN 10 THEN '' ELSE pg_get_userbyid(m.grantor) END ORDER BY m.grantor) AS grantors \
             FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member JOIN pg_roles g ON g.oid = m.roleid \
             GROUP BY 1, 2 ORDER BY 1, 2"
        ))
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_auth_members", "pg_authid"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let address = Address::new(DOC.name, [row.text("member"), row.text("role")]);
        let member = Address::new("role", [row.text("member")]);
        let [admin, inherit, set] =
            ["admin", "inherit", "set"].map(|name| row.get(name).map(|text| text == "t"));
        let told = server.has(Feature::MembershipOptions);
        let grantors = if told { row.parsed("grantors") } else { vec![String::new()] };
        out.model.insert(Entry::new(address, Body { admin, inherit, set, grantors }).part_of(member));
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { admin, inherit, set, grantors: _ } = observed;
        draft.array("roles", [at.name()]);
        // An option that is not what goes without saying for one of them is said for all.
        let siblings: Vec<&Address> =
            draft.model.inside(DOC.name, &at.path()[..1]).map(|entry| &entry.address).collect();
        // What the server takes if nothing is said of it.
        let member = Address::new("role", [at.schema()]);
        let inherits = draft.attribute(&member, "inherit").unwrap_or_else(|| "yes".to_string());
        for (key, value, usual) in
            [("admin", admin, "no"), ("inherit", inherit, inherits.as_str()), ("set", set, "yes")]
        {
            let told = |sibling: &&Address| draft.attribute(sibling, key).is_some_and(|there| there != usual);
            if siblings.iter().any(told) {
                draft.array(key, value.filter(|value| *value).map(|_| at.name()));
            }
        }
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let Body { admin, inherit, set, grantors: _ } = desired;
        let late = cx.server.has(Feature::MembershipOptions);
        let mut options = Vec::new();
        for (word, value) in [("ADMIN", admin), ("INHERIT", inherit), ("SET", set)] {
            match value {
                Some(true) => options.push(format!("{word} OPTION")),
                Some(false) if late => options.push(format!("{word} FALSE")),
                _ => {}
            }
        }
        let with = if options.is_empty() { String::new() } else { format!(" WITH {}", options.join(", ")) };
        let sql = format!("GRANT {} TO {}{with}", ident(at.name()), ident(at.schema()));
        vec![Statement::new(Form::Grant, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, there: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { admin, inherit, set, grantors: _ } = desired;
        let options = [
            ("admin", "ADMIN", admin, &there.admin),
            ("inherit", "INHERIT", inherit, &there.inherit),
            ("set", "SET", set, &there.set),
        ];
        for (attribute, word, desired, observed) in options {
            let Some(value) = desired.filter(|_| desired != observed) else { continue };
            let (role, member) = (ident(at.name()), ident(at.schema()));
            let statements = match value {
                true => vec![format!("GRANT {role} TO {member} WITH {word} OPTION")],
                false => there.revoked(&format!("REVOKE {word} OPTION FOR {role} FROM {member}")),
            };
            let change = Change { attribute, from: observed.show(), to: desired.show() };
            out.note(
                change,
                statements.into_iter().map(|sql| Statement::new(Form::Grant, sql).into()).collect(),
            );
        }
    }

    fn rights(&self, at: &Address, _: &Body, _: Action, cx: &Cx<'_>) -> Vec<Right> {
        vec![right::admin(at.name(), cx)]
    }

    fn drop(&self, at: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        let sql = format!("REVOKE {} FROM {}", ident(at.name()), ident(at.schema()));
        observed.revoked(&sql).into_iter().map(|sql| Statement::new(Form::Revoke, sql).into()).collect()
    }

    fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address> {
        (from.kind == "role" && at.name() == from.name()).then(|| at.renamed(to.name()))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match name {
            "admin" => body.admin.show(),
            "inherit" => body.inherit.show(),
            "set" => body.set.show(),
            _ => None,
        }
    }

    fn undeclared(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Undeclared {
        let desired = cx.desired;
        let declared = desired.contains(&Address::new("role", [at.schema()]));
        if declared { Undeclared::Drift } else { Undeclared::Ignore }
    }
}

impl Body {
    /// A REVOKE for each role that granted it: one takes away only what its own grantor gave.
    fn revoked(&self, sql: &str) -> Vec<String> {
        let by = |grantor: &String| match grantor.as_str() {
            "" => sql.to_string(),
            grantor => format!("{sql} GRANTED BY {}", ident(grantor)),
        };
        self.grantors.iter().map(by).collect()
    }
}

/// For which memberships an option holds.
enum For {
    All(Option<bool>),
    These(Vec<String>),
}

impl For {
    fn of(&self, role: &str) -> Option<bool> {
        match self {
            For::All(value) => *value,
            For::These(roles) => Some(roles.iter().any(|name| name == role)),
        }
    }
}

fn option(reader: &mut Reader<'_, '_>, key: &str) -> For {
    match reader.node(key).map(|node| &node.value) {
        Some(Value::Array(_) | Value::String(_)) => {
            For::These(reader.strings(key).into_iter().map(|(name, _)| name).collect())
        }
        _ => For::All(reader.boolean(key)),
    }
}
