//! Runs that die in the middle, or are asked to: the next one goes on from there, and no row is lost.

use std::{thread::sleep, time::Duration};

use postgres::Client;

use crate::{
    portal::{assert_nothing_lost, assert_repaired},
    support::{self, Run, Running, Server, portal::Portal},
};

/// Other sessions of the tool that are connected to this database.
const OURS: &str =
    "from pg_stat_activity where application_name like 'pgreconcile%' and datname = current_database()";

#[test]
fn killed_during_a_concurrent_index_build() {
    for server in support::servers() {
        let (portal, mut blocker) = portal_without_an_index(server);
        let run = building(&portal);
        run.kill();
        // From 14 on the server notices that nobody is there any more, though the lock is still held.
        if server.major() >= 14 {
            portal.db.await_true(&format!("select count(*) = 0 {OURS}"));
            assert_eq!(invalid_indexes(&portal), ["attendees_status_idx"]);
        }
        release(&mut blocker);
        portal.run(["apply"]).run().success();
        assert_clean(&portal);
        let history = portal.run(["history"]).run().success();
        let dead = history.stdout.lines().find(|line| line.contains("cut off"));
        assert!(dead.is_some_and(|line| line.contains("never ended")), "{}", history.stdout);
    }
}

#[test]
fn killed_while_it_waits_for_a_lock() {
    for server in support::servers() {
        let portal = Portal::older(server);
        let before = portal.rows();
        let mut blocker = hold(&portal, "attendees");
        let mut run = portal.run(["apply"]).spawn();
        run.await_stderr("in the way");
        run.kill();
        release(&mut blocker);
        portal.run(["apply"]).run().success();
        assert_clean(&portal);
        assert_repaired(&portal);
        assert_nothing_lost(&portal, &before);
        let runs = portal.run(["history", "--format", "json"]).run().success().json();
        let outcomes: Vec<_> =
            runs["runs"].as_array().expect("runs").iter().map(|run| &run["outcome"]).collect();
        assert_eq!(outcomes, ["in sync", "done", "cut off"]);
        assert!(runs["runs"][2]["statements"].as_i64() > Some(10), "{runs}");
    }
}

/// A moment is what this is about, so here a pause is the thing itself.
#[test]
fn killed_at_any_moment() {
    let servers = support::servers();
    for round in 0..15_u32 {
        let portal = Portal::older(&servers[round as usize % servers.len()]);
        let before = portal.rows();
        let mut run = portal.run(["apply"]).spawn();
        run.await_stderr("executing");
        sleep(Duration::from_millis(40) * round);
        let dead = run.kill();
        portal.run(["apply"]).run().success();
        assert_clean(&portal);
        assert_repaired(&portal);
        assert_nothing_lost(&portal, &before);
        drop(dead);
    }
}

#[test]
fn terminated_in_a_transaction() {
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int)");
        let mut blocker = db.connect();
        blocker.batch_execute("begin; lock table t in access share mode").expect("a lock");
        let run = || Run::new(&db).file("[tables.t.columns]\nid = \"int\"\nmore = \"int\"\n").arg("apply");
        let dying = run().spawn();
        db.await_true(&format!("select count(*) = 1 {OURS} and wait_event_type = 'Lock'"));
        db.execute(&format!("select pg_terminate_backend(pid) {OURS} and wait_event_type = 'Lock'"));
        dying.wait().code(1).stderr_contains("run it again");
        blocker.batch_execute("rollback").expect("the lock is given up");
        run().run().success().stdout_contains("1 created");
    }
}

#[test]
fn terminated_by_an_administrator() {
    for server in support::servers() {
        let (portal, mut blocker) = portal_without_an_index(server);
        let run = building(&portal);
        portal.db.execute(&format!("select pg_terminate_backend(pid) {OURS}"));
        run.wait().code(1).stderr_contains("run it again");
        release(&mut blocker);
        portal.run(["apply"]).run().success();
        assert_clean(&portal);
    }
}

#[test]
fn a_signal_cancels_what_runs_on_the_server() {
    for server in support::servers() {
        for (signal, code) in [("INT", 130), ("TERM", 143)] {
            let (portal, mut blocker) = portal_without_an_index(server);
            let run = building(&portal);
            run.signal(signal);
            run.wait().code(code).stderr_contains("error: interrupted").stderr_contains("run it again");
            portal.db.await_true(&format!("select count(*) = 0 {OURS}"));
            release(&mut blocker);
            portal.run(["apply"]).run().success();
            assert_clean(&portal);
        }
    }
}

/// What stands in the way is asked for in one go, and a cancel request ends one question.
#[test]
fn a_signal_ends_every_question_to_the_data() {
    for server in support::servers() {
        let db = server.database();
        let mut file = String::new();
        for table in ["a", "b", "c"] {
            db.execute(&format!("create table {table} (id int); insert into {table} values (1)"));
            file.push_str(&format!(
                "[tables.{table}]\ncolumns.id = \"int\"\nchecks.{table}_late = \"pg_sleep(600) is not null\"\n"
            ));
        }
        let run = Run::new(&db).file(&file).args(["apply", "--format", "json"]).spawn();
        db.await_true(
            "select count(*) = 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
        );
        run.signal("INT");
        let outcome = run.wait().code(130).stderr_contains("error: interrupted").stderr_lacks(": stopped");
        outcome.stdout_contains("\"exit_code\": 130");
        db.await_true(&format!("select count(*) = 0 {OURS}"));
    }
}

#[test]
fn a_signal_ends_the_wait_for_a_table() {
    let portal = Portal::older(support::server());
    let before = portal.rows();
    let mut blocker = hold(&portal, "attendees");
    let mut run = portal.run(["apply"]).spawn();
    run.await_stderr("in the way");
    run.signal("TERM");
    run.wait().code(143).stderr_contains("error: interrupted").stderr_contains("run it again");
    portal.db.await_true(&format!("select count(*) = 0 {OURS}"));
    portal.run(["history"]).run().success().stdout_contains("failed");
    release(&mut blocker);
    portal.run(["apply"]).run().success();
    assert_clean(&portal);
    assert_nothing_lost(&portal, &before);
}

#[test]
fn a_signal_ends_the_wait_for_another_run() {
    let (portal, mut blocker) = portal_without_an_index(support::server());
    let first = building(&portal);
    let mut second = portal.run(["apply"]).spawn();
    second.await_stderr("another run is at work");
    second.signal("TERM");
    second.wait().code(143).stderr_contains("run it again");
    release(&mut blocker);
    first.wait().success();
    assert_clean(&portal);
}

#[test]
fn a_lock_that_another_session_holds_is_waited_for() {
    for server in support::servers() {
        let portal = Portal::older(server);
        let before = portal.rows();
        let mut blocker = hold(&portal, "attendees");
        let pid: i32 = blocker.query_one("select pg_backend_pid()", &[]).expect("a pid").get(0);
        let mut run = portal.run(["apply"]).spawn();
        run.await_stderr(&format!("in the way: pid {pid} (postgres, harness, idle in transaction"));
        release(&mut blocker);
        run.wait().success().stderr_contains("attempt 2");
        assert_clean(&portal);
        assert_nothing_lost(&portal, &before);
    }
}

#[test]
fn a_concurrent_build_tells_whom_it_waits_for() {
    for server in support::servers() {
        for jobs in ["1", "2"] {
            let portal = Portal::older(server);
            portal.run(["apply"]).run().success();
            portal.db.execute("drop index attendees_status_idx");
            let mut blocker = portal.db.connect();
            blocker
                .batch_execute("begin isolation level repeatable read; select 1")
                .expect("a transaction that sees what was");
            let pid: i32 = blocker.query_one("select pg_backend_pid()", &[]).expect("a pid").get(0);
            let mut run = portal.run(["apply", "--jobs", jobs]).spawn();
            run.await_stderr(&format!("waits for pid {pid} (postgres, harness, idle in transaction, for 0"));
            release(&mut blocker);
            run.wait().success();
            assert_clean(&portal);
        }
    }
}

/// A portal in sync but for one index; and a session whose open transaction its concurrent build has to wait for.
fn portal_without_an_index(server: &Server) -> (Portal, Client) {
    let portal = Portal::older(server);
    portal.run(["apply"]).run().success();
    portal.db.execute("drop index attendees_status_idx");
    let blocker = hold(&portal, "attendees");
    (portal, blocker)
}

/// A run that is in the middle of a concurrent build, waiting for the session that holds the table.
fn building(portal: &Portal) -> Running {
    let run = portal.run(["apply"]).spawn();
    portal.db.await_true(&format!(
        "select count(*) = 1 {OURS} and query like 'CREATE INDEX CONCURRENTLY%' and wait_event_type = 'Lock'"
    ));
    run
}

/// An open transaction that writes to a table, or is about to.
fn hold(portal: &Portal, table: &str) -> Client {
    let mut client = portal.db.connect();
    client.batch_execute(&format!("begin; lock table {table} in row exclusive mode")).expect("a lock");
    client
}

fn release(blocker: &mut Client) {
    blocker.batch_execute("rollback").expect("a transaction to end");
}

fn invalid_indexes(portal: &Portal) -> Vec<String> {
    portal.db.column(
        "select indexrelid::regclass::text from pg_index where not (indisvalid and indisready and indislive)",
    )
}

/// Asserts that the database is in sync and that nothing is left of a run that died.
#[track_caller]
fn assert_clean(portal: &Portal) {
    portal.assert_in_sync();
    assert_eq!(invalid_indexes(portal), [""; 0]);
    let left = "select conname from pg_constraint where conname like 'pgreconcile%' or not convalidated union all \
                select tgname from pg_trigger where tgname like 'pgreconcile%' union all \
                select relname from pg_class where relname like 'pgreconcile%' or relname like '%\\_cc%'";
    assert_eq!(portal.db.column(left), [""; 0]);
}

#[test]
fn an_index_that_a_run_left_is_no_drift_where_it_is_put_to_use() {
    let file = "[tables.t.columns]\na = { type = \"int\", unique = true }\nb = { type = \"int\", unique = true }\n\
                c = { type = \"int\" }\nd = { type = \"int\", unique = true }\n[tables.t.unique]\nwide = [\"b\", \"c\"]\n";
    for server in support::servers() {
        for filling in ["", "insert into t values (1, 1, 1, 1)"] {
            let db = server.database();
            db.execute(&format!(
                "create table t (a int, b int, c int, d int, constraint t_d_key unique (d), constraint wide unique (b));
                 {filling};
                 create unique index t_a_key on t (a);
                 create unique index t_b_key on t (b);
                 update pg_index set indisvalid = false where indexrelid = 't_b_key'::regclass;
                 create unique index pgreconcile_t_d_key_new on t (d);
                 create unique index pgreconcile_wide_new on t (b, c)"
            ));
            let allow = ["apply", "--allow", "drop_object"];
            Run::new(&db).file(file).args(allow).run().success().stdout_lacks("not declared");
            Run::new(&db).file(file).args(["check"]).run().success().stdout_lacks("not declared");
            assert_eq!(
                db.column("select relname from pg_class where relname like 'pgreconcile%new'"),
                [""; 0]
            );
        }
    }
}
