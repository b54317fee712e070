//! Roles. They belong to the whole cluster, so only what the file says of a role is compared; all else about it is
//! left alone.

use crate::config::Secret;
use crate::delta::{Action, Alteration, Change};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Seat, Server, Undeclared, Visit, right,
};
use crate::model::{Address, Entry, Observed};
use crate::pg::{Feature, scram};
use crate::source::{KeyDoc, Reader, Shape, Value};
use crate::sql::{
    Form, Fragment, Phrase, ident, is_list, listed_names, literal, on_this_database, qualified,
};
use crate::statement::{Statement, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The room.
pub struct Role;

/// A role.
#[derive(Debug, Clone)]
pub struct Body {
    /// Yes-or-no attributes, by their key in the file.
    flags: BTreeMap<&'static str, bool>,
    connection_limit: Option<i64>,
    valid_until: Option<String>,
    /// The same as SQL, which the server spells.
    until: Option<Fragment>,
    /// Settings that its sessions begin with: everywhere, and in this database.
    settings: [BTreeMap<String, String>; 2],
    /// Names of settings that are too long to be read.
    unread: BTreeSet<String>,
    password: Option<Secret>,
    /// What the server, or our own note, keeps of the password.
    verifier: Option<Secret>,
}

/// Key in the file, column of pg_roles, words in SQL.
const FLAGS: &[(&str, &str, &str)] = &[
    ("login", "rolcanlogin", "LOGIN"),
    ("superuser", "rolsuper", "SUPERUSER"),
    ("createdb", "rolcreatedb", "CREATEDB"),
    ("createrole", "rolcreaterole", "CREATEROLE"),
    ("inherit", "rolinherit", "INHERIT"),
    ("replication", "rolreplication", "REPLICATION"),
    ("bypassrls", "rolbypassrls", "BYPASSRLS"),
];

static DOC: Doc = Doc {
    name: "role",
    summary: "A role. What the file does not say of it is left alone. The password comes from the environment and \
              leaves this program only as a SCRAM verifier. `read` and `write` name schemas: usage, and the \
              privileges on all their tables, those to come included.",
    manual: "sql-createrole",
    place: Place::Top("roles"),
    rank: Rank::Role,
    main_key: None,
    keys: &[
        KeyDoc::new("login", Shape::Boolean, "can log in"),
        KeyDoc::new("superuser", Shape::Boolean, "is bound by nothing"),
        KeyDoc::new("createdb", Shape::Boolean, "can create databases"),
        KeyDoc::new("createrole", Shape::Boolean, "can create roles"),
        KeyDoc::new("inherit", Shape::Boolean, "has the privileges of the roles it is a member of"),
        KeyDoc::new("replication", Shape::Boolean, "can start streaming replication"),
        KeyDoc::new("bypassrls", Shape::Boolean, "is not bound by row-level security"),
        KeyDoc::new(
            "connection_limit",
            Shape::Integer,
            "how many connections it may have; -1 for any number",
        ),
        KeyDoc::new("valid_until", Shape::Text, "when its password expires"),
        KeyDoc::new("password_env", Shape::Name, "the environment variable that holds its password"),
        KeyDoc::new(
            "settings",
            Shape::Table,
            "settings that its sessions begin with: `{ work_mem = \"64MB\" }`",
        ),
        KeyDoc::new("settings_in_database", Shape::Table, "the same, for sessions in this database alone"),
    ],
    features: &[],
    example: "[roles.admin_console]\nlogin = true\nconnection_limit = 5\n",
};

impl Room for Role {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let mut flags = BTreeMap::new();
        for (key, _, _) in FLAGS {
            if let Some(value) = reader.boolean(key) {
                flags.insert(*key, value);
            }
        }
        let connection_limit = reader.integer("connection_limit");
        let until = reader.string("valid_until");
        let valid_until = until.map(|(text, _)| text.to_string());
        let until = until.map(|(text, span)| Fragment::written(literal(text), span));
        let settings = ["settings", "settings_in_database"].map(|key| settings(&mut reader, key));
        let variable = reader.string("password_env");
        let password = variable.and_then(|(variable, span)| item.environment(variable, span));
        let password = password.map(Secret::new);
        item.declare(Body {
            flags,
            connection_limit,
            valid_until,
            until,
            settings,
            unread: BTreeSet::new(),
            password,
            verifier: None,
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let flags: Vec<String> =
            FLAGS.iter().map(|(key, column, _)| format!("r.{column} AS {key}")).collect();
        // Only a superuser may read pg_authid; others keep a verifier of their own.
        let (from, verifier) = match &server.state {
            _ if server.superuser => ("pg_authid r".to_string(), "r.rolpassword"),
            Some(state) => {
                let table = qualified(state, "secret");
                (format!("pg_roles r LEFT JOIN {table} s ON s.role = r.rolname"), "s.verifier")
            }
            None => ("pg_roles r".to_string(), "NULL"),
        };
        let said = server.declares(DOC.name, "r.rolname");
        let settings = |database: &str| SETTINGS.replace("DATABASE", database).replace("SAID", &said);
        Some(format!(
            "SELECT r.rolname AS name, {}, r.rolconnlimit AS connection_limit, r.rolvaliduntil::text AS valid_until, \
             quote_literal(r.rolvaliduntil::text) || '::timestamp with time zone' AS until, \
             CASE WHEN {said} THEN left({verifier}, {LONGEST_VERIFIER}) END AS verifier, {} AS settings, \
             {} AS settings_in_database FROM {from} WHERE r.rolname !~ '^pg_' \
             ORDER BY r.oid",
            flags.join(", "),
            settings("0"),
            settings("(SELECT d.oid FROM pg_database d WHERE d.datname = current_database())"),
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_authid",
            oid: "r.oid",
            from: "pg_roles r",
            path: "r.rolname",
            member: ("pg_authid", "r.oid"),
            ..Seat::BARE
        })
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_auth_members", "pg_db_role_setting"]
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let mut unread = BTreeSet::new();
        let settings = ["settings", "settings_in_database"].map(|column| {
            let mut settings = BTreeMap::new();
            for text in row.list(column) {
                match text.split_once('=') {
                    Some(("", long)) => unread.extend(long.split('=').next().map(str::to_string)),
                    Some((name, value)) => _ = settings.insert(name.to_lowercase(), value.to_string()),
                    None => {}
                }
            }
            settings
        });
        let body = Body {
            flags: FLAGS.iter().map(|(key, _, _)| (*key, row.flag(key))).collect(),
            connection_limit: Some(row.number("connection_limit")),
            valid_until: row.owned("valid_until"),
            until: row.owned("until").map(Fragment::plain),
            settings,
            unread,
            password: None,
            verifier: row.owned("verifier").map(Secret::new),
        };
        out.model.insert(Entry::new(Address::new(DOC.name, [row.text("name")]), body));
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        if let Some(until) = &mut body.until {
            visit("valid_until", until, Context::Value { of: "timestamptz".to_string() });
        }
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { flags, connection_limit, valid_until, settings, unread, verifier, .. } = observed;
        for (key, value) in flags {
            // Only this one is on unless something else is said.
            if *value != (*key == "inherit") {
                draft.put(key, Value::Boolean(*value));
            }
        }
        draft.number("connection_limit", connection_limit.unwrap_or(-1), -1);
        draft.some("valid_until", valid_until.as_ref());
        for (key, settings) in ["settings", "settings_in_database"].into_iter().zip(settings) {
            let text = |(name, value): (&String, &String)| (name.clone(), Value::String(value.clone()));
            draft.table(key, settings.iter().map(text));
        }
        for name in unread {
            draft.unsaid(format!("the setting `{name}`, which is too long"));
        }
        if verifier.is_some() {
            draft.unsaid("its password: say `password_env`");
        }
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let Body { flags, connection_limit, valid_until, settings, password, .. } = desired;
        let mut sql = Phrase::from("CREATE ROLE ").ident(at.name());
        for (key, value) in flags {
            sql = sql.raw(format!(" {}", words(key, *value)));
        }
        sql = sql
            .with(*connection_limit, |sql, limit| sql.raw(format!(" CONNECTION LIMIT {limit}")))
            .with(valid_until.as_ref(), |sql, until| sql.raw(" VALID UNTIL ").literal(until));
        let mut statements = Vec::new();
        let verifier = password.as_ref().map(|password| scram::verifier(password.expose()));
        sql = sql.with(verifier.as_ref(), |sql, verifier| sql.raw(" PASSWORD ").secret(verifier));
        statements.push(Statement::new(Form::Catalog, sql));
        statements.extend(verifier.and_then(|verifier| remember(at, &verifier, cx)));
        for (here, list) in [false, true].into_iter().zip(settings) {
            statements.extend(list.iter().map(|(name, value)| set(at, here, name, value)));
        }
        statements.extend(joined(at, cx));
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { flags, connection_limit, valid_until, until, settings, password, .. } = desired;
        let alter = |rest: Phrase| {
            let sql = Phrase::from("ALTER ROLE ").ident(at.name()).raw(" ").phrase(&rest);
            vec![Statement::new(Form::Catalog, sql).into()]
        };
        for (key, to) in flags {
            let from = observed.flags.get(key).copied().unwrap_or_default();
            out.attribute(key, &from, to, || alter(words(key, *to).into()));
        }
        if let Some(limit) = connection_limit {
            out.attribute("connection_limit", &observed.connection_limit, connection_limit, || {
                alter(format!("CONNECTION LIMIT {limit}").into())
            });
        }
        if let Some(text) = valid_until {
            out.attribute("valid_until", &observed.until, until, || {
                alter(Phrase::from("VALID UNTIL ").literal(text))
            });
        }
        for (here, (list, there)) in [false, true].into_iter().zip(settings.iter().zip(&observed.settings)) {
            let differs = |(name, value): &(&String, &String)| {
                there.get(*name).is_none_or(|there| parts(name, there) != parts(name, value))
            };
            for (name, value) in list.iter().filter(differs) {
                let shown = |value: &String| format!("{name} = {value}");
                let attribute = if here { "settings_in_database" } else { "settings" };
                let change = Change { attribute, from: there.get(name).map(shown), to: Some(shown(value)) };
                out.note(change, vec![set(at, here, name, value).into()]);
            }
        }
        let Some(password) = password else { return };
        let known = observed.verifier.as_ref();
        if known.is_none_or(|known| !scram::matches(known.expose(), password.expose())) {
            let verifier = scram::verifier(password.expose());
            let mut steps: Vec<Step> = alter(Phrase::from("PASSWORD ").secret(&verifier));
            steps.extend(remember(at, &verifier, cx).map(Step::from));
            out.note(Change { attribute: "password", from: None, to: Some("********".into()) }, steps);
        }
    }

    fn rights(&self, at: &Address, body: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        if at.name() == cx.server.user && action == Action::Alter {
            return Vec::new();
        }
        let mut rights = vec![Right::attribute("rolcreaterole", "CREATEROLE", cx)];
        if action == Action::Create && body.flags.get("superuser") == Some(&true) {
            rights.push(Right::superuser(&format!("role `{}`", at.name()), cx));
        }
        if action != Action::Create && cx.server.has(Feature::MembershipOptions) {
            rights.push(right::admin(at.name(), cx));
        }
        rights
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let value = match name {
            // What it has here is said here, though the role is the cluster's.
            "in_this_database" => return (!body.settings[1].is_empty()).then(|| "yes".to_string()),
            _ => body.flags.get(name)?,
        };
        Some(if *value { "yes" } else { "no" }.to_string())
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, Phrase::from("DROP ROLE ").ident(at.name())).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql = format!("ALTER ROLE {} RENAME TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::new(Form::Catalog, sql).into()])
    }

    fn is_shared(&self, _: &Address) -> bool {
        true
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("ROLE {}", ident(at.name())))
    }

    fn undeclared(&self, _: &Address, _: &Body, _: &Cx<'_>) -> Undeclared {
        Undeclared::Ignore
    }
}

/// The settings of `pg_roles r` in DATABASE, `name=value` each, where it is SAID that they matter: every role sets its own, as
/// many and as long as it likes, and no look of others is to end with them. The short ones are read first, a megabyte
/// in all; the others begin with an equals sign, and are cut after their name.
const SETTINGS: &str = "(SELECT json_agg(CASE WHEN kept THEN pair ELSE '=' || left(pair, 64) END) \
     FROM (SELECT pair, sum(bytes) OVER (ORDER BY bytes, pair) <= 1000000 AS kept FROM (\
     SELECT CASE WHEN octet_length(pair) > 1000000 THEN left(pair, 100) ELSE pair END AS pair, octet_length(pair) AS bytes \
     FROM (SELECT unnest(s.setconfig) AS pair FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = DATABASE \
     AND SAID OFFSET 0) every) measured ORDER BY bytes, pair LIMIT 10000) listed)";

/// How much of a verifier is read. What is longer is none of ours.
const LONGEST_VERIFIER: u32 = 1000;

fn settings(reader: &mut Reader<'_, '_>, key: &str) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    for (name, node) in reader.table(key).into_iter().flat_map(|table| &table.entries) {
        let value = match &node.value {
            Value::String(text) | Value::Float(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(value) => if *value { "on" } else { "off" }.to_string(),
            _ => {
                reader
                    .problems()
                    .add(node.span, format!("`{}` wants a value, not {}", name.name, node.sort()));
                continue;
            }
        };
        settings.insert(name.name.to_lowercase(), value);
    }
    settings
}

/// The names in the value of a list; the whole of any other.
fn parts(name: &str, value: &str) -> Vec<String> {
    if is_list(name) || name == "createrole_self_grant" {
        listed_names(value)
    } else {
        vec![value.to_string()]
    }
}

fn set(at: &Address, here: bool, name: &str, value: &str) -> Statement {
    let name_of_setting = name.split('.').map(ident).collect::<Vec<_>>().join(".");
    let values: Vec<String> = parts(name, value).iter().map(|part| literal(part)).collect();
    let (role, values) = (ident(at.name()), values.join(", "));
    let sql = if here {
        // The name of the database is the server's to know.
        let [role, name, values] = [role, name_of_setting, values].map(|text| text.replace('%', "%%"));
        on_this_database(&format!("ALTER ROLE {role} IN DATABASE %I SET {name} = {values}"))
    } else {
        format!("ALTER ROLE {role} SET {name_of_setting} = {values}")
    };
    Statement::new(Form::Catalog, sql)
}

fn words(key: &str, value: bool) -> String {
    let word = FLAGS.iter().find(|(name, _, _)| *name == key).map_or("", |(_, _, word)| *word);
    if value { word.to_string() } else { format!("NO{word}") }
}

/// Who is no superuser gives something to a role, and acts for it, only as a member. One who makes the role may become that,
/// unless the file says of the membership what is to be.
fn joined(at: &Address, cx: &Cx<'_>) -> Option<Statement> {
    let user = &cx.server.user;
    let acts = |entry: &Entry| match entry.address.kind {
        "owner" => cx.attribute(&entry.address, "role").as_deref() == Some(at.name()),
        "default privilege" => entry.address.path().first().is_some_and(|maker| maker == at.name()),
        _ => false,
    };
    let is_said = cx.desired.contains(&Address::new("membership", [user.as_str(), at.name()]));
    if cx.server.superuser || is_said || !cx.desired.iter().any(|entry| !entry.absent && acts(entry)) {
        return None;
    }
    let sql = format!("GRANT {} TO {}", ident(at.name()), ident(user));
    Some(Statement::new(Form::Grant, sql))
}

/// Who may not read pg_authid takes a note of the verifier, so that the next run can tell whether the password is still it.
fn remember(at: &Address, verifier: &str, cx: &Cx<'_>) -> Option<Statement> {
    if cx.server.superuser {
        return None;
    }
    let note = scram::note(verifier)?;
    let sql = Phrase::from(format!(
        "INSERT INTO {} (role, verifier) VALUES (",
        qualified(cx.state_schema, "secret")
    ))
    .raw(literal(at.name()))
    .raw(", ")
    .secret(&note)
    .raw(") ON CONFLICT (role) DO UPDATE SET verifier = excluded.verifier");
    Some(Statement::new(Form::Catalog, sql).with_state())
}
