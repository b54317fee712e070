//! Declared rows: those that others stand in the way of, and many of them.

use std::fmt::Write;

use crate::support::{self, Run};

const PLANS: &str = "[tables.plans.columns]\nkey = { type = \"text\", primary_key = true }\n\
                     title = { type = \"text\", not_null = true, unique = true }\n\n[tables.plans.rows]\nkey = \"key\"\n";

#[test]
fn a_row_in_the_way_is_named_before_anything_is_executed() {
    for server in support::servers() {
        for mode in ["insert", "upsert"] {
            let db = server.database();
            db.execute(
                "create table plans (key text primary key, title text not null unique);
                 insert into plans values ('hand', 'A'), ('b', 'B')",
            );
            let file = format!(
                "{PLANS}mode = \"{mode}\"\nvalues = [{{ key = \"a\", title = \"A\" }}, {{ key = \"c\", title = \"C\" }}]\n"
            );
            Run::new(&db)
                .file(&file)
                .args(["apply"])
                .run()
                .code(1)
                .stderr_contains("1 row with the `title` of a row that the file declares under another key")
                .stderr_contains("nothing was executed")
                .stderr_contains("(key = hand)");
            assert_eq!(db.column("select key from plans order by 1"), ["b", "hand"]);
            db.execute("delete from plans where key = 'hand'");
            Run::new(&db).file(&file).args(["apply"]).run().success();
        }
    }
}

#[test]
fn an_exchange_that_postgresql_refuses_is_an_obstacle() {
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table plans (key text primary key, title text not null unique);
             insert into plans values ('a', 'A'), ('b', 'B')",
        );
        let file = format!(
            "{PLANS}mode = \"upsert\"\nvalues = [{{ key = \"a\", title = \"B\" }}, {{ key = \"b\", title = \"A\" }}]\n"
        );
        Run::new(&db)
            .file(&file)
            .args(["apply"])
            .run()
            .code(1)
            .stderr_contains("rows exchange values of `title`")
            .stderr_contains("deferrable");
        assert_eq!(db.column("select title from plans order by key"), ["A", "B"]);
    }
}

#[test]
fn many_rows_are_few_statements_and_one_question() {
    for server in support::servers() {
        let db = server.database();
        let mut file = String::from(
            "[tables.codes.columns]\ncode = { type = \"int\", primary_key = true }\nname = \"text\"\n\n\
             [tables.codes.rows]\nkey = \"code\"\nmode = \"sync\"\nvalues = [\n",
        );
        for number in 1..=12_000 {
            writeln!(file, "{{ code = {number}, name = \"n{number}\" }},").expect("a string takes all");
        }
        file.push_str("]\n");
        let plan = Run::new(&db).file(&file).args(["plan", "--format", "sql"]).run().success();
        assert_eq!(plan.stdout.matches("INSERT INTO").count(), 24, "500 rows each");
        db.execute(
            "create table codes (code int primary key, name text);
             insert into codes select g, 'n' || g from generate_series(1, 12000) g where g <> 77",
        );
        db.execute("update codes set name = 'other' where code in (5, 6)");
        Run::new(&db).file(&file).args(["apply"]).run().success().stderr_contains("executing 2 statements");
        Run::new(&db).file(&file).args(["check"]).run().success();
        let wrong = "select count(*) from codes where name <> 'n' || code";
        assert_eq!(
            (db.scalar("select count(*) from codes").as_str(), db.scalar(wrong).as_str()),
            ("12000", "0")
        );
    }
}

/// Keys that are the same to their type and not the same text are one row, with a key of the table and without.
#[test]
fn a_row_is_written_once_however_its_key_is_spelled() {
    for server in support::servers() {
        for (key, rows) in [("", "1"), ("primary_key = true, ", "1")] {
            let db = server.database();
            let file = format!(
                "[tables.t]\ncolumns.n = {{ {key}type = \"numeric\" }}\n\
                 rows = {{ key = [\"n\"], values = [{{ n = 1 }}, {{ n = \"1.0\" }}] }}\n"
            );
            Run::new(&db).file(&file).arg("apply").run().success();
            assert_eq!(db.scalar("select count(*) from t"), rows);
            Run::new(&db).file(&file).arg("apply").run().success().stdout_contains("in sync");
        }
    }
}

/// Beside a column that is new, a row takes the unique value that another gives up.
#[test]
fn a_value_that_is_given_up_is_taken_beside_a_new_column() {
    let file = "[tables.t]\ncolumns.id = { type = \"int\", primary_key = true }\n\
        columns.code = { type = \"text\", unique = true }\ncolumns.label = \"text\"\n\
        rows = { key = [\"id\"], mode = \"upsert\", values = [{ id = 2, code = \"a\", label = \"x\" }, { id = 1, code = \"b\", label = \"y\" }] }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int primary key, code text constraint t_code_key unique); insert into t values (1, 'a')");
        Run::new(&db).file(file).arg("apply").run().success();
        assert_eq!(db.scalar("select string_agg(id || code || label, ',' order by id) from t"), "1by,2ax");
    }
}

/// Rows that refer to declared rows which are yet to come are no orphans.
#[test]
fn declared_rows_are_parents_before_they_are_there() {
    let file = |more: &str| {
        format!(
            "[tables.events.columns]\nid = {{ type = \"int\", primary_key = true }}\n\
             kind = {{ type = \"varchar(3)\", references = \"kinds\"{more} }}\n\n\
             [tables.kinds.columns]\nname = {{ type = \"varchar(3)\", primary_key = true }}\nnumber = \"int\"\n\n\
             [tables.kinds.rows]\nkey = \"name\"\n\
             values = [{{ name = \"a'b\" }}, {{ name = \"c\", number = {{ sql = \"1 + 1\" }} }}, {{ name = \"there\" }}]\n"
        )
        .replace("there", "t")
    };
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table kinds (name varchar(3) primary key, number int);
             create table events (id int primary key, kind varchar(3));
             insert into kinds values ('t');
             insert into events values (1, 'a''b'), (2, 'c'), (3, 't'), (4, 'x'), (5, null)",
        );
        let outcome = Run::new(&db).file(&file("")).arg("apply").run().code(1);
        let outcome = outcome.stderr_contains("1 row without a parent").stderr_contains("for example: (x)");
        outcome.stderr_contains("nothing was executed");
        let orphans = file(", orphans = \"null\"");
        Run::new(&db).file(&orphans).args(["plan"]).run().success().stdout_contains("1 row");
        Run::new(&db).file(&orphans).arg("apply").run().success();
        assert_eq!(
            db.column("select kind from events where kind is not null order by id"),
            ["a'b", "c", "t"]
        );
    }
}
