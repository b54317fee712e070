//! What a run that was cut off leaves behind, and indexes that stand under the name of a key that is to come.

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
            run(oldest, &["check"]).code(2).stdout_contains("pgreconcile_events_payload_not_null");
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

/// Everything that the tool makes on the way to something else, and the indexes that are invalid because nobody went on with them.
const LEFT: &str = "
create table events (id int primary key, payload text); insert into events values (1, 'x');
alter table events add constraint pgreconcile_events_payload_not_null check (payload is not null) not valid;
alter table events add column pgreconcile_key_new uuid;
alter table events alter column pgreconcile_key_new set default gen_random_uuid();
alter table events add constraint pgreconcile_events_pgreconcile_key_new_not_null check (pgreconcile_key_new is not null) not valid;
create index pgreconcile_events_idx_new on events (payload);
create unique index events_gone_idx on events (payload);
create index events_gone_idx_ccnew on events (payload);
create materialized view mv as select 1 as a;
create index mv_idx on mv (a);
update pg_index set indisvalid = false
where indexrelid in ('events_gone_idx'::regclass, 'events_gone_idx_ccnew'::regclass, 'mv_idx'::regclass)";

/// Whatever the file says by then: as it was before, as it was meanwhile, as it is.
#[test]
fn what_is_left_is_known_for_what_it_is_and_goes() {
    let oldest = "[materialized_views]\nmv = \"select 1 as a\"\n[tables.events.columns]\nid = { type = \"int\", primary_key = true }\n";
    let older = format!("{oldest}payload = \"text\"\n");
    let newer = format!(
        "{oldest}payload = {{ type = \"text\", not_null = true }}\n\
         key = {{ type = \"uuid\", not_null = true, default = \"gen_random_uuid()\" }}\n\
         [tables.events.indexes]\nevents_idx = [\"payload\"]\nevents_gone_idx = {{ on = [\"payload\"], unique = true }}\n"
    );
    let absent = format!(
        "{older}[tables.events.indexes]\nevents_idx = {{ absent = true }}\nevents_gone_idx = {{ absent = true }}\n"
    );
    let left = "select (select count(*) from pg_constraint where conname like 'pgreconcile%') \
                + (select count(*) from pg_attribute where attname like 'pgreconcile%' and attnum > 0) \
                + (select count(*) from pg_class where relname like 'pgreconcile_%new' or relname like '%ccnew') \
                + (select count(*) from pg_index where not indisvalid)";
    for server in support::servers() {
        for file in [oldest, &older, &newer, &absent] {
            let db = server.database();
            db.execute(LEFT);
            let run = |args: &[&str]| Run::new(&db).file(file).args(args.iter().copied()).run();
            let told = run(&["check"]).code(2);
            told.stdout_contains("of a run that was cut off").stdout_lacks("left alone: pgreconcile");
            run(&["inspect"])
                .success()
                .stdout_contains("# not said here: of column public.events.pgreconcile_key_new");
            run(&["apply", "--allow", "drop_object"]).success();
            if file != newer {
                // Somebody might have made a column of that name: it goes as any other that the file does not have.
                let column =
                    "select count(*) from pg_attribute where attname like 'pgreconcile%' and attnum > 0";
                assert_eq!((db.scalar(left), db.scalar(column)), ("1".into(), "1".into()), "{file}");
                let told = run(&["check"]).success();
                told.stdout_contains(
                    "drift: column public.events.pgreconcile_key_new has leftover beyond the file",
                );
                run(&["apply", "--allow", "all,prune"]).success();
            }
            assert_eq!(db.scalar(left), "0", "{file}");
            run(&["check"]).success().stdout_lacks("pgreconcile_");
        }
    }
}

/// It goes with its table, if that goes.
#[test]
fn what_is_left_of_what_the_file_does_not_declare_stays() {
    for server in support::servers() {
        let db = server.database();
        db.execute(LEFT);
        let file = "[tables.other.columns]\nid = \"int\"\n";
        Run::new(&db).file(file).arg("apply").run().success();
        Run::new(&db).file(file).arg("check").run().success().stdout_lacks("pgreconcile_");
        assert_eq!(db.scalar("select count(*) from pg_index where not indisvalid"), "3");
        Run::new(&db).file(file).args(["apply", "--allow", "all,prune"]).run().success();
        assert_eq!(db.scalar("select count(*) from pg_class where relname = 'events'"), "0");
    }
}

/// An index that another session is building at this moment is not valid either.
#[test]
fn an_index_that_is_being_built_stays() {
    let file = "[tables.events.columns]\nid = { type = \"int\", primary_key = true }\npayload = \"text\"\n";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table events (id int primary key, payload text); create index theirs on events (payload)",
        );
        db.execute("update pg_index set indisvalid = false where indexrelid = 'theirs'::regclass");
        let mut builder = db.connect();
        builder.batch_execute("begin; lock table events in share update exclusive mode").expect("a lock");
        let told = Run::new(&db).file(file).arg("check").run().success();
        told.stdout_contains("drift: index public.events.theirs has leftover beyond the file");
        builder.batch_execute("rollback").expect("no lock");
        Run::new(&db).file(file).arg("check").run().code(2).stdout_contains("of a build that did not end");
    }
}
