//! The command line as a contract: exit codes, channels, formats, gates, secrets.

use serde_json::Value;

use crate::support::{self, Database, Options, Run, portal::Portal, unique};

const SCHEMA: &str =
    "[tables.events.columns]\nid = { type = \"bigint\", primary_key = true }\nname = \"text\"\n";

#[test]
fn exit_codes_say_how_it_ended() {
    let db = support::server().database();
    let run = |command: &str| Run::new(&db).file(SCHEMA).arg(command);
    run("validate").run().code(0);
    run("check").run().code(2);
    run("plan").run().code(0);
    run("plan").arg("--check").run().code(2);
    run("apply").run().code(0);
    run("check").run().code(0);
    run("plan").arg("--check").run().code(0);
    Run::new(&db).file("[tables.events.columns]\nid = \"nonsense\"\n").arg("apply").run().code(1);
    Run::new(&db).file("[tables.events]\nabsent = true\n").arg("apply").run().code(3);
    Run::new(&db).file("[nonsense]\n").arg("apply").run().code(5);
    run("nonsense").run().code(64);
    run("apply").arg("--nonsense").run().code(64);
    run("apply").args(["--allow", "drop_tabel"]).run().code(64).stderr_contains("did you mean `drop_table`?");
    run("apply").args(["--wait", "soon"]).run().code(64).stderr_contains("500ms");
    run("exec").run().code(64);
    let nobody =
        Run::offline().file(SCHEMA).args(["apply", "--wait", "0", "--url", "postgres://127.0.0.1:1/x"]);
    nobody.run().code(4).stderr_contains("error: ");
    run("--help").run().code(0).stdout_contains("Exit codes");
}

#[test]
fn results_go_to_stdout_and_logs_to_stderr() {
    let db = support::server().database();
    let run = |args: &[&str]| Run::new(&db).file(SCHEMA).args(args).run();
    let plan = run(&["plan"]).success().stdout_contains("CREATE TABLE public.events");
    assert_eq!(plan.stderr, "");
    run(&["apply"])
        .success()
        .stdout_contains("done: ")
        .stdout_lacks("CREATE TABLE")
        .stderr_contains("CREATE TABLE");
    let idle = run(&["apply"]).success().stdout_contains("in sync: nothing to do");
    assert_eq!(idle.stderr, "");
    assert_eq!(run(&["check"]).success().stderr, "");
}

#[test]
fn json_is_one_document() {
    let db = support::server().database();
    let run = |args: &[&str]| Run::new(&db).file(SCHEMA).args(args).args(["--format", "json"]).run();
    let formatted = |document: Value| {
        assert_eq!(document["format"], 1, "{document}");
        document
    };
    let valid = formatted(run(&["validate"]).success().json());
    assert_eq!(valid["valid"], true);
    let plan = formatted(run(&["plan"]).success().json());
    assert_eq!(plan["outcome"], "differs");
    assert_eq!(formatted(run(&["check"]).code(2).json())["outcome"], "differs");
    let applied = formatted(run(&["apply"]).success().json());
    assert_eq!(applied["outcome"], "applied");
    let sql = |step: &Value| step["sql"].as_str().map(str::to_owned);
    let statements = |groups: &Value| -> Vec<Option<String>> {
        let groups = groups.as_array().into_iter().flatten();
        groups.flat_map(|group| group["statements"].as_array().into_iter().flatten()).map(sql).collect()
    };
    let executed: Vec<_> = applied["steps"].as_array().into_iter().flatten().map(sql).collect();
    assert!(!executed.is_empty() && executed == statements(&plan["groups"]), "{applied:#}\n{plan:#}");
    assert_eq!(formatted(run(&["apply"]).success().json())["outcome"], "in_sync");
    let status = formatted(run(&["status"]).success().json());
    assert_eq!(status["last_run"]["outcome"], "in sync");
    let history = formatted(run(&["history"]).success().json());
    let ids: Vec<_> =
        history["runs"].as_array().into_iter().flatten().map(|run| run["id"].to_string()).collect();
    assert_eq!(ids.len(), 2, "{history:#}");
    let first = formatted(run(&["history", &ids[1]]).success().json());
    assert_eq!(first["steps"].as_array().map(Vec::len), Some(executed.len()));
    let ready = formatted(run(&["wait"]).success().json());
    assert_eq!(ready["outcome"], "ready");
    assert!(ready["database"].as_str().is_some_and(|url| url.ends_with(db.name())), "{ready}");
    db.execute(&format!("alter database {} set pgreconcile.development = on", db.name()));
    let seeded = Run::new(&db).file(SCHEMA).file_at("seed/a.sql", "insert into events values (1)");
    let seeded = formatted(seeded.args(["seed", "--format", "json"]).run().success().json());
    assert_eq!((&seeded["outcome"], &seeded["files"]), (&"seeded".into(), &1.into()));
    assert_eq!(formatted(run(&["reset"]).success().json())["outcome"], "applied");
    run(&["inspect"]).code(64);
}

/// A plan is a script, and nothing else is.
#[test]
fn no_other_result_than_a_plan_is_a_script() {
    let db = support::server().database();
    let run = |args: &[&str]| Run::new(&db).file(SCHEMA).args(args).env("PGRECONCILE_FORMAT", "sql").run();
    run(&["plan"]).success().stdout_contains("COMMIT;");
    let others: &[&[&str]] = &[
        &["apply"],
        &["check"],
        &["exec", "--", "true"],
        &["validate"],
        &["wait"],
        &["status"],
        &["rollback"],
        &["seed"],
        &["reset"],
        &["history"],
        &["history", "1"],
        &["inspect"],
        &["json-schema"],
    ];
    for command in others {
        let outcome = run(command).code(64).stderr_contains("`--format sql` is for `plan`");
        assert_eq!(outcome.stdout, "", "{command:?}");
    }
    assert_eq!(db.scalar("select to_regclass('events') is null"), "t");
}

#[test]
fn what_is_undeclared_is_a_difference_where_that_is_wanted() {
    let db = support::server().database();
    let run = |args: &[&str]| Run::new(&db).file(SCHEMA).args(args.iter().copied()).run();
    run(&["apply"]).success();
    run(&["check", "--strict"]).success();
    db.execute("create table undeclared (id int)");
    run(&["check"]).success();
    run(&["plan", "--check"]).success();
    run(&["check", "--strict"]).code(2).stdout_contains("1 undeclared object").stdout_contains("undeclared");
    run(&["plan", "--check", "--strict"]).code(2);
    assert_eq!(run(&["check", "--strict", "--format", "json"]).code(2).json()["outcome"], "differs");
    run(&["apply", "--strict"]).success();
}

/// Whatever goes wrong, a program that asked for JSON gets it.
#[test]
fn json_tells_of_a_failure_too() {
    let db = support::server().database();
    db.execute("create table events (id int)");
    let told = |run: Run, code: i32, outcome: &str| {
        let told = run.args(["--format", "json"]).run().code(code).json();
        let (format, error) = (&told["format"], &told["error"]);
        assert_eq!(
            (format, &told["outcome"], &told["exit_code"]),
            (&1.into(), &outcome.into(), &code.into())
        );
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{told}");
        told
    };
    let run = |file: &str, args: &[&str]| Run::new(&db).file(file).args(args);
    for command in ["apply", "plan", "check", "status"] {
        told(run("[nonsense]\n", &[command]), 5, "invalid");
        let nowhere = Run::offline().file(SCHEMA).args([command, "--wait", "0"]);
        told(nowhere.env("DATABASE_URL", "host=127.0.0.1 port=1"), 4, "unreachable");
    }
    told(run("[nonsense]\n", &["validate"]), 5, "invalid");
    told(run("[tables.events]\nabsent = true\n", &["apply"]), 3, "refused");
    told(run(SCHEMA, &["inspect"]), 64, "usage");
    let failed = told(run("[tables.a.columns]\nb = \"nonsense\"\n", &["apply"]), 1, "failed");
    assert_eq!(failed["error"]["sqlstate"], "42704", "{failed}");
    // What `plan` has found is the result; what would stop `apply` is in it.
    let obstacle = "[tables.events]\npartition_by = \"range (id)\"\ncolumns.id = \"int\"\n";
    let plan = run(obstacle, &["plan", "--format", "json"]).run().code(1).json();
    assert!(plan["items"][0]["obstacle"]["message"].is_string(), "{plan}");
}

#[test]
fn json_log_lines_are_json_errors_too() {
    let db = support::server().database();
    let log = |file: &str, code: i32| -> Vec<Value> {
        let outcome = Run::new(&db).file(file).args(["apply", "--log-format", "json"]).run().code(code);
        let parse =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        outcome.stderr.lines().map(parse).collect()
    };
    let lines = log(SCHEMA, 0);
    assert!(
        lines.iter().any(|line| line["message"].as_str().is_some_and(|text| text.contains("CREATE TABLE")))
    );
    for (file, code) in [
        ("[nonsense]\n", 5),
        ("[tables.a.columns]\nb = \"nonsense\"\n", 1),
        ("[tables.events]\nabsent = true\n", 3),
    ] {
        let lines = log(file, code);
        let last = lines.last().unwrap_or_else(|| panic!("no line for {file}"));
        assert_eq!((&last["level"], &last["exit_code"]), (&"error".into(), &code.into()), "{last}");
        assert!(last["time"].is_string(), "{last}");
    }
    let usage = Run::new(&db)
        .file(SCHEMA)
        .args(["apply", "--log-format", "json", "--allow", "nonsense"])
        .run()
        .code(64);
    assert!(usage.stderr.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{}", usage.stderr);
}

#[test]
fn exec_becomes_the_command() {
    let db = support::server().database();
    let run = |file: &str, script: &str| Run::new(&db).file(file).args(["exec", "--", "sh", "-c", script]);
    let started = run(SCHEMA, "echo $$; exit 7").spawn();
    let pid = started.pid().to_string();
    let outcome = started.wait().code(7);
    assert_eq!(outcome.stdout.trim(), pid, "another process");
    assert_eq!(db.scalar("select to_regclass('events') is not null"), "t");
    let mut server =
        run(SCHEMA, "trap 'echo stopped; exit 9' TERM; echo ready; while :; do sleep 0.05; done").spawn();
    server.await_stdout("ready");
    server.signal("TERM");
    server.wait().code(9).stdout_contains("stopped");
    run("[tables.events.columns]\nid = \"nonsense\"\n", "echo started").run().code(1).stdout_lacks("started");
    run("[tables.events]\nabsent = true\n", "echo started").run().code(3).stdout_lacks("started");
    let missing = Run::new(&db).file(SCHEMA).args(["exec", "--", "no-such-program"]).run();
    missing.code(1).stderr_contains("cannot start `no-such-program`");
}

#[test]
fn wait_waits_for_the_server() {
    let cluster = support::server().dedicated(&Options::default().stopped());
    let run = || Run::offline().file(SCHEMA).env("DATABASE_URL", cluster.url("postgres"));
    run().args(["wait", "--wait", "0"]).run().code(4);
    let mut waiting = run().args(["wait", "--wait", "60s"]).spawn();
    waiting.await_stderr("waiting for the database");
    cluster.start();
    waiting.wait().success().stdout_contains("accepts connections");
    run().args(["wait", "--wait", "0"]).run().success();
}

#[test]
fn a_missing_database_is_created_where_that_is_wanted() {
    for server in support::servers() {
        let name = unique("made");
        let run = || Run::offline().file(SCHEMA).env("DATABASE_URL", server.cluster().url(&name));
        run().arg("apply").run().code(1).stderr_contains("--create-database");
        for command in
            [&["plan"][..], &["check"], &["status"], &["inspect"], &["apply", "--dry-run"], &["history"]]
        {
            run().args(command).arg("--create-database").run().code(1).stderr_contains("does not exist");
        }
        run().args(["apply", "--create-database"]).run().success();
        run().args(["check"]).run().success();
        let mut client = server.cluster().connect("postgres");
        client.batch_execute(&format!("drop database {name} with (force)")).expect("the database was made");
    }
}

#[test]
fn what_loses_something_wants_consent() {
    for server in support::servers() {
        let db = server.database();
        db.execute("create table events (id bigint primary key, name text, extra int); insert into events values (1)");
        db.execute("create table other (id int)");
        let absent = "[tables.events]\nabsent = true\n";
        let refused = Run::new(&db).file(absent).arg("apply").run().code(3);
        let refused =
            refused.stderr_contains("DROP TABLE public.events").stderr_contains("needs `drop_table`");
        refused.stderr_contains("--allow drop_table").stderr_contains("nothing was executed");
        Run::new(&db).file(absent).args(["apply", "--allow", "drop_column"]).run().code(3);
        assert_eq!(db.scalar("select count(*) from events"), "1");
        assert_eq!(db.scalar("select count(*) from pg_namespace where nspname = 'pgreconcile'"), "0");
        // What the file does not declare stays, unless pruning is allowed.
        Run::new(&db).file(SCHEMA).arg("apply").run().success();
        assert_eq!(db.scalar("select count(extra) + count(*) from events"), "1");
        Run::new(&db).file(SCHEMA).arg("check").run().success().stdout_contains("drift: table public.other");
        let pruned =
            Run::new(&db).file(SCHEMA).args(["apply", "--allow", "prune,drop_table,drop_column"]).run();
        pruned.success();
        assert_eq!(db.scalar("select to_regclass('other') is null"), "t");
        let columns = "select string_agg(attname, ',' order by attnum) from pg_attribute \
                       where attrelid = 'events'::regclass and attnum > 0 and not attisdropped";
        assert_eq!(db.scalar(columns), "id,name");
        assert_eq!(db.scalar("select count(*) from events"), "1");
        Run::new(&db).file(absent).args(["apply", "--allow", "drop_table"]).run().success();
        assert_eq!(db.scalar("select to_regclass('events') is null"), "t");
    }
}

#[test]
fn optional_objects_may_fail_or_be_left_out() {
    let db = support::server().database();
    let file = format!(
        "{SCHEMA}[extensions]\ncitext = {{ optional = true }}\nnonsense_extension = {{ optional = true }}\n"
    );
    let has_citext = "select count(*) from pg_extension where extname = 'citext'";
    Run::new(&db).file(&file).args(["apply", "--skip-optional"]).run().success().stderr_lacks("nonsense");
    assert_eq!(db.scalar(has_citext), "0");
    let outcome = Run::new(&db).file(&file).arg("apply").run().success();
    outcome
        .stderr_contains("warn skipped optional extension nonsense_extension")
        .stdout_contains("in sync; 1 optional object skipped");
    assert_eq!(db.scalar(has_citext), "1");
    let again = Run::new(&db).file(&file).arg("apply").run().success();
    again.stdout_contains("in sync: nothing else to do");
    let check = Run::new(&db).file(&file).arg("check").run().success();
    check
        .stdout_contains("+ extension nonsense_extension (optional)")
        .stdout_contains("in sync; 1 optional object");
}

#[test]
fn a_stateless_run_leaves_no_schema_behind() {
    for server in support::servers() {
        let portal = Portal::empty(server);
        portal.run(["apply", "--stateless"]).run().success();
        portal.run(["apply", "--stateless"]).run().success().stdout_contains("in sync: nothing to do");
        portal.run(["check", "--stateless"]).run().success();
        assert_eq!(portal.db.scalar("select count(*) from pg_namespace where nspname = 'pgreconcile'"), "0");
        portal.run(["history"]).run().success().stdout_contains("no run is recorded");
    }
}

#[test]
fn force_trusts_no_memo() {
    let db = support::server().database();
    let file = "[tables.t.columns]\na = { type = \"text\", default = \"'UTC'\" }\nb = { type = \"text\", default = \"'Mars'\" }\n";
    let run = |arguments: &[&str]| Run::new(&db).file(file).args(arguments.iter().copied()).run();
    run(&["apply"]).success();
    db.execute("alter table t alter a set default 'Mars'");
    run(&["check"]).code(2).stdout_contains("column public.t.a");
    // A memo that lies: it says that what is in the database is what the file says.
    let lie = "update pgreconcile.memo m set observed = b.observed from pgreconcile.memo b \
               where m.address = 'column public.t.a' and b.address = 'column public.t.b' returning 1";
    assert_eq!(db.column(lie), ["1"]);
    run(&["check"]).success();
    run(&["check", "--force"]).code(2).stdout_contains("column public.t.a");
    run(&["apply", "--force"]).success();
    run(&["check", "--force"]).success();
}

#[test]
fn secrets_are_shown_nowhere() {
    for server in support::servers() {
        let portal = Portal::empty(server);
        let (admin, weak) = (unique("admin"), unique("weak"));
        let secrets = ["s3cret-of-the-console", "adm1n-pw"];
        portal.db.execute(&format!(
            "create role {admin} superuser login password 'adm1n-pw'; create role {weak} login password 'adm1n-pw'; \
             grant create on database {} to {weak}",
            portal.db.name()
        ));
        let silent = |text: &str, where_: &str| {
            for secret in secrets.iter().chain(&["SCRAM-SHA-256$"]) {
                assert!(
                    !text.contains(secret),
                    "`{secret}` in {where_} on PostgreSQL {}\n{text}",
                    server.major()
                );
            }
        };
        let run = |role: &str, args: &[&str]| {
            let outcome = portal
                .run(args.iter().copied())
                .env("DATABASE_URL", portal.db.url_as(role, "adm1n-pw"))
                .run();
            silent(&outcome.stdout, &format!("stdout of {args:?} as {role}"));
            silent(&outcome.stderr, &format!("stderr of {args:?} as {role}"));
            outcome
        };
        // The statement that carries the password fails.
        run(&weak, &["apply", "-vv"]).code(1);
        run(&weak, &["apply", "--log-format", "json"]).code(1);
        for args in [
            ["plan", "--format=text"],
            ["plan", "--format=json"],
            ["check", "--format=json"],
            ["apply", "-vv"],
        ] {
            run(&admin, &args);
        }
        for args in
            [["history", "--format=json"], ["history", "1"], ["status", "--format=json"], ["wait", "-vv"]]
        {
            run(&admin, &args).success();
        }
        let recorded = portal.db.column("select to_jsonb(s)::text from pgreconcile.step s union all select to_jsonb(r)::text from pgreconcile.run r");
        silent(&recorded.join("\n"), "the history");
        let log = portal.db.log();
        for secret in secrets {
            let leaks = log.lines().filter(|line| line.contains(secret) && !line.contains("create role"));
            assert_eq!(leaks.count(), 0, "`{secret}` in the server's log\n{log}");
        }
        portal
            .run(["apply", "--url", "postgres://user:pw-in-a-url@127.0.0.1:1/x", "--wait", "0"])
            .run()
            .code(4)
            .stderr_lacks("pw-in-a-url");
        assert_logs_in(&portal.db, &portal.role);
        portal.db.execute(&format!("drop owned by {admin}, {weak}"));
    }
}

#[track_caller]
fn assert_logs_in(db: &Database, role: &str) {
    let login = postgres::Client::connect(&db.url_as(role, "s3cret-of-the-console"), postgres::NoTls);
    assert!(login.is_ok(), "{role} cannot log in with its password");
}
