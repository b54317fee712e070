//! Indexes that stand under the name of a key that is to come.

use crate::support::{self, Database, Outcome, Run};

const FILE: &str = "
[tables.people.columns]
id = { type = \"int\", primary_key = true }
name = { type = \"text\", unique = true }
";

fn setup(db: &Database, index: &str) {
    db.execute("create table people (id int primary key, name text); insert into people values (1, 'a')");
    db.execute(&format!("create unique index people_name_key on people {index}"));
}

fn apply(db: &Database, arguments: &[&str]) -> Outcome {
    Run::new(db).file(FILE).arg("apply").args(arguments).run()
}

#[test]
fn an_index_of_the_same_shape_becomes_the_key() {
    for server in support::servers() {
        let db = server.database();
        setup(&db, "(name)");
        apply(&db, &[]).success().stderr_lacks("CREATE UNIQUE INDEX");
    }
}

#[test]
fn an_index_of_another_shape_is_replaced_with_consent() {
    for server in support::servers() {
        for index in ["(name) where name <> 'b'", "(name desc)", "(lower(name))", "(name) include (id)"] {
            let db = server.database();
            setup(&db, index);
            apply(&db, &[]).code(3).stderr_contains("drop_object");
            apply(&db, &["--allow", "drop_object"]).success();
            Run::new(&db).file(FILE).arg("check").run().success();
        }
    }
}

/// What proves NOT NULL for a moment is left by a run that was killed, and then comes a file that does not want it: the check
/// refuses rows, so it is no secret.
#[test]
fn the_check_behind_a_not_null_that_is_no_longer_wanted_goes() {
    let older = "[tables.events.columns]\nid = { type = \"int\", primary_key = true }\npayload = \"text\"\n";
    let oldest = "[tables.events.columns]\nid = { type = \"int\", primary_key = true }\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table events (id int primary key, payload text); insert into events values (1, 'x')",
        );
        let helper = "alter table events add constraint pgreconcile_events_payload_not_null check (payload is not null) not valid";
        for validated in ["", "; alter table events validate constraint pgreconcile_events_payload_not_null"]
        {
            db.execute(&format!("{helper}{validated}"));
            let run = |file: &str, args: &[&str]| Run::new(&db).file(file).args(args.iter().copied()).run();
            run(older, &["check"]).code(2).stdout_contains("pgreconcile_events_payload_not_null");
            run(oldest, &["check"]).success().stdout_contains("pgreconcile_events_payload_not_null");
            run(older, &["apply"]).success();
            db.execute("insert into events (id) select max(id) + 1 from events");
            run(older, &["check"]).success().stdout_lacks("pgreconcile_");
            run(older, &["apply"]).success().stdout_contains("in sync");
            db.execute("update events set payload = 'x'");
        }
        // Where a column is to be NOT NULL, it is used.
        db.execute(helper);
        let newer = older.replace("\"text\"", "{ type = \"text\", not_null = true }");
        Run::new(&db).file(&newer).arg("apply").run().success();
        assert_eq!(db.scalar("select count(*) from pg_constraint where conname like 'pgreconcile%'"), "0");
    }
}
