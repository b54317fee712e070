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
