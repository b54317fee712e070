//! Behind PgBouncer. These tests need the program; where it is missing they say so and pass.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::support::{self, Database, Run, TempDir, account, unique};

const FILE: &str = "[tables.t.columns]\nid = \"int\"\n";

/// A PgBouncer in front of a database, killed when dropped.
struct Pooler {
    child: Child,
    port: u16,
    _directory: TempDir,
}

impl Pooler {
    /// Nothing where the program is not installed.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn start(db: &Database, settings: &str) -> Option<Pooler> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
        let Some(program) = program.iter().find(|path| Path::new(path).exists()) else {
            eprintln!("skipped: no `pgbouncer` on this machine (`apt-get install pgbouncer`)");
            return None;
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|at| at.local_addr()).expect("a free port").port();
        let config = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\n{settings}\n",
            db.port()
        );
        let path = directory.path().join("pgbouncer.ini");
        std::fs::write(&path, config).and_then(|()| account::give(directory.path())).expect("a config file");
        account::give(&path).expect("a config file");
        let mut command = account::command(program);
        let child =
            command.arg("-q").arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let pooler = Pooler { child: child.spawn().expect("pgbouncer starts"), port, _directory: directory };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "pgbouncer does not listen");
            sleep(Duration::from_millis(20));
        }
        Some(pooler)
    }

    fn run(&self, db: &Database, args: &[&str]) -> Run {
        let url = format!("postgres://postgres@127.0.0.1:{}/{}", self.port, db.name());
        Run::new(db).file(FILE).args(args).args(["--url", &url])
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Neither the lock nor the settings of a run may come to somebody else's session: nothing at all is done there.
#[test]
fn a_pool_by_transactions_is_refused_and_left_as_it_is() {
    let settings = [
        "pool_mode = transaction",
        "pool_mode = transaction\nignore_startup_parameters = options, extra_float_digits",
        "pool_mode = statement",
        "pool_mode = transaction\ndefault_pool_size = 1",
    ];
    for settings in settings {
        let db = support::server().database();
        let Some(pooler) = Pooler::start(&db, settings) else { return };
        for command in ["apply", "plan", "check", "status", "history", "inspect"] {
            pooler.run(&db, &[command]).run().code(1).stderr_contains("pooler").stderr_contains("--url");
        }
        let mut other = postgres::Config::new();
        other.host("127.0.0.1").port(pooler.port).user("postgres").dbname(db.name());
        let mut other = other.connect(postgres::NoTls).expect("the pool serves others");
        let messages = other.simple_query("show search_path").expect("a setting");
        let path = messages.iter().find_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        assert_eq!(path, Some("\"$user\", public"), "{settings}");
        drop(other);
        drop(pooler);
        assert_eq!(db.scalar("select count(*) from pg_class where relname = 't'"), "0");
        let held = "select count(*) from pg_locks where locktype = 'advisory' \
                    and database = (select oid from pg_database where datname = current_database())";
        assert_eq!(db.scalar(held), "0");
    }
}

#[test]
fn a_pool_by_sessions_will_do() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for hides in ["", "\nignore_startup_parameters = options, extra_float_digits"] {
            let db = server.database();
            let Some(pooler) = Pooler::start(&db, &format!("pool_mode = session{hides}")) else { return };
            pooler.run(&db, &["apply"]).run().success();
            pooler.run(&db, &["check"]).run().success();
            // The lock went with the session.
            pooler.run(&db, &["apply", "--lock-wait", "0"]).run().success();
            drop(pooler);
        }
    }
}

/// A program that uses the library may open its connection itself.
#[test]
fn a_connection_of_the_caller_will_do() {
    let db = support::server().database();
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("schema.toml");
    std::fs::write(&path, FILE).expect("a file");
    let url = db.url();
    let connection = pgreconcile::config::Connection::resolve(Some(&url), &|_| None).expect("an address");
    let options = pgreconcile::Options::new(connection);
    let reconciler = pgreconcile::Reconciler::from_path(&path, &|_| None).expect("a valid file");
    let report = reconciler.apply_on(db.connect().into(), &options, &|_| {}).expect("it is applied");
    assert_eq!(report.outcome, pgreconcile::report::Outcome::Applied);
}

/// Whoever lends a connection lends it as the role that it has become, and all that is made belongs to that role.
#[test]
fn a_lent_connection_keeps_its_role() {
    for server in support::servers() {
        let (login, owner) = (unique("login"), unique("owner"));
        for (number, became) in [
            format!("set role {owner}"),
            format!("set session authorization {owner}"),
            format!("set session authorization {login}; set role {owner}"),
        ]
        .into_iter()
        .enumerate()
        {
            let db = server.database();
            if number == 0 {
                db.execute(&format!("create role {owner}; create role {login} in role {owner}"));
            }
            db.execute(&format!(
                "grant create on schema public to {owner}; grant create on database {} to {owner}",
                db.name()
            ));
            let folder = tempfile::tempdir().expect("a temporary directory");
            let path = folder.path().join("schema.toml");
            // What is read before the table is made, and what runs on its own, may change the role.
            let file = "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\n\
                        [tables.t.indexes]\nt_idx = [\"id\"]\n\
                        [[custom]]\nname = \"reset\"\nprobe = \"select to_regclass('made') is not null\"\n\
                        create = \"create table made (); reset role; reset session authorization\"\n\
                        [views]\nv = \"select id from t\"\n";
            std::fs::write(&path, file).expect("a file");
            let connection =
                pgreconcile::config::Connection::resolve(Some(&db.url()), &|_| None).expect("an address");
            let options = pgreconcile::Options::new(connection);
            let reconciler = pgreconcile::Reconciler::from_path(&path, &|_| None).expect("a valid file");
            let lent = || {
                let mut client = db.connect();
                client.batch_execute(&became).expect("a role");
                client.into()
            };
            let report = reconciler.apply_on(lent(), &options, &|_| {}).expect("it is applied");
            assert_eq!(report.outcome, pgreconcile::report::Outcome::Applied);
            let owners = "select distinct relowner::regrole::text from pg_class \
                          where relnamespace in ('public'::regnamespace, 'pgreconcile'::regnamespace)";
            assert_eq!(db.column(owners), [owner.as_str()], "{became} on PostgreSQL {}", server.major());
            let again = reconciler.apply_on(lent(), &options, &|_| {}).expect("it is in sync");
            assert_eq!(again.outcome, pgreconcile::report::Outcome::InSync);
        }
    }
}
