//! Mallory writes texts that are larger than anybody needs: no look ends with them, and what is not read is told.

use super::mallory::{self, Site, Tool};
use crate::support::{self, Cluster, Run};
use std::time::{Duration, Instant};

const FILE: &str = "[reconcile]\ndefault_schema = \"shop\"\n[tables.t.columns]\nid = \"int\"\n";

fn newest() -> Cluster {
    mallory::cluster(support::servers().last().expect("a server"))
}

/// A role needs nothing but LOGIN to set something for itself. As JSON, each of these characters is six.
#[test]
fn settings_of_a_role_that_the_file_does_not_declare_are_not_read() {
    let cluster = newest();
    let db = cluster.database();
    let site = Site::new(&db, &Tool::Superuser.role(&db));
    let set = "do $$ begin execute format('alter role %I set application_name = %L', current_user, repeat(e'\\x01', 190000000)); end $$";
    site.as_mallory(set);
    for arguments in [&["apply"][..], &["plan", "--force"], &["check", "--force"], &["inspect"]] {
        let outcome = site.run(FILE, arguments);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {}", outcome.stderr);
    }
    // Of one that it declares, and that is inspected, what is larger than that is not taken for a difference.
    let inspected = site.run(FILE, &["inspect"]);
    inspected.stderr_contains(&format!("the file cannot say all of role {}", site.mallory));
    let declared = format!("{FILE}[roles.{}.settings]\nwork_mem = \"64MB\"\n", site.mallory);
    assert_eq!(site.run(&declared, &["apply"]).code, Some(0));
    assert_eq!(site.run(&declared, &["check", "--force"]).code, Some(0));
}

const TEXTS: &[(&str, &str)] = &[
    (
        "create table shop.z(); do $$ begin execute format('comment on table shop.z is %L', repeat('x', 11000000)); end $$",
        "comment on table shop.z",
    ),
    (
        "do $$ begin execute format('create function shop.z() returns int language plpgsql as %L', repeat(' ', 11000000) || 'begin return 1; end'); end $$",
        "function shop.z()",
    ),
    (
        "do $$ begin execute format('create view shop.z as select %L::text as x', repeat('x', 11000000)); end $$",
        "view shop.z",
    ),
    (
        "do $$ begin execute format('create table shop.z (n text default %L, check (n <> %1$L))', repeat('x', 11000000)); end $$",
        "table shop.z",
    ),
];

/// What is too large is told by its name and its owner; it is left alone, and the look goes on.
#[test]
fn what_is_too_large_to_read_is_told_and_left_alone() {
    let cluster = newest();
    for (sql, what) in TEXTS {
        let db = cluster.database();
        let site = Site::new(&db, &Tool::Owner.role(&db));
        site.as_tool(&format!("grant create, usage on schema shop to {}", site.mallory));
        site.as_mallory(sql);
        for arguments in [&["apply"][..], &["plan"], &["check"], &["inspect"]] {
            let outcome = site.run(FILE, arguments);
            assert_eq!(outcome.code, Some(0), "{what}, {arguments:?}: {}", outcome.stderr);
            let told = format!("{what} of role `{}`", site.mallory);
            outcome.stderr_contains(&told).stderr_contains("is not read: it is ");
        }
        // What the file declares must be read, and a comment can be said anew.
        let vouched = FILE.replace("[tables", &format!("owners = [\"{}\"]\n[tables", site.mallory));
        let declared = match *what {
            "comment on table shop.z" => continue,
            "function shop.z()" => {
                "[functions]\n\"z()\" = { returns = \"int\", language = \"plpgsql\", body = \"begin return 1; end\" }\n"
            }
            "view shop.z" => "[views]\nz = \"select 'x'::text as x\"\n",
            _ => "[tables.z.columns]\nn = \"text\"\n",
        };
        for command in ["plan", "check", "apply"] {
            let outcome = site.run(&format!("{vouched}{declared}"), &[command]).code(1);
            outcome
                .stderr_contains(&format!("{what} of role `{}`", site.mallory))
                .stderr_contains("nothing was executed");
        }
    }
}

/// Each view of hers is one text that is searched for what it calls.
const VIEWS: &str = "do $$ begin for i in 1..6 loop
    execute format('create view m.v%s as select %L::text as x', i, repeat('x', 12000000)); end loop; end $$";

/// None of these is too long, but all of them are.
const MORE_VIEWS: &str = "do $$ begin for i in 1..250 loop
    execute format('create view m.w%s as select %L::text as x', i, repeat('x', 240000)); end loop; end $$";

#[test]
fn large_views_of_hers_hold_up_nobody() {
    let cluster = newest();
    for views in [VIEWS, MORE_VIEWS] {
        let db = cluster.database();
        let site = Site::new(&db, &Tool::Owner.role(&db));
        let look = || {
            let start = Instant::now();
            assert_eq!(site.run(FILE, &["check", "--stateless"]).code, Some(2));
            start.elapsed()
        };
        let without = look();
        site.as_mallory(views);
        let with = look();
        assert!(with < without + Duration::from_millis(1500), "{without:?} became {with:?}");
    }
}

/// Everything else that has texts, and how it is called; the text is what `%L` stands for.
const EVERYWHERE: &[(&str, &str)] = &[
    ("create domain shop.d as text default %L", "type shop.d"),
    ("create domain shop.dc as text check (value <> %L)", "type shop.dc"),
    ("create table shop.pol (n text); create policy p on shop.pol using (n <> %L)", "table shop.pol"),
    (
        "create table shop.tr (n text); create function shop.f() returns trigger language plpgsql as 'begin return new; end'; \
         create trigger t before update on shop.tr for each row when (new.n <> %L) execute function shop.f()",
        "table shop.tr",
    ),
    ("create table shop.pt (n text) partition by list ((n || %L))", "table shop.pt"),
    (
        "create table shop.ru (n text); create rule r as on delete to shop.ru where old.n = %L do instead nothing",
        "table shop.ru",
    ),
    (
        "create function shop.de(a text default %L) returns text language sql as 'select a'",
        "function shop.de(pg_catalog.text)",
    ),
    ("create foreign data wrapper w; create server sv foreign data wrapper w options (o %L)", "server sv"),
    ("create user mapping for public server plain options (o %L)", "user mapping public on server plain"),
    ("create foreign table shop.ft (n int) server plain options (o %L)", "foreign table shop.ft"),
    (
        "create table shop.co (n int constraint k check (n > 0)); comment on constraint k on shop.co is %L",
        "comment on table constraint k on shop.co",
    ),
    ("create table shop.cl (n int); comment on column shop.cl.n is %L", "comment on table column shop.cl.n"),
    ("create publication pb; comment on publication pb is %L", "comment on publication pb"),
    ("comment on schema shop is %L", "comment on schema shop"),
];

#[test]
fn every_text_of_the_catalog_is_measured() {
    let servers = support::servers();
    for server in [servers.first(), servers.last()].into_iter().flatten() {
        let cluster = mallory::cluster(server);
        let db = cluster.database();
        db.execute(
            "create schema shop; create schema elsewhere; create foreign data wrapper plain; create server plain foreign data wrapper plain;
             do $$ begin execute format('comment on schema elsewhere is %L', 'short'); end $$;
             do $$ begin execute format('create view elsewhere.v as select %L::text as x', repeat('x', 11000000)); end $$",
        );
        for (sql, _) in EVERYWHERE {
            let sql = sql.replace('\'', "''");
            db.execute(&format!("do $do$ begin execute format('{sql}', repeat('x', 11000000)); end $do$"));
        }
        let outcome = Run::new(&db).file(FILE).args(["plan", "--stateless"]).run().success();
        let told = EVERYWHERE.iter().fold(outcome, |outcome, (_, what)| {
            outcome.stderr_contains(&format!("{what} of role `postgres` is not read: it is "))
        });
        let told = told.stderr_lacks("elsewhere");
        assert_eq!(told.stderr.matches("is not read").count(), EVERYWHERE.len(), "{}", told.stderr);
    }
}

/// What the server can keep it cannot always print.
#[test]
fn what_of_hers_cannot_be_printed_is_not_asked_for() {
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let db = cluster.database();
        let site = Site::new(&db, &Tool::Owner.role(&db));
        site.as_tool(&format!(
            "create table shop.t (id int); grant create, usage on schema shop to {}",
            site.mallory
        ));
        let deep = |n: usize| {
            format!("create view shop.deep as select {}1{} as x", "(select ".repeat(n), ")".repeat(n))
        };
        let as_mallory =
            |sql: &str| db.try_execute(&format!("set session authorization {}; {sql}", site.mallory));
        let is_made = (10..30).rev().any(|n| as_mallory(&deep(n * 100)).is_ok());
        assert!(is_made, "none of them is taken");
        let file = "[reconcile]\ndefault_schema = \"shop\"\n[tables.t.columns]\nid = \"int\"\n";
        for command in ["check", "plan", "apply"] {
            site.run(file, &[command]).success().stdout_contains("view shop.deep is not declared");
        }
        site.run(file, &["plan", "--allow", "prune"]).success().stdout_contains("DROP VIEW shop.deep");
    }
}

/// A name that cannot be said in UTF-8 ends every look; who may have it is named.
#[test]
fn names_of_hers_that_cannot_be_said_are_told_by_her_name() {
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let (name, role) = (support::unique("ascii"), support::unique("mallory"));
        let create = format!(
            "create database {name} encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0"
        );
        cluster.connect("postgres").batch_execute(&create).expect("a database");
        let mut client = cluster.connect(&name);
        let hers = format!(
            "create role {role}; create schema m authorization {role}; set role {role};
             do $$ begin execute format('create function m.%I() returns int language sql as %L', 'x' || chr(129), 'select 1'); end $$"
        );
        client.batch_execute(&hers).expect("a function of hers");
        drop(client);
        for command in ["check", "apply"] {
            let run = Run::offline().file("[tables.t.columns]\nid = \"int\"\n").arg(command);
            run.env("DATABASE_URL", cluster.url(&name))
                .run()
                .code(1)
                .stderr_contains(&role)
                .stderr_contains("UTF-8");
        }
    }
}
