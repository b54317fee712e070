//! What is done to the tables that were changed, where the file asks for it.

use crate::support::{self, Run};

const FILE: &str = "[reconcile]\nANALYZE\n[tables.people.columns]\nid = \"int\"\nname = { type = \"text\", not_null = true, \
                    backfill = \"'none'\" }\n[tables.others.columns]\nid = \"int\"\n\
                    [foreign_data_wrappers.elsewhere]\n[servers]\narchive = \"elsewhere\"\n\
                    [tables.away]\nserver = \"archive\"\n[tables.away.columns]\nid = \"int\"\n";

#[test]
fn changed_tables_are_analyzed_and_vacuumed_where_the_file_asks_for_it() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for (setting, analyzed, vacuumed) in
            [("", "f", "f"), ("analyze = \"analyze\"", "t", "f"), ("analyze = \"vacuum\"", "t", "t")]
        {
            let db = server.database();
            db.execute(
                "create table people as select i as id, nullif(i % 3, 0)::text as name from generate_series(1, 5000) i;
                 create table others as select i as id from generate_series(1, 500) i",
            );
            let run = |args: &[&str]| {
                Run::new(&db).file(&FILE.replace("ANALYZE", setting)).args(args).run().success()
            };
            // What a foreign table holds is elsewhere.
            let applied = run(&["apply"]).stderr_lacks("cannot");
            assert_eq!(applied.stderr.contains("of 1 changed table ("), analyzed == "t", "{setting}");
            let known = |table: &str| {
                db.scalar(&format!("select exists (select from pg_stats where tablename = '{table}')"))
            };
            let seen = "select relallvisible > 0 from pg_class where oid = 'people'::regclass";
            assert_eq!(
                (known("people"), db.scalar(seen)),
                (analyzed.to_owned(), vacuumed.to_owned()),
                "{setting}"
            );
            assert_eq!(known("others"), "f", "it was not changed");
            run(&["check"]).stdout_contains("in sync");
            run(&["apply"]).stderr_lacks("changed table");
        }
    }
}
