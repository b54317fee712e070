//! Columns that become others, among what is there.

use crate::support::{self, Run};

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
        // Where another one is, the labels count.
        db.execute(
            "drop cast (a as b); create function a_of(int) returns a language sql as 'select ''x''::a'",
        );
        db.execute(
            "create cast (int as a) with function a_of(int); alter table t alter m type a using m::text::a",
        );
        let labels = file.replace("[casts]\n\"a as b\" = \"swap(a)\"\n", "");
        Run::new(&db).file(&labels).args(["apply", "--allow", "all"]).run().success();
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

/// What another parent hands down stays in the child, which declares nothing of its own.
#[test]
fn a_column_of_two_parents_stays_where_one_keeps_it() {
    let file = "[reconcile]\nallow = [\"drop_column\"]\n[tables.a.columns]\nx = { absent = true }\ny = \"int\"\n\
        [tables.b.columns]\nx = \"int\"\n[tables.c]\ninherits = [\"a\"]\ncolumns.x = \"int\"\n\
        [tables.d]\ninherits = [\"a\", \"b\"]\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table a (x int, y int); create table b (x int); create table c () inherits (a);
             create table d () inherits (a, b); insert into c values (7, 7); insert into d values (8, 8)",
        );
        Run::new(&db).file(file).arg("apply").run().success();
        assert_eq!(db.scalar("select c.x || ' ' || d.x from c, d"), "7 8");
        Run::new(&db).file(file).args(["check", "--force"]).run().success();
    }
}

/// Between times with a zone and without, the zone of the database is the one that its rows were written in.
#[test]
fn times_get_a_zone_only_where_somebody_says_which() {
    let file = |column: &str| format!("[tables.t.columns]\nid = \"int\"\nat = {column}\n");
    let said = "{ type = \"timestamptz\", using = \"at AT TIME ZONE 'America/New_York'\" }";
    let instant = "select extract(epoch from at)::bigint from t";
    for server in support::servers() {
        for (before, after) in [
            ("timestamp", "timestamptz"),
            ("timestamptz(3)", "timestamp"),
            ("date", "timestamptz"),
            ("text", "timestamptz"),
            ("timestamptz", "date"),
            ("timestamptz", "text"),
            ("timestamp[]", "timestamptz[]"),
        ] {
            let db = server.database();
            let zone = format!("alter database \"{}\" set timezone = 'America/New_York'", db.name());
            db.execute(&format!("create table t (id int, at {before})"));
            db.execute(&zone);
            let wanted = file(&format!("\"{after}\""));
            for args in [&["plan"][..], &["apply", "--allow", "all"]] {
                db.execute("delete from t; insert into t select 1 from generate_series(1, 2)");
                let outcome = Run::new(&db).file(&wanted).args(args).run().code(1);
                let outcome = outcome
                    .stderr_contains("that of the database is `America/New_York`, that of pgreconcile UTC");
                outcome.stderr_contains("`using = \"at AT TIME ZONE 'America/New_York'\"`");
            }
            // Where there are no rows, or the zone is the same, there is nothing to say.
            db.execute("truncate t");
            Run::new(&db).file(&wanted).args(["apply", "--allow", "all"]).run().success();
        }
        let db = server.database();
        db.execute("create table t (id int, at timestamp); insert into t values (1, '2026-01-15 09:00')");
        db.execute(&format!("alter database \"{}\" set timezone = 'America/New_York'", db.name()));
        let of_a_domain = format!("[domains]\nd = \"timestamptz\"\n{}", file("\"d\""));
        let outcome = Run::new(&db).file(&of_a_domain).args(["apply", "--allow", "all"]).run().code(1);
        outcome.stderr_contains("that of the database is `America/New_York`");
        db.execute(&format!("alter database \"{}\" set timezone = 'America/New_York'", db.name()));
        Run::new(&db).file(&file(said)).args(["apply", "--allow", "all"]).run().success();
        assert_eq!(db.scalar(instant), "1768485600");
        // A role's own zone counts as the database's; UTC under its other names is UTC.
        db.execute("drop table t; create table t (id int, at timestamp); insert into t values (1, '2026-01-15 09:00')");
        db.execute(&format!("alter database \"{}\" set timezone = 'Etc/UTC'", db.name()));
        Run::new(&db).file(&file("\"timestamptz\"")).args(["apply", "--allow", "all"]).run().success();
        assert_eq!(db.scalar(instant), "1768467600");
    }
}

/// What a narrower type has no place for is counted beforehand, and it is what the server refuses.
#[test]
fn what_does_not_fit_a_type_is_what_the_server_refuses() {
    let numbers = "'0', '-1', '32767', '32768', '-32768', '-32769', '2147483647', '2147483648', '-2147483648', \
                   '-2147483649', '99', '100', '-100', '999'";
    let broken = "'32767.4', '32767.5', '-32768.5', '-32768.6', '2147483647.4', '2147483647.5', '-2147483648.5', \
                  '-2147483648.6', '99.994', '99.995', '-99.996', '9.5', 'NaN'";
    let texts = "'', ' ', 'abc', 'abc  ', 'abcd', 'abcd ', 'äöü', 'äöüß', '1', ' 1 ', '1.5', '1e3', '0x1F', 'NaN', '99.995', 'true', \
                 'yes', '2026-02-29', '2026-02-28', '2026-02-28 25:00', '10:00', '10:00+02', '{}', '[1', '1 day', '10.0.0.1', \
                 '10.0.0.1/8', '08:00:2b:01:02:03', 'infinity', '7ed2ba6e-8a6e-4f0c-9d0c-0d5f2c2b7c11', '99999'";
    let whole = ["smallint", "integer", "bigint"];
    let read = [
        "smallint",
        "numeric(4,2)",
        "real",
        "boolean",
        "uuid",
        "date",
        "interval",
        "jsonb",
        "inet",
        "cidr",
        "macaddr",
        "timestamp",
        "timestamptz(0)",
        "time",
        "timetz",
    ];
    let pairs = [
        ("bigint", format!("{numbers}, '9223372036854775807', '-9223372036854775808'"), &whole[..2]),
        (
            "numeric",
            format!("{numbers}, {broken}, '9223372036854775807.5', '-9223372036854775808.4'"),
            &whole[..],
        ),
        ("numeric", format!("{numbers}, {broken}"), &["numeric(4,2)", "numeric(2,0)", "numeric(4)"][..]),
        ("double precision", format!("{numbers}, {broken}, 'Infinity', '-Infinity', '1e300'"), &whole[..]),
        ("real", format!("{numbers}, {broken}, 'Infinity'"), &whole[..2]),
        (
            "varchar(20)",
            "'', 'abc', 'abc  ', 'abcd', 'abcd ', 'äöü', 'äöüß'".to_string(),
            &["varchar(3)", "char(3)"][..],
        ),
        ("text", texts.to_string(), &["varchar(3)", "char(3)"][..]),
        ("text", texts.to_string(), &read[..]),
    ];
    for server in support::servers() {
        let db = server.database();
        for (from, values, types) in &pairs {
            for to in *types {
                // A conversion without USING is an assignment; one with a cast cuts.
                let using = if to.contains("char") { String::new() } else { format!("using c::{to}") };
                db.execute(&format!(
                    "drop table if exists t; create table t (id int generated always as identity primary key, c {from}); \
                     insert into t (c) select v::{from} from unnest(array[{values}]) v; \
                     drop table if exists refused; create table refused (id int); \
                     do $$ declare r record; begin for r in select * from t loop begin \
                     drop table if exists one; create table one as select r.c; \
                     alter table one alter c type {to} {using}; \
                     exception when others then insert into refused values (r.id); end; end loop; end $$; \
                     drop table if exists one"
                ));
                let refused: usize = db.scalar("select count(*) from refused").parse().expect("a number");
                let file = format!(
                    "[tables.t]\ncolumns.id = {{ type = \"int\", identity = \"always\", primary_key = true }}\ncolumns.c = \"{to}\"\n"
                );
                let outcome = Run::new(&db).file(&file).args(["apply", "--allow", "all"]).run();
                if refused == 0 {
                    outcome.success();
                    continue;
                }
                let noun = if refused == 1 { "row" } else { "rows" };
                let outcome = outcome.code(1);
                outcome.stderr_contains(&format!("{refused} {noun} whose `c` does not fit the type"));
            }
        }
    }
}
