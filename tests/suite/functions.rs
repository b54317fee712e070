//! What a function does is checked by its language before anything has changed, and once all that it names is there.

use crate::support::{self, Run};

const TABLE: &str = "[tables.t]\ncolumns.id = \"int\"\ncolumns.n = \"int\"\ncolumns.extra = \"int\"\n";

fn function(name: &str, language: &str, returns: &str, body: &str) -> String {
    format!(
        "[functions.\"{name}()\"]\nlanguage = \"{language}\"\nreturns = \"{returns}\"\nbody = \"{body}\"\n"
    )
}

#[test]
fn a_body_that_the_language_refuses_is_found_before_anything_changes() {
    let mistakes = [
        ("plpgsql", "void", "begin retrun n; end", "syntax error at or near \"retrun\""),
        ("plpgsql", "void", "declare n nowhere; begin end", "type \"nowhere\" does not exist"),
        ("plpgsql", "trigger", "begin select; into x; end", "syntax error"),
        ("sql", "int", "selct 1", "syntax error at or near \"selct\""),
        ("sql", "int", "select id from nowhere", "relation \"nowhere\" does not exist"),
        ("sql", "int", "select nowhere from t", "column \"nowhere\" does not exist"),
        ("sql", "int", "select 'a'::text", "return type mismatch"),
    ];
    for server in support::servers() {
        let db = server.database();
        // Once with a table that comes with it, once with one that another session may be using.
        for there in [false, true] {
            if there {
                db.execute("create table t (id int, n int); create function f() returns int language sql as 'select 1'");
            }
            for (language, returns, body, said) in mistakes {
                let file = format!("{TABLE}{}", function("bad", language, returns, body));
                let outcome = Run::new(&db).file(&file).args(["apply"]).run().code(1);
                outcome
                    .stderr_contains("function public.bad()")
                    .stderr_contains(said)
                    .stderr_contains("nothing was executed")
                    .stderr_lacks("wants its own quotes")
                    .stderr_lacks("pgr_")
                    .stderr_lacks("pg_temp");
                // What is there stays as it is.
                if there && returns == "int" {
                    let file = format!("{TABLE}{}", function("f", language, returns, body));
                    Run::new(&db).file(&file).args(["apply"]).run().code(1).stderr_contains(said);
                    assert_eq!(db.scalar("select prosrc from pg_proc where proname = 'f'"), "select 1");
                }
            }
        }
        assert_eq!(db.scalar("select count(*) from pg_attribute where attname = 'extra'"), "0");
    }
}

/// A table that is there gets the column only when the plan is executed.
#[test]
fn a_body_may_name_what_the_plan_brings() {
    let good = [
        function("sums", "sql", "bigint", "select sum(extra) from t"),
        function("adds", "sql", "int", "select n + 1 from t"),
        function("calls", "sql", "int", "select public.adds()"),
        function("itself", "sql", "int", "select public.itself()"),
        function("rows", "plpgsql", "t", "declare r t%rowtype; e t.extra%type; begin return r; end"),
        "[schemas.s.functions.\"sums(int)\"]\narguments = \"n int\"\nreturns = \"int\"\nbody = \"select sums.n\"\n"
            .to_string(),
        "[functions.\"own(int)\"]\narguments = \"n int\"\nreturns = \"int\"\nbody = \"select other.own.n\"\n\
         set = { search_path = \"pg_catalog\" }\n"
            .replace("other.own.n", "own.n"),
    ]
    .concat();
    for server in support::servers() {
        for there in ["create table t (id int, n text)", "select 1"] {
            let db = server.database();
            db.execute(there);
            let file = format!("{TABLE}{good}");
            Run::new(&db).file(&file).args(["apply", "--allow", "all"]).run().success();
            Run::new(&db).file(&file).args(["check", "--force"]).run().success();
            assert_eq!(
                db.scalar("select count(*) from pg_proc where pronamespace = pg_my_temp_schema()"),
                "0"
            );
        }
    }
}

#[test]
fn a_body_that_is_wrong_in_the_end_is_no_success() {
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int, n int)");
        let file = format!("{TABLE}{}", function("late", "sql", "int", "select extra + now() from t"));
        let outcome = Run::new(&db).file(&file).args(["apply"]).run().code(1);
        outcome
            .stderr_contains("function public.late(): operator does not exist")
            .stderr_contains("it is in force")
            .stderr_lacks("nothing was executed");
        assert_eq!(db.scalar("select outcome from pgreconcile.run order by id desc limit 1"), "failed");
    }
}

#[test]
fn a_body_that_names_what_is_made_while_it_runs_is_left_unchecked_if_the_file_says_so() {
    for server in support::servers() {
        let db = server.database();
        let file = function("f", "sql", "bigint", "select count(*) from made_while_it_runs");
        Run::new(&db).file(&file).args(["apply"]).run().code(1).stderr_contains("check_body = false");
        Run::new(&db).file(&format!("{file}check_body = false\n")).args(["apply"]).run().success();
        Run::new(&db).file(&file).args(["check", "--force"]).run().success();
    }
}

/// A file that was checked out on Windows says the same, and where only white space differs, that is what is shown.
#[test]
fn ends_of_lines_make_no_other_function() {
    let db = support::server().database();
    let file = "[functions.\"f()\"]\nreturns = \"int\"\nbody = \"\"\"\nselect 1\n    + 1\n\"\"\"\n";
    let run = |file: &str, args: &[&str]| Run::new(&db).file(file).args(args.iter().copied()).run();
    run(file, &["apply"]).success();
    run(&file.replace('\n', "\r\n"), &["check"]).success();
    assert_eq!(db.scalar("select strpos(prosrc, chr(13)) from pg_proc where proname = 'f'"), "0");
    db.execute("create or replace function f() returns int language sql as E'select 1\\r\\n    + 1\\r\\n'");
    run(file, &["check"]).code(2).stdout_contains("select 1\\r\\n    + 1\\r\\n → select 1\\n    + 1\\n");
    let long = |end: &str| file.replace("select 1", &format!("select {}{end}", "1 + ".repeat(50)));
    run(&long("1"), &["apply"]).success();
    run(&long("2"), &["check"])
        .code(2)
        .stdout_contains("+ 1\\n    + 1\\n → ")
        .stdout_contains("+ 2\\n    + 1");
}

/// What the role that runs may not look at may be there for the owner of the function.
#[test]
fn a_body_that_names_what_is_hidden_from_the_run_is_no_mistake() {
    for server in support::servers() {
        let db = server.database();
        let role = support::unique("deploy");
        db.execute(&format!(
            "create role {role} login password 'd'; create schema hidden; create table hidden.t (id int);
             grant usage, create on schema public to {role}; grant create, temporary on database {} to {role}",
            db.name()
        ));
        let file = function("f", "sql", "bigint", "select count(*) from hidden.t");
        let outcome = Run::new(&db).file(&file).args(["apply", "--url", &db.url_as(&role, "d")]).run();
        outcome.success();
        db.execute(&format!("drop owned by {role}; drop role {role}"));
    }
}

/// Of what no longer compiles where it is, the same can be made elsewhere.
#[test]
fn what_does_not_compile_is_inspected_as_it_is() {
    for server in support::servers() {
        let (db, other) = (server.database(), server.database());
        db.execute(
            "create table t (id int); create function good() returns bigint language sql as 'select count(*) from t';
             alter table t add gone int; create function stale() returns bigint language sql as 'select sum(gone) from t'; alter table t drop gone;
             create function broken() returns void language plpgsql as 'begin end'",
        );
        db.execute(
            "set check_function_bodies = off; create or replace function broken() returns void language plpgsql \
             as 'begin retrun; end'",
        );
        let file = Run::new(&db).arg("inspect").run().success().stdout;
        assert_eq!(file.matches("check_body = false").count(), 2, "{file}");
        Run::new(&db).file(&file).args(["check", "--force"]).run().success();
        Run::new(&other).file(&file).arg("apply").run().success();
        assert_eq!(Run::new(&other).arg("inspect").run().success().stdout, file);
    }
}

/// What was computed by the former body is named: an index over it finds nothing of what it should.
#[test]
fn what_keeps_results_of_a_former_body_is_named() {
    let file = |body: &str| {
        format!(
            "[functions.\"norm(t text)\"]\nreturns = \"text\"\nlanguage = \"sql\"\nvolatility = \"immutable\"\nbody = \"{body}\"\n\
             [tables.t]\ncolumns.n = \"text\"\ncolumns.g = {{ type = \"text\", generated = \"norm(n)\" }}\n\
             columns.d = {{ type = \"text\", default = \"norm('A')\" }}\n\
             checks.c = \"norm(n) <> ''\"\nindexes.i = {{ on = \"norm(n)\", unique = true }}\nindexes.d = {{ on = \"d\" }}\n"
        )
    };
    for server in support::servers() {
        let db = server.database();
        Run::new(&db)
            .file(&file("select lower(t)"))
            .arg("apply")
            .run()
            .success()
            .stderr_lacks("goes on with");
        let other = file("select lower(trim(t))");
        for args in [&["plan"][..], &["apply"]] {
            let outcome = Run::new(&db).file(&other).args(args.iter().copied()).run().success();
            let named =
                ["index public.t.i goes on with", "check public.t.c goes on", "column public.t.g goes on"];
            named
                .iter()
                .fold(outcome, |outcome, named| outcome.stderr_contains(named))
                .stderr_lacks("t.d goes on");
        }
        Run::new(&db).file(&other).arg("apply").run().success().stderr_lacks("goes on with");
        let slower = other.replace("volatility", "cost = 7\nvolatility");
        Run::new(&db).file(&slower).arg("apply").run().success().stderr_lacks("goes on with");
    }
}
