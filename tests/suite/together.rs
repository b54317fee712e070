//! Several runs at the same moment: each statement is executed once.

use crate::support::{self, Outcome, Run, Running, portal::Portal};

#[test]
fn runs_on_one_database_execute_every_statement_once() {
    for server in support::servers() {
        let count = if std::ptr::eq(server, support::server()) { 8 } else { 2 };
        for older in [false, true] {
            let portal = if older { Portal::older(server) } else { Portal::empty(server) };
            let outcomes = together((0..count).map(|_| portal.run(["apply", "--format", "json"])));
            let reports: Vec<_> = outcomes.iter().map(Outcome::json).collect();
            let (applied, idle): (Vec<_>, Vec<_>) =
                reports.iter().partition(|report| report["outcome"] == "applied");
            let steps = |report: &serde_json::Value| report["steps"].as_array().map_or(0, Vec::len);
            assert_eq!(applied.len(), 1, "PostgreSQL {}", server.major());
            assert!(idle.iter().all(|report| report["outcome"] == "in_sync" && steps(report) == 0));
            let runs = portal.db.column("select outcome from pgreconcile.run order by outcome");
            assert_eq!(runs.iter().filter(|outcome| *outcome == "done").count(), 1, "{runs:?}");
            assert_eq!(runs.len(), count, "{runs:?}");
            let log = portal.db.log();
            assert!(!log.contains("deadlock") && !log.contains("ERROR:  duplicate"), "{log}");
            let executed = portal.db.scalar("select count(*) from pgreconcile.step where outcome = 'done'");
            assert_eq!(executed, steps(applied[0]).to_string(), "PostgreSQL {}", server.major());
            portal.assert_in_sync();
        }
    }
}

/// Advisory locks end at the database; roles do not.
#[test]
fn runs_on_two_databases_with_the_same_role() {
    for server in support::servers() {
        for _ in 0..3 {
            let mut portals =
                [Portal::empty(server), Portal::older(server), Portal::empty(server), Portal::older(server)];
            let role = portals[0].role.clone();
            portals.iter_mut().for_each(|portal| portal.role.clone_from(&role));
            together(portals.iter().map(|portal| portal.run(["apply"])));
            portals.iter().for_each(Portal::assert_in_sync);
            let db = &portals[0].db;
            let login =
                postgres::Client::connect(&db.url_as(&role, "s3cret-of-the-console"), postgres::NoTls);
            assert!(login.is_ok(), "the role cannot log in on PostgreSQL {}", server.major());
        }
    }
}

/// A run that holds the lock and does nothing is given up on; one that gets on is waited for.
#[test]
fn patience_lasts_while_the_other_run_gets_on() {
    let portal = Portal::empty(support::server());
    let key = pgreconcile::session::LOCK_KEY;
    let mut other = portal.db.connect();
    other.batch_execute(&format!("select pg_advisory_lock({key})")).expect("the lock is free");
    portal
        .run(["apply", "--lock-wait", "1s"])
        .run()
        .code(1)
        .stderr_contains("another run holds the lock and has not got on")
        .stderr_contains("--lock-wait");

    let waiting = portal.run(["apply", "--lock-wait", "1s"]).spawn();
    for _ in 0..12 {
        other.batch_execute("select pg_sleep(0.25), 'password of nobody'").expect("the other run goes on");
    }
    other.batch_execute("select pg_advisory_unlock_all()").expect("it ends");
    waiting
        .wait()
        .success()
        .stderr_contains("another run is at work")
        .stderr_contains(": select …")
        .stderr_lacks("password of nobody");
    portal.assert_in_sync();
}

/// A lock that is released just as a run looks who holds it is held by nobody, and by no stranger.
#[test]
fn a_lock_that_is_released_meanwhile_is_no_strangers() {
    let db = support::server().database();
    let run =
        |args: &[&str]| Run::new(&db).file("[tables.t.columns]\nid = \"int\"\n").arg("apply").args(args);
    run(&[]).run().success();
    let key = pgreconcile::session::LOCK_KEY;
    let [mut other, mut gate] = [(); 2].map(|()| db.connect());
    other.batch_execute(&format!("select pg_advisory_lock({key})")).expect("the lock is free");
    let mut waiting = run(&["--force", "--lock-wait", "1s"]).spawn();
    waiting.await_stderr("another run is at work");
    for _ in 0..2 {
        // The look comes to a halt at the table in which runs say who they are.
        gate.batch_execute("begin; lock table pgreconcile.holder").expect("a lock");
        db.await_true(
            "select exists (select from pg_locks where relation = 'pgreconcile.holder'::regclass and not granted)
             or not exists (select from pg_stat_activity where datname = current_database()
                            and application_name like 'pgreconcile%')",
        );
        other.batch_execute("select pg_advisory_unlock_all()").expect("nobody has it");
        gate.batch_execute("commit; select pg_sleep(0.01)").expect("it looks");
        other.batch_execute(&format!("select pg_try_advisory_lock({key})")).expect("whoever is first");
        // Then there is a run that gets on, for longer than the patience with one that does not.
        for _ in 0..8 {
            other.batch_execute("select pg_sleep(0.25)").expect("the other run goes on");
        }
    }
    other.batch_execute("select pg_advisory_unlock_all()").expect("it ends");
    waiting.wait().success().stderr_lacks("is held by no run");
}

/// However often that happens, nobody gives up.
#[test]
fn forty_that_each_need_the_lock_take_their_turns() {
    let db = support::server().database();
    let file = "[tables.t.columns]\nid = \"int\"\n";
    let run = || Run::new(&db).file(file).args(["apply", "--force", "--lock-wait", "2s"]);
    run().run().success();
    let outcomes = together((0..40).map(|_| run()));
    for outcome in outcomes {
        outcome.stderr_lacks("is held by no run");
    }
}

/// Anybody may take an advisory lock. Who is no run is told, makes no progress, and is waited for no longer than that.
#[test]
fn who_holds_the_lock_without_being_a_run_is_told() {
    let key = pgreconcile::session::LOCK_KEY;
    for server in support::servers() {
        let mallory = support::unique("mallory");
        for has_state in [false, true] {
            let portal = Portal::empty(server);
            if has_state {
                portal.run(["apply"]).run().success();
                portal.db.execute("create table mine (id int)");
            } else {
                portal.db.execute(&format!("create role {mallory} login password 'm'"));
            }
            let url = portal.db.url_as(&mallory, "m");
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            let holder = std::thread::spawn(move || {
                let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("mallory connects");
                client.batch_execute(&format!("select pg_advisory_lock({key})")).expect("the lock is free");
                while matches!(stopped.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty)) {
                    client.batch_execute("select pg_sleep(0.1)").expect("mallory goes on");
                }
            });
            portal.db.await_true("select count(*) > 0 from pg_locks where locktype = 'advisory' and granted");
            let begun = std::time::Instant::now();
            portal
                .run(["apply", "--lock-wait", "2s"])
                .run()
                .code(1)
                .stderr_contains("the lock of pgreconcile is held by no run, but by pid ")
                .stderr_contains(&format!("role `{mallory}`"))
                .stderr_contains("from 127.0.0.1, connected since")
                .stderr_contains("nothing was executed")
                .stderr_contains("pg_terminate_backend(");
            assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
            drop(stop);
            holder.join().expect("mallory ends");
        }
    }
}

/// A transaction that was prepared holds its locks without a session; and two numbers of 32 bits are another lock.
#[test]
fn a_prepared_transaction_that_holds_the_lock_is_told() {
    let key = pgreconcile::session::LOCK_KEY;
    let options =
        support::Options { config: vec!["max_prepared_transactions = 5".into()], ..Default::default() };
    let cluster = support::server().dedicated(&options);
    let db = cluster.database();
    let file = "[tables.t.columns]\nid = \"int\"\n";
    let run = || support::Run::new(&db).file(file).args(["apply", "--lock-wait", "1s"]).run();
    let mut other = db.connect();
    other
        .batch_execute(&format!("select pg_advisory_lock({}, {})", key >> 32, key & 0xffff_ffff))
        .expect("another lock");
    run().success();
    db.execute(&format!("begin; select pg_advisory_xact_lock({key}); prepare transaction 'left behind'"));
    db.execute("drop table t");
    run().code(1).stderr_contains("the prepared transaction 'left behind' of role `postgres`");
    db.execute("rollback prepared 'left behind'");
    run().success();
}

/// A run that holds the lock says so where nobody else can; another session of the same backend number is not it.
#[test]
fn a_run_says_in_its_own_schema_that_it_holds_the_lock() {
    let portal = Portal::empty(support::server());
    let key = pgreconcile::session::LOCK_KEY;
    portal.run(["apply"]).run().success();
    portal.db.execute("create table mine (id int)");
    let worker = support::unique("worker");
    portal.db.execute(&format!("create role {worker} login password 'w'"));
    let mut other =
        postgres::Client::connect(&portal.db.url_as(&worker, "w"), postgres::NoTls).expect("it connects");
    other.batch_execute(&format!("select pg_advisory_lock({key})")).expect("the lock is free");
    let pid: i32 = other.query_one("select pg_backend_pid()", &[]).expect("a pid").get(0);
    let record = |start: &str| {
        portal.db.execute(&format!(
            "delete from pgreconcile.holder; insert into pgreconcile.holder
             select pid, {start}, usename from pg_stat_activity where pid = {pid}"
        ));
    };
    record("backend_start - interval '1 second'");
    let run = || portal.run(["apply", "--lock-wait", "1s"]);
    run().run().code(1).stderr_contains("is held by no run");
    record("backend_start");
    run().run().code(1).stderr_contains("another run holds the lock and has not got on");
    let waiting = run().spawn();
    for _ in 0..12 {
        other.batch_execute("select pg_sleep(0.25)").expect("the other run goes on");
    }
    other.batch_execute("select pg_advisory_unlock_all()").expect("it ends");
    waiting.wait().success().stderr_contains("another run is at work");
    // Not even a run that gets on is waited for without end.
    other.batch_execute(&format!("select pg_advisory_lock({key})")).expect("the lock is free");
    record("backend_start");
    let begun = std::time::Instant::now();
    let waiting = portal.run(["apply", "--lock-wait", "100ms"]).spawn();
    while begun.elapsed().as_secs() < 9 {
        other.batch_execute("select pg_sleep(0.01)").expect("the other run goes on");
    }
    let outcome = waiting.wait().code(1).stderr_contains("another run holds the lock, and");
    assert!(outcome.stderr.contains("it was waited for 6 s long"), "{}", outcome.stderr);
    other.batch_execute("select pg_advisory_unlock_all()").expect("it ends");
    portal.run(["apply"]).run().success();
    let held = "select username || backend_start::text from pgreconcile.holder";
    assert!(
        portal.db.scalar(held).starts_with("postgres"),
        "the run that came after it says that it holds the lock"
    );
}

/// Starts all of them, then waits for each, which must succeed.
#[track_caller]
fn together(runs: impl Iterator<Item = Run>) -> Vec<Outcome> {
    let started: Vec<Running> = runs.map(Run::spawn).collect();
    started.into_iter().map(|run| run.wait().success()).collect()
}

/// With `--jobs`, indexes of different tables are built at the same time: each build is seen to wait for a writer of its
/// own table while the other waits for its own.
#[test]
fn jobs_build_indexes_side_by_side() {
    let file = "[tables.a.columns]\nid = \"int\"\n[tables.a.indexes]\na_idx = [\"id\"]\n\
                [tables.b.columns]\nid = \"int\"\n[tables.b.indexes]\nb_idx = [\"id\"]\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table a (id int); create table b (id int); insert into a values (1); insert into b values (1)");
        let mut writers = [db.connect(), db.connect()];
        for (writer, table) in writers.iter_mut().zip(["a", "b"]) {
            writer.batch_execute(&format!("begin; insert into {table} values (2)")).expect("a writer");
        }
        let run = Run::new(&db).file(file).args(["apply", "--jobs", "2"]).spawn();
        let building = "select count(*) from pg_stat_activity where datname = current_database() \
                        and query like 'CREATE INDEX CONCURRENTLY%' and wait_event_type = 'Lock'";
        let begun = std::time::Instant::now();
        while db.scalar(building) != "2" {
            assert!(begun.elapsed().as_secs() < 60, "two builds at once on PostgreSQL {}", server.major());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        for writer in &mut writers {
            writer.batch_execute("commit").expect("the writer ends");
        }
        run.wait().success().stdout_contains("2 statements");
        assert_eq!(
            db.scalar(
                "select count(*) from pg_index where indisvalid and indexrelid::regclass::text ~ '_idx'"
            ),
            "2"
        );
    }
}

/// A side job that fails is told as any other statement, and what it left behind is mended by the next run.
#[test]
fn a_side_job_that_fails_is_mended_by_the_next_run() {
    let file = "[tables.a.columns]\nid = \"int\"\n[tables.a.indexes]\na_idx = [\"(1 / id)\"]\n\
                [tables.b.columns]\nid = \"int\"\n[tables.b.indexes]\nb_idx = [\"id\"]\n";
    let db = support::server().database();
    db.execute("create table a (id int); create table b (id int); insert into a values (1), (0); insert into b values (1)");
    let failed = Run::new(&db).file(file).args(["apply", "--jobs", "2"]).run().code(1);
    failed.stderr_contains("a_idx").stderr_contains("division by zero");
    assert_eq!(db.scalar("select outcome from pgreconcile.step where sql like '%a_idx%'"), "failed");
    db.execute("delete from a where id = 0");
    Run::new(&db).file(file).args(["apply", "--jobs", "2"]).run().success();
    Run::new(&db).file(file).arg("check").run().success();
}

/// Fifty replicas of a server that all start at once: one works, and while it waits for an index to be built the others
/// wait for it; none gives up, and none executes anything a second time.
#[test]
fn fifty_at_once_on_an_empty_and_on_a_changed_database() {
    const REPLICAS: usize = 50;
    let server = support::server();
    for changed in [false, true] {
        let portal = if changed { Portal::older(server) } else { Portal::empty(server) };
        let (mut before, mut blockers) = (0, None);
        if changed {
            portal.run(["apply"]).run().success();
            portal
                .db
                .execute("drop index attendees_status_idx; alter table attendees alter status drop default");
            before = 1;
            // ALTER TABLE waits for the one, a concurrent build for both.
            let [mut writer, mut reader] = [(); 2].map(|()| portal.db.connect());
            writer.batch_execute("begin; lock table attendees in row exclusive mode").expect("a lock");
            reader.batch_execute("begin isolation level repeatable read; select 1").expect("a snapshot");
            blockers = Some((writer, reader));
        }
        let started: Vec<Running> = (0..REPLICAS).map(|_| portal.run(["apply"]).spawn()).collect();
        if let Some((mut writer, mut reader)) = blockers {
            portal.db.await_true(&waiting_for("ALTER TABLE"));
            writer.batch_execute("rollback").expect("the writer ends");
            portal.db.await_true(&waiting_for("CREATE INDEX CONCURRENTLY"));
            std::thread::sleep(std::time::Duration::from_secs(3));
            reader.batch_execute("rollback").expect("the reader ends");
        }
        let outcomes: Vec<Outcome> = started.into_iter().map(|run| run.wait().success()).collect();
        let applied = outcomes.iter().filter(|outcome| outcome.stdout.contains("done: ")).count();
        assert_eq!((outcomes.len(), applied), (REPLICAS, 1));
        let of_run = "from pgreconcile.run where outcome";
        assert_eq!(portal.db.scalar(&format!("select count(*) {of_run} = 'done'")), (before + 1).to_string());
        assert_eq!(
            portal.db.scalar(&format!("select count(*) {of_run} = 'in sync'")),
            (REPLICAS - 1).to_string()
        );
        let twice = "select sql from pgreconcile.step where run = (select max(run) from pgreconcile.step) \
                     group by sql, outcome having count(*) > 1 or outcome <> 'done'";
        let repeated = portal.db.column(twice);
        assert!(repeated.iter().all(|sql| sql.starts_with("UPDATE ")), "{repeated:?}");
        let log = portal.db.log();
        // Whether the database is known is asked without the lock, of tables that may not be there yet.
        let refused = |line: &str| line.contains("ERROR:") && !line.contains("does not exist at character");
        let bad: Vec<_> = log.lines().filter(|line| line.contains("deadlock") || refused(line)).collect();
        assert!(bad.is_empty(), "{bad:#?}");
        portal.assert_in_sync();
    }
}

/// Whether a session of the tool waits for a lock with such a statement.
fn waiting_for(statement: &str) -> String {
    format!(
        "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' \
         and application_name like 'pgreconcile%' and query like '%{statement}%')"
    )
}

/// Partitions that the file does not name come and go while a run works.
#[test]
fn partitions_come_and_go_during_a_run() {
    let file = "[tables.p]\ncolumns.id = \"int\"\ncolumns.v = \"int\"\npartition_by = \"range (id)\"\n\
        dynamic_partitions = true\nindexes.p_v = [\"v\"]\nchecks.c = \"v > 0\"\n";
    let changes = [
        "drop table if exists p2",
        "alter table p detach partition p2",
        "alter table p detach partition p2; drop table p2; create table p2 partition of p for values from (10) to (20); \
         insert into p values (11, 1)",
        "create table p3 partition of p for values from (20) to (30); insert into p values (21, 1)",
        "alter table p2 rename to p4",
    ];
    for server in support::servers() {
        for (change, moment) in changes.iter().flat_map(|change| [(change, "p_v"), (change, "p1_p_v_idx")]) {
            let db = server.database();
            db.execute(&format!(
                "create table p (id int, v int) partition by range (id);
                 create table p1 partition of p for values from (0) to (10);
                 create table p2 partition of p for values from (10) to (20);
                 insert into p select g, 1 from generate_series(0, 19) g;
                 create function partman() returns event_trigger language plpgsql as $$
                 begin
                     if exists (select from pg_event_trigger_ddl_commands() where objid = to_regclass('public.{moment}'))
                         and to_regclass('public.done') is null
                     then create table public.done (); {change};
                     end if;
                 end $$;
                 create event trigger partman on ddl_command_end when tag in ('CREATE INDEX') execute function partman()"
            ));
            Run::new(&db).file(file).arg("apply").run().success().stdout_contains("in sync");
            assert_eq!(db.scalar("select to_regclass('public.done') is not null"), "t");
            assert_eq!(
                db.scalar(
                    "select bool_and(indisvalid) from pg_index where indexrelid::regclass::text like 'p%'"
                ),
                "t"
            );
            Run::new(&db).file(file).args(["check", "--force"]).run().success();
        }
    }
}

/// An index that a partition has already, and that is like that of its table, is attached, not doubled.
#[test]
fn an_equal_index_of_a_partition_is_attached() {
    let file = "[tables.p]\ncolumns.id = \"int\"\ncolumns.v = \"int\"\npartition_by = \"range (id)\"\n\
        dynamic_partitions = true\nindexes.p_v = [\"v\"]\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table p (id int, v int) partition by range (id);
             create table p1 partition of p for values from (0) to (10);
             create table p2 partition of p for values from (10) to (20);
             insert into p select g, 1 from generate_series(0, 19) g;
             create index equal on p1 (v); create index other on p2 (v desc)",
        );
        Run::new(&db).file(file).arg("apply").run().success().stdout_contains("in sync");
        assert_eq!(db.scalar("select count(*) from pg_index where indrelid = 'p1'::regclass"), "1");
        assert_eq!(db.scalar("select count(*) from pg_index where indrelid = 'p2'::regclass"), "2");
        assert_eq!(db.scalar("select indisvalid from pg_index where indexrelid = 'p_v'::regclass"), "t");
    }
}
