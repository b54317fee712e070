//! Reaching a server: logging in, waiting, creating the database, the pool. TLS has its own file.

use std::{
    collections::HashMap,
    fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    thread,
    time::{Duration, Instant},
};

use pgreconcile::{
    Error, ErrorKind,
    config::Connection,
    pg::{self, Message, WaitEvent, connect_waiting, scram},
    sql::{Execution, Foreign, Own},
};

use crate::support::{self, Options, TempDir, unique};

/// Settings from a URL and these environment variables alone.
pub fn settings(url: &str, env: &[(&str, &str)]) -> Connection {
    let env: HashMap<&str, &str> = env.iter().copied().collect();
    Connection::resolve(Some(url), &|name| env.get(name).map(ToString::to_string)).expect("settings")
}

/// One attempt that must fail.
#[track_caller]
pub fn refusal(connection: &Connection) -> Error {
    match pg::connect(connection) {
        Ok(_) => panic!("connected to {connection}"),
        Err(failure) => failure.error,
    }
}

fn wait_for(
    connection: &Connection,
    seconds: u64,
    create: bool,
) -> (pgreconcile::Result<pg::Client>, Vec<WaitEvent>) {
    let mut events = Vec::new();
    let result =
        connect_waiting(connection, Duration::from_secs(seconds), create, &mut |event| events.push(event));
    (result, events)
}

fn scalar(client: &mut pg::Client, sql: &str) -> String {
    let reply = client.send(Message::Own(Own::new(sql))).expect("an answer");
    reply.tables[0].rows[0].at(0).expect("a value").to_string()
}

#[test]
fn a_wrong_password_is_not_waited_for() {
    for server in support::servers() {
        let db = server.database();
        let role = unique("wrong");
        db.execute(&format!("create role {role} login password 'right'"));
        let begun = Instant::now();
        let (result, events) = wait_for(&settings(&db.url_as(&role, "hunter2"), &[]), 30, true);
        let error = result.expect_err("no connection");
        assert!(begun.elapsed() < Duration::from_secs(5) && events.is_empty());
        assert_eq!((error.kind, error.sqlstate.as_deref()), (ErrorKind::Failed, Some("28P01")));
        assert!(!format!("{error:?} {error}").contains("hunter2"), "{error}");
        assert!(error.hint.as_deref().is_some_and(|hint| hint.contains(&role)), "{error}");
        db.execute(&format!("drop role {role}"));
    }
}

#[test]
fn a_missing_password_is_said_to_be_missing() {
    let db = support::server().database();
    let role = unique("without");
    db.execute(&format!("create role {role} login password 'right'"));
    let error = refusal(&settings(&format!("postgres://{role}@127.0.0.1:{}/x", db.port()), &[]));
    assert!(error.message.contains("asks for a password, and none is given"), "{error}");
    assert_eq!(error.kind, ErrorKind::Failed);
    db.execute(&format!("drop role {role}"));
}

#[test]
fn an_unknown_role_is_not_waited_for() {
    for server in support::servers() {
        let db = server.database();
        let dsn =
            format!("host={} port={} user=nobody_knows dbname=postgres", db.socket().display(), db.port());
        let (result, _) = wait_for(&settings(&dsn, &[]), 30, false);
        let error = result.expect_err("no connection");
        assert_eq!((error.kind, error.sqlstate.as_deref()), (ErrorKind::Failed, Some("28000")));
        assert!(error.message.contains("role \"nobody_knows\" does not exist"), "{error}");
    }
}

#[test]
fn a_missing_database_is_created_on_request() {
    for server in support::servers() {
        let name = format!("{} \"odd'", unique("made"));
        let connection = settings(&server.cluster().url("postgres"), &[]).with_dbname(&name);
        let (result, _) = wait_for(&connection, 30, false);
        let error = result.expect_err("no connection");
        assert_eq!((error.kind, error.sqlstate.as_deref()), (ErrorKind::Failed, Some("3D000")));
        assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("--create-database")), "{error}");

        let (result, events) = wait_for(&connection, 0, true);
        assert_eq!(scalar(&mut result.expect("a connection"), "select current_database()::text"), name);
        assert_eq!(
            events[..2],
            [
                WaitEvent::CreatingDatabase { name: name.clone() },
                WaitEvent::DatabaseCreated { name: name.clone() },
            ]
        );
        let (result, events) = wait_for(&connection, 0, true);
        assert!(result.is_ok() && events.len() == 1, "{events:?}");
        let drop = format!("drop database \"{}\" with (force)", name.replace('"', "\"\""));
        server.cluster().connect("postgres").batch_execute(&drop).expect("dropped");
    }
}

#[test]
fn many_may_create_the_database_at_once() {
    for server in support::servers() {
        let name = unique("raced");
        let connection = settings(&server.cluster().url(&name), &[]);
        thread::scope(|scope| {
            let racers: Vec<_> =
                (0..4).map(|_| scope.spawn(|| wait_for(&connection, 30, true).0.map(drop))).collect();
            for racer in racers {
                racer.join().expect("no panic").expect("a connection");
            }
        });
        server
            .cluster()
            .connect("postgres")
            .batch_execute(&format!("drop database {name} with (force)"))
            .expect("dropped");
    }
}

#[test]
fn a_role_that_may_not_create_databases_is_told_so() {
    let db = support::server().database();
    let role = unique("poor");
    db.execute(&format!("create role {role} login password 'pw'"));
    let connection = settings(&db.url_as(&role, "pw"), &[]).with_dbname("never_there");
    let error = wait_for(&connection, 5, true).0.expect_err("no connection");
    assert_eq!((error.kind, error.sqlstate.as_deref()), (ErrorKind::Failed, Some("42501")));
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("CREATEDB")), "{error}");
    db.execute(&format!("drop role {role}"));
}

#[test]
fn a_server_that_starts_later_is_waited_for() {
    let cluster = support::server().dedicated(&Options::default().stopped());
    let tcp = settings(&cluster.url("postgres"), &[]);
    let dsn = format!("host={} port={} user=postgres", cluster.socket().display(), cluster.port());
    let socket = settings(&dsn, &[]);
    assert!(refusal(&tcp).message.starts_with("connection refused by `127.0.0.1:"));
    assert!(refusal(&socket).message.starts_with("no server listens on the socket `/"));
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(700));
            cluster.start();
        });
        for connection in [&tcp, &socket] {
            let (result, events) = wait_for(connection, 30, false);
            assert!(result.is_ok(), "{:?}", result.err());
            assert!(matches!(events.last(), Some(WaitEvent::Connected { .. })), "{events:?}");
        }
    });
}

#[test]
fn a_deadline_is_kept() {
    let connection = settings("postgres://u@127.0.0.1:1/d", &[]);
    let begun = Instant::now();
    let (result, events) = wait_for(&connection, 1, true);
    let error = result.expect_err("no connection");
    assert!((1.0..3.0).contains(&begun.elapsed().as_secs_f32()), "{:?}", begun.elapsed());
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(
        error.message.contains("could not be reached in 1s: connection refused by `127.0.0.1:1`"),
        "{error}"
    );
    assert!(events.len() >= 2, "{events:?}");

    let (result, events) = wait_for(&connection, 0, true);
    assert_eq!(result.expect_err("no connection").kind, ErrorKind::Unreachable);
    assert!(events.is_empty());
}

#[test]
fn a_name_that_does_not_resolve_is_waited_for() {
    let (result, events) = wait_for(&settings("postgres://u@no-such-host.invalid/d", &[]), 1, false);
    let error = result.expect_err("no connection");
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("cannot resolve the host name of `no-such-host.invalid:5432`"), "{error}");
    assert!(!events.is_empty());
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let begun = Instant::now();
    let connection = settings(&format!("postgres://u@127.0.0.1:{port}/d?connect_timeout=1"), &[]);
    let error = refusal(&connection);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert_eq!(error.message, format!("no answer from `127.0.0.1:{port}` within 1s"));
}

/// Answers every connection with this refusal. Poolers, and servers in passing states, cannot be had on demand.
fn refusing_server(code: &'static str, message: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    thread::spawn(move || {
        let fields = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
        let length = u32::try_from(fields.len() + 4).expect("short").to_be_bytes();
        for mut stream in listener.incoming().map_while(Result::ok) {
            // The startup packet, whole: closing a socket with something unread would be a reset.
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(&[b"E", length.as_slice(), fields.as_bytes()].concat());
        }
    });
    port
}

#[test]
fn each_refusal_is_final_or_passing() {
    use pg::Reason::{Final, NoDatabase, NotReady};
    for (code, message, reason) in [
        ("57P03", "the database system is starting up", NotReady),
        ("57P01", "terminating connection due to administrator command", NotReady),
        ("53300", "sorry, too many clients already", NotReady),
        ("08006", "server closed the connection", NotReady),
        ("3D000", "database \"x\" does not exist", NoDatabase),
        ("28P01", "password authentication failed for user \"u\"", Final),
        ("28000", "no pg_hba.conf entry", Final),
        ("42501", "permission denied for database \"x\"", Final),
        // PgBouncer's.
        ("08P01", "server login has been failing, try again later (server_login_retry)", NotReady),
        ("08P01", "pgbouncer cannot connect to server", NotReady),
        ("08P01", "no such database: x", NoDatabase),
        ("08P01", "unsupported startup parameter: options", Final),
    ] {
        let port = refusing_server(code, message);
        let connection = settings(&format!("postgres://u@127.0.0.1:{port}/x?sslmode=disable"), &[]);
        let failure = pg::connect(&connection).expect_err("no connection");
        assert_eq!(failure.reason, reason, "{code} {message}: {}", failure.error);
        let kind = if reason == NotReady { ErrorKind::Unreachable } else { ErrorKind::Failed };
        assert_eq!((failure.error.kind, failure.error.sqlstate.as_deref()), (kind, Some(code)));
    }
}

#[test]
fn a_full_server_is_waited_for() {
    let db = support::server().database();
    let role = unique("crowded");
    db.execute(&format!("create role {role} login password 'pw' connection limit 0"));
    let connection = settings(&db.url_as(&role, "pw"), &[]);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(500));
            db.execute(&format!("alter role {role} connection limit 1"));
        });
        let (result, events) = wait_for(&connection, 30, false);
        assert!(result.is_ok(), "{:?}", result.err());
        assert!(
            matches!(&events[0], WaitEvent::Waiting { reason, .. } if reason.contains("too many connections"))
        );
    });
    thread::sleep(Duration::from_millis(50));
    db.execute(&format!("drop role {role}"));
}

#[test]
fn the_password_file_is_used() {
    let db = support::server().database();
    let role = unique("filed");
    db.execute(&format!("create role {role} login password 'a:b\\c'"));
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("pgpass");
    fs::write(&path, format!("# comment\n127.0.0.1:*:*:{role}:a\\:b\\\\c\n")).expect("written");
    let url = format!("postgres://{role}@127.0.0.1:{}/{}", db.port(), db.name());
    let env = [("PGPASSFILE", path.to_str().expect("UTF-8"))];
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("mode");
    assert!(refusal(&settings(&url, &env)).message.contains("none is given"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
    let mut client = pg::connect(&settings(&url, &env)).map_err(Error::from).expect("a connection");
    assert_eq!(scalar(&mut client, "select current_user::text"), role);

    fs::rename(&path, directory.path().join(".pgpass")).expect("renamed");
    let home = [("HOME", directory.path().to_str().expect("UTF-8"))];
    assert!(pg::connect(&settings(&url, &home)).is_ok());
    drop(client);
    db.execute(&format!("drop role {role}"));
}

#[test]
fn the_session_is_named_and_its_version_known() {
    for server in support::servers() {
        let db = server.database();
        let mut client = pg::connect(&settings(&db.url(), &[])).map_err(Error::from).expect("a connection");
        assert_eq!(scalar(&mut client, "show application_name"), "pgreconcile");
        assert_eq!(scalar(&mut client, "show server_version_num")[..2], server.major().to_string());
        let named = settings(&format!("{}?application_name=mine&options=-cwork_mem%3D7MB", db.url()), &[]);
        let mut client = pg::connect(&named).map_err(Error::from).expect("a connection");
        assert_eq!(scalar(&mut client, "show application_name"), "mine");
        assert_eq!(scalar(&mut client, "show work_mem"), "7MB");
    }
}

#[test]
fn several_hosts_are_tried_in_turn() {
    let db = support::server().database();
    let dsn = |attrs: &str| {
        let (port, name) = (db.port(), db.name());
        format!(
            "host=127.0.0.1,127.0.0.1 port=1,{port} user=postgres dbname={name} target_session_attrs={attrs}"
        )
    };
    for attrs in ["any", "read-write", "primary"] {
        assert!(pg::connect(&settings(&dsn(attrs), &[])).is_ok(), "{attrs}");
    }
    let error = refusal(&settings(&dsn("standby"), &[]));
    assert!(error.message.ends_with("is not a standby"), "{error}");
    assert_eq!(error.notes, ["connection refused by `127.0.0.1:1`"]);
    assert_eq!(error.kind, ErrorKind::Unreachable);
}

#[test]
fn the_primary_is_found_beside_its_standby() {
    let primary = support::server().dedicated(&Options::default());
    let standby = primary.standby();
    let dsn = |attrs: &str| {
        let ports = format!("{},{}", standby.port(), primary.port());
        format!("host=127.0.0.1,127.0.0.1 port={ports} user=postgres target_session_attrs={attrs}")
    };
    for (attrs, recovering) in
        [("any", "true"), ("standby", "true"), ("read-write", "false"), ("primary", "false")]
    {
        let (result, _) = wait_for(&settings(&dsn(attrs), &[]), 30, false);
        let recovery = scalar(&mut result.expect("a connection"), "select pg_is_in_recovery()::text");
        assert_eq!(recovery, recovering, "{attrs}");
    }
}

/// The driver asks the server about a type that it does not know, after all that is sent at once. The answers that come
/// before are taken meanwhile, whatever their size and whoever has opened the connection.
#[test]
fn what_the_driver_asks_itself_holds_up_no_answer() {
    for server in support::servers() {
        let db = server.database();
        db.execute("create type e as enum ('a'); create table t (id e)");
        let question = |sql: &str| Message::Foreign(Foreign::new(sql));
        let long = "select repeat('x', 20000000), n::public.e from generate_series(1, 2) n";
        let messages = [
            Message::Forgotten(Foreign::new("select 'a'::public.e")),
            question("select 'a'::public.e, 'b'::text"),
            question("select id, 't' from public.t"),
            Message::Forgotten(Foreign::new(long.replace("n::public.e", "'a'::public.e"))),
            Message::Own(Own::new(long.replace("n::public.e", "n"))),
            Message::Execution(Execution::new(long.replace("n::public.e", "n"))),
            question(&long.replace("n::public.e", "n")),
        ];
        let own = pg::connect(&settings(&db.url(), &[])).expect("a connection");
        for mut client in [own, db.connect().into()] {
            let messages = messages.clone();
            let (sender, receiver) = std::sync::mpsc::channel();
            thread::spawn(move || sender.send(client.exchange(&messages)));
            let replies = receiver.recv_timeout(Duration::from_secs(60)).expect("all answers in time");
            let found: Vec<_> = replies
                .iter()
                .map(|reply| {
                    let rows = |reply: &pg::Reply| reply.tables.iter().map(|table| table.rows.len()).sum();
                    reply.as_ref().map(rows).map_err(ToString::to_string)
                })
                .collect();
            let why = found[1].clone().expect_err("a value of that type cannot be shown");
            assert!(why.contains("error deserializing column 0"), "{why}");
            // What nobody asked for is not kept.
            assert_eq!(found[0], Ok(0_usize), "PostgreSQL {}", server.major());
            assert_eq!(found[2..], [Ok(0), Ok(0), Ok(2), Ok(1), Ok(2)], "PostgreSQL {}", server.major());
        }
    }
}

/// What a probe gives, and the statement that it is for, may be of any type and of any length.
#[test]
fn a_probe_may_give_whatever_it_likes() {
    let probes = [
        ("select 'a'::public.e", false),
        ("select repeat('x', 20000000)", false),
        ("select true::public.flag", true),
        ("select row(1, 2)", false),
        ("select array[true]", false),
        ("select 't'", true),
        ("select 'true'", false),
        ("select null", false),
        ("select true where false", false),
        ("select 'a'::public.e = 'a'", true),
    ];
    for server in support::servers() {
        let db = server.database();
        db.execute("create type public.e as enum ('a'); create domain public.flag as bool");
        let mut file = String::new();
        for (number, (probe, _)) in probes.iter().enumerate() {
            file.push_str(&format!(
                "[[custom]]\nname = \"{number}\"\nprobe = \"{probe}\"\ncreate = \"{probe}\"\n"
            ));
        }
        let report = support::Run::new(&db).file(&file).args(["check", "--format", "json"]).spawn();
        let report = report.wait().code(2).json();
        let expected: Vec<_> = probes.iter().enumerate().filter(|(_, (_, there))| !there).collect();
        let expected: Vec<_> = expected.iter().map(|(number, _)| format!("custom {number}")).collect();
        let mut missing: Vec<_> = report["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item["address"].as_str().map(str::to_owned))
            .collect();
        missing.sort();
        assert_eq!(missing, expected, "PostgreSQL {}", server.major());
        // The rehearsal executes each of them; what it gives is nobody's business.
        let outcome = support::Run::new(&db).file(&file).arg("apply").spawn().wait().code(1);
        outcome.stderr_contains("7 differences are left");
    }
}

#[test]
fn the_pool_opens_and_prepares_sessions() {
    let db = support::server().database();
    let pool = pg::pool::pool_with(&settings(&db.url(), &[]), 3, |client| {
        let set = client.send(Message::Own(Own::new("set work_mem = '7MB'")));
        set.map(|_| ()).map_err(|error| Error::failed(error.to_string()))
    })
    .expect("a pool");
    assert_eq!(pool.state().connections, 0);
    let mut sessions: Vec<_> = (0..3).map(|_| pool.get().expect("a session")).collect();
    for session in &mut sessions {
        assert_eq!(scalar(session, "show work_mem"), "7MB");
    }
    drop(sessions);
    assert_eq!(pool.state().connections, 3);
    drop(pool);
}

#[test]
fn a_verifier_is_a_password_that_the_server_never_sees() {
    for server in support::servers() {
        let db = server.database();
        let role = unique("hashed");
        for password in ["plain", "ünï\u{a0}cödé"] {
            let stored = |sql: &str| {
                db.execute(sql);
                db.scalar(&format!("select rolpassword from pg_authid where rolname = '{role}'"))
            };
            let verifier = scram::verifier(password);
            assert_eq!(stored(&format!("create role {role} login password '{verifier}'")), verifier);
            let connection = settings(
                &format!("host=127.0.0.1 port={} user={role} dbname=postgres", db.port()),
                &[("PGPASSWORD", password)],
            );
            assert!(pg::connect(&connection).is_ok());
            let servers_own = stored(&format!("alter role {role} password '{password}'"));
            assert!(servers_own != verifier && scram::matches(&servers_own, password), "{servers_own}");
            assert!(!scram::matches(&servers_own, "other"));
            db.execute(&format!("drop role {role}"));
        }
    }
}
