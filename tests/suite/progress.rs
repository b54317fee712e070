//! What an error says was executed, was; what it says was not, was not.

use crate::support::{self, Run};

/// A name that is taken by something else is nobody's race: it is told before the first statement.
#[test]
fn a_name_that_is_taken_by_something_else_is_no_race() {
    let file = "[tables.old_t.columns]\nid = { type = \"int\", primary_key = true }\nn = \"int\"\n\
                [tables.other.columns]\nid = { type = \"int\", primary_key = true }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table old_t (id int primary key); alter table old_t rename to new_t");
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        let outcome = outcome.stderr_contains("\"old_t_pkey\" already exists; nothing was executed");
        outcome.stderr_contains("does not declare has that name").stderr_lacks("are done");
        assert_eq!(db.scalar("select count(*) from pg_tables where tablename in ('old_t', 'other')"), "0");
    }
}

#[test]
fn what_was_executed_is_counted() {
    let file = "[tables.a.columns]\nid = \"int\"\n[tables.t.columns]\nid = \"int\"\nn = \"int\"\n\
                [[custom]]\nname = \"z\"\nprobe = \"select false\"\ncreate = \"select 1 / (select count(*) from a)\"\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int)");
        Run::new(&db).file(file).arg("apply").run().code(1).stderr_contains("2 of 3 statements are done");
        assert_eq!(
            db.scalar("select count(*) from pg_attribute where attrelid = 't'::regclass and attname = 'n'"),
            "1"
        );
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        outcome.stderr_contains("nothing was executed").stderr_lacks("are done");
    }
}

/// A statement that goes batch after batch is done in part.
#[test]
fn rows_of_a_statement_that_failed_are_counted() {
    let file = "[reconcile]\nbatch = 10\n[tables.t.columns]\nid = { type = \"int\", primary_key = true }\n\
                n = { type = \"int\", not_null = true, backfill = \"100 / (id - 25)\" }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int primary key, n int); insert into t select g from generate_series(1, 30) g");
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        outcome.stderr_contains("and 20 rows of one that failed").stderr_lacks("nothing was executed");
        assert_eq!(db.scalar("select count(n) from t"), "20");
    }
}

/// A build outside of a transaction leaves an invalid index where it fails.
#[test]
fn what_a_failed_build_leaves_is_not_nothing() {
    let file = "[tables.t]\ncolumns.n = \"int\"\nindexes.i = { on = [\"(1 / n)\"] }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (n int); insert into t values (1), (0)");
        for jobs in ["1", "2"] {
            let outcome = Run::new(&db).file(file).args(["apply", "--jobs", jobs]).run().code(1);
            outcome.stderr_contains("may have left something").stderr_lacks("nothing was executed");
            assert_eq!(db.scalar("select indisvalid from pg_index where indexrelid = 'i'::regclass"), "f");
            db.execute("drop index i");
        }
    }
}

/// So they are where a signal ends it.
#[test]
fn what_a_signal_leaves_is_counted() {
    let file = "[reconcile]\nbatch = 10\n[tables.t.columns]\nid = { type = \"int\", primary_key = true }\n\
                n = { type = \"int\", not_null = true, backfill = \"case when id > 10 then length(pg_sleep(20)::text) else id end\" }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int primary key, n int); insert into t select g from generate_series(1, 20) g");
        let mut run = Run::new(&db).file(file).arg("apply").spawn();
        run.await_stderr("10 rows filled in so far");
        run.signal("INT");
        let outcome = run.wait().code(130);
        outcome.stderr_contains("and 10 rows of one that failed").stderr_lacks("nothing was executed");
        assert_eq!(db.scalar("select count(n) from t"), "10");
    }
}

/// What takes its time before the first statement is told, where there is much to look at.
#[test]
fn a_long_look_for_rows_in_the_way_is_told() {
    let file =
        "[tables.t.columns]\nid = \"int\"\nn = \"int\"\nx = { type = \"text\", storage = \"plain\" }\n";
    let told = "looking for rows that stand in the way, in table public.t (";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table t (id int, n bigint, x text); alter table t alter x set storage plain; \
             insert into t select g, g, repeat('x', 8000) from generate_series(1, 10) g",
        );
        Run::new(&db).file(file).args(["apply", "--allow", "all"]).run().success().stderr_lacks(told);
        db.execute("alter table t alter n type bigint; insert into t select g, g, repeat('x', 8000) from generate_series(1, 8500) g");
        Run::new(&db).file(file).args(["apply", "--allow", "all"]).run().success().stderr_contains(told);
    }
}
