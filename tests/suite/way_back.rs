//! The way back to the file of an earlier run, and what only a development database may suffer.

use std::fs;

use crate::support::{self, Database, Outcome, Run};

const FIRST: &str =
    "[tables.events.columns]\nid = { type = \"bigint\", primary_key = true }\nname = \"text\"\n";
const SECOND: &str = "[tables.events.columns]\nid = { type = \"bigint\", primary_key = true }\n\
                      name = { type = \"text\", default = \"'x'\", comment = \"what it is called\" }\nseats = \"int\"\n\
                      [tables.events.indexes]\nevents_name_idx = [\"name\"]\n\
                      [tables.people.columns]\nid = \"bigint\"\nevent = { type = \"bigint\", references = \"events\" }\n";

#[track_caller]
fn run(db: &Database, file: &str, args: &[&str]) -> Outcome {
    Run::new(db).file(file).args(args.iter().copied()).run()
}

#[test]
fn rollback_drops_what_later_runs_created_and_nothing_else() {
    for server in support::servers() {
        let db = server.database();
        run(&db, FIRST, &["apply"]).success();
        let before = db.dump();
        run(&db, SECOND, &["apply"]).success();
        db.execute("create table mine (id int); insert into events values (1, 'a', 7)");

        let refused = run(&db, SECOND, &["rollback"]).code(3);
        refused.stderr_contains("`drop_table`").stderr_contains("`drop_column`");
        assert_eq!(db.scalar("select seats from events"), "7");

        run(&db, SECOND, &["rollback", "--allow", "drop_table,drop_column,drop_object"])
            .success()
            .stderr_contains("going back to the file of run 1")
            .stdout_contains("table public.mine is not declared; left alone");
        db.execute("drop table mine");
        assert_eq!(db.dump(), before, "PostgreSQL {}", server.major());
        assert_eq!(db.scalar("select name from events"), "a");
        run(&db, FIRST, &["apply"]).success().stdout_contains("in sync: nothing to do");
    }
}

#[test]
fn rollback_goes_to_the_run_that_is_named_with_all_its_files() {
    let db = support::server().database();
    let root = "include = [\"more.toml\"]\n[tables.events.columns]\nid = \"bigint\"\n";
    let more = "[tables.people.columns]\nid = \"bigint\"\n";
    Run::new(&db).file(root).file_at("more.toml", more).arg("apply").run().success();
    run(&db, FIRST, &["apply"]).success();
    run(&db, SECOND, &["apply"]).success();
    let all = ["rollback", "--to", "1", "--allow", "all"];
    run(&db, SECOND, &all).code(0);
    Run::new(&db).file(root).file_at("more.toml", more).arg("check").run().success();

    let shown = run(&db, SECOND, &["history", "1"]).success();
    shown.stdout_contains("more.toml").stdout_contains("[tables.people.columns]");
    run(&db, SECOND, &["rollback", "--to", "99"]).code(1).stderr_contains("no run 99 is recorded");
    let empty = support::server().database();
    run(&empty, SECOND, &["rollback"]).code(1).stderr_contains("no run is recorded");
}

#[test]
fn seed_and_reset_want_a_database_that_is_marked() {
    let db = support::server().database();
    run(&db, SECOND, &["apply"]).success();
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (folder.path().join("1.sql"), folder.path().join("2.sql"));
    fs::write(&one, "insert into events select n, 'event ' || n from generate_series(1, 5) n;\n-- the end")
        .expect("written");
    fs::write(&two, "insert into people values (1, 1); insert into people values (2, 99)").expect("written");
    let (one, two) = (one.display().to_string(), two.display().to_string());

    for command in [vec!["reset"], vec!["seed", &one]] {
        let refused = run(&db, SECOND, &command).code(3);
        refused
            .stderr_contains("is not marked as such")
            .stderr_contains("SET pgreconcile.development = 'on'");
    }
    db.execute(&format!("alter database {} set pgreconcile.development = 'on'", db.name()));
    run(&db, SECOND, &["seed", &one]).success().stdout_contains("seeded from 1 file");
    let failed = run(&db, SECOND, &["seed", &two]).code(1);
    failed.stderr_contains("2.sql` failed; nothing of it was done");
    assert_eq!(db.scalar("select count(*) from events"), "5");
    assert_eq!(db.scalar("select count(*) from people"), "0");

    db.execute("create table mine (id int)");
    run(&db, SECOND, &["reset"]).success();
    assert_eq!(db.scalar("select count(*) from events"), "0");
    assert_eq!(db.scalar("select to_regclass('mine') is null"), "t");
    run(&db, SECOND, &["check"]).success();
}
