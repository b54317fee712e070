//! Tables of Mallory's that refer to one of the file's: rows of hers change with those of the file, and her triggers run.

use super::mallory::{Failures, Site, Tool, against_tools};
use crate::support::Cluster;

/// How rows of hers change with those of the file, and what the file says.
struct Way {
    name: &'static str,
    /// By her, once she may refer to `t`.
    sql: &'static str,
    /// What the file says of `t`, besides its columns.
    file: &'static str,
    is_refused: bool,
}

const fn way(name: &'static str, sql: &'static str, file: &'static str) -> Way {
    Way { name, sql, file, is_refused: true }
}

const ON_DELETE: &str = "create table m.child (id int primary key references shop.t on delete cascade);
                         insert into m.child values (1), (2), (3)";
const ON_UPDATE: &str =
    "create table m.child (id int primary key, code int references shop.t (code) on update cascade);
                         insert into m.child values (1, 1), (2, 2), (3, 3)";
const SYNC: &str =
    "[tables.t.rows]\nkey = [\"id\"]\nmode = \"sync\"\nvalues = [{ id = 1, code = 1 }, { id = 4, code = 4 }]";
const UPSERT: &str = "[tables.t.rows]\nkey = [\"id\"]\nmode = \"upsert\"\nvalues = [{ id = 1, code = 7 }]";
const KEEP: &str = "unique.u = { columns = [\"n\"], keep = \"id\" }";
const BACKFILL: &str = "columns.more = { type = \"int\", not_null = true, backfill = \"1\" }\ncolumns.n = { type = \"text\", \
                        not_null = true, backfill = \"'none'\" }";
const ADDED: &str = "columns.more = { type = \"int\", default = \"5\" }\nindexes.i = [\"n\"]\nchecks.c = \"code > 0\"\n\
                     [tables.t.rows]\nkey = [\"id\"]\nvalues = [{ id = 1, code = 1 }, { id = 4, code = 4 }]";

const WAYS: &[Way] = &[
    way("declared rows go", ON_DELETE, SYNC),
    way("declared rows change", ON_UPDATE, UPSERT),
    way("rows in the way of a key go", ON_DELETE, KEEP),
    way("a column is filled", ON_UPDATE, BACKFILL),
    way(
        "orphans go",
        ON_DELETE,
        "foreign_keys.f = { columns = [\"code\"], references = \"codes\", orphans = \"delete\" }",
    ),
    way(
        "the key becomes null",
        "create table m.child (id int primary key, code int references shop.t on delete set null);
         insert into m.child values (1, 1), (2, 2), (3, 3)",
        SYNC,
    ),
    way(
        "through a table that is the tool's",
        "create table m.child (id int primary key references shop.between on delete cascade);
         insert into m.child values (1), (2), (3)",
        SYNC,
    ),
    way(
        "through a partition",
        "create table m.child (id int primary key references shop.low on delete cascade); insert into m.child values (1), (2), (3)",
        "rows = { key = [\"id\"], mode = \"sync\", values = [{ id = 1 }] }",
    ),
    Way { is_refused: false, ..way("rows are read and added", ON_DELETE, ADDED) },
    Way { is_refused: false, ..way("rows are read and added, on update", ON_UPDATE, ADDED) },
    Way { is_refused: false, ..way("rows change, and hers go with those that go", ON_DELETE, UPSERT) },
    Way {
        is_refused: false,
        ..way(
            "no action",
            "create table m.child (id int primary key references shop.t); insert into m.child values (1)",
            SYNC,
        )
    },
];

const SETUP: &str = "set search_path = shop;
create table codes (code int primary key); insert into codes values (1);
create table t (id int primary key, code int unique, n text);
insert into t values (1, 1, 'a'), (2, 2, 'a'), (3, 3, null);
create table between (id int primary key references t on delete cascade); insert into between values (1), (2), (3);
create table parts (id int primary key) partition by range (id);
create table low partition of parts for values from (0) to (9); insert into parts values (1), (2), (3)";

const FILE: &str = "[reconcile]
default_schema = \"shop\"
[tables.codes.columns]
code = { type = \"int\", primary_key = true }
";

const COLUMNS: &str = "columns.id = { type = \"int\", primary_key = true }
columns.code = { type = \"int\", unique = true }
";

fn refers(cluster: &Cluster, tool: Tool, way: &Way, what: &str, failures: &Failures) {
    let db = cluster.database();
    let role = tool.role(&db);
    let site = Site::new(&db, &role);
    site.as_tool(SETUP);
    site.as_tool(&format!(
        "grant usage on schema shop to {0}; grant select, references on all tables in schema shop to {0}",
        site.mallory
    ));
    site.as_mallory(&format!("{}; {}", way.sql, site.payload("tg()", "trigger", "return null;")));
    site.as_mallory(
        "create trigger a after insert or update or delete on m.child for each row execute function m.tg();
         create constraint trigger d after update or delete on m.child deferrable initially deferred for each row \
         execute function m.tg()",
    );
    let of_parts = way.name.contains("partition");
    let head = if of_parts {
        "[tables.parts]\npartition_by = \"range (id)\"\npartitions = { low = \"for values from (0) to (9)\" }\n\
         columns.id = { type = \"int\", primary_key = true }\n"
            .to_owned()
    } else {
        let n = if way.file.contains("columns.n ") { "" } else { "columns.n = \"text\"\n" };
        format!("[tables.t]\n{COLUMNS}{n}")
    };
    let file = format!("{FILE}{head}{}\n", way.file);
    let before = db.column("select format('%s', c) from m.child c order by 1");
    for arguments in [&["plan", "--allow", "all"][..], &["apply", "--allow", "delete_rows"]] {
        let outcome = site.run(&file, arguments);
        let command = arguments.join(" ");
        let refused =
            outcome.code != Some(0) && outcome.stderr.contains("rows of a role that is not trusted");
        let is_named = outcome.stderr.contains("m.child") && outcome.stderr.contains(&site.mallory);
        // Declared rows that nothing stops fail here only by the key that takes no action.
        let is_right = if way.is_refused {
            refused && is_named
        } else if way.name == "no action" {
            !refused
        } else {
            matches!(outcome.code, Some(0 | 2)) && !refused
        };
        if !is_right {
            failures.add(what, format!("{command}: exit code {:?}: {}", outcome.code, outcome.stderr));
        }
        failures.extend(what, site.told_by_the_log().into_iter().map(|told| format!("{command}: {told}")));
    }
    let after = db.column("select format('%s', c) from m.child c order by 1");
    if before != after {
        failures.add(what, format!("her rows were {before:?}, and are {after:?}"));
    }
    failures.extend(what, site.gained());
}

#[test]
fn rows_of_others_do_not_follow_those_of_the_file() {
    let refers = |cluster: &Cluster, tool, way: usize, what: &str, failures: &Failures| {
        refers(cluster, tool, &WAYS[way], what, failures)
    };
    against_tools(&[Tool::Superuser, Tool::Owner], WAYS.len(), refers, |way| WAYS[way].name.to_owned());
}
