//! Former names that do not lead where they should.

use crate::support::{self, Run};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A former name that the file still declares would keep what is there under it.
#[test]
fn a_former_name_is_not_declared() {
    let file = |more: &str| {
        format!("[tables.t.columns]\nid = \"int\"\nb = {{ type = \"int\", renamed_from = \"a\" }}\n{more}\n")
    };
    let outcome = Run::offline().file(&file("a = \"int\"")).arg("validate").run().code(5);
    outcome.stderr_contains("`column public.t.b` was `column public.t.a`, which the file declares too");
    let outcome = Run::offline().file(&file("a = { absent = true }")).arg("validate").run().code(5);
    outcome.stderr_contains("take out `absent`");
    Run::offline().file(&file("")).arg("validate").run().success();
}

/// One that is nowhere is told where the table is there, and not where all is new.
#[test]
fn a_former_name_that_is_nowhere_is_told() {
    let file = "[tables.t.columns]\nid = \"int\"\nb = { type = \"int\", renamed_from = \"aa\" }\n";
    for server in support::servers() {
        let db = server.database();
        Run::new(&db).file(file).arg("apply").run().success().stderr_lacks("neither");
        Run::new(&db).file(file).arg("apply").run().success().stderr_lacks("neither");
        db.execute("alter table t rename b to a");
        for args in [["plan"], ["apply"]] {
            let outcome = Run::new(&db).file(file).args(args).run().success();
            outcome
                .stderr_contains("column public.t.b is to have been `aa`, but neither of the two is there");
        }
        Run::new(&db).file(file).arg("check").run().success().stderr_lacks("neither");
    }
}

/// What still says the former name of a column is found before anything is renamed.
#[test]
fn what_says_the_former_name_is_found_before_the_rename() {
    let file = |column: &str, more: &str| {
        format!("[tables.t]\ncolumns.id = \"int\"\ncolumns.b = {{ type = \"text\", renamed_from = \"a\" }}\n{more}").replace("COLUMN", column)
    };
    let users = [
        "indexes.i = { on = [\"lower(COLUMN)\"] }\n",
        "checks.c = \"COLUMN <> ''\"\n",
        "columns.g = { type = \"text\", generated = \"COLUMN || 'x'\" }\n",
        "policies.p = { using = \"COLUMN = 'x'\" }\n",
        "indexes.j = { on = [\"id\"], where = \"COLUMN is not null\" }\n",
    ];
    for server in support::servers() {
        for user in users {
            let db = server.database();
            let before = file("a", user)
                .replace("columns.b = { type = \"text\", renamed_from = \"a\" }", "columns.a = \"text\"");
            Run::new(&db).file(&before).arg("apply").run().success();
            let outcome = Run::new(&db).file(&file("a", user)).arg("apply").run().code(1);
            outcome.stderr_contains("column \"a\" does not exist; nothing was executed");
            assert_eq!(db.scalar("select string_agg(attname, ',' order by attname) from pg_attribute where attrelid = 't'::regclass and attname in ('a', 'b')"), "a");
            Run::new(&db).file(&file("b", user)).arg("apply").run().success();
            Run::new(&db).file(&file("b", user)).args(["check", "--force"]).run().success();
        }
    }
}

/// So is what says the former name of a table, a view, a type or a sequence, wherever it stands.
#[test]
fn what_says_the_former_name_of_an_object_is_found_before_the_rename() {
    let table = "columns = { id = { type = \"int\", primary_key = true }, a = \"text\" }\n";
    let other = "columns = { id = \"int\" }\n";
    let function = "[functions.\"f()\"]\nreturns = \"bigint\"\nlanguage = \"sql\"\n";
    let cases = [
        ("tables", table, "[views]\nv = \"select id, a from NAME\"\n".to_string()),
        ("tables", table, "[materialized_views.v]\nquery = \"select id, a from NAME\"\n".to_string()),
        ("tables", table, format!("{function}body = \"select count(*) from NAME\"\n")),
        ("tables", table, format!("{function}sql_body = \"return (select count(*) from NAME)\"\n")),
        (
            "tables",
            table,
            format!("[tables.u]\n{other}policies.p = {{ using = \"id in (select id from NAME)\" }}\n"),
        ),
        ("views", "query = \"select 1 as id\"\n", "[views.w]\nquery = \"select id from NAME\"\n".to_string()),
        ("enums", "labels = [\"x\"]\n", "[tables.u]\ncolumns.e = \"NAME\"\n".to_string()),
        (
            "sequences",
            "type = \"integer\"\n",
            "[tables.u]\ncolumns.n = { type = \"int\", default = \"nextval('NAME')\" }\n".to_string(),
        ),
    ];
    for server in support::servers() {
        let there = |(_, _, user): &&(&str, &str, String)| !user.contains("sql_body") || server.major() >= 14;
        for (section, body, user) in cases.iter().filter(there) {
            let db = server.database();
            let before = format!("[{section}.before]\n{body}{}", user.replace("NAME", "before"));
            Run::new(&db).file(&before).arg("apply").run().success();
            let after = |said: &str| {
                format!("[{section}.after]\nrenamed_from = \"before\"\n{body}{}", user.replace("NAME", said))
            };
            let outcome = Run::new(&db).file(&after("before")).arg("apply").run().code(1);
            let outcome = outcome.stderr_contains("does not exist; nothing was executed");
            outcome.stderr_contains("it still says `before`, the former name of");
            Run::new(&db).file(&before).args(["check", "--force"]).run().success();
            Run::new(&db).file(&after("after")).arg("apply").run().success();
            Run::new(&db).file(&after("after")).args(["check", "--force"]).run().success();
        }
    }
}

/// Where the table is in use, its rename is not rehearsed: others wait for a moment at most, and the run as always.
#[test]
fn a_rename_is_not_rehearsed_at_the_cost_of_others() {
    for server in support::servers() {
        let db = server.database();
        let file = |name: &str, rest: &str| {
            format!(
                "[tables.{name}]\n{rest}columns.id = \"int\"\n[views]\nv = \"select t.id from {name} t\"\n"
            )
        };
        Run::new(&db).file(&file("t", "")).arg("apply").run().success();
        let renamed = file("t_new", "renamed_from = \"t\"\n");
        let mut holder = db.connect();
        holder.batch_execute("begin; select * from t").expect("a table can be read");
        let dry = Run::new(&db).file(&renamed).args(["apply", "--dry-run"]).spawn();
        db.await_true(
            "select exists (select from pg_locks where not granted and mode = 'AccessExclusiveLock' \
             and database = (select oid from pg_database where datname = current_database()))",
        );
        let begun = Instant::now();
        db.scalar("select count(*) from t");
        assert!(begun.elapsed() < Duration::from_secs(1), "a reader waited for {:?}", begun.elapsed());
        dry.wait().success();
        let apply = Run::new(&db).file(&renamed).arg("apply").spawn();
        sleep(Duration::from_millis(1500));
        holder.batch_execute("commit").expect("a transaction ends");
        apply.wait().success();
    }
}

/// What the plan makes under a former name is not taken for what is left of it.
#[test]
fn a_former_name_may_come_again() {
    let id = "columns.id = { type = \"int\", primary_key = true }\n";
    let cases = [
        (
            "create table t (id int primary key, name text); create table u (id int primary key)",
            format!(
                "[tables.t]\n{id}columns.title = {{ type = \"text\", renamed_from = \"name\" }}\n[tables.u]\n{id}columns.name = \"text\"\n[views]\nv = \"select id, name from u\"\n"
            ),
        ),
        (
            "create schema a; create schema b; create table a.users (id int primary key)",
            format!(
                "[schemas.a.tables.people]\nrenamed_from = \"users\"\n{id}[schemas.b.tables.users]\n{id}[views]\nv = \"select id from b.users\"\n"
            ),
        ),
        (
            "create table t (b int, constraint k check (tableoid is not null))",
            "[tables.t]\ncolumns.c = { type = \"int\", renamed_from = \"b\" }\nchecks.k = \"tableoid is not null\"\n\
             policies.p = { using = \"tableoid is not null\" }\n"
                .to_string(),
        ),
    ];
    for server in support::servers() {
        for (before, file) in &cases {
            let db = server.database();
            db.execute(before);
            Run::new(&db).file(file).arg("apply").run().success();
            Run::new(&db).file(file).args(["check", "--force"]).run().success();
        }
    }
}
