//! Runs as roles that may do less than a superuser.

use crate::support::{self, Run};

const FILE: &str =
    "[tables.tasks.columns]\nid = { type = \"bigint\", primary_key = true, default = \"1 + 1\" }\n";

#[test]
fn who_may_not_read_the_state_can_look_all_the_same() {
    for server in support::servers() {
        let db = server.database();
        let role = support::unique("reader");
        db.execute(&format!("create role {role} login password 'r'"));
        Run::new(&db).file(FILE).arg("apply").run().success();
        let url = db.url_as(&role, "r");
        for arguments in [&["check"][..], &["check", "--stateless"], &["status"], &["history"]] {
            Run::new(&db).file(FILE).args(arguments).args(["--url", &url]).run().success();
        }
        Run::new(&db)
            .file(FILE)
            .args(["apply", "--url", &url])
            .run()
            .success()
            .stderr_contains("the run is not recorded");
        db.execute(&format!("drop role {role}"));
    }
}

#[test]
fn names_with_percent_signs_are_names() {
    for server in support::servers() {
        let db = server.database();
        let role = format!("{}%s", support::unique("odd"));
        let file = format!(
            "[roles.\"{role}\"]\n[[grants]]\nto = \"{role}\"\non = \"database\"\nprivileges = \"temporary\"\n"
        );
        Run::new(&db).file(&file).arg("apply").run().success();
        Run::new(&db).file(&file).arg("check").run().success();
        db.execute(&format!("drop owned by \"{role}\"; drop role \"{role}\""));
    }
}
