//! Declared rows that are written among others.

use crate::support::{self, Run};

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

/// A sequence that others use is where it was after a dry run.
#[test]
fn a_dry_run_moves_no_sequence() {
    let file = "[sequences]\nshared = {}\n[tables.t]\n\
        columns.id = { type = \"bigint\", primary_key = true, default = \"nextval('shared')\" }\n\
        rows = { key = [\"id\"], values = [{ id = 500 }] }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create sequence shared");
        Run::new(&db).file(file).args(["apply", "--dry-run"]).run().success();
        assert_eq!(db.scalar("select last_value || is_called::text from shared"), "1false");
        Run::new(&db).file(file).arg("apply").run().success();
        assert_eq!(db.scalar("select nextval('shared')"), "501");
    }
}

/// A sequence that has given no number yet goes on behind the rows that are there.
#[test]
fn a_sequence_that_becomes_that_of_a_column_gives_no_number_twice() {
    let file = "[tables.t.columns]\nid = { type = \"serial\", primary_key = true }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create sequence t_id_seq as int; create table t (id int primary key); insert into t values (1)",
        );
        Run::new(&db).file(file).arg("apply").run().success();
        db.execute("insert into t default values");
        assert_eq!(db.scalar("select max(id) from t"), "2");
    }
}

/// A cast that somebody made between two enums is the way from one to the other.
#[test]
fn a_cast_between_enums_counts() {
    let file = "[enums]\na = [\"x\", \"y\"]\nb = [\"x\", \"y\"]\n[tables.t.columns]\nm = \"b\"\n[functions.\"swap(a)\"]\n\
        returns = \"b\"\nlanguage = \"sql\"\nbody = \"select case $1::text when 'x' then 'y'::b else 'x'::b end\"\n\
        [casts]\n\"a as b\" = \"swap(a)\"\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create type a as enum ('x', 'y'); create type b as enum ('x', 'y');
             create function swap(a) returns b language sql as 'select case $1::text when ''x'' then ''y''::b else ''x''::b end';
             create cast (a as b) with function swap(a); create table t (m a); insert into t values ('x')",
        );
        Run::new(&db).file(file).args(["apply", "--allow", "all"]).run().success();
        assert_eq!(db.scalar("select m from t"), "y");
    }
}

/// What fills the column of a key that is new may be filled itself before it.
#[test]
fn a_backfill_comes_before_that_of_a_key_made_of_it() {
    let file = "[tables.t.columns]\na = \"int\"\nc = { type = \"int\", not_null = true, backfill = \"a * 10\" }\n\
        id = { type = \"int\", primary_key = true, backfill = \"c + a\" }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (a int); insert into t values (1), (2)");
        Run::new(&db).file(file).arg("apply").run().success();
        assert_eq!(db.scalar("select string_agg(id::text, ',' order by id) from t"), "11,22");
    }
}
