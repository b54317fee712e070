//! `apply --dry-run` tells what would keep `apply` from its work, and changes nothing.

use crate::support::{self, Database, Run};

const THERE: &str = "create table t (id int, n int); insert into t values (1, 1), (1, null)";

/// What is there of anything, objects and rows.
fn state(db: &Database) -> Vec<String> {
    db.column(
        "select oid || relname || relkind::text || relnatts || coalesce(relacl::text, '') from pg_class where oid >= 16384
         union all select nspname::text from pg_namespace union all select proname::text from pg_proc where oid >= 16384
         union all select t::text from only t order by 1",
    )
}

#[test]
fn what_would_stop_a_run_is_told_and_nothing_is_done() {
    let mistakes = [
        ("[tables.new.columns]\nid = \"no_such_type\"\n", 1, "no_such_type"),
        ("[tables.new]\ncolumns.id = \"int\"\nchecks.c = \"id >\"\n", 1, "syntax error"),
        (
            "[tables.t]\ncolumns.id = \"int\"\ncolumns.n = \"int\"\nchecks.c = \"id > n\"\n",
            1,
            "breaking check",
        ),
        ("[tables.t]\ncolumns.id = { type = \"int\", primary_key = true }\ncolumns.n = \"int\"\n", 1, "keep"),
        ("[tables.t]\ncolumns.id = \"int\"\ncolumns.n = { absent = true }\n", 3, "drop_column"),
    ];
    for server in support::servers() {
        let db = server.database();
        db.execute(THERE);
        let before = state(&db);
        for (file, code, told) in mistakes {
            let outcome = Run::new(&db).file(file).args(["apply", "--dry-run"]).run().code(code);
            outcome.stderr_contains(told).stderr_contains("nothing was executed");
        }
        let right =
            "[tables.t]\ncolumns.id = \"int\"\ncolumns.n = \"bigint\"\n[tables.new.columns]\nid = \"int\"\n";
        let outcome =
            Run::new(&db).file(right).args(["apply", "--dry-run", "--allow", "all"]).run().success();
        outcome.stdout_contains("CREATE TABLE public.new").stdout_contains("bigint");
        assert_eq!(state(&db), before);
        // It is what happens.
        Run::new(&db).file(right).args(["apply", "--allow", "all"]).run().success();
        let outcome = Run::new(&db).file(right).args(["apply", "--dry-run"]).run().success();
        outcome.stdout_lacks("CREATE").stdout_contains("in sync");
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
