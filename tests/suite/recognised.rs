//! A database in which nothing has changed is recognised by its fingerprint; whatever changes is seen.

use crate::support::{self, Run, portal::Portal, unique};
use pgreconcile::kind::{Kind, Place, Registry, Server};
use pgreconcile::model::Address;
use pgreconcile::pg::ServerVersion;
use pgreconcile::state::fingerprint;
use std::collections::BTreeSet;

/// Changes behind the tool's back, one for each catalog that the fingerprint covers, and what the next run does about it.
const CHANGES: &[(&str, &str)] = &[
    ("alter table events alter city type varchar(80)", "done:"),
    ("alter table events alter time_zone drop default", "done:"),
    ("alter table events alter name drop not null", "done:"),
    ("alter table events drop constraint events_capacity_check", "done:"),
    ("drop index events_city_idx", "done:"),
    ("drop trigger touch_updated_at on admins", "done:"),
    (
        "create or replace function touch_updated_at() returns trigger language plpgsql as 'begin return new; end'",
        "done:",
    ),
    ("comment on table events is 'something else'", "done:"),
    ("revoke select on events from {role}", "done:"),
    ("alter default privileges in schema public revoke select on tables from {role}", "done:"),
    ("alter role {role} connection limit 3", "done:"),
    ("delete from sync_metadata where operation = 'events'", "done:"),
    ("drop extension \"uuid-ossp\" cascade", "done:"),
    ("alter type sync_status add value 'odd'", "needs `narrow`"),
    ("create table mine (id int)", "drift: table public.mine"),
];

#[test]
fn every_change_is_seen_and_no_change_is_recognised() {
    for server in [support::server(), &support::servers()[support::servers().len() - 1]] {
        for (change, outcome) in CHANGES {
            let portal = Portal::empty(server);
            portal.run(["apply"]).run().success();
            portal.run(["apply"]).run().success().stdout_contains("in sync: nothing to do");
            let seen = "select count(*) from pgreconcile.seen";
            assert_eq!(portal.db.scalar(seen), "1");
            portal.db.execute("analyze; create temp table passing (id int)");
            portal.db.execute(&change.replace("{role}", &portal.role));
            let next = portal.run(["apply"]).run();
            let told = format!("{}{}", next.stdout, next.stderr);
            assert!(told.contains(outcome), "{change} on PostgreSQL {}: {told}", server.major());
        }
        let portal = Portal::empty(server);
        portal.run(["apply"]).run().success();
        portal.run(["apply"]).run().success();
        let other = portal.run(["apply"]).env("ADMIN_CONSOLE_PASSWORD", "another one").run().success();
        other.stdout_contains("1 changed");
        let stored = portal.db.column("select secrets from pgreconcile.seen");
        assert!(
            stored.iter().all(|text| text.len() == 32 + 1 + 44 && !text.contains("another")),
            "{stored:?}"
        );
    }
}

/// The fingerprint of one catalog is another one with another salt, which only the tool's own schema knows; and what
/// changes in place is seen whatever was there.
#[test]
fn the_fingerprint_is_salted() {
    for server in support::servers() {
        let db = server.database();
        let file = "[functions]\n\"f()\" = { returns = \"int\", language = \"sql\", body = \"select 1\" }\n";
        let run = || Run::new(&db).file(file).arg("apply").run().success();
        run();
        run();
        let value = "select value from pgreconcile.seen";
        let first = db.scalar(value);
        db.execute("update pgreconcile.shape set salt = salt + 1");
        run();
        let second = db.scalar(value);
        assert_ne!(first, second, "PostgreSQL {}", server.major());
        db.execute("update pgreconcile.shape set salt = salt - 1");
        run();
        assert_eq!(db.scalar(value), first, "PostgreSQL {}", server.major());
        assert!(
            !db.log().contains(&db.scalar("select salt from pgreconcile.shape")),
            "the salt is sent nowhere"
        );
        db.execute("create or replace function f() returns int language sql as 'select 2'");
        run().stdout_contains("1 changed");
    }
}

/// What no catalog of the fingerprint holds is asked for at every run, whether it is to be there or not.
#[test]
fn custom_objects_are_asked_for_at_every_run() {
    for (absent, change) in [(false, "drop statistics odd"), (true, "create statistics odd on a, b from t")] {
        let db = support::server().database();
        let file = format!(
            "[tables.t.columns]\na = \"int\"\nb = \"int\"\n[[custom]]\nname = \"odd\"\nabsent = {absent}\n\
             probe = \"select exists (select from pg_statistic_ext where stxname = 'odd')\"\n\
             create = \"create statistics odd on a, b from t\"\ndrop = \"drop statistics odd\"\n"
        );
        for _ in 0..3 {
            Run::new(&db).file(&file).arg("apply").run().success();
        }
        Run::new(&db).file(&file).arg("apply").run().success().stdout_contains("in sync: nothing to do");
        db.execute(change);
        Run::new(&db).file(&file).arg("apply").run().success().stdout_contains("by 1 statement");
    }
}

/// Kinds that the portal does not have, and changes that touch no catalog but their own.
const RARER: &str = r#"
[enums]
mood = ["ok", "odd"]

[sequences.numbers]
increment = 2

[tables.notes]
row_security = true
[tables.notes.columns]
id = { type = "bigint", identity = "always", primary_key = true }
body = { type = "text", default = "'x'" }
[tables.notes.policies.own]
using = "body <> ''"
[tables.notes.rules.quiet]
event = "delete"
instead = true

[views.short]
query = "select id from notes"

[views.short.comments]
id = "the key"

[foreign_data_wrappers.elsewhere]
[servers]
archive = "elsewhere"
[tables.past]
server = "archive"
options = { a = "1" }
[tables.past.columns]
id = { type = "int", foreign_options = { b = "2" } }

[operator_families.numbers.members]
"operator 1 (int4, int8)" = "<"

[publications]
p = ["notes"]

[text_search_configurations.plain.mappings]
asciiword = ["simple"]

[[grants]]
to = "{role}"
on = "table notes"
privileges = ["select"]
"#;

const RARER_CHANGES: &[(&str, &str)] = &[
    ("alter type mood add value 'new'", "done:"),
    ("alter sequence numbers increment 3", "done:"),
    ("alter sequence notes_id_seq increment 3", "drift:"),
    ("alter table notes alter body set default 'y'", "done:"),
    ("alter policy own on notes rename to another", "done:"),
    ("alter table notes disable rule quiet", "done:"),
    ("create or replace view short as select id from notes where id > 0", "done:"),
    ("comment on column short.id is 'another'", "done:"),
    ("alter foreign table past options (set a '2')", "done:"),
    ("alter foreign table past alter id options (set b '3')", "done:"),
    ("alter operator family numbers using btree drop operator 1 (int4, int8)", "done:"),
    ("alter publication p drop table notes", "done:"),
    ("alter text search configuration plain alter mapping for asciiword with english_stem", "done:"),
    ("alter role {role} rename to {role}_gone", "role \"{role}\" does not exist"),
];

#[test]
fn changes_of_rarer_kinds_are_seen() {
    for server in [support::server(), &support::servers()[support::servers().len() - 1]] {
        for (change, outcome) in RARER_CHANGES {
            let db = server.database();
            let role = unique("reader");
            db.execute(&format!("create role {role}"));
            let named = |text: &str| text.replace("{role}", &role);
            let file = named(RARER);
            let run = || Run::new(&db).file(&file).args(["apply"]).run();
            run().success();
            run().success();
            run().success().stdout_contains("in sync: nothing to do");
            assert_eq!(db.scalar("select count(*) from pgreconcile.seen"), "1", "recognised at all");
            db.execute(&named(change));
            let next = run();
            let told = format!("{}{}", next.stdout, next.stderr);
            assert!(told.contains(&named(outcome)), "{change} on PostgreSQL {}: {told}", server.major());
        }
    }
}

/// Catalogs that rooms read and that the fingerprint leaves out: what changes there changes a row of another one too.
const ANSWERED_FOR: &[&str] =
    &["pg_aggregate", "pg_am", "pg_attrdef", "pg_depend", "pg_inherits", "pg_partitioned_table", "pg_range"];

/// Catalogs that rooms read for other objects, as for their names; where those are declared, they are looked at.
const FOR_NAMES: &[&str] = &[
    "pg_amop",
    "pg_cast",
    "pg_collation",
    "pg_database",
    "pg_extension",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_foreign_table",
    "pg_language",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_roles",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
];

/// Names of schemas and roles, the beginnings of others, and what is asked only of an index that is not valid: while there is
/// one, the database is not in sync.
const NO_CATALOGS: &[&str] = &["pg_", "pg_database_owner", "pg_attver", "pg_catalog", "pg_temp", "pg_locks"];

/// A server of the newest major, as the queries of the rooms are written for it.
fn newest(registry: &Registry) -> Server {
    Server {
        time_zone: "UTC".to_string(),
        version: ServerVersion(180_000),
        user: "u".into(),
        database: "d".into(),
        superuser: true,
        in_recovery: false,
        owners: Vec::new(),
        schemas: vec!["public".into()],
        seats: registry.iter().filter_map(Kind::seat).collect(),
        shared: None,
        unread: Vec::new(),
        vacant: BTreeSet::new(),
        catalogs: BTreeSet::new(),
        spoken: BTreeSet::new(),
        elsewhere: BTreeSet::new(),
        started: String::new(),
        remembers: true,
        plain_state: true,
        state: None,
        closed: None,
        outdated: false,
    }
}

/// Without an order, the same database would be planned for in another one from time to time.
#[test]
fn every_query_of_a_room_has_an_order() {
    let registry = pgreconcile::kinds::registry();
    let server = newest(&registry);
    for kind in registry.iter() {
        let query = kind.catalog(&server).unwrap_or_default();
        // What stands in no parentheses and in no string.
        let mut depth = 0;
        let mut outermost = String::new();
        for text in query.split('\'').step_by(2) {
            for c in text.chars() {
                depth += i32::from(c == '(') - i32::from(c == ')');
                outermost.extend(Some(c).filter(|_| depth == 0));
            }
        }
        assert!(query.is_empty() || outermost.contains(" ORDER BY "), "{}: {query}", kind.doc().name);
    }
}

#[test]
fn every_catalog_that_a_room_reads_is_looked_at() {
    let registry = pgreconcile::kinds::registry();
    let server = newest(&registry);
    let known = |name: &str| fingerprint::WHERE_DECLARED.iter().any(|catalog| catalog.name == name);
    let always = |name: &str| fingerprint::ALWAYS.iter().any(|catalog| catalog.name == name);
    for kind in registry.iter() {
        let at = Address::new(kind.doc().name, ["public", "t", "x"]);
        let class = kind.seat().map(|seat| seat.class);
        let own: Vec<&str> = kind.catalogs(&at).iter().copied().chain(class).collect();
        let about = matches!(kind.doc().place, Place::OnAny(_) | Place::TopList(_));
        let query = kind.catalog(&server).unwrap_or_default();
        let relations: BTreeSet<&str> = query
            .split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| word.starts_with("pg_") && !word.ends_with(['(', '.']))
            .map(|word| word.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_')))
            .collect();
        for name in own.iter().filter(|name| !always(name)) {
            assert!(known(name), "{}: no fingerprint of {name}", kind.doc().name);
        }
        for name in relations {
            let left_out = [ANSWERED_FOR, FOR_NAMES, NO_CATALOGS].concat().contains(&name);
            let seen = always(name) || own.contains(&name) || about && known(name);
            assert!(left_out || seen, "{} reads {name}, and the fingerprint does not", kind.doc().name);
        }
    }
}
