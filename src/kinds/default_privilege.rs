//! Default privileges: what a role gets on objects that are yet to be made.

use crate::delta::{Alteration, Change, Show};
use crate::kind::{Cx, Doc, Item, Place, Rank, Room, Row, Server, Undeclared};
use crate::model::{Address, Entry, Model, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Consent, Form, ident};
use crate::statement::{Statement, Step};
use std::collections::BTreeSet;

/// The room.
pub struct DefaultPrivilege;

/// The privileges that one role gets.
#[derive(Debug, Clone)]
pub struct Body {
    privileges: BTreeSet<String>,
}

static DOC: Doc = Doc {
    name: "default privilege",
    summary: "Privileges that a role gets on objects yet to be made, by the role that makes them.",
    manual: "sql-alterdefaultprivileges",
    place: Place::TopList("default_privileges"),
    rank: Rank::Type,
    main_key: None,
    keys: &[
        KeyDoc::new("to", Shape::Names, "the roles that get them; `public` for everyone"),
        KeyDoc::new(
            "on",
            Shape::OneOf(&["tables", "sequences", "functions", "types", "schemas"]),
            "the sort of objects",
        ),
        KeyDoc::new("privileges", Shape::Names, "the privileges, as in SQL"),
        KeyDoc::new("in_schema", Shape::Name, "the schema; all of them if not given"),
        KeyDoc::new("for_role", Shape::Name, "the role that makes the objects; the current one if not given"),
    ],
    example: "[roles.reader]\n\n[[default_privileges]]\nto = \"reader\"\non = \"tables\"\nin_schema = \"public\"\n\
              privileges = [\"select\"]\n",
};

const SORTS: &[(&str, &str)] = &[
    ("tables", "tables"),
    ("sequences", "sequences"),
    ("functions", "functions"),
    ("types", "types"),
    ("schemas", "schemas"),
];

impl Room for DefaultPrivilege {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        reader.required("on");
        let sort = reader.one_of("on", SORTS);
        let privileges: BTreeSet<String> =
            reader.strings("privileges").into_iter().map(|(word, _)| word.trim().to_lowercase()).collect();
        let schema = reader.text("in_schema").unwrap_or_default();
        let maker = reader.text("for_role").unwrap_or_default();
        let grantees = reader.strings("to");
        if grantees.is_empty() || privileges.is_empty() {
            let span = reader.span();
            reader.problems().add(span, "default privileges want `to` and `privileges`");
        }
        let Some(sort) = sort else { return };
        for (grantee, _) in grantees {
            item.need(Address::new("role", [&grantee]));
            if !schema.is_empty() {
                item.need(Address::new("schema", [&schema]));
            }
            let address = Address::new(DOC.name, [maker.as_str(), &schema, sort, &grantee]);
            item.declare_at(address, Body { privileges: privileges.clone() });
        }
    }

    fn catalog(&self, _: &Server) -> Option<String> {
        let query = "SELECT CASE WHEN pg_get_userbyid(d.defaclrole) = current_user THEN '' \
                     ELSE pg_get_userbyid(d.defaclrole) END AS maker, coalesce(n.nspname, '') AS schema, \
                     CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' \
                     WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE d.defaclobjtype::text END AS sort, \
                     CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee) END AS grantee, \
                     json_agg(DISTINCT lower(x.privilege_type)) AS privileges \
                     FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, \
                     aclexplode(d.defaclacl) x WHERE x.grantee <> d.defaclrole GROUP BY 1, 2, 3, 4";
        Some(query.to_string())
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let path = [row.text("maker"), row.text("schema"), row.text("sort"), row.text("grantee")];
        let privileges = row.list("privileges").into_iter().collect();
        out.model.insert(Entry::new(Address::new(DOC.name, path), Body { privileges }));
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![alter(at, "GRANT", "TO", &desired.privileges, Form::Grant).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { privileges } = desired;
        let missing: BTreeSet<String> = privileges.difference(&observed.privileges).cloned().collect();
        if !missing.is_empty() {
            let change =
                Change { attribute: "privileges", from: observed.privileges.show(), to: privileges.show() };
            out.note(change, vec![alter(at, "GRANT", "TO", &missing, Form::Grant).into()]);
        }
        let extra: BTreeSet<String> = observed.privileges.difference(privileges).cloned().collect();
        if extra.is_empty() {
            return;
        }
        let change = Change { attribute: "privileges", from: extra.show(), to: None };
        if cx.allow.contains(&Consent::Revoke) || cx.allow.contains(&Consent::Prune) {
            out.note(change, vec![alter(at, "REVOKE", "FROM", &extra, Form::Revoke).into()]);
        } else {
            out.drift(change);
        }
    }

    fn drop(&self, at: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![alter(at, "REVOKE", "FROM", &observed.privileges, Form::Revoke).into()]
    }

    fn join(&self, one: &mut Body, other: &Body) -> bool {
        one.privileges.extend(other.privileges.iter().cloned());
        true
    }

    fn undeclared(&self, at: &Address, _: &Body, desired: &Model) -> Undeclared {
        let known = desired.contains(&Address::new("role", [at.name()]));
        if known { Undeclared::Drift } else { Undeclared::Ignore }
    }
}

fn alter(at: &Address, verb: &str, link: &str, privileges: &BTreeSet<String>, form: Form) -> Statement {
    let [maker, schema, sort, grantee] = at.path() else { return Statement::new(form, "") };
    let maker = if maker.is_empty() { String::new() } else { format!(" FOR ROLE {}", ident(maker)) };
    let place = if schema.is_empty() { String::new() } else { format!(" IN SCHEMA {}", ident(schema)) };
    let list: Vec<String> = privileges.iter().map(|name| name.to_uppercase()).collect();
    let who = if grantee == "public" { "PUBLIC".to_string() } else { ident(grantee) };
    let sql = format!(
        "ALTER DEFAULT PRIVILEGES{maker}{place} {verb} {} ON {} {link} {who}",
        list.join(", "),
        sort.to_uppercase()
    );
    Statement::new(form, sql)
}
