//! Servers that restart or are replaced while a run is at work, and standbys.

use std::{thread::sleep, time::Duration};

use crate::support::{self, Cluster, Database, Options, Run, Running, wire::Wire};

const FILE: &str = "[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\n\
                    made = { type = \"timestamptz\", default = \"now()\" }\n\
                    [tables.people.indexes]\npeople_name = [\"name\"]\n[tables.others.columns]\nid = \"int\"\n";

fn before(cluster: &Cluster) -> Database {
    let db = cluster.database();
    db.execute(
        "create table people (id int primary key, name text); insert into people values (1, 'a'), (2, 'b')",
    );
    db
}

/// A run in the middle of a concurrent build, which waits for a session with an older snapshot.
fn building(db: &Database, url: &str) -> (Running, postgres::Client) {
    let mut reader = db.connect();
    reader.batch_execute("begin isolation level repeatable read; select 1").expect("a snapshot");
    let run = Run::new(db).file(FILE).args(["apply", "--url", url, "--wait", "30s"]).spawn();
    db.await_true(
        "select exists (select from pg_stat_activity where query like 'CREATE INDEX CONCURRENTLY%' \
         and wait_event_type = 'Lock')",
    );
    (run, reader)
}

#[test]
fn a_run_goes_on_after_the_server_has_restarted() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for crash in [false, true] {
            let cluster = server.dedicated(&Options::default().config("synchronous_commit = on"));
            let db = before(&cluster);
            let (run, reader) = building(&db, &db.url());
            if crash {
                cluster.stop_at_once()
            } else {
                cluster.stop()
            }
            drop(reader);
            sleep(Duration::from_millis(300));
            cluster.start();
            let gone = run.wait().success().stdout_contains("in sync");
            gone.stderr_contains("connecting again").stderr_lacks("connection is lost ( -->");
            Run::new(&db).file(FILE).arg("check").run().success();
            let history = Run::new(&db).file(FILE).arg("history").run().success();
            assert!(
                history.stdout.contains("cut off") && history.stdout.contains("done"),
                "{}",
                history.stdout
            );
        }
    }
}

/// With `--wait 0` nobody waits for anything.
#[test]
fn a_run_that_is_not_to_wait_ends_with_its_server() {
    let cluster = support::server().dedicated(&Options::default());
    let db = before(&cluster);
    let mut writer = db.connect();
    writer.batch_execute("begin; lock table people in row exclusive mode").expect("a writer");
    let mut run = Run::new(&db).file(FILE).args(["apply", "--wait", "0"]).spawn();
    run.await_stderr("in the way");
    cluster.stop();
    run.wait().code(1).stderr_contains("run it again");
    cluster.start();
    Run::new(&db).file(FILE).arg("apply").run().success();
    Run::new(&db).file(FILE).arg("check").run().success();
}

#[test]
fn a_run_goes_on_at_the_standby_that_took_over() {
    let primary = support::server().dedicated(&Options::default().config("synchronous_commit = on"));
    let db = before(&primary);
    let standby = primary.standby();
    let wire = Wire::to(primary.port());
    let url = format!("postgres://postgres@127.0.0.1:{}/{}", wire.port(), db.name());
    let (run, reader) = building(&db, &url);
    caught_up(&primary, &standby);
    primary.stop_at_once();
    drop(reader);
    // First it is a standby, which takes no changes.
    wire.lead_to(standby.port());
    sleep(Duration::from_millis(1500));
    standby.promote();
    run.wait().success().stderr_contains("connecting again").stdout_contains("in sync");
    Run::new(&db).file(FILE).args(["check", "--url", &url]).run().success();
    let rows = standby
        .connect(db.name())
        .query_one("select count(*) from people", &[])
        .expect("rows")
        .get::<_, i64>(0);
    assert_eq!(rows, 2);
}

#[test]
fn a_standby_can_be_read_and_is_not_changed() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let primary = server.dedicated(&Options::default());
        let db = before(&primary);
        let standby = primary.standby();
        let url = format!("postgres://postgres@127.0.0.1:{}/{}", standby.port(), db.name());
        let there = |args: &[&str]| Run::new(&db).file(FILE).args(args).args(["--url", &url]).run();
        caught_up(&primary, &standby);
        there(&["plan"]).success().stdout_contains("CREATE INDEX");
        there(&["check"]).code(2);
        there(&["apply"]).code(1).stderr_contains("standby").stderr_contains("primary");
        Run::new(&db).file(FILE).arg("apply").run().success();
        caught_up(&primary, &standby);
        there(&["check"]).success();
        there(&["plan"]).success();
        there(&["status"]).success();
        there(&["history"]).success().stdout_contains("done");
        there(&["inspect"]).success().stdout_contains("people_name");
        there(&["apply"]).code(1).stderr_contains("standby");
        standby.promote();
        there(&["apply"]).success();
    }
}

#[track_caller]
fn caught_up(primary: &Cluster, standby: &Cluster) {
    let position: String = primary
        .connect("postgres")
        .query_one("select pg_current_wal_insert_lsn()::text", &[])
        .expect("a position")
        .get(0);
    let query = format!("select coalesce(pg_last_wal_replay_lsn() >= '{position}', false)");
    let mut client = standby.connect("postgres");
    let there = (0..1500).any(|_| {
        sleep(Duration::from_millis(20));
        client.query_one(&query, &[]).is_ok_and(|row| row.get(0))
    });
    assert!(there, "{}", standby.log());
}
