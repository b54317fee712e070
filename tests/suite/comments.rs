//! Comments on what has no schema, and on what takes none.

use crate::support::{self, Run};

#[test]
fn a_comment_on_an_extension_is_set_once_and_its_own_one_is_left_alone() {
    for server in support::servers() {
        let db = server.database();
        let said = "[extensions]\nplpgsql = { comment = \"for triggers\" }\n";
        Run::new(&db).file(said).arg("apply").run().success();
        Run::new(&db).file(said).arg("check").run().success();
        Run::new(&db).file("[extensions]\nplpgsql = {}\n").arg("check").run().success().stdout_lacks("drift");
    }
}

#[test]
fn what_has_no_comment_in_postgresql_takes_none_in_the_file() {
    let file = "[roles.reader]\n[[grants]]\nto = \"reader\"\non = \"database\"\nprivileges = \"connect\"\ncomment = \"no\"\n";
    Run::offline().file(file).arg("validate").run().code(5).stderr_contains("a grant takes no `comment`");
}
