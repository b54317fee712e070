//! A look that the server cannot answer, for reasons of its own, finds no difference: it waits, or ends, and says so.

use crate::support::{self, Database, Run};
use std::sync::atomic::{AtomicBool, Ordering};

const FILE: &str = "[tables.t]\ncolumns.id = { type = \"int\", primary_key = true }\ncolumns.n = \"int\"\n\
                    columns.s = \"varchar(3)\"\nchecks.few = \"s in ('a','b')\"\nchecks.small = \"n<10\"\nrows = { key = [\"id\"], values = [{ id = 1, n = 1 }] }\n";

const THERE: &str = "create table t (id int primary key, n int, s varchar(3), constraint small check (n < 10), \
                     constraint few check (s in ('a', 'b'))); \
                     insert into t values (1, 1)";

#[test]
fn a_table_that_is_locked_is_waited_for_with_a_word() {
    for server in support::servers() {
        let db = server.database();
        db.execute(THERE);
        for args in [&["check", "--force"][..], &["plan", "--force"], &["inspect"], &["apply", "--force"]] {
            let mut holder = db.connect();
            holder.batch_execute("begin; lock table t in access exclusive mode").expect("a lock");
            let pid: i32 = holder.query_one("select pg_backend_pid()", &[]).expect("a pid").get(0);
            let mut run = Run::new(&db).file(FILE).args(args.iter().copied()).spawn();
            run.await_stderr(&format!("in the way: pid {pid}"));
            holder.batch_execute("rollback").expect("a transaction to end");
            run.wait().success().stderr_lacks("error");
        }
        assert_eq!(db.scalar("select count(*) from pg_constraint where conname = 'small'"), "1");
    }
}

#[test]
fn a_signal_ends_the_wait_of_a_look() {
    let db = support::server().database();
    db.execute(THERE);
    let mut holder = db.connect();
    holder.batch_execute("begin; lock table t in access exclusive mode").expect("a lock");
    let mut run = Run::new(&db).file(FILE).args(["apply"]).spawn();
    run.await_stderr("in the way");
    run.signal("TERM");
    run.wait().code(143).stderr_contains("error: interrupted").stderr_lacks(": stopped");
}

/// Creates and drops what the server prints when it is asked for it, again and again until `done`.
fn churn(db: &Database, done: &AtomicBool) {
    let mut client = db.connect();
    while !done.load(Ordering::SeqCst) {
        client
            .batch_execute(
                "create table public.z (id int primary key, n text check (n <> 'a') default 'x', unique (n));
                 create index on public.z ((n || 'a')); create view public.zv as select * from public.z;
                 create statistics public.zs on id, n from public.z;
                 create policy pp on public.z using (n <> 'a')",
            )
            .expect("to create");
        client.batch_execute("drop view public.zv; drop table public.z").expect("to drop");
    }
}

#[test]
fn what_others_drop_during_a_look_fails_no_run() {
    for server in support::servers() {
        let db = server.database();
        db.execute(THERE);
        let done = AtomicBool::new(false);
        let outcomes = std::thread::scope(|scope| {
            let session = scope.spawn(|| churn(&db, &done));
            let looks = [&["check", "--force"][..], &["inspect"]];
            let run = |number: usize| Run::new(&db).file(FILE).args(looks[number % 2].iter().copied()).run();
            let outcomes: Vec<_> = (0..40).map(run).collect();
            done.store(true, Ordering::SeqCst);
            session.join().expect("a session to end");
            outcomes
        });
        let again = outcomes.iter().filter(|outcome| outcome.stderr.contains("dropped meanwhile")).count();
        assert!(again > 0, "nothing was dropped during a look");
        outcomes.into_iter().for_each(|outcome| _ = outcome.stderr_lacks("error"));
    }
}

/// A library that is gone: the server has the expression, and cannot read it.
fn with_a_library_that_is_gone(db: &Database, what: &str) {
    db.execute(&format!(
        "create table t (id int primary key, n int);
         create function public.lost(n int) returns int immutable language plpgsql as 'begin return n; end';
         {what};
         update pg_proc set prolang = (select oid from pg_language where lanname = 'c'), probin = '/nowhere/lost'
         where proname = 'lost'"
    ));
}

#[test]
fn what_the_server_cannot_read_is_no_difference() {
    let texts = [
        ("alter table t add constraint odd check (lost(1) < n)", "checks.odd = \"lost( 1 )<n\""),
        (
            "alter table t alter n set default lost(1)",
            "columns.n = { type = \"int\", default = \"lost( 1 )\" }",
        ),
        ("create index odd on t ((n + lost(1)))", "indexes.odd = \"(n+lost( 1 ))\""),
        (
            "alter table t enable row level security; create policy odd on t using (lost(1) < n)",
            "row_security = true\npolicies.odd = { using = \"lost( 1 )<n\" }",
        ),
    ];
    for server in support::servers() {
        let mut refused = 0;
        for (there, said) in texts {
            let db = server.database();
            with_a_library_that_is_gone(&db, there);
            let column = if said.contains("columns.n") { "" } else { "columns.n = \"int\"\n" };
            let file = format!(
                "[tables.t]\ncolumns.id = {{ type = \"int\", primary_key = true }}\n{column}{said}\n"
            );
            for args in [&["check"][..], &["plan"], &["apply"]] {
                let outcome = Run::new(&db).file(&file).args(args.iter().copied()).run();
                // Where it is enough to create such an object, the library is not asked for.
                if outcome.code == Some(0) {
                    outcome.stdout_contains("in sync: nothing to do");
                } else {
                    refused += 1;
                    outcome.code(1).stderr_contains("/nowhere/lost").stderr_contains("cannot compare");
                }
            }
        }
        assert!(refused > 0, "PostgreSQL {}", server.major());
    }
}

/// A name that no UTF-8 spells is in a database that says nothing about its encoding: the error tells where to look.
#[test]
fn what_is_no_utf_8_is_told_by_its_kind() {
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "update pg_database set encoding = pg_char_to_encoding('SQL_ASCII') where datname = current_database()",
        );
        db.execute(
            "do $$ begin execute convert_from('\\x637265617465207669657720e92061732073656c6563742031'::bytea, 'SQL_ASCII'); end $$",
        );
        for args in [&["inspect"][..], &["check", "--force"], &["apply"]] {
            let outcome =
                Run::new(&db).file("[tables.t.columns]\nid = \"int\"\n").args(args.iter().copied()).run();
            let outcome = outcome.code(1).stderr_contains("it was reading every view of the schemas");
            outcome.stderr_contains("is not valid in UTF-8").stderr_contains("SQLSTATE 22021");
        }
        assert_eq!(db.scalar("select to_regclass('t') is null"), "t");
    }
}

/// So is a view that is nested too deeply for the server to print with the stack that a session has.
#[test]
fn what_is_nested_too_deeply_is_told_by_its_kind() {
    for server in support::servers() {
        let db = server.database();
        let sum = vec!["1"; 12_000].join("+");
        db.execute(&format!("set max_stack_depth = '7000kB'; create view v as select {sum} as n"));
        db.execute(&format!("alter database \"{}\" set max_stack_depth = '100kB'", db.name()));
        let outcome = Run::new(&db).arg("inspect").run().code(1);
        outcome
            .stderr_contains("it was reading every view of the schemas")
            .stderr_contains("max_stack_depth");
    }
}
