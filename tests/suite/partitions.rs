//! What partitions cannot have of their own.

use crate::support::{self, Run};

/// A table has one primary key, which a partition has from its table: one of its own was refused by the server once that was made.
#[test]
fn a_partition_has_the_primary_key_of_its_table() {
    let file = |key: &str, own: &str| {
        format!(
            "[tables.p]\npartition_by = \"list (k)\"\n{key}\n[tables.p.columns]\nid = \"int\"\nk = \"int\"\n\n\
             [tables.p.partitions]\nold = \"for values in (1)\"\n\n[tables.p.partitions.new]\nbounds = \"for values in (2)\"\n\
             primary_key = {own}\n"
        )
    };
    let key = "primary_key = [\"id\", \"k\"]";
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table p (id int not null, k int not null) partition by list (k);
             create table old partition of p for values in (1);
             insert into p values (1, 1)",
        );
        for own in ["[\"id\", \"k\"]", "\"id\""] {
            let outcome = Run::new(&db).file(&file(key, own)).args(["apply", "--allow", "all"]).run().code(1);
            outcome
                .stderr_contains("a partition has that of table public.p; nothing was executed")
                .stderr_contains("leave it out");
            Run::offline().file(&file(key, own)).arg("validate").run().success();
        }
        // Of a table without one, each has its own; the next file gives it to the table.
        let own = "[\"id\", \"k\"]";
        Run::new(&db).file(&file("", own)).arg("apply").run().success();
        Run::new(&db)
            .file(&file(key, own))
            .arg("apply")
            .run()
            .code(1)
            .stderr_contains("nothing was executed");
    }
}
