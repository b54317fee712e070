//! The harness itself, on every major that is installed.

use std::{process::Command, thread::sleep, time::Duration};

use crate::support::{self, Options, Run};

#[test]
fn every_server_is_what_it_says() {
    for server in support::servers() {
        let db = server.database();
        let version = db.scalar("show server_version_num");
        assert_eq!(version[..version.len() - 4], server.major().to_string());
    }
}

#[test]
fn databases_are_fresh_and_vanish() {
    for server in support::servers() {
        let name = {
            let db = server.database();
            db.execute(
                "create table t (id int primary key, name text); insert into t values (1, 'ä'), (2, null)",
            );
            let rows = db.query_text("select id, name from t order by id");
            assert_eq!(rows[0], [Some("1".to_owned()), Some("ä".to_owned())]);
            assert_eq!(rows[1], [Some("2".to_owned()), None]);
            assert_eq!(db.column("select id from t order by id"), ["1", "2"]);
            db.name().to_owned()
        };
        let db = server.database();
        assert_eq!(db.scalar("select to_regclass('t') is null"), "t");
        assert_eq!(db.scalar(&format!("select count(*) from pg_database where datname = '{name}'")), "0");
    }
}

#[test]
fn psql_stops_at_the_first_error() {
    for server in support::servers() {
        let db = server.database();
        assert!(db.psql("create table t ();\nselect 1;").status.success());
        let output = db.psql("select nonsense;\ncreate table never ();");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(db.scalar("select to_regclass('never') is null"), "t");
    }
}

#[test]
fn dumps_are_the_same_twice() {
    for server in support::servers().iter().filter(|server| server.can_dump()) {
        let db = server.database();
        db.execute("create table t (id int primary key)");
        let dump = db.dump();
        assert!(dump.contains("CREATE TABLE public.t"), "{dump}");
        assert!(!dump.contains("Dumped") && !dump.contains("restrict"), "{dump}");
        assert_eq!(dump, db.dump());
    }
}

#[test]
fn the_usual_extensions_are_there() {
    for server in support::servers() {
        let db = server.database();
        for extension in
            ["uuid-ossp", "pg_stat_statements", "citext", "pgcrypto", "btree_gist", "pg_trgm", "hstore"]
        {
            db.execute(&format!("create extension \"{extension}\""));
        }
        assert_eq!(db.scalar("select length(uuid_generate_v4()::text)"), "36");
    }
}

#[test]
fn the_log_is_told_apart_by_database() {
    for server in support::servers() {
        let (one, other) = (server.database(), server.database());
        one.execute("create table\n\tmine ()");
        other.execute("create table theirs ()");
        assert!(one.log().contains("mine ()"), "{}", one.log());
        assert!(!one.log().contains("theirs"), "{}", one.log());
    }
}

#[test]
fn passwords_count_over_tcp() {
    for server in support::servers() {
        let db = server.database();
        let role = support::unique("reader");
        db.execute(&format!("create role {role} login password 'right'"));
        let connect = |password| postgres::Client::connect(&db.url_as(&role, password), postgres::NoTls);
        assert!(connect("right").is_ok());
        assert!(connect("wrong").is_err());
        db.execute(&format!("drop role {role}"));
    }
}

#[test]
fn a_dedicated_cluster_stops_starts_and_survives_a_kill() {
    for server in support::servers() {
        let cluster = server.dedicated(&Options::default().config("work_mem = '7MB'"));
        let db = cluster.database();
        db.execute("create table t as select 1 as id");
        assert_eq!(db.scalar("show work_mem"), "7MB");
        cluster.restart();
        assert_eq!(db.scalar("select id from t"), "1");
        db.execute("checkpoint");
        cluster.kill();
        assert!(db.connect_fails());
        cluster.start();
        assert_eq!(db.scalar("select id from t"), "1");
        let directory = cluster.socket().to_owned();
        drop(db);
        drop(cluster);
        assert!(!directory.exists());
    }
}

#[test]
fn a_standby_follows_and_only_reads() {
    let primary = support::server().dedicated(&Options::default());
    let standby = primary.standby();
    primary.connect("postgres").batch_execute("create table t ()").expect("a table on the primary");
    let mut client = standby.connect("postgres");
    let arrived = (0..500).any(|_| {
        sleep(Duration::from_millis(20));
        client.batch_execute("select from t").is_ok()
    });
    assert!(arrived, "{}", standby.log());
    assert!(client.batch_execute("drop table t").is_err());
}

#[test]
#[expect(clippy::print_stdout, reason = "the child's way to name its cluster")]
fn the_watchdog_takes_the_cluster_with_a_killed_process() {
    const CHILD: &str = "HARNESS_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let cluster = support::server().dedicated(&Options::default());
        println!("{}", cluster.socket().display());
        sleep(Duration::from_secs(60));
    }
    let mut child = Command::new(std::env::current_exe().expect("this test binary"))
        .args(["--exact", "harness::the_watchdog_takes_the_cluster_with_a_killed_process", "--nocapture"])
        .env(CHILD, "1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("this test binary starts");
    let stdout = child.stdout.take().expect("its stdout");
    let directory = std::io::BufRead::lines(std::io::BufReader::new(stdout))
        .map_while(Result::ok)
        .find_map(|line| Some(line[line.find("/")?..].to_owned()))
        .expect("the child names its cluster");
    assert!(std::path::Path::new(&directory).join("data/postmaster.pid").exists());
    child.kill().expect("a child can be killed");
    child.wait().expect("a child can be waited for");
    let gone = (0..500).any(|_| {
        sleep(Duration::from_millis(20));
        !std::path::Path::new(&directory).exists()
    });
    assert!(gone, "`{directory}` outlived the process that made it");
}

#[test]
fn a_run_tells_how_it_ended() {
    let outcome = Run::offline().file("").arg("--version").run();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.directory().join("schema.toml").exists());
}
