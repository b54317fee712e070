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
