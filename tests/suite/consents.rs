//! Which consents a plan needs, and what it does with them.

use crate::support::{self, Run};

#[test]
fn a_large_table_that_is_read_needs_consent() {
    let table = |name: &str, bounds: &str| {
        format!("[tables.{name}]\npartition_of = \"events\"\nbounds = \"{bounds}\"\n")
    };
    let whole = "[reconcile]\nlarge = \"64kB\"\n[tables.events]\npartition_by = \"list (id)\"\n\
                 [tables.events.columns]\nid = \"bigint\"\nname = \"text\"\n";
    let (one, two) = (table("one", "for values in (1)"), table("two", "for values in (2)"));
    let other = table("other", "default");
    // Which of the tables holds many rows: that which is attached, or the default partition beside it.
    for (id, large, file) in
        [(2, "two", format!("{whole}{two}")), (3, "events", format!("{whole}{one}{other}{two}"))]
    {
        for server in support::servers() {
            let db = server.database();
            db.execute(&format!(
                "create table events (id bigint, name text) partition by list (id);
                 create table one partition of events for values in (1);
                 create table other partition of events default;
                 create table two (id bigint, name text);
                 insert into {large} select {id}, repeat('x', 200) from generate_series(1, 1000)"
            ));
            let run = Run::new(&db).file(&file).args(["apply"]).run();
            run.code(3).stderr_contains("ATTACH PARTITION public.two").stderr_contains("needs `block`");
            Run::new(&db).file(&file).args(["apply", "--allow", "block"]).run().success();
        }
    }
}

#[test]
fn a_rollback_takes_a_column_back_out_of_what_came_to_use_it() {
    let table = |columns: &str, rest: &str| {
        format!(
            "[tables.t.columns]\nn = \"int\"\n{columns}\n[tables.t.indexes]\nt_n = [\"n\"{rest}]\n\
             [tables.t.unique]\nt_key = [\"n\"{rest}]\n"
        )
    };
    for filling in ["", "insert into t values (1)"] {
        for server in support::servers() {
            let db = server.database();
            Run::new(&db).file(&table("", "")).args(["apply"]).run().success();
            db.execute(filling);
            Run::new(&db).file(&table("m = \"int\"", ", \"m\"")).args(["apply"]).run().success();
            Run::new(&db).file(&table("", "")).args(["rollback", "--allow", "drop_column"]).run().success();
            Run::new(&db).file(&table("", "")).args(["check"]).run().success();
        }
    }
}

/// What belongs to an extension goes with it, its configuration tables too, whatever rows are in them.
#[test]
fn rows_of_an_extension_go_with_consent() {
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create extension hstore; create schema \"E\"; create table \"E\".conf (a int); create table empty (a int);
             create table parted (a int) partition by list (a); create table part partition of parted default;
             insert into \"E\".conf values (1); insert into parted values (1); alter extension hstore add table \"E\".conf;
             alter extension hstore add table parted;
             update pg_extension set extconfig = array['\"E\".conf'::regclass::oid], extcondition = array['']
             where extname = 'hstore'; create extension citext; alter extension citext add table empty",
        );
        let file = "[extensions]\nhstore.absent = true\ncitext.absent = true\n";
        let run = |file: &str, allow: &str| Run::new(&db).file(file).args(["apply", "--allow", allow]).run();
        let rows = "it takes rows along, of \"E\".conf, public.parted";
        for (file, allow) in
            [(file, "drop_object"), ("[extensions]\n[schemas]\npublic = {}\n", "prune,drop_object")]
        {
            run(file, allow).code(3).stderr_contains(rows).stderr_contains("needs `drop_table`");
        }
        assert_eq!(db.scalar("select count(*) from \"E\".conf"), "1");
        // An empty table is no rows.
        run("[extensions]\ncitext.absent = true\n", "drop_object").success();
        run(file, "drop_object,drop_table").success();
        assert_eq!(db.scalar("select to_regclass('\"E\".conf') is null"), "t");
    }
}

/// A parent that is new, or has no rows, makes an orphan of every row: it is asked for before they go.
#[test]
fn orphans_of_an_empty_parent_go_with_consent() {
    let file = |parent: &str, renamed: &str| {
        format!(
            "[tables.{parent}]\n{renamed}columns.id = {{ type = \"int\", primary_key = true }}\n[tables.books.columns]\n\
             id = {{ type = \"int\", primary_key = true }}\n\
             writer = {{ type = \"int\", references = \"{parent}\", orphans = \"delete\" }}\n"
        )
    };
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table author (id int primary key); insert into author select generate_series(1, 9);
             create table books (id int primary key, writer int); insert into books select g, g from generate_series(1, 10) g",
        );
        let count = || db.scalar("select count(*) from books");
        let run = |file: &str, args: &[&str]| Run::new(&db).file(file).args(args.iter().copied()).run();
        run(&file("writer", ""), &["apply"]).code(3).stderr_contains("needs `delete_rows`");
        assert_eq!(
            (count().as_str(), db.scalar("select to_regclass('writer') is null").as_str()),
            ("10", "t")
        );
        // One that is renamed has the rows that it had.
        run(&file("writer", "renamed_from = \"author\"\n"), &["apply"]).success();
        assert_eq!(count(), "9");
        db.execute("alter table books drop constraint books_writer_fkey; truncate writer");
        run(&file("writer", ""), &["apply"]).code(3).stderr_contains("needs `delete_rows`");
        run(&file("writer", ""), &["apply", "--allow", "delete_rows"]).success();
        assert_eq!(count(), "0");
        assert_eq!(db.scalar("select count(*) from pgreconcile.quarantine"), "10");
    }
}

/// How much a parent holds whose schema is not read is known to the statement: where it holds nothing, nothing goes.
#[test]
fn orphans_of_an_empty_parent_elsewhere_stay() {
    let file = "[tables.books.columns]\nid = { type = \"int\", primary_key = true }\n\
        writer = { type = \"int\", references = \"auth.users(id)\", orphans = \"ORPHANS\" }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create schema auth; create table auth.users (id int primary key);
             create table books (id int primary key, writer int); insert into books select g, g from generate_series(1, 10) g",
        );
        for orphans in ["delete", "null"] {
            let file = file.replace("ORPHANS", orphans);
            Run::new(&db).file(&file).arg("apply").run().code(1).stderr_contains("23503");
            assert_eq!(db.scalar("select count(writer) from books"), "10");
        }
        db.execute("insert into auth.users values (1)");
        Run::new(&db).file(&file.replace("ORPHANS", "delete")).arg("apply").run().success();
        assert_eq!(db.scalar("select count(*) from books"), "1");
        assert_eq!(db.scalar("select count(*) from pgreconcile.quarantine"), "9");
    }
}

/// What default privileges give with the right to give it on is, on something new, without that right where the file gives none.
#[test]
fn a_grant_option_by_default_goes_with_consent() {
    for server in support::servers() {
        let db = server.database();
        let role = format!("{}_reader", db.name());
        db.execute(&format!(
            "create role {role}; alter default privileges grant select, insert on tables to {role} with grant option"
        ));
        let file = format!(
            "[tables.t.columns]\nid = \"int\"\n[[grants]]\nto = \"{role}\"\non = \"table t\"\nprivileges = [\"select\"]\n"
        );
        Run::new(&db).file(&file).args(["apply", "--allow", "revoke"]).run().success();
        let is_given = format!(
            "select has_table_privilege('{role}', 't', 'select'), has_table_privilege('{role}', 't', 'insert'), \
                                has_table_privilege('{role}', 't', 'select with grant option')"
        );
        assert_eq!(db.query_text(&is_given).concat(), ["t", "f", "f"].map(|value| Some(value.to_string())));
        Run::new(&db)
            .file(&file)
            .args(["check", "--allow", "revoke"])
            .run()
            .success()
            .stdout_contains("in sync");
        db.execute(&format!(
            "drop table t; alter default privileges revoke all on tables from {role}; drop role {role}"
        ));
    }
}

/// The key of a table that the file does not declare, in a schema that is not read, is asked of the catalog.
#[test]
fn a_reference_elsewhere_knows_the_key_of_its_table() {
    let file = |orphans: &str| {
        format!(
            "[tables.profiles.columns]\nid = \"int\"\nuser_id = {{ type = \"int\", references = \"auth.users\"{orphans} }}\n"
        )
    };
    for server in support::servers() {
        let db = server.database();
        let apply = |file: &str| Run::new(&db).file(file).arg("apply").run();
        db.execute(
            "create table profiles (id int, user_id int); insert into profiles select g, g from generate_series(1, 10) g;
             create schema auth",
        );
        for orphans in ["", ", orphans = \"delete\"", ", orphans = \"null\""] {
            apply(&file(orphans))
                .code(1)
                .stderr_contains("auth.users")
                .stderr_contains("nothing was executed");
        }
        db.execute("create table auth.users (name text, nr int); insert into auth.users select 'n', generate_series(1, 9)");
        for orphans in ["", ", orphans = \"delete\""] {
            let run =
                apply(&file(orphans)).code(1).stderr_contains("there is no primary key for referenced table");
            run.stderr_contains("nothing was executed");
        }
        db.execute("alter table auth.users add primary key (nr)");
        apply(&file("")).code(1).stderr_contains("1 row without a parent in `auth.users`");
        apply(&file(", orphans = \"delete\"")).success();
        assert_eq!(db.scalar("select count(*) from profiles"), "9");
        for args in [&["check"][..], &["check", "--force"], &["plan", "--check", "--force"]] {
            Run::new(&db).file(&file("")).args(args.iter().copied()).run().success();
        }
        db.execute("alter table profiles drop constraint profiles_user_id_fkey; insert into profiles values (11, 11)");
        apply(&file(", orphans = \"null\"")).success();
        assert_eq!(db.scalar("select concat(count(user_id), ' of ', count(*)) from profiles"), "9 of 10");
    }
}

/// A repair that hits more of a table than somebody may have meant is asked for, and says how many rows it takes.
#[test]
fn a_repair_of_many_rows_needs_consent() {
    let file = |limit: &str, repair: &str| {
        let repair = match repair {
            "keep" => {
                "n = \"int\"\n[tables.t.unique]\nt_n = { columns = [\"n\"], keep = \"id\" }\n".to_string()
            }
            orphans => format!("n = {{ type = \"int\", references = \"p\", orphans = \"{orphans}\" }}\n"),
        };
        format!(
            "[reconcile]\n{limit}\n[tables.p.columns]\nid = {{ type = \"int\", primary_key = true }}\n[tables.t.columns]\n\
             id = \"int\"\n{repair}"
        )
    };
    for server in support::servers() {
        for repair in ["delete", "null", "keep"] {
            let db = server.database();
            let run = |file: &str, args: &[&str]| Run::new(&db).file(file).args(args.iter().copied()).run();
            let fill = |rows: u32, wrong: u32| {
                db.execute(&format!(
                    "drop table if exists t, p; create table p (id int primary key); insert into p select generate_series(1, 400);
                     create table t (id int, n int);
                     insert into t select g, case when g > {rows} - {wrong} then {} else g end from generate_series(1, {rows}) g",
                    if repair == "keep" { "1" } else { "9999" }
                ));
            };
            let count = || db.scalar("select count(n) from t");
            fill(400, 20);
            if repair == "keep" {
                let unrepaired = file("", repair).replace(", keep = \"id\"", "");
                let refused = run(&unrepaired, &["apply"]).code(1).stderr_contains("20 rows repeating (n)");
                refused.stderr_contains("for example: (1)").stderr_contains("nothing was executed");
            }
            run(&file("repair_limit = 5", repair), &["apply"])
                .success()
                .stdout_contains("20 rows taken out of the way");
            assert_eq!(count(), "380");
            fill(400, 21);
            // What is asked all day reads no table through.
            run(&file("repair_limit = 5", repair), &["check"]).code(2).stdout_lacks("out of the way");
            let plan = run(&file("repair_limit = 5", repair), &["plan"]).success();
            plan.stdout_contains("takes 21 of 400 rows of public.t out of the way")
                .stdout_contains("needs `delete_rows`");
            let refused = run(&file("repair_limit = 5", repair), &["apply"])
                .code(3)
                .stderr_contains("needs `delete_rows`");
            refused.stderr_contains("21 of 400 rows of public.t");
            assert_eq!(count(), "400");
            run(&file("repair_limit = 6", repair), &["apply"]).success();
            assert_eq!(count(), "379");
            // Few rows are no share of a table; where none is to go unasked, they are.
            fill(12, 9);
            run(&file("repair_limit = 0", repair), &["apply"])
                .code(3)
                .stderr_contains("9 of 12 rows of public.t");
            run(&file("repair_limit = 5", repair), &["apply"]).success();
            fill(400, 21);
            run(&file("repair_limit = 5", repair), &["apply", "--allow", "delete_rows"]).success();
            assert_eq!(
                db.scalar("select count(*) from pgreconcile.quarantine where relation = 'public.t'"),
                "71"
            );
        }
        let db = server.database();
        let limit = Run::new(&db).file(&file("repair_limit = 101", "null")).arg("validate").run().code(5);
        limit.stderr_contains("from 0 to 100");
    }
}

/// Where the plan itself changes by what rows are told apart, nobody can count them before: then they are asked for.
#[test]
fn a_repair_of_rows_that_cannot_be_counted_needs_consent() {
    let unique = "unique.u = { columns = [\"a\"], keep = \"id\" }\n";
    let id = "columns.id = { type = \"int\", primary_key = true }\n";
    let files = [
        format!("[tables.new]\nrenamed_from = \"t\"\n{id}columns.a = \"int\"\n{unique}"),
        format!("[tables.t]\n{id}columns.a = {{ type = \"int\", using = \"a % 3\" }}\n{unique}"),
        format!(
            "[tables.t]\n{id}columns.b = {{ type = \"int\", renamed_from = \"a\" }}\n{}",
            unique.replace("\"a\"", "\"b\"")
        ),
        format!(
            "[tables.t]\n{id}columns.b = {{ type = \"int\", backfill = \"id % 3\" }}\n{}",
            unique.replace("\"a\"", "\"b\"")
        ),
    ];
    for server in support::servers() {
        for file in &files {
            let db = server.database();
            db.execute(
                "create table t (id int primary key, a bigint); insert into t select g, g from generate_series(1, 100) g",
            );
            if !file.contains("using") {
                db.execute("alter table t alter a type int; update t set a = 1");
            }
            let limited = format!("[reconcile]\nrepair_limit = 5\n{file}");
            let run = |allow: &str| Run::new(&db).file(&limited).args(["apply", "--allow", allow]).run();
            run("narrow")
                .code(3)
                .stderr_contains("needs `delete_rows`")
                .stderr_contains("not known before the run");
            assert_eq!(db.scalar("select count(*) from t"), "100");
            run("narrow,delete_rows").success();
        }
    }
}

/// A locked parent does not turn the limit off.
#[test]
fn a_repair_beside_a_lock_needs_consent() {
    let file = "[reconcile]\nrepair_limit = 5\n[tables.t]\ncolumns.id = \"int\"\n\
                columns.u = { type = \"int\", references = \"auth.users\", orphans = \"delete\" }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create schema auth; create table auth.users (id int primary key); insert into auth.users values (1);
             create table t (id int, u int); insert into t select g, g from generate_series(1, 100) g",
        );
        let mut other = db.connect();
        other.batch_execute("begin; lock table auth.users").expect("a table can be locked");
        Run::new(&db).file(file).arg("apply").run().code(3).stderr_contains("needs `delete_rows`");
        assert_eq!(db.scalar("select count(*) from t"), "100");
    }
}
