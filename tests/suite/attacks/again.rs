//! What the server reads again while a plan is done, or while somebody looks: texts in which names are looked for anew, and
//! tables that foreign keys tie to those of the file. Nothing of Mallory's is called when it all begins.

use super::mallory::{self, Failures, Site, Tool, against_tools, refused};
use crate::support::{self, Cluster};

struct Way {
    name: &'static str,
    /// By the tool's role.
    setup: &'static str,
    /// Functions of hers, each with what it returns.
    functions: &'static [(&'static str, &'static str)],
    /// By her.
    sql: &'static str,
    file: &'static str,
    is_refused: bool,
}

const PEOPLE: &str = "create table people (id int primary key, a text, b int, name text); \
                      insert into people values (1, '7', null, 'x')";
const RETYPED: &str = "[tables.people.columns]
id = { type = \"int\", primary_key = true }
a = { type = \"bigint\", using = \"a::bigint\" }
b = \"int\"
name = \"text\"
";
const KEYS: &str = "create table t (id int primary key, n text); insert into t values (1, 'a'), (2, 'b'); \
                    create table parts (id int primary key) partition by range (id); \
                    create table low partition of parts for values from (0) to (10); \
                    create table high partition of parts for values from (10) to (20); insert into parts values (1), (11)";
const KEY_RETYPED: &str =
    "[tables.t.columns]\nid = { type = \"bigint\", primary_key = true }\nn = \"text\"\n";
const CHILD: &str = "create table m.child (id int references t); insert into m.child values (1); \
                     grant select on m.child to public; create index on m.child (id) where m.f(1) = 1";

/// Of a text that PostgreSQL has, over columns of which one becomes a number.
const fn text(
    name: &'static str,
    setup: &'static str,
    functions: &'static [(&'static str, &'static str)],
) -> Way {
    Way { name, setup, functions, sql: "", file: RETYPED, is_refused: true }
}

const fn key(name: &'static str, sql: &'static str, file: &'static str) -> Way {
    Way { name, setup: KEYS, functions: &[("m.f(int)", "int")], sql, file, is_refused: true }
}

const NUM: &[(&str, &str)] = &[("num_nonnulls(bigint, int)", "int")];
const CONCAT: &[(&str, &str)] = &[("concat(bigint, text)", "text")];

const WAYS: &[Way] = &[
    text("check", "alter table people add check (num_nonnulls(a, b) = 1)", NUM),
    text("predicate of an index", "create index on people (b) where num_nonnulls(a, b) = 1", NUM),
    text("index", "create index on people (num_nonnulls(a, b))", NUM),
    text("statistics", "create statistics s on (num_nonnulls(a, b)), b from people", NUM),
    text("check of an heir", "create table heir (check (num_nonnulls(a, b) = 1)) inherits (people)", NUM),
    text("view", "create view v as select concat(a, 'x'::text) from people", CONCAT),
    text(
        "materialized view",
        "create materialized view v as select concat(a, 'x'::text) from people",
        CONCAT,
    ),
    text(
        "policy",
        "create policy p on people using (concat(a, 'x'::text) <> ''); alter table people enable row level security",
        CONCAT,
    ),
    Way {
        file: "[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\nb = \"int\"\na = \"text\"\n\
               n = { type = \"int\", default = \"a2345678901234567890123456789012345678901234567890123456789012_and_more()\" }\n",
        ..text(
            "a name that is cut",
            "",
            &[("a2345678901234567890123456789012345678901234567890123456789012_()", "int")],
        )
    },
    Way {
        file: "[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\nb = \"int\"\na = \"text\"\n\
               [materialized_views]\nv = \"select p.id, p . total from people p\"\n",
        ..text("a call that looks like a column", "", &[("total(people)", "int")])
    },
    Way {
        is_refused: false,
        ..text("what is hers and nothing calls", "alter table people add check (num_nulls(a, b) = 1)", NUM)
    },
    key("type of a key", CHILD, KEY_RETYPED),
    key(
        "declared rows go",
        CHILD,
        "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\nn = \"text\"\n[tables.t.rows]\nkey = [\"id\"]\n\
         mode = \"sync\"\nvalues = [{ id = 1, n = \"a\" }]\n",
    ),
    key(
        "a partition leaves",
        "create table m.child (id int references parts); insert into m.child values (1); \
         grant select on m.child to public; create index on m.child (id) where m.f(1) = 1",
        "[tables.parts]\npartition_by = \"range (id)\"\npartitions = { low = \"for values from (0) to (10)\" }\n\
         columns.id = { type = \"int\", primary_key = true }\n\
         [tables.high.columns]\nid = { type = \"int\", primary_key = true }\n",
    ),
    Way {
        is_refused: false,
        ..key(
            "type of a key to which a table without code of hers refers",
            "create table m.child (id int references t); insert into m.child values (1); \
             grant select on m.child to public",
            KEY_RETYPED,
        )
    },
];

/// A site at which she may make things in `public` and refer to its tables.
fn site<'d>(db: &'d support::Database, tool: Tool) -> Site<'d> {
    let site = Site::new(db, &tool.role(db));
    db.execute(&format!("grant create, usage on schema public to {}", site.mallory));
    site
}

fn payload(site: &Site<'_>, signature: &str, returns: &str) {
    let sql = site.payload(signature, returns, "return 1;");
    site.as_mallory(
        &sql.replace("function m.m.", "function m.")
            .replace(&format!("function m.{signature}"), &format!("function {signature}")),
    );
}

fn attack(cluster: &Cluster, tool: Tool, way: &Way, what: &str, failures: &Failures) {
    let db = cluster.database();
    let site = site(&db, tool);
    let setup = if way.setup == KEYS { "" } else { PEOPLE };
    site.as_tool(&format!(
        "{setup}; {}; grant references, select on all tables in schema public to {}",
        way.setup, site.mallory
    ));
    for (signature, returns) in way.functions {
        payload(&site, signature, returns);
    }
    site.as_mallory(way.sql);
    // With all consents it would go, being undeclared, and not come back.
    let comes_back = way.setup.contains(" view v ");
    if comes_back {
        for command in ["plan", "apply"] {
            let outcome = site.run(way.file, &[command, "--allow", "rewrite,narrow,drop_object"]);
            if outcome.code != Some(1) || !outcome.stderr.contains(&site.mallory) {
                failures.add(what, format!("{command}: exit code {:?}: {}", outcome.code, outcome.stderr));
            }
        }
        failures.extend(what, site.told_by_the_log());
        return failures.extend(what, site.gained());
    }
    if way.is_refused {
        return refused(&site, what, way.file, failures);
    }
    let outcome = site.run(way.file, &["apply", "--allow", "rewrite,narrow,block"]);
    if outcome.code != Some(0) {
        failures.add(what, format!("exit code {:?}: {}", outcome.code, outcome.stderr));
    }
    failures.extend(what, site.told_by_the_log());
}

#[test]
fn what_is_read_again_finds_nothing_of_hers() {
    let attack = |cluster: &Cluster, tool, way: usize, what: &str, failures: &Failures| {
        attack(cluster, tool, &WAYS[way], what, failures)
    };
    against_tools(&[Tool::Superuser, Tool::Owner], WAYS.len(), attack, |way| WAYS[way].name.to_owned());
}

/// `inspect` has checks made once more, whose constants the server folds.
#[test]
fn what_is_printed_again_finds_nothing_of_hers() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let what = format!("PostgreSQL {}, inspect", server.major());
        let db = cluster.database();
        let site = site(&db, Tool::Superuser);
        site.as_tool(
            "create table people (kind varchar(9), check (kind = any (array['a', 'b']::varchar[]) \
             and num_nulls('a'::text, 3) = 0))",
        );
        payload(&site, "num_nulls(text, int)", "int");
        let outcome = site.run("", &["inspect"]);
        if outcome.code != Some(0) {
            failures.add(&what, outcome.stderr);
        }
        failures.extend(&what, site.told_by_the_log());
        failures.extend(&what, site.gained());
    }
    failures.tell();
}
