//! Random schemas, random pairs of them, random changes behind the tool's back. `RANDOM_SEED` is where the seeds begin,
//! `RANDOM_RUNS` how many there are; a failure names its seed.

mod changes;
mod schema;

use crate::support::{self, Database, Run, Server, unique};
use std::env;

/// Roles belong to the cluster; these are made once for each test, before anything names them.
fn roles(server: &Server) -> [String; 2] {
    let names = [unique("reader"), unique("writer")];
    let db = server.database();
    names.each_ref().iter().for_each(|name| db.execute(&format!("create role {name}")));
    names
}

fn seeds(runs: u64) -> impl Iterator<Item = u64> {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
    let (first, runs) = (number("RANDOM_SEED").unwrap_or(1), number("RANDOM_RUNS").unwrap_or(runs));
    first..first + runs
}

fn servers() -> impl Iterator<Item = &'static Server> {
    let all = support::servers();
    all.iter().take(1).chain(all.iter().skip(1).last())
}

fn run(db: &Database, file: &str, args: &[&str], what: &str) -> String {
    let outcome = Run::new(db).file(file).args(args.iter().copied()).run();
    assert!(outcome.code == Some(0), "{what}: {args:?}\n{}{}\n{file}", outcome.stdout, outcome.stderr);
    outcome.stdout
}

fn inspected(db: &Database) -> String {
    Run::new(db).arg("inspect").run().success().stdout
}

/// The same text, or the first line in which two texts differ.
#[track_caller]
fn assert_same(one: &str, two: &str, what: &str) {
    let differing = one.lines().zip(two.lines()).find(|(one, two)| one != two);
    assert!(one == two, "{what}: {differing:?}\n--- this\n{one}\n--- that\n{two}");
}

#[test]
fn a_random_schema_is_in_sync_after_one_run() {
    for server in servers() {
        let roles = roles(server);
        for seed in seeds(8) {
            let what = format!("seed {seed} on PostgreSQL {}", server.major());
            let file = schema::random(seed, server.major(), &roles);
            let db = server.database();
            run(&db, &file, &["apply"], &what);
            let again = run(&db, &file, &["apply"], &what);
            assert!(again.contains("in sync: nothing to do"), "{what}: {again}");
            run(&db, &file, &["check", "--force", "--allow", "prune"], &what);
            // What is read from it says the same.
            let seen = inspected(&db);
            run(&db, &seen, &["check", "--stateless", "--allow", "prune"], &what);
            let fresh = server.database();
            run(&fresh, &seen, &["apply", "--stateless"], &what);
            assert_same(&inspected(&fresh), &seen, &what);
        }
    }
}

#[test]
fn one_random_schema_becomes_another() {
    for server in servers() {
        let roles = roles(server);
        for seed in seeds(8) {
            let what = format!("seed {seed} on PostgreSQL {}", server.major());
            let [one, two] =
                [seed, seed + 1_000_000].map(|seed| schema::random(seed, server.major(), &roles));
            let (db, fresh) = (server.database(), server.database());
            run(&db, &one, &["apply"], &what);
            run(&db, &two, &["apply", "--allow", "all,prune"], &format!("{what}, from\n{one}\nto"));
            run(&db, &two, &["check", "--force", "--allow", "all,prune"], &what);
            run(&fresh, &two, &["apply"], &what);
            assert_same(&inspected(&db), &inspected(&fresh), &format!("{what}, from\n{one}\nto\n{two}"));
        }
    }
}

#[test]
fn random_changes_are_found_and_mended() {
    for server in servers() {
        let roles = roles(server);
        for seed in seeds(5) {
            let file = schema::random(seed, server.major(), &roles);
            let db = server.database();
            run(&db, &file, &["apply"], &format!("seed {seed}"));
            run(&db, &file, &["apply"], &format!("seed {seed}"));
            let intact = inspected(&db);
            for change in changes::random(seed, &db, &roles) {
                let what = format!("seed {seed} on PostgreSQL {}, after {change}", server.major());
                if db.try_execute(&change).is_err() {
                    continue;
                }
                let changed = inspected(&db);
                let check = Run::new(&db).file(&file).arg("check").run();
                let expected = if changed == intact { 0 } else { 2 };
                assert!(check.code == Some(expected), "{what}: {}{}\n{file}", check.stdout, check.stderr);
                run(&db, &file, &["apply", "--allow", "all,prune"], &what);
                assert_same(&inspected(&db), &intact, &what);
            }
        }
    }
}
