//! A hint mends what the error is about.

use crate::support::{self, Run};

#[test]
fn a_refusal_says_what_helps() {
    let there = "create table p (id int primary key); create table t (id int primary key, n int not null, p int references p);
                 create table u (v int); insert into u values (1), (1)";
    let t = "[tables.p.columns]\nid = { type = \"int\", primary_key = true }\n[tables.t]\n\
             columns.id = { type = \"int\", primary_key = true }\ncolumns.n = { type = \"int\", not_null = true }\n\
             columns.p = { type = \"int\", references = \"p\" }\n";
    let rows = |row: &str| format!("{t}rows = {{ key = [\"id\"], values = [{row}] }}\n");
    let cases = [
        (rows("{ id = 1 }"), "give it one in the file"),
        (rows("{ id = 1, n = 1, p = 7 }"), "declare that one too"),
        ("[tables.u]\ncolumns.v = \"int\"\nindexes.i = { on = \"v\", unique = true }\n".into(), "1 row repeating (v)"),
        ("[tables.u.columns]\nv = \"int\"\n[[grants]]\nto = \"nobody_at_all\"\non = [\"u\"]\nprivileges = [\"select\"]\n".into(), "the role or object there"),
        ("[tables.u]\ncolumns.v = \"int\"\nowner = \"nobody_at_all\"\n".into(), "the role or object there"),
    ];
    for server in support::servers() {
        let db = server.database();
        db.execute(there);
        for (file, hint) in &cases {
            Run::new(&db).file(file).arg("apply").run().code(1).stderr_contains(hint);
        }
    }
}
