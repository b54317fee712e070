//! Mallory writes texts that are larger than anybody needs: no look ends with them, and what is not read is told.

use super::mallory::{self, Site, Tool};
use crate::support::{self, Cluster};
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
