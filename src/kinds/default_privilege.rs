//! Default privileges: what a role gets on objects that are yet to be made.

use crate::delta::{Action, Alteration, Change, Show};
use crate::kind::{
    Cx, Doc, Draft, GRANT_OPTION, Item, MAINTAIN, Place, Rank, Right, Room, Row, Server, Undeclared,
    known_privileges, read_grant_option, write_privileges,
};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Reader, Shape};
use crate::sql::{Consent, Form, ident, literal};
use crate::statement::{Statement, Step};
use std::collections::BTreeMap;

/// The room.
pub struct DefaultPrivilege;

/// The privileges that one role gets.
#[derive(Debug, Clone)]
pub struct Body {
    /// Each with whether it may be passed on.
    privileges: BTreeMap<String, bool>,
    /// Observed: the same stands at the address that names no maker, because the current user is it.
    twin: bool,
    /// Observed: who makes the objects, also where the address does not name the current user.
    maker: String,
    /// Observed: it is about objects that can be the file's, made by a role that is trusted, in a schema that is read.
    ours: bool,
}

static DOC: Doc = Doc {
    name: "default privilege",
    summary: "Privileges that a role gets on objects yet to be made, by the role that makes them. PostgreSQL gives \
              EXECUTE on functions and USAGE on types to everyone; `to = \"public\"` with `privileges = []`, for all \
              schemas, ends that for what is made from then on. Those that the file does not name are drift: of all roles where \
              whoever makes the objects may own what the file declares, else of roles that it declares; they go only with \
              consent `prune`.",
    manual: "sql-alterdefaultprivileges",
    place: Place::TopList("default_privileges"),
    rank: Rank::Birthright,
    main_key: None,
    keys: &[
        KeyDoc::new("to", Shape::Names, "the roles that get them; `public` for everyone"),
        KeyDoc::new(
            "on",
            Shape::Names,
            "the sorts of objects: `tables`, `sequences`, `functions`, `types`, `schemas`, `large objects` (PostgreSQL 18)",
        ),
        KeyDoc::new("privileges", Shape::Names, "the privileges, as in SQL; `[]` for none"),
        KeyDoc::new("with_grant_option", Shape::Any, GRANT_OPTION),
        KeyDoc::new("in_schema", Shape::Name, "the schema; all of them if not given"),
        KeyDoc::new("for_role", Shape::Name, "the role that makes the objects; the current one if not given"),
    ],
    features: &[("on", Feature::LargeObjectDefaultPrivileges), ("privileges", Feature::MaintainPrivilege)],
    example: "[roles.reader]\n\n[[default_privileges]]\nto = \"reader\"\non = \"tables\"\nin_schema = \"public\"\n\
              privileges = [\"select\"]\n",
};

/// A sort of objects, the letter that the catalog has for it, and all its privileges.
type Sort = (&'static str, &'static str, &'static [&'static str]);

const SORTS: &[Sort] = &[
    (
        "tables",
        "r",
        &["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"],
    ),
    ("sequences", "S", &["usage", "select", "update"]),
    ("functions", "f", &["execute"]),
    ("types", "T", &["usage"]),
    ("schemas", "n", &["usage", "create"]),
    ("large objects", "L", &["select", "update"]),
];

/// The sorts of objects that the file names.
fn sorts(reader: &mut Reader<'_, '_>) -> Vec<Sort> {
    let mut sorts = Vec::new();
    for (word, span) in reader.strings("on") {
        let name = word.trim().to_lowercase().replace(['_', '-'], " ");
        match SORTS.iter().find(|sort| sort.0 == name) {
            Some(sort) => sorts.push(*sort),
            None => {
                let message = format!("`{word}` is no sort of objects that have default privileges");
                reader.problems().add_with_suggestion(span, message, &word, SORTS.iter().map(|sort| sort.0));
            }
        }
    }
    sorts
}

impl Room for DefaultPrivilege {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let sorts = sorts(&mut reader);
        let (some, option) = read_grant_option(&mut reader, "with_grant_option");
        let said = reader.strings("privileges");
        let schema = reader.text("in_schema").unwrap_or_default();
        let maker = reader.text("for_role").unwrap_or_default();
        let grantees = reader.strings("to");
        for key in ["to", "on", "privileges"] {
            if !reader.has(key) {
                let span = reader.span();
                reader.problems().add(span, format!("`{key}` is missing"));
            }
        }
        let with_option = some.into_iter().map(|(word, span)| (word, span, true));
        let said: Vec<_> =
            said.into_iter().map(|(word, span)| (word, span, option)).chain(with_option).collect();
        for (sort, _, all) in sorts {
            // `all` says MAINTAIN too, and means what there is.
            let mut wanted = Vec::new();
            let mut privileges = BTreeMap::new();
            for (word, span, option) in &said {
                let lower = word.trim().to_lowercase();
                if matches!(lower.as_str(), "all" | "all privileges") {
                    privileges.extend(all.iter().map(|name| ((*name).to_string(), *option)));
                } else if all.contains(&lower.as_str()) {
                    wanted.extend((lower == MAINTAIN).then_some(*span));
                    privileges.insert(lower, *option);
                } else {
                    let message = format!("`{word}` is no privilege on {sort}");
                    item.problems.add_with_suggestion(*span, message, word, all.iter().copied());
                }
            }
            for (grantee, _) in &grantees {
                wanted.iter().for_each(|span| item.want(Feature::MaintainPrivilege, *span));
                for role in [grantee, &maker].into_iter().filter(|role| !role.is_empty()) {
                    item.need(Address::new("role", [role]));
                }
                if !schema.is_empty() {
                    item.need(Address::new("schema", [&schema]));
                }
                let address = Address::new(DOC.name, [maker.as_str(), &schema, sort, grantee]);
                item.declare_at(
                    address,
                    Body { privileges: privileges.clone(), twin: false, maker: String::new(), ours: false },
                );
            }
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let sorts: Vec<String> =
            SORTS.iter().map(|(sort, letter, _)| format!("WHEN '{letter}' THEN '{sort}'")).collect();
        // Of functions and types for all schemas there is always a row for PUBLIC, which has privileges on them if
        // nothing else is said.
        Some(format!(
            "SELECT pg_get_userbyid(d.defaclrole) AS maker, coalesce(n.nspname, '') AS schema, \
             CASE d.defaclobjtype {} ELSE d.defaclobjtype::text END AS sort, \
             CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee) END AS grantee, \
             coalesce(json_agg(DISTINCT ARRAY[lower(x.privilege_type), x.is_grantable::text]) \
             FILTER (WHERE x.privilege_type <> ''), '[]') AS privileges, \
             bool_and((d.defaclnamespace = 0 OR {}) AND {}) AS ours \
             FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, \
             LATERAL (SELECT a.grantee, a.privilege_type, a.is_grantable FROM aclexplode(d.defaclacl) a UNION ALL \
             SELECT 0, '', false WHERE d.defaclnamespace = 0 AND d.defaclobjtype IN ('f', 'T')) x \
             WHERE x.grantee <> d.defaclrole GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            sorts.join(" "),
            server.in_schemas("n.nspname"),
            server.trusts("d.defaclrole")
        ))
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_default_acl", "pg_authid"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let maker = row.text("maker");
        let mut path = [maker, row.text("schema"), row.text("sort"), row.text("grantee")];
        let mut privileges = BTreeMap::new();
        let list: Vec<[String; 2]> = row.parsed("privileges");
        for [name, option] in list {
            *privileges.entry(name).or_default() |= option == "true";
        }
        let twin = maker == server.user;
        let entry = |path: [&str; 4], body: Body| {
            let roles = [path[0], path[3]].into_iter().filter(|role| !role.is_empty());
            let entry = Entry::new(Address::new(DOC.name, path), body);
            roles.fold(entry, |entry, role| entry.needing(Address::new("role", [role])))
        };
        let body = Body { privileges, twin, maker: maker.to_string(), ours: row.flag("ours") };
        out.model.insert(entry(path, body.clone()));
        if twin {
            path[0] = "";
            out.model.insert(entry(path, Body { twin: false, ..body }));
        }
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { privileges, twin, maker: _, ours: _ } = observed;
        let [maker, schema, sort, grantee] = at.path() else { return };
        if *twin || implicit(at).is_some_and(|implicit| is_just(privileges, implicit)) {
            draft.leave_out();
        }
        draft.text("to", grantee);
        draft.text("on", sort);
        draft.word("in_schema", schema, "");
        draft.word("for_role", maker, "");
        write_privileges(privileges, draft);
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let privileges = known_privileges(&desired.privileges, cx);
        match implicit(at) {
            // There is no row of it yet, so they are what they are from the start.
            Some(implicit) if is_just(&privileges, implicit) => Vec::new(),
            Some(implicit) if privileges.is_empty() => {
                alter(at, "REVOKE", &BTreeMap::from([(implicit.to_string(), false)]), Form::RevokeNew)
            }
            _ => alter(at, "GRANT", &privileges, Form::Grant),
        }
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { privileges, .. } = desired;
        let (privileges, there) = (&known_privileges(privileges, cx), &observed.privileges);
        let missing = without(privileges, |name, option| there.get(name).is_some_and(|has| *has || !option));
        let extra = without(there, |name, _| privileges.contains_key(name));
        let options = without(there, |name, option| !option || privileges.get(name) != Some(&false));
        if !missing.is_empty() {
            let change =
                Change { attribute: "privileges", from: names(there).show(), to: names(privileges).show() };
            out.note(change, alter(at, "GRANT", &missing, Form::Grant));
        }
        // Who says that a role has none means it.
        let may = cx.allow.contains(&Consent::Revoke) || cx.prunes();
        let less = [("privileges", extra, "REVOKE"), ("grant option", options, "REVOKE GRANT OPTION FOR")];
        for (attribute, list, verb) in less.into_iter().filter(|(_, list, _)| !list.is_empty()) {
            let change = Change { attribute, from: names(&list).show(), to: None };
            if may || privileges.is_empty() {
                out.note(change, alter(at, verb, &list, Form::Revoke));
            } else {
                out.drift(change);
            }
        }
    }

    fn rights(&self, at: &Address, _: &Body, _: Action, cx: &Cx<'_>) -> Vec<Right> {
        let Some(maker) = at.path().first().filter(|maker| !maker.is_empty()) else { return Vec::new() };
        vec![Right::test(
            format!(
                "(SELECT pg_has_role(r.oid, 'USAGE') FROM pg_roles r WHERE r.rolname = {})",
                literal(maker)
            ),
            format!("the rights of role `{maker}`"),
            format!("GRANT {} TO {}", ident(maker), ident(&cx.server.user)),
        )]
    }

    fn drop(&self, at: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        let usual: BTreeMap<String, bool> =
            implicit(at).map(|name| (name.to_string(), false)).into_iter().collect();
        let beyond = without(&observed.privileges, |name, _| usual.contains_key(name));
        let back = without(&usual, |name, _| observed.privileges.contains_key(name));
        [alter(at, "REVOKE", &beyond, Form::Revoke), alter(at, "GRANT", &back, Form::Grant)].concat()
    }

    fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address> {
        let mut path = at.path().to_vec();
        let mentions: &[usize] = match from.kind {
            "role" => &[0, 3],
            "schema" => &[1],
            _ => &[],
        };
        for (number, part) in path.iter_mut().enumerate() {
            if mentions.contains(&number) && part == from.name() {
                *part = to.name().to_string();
            }
        }
        Some(Address::new(DOC.name, path))
    }

    fn join(&self, one: &mut Body, other: &Body) -> bool {
        for (name, option) in &other.privileges {
            *one.privileges.entry(name.clone()).or_default() |= option;
        }
        true
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let given_on = body.privileges.iter().filter(|(_, option)| **option);
        match name {
            "privileges" => Some(names(&body.privileges).join(", ")),
            "ours" => body.ours.then(|| "yes".to_string()),
            "given on" => Some(given_on.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")),
            _ => None,
        }
    }

    fn undeclared(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Undeclared {
        let desired = cx.desired;
        let known = desired.contains(&Address::new("role", [at.name()]));
        // The file may name the current user, or not.
        let named = Address::new(DOC.name, std::iter::once(&observed.maker).chain(&at.path()[1..]).cloned());
        if observed.twin || desired.contains(&named) {
            return Undeclared::Ignore;
        }
        // Of PUBLIC, what it has from the start is no news.
        let news = match implicit(at) {
            Some(implicit) => !is_just(&observed.privileges, implicit),
            None => observed.ours,
        };
        if known || news { Undeclared::Drift } else { Undeclared::Ignore }
    }
}

/// What PUBLIC has on new objects of the sort if nothing else is said, where it is PUBLIC and all schemas that the
/// address is about.
fn implicit(at: &Address) -> Option<&'static str> {
    match at.path() {
        [_, schema, sort, grantee] if schema.is_empty() && grantee == "public" => match sort.as_str() {
            "functions" => Some("execute"),
            "types" => Some("usage"),
            _ => None,
        },
        _ => None,
    }
}

fn is_just(privileges: &BTreeMap<String, bool>, name: &str) -> bool {
    privileges.len() == 1 && privileges.get(name) == Some(&false)
}

/// The privileges of which `which` does not hold.
fn without(
    privileges: &BTreeMap<String, bool>,
    which: impl Fn(&str, bool) -> bool,
) -> BTreeMap<String, bool> {
    let list = privileges.iter().filter(|(name, option)| !which(name, **option));
    list.map(|(name, option)| (name.clone(), *option)).collect()
}

fn names(privileges: &BTreeMap<String, bool>) -> Vec<String> {
    privileges.keys().cloned().collect()
}

fn alter(at: &Address, verb: &str, privileges: &BTreeMap<String, bool>, form: Form) -> Vec<Step> {
    let [maker, schema, sort, grantee] = at.path() else { return Vec::new() };
    let maker = if maker.is_empty() { String::new() } else { format!(" FOR ROLE {}", ident(maker)) };
    let place = if schema.is_empty() { String::new() } else { format!(" IN SCHEMA {}", ident(schema)) };
    let who = if grantee == "public" { "PUBLIC".to_string() } else { ident(grantee) };
    let grants = verb == "GRANT";
    let link = if grants { "TO" } else { "FROM" };
    let mut steps = Vec::new();
    for option in [false, true] {
        let these = privileges.iter().filter(|(_, with)| (**with && grants) == option);
        let list: Vec<String> = these.map(|(name, _)| name.to_uppercase()).collect();
        if !list.is_empty() {
            let tail = if option { " WITH GRANT OPTION" } else { "" };
            let sql = format!(
                "ALTER DEFAULT PRIVILEGES{maker}{place} {verb} {} ON {} {link} {who}{tail}",
                list.join(", "),
                sort.to_uppercase()
            );
            steps.push(Statement::new(form, sql).into());
        }
    }
    steps
}
