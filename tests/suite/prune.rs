//! `--allow prune`: the database becomes what the file says, and nothing more.

use crate::support::{self, Run};

#[test]
fn what_hangs_on_a_column_goes_before_it() {
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table parents (id int primary key, name text unique, x int check (x > 0));
             create table children (id int primary key, parent int references parents, note text);
             create index on children (note);
             comment on column children.note is 'gone soon'",
        );
        let file = "[tables.parents.columns]\nx = \"integer\"\n[tables.children.columns]\nnote = \"text\"\n";
        Run::new(&db)
            .file(file)
            .args(["apply", "--allow", "prune"])
            .run()
            .code(3)
            .stderr_contains("drop_column");
        let consents = "prune,drop_column,drop_object";
        Run::new(&db).file(file).args(["apply", "--allow", consents]).run().success();
        Run::new(&db).file(file).args(["check", "--allow", "prune"]).run().success().stdout_lacks("drift");
    }
}

#[test]
fn nobody_is_told_to_use_cascade() {
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create function f() returns int language sql as 'select 1'; create table t (a int default f())",
        );
        let file = "[functions.\"f()\"]\nabsent = true\n";
        let run = Run::new(&db).file(file).args(["apply", "--allow", "drop_object"]).run();
        run.code(1).stderr_contains("nothing is dropped by CASCADE").stderr_lacks("Use DROP");
    }
}

#[test]
fn a_materialized_view_gets_the_usual_access_method_back() {
    for server in support::servers().iter().filter(|server| server.major() >= 15) {
        let db = server.database();
        db.execute(
            "create access method other type table handler heap_tableam_handler;
             create materialized view m using other as select 1 as a",
        );
        let file = "[materialized_views]\nm = \"select 1 as a\"\n";
        Run::new(&db)
            .file(file)
            .arg("check")
            .run()
            .success()
            .stdout_contains("access_method beyond the file: other");
        Run::new(&db).file(file).args(["apply", "--allow", "prune"]).run().success();
        assert_eq!(
            db.scalar("select amname from pg_class c join pg_am a on a.oid = c.relam where relname = 'm'"),
            "heap"
        );
        Run::new(&db).file(file).args(["check", "--force"]).run().success().stdout_lacks("beyond the file");
        db.execute("drop access method other");
    }
}
