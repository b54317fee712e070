//! A hint mends what the error is about.

use crate::support::{self, Run};

#[test]
fn a_refusal_says_what_helps() {
    let there = "create table p (id int primary key); create table t (id int primary key, n int not null, p int references p);
                 create table u (v int); insert into u values (1), (1)";
    let t = "[tables.p.columns]\nid = { type = \"int\", primary_key = true }\n[tables.t]\n\
             columns.id = { type = \"int\", primary_key = true }\ncolumns.n = { type = \"int\", not_null = true }\n\
             columns.p = { type = \"int\", references = \"p\" }\n";
    let rows = |row: &str| format!("{t}rows = {{ key = [\"id\"], values = [{row}] }}\n");
    let cases = [
        (rows("{ id = 1 }"), "give it one in the file"),
        (rows("{ id = 1, n = 1, p = 7 }"), "declare that one too"),
        ("[tables.u]\ncolumns.v = \"int\"\nindexes.i = { on = \"v\", unique = true }\n".into(), "1 row repeating (v)"),
        ("[tables.u.columns]\nv = \"int\"\n[[grants]]\nto = \"nobody_at_all\"\non = [\"u\"]\nprivileges = [\"select\"]\n".into(), "the role or object there"),
        ("[tables.u]\ncolumns.v = \"int\"\nowner = \"nobody_at_all\"\n".into(), "the role or object there"),
    ];
    for server in support::servers() {
        let db = server.database();
        db.execute(there);
        for (file, hint) in &cases {
            Run::new(&db).file(file).arg("apply").run().code(1).stderr_contains(hint);
        }
    }
}

/// A default is for rows to come: it is no advice for rows that are there.
#[test]
fn rows_without_a_value_are_not_told_of_a_default_that_is_there() {
    let file = |column: &str| format!("[tables.t.columns]\na = {column}\n");
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (a int); insert into t values (null)");
        let outcome = Run::new(&db)
            .file(&file("{ type = \"int\", not_null = true, default = \"5\" }"))
            .arg("apply")
            .run();
        outcome
            .code(1)
            .stderr_contains("on column `a`: a default is for new rows")
            .stderr_lacks("give it a default");
        let outcome =
            Run::new(&db).file(&file("{ type = \"int\", not_null = true }")).arg("apply").run().code(1);
        outcome.stderr_contains("say `backfill = \"…\"` on column `a`\n");
    }
}

/// Of a circle it is said that it is one.
#[test]
fn what_needs_itself_is_told() {
    let files = [
        (
            "[tables.t]\ninherits = [\"t\"]\ncolumns.a = \"int\"\nindexes.i = [\"z\"]\n",
            "`table public.t` inherits from itself",
        ),
        (
            "[tables.a]\npartition_of = \"b\"\nbounds = \"default\"\npartition_by = \"list (x)\"\n\
             [tables.b]\npartition_of = \"a\"\nbounds = \"default\"\npartition_by = \"list (x)\"\n",
            "`table public.a` inherits from itself",
        ),
    ];
    for (file, message) in files {
        Run::offline().file(file).arg("validate").run().code(5).stderr_contains(message);
    }
    // One that merely leads into a circle stands in none.
    let file = "[tables.a]\ninherits = [\"b\"]\ncolumns.x = \"int\"\n[tables.b]\ninherits = [\"b\"]\ncolumns.x = \"int\"\n";
    let outcome = Run::offline().file(file).arg("validate").run().code(5);
    outcome.stderr_contains("`table public.b` inherits").stderr_lacks("`table public.a` inherits");
    for server in support::servers() {
        let db = server.database();
        let file = "[views]\na = \"select * from b\"\nb = \"select * from a\"\n";
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        outcome
            .stderr_contains("Two that read each other cannot be made")
            .stderr_contains("nothing was executed");
    }
}

/// What no server takes as it is written is told before one is asked.
#[test]
fn types_that_cannot_be_are_told_by_the_file_alone() {
    let columns = [
        (
            "{ type = \"text\", identity = \"always\" }",
            "an identity column is a `smallint`, an `integer` or a `bigint`",
        ),
        (
            "{ type = \"serial\", identity = \"always\" }",
            "a serial column takes its numbers from its sequence",
        ),
        ("{ type = \"serial\", default = \"1\" }", "a serial column takes its numbers from its sequence"),
        ("{ type = \"serial\", generated = \"1\" }", "a column is either generated or takes its numbers"),
        ("\"timestamptz(99)\"", "a time holds 6 digits of a second, not 99"),
        ("\"interval second(7)[]\"", "a time holds 6 digits of a second, not 7"),
        ("\"pg_catalog.Timestamp (7) with time zone\"", "a time holds 6 digits of a second, not 7"),
    ];
    for (column, message) in columns {
        let outcome =
            Run::offline().file(&format!("[tables.t.columns]\nc = {column}\n")).arg("validate").run();
        outcome.code(5).stderr_contains(message).stderr_contains("schema.toml:2:");
    }
    let outcome = Run::offline().file("[domains]\nd = \"timestamp(7)\"\n").arg("validate").run();
    outcome.code(5).stderr_contains("6 digits");
    for column in [
        "{ type = \"pg_catalog.\\\"int4\\\"\", identity = \"always\" }",
        "\"timestamptz(6)\"",
        "\"varchar(99)\"",
    ] {
        Run::offline().file(&format!("[tables.t.columns]\nc = {column}\n")).arg("validate").run().success();
    }
}

/// What is put together from several places of the file leads back to the one that is wrong.
#[test]
fn a_caret_points_at_the_part_that_is_wrong() {
    let parts = [
        ("indexes.i = { on = [\"a\", \"lowr(b)\"] }", "lowr(b)"),
        ("indexes.i = { on = [\"a\"], with = { fillfactor = 70 }, where = \"a > 5 and zz\" }", "zz"),
        ("exclude.e = { on = [\"a with =\", \"lower(nope) with =\"], method = \"btree\" }", "nope"),
        ("exclude.e = { on = [\"a with =\"], method = \"btree\", where = \"nope\" }", "nope"),
        (
            "rules.r = { event = \"update\", condition = \"old.a > 1\", do = [\"select 1\", \"select zz\"] }",
            "zz",
        ),
    ];
    let statistics = ("statistics.s = [\"a\", \"(b + zz)\"]", "zz");
    for server in support::servers() {
        let more = Some(statistics).filter(|_| server.major() > 13);
        for (part, wrong) in parts.into_iter().chain(more) {
            let db = server.database();
            let file = format!("[tables.t]\ncolumns.a = \"int\"\ncolumns.b = \"int\"\n{part}\n");
            let place = format!("schema.toml:4:{}", part.rfind(wrong).expect("it is there") + 1);
            for _ in 0..2 {
                Run::new(&db).file(&file).arg("apply").run().code(1).stderr_contains(&place);
                db.execute("create table if not exists t (a int, b int)");
            }
        }
    }
}

/// A column that the file does not declare may be one that it declares, under its former name.
#[test]
fn a_former_name_is_proposed_where_one_is_left_over() {
    let file = |column: &str| format!("[tables.t.columns]\nid = \"int\"\n{column}\n");
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int, name varchar(9), n int); insert into t values (1, 'a', 1)");
        for (column, former) in [
            ("title = { type = \"varchar(9)\", not_null = true }", "name"),
            ("count = { type = \"int\", not_null = true }", "n"),
        ] {
            let outcome = Run::new(&db).file(&file(column)).arg("apply").run().code(1);
            outcome
                .stderr_contains(&format!("if it is what `{former}` was, say `renamed_from = \"{former}\"`"));
        }
        let other = file("title = { type = \"text\", not_null = true }");
        Run::new(&db).file(&other).arg("apply").run().code(1).stderr_lacks("renamed_from");
        let renamed = file("title = { type = \"varchar(9)\", not_null = true, renamed_from = \"name\" }");
        db.execute("alter table t alter name set not null");
        Run::new(&db).file(&renamed).arg("apply").run().success();
        assert_eq!(db.scalar("select title from t"), "a");
    }
}

/// A hint that is followed leads on: what was allowed before stays allowed.
#[test]
fn the_consents_that_are_missing_are_told_with_those_that_are_given() {
    let file = "[tables.t.columns]\nid = \"int\"\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int, b int); create table u (id int)");
        let outcome = Run::new(&db).file(file).args(["apply", "--allow", "prune"]).run().code(3);
        let hint =
            outcome.stderr.lines().find(|line| line.starts_with("hint: ")).expect("a hint").to_string();
        let allow = hint.split("--allow ").nth(1).expect("consents").trim_end_matches('`').to_string();
        Run::new(&db).file(file).args(["apply", "--allow", &allow]).run().success();
        assert_eq!(db.scalar("select to_regclass('u') is null"), "t");
    }
}

/// An exclusion says by what rows exclude each other.
#[test]
fn an_exclusion_without_an_operator_is_told() {
    let file = "[tables.t]\ncolumns.a = \"int\"\nexclude.e = { on = [\"a\"] }\n";
    let outcome = Run::offline().file(file).arg("validate").run().code(5);
    outcome.stderr_contains("`a` does not say by which operator").stderr_contains("write it as `a with =`");
}

/// A string without quotes of its own is read as a column's name.
#[test]
fn a_string_without_quotes_is_told() {
    let file = "[enums]\ne = [\"a\"]\n[tables.t.columns]\nx = { type = \"e\", default = \"a\" }\n";
    for server in support::servers() {
        let db = server.database();
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        outcome.stderr_contains("schema.toml:4:").stderr_contains("A string wants its own quotes");
    }
}
