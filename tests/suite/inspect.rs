//! `inspect`: what it writes where, and what it leaves out. That it goes there and back is shown by every case.

use crate::support::{self, Database, Run};
use std::fs;

fn inspected(db: &Database, args: &[&str]) -> String {
    Run::new(db).arg("inspect").args(args.iter().copied()).run().success().stdout
}

fn two_schemas() -> Database {
    let db = support::server().database();
    db.execute(
        "create table events (id int primary key); create table \"odd/../name\" (id int);
         create schema tenants; create table tenants.customers (id int primary key, name text);
         create table tenants.audit_log (id int); create table flyway_schema_history (id int)",
    );
    db
}

#[test]
fn a_split_file_is_in_sync_and_overwrites_nothing() {
    let db = two_schemas();
    for (split, wanted) in [("schema", "tenants.toml"), ("table", "customers.toml")] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("schema");
        let path = path.to_str().expect("a path");
        let saved = inspected(&db, &["--split", split, "--output", path]);
        assert!(saved.lines().count() > 1 && saved.contains(wanted), "{saved}");
        let inside = saved.lines().all(|line| fs::canonicalize(line).expect("a file").starts_with(path));
        assert!(inside, "{saved}");
        Run::new(&db)
            .args(["check", "--stateless", "--file", path])
            .run()
            .success()
            .stdout_contains("in sync");
        let before = fs::read_to_string(format!("{path}/schema.toml")).expect("a file");
        Run::new(&db)
            .args(["inspect", "--split", split, "--output", path])
            .run()
            .code(1)
            .stderr_contains("is there already; nothing was written");
        assert_eq!(before, fs::read_to_string(format!("{path}/schema.toml")).expect("a file"));
    }
    Run::new(&db).args(["inspect", "--split", "table"]).run().code(64).stderr_contains("--output FOLDER");
    Run::new(&db).args(["inspect", "--format", "json"]).run().code(64).stderr_contains("no other format");
}

#[test]
fn only_what_is_asked_for_is_written() {
    let db = two_schemas();
    let all = inspected(&db, &[]);
    assert!(
        all.contains("# left alone: table public.flyway_schema_history, the bookkeeping of Flyway"),
        "{all}"
    );
    let tenants = inspected(&db, &["--only", "tenants.*", "--exclude", "audit_*"]);
    assert!(tenants.contains("[schemas.tenants.tables.customers.columns]"), "{tenants}");
    assert!(!tenants.contains("audit_log") && !tenants.contains("events"), "{tenants}");
    let but = inspected(&db, &["--exclude", "tenants"]);
    assert!(but.contains("[tables.events.columns]") && !but.contains("tenants"), "{but}");
}

/// The tool's own schema may have another name.
#[test]
fn the_tools_own_schema_is_not_written() {
    for name in ["pgreconcile", "of the tool"] {
        let db = support::server().database();
        let file = format!("[reconcile]\nstate_schema = \"{name}\"\n[tables.t.columns]\nid = \"int\"\n");
        Run::new(&db).file(&file).arg("apply").run().success();
        let file = inspected(&db, &[]);
        assert!(file.contains("[tables.t.columns]") && !file.contains("quarantine"), "{file}");
    }
}

#[test]
fn an_empty_database_is_a_file_that_declares_nothing() {
    let db = support::server().database();
    assert_eq!(inspected(&db, &[]).trim(), "[reconcile]");
}

/// The server keeps options of views as they were written, and takes any beginning of a word.
#[test]
fn switches_mean_what_the_server_takes_them_for() {
    let db = support::server().database();
    db.execute(
        "create table t (a int);
         create view one with (security_barrier = 1) as select a from t;
         create view two with (security_barrier = 'On', check_option = 'LOCAL') as select a from t;
         create view three with (security_barrier = 'ye') as select a from t;
         create view four with (security_barrier = 'of') as select a from t;
         create materialized view five with (toast.autovacuum_enabled = false) as select ''::text as b from t",
    );
    let file = inspected(&db, &[]);
    assert_eq!(file.matches("security_barrier = true").count(), 3, "{file}");
    assert!(file.contains("check_option = \"local\""), "{file}");
    assert!(file.contains("\"toast.autovacuum_enabled\" = false"), "{file}");
    let check = ["check", "--stateless", "--allow", "prune"];
    Run::new(&db).file(&file).args(check).run().success();
    let fresh = support::server().database();
    Run::new(&fresh).file(&file).arg("apply").run().success();
    Run::new(&fresh).file(&file).arg("apply").run().success().stdout_contains("in sync");
}

/// Who inspects is nobody that the database speaks of.
#[test]
fn the_current_user_is_written_only_where_it_is_named() {
    let db = support::server().database();
    let reader = support::unique("reader");
    db.execute(&format!(
        "create role {reader}; alter default privileges in schema public grant select on tables to {reader}"
    ));
    let file = inspected(&db, &[]);
    assert!(file.contains(&format!("to = \"{reader}\"")) && !file.contains("postgres"), "{file}");
    Run::new(&db).file(&file).args(["check", "--stateless", "--allow", "prune"]).run().success();
    db.drop_roles(&reader).expect("nobody else uses it");
}

/// An owner that a file gives is trusted by whoever applies it.
#[test]
fn owners_that_nobody_vouches_for_are_named() {
    for server in support::servers() {
        let db = server.database();
        let (mallory, said) = (support::unique("mallory"), "whoever applies it trusts that role");
        db.execute(&format!(
            "create role {mallory}; create table ours (id int); create schema hers authorization {mallory};
             create table hers.t (id int); create materialized view hers.m as select 1 as one;
             alter materialized view hers.m owner to {mallory}"
        ));
        let warning = format!("`owner = \"{mallory}\"` of 2 objects, and {said}");
        let outcome = Run::new(&db).arg("inspect").run().success().stderr_contains(&warning);
        let first = outcome.stdout.lines().next().unwrap_or_default();
        assert!(first.starts_with('#') && first.contains(&warning), "{}", outcome.stdout);
        assert_eq!(outcome.stdout.matches(said).count(), 1, "{}", outcome.stdout);
        db.execute(&format!("alter role {mallory} superuser"));
        Run::new(&db).arg("inspect").run().success().stderr_lacks(said).stdout_lacks(said);
        db.execute(&format!("alter role {mallory} nosuperuser; drop owned by {mallory} cascade"));
        db.drop_roles(&mallory).expect("nobody else uses it");
    }
}

/// A database with nothing in it gives a file that says so, and that can be applied.
#[test]
fn nothing_is_said_too() {
    for server in support::servers() {
        let db = server.database();
        let file = Run::new(&db).arg("inspect").run().success().stdout;
        for args in [["validate"], ["apply"], ["check"]] {
            Run::new(&db).file(&file).args(args).run().success();
        }
        db.execute("create table beyond (id int)");
        Run::new(&db).file(&file).args(["apply", "--allow", "prune,drop_table"]).run().success();
        assert_eq!(db.scalar("select to_regclass('beyond') is null"), "t");
        Run::new(&db).file("# cut off\n").arg("apply").run().code(5);
    }
}

/// Policies that are not in force, and those of a table that says so, come back as they are, whatever the other database has.
#[test]
fn row_security_goes_there_and_back() {
    let tables = "create table void (id int); create policy p on void using (true);
                  create table open (id int); create table guarded (id int);
                  create policy p on guarded using (true)";
    for server in support::servers() {
        let (one, other) = (server.database(), server.database());
        one.execute(&format!("{tables}; alter table guarded enable row level security"));
        other.execute(&format!(
            "{tables}; alter table void enable row level security; alter table open enable row level security;
             alter table open force row level security"
        ));
        let file = inspected(&one, &[]);
        Run::new(&other).file(&file).args(["apply", "--allow", "all,prune"]).run().success();
        assert_eq!(inspected(&other, &[]), file);
    }
}
