//! Passwords of the person who runs it stay with that person: in no message, no log, and no other process.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use crate::support::{self, Run, pgreconcile, unique};

const FILE: &str = "[tables.t.columns]\nid = \"int\"\n";

/// Every variable of the tool and of the application, and what becomes of it in the command.
#[test]
fn the_command_gets_the_variables_of_the_application_alone() {
    let db = support::server().database();
    let role = unique("handed");
    let file = format!(
        "{FILE}[roles.{role}]\nlogin = true\npassword_env = \"PG_READER_PASSWORD\"\n\
         [roles.{role}_two]\nlogin = true\npassword_env = \"POSTGRES_PASSWORD\"\n"
    );
    let run = |keep: &[&str]| {
        let run =
            Run::offline().file(&file).env("PGRECONCILE_URL", db.url()).env("PG_READER_PASSWORD", "hunter2");
        let run = run.env("POSTGRES_PASSWORD", "hunter3").env("DATABASE_URL", "postgres://app:hunter4@app/d");
        let run = run.env("PGPASSWORD", "hunter5").env("OTHER", "kept").env("PGRECONCILE_WAIT", "5s");
        run.arg("exec").args(keep).args(["--", "env"])
    };
    let ended = run(&[]).run().success();
    for gone in ["PGRECONCILE_URL=", "PG_READER_PASSWORD=", "hunter2"] {
        assert!(!ended.stdout.contains(gone), "{gone}\n{}", ended.stdout);
    }
    let kept =
        ["POSTGRES_PASSWORD=hunter3", "DATABASE_URL=postgres://app", "PGPASSWORD=hunter5", "OTHER=kept"];
    for kept in kept.iter().chain(&["PGRECONCILE_WAIT=5s"]) {
        assert!(ended.stdout.contains(kept), "{kept}\n{}", ended.stdout);
    }
    let ended = ended.stderr_contains("not handed to `env`: `PGRECONCILE_URL`, `PG_READER_PASSWORD`");
    ended.stderr_lacks("hunter");
    for kept in [run(&["--keep-env"]), run(&[]).env("PGRECONCILE_KEEP_ENV", "true")] {
        let ended = kept.run().success().stdout_contains("PG_READER_PASSWORD=hunter2");
        ended.stdout_contains("PGRECONCILE_URL=postgres://").stderr_lacks("not handed");
    }
    db.drop_roles(&role).expect("dropped");
}

/// The values of `options_env` are as secret as passwords.
#[test]
fn the_command_does_not_get_what_user_mappings_are_made_of() {
    let db = support::server().database();
    let file = "[foreign_data_wrappers.w]\n[servers.far]\nforeign_data_wrapper = \"w\"\n\
                [servers.far.user_mappings.public]\noptions_env = { password = \"FAR_PASSWORD\" }\n";
    let ended = Run::offline()
        .file(file)
        .env("DATABASE_URL", db.url())
        .env("FAR_PASSWORD", "hunter2")
        .args(["exec", "--", "sh", "-c", "env; exit 7"])
        .run();
    let ended = ended.code(7).stdout_contains("DATABASE_URL=").stdout_lacks("FAR_PASSWORD");
    ended.stderr_lacks("hunter2");
}

#[test]
fn a_password_among_the_arguments_is_warned_of() {
    let db = support::server().database();
    let role = unique("typed");
    db.execute(&format!("create role {role} login superuser password 'hunter2'"));
    let url = db.url_as(&role, "hunter2");
    const WARNING: &str = "the password in `--url` can be seen by everybody";
    for run in [
        Run::offline().args(["check", "--url", &url]),
        Run::offline().args(["--url", &url, "check"]),
        Run::offline().args(["check", &format!("--url={url}")]),
    ] {
        let ended = run.file(FILE).run().code(2).stderr_contains(WARNING).stderr_contains("PGPASSWORD");
        ended.stderr_lacks("hunter2").stdout_lacks("hunter2");
    }
    let by_variable = Run::offline().file(FILE).arg("check").env("PGRECONCILE_URL", &url).run();
    by_variable.code(2).stderr_lacks(WARNING);
    let without = Run::offline().file(FILE).args(["check", "--url", &db.url()]).run();
    without.code(2).stderr_lacks(WARNING);
    db.drop_roles(&role).expect("dropped");
}

/// Passwords as people write them, in every place where they may stand.
#[test]
fn no_form_of_a_url_is_repeated() {
    // Each piece is one that a reader would know the password by.
    let passwords = [
        "hux@qez@wqo",
        "hux/qez/wqo",
        "hux#qez#wqo",
        "hux?qez?wqo",
        "hux qez wqo",
        "hux%qez%wqo",
        "hux&qez=wqo",
        "hux:qez:wqo",
        "hux,qez,wqo",
        "hux[qez]wqo",
        "hux'qez'wqo",
        "hux\\qez\\wqo",
        "hux/qez@wqo",
        "hux@qez/wqo",
        "hux?qez@wqo/x",
        "hux=qez@wqo",
        "9/hux?qez@wqo",
        "9?hux=qez@wqo",
        "9?sslmode=hux@qez",
        "@hux/qez",
        "/hux@qez",
    ];
    let forms = [
        "postgres://u:{}@127.0.0.1:1/d",
        "postgresql://u:{}@127.0.0.1:1/d?sslmode=disable",
        "postgres://:{}@127.0.0.1:1/d",
        "postgres:/u:{}@127.0.0.1:1/d",
        "postgres//u:{}@127.0.0.1:1/d",
        "POSTGRES://u:{}@127.0.0.1:1/d",
        "postgresql+driver://u:{}@127.0.0.1:1/d",
        "jdbc:postgresql://127.0.0.1:1/d?user=u&password={}",
        "mysql://u:{}@127.0.0.1:1/d",
        "'postgres://u:{}@127.0.0.1:1/d'",
        "u:{}@127.0.0.1:1/d",
        "postgres://127.0.0.1:1/d?user=u&password={}",
        "host=127.0.0.1 port=1 user=u password={}",
        "host=127.0.0.1 port=1 user=u password='{}",
        "host=127.0.0.1 port=1 user=u password={} dbname=d",
    ];
    for form in forms {
        for password in passwords {
            let url = form.replace("{}", password);
            let environments = [
                ("DATABASE_URL", url.as_str(), false),
                ("PGRECONCILE_URL", &url, true),
                ("--url", &url, true),
            ];
            for (place, url, is_json) in environments {
                let mut command = pgreconcile();
                command.args(["wait", "--wait", "0", "-vv"]);
                match place {
                    "--url" => command.args(["--url", url]),
                    variable => command.env(variable, url),
                };
                if is_json {
                    command.args(["--log-format", "json"]);
                }
                let output = command.output().expect("it runs");
                let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                for piece in ["hux", "qez", "wqo"] {
                    assert!(!said.contains(piece), "{place} {url}: `{piece}`\n{said}");
                }
                assert!(matches!(output.status.code(), Some(4 | 64)), "{place} {url}: {said}");
            }
        }
    }
}

#[test]
fn a_url_in_the_wrong_place_is_not_repeated() {
    let url = "postgres://u:hunter2@h/d";
    for arguments in [
        &["apply", url][..],
        &[url],
        &["history", url],
        &["--wait", url, "apply"],
        &["apply", "--uri", url],
        &["apply", &format!("--wait={url}")],
        &["apply", "--allow", url],
        &["apply", "--format", url],
        &["apply", "--url", url, "--url", url],
        &["apply", "host=h password=hunter2"],
    ] {
        let ended = Run::offline().file(FILE).args(arguments).run().code(64);
        ended.stderr_lacks("hunter2").stdout_lacks("hunter2");
    }
}

/// What cannot be read is not passed over for the next place.
#[test]
fn a_variable_that_is_no_text_is_an_error() {
    let db = support::server().database();
    for name in ["DATABASE_URL", "POSTGRES_PASSWORD", "PGPASSWORD"] {
        let run = Run::offline().file(FILE).env("PGHOST", db.socket()).env("PGPORT", db.port().to_string());
        let run = run.env(name, OsStr::from_bytes(b"hunter2\xff")).arg("check").run();
        run.code(64).stderr_contains(&format!("`{name}` is not UTF-8")).stderr_lacks("hunter2");
    }
}

/// Whatever is asked of the log.
#[test]
fn the_log_has_no_statement_with_a_password() {
    let db = support::server().database();
    let role = unique("logged");
    let file = format!("{FILE}[roles.{role}]\nlogin = true\npassword_env = \"SECRET\"\n");
    for filter in
        ["trace", "tokio_postgres=trace", "tokio_postgres::simple_query=trace,tokio_postgres::prepare=trace"]
    {
        let run = Run::new(&db).file(&file).env("SECRET", "hunter2").env("RUST_LOG", filter).arg("apply");
        run.run()
            .success()
            .stderr_lacks("hunter2")
            .stderr_lacks("SCRAM-SHA-256$")
            .stderr_lacks("executing statement");
        db.drop_roles(&role).expect("dropped");
    }
}

#[test]
fn a_file_is_valid_whatever_is_set() {
    let file = "[roles.somebody]\nlogin = true\npassword_env = \"NOBODY_SETS_THIS\"\n\
                [foreign_data_wrappers.w]\n[servers.far]\nforeign_data_wrapper = \"w\"\n\
                [servers.far.user_mappings.public]\noptions_env = { password = \"NOR_THIS\" }\n";
    let ended = Run::offline().file(file).arg("validate").run().success().stdout_contains("is valid");
    ended.stderr_contains("`NOBODY_SETS_THIS` is not set here").stderr_contains("`NOR_THIS` is not set here");
    Run::offline()
        .file(file)
        .env("NOBODY_SETS_THIS", "x")
        .arg("validate")
        .run()
        .success()
        .stderr_lacks("NOBODY");
    let db = support::server().database();
    for command in ["plan", "check", "apply"] {
        let ended = Run::new(&db).file(file).arg(command).run().code(5);
        let ended = ended.stderr_contains("the environment variable `NOBODY_SETS_THIS` is not set");
        ended.stderr_contains("schema.toml:3:16").stderr_contains("hint: set `NOBODY_SETS_THIS`");
    }
}

/// Rows of production are shown to nobody who did not ask for them: neither those that stand in the way nor those that the
/// server names when a statement fails.
#[test]
fn whole_rows_are_shown_only_where_they_are_asked_for() {
    let file = "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\nmail = { type = \"text\" }\nn = { type = \"int\", not_null = true }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int primary key, mail text, n int); insert into t values (7, 'a@example.org', null)");
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        outcome.stderr_contains("(id = 7)").stderr_lacks("example.org");
        let outcome = Run::new(&db).file(file).args(["apply", "--show-rows"]).run().code(1);
        outcome.stderr_contains("(7,a@example.org,)");
        // A row that only the server finds.
        db.execute("alter table t add constraint c check (mail not like 'b%')");
        let late = "[[custom]]\nname = \"late\"\nprobe = \"select false\"\ncreate = \"insert into t (id, mail) values (8, 'b@example.org')\"\n";
        let file = format!("{}{late}", file.replace(", not_null = true }", " }"));
        let outcome = Run::new(&db).file(&file).arg("apply").run().code(1);
        outcome.stderr_contains("SQLSTATE 23514").stderr_contains("holds a row").stderr_lacks("example.org,");
    }
}

/// A run that waits says what the other one does, and nothing that may be a value: not only passwords are secret.
#[test]
fn a_run_that_waits_tells_no_values_of_the_other_one() {
    let db = support::server().database();
    let mut other = db.connect();
    let key = ::pgreconcile::session::LOCK_KEY;
    other.batch_execute(&format!("select pg_advisory_lock({key})")).expect("the lock is free");
    db.execute("create foreign data wrapper w; create server far foreign data wrapper w");
    let statements = [
        ("create user mapping for public server far options (token 'hunter2')", "create user mapping …"),
        ("/* */ do $$ begin perform 'hunter2'; end $$", "a statement with values"),
        ("alter user mapping for public server far options (set token U&'hunter2')", "alter user mapping …"),
        ("drop user mapping for public server far", "idle: drop user mapping for public server far"),
    ];
    for (statement, told) in statements {
        other.batch_execute(statement).expect("it is executed");
        let waiting = Run::new(&db).file(FILE).args(["apply", "--lock-wait", "100ms"]).run().code(1);
        waiting.stderr_contains(told).stderr_lacks("hunter2");
    }
}
