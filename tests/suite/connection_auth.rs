//! Who asks for a password, how, and over what; and servers that stop talking in the middle.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use pgreconcile::{Error, ErrorKind, pg};

use crate::{
    connection::{refusal, settings},
    connection_tls::{Files, Pair, authority},
    support::{
        self, Cluster, Options, Run,
        pretend::{Pretender, Tap, authentication, message, ready},
    },
};

/// One role for each way in which the server asks; over TCP by TLS or without.
const HBA: &str = "
local all postgres                 trust
local all in_the_clear             password
host  all postgres    127.0.0.1/32 trust
host  all in_the_clear 127.0.0.1/32 password
host  all hashed      127.0.0.1/32 md5
host  all proven      127.0.0.1/32 scram-sha-256
host  all unasked     127.0.0.1/32 trust
";

const ROLES: &str = "
set password_encryption = 'scram-sha-256';
create role in_the_clear login password 'hunter2';
create role proven login password 'hunter2';
create role unasked login;
set password_encryption = 'md5';
create role hashed login password 'hunter2';
";

struct Asking {
    cluster: Cluster,
    files: Files,
    root: String,
}

impl Asking {
    fn on(server: &support::Server) -> Asking {
        let cluster = server.dedicated(&Options::default().hba(HBA).stopped());
        let (right, files) = (authority("right"), Files::new());
        Pair::new(&right, &["db.test"], |_| ()).serve_on(&cluster);
        cluster.connect("postgres").batch_execute(ROLES).expect("roles");
        let root = files.root(&right);
        Asking { cluster, files, root }
    }

    fn login(&self, role: &str, rest: &str) -> Result<(), Error> {
        let port = self.cluster.port();
        let dsn = format!(
            "host=db.test hostaddr=127.0.0.1 port={port} user={role} dbname=postgres password=hunter2 {rest}"
        );
        pg::connect(&settings(&dsn, &[])).map(drop).map_err(Error::from)
    }
}

#[test]
fn the_password_itself_is_told_to_nobody_but_the_server() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let asking = Asking::on(server);
        let verified = |mode: &str| format!("sslmode={mode} {}", asking.root);
        for (rest, why) in [
            (
                "sslmode=disable".to_owned(),
                "over a connection that is not encrypted; the password was not sent",
            ),
            (
                "sslmode=allow".to_owned(),
                "over a connection that is not encrypted; the password was not sent",
            ),
            ("sslmode=prefer".to_owned(), "is encrypted, but may lead to anybody; the password was not sent"),
            (
                "sslmode=require".to_owned(),
                "is encrypted, but may lead to anybody; the password was not sent",
            ),
            // Who knows of an authority and does not ask for it gets no more than he asks for.
            (verified("prefer"), "is encrypted, but may lead to anybody"),
        ] {
            let error = asking.login("in_the_clear", &rest).expect_err(&rest);
            assert!(error.message.contains(why) && error.kind == ErrorKind::Failed, "{rest}: {error}");
            assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("verify-full")), "{error}");
        }
        for rest in [verified("verify-full"), verified("verify-ca"), verified("require")] {
            asking.login("in_the_clear", &rest).unwrap_or_else(|error| panic!("{rest}: {error}"));
        }
        let socket = format!(
            "host={} port={} user=in_the_clear dbname=postgres password=hunter2",
            asking.cluster.socket().display(),
            asking.cluster.port()
        );
        assert!(pg::connect(&settings(&socket, &[])).is_ok());
        for role in ["proven", "hashed", "unasked"] {
            asking.login(role, "sslmode=disable").unwrap_or_else(|error| panic!("{role}: {error}"));
        }
        let port = asking.cluster.port();
        for (role, warned) in [("hashed", true), ("proven", false)] {
            let url = format!("postgres://{role}:hunter2@127.0.0.1:{port}/postgres");
            let ended = Run::offline().arg("wait").env("DATABASE_URL", url).run().success();
            assert_eq!(ended.stderr.contains("MD5 hash of the password"), warned, "{}", ended.stderr);
        }
    }
}

#[test]
fn a_server_asks_only_as_it_may() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let asking = Asking::on(server);
        let roles = ["in_the_clear", "hashed", "proven", "unasked"];
        for mode in ["disable", "verify-full"] {
            for (methods, expected) in [
                ("password", [true, false, false, false]),
                ("md5", [false, true, false, false]),
                ("scram-sha-256", [false, false, true, false]),
                ("none", [false, false, false, true]),
                ("md5,scram-sha-256", [false, true, true, false]),
                ("!none", [true, true, true, false]),
                ("!password,!md5", [false, false, true, true]),
            ] {
                for (role, allowed) in roles.iter().zip(expected) {
                    // In plain text the password is not told whatever is allowed.
                    let allowed = allowed && (*role != "in_the_clear" || mode != "disable");
                    let rest = format!("sslmode={mode} {} require_auth={methods}", asking.root);
                    let outcome = asking.login(role, &rest);
                    assert_eq!(outcome.is_ok(), allowed, "{role} {rest}: {outcome:?}");
                }
            }
        }
        // What binds the login to the channel is that of TLS itself.
        for (rest, bound) in [("sslmode=require", true), ("sslmode=disable", false)] {
            let outcome = asking.login("proven", &format!("{rest} channel_binding=require"));
            assert_eq!(outcome.is_ok(), bound, "{rest}: {outcome:?}");
        }
        let error = asking.login("unasked", "require_auth=scram-sha-256").expect_err("refused");
        assert!(
            error.message.ends_with("asks for no password, which `require_auth` does not allow"),
            "{error}"
        );
        let port = asking.cluster.port();
        let socket = format!("host={} port={port} user=postgres", asking.cluster.socket().display());
        let strict = settings(&socket, &[("PGREQUIREAUTH", "scram-sha-256")]);
        assert!(refusal(&strict).message.contains("cannot be kept on the socket"));
        drop(asking.files);
    }
}

/// A server that is none, and asks in every way for what it could use.
#[test]
fn whoever_pretends_to_be_the_server_hears_no_password() {
    let clear = authentication(3, b"");
    let notice = message(b'N', b"SNOTICE\0C00000\0Mhello\0\0");
    let rows: [(&str, Vec<Vec<u8>>); 5] = [
        ("sslmode=disable", vec![clear.clone()]),
        ("sslmode=prefer", vec![b"N".to_vec(), clear.clone()]),
        ("sslmode=allow", vec![clear.clone()]),
        ("sslmode=disable", vec![[notice, clear.clone()].concat()]),
        ("sslmode=disable&require_auth=scram-sha-256", vec![clear]),
    ];
    for (rest, lines) in rows {
        let server = Pretender::new(lines);
        let url = format!("postgres://somebody:hunter2@127.0.0.1:{}/d?{rest}", server.port());
        let run =
            Run::offline().file("[tables.t]\n").args(["check", "--wait", "1s"]).env("DATABASE_URL", &url);
        let ended = run.run().code(1).stderr_contains("asks for the password in clear text");
        ended.stderr_lacks("hunter2").stdout_lacks("hunter2");
        assert!(server.has_heard("somebody"), "{rest}");
        assert!(!server.has_heard("hunter2"), "{rest}");
    }
    // One who lets everybody in has shown nothing; with `require_auth` he is told nothing.
    let server = Pretender::new(vec![ready()]);
    let url = format!("postgres://u:hunter2@127.0.0.1:{}/d?sslmode=disable", server.port());
    let run = Run::offline().file("[tables.t]\n").args(["check", "--wait", "1s"]).env("DATABASE_URL", &url);
    run.env("PGREQUIREAUTH", "scram-sha-256").run().code(1).stderr_contains("asks for no password");
    assert!(!server.has_heard("server_version_num"));
}

#[test]
fn a_server_that_stops_talking_is_waited_for_no_longer_than_is_said() {
    let scram = || authentication(10, b"SCRAM-SHA-256\0\0");
    let no_tls = || b"N".to_vec();
    for (what, rest, lines) in [
        ("the connection", "sslmode=prefer", vec![]),
        ("the connection, without TLS", "sslmode=disable", vec![]),
        ("the handshake", "sslmode=require", vec![b"S".to_vec()]),
        ("the login", "sslmode=prefer", vec![no_tls()]),
        ("half a message", "sslmode=prefer", vec![no_tls(), b"R\0\0".to_vec()]),
        ("the proof", "sslmode=prefer", vec![no_tls(), scram()]),
        ("the end of the login", "sslmode=prefer", vec![no_tls(), authentication(0, b"")]),
        ("the first message", "sslmode=prefer", vec![no_tls(), ready()]),
        ("the first message", "sslmode=prefer&connect_timeout=0", vec![no_tls(), ready()]),
        ("the sort of server", "sslmode=prefer&target_session_attrs=primary", vec![no_tls(), ready()]),
    ] {
        let server = Pretender::new(lines);
        let url = format!("postgres://u:hunter2@127.0.0.1:{}/d?{rest}", server.port());
        let runs = [&["apply"][..], &["check"], &["inspect"], &["history"]].map(|arguments| {
            let run = Run::offline().file("[tables.t]\n").args(arguments).args(["--wait", "2s"]);
            run.env("DATABASE_URL", &url).spawn()
        });
        let begun = Instant::now();
        for run in runs {
            run.wait().code(4).stderr_contains("no answer from").stderr_lacks("hunter2");
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: {:?}", begun.elapsed());
    }
}

/// The time that the file says counts, too.
#[test]
fn a_silent_server_is_waited_for_as_the_file_says() {
    let server = Pretender::new(Vec::new());
    let url = format!("postgres://u@127.0.0.1:{}/d", server.port());
    let run = Run::offline().file("[reconcile]\nwait = \"1s\"\n[tables.t]\n").env("DATABASE_URL", &url);
    let begun = Instant::now();
    run.arg("apply").run().code(4).stderr_contains("no answer from");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[test]
fn what_takes_long_is_not_cut_off() {
    let db = support::server().database();
    let file = "[[custom]]\nname = \"slow\"\nprobe = \"select to_regclass('slow') is not null\"\n\
                create = \"create table slow as select 1 as done from pg_sleep(4)\"\n";
    Run::new(&db).file(file).args(["apply", "--wait", "1s"]).run().success().stdout_contains("in sync");
}

/// The request to cancel has the key of the session in it.
#[test]
fn a_request_to_cancel_is_encrypted_as_its_session_is() {
    const CANCEL: [u8; 4] = 80_877_102_u32.to_be_bytes();
    let server = support::server();
    let cluster = server.dedicated(&Options::default().stopped());
    let (right, files) = (authority("right"), Files::new());
    Pair::new(&right, &["localhost"], |_| ()).serve_on(&cluster);
    let file = "[[custom]]\nname = \"slow\"\nprobe = \"select to_regclass('slow') is not null\"\n\
                create = \"create table slow as select 1 as done from pg_sleep(60)\"\n";
    for (rest, encrypted) in [
        (format!("sslmode=verify-full {}", files.root(&right)), true),
        ("sslmode=require".to_owned(), true),
        ("sslmode=prefer".to_owned(), true),
        ("sslmode=disable".to_owned(), false),
    ] {
        let db = cluster.database();
        let tap = Tap::to(cluster.port());
        let (port, name) = (tap.port(), db.name());
        let dsn = format!("host=localhost hostaddr=127.0.0.1 port={port} user=postgres dbname={name} {rest}");
        let run = Run::offline().file(file).arg("apply").env("DATABASE_URL", &dsn).spawn();
        let asleep = "select count(*) > 0 from pg_stat_activity where datname = current_database() \
                      and wait_event = 'PgSleep' and backend_type = 'client backend'";
        db.await_true(asleep);
        let before = tap.heard().len();
        let begun = Instant::now();
        run.signal("TERM");
        run.wait().code(143).stderr_contains("cancelling what runs");
        assert!(begun.elapsed() < Duration::from_secs(4), "{rest}: {:?}", begun.elapsed());
        let heard = tap.heard().split_off(before);
        assert!(!heard.is_empty(), "{rest}");
        let is_open = |bytes: &Vec<u8>| bytes.windows(4).any(|window| window == CANCEL);
        assert_eq!(heard.iter().any(is_open), !encrypted, "{rest}: {heard:?}");
        db.await_true(&asleep.replace("> 0", "= 0"));
        sleep(Duration::from_millis(10));
    }
}
