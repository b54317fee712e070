//! Former names that do not lead where they should.

use crate::support::{self, Run};

/// A former name that the file still declares would keep what is there under it.
#[test]
fn a_former_name_is_not_declared() {
    let file = |more: &str| {
        format!("[tables.t.columns]\nid = \"int\"\nb = {{ type = \"int\", renamed_from = \"a\" }}\n{more}\n")
    };
    let outcome = Run::offline().file(&file("a = \"int\"")).arg("validate").run().code(5);
    outcome.stderr_contains("`column public.t.b` was `column public.t.a`, which the file declares too");
    let outcome = Run::offline().file(&file("a = { absent = true }")).arg("validate").run().code(5);
    outcome.stderr_contains("take out `absent`");
    Run::offline().file(&file("")).arg("validate").run().success();
}

/// One that is nowhere is told where the table is there, and not where all is new.
#[test]
fn a_former_name_that_is_nowhere_is_told() {
    let file = "[tables.t.columns]\nid = \"int\"\nb = { type = \"int\", renamed_from = \"aa\" }\n";
    for server in support::servers() {
        let db = server.database();
        Run::new(&db).file(file).arg("apply").run().success().stderr_lacks("neither");
        Run::new(&db).file(file).arg("apply").run().success().stderr_lacks("neither");
        db.execute("alter table t rename b to a");
        for args in [["plan"], ["apply"]] {
            let outcome = Run::new(&db).file(file).args(args).run().success();
            outcome
                .stderr_contains("column public.t.b is to have been `aa`, but neither of the two is there");
        }
        Run::new(&db).file(file).arg("check").run().success().stderr_lacks("neither");
    }
}

/// What still says the former name of a column is found before anything is renamed.
#[test]
fn what_says_the_former_name_is_found_before_the_rename() {
    let file = |column: &str, more: &str| {
        format!("[tables.t]\ncolumns.id = \"int\"\ncolumns.b = {{ type = \"text\", renamed_from = \"a\" }}\n{more}").replace("COLUMN", column)
    };
    let users = [
        "indexes.i = { on = [\"lower(COLUMN)\"] }\n",
        "checks.c = \"COLUMN <> ''\"\n",
        "columns.g = { type = \"text\", generated = \"COLUMN || 'x'\" }\n",
        "policies.p = { using = \"COLUMN = 'x'\" }\n",
        "indexes.j = { on = [\"id\"], where = \"COLUMN is not null\" }\n",
    ];
    for server in support::servers() {
        for user in users {
            let db = server.database();
            let before = file("a", user)
                .replace("columns.b = { type = \"text\", renamed_from = \"a\" }", "columns.a = \"text\"");
            Run::new(&db).file(&before).arg("apply").run().success();
            let outcome = Run::new(&db).file(&file("a", user)).arg("apply").run().code(1);
            outcome.stderr_contains("column \"a\" does not exist; nothing was executed");
            assert_eq!(db.scalar("select string_agg(attname, ',' order by attname) from pg_attribute where attrelid = 't'::regclass and attname in ('a', 'b')"), "a");
            Run::new(&db).file(&file("b", user)).arg("apply").run().success();
            Run::new(&db).file(&file("b", user)).args(["check", "--force"]).run().success();
        }
    }
}
