//! Privileges on objects. A kind about any address: who has them is the name, what they are on is the subject.

use crate::delta::{Alteration, Change, Show};
use crate::kind::{Cx, Doc, Item, Place, Rank, Room, Row, Server, Undeclared};
use crate::model::{Address, Entry, Model, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Span};
use crate::sql::{Consent, Form, ident, literal, not_of_extension, qualified};
use crate::statement::{Statement, Step};
use std::collections::BTreeMap;

/// The room.
pub struct Grant;

/// The privileges that one role has on one object, each with whether it may pass it on. A privilege on a column
/// reads `select (email)`.
#[derive(Debug, Clone)]
pub struct Body {
    privileges: BTreeMap<String, bool>,
}

/// Sorts of objects that have privileges, as the file writes them, and the kind of address that each becomes.
const SORTS: &[(&str, &str)] = &[
    ("all tables in schema", "all tables"),
    ("all sequences in schema", "all sequences"),
    ("all functions in schema", "all functions"),
    ("table", "table"),
    ("view", "view"),
    ("materialized view", "materialized view"),
    ("sequence", "sequence"),
    ("function", "function"),
    ("schema", "schema"),
    ("type", "enum"),
    ("domain", "domain"),
    ("database", "database"),
];

static DOC: Doc = Doc {
    name: "grant",
    summary: "Privileges of a role on an object, on columns of a table, or on all tables of a schema. Privileges that \
              the file does not name are drift, and are taken away only with consent `revoke` or `prune`.",
    manual: "sql-grant",
    place: Place::TopList("grants"),
    rank: Rank::Privilege,
    main_key: None,
    keys: &[
        KeyDoc::new("to", Shape::Names, "the roles; `public` for everyone"),
        KeyDoc::new(
            "on",
            Shape::Names,
            "the objects: `table events`, `view v`, `schema tenants`, `sequence s`, `function f(int)`, `type t`, `domain d`, `database`, \
             `all tables in schema public`; a bare name is a table",
        ),
        KeyDoc::new(
            "privileges",
            Shape::Names,
            "the privileges, as in SQL: `select`, `update (name)`, `all`",
        ),
        KeyDoc::new("with_grant_option", Shape::Boolean, "may be passed on"),
    ],
    example: "[roles.reader]\n\n[tables.events.columns]\nid = \"bigint\"\nname = \"text\"\n\n[[grants]]\n\
              to = \"reader\"\non = \"table events\"\nprivileges = [\"select\", \"update (name)\"]\n",
};

impl Room for Grant {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let option = reader.flag("with_grant_option");
        let grantees = reader.strings("to");
        let objects = reader.strings("on");
        let words = reader.strings("privileges");
        for key in ["to", "on", "privileges"] {
            if !reader.has(key) {
                let span = reader.span();
                reader.problems().add(span, format!("`{key}` is missing"));
            }
        }
        for (object, span) in &objects {
            let Some(subject) = subject(item, object, *span) else { continue };
            let mut privileges = BTreeMap::new();
            for (word, _) in &words {
                privileges.extend(spell(word, subject.kind).into_iter().map(|name| (name, option)));
            }
            for (grantee, _) in &grantees {
                item.need(Address::new("role", [grantee]));
                item.need(subject.clone());
                let address = Address::about(DOC.name, [grantee], subject.clone());
                item.declare_at(address, Body { privileges: privileges.clone() });
            }
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let ours = server.in_schemas("n.nspname");
        let branch =
            |kind: &str, name: &str, column: &str, from: &str, acl: &str, owner: &str, also: &str| {
                format!(
                    "SELECT {kind} AS kind, n.nspname AS schema, {name} AS name, {column} AS column, \
                 CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee) END AS grantee, \
                 lower(x.privilege_type) AS privilege, x.is_grantable AS grantable \
                 FROM {from}, aclexplode({acl}) x WHERE {acl} IS NOT NULL AND x.grantee <> {owner} AND {also}"
                )
            };
        let relation = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace";
        let sort = "CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' \
                    ELSE 'table' END";
        let own = not_of_extension("pg_class", "c.oid");
        let plain = format!("{ours} AND {own} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')");
        let of_column =
            format!("{relation} JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped");
        let routine = "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace";
        let of_routine = format!("{ours} AND {}", not_of_extension("pg_proc", "p.oid"));
        let types = "pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace";
        let of_type = format!("t.typtype IN ('e', 'd') AND {ours}");
        let sort_of_type = "CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'enum' END";
        let database = "pg_database d LEFT JOIN pg_namespace n ON false";
        let called = "p.proname || '(' || oidvectortypes(p.proargtypes) || ')'";
        Some(
            [
                branch(sort, "c.relname", "NULL::name", relation, "c.relacl", "c.relowner", &plain),
                branch(sort, "c.relname", "a.attname", &of_column, "a.attacl", "c.relowner", &plain),
                branch("'schema'", "n.nspname", "NULL", "pg_namespace n", "n.nspacl", "n.nspowner", &ours),
                branch("'function'", called, "NULL", routine, "p.proacl", "p.proowner", &of_routine),
                branch(sort_of_type, "t.typname", "NULL", types, "t.typacl", "t.typowner", &of_type),
                branch(
                    "'database'",
                    "'database'",
                    "NULL",
                    database,
                    "d.datacl",
                    "d.datdba",
                    "d.datname = current_database()",
                ),
            ]
            .join(" UNION ALL "),
        )
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let (schema, name) = (row.text("schema"), row.text("name"));
        let subject = match row.text("kind") {
            "schema" => Address::new("schema", [schema]),
            "function" => Address::new("function", [schema, name]),
            "enum" => Address::new("enum", [schema, name]),
            "domain" => Address::new("domain", [schema, name]),
            "sequence" => Address::new("sequence", [schema, name]),
            "view" => Address::new("view", [schema, name]),
            "materialized view" => Address::new("materialized view", [schema, name]),
            "database" => Address::new("database", Vec::<String>::new()),
            _ => Address::new("table", [schema, name]),
        };
        let privilege = match row.get("column") {
            Some(column) => format!("{} ({})", row.text("privilege"), ident(column)),
            None => row.text("privilege").to_string(),
        };
        let address = Address::about(DOC.name, [row.text("grantee")], subject.clone());
        let grantable = row.flag("grantable");
        match out.model.get_mut(&address).and_then(|entry| (*entry.body).as_any_mut().downcast_mut::<Body>())
        {
            Some(body) => _ = body.privileges.insert(privilege, grantable),
            None => {
                let body = Body { privileges: BTreeMap::from([(privilege, grantable)]) };
                out.model.insert(Entry::new(address, body).needing(subject));
            }
        }
    }

    /// What is asked of all sequences or functions of a schema is asked of the server as a whole.
    fn probe(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Option<String> {
        let subject = at.subject()?;
        let (from, acl, owner) = match subject.kind {
            "all sequences" => (
                "pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace AND o.relkind = 'S'",
                "coalesce(o.relacl, acldefault('s', o.relowner))",
                "o.relowner",
            ),
            "all functions" => (
                "pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace AND o.prokind IN ('f', 'w')",
                "coalesce(o.proacl, acldefault('f', o.proowner))",
                "o.proowner",
            ),
            _ => return None,
        };
        if brings_more(subject, cx) {
            return None;
        }
        let grantee = match at.name() {
            "public" => "0::oid".to_string(),
            name => format!("(SELECT r.oid FROM pg_roles r WHERE r.rolname = {})", literal(name)),
        };
        let tests: Vec<String> = desired
            .privileges
            .iter()
            .map(|(privilege, option)| {
                let option = if *option { " AND x.is_grantable" } else { "" };
                let privilege = literal(privilege);
                format!(
                    "EXISTS (SELECT FROM aclexplode({acl}) x WHERE x.grantee = {grantee} \
                     AND lower(x.privilege_type) = {privilege}{option})"
                )
            })
            .collect();
        let schema = literal(subject.name());
        Some(format!(
            "SELECT coalesce(bool_and({owner} = {grantee} OR {}), true) AS held FROM {from} WHERE n.nspname = {schema}",
            tests.join(" AND ")
        ))
    }

    fn answer(&self, desired: &Body, rows: &[Row<'_>]) -> Option<Body> {
        rows.first().filter(|row| row.flag("held")).map(|_| desired.clone())
    }

    fn expand(&self, at: &Address, body: &Body, desired: &Model, observed: &Observed) -> Option<Vec<Entry>> {
        let subject = at.subject().filter(|subject| subject.kind == "all tables")?;
        let here = |address: &&Address| {
            matches!(address.kind, "table" | "view" | "materialized view")
                && address.schema() == subject.name()
        };
        let declared = desired.iter().filter(|entry| !entry.absent).map(|entry| &entry.address);
        let mut tables: Vec<&Address> = declared.filter(here).collect();
        tables.extend(observed.model.addresses().filter(here).filter(|address| !desired.contains(address)));
        let entries = tables.into_iter().map(|table| {
            let address = Address::about(DOC.name, [at.name()], table.clone());
            let role = Address::new("role", [at.name()]);
            Entry::new(address, body.clone()).needing(role).needing(table.clone())
        });
        Some(entries.collect())
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        grant(at, &known(&desired.privileges, cx))
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { privileges } = desired;
        let privileges = &known(privileges, cx);
        let lacks = |(name, option): &(&String, &bool)| {
            observed.privileges.get(*name).is_none_or(|there| **option && !there)
        };
        let missing: BTreeMap<String, bool> =
            privileges.iter().filter(lacks).map(|(name, option)| (name.clone(), *option)).collect();
        if !missing.is_empty() {
            let change = Change {
                attribute: "privileges",
                from: names(&observed.privileges).show(),
                to: names(privileges).show(),
            };
            out.note(change, grant(at, &missing));
        }
        let extra: BTreeMap<String, bool> = observed
            .privileges
            .iter()
            .filter(|(name, _)| !privileges.contains_key(*name))
            .map(|(name, option)| (name.clone(), *option))
            .collect();
        if extra.is_empty() {
            return;
        }
        let change = Change { attribute: "privileges", from: names(&extra).show(), to: None };
        if cx.allow.contains(&Consent::Revoke) || cx.allow.contains(&Consent::Prune) {
            out.note(change, revoke(at, &extra));
        } else {
            out.drift(change);
        }
    }

    fn drop(&self, at: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        revoke(at, &observed.privileges)
    }

    fn join(&self, one: &mut Body, other: &Body) -> bool {
        for (name, option) in &other.privileges {
            *one.privileges.entry(name.clone()).or_default() |= option;
        }
        true
    }

    fn undeclared(&self, at: &Address, _: &Body, desired: &Model) -> Undeclared {
        // PUBLIC has rights on these from the start.
        let implicit = at.subject().is_some_and(|subject| {
            matches!(subject.kind, "function" | "enum" | "domain" | "database" | "schema")
        });
        if at.subject().is_some_and(|subject| is_general(at, subject, desired)) {
            return Undeclared::Ignore;
        }
        let known = desired.contains(&Address::new("role", [at.name()]));
        if known || at.name() == "public" && !implicit { Undeclared::Drift } else { Undeclared::Ignore }
    }
}

/// Whether the file speaks of all functions or sequences of the subject's schema at once.
fn is_general(at: &Address, subject: &Address, desired: &Model) -> bool {
    let all = match subject.kind {
        "function" => "all functions",
        "sequence" => "all sequences",
        _ => return false,
    };
    desired.contains(&Address::about(DOC.name, [at.name()], Address::new(all, [subject.schema()])))
}

/// Whether the file brings functions or sequences into the schema that are not there yet.
fn brings_more(subject: &Address, cx: &Cx<'_>) -> bool {
    let here = cx.desired.iter().filter(|entry| !entry.absent && entry.address.path().len() > 1);
    here.filter(|entry| entry.address.schema() == subject.name()).any(|entry| {
        let at = &entry.address;
        match (subject.kind, at.kind) {
            ("all functions", "function") => !cx.observed.model.contains(at),
            ("all sequences", "column") => {
                let numbered = cx.attribute(at, "numbered");
                numbered.is_some() && cx.observed_attribute(at, "numbered").is_none()
            }
            ("all sequences", "sequence") => !cx.observed.model.contains(at),
            _ => false,
        }
    })
}

/// The privileges that the server knows: `all` says MAINTAIN too, which there is from 17 on.
fn known(privileges: &BTreeMap<String, bool>, cx: &Cx<'_>) -> BTreeMap<String, bool> {
    let maintain = cx.server.has(Feature::MaintainPrivilege);
    let list = privileges.iter().filter(|(name, _)| maintain || *name != "maintain");
    list.map(|(name, option)| (name.clone(), *option)).collect()
}

fn names(privileges: &BTreeMap<String, bool>) -> Vec<String> {
    privileges.keys().cloned().collect()
}

/// The object that a person names after `on`.
fn subject(item: &mut Item<'_>, text: &str, span: Span) -> Option<Address> {
    let lower = text.to_lowercase();
    let (kind, name) = SORTS
        .iter()
        .find_map(|(words, kind)| {
            let rest = lower.strip_prefix(words)?;
            (rest.is_empty() || rest.starts_with(' ')).then(|| (*kind, text[words.len()..].trim()))
        })
        .unwrap_or(("table", text.trim()));
    if name.is_empty() && kind != "database" {
        item.problems.add(span, format!("`{text}` names no object"));
        return None;
    }
    let (schema, bare) = item.resolve(name);
    Some(match kind {
        "database" => Address::new("database", Vec::<String>::new()),
        "schema" | "all tables" | "all sequences" | "all functions" => Address::new(kind, [bare]),
        "table" | "view" | "materialized view" => {
            let relation = Address::new(kind, [schema, bare]);
            item.refer(relation.clone(), span);
            relation
        }
        kind => Address::new(kind, [schema, bare]),
    })
}

/// The privileges that one word of the file stands for, as the catalog spells them.
fn spell(word: &str, kind: &str) -> Vec<String> {
    let lower = word.trim().to_lowercase();
    if let Some((privilege, columns)) = lower.split_once('(') {
        let start = word.trim().len() - columns.len();
        let columns = word.trim()[start..].trim_end_matches(')').split(',');
        let column = |name: &str| ident(name.trim().trim_matches('"'));
        return columns.map(|name| format!("{} ({})", privilege.trim(), column(name))).collect();
    }
    if lower != "all" && lower != "all privileges" {
        return vec![lower];
    }
    let all: &[&str] = match kind {
        "table" | "view" | "materialized view" | "all tables" => {
            &["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"]
        }
        "sequence" | "all sequences" => &["usage", "select", "update"],
        "schema" => &["usage", "create"],
        "database" => &["create", "connect", "temporary"],
        "function" | "all functions" => &["execute"],
        _ => &["usage"],
    };
    all.iter().map(|name| (*name).to_string()).collect()
}

/// `TABLE public.events`, as GRANT names the subject.
fn phrase(subject: &Address) -> String {
    let name = subject.name();
    match subject.kind {
        "schema" => format!("SCHEMA {}", ident(name)),
        "all tables" | "all sequences" | "all functions" => {
            format!("{} IN SCHEMA {}", subject.kind.to_uppercase(), ident(name))
        }
        "function" => {
            let (bare, types) = name.split_once('(').unwrap_or((name, ")"));
            format!("FUNCTION {}({types}", qualified(subject.schema(), bare))
        }
        "enum" => format!("TYPE {}", qualified(subject.schema(), name)),
        "domain" => format!("DOMAIN {}", qualified(subject.schema(), name)),
        "sequence" => format!("SEQUENCE {}", qualified(subject.schema(), name)),
        _ => format!("TABLE {}", qualified(subject.schema(), name)),
    }
}

fn statement(at: &Address, verb: &str, privileges: &[&String], link: &str, tail: &str) -> Option<String> {
    let subject = at.subject()?;
    let list: Vec<String> = privileges
        .iter()
        .map(|name| match name.split_once(' ') {
            Some((privilege, column)) => format!("{} {column}", privilege.to_uppercase()),
            None => name.to_uppercase(),
        })
        .collect();
    let who = if at.name() == "public" { "PUBLIC".to_string() } else { ident(at.name()) };
    let list = list.join(", ");
    if subject.kind == "database" {
        // The name of the database is the server's to know.
        let text = format!("{verb} {list} ON DATABASE %I {link} {}{tail}", who.replace('%', "%%"));
        return Some(format!("DO $$ BEGIN EXECUTE format({}, current_database()); END $$", literal(&text)));
    }
    Some(format!("{verb} {list} ON {} {link} {who}{tail}", phrase(subject)))
}

fn grant(at: &Address, privileges: &BTreeMap<String, bool>) -> Vec<Step> {
    let mut steps = Vec::new();
    for option in [false, true] {
        let these: Vec<&String> =
            privileges.iter().filter(|(_, with)| **with == option).map(|(name, _)| name).collect();
        if !these.is_empty() {
            let tail = if option { " WITH GRANT OPTION" } else { "" };
            let sql = statement(at, "GRANT", &these, "TO", tail);
            steps.extend(sql.map(|sql| Statement::new(Form::Grant, sql).into()));
        }
    }
    steps
}

fn revoke(at: &Address, privileges: &BTreeMap<String, bool>) -> Vec<Step> {
    let these: Vec<&String> = privileges.keys().collect();
    let sql = statement(at, "REVOKE", &these, "FROM", "");
    sql.map(|sql| Statement::new(Form::Revoke, sql).into()).into_iter().collect()
}
