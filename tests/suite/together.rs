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
        .stderr_contains("a statement with a password")
        .stderr_lacks("password of nobody");
    portal.assert_in_sync();
}

/// Starts all of them, then waits for each, which must succeed.
#[track_caller]
fn together(runs: impl Iterator<Item = Run>) -> Vec<Outcome> {
    let started: Vec<Running> = runs.map(Run::spawn).collect();
    started.into_iter().map(|run| run.wait().success()).collect()
}
