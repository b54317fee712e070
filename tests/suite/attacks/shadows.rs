//! Bare names: a function of hers stands where one of PostgreSQL's is meant, and fits better. Every place of a file from
//! which SQL is executed calls it, on objects that are there and on such as are not; and nothing of hers that no place
//! calls may keep anybody from working.

use super::mallory::{self, Failures, Site, Tool, refused, two_at_a_time};
use crate::support::{self, Cluster};

/// The file under which everything was in order.
const BEFORE: &str =
    "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\nemail = \"varchar(40)\"\n";

/// What is said of it next, of which `{}` is a call of what is hers: after the columns, or instead of one of them.
const PLACES: &[(&str, &str)] = &[
    ("default of a new column", "new = { type = \"text\", default = \"{}\" }"),
    ("default of a column", "-email = { type = \"varchar(40)\", default = \"{}\" }"),
    ("backfill", "-email = { type = \"varchar(40)\", not_null = true, backfill = \"{}\" }"),
    ("conversion", "-email = { type = \"int\", using = \"length({})\" }"),
    ("generated column", "new = { type = \"text\", generated = \"{}\" }"),
    ("check", "[tables.t.checks]\nnew = \"email = {}\""),
    ("index", "[tables.t.indexes]\nnew = [\"({})\"]"),
    ("predicate of an index", "[tables.t.indexes]\nnew = { on = \"id\", where = \"email = {}\" }"),
    ("one of several", "[tables.t.unique]\nnew = { columns = [\"email\"], keep = \"{}\" }"),
    ("row", "[tables.t.rows]\nkey = [\"id\"]\nvalues = [{ id = 7, email = { sql = \"{}\" } }]"),
    ("key of a row", "[tables.t.rows]\nkey = [\"email\"]\nvalues = [{ id = 7, email = { sql = \"{}\" } }]"),
    ("probe", "[[custom]]\nname = \"c\"\nprobe = \"select {} = 'abc'\"\ncreate = \"select 1\""),
    ("statement", "[[custom]]\nname = \"c\"\nprobe = \"select false\"\ncreate = \"select {}\""),
    ("view", "[views]\nv = \"select {} as x\""),
    ("materialized view", "[materialized_views]\nv = \"select {} as x\""),
    ("policy", "[tables.t.policies]\np = { using = \"email = {}\" }"),
    ("domain", "[domains]\nd = { type = \"text\", default = \"{}\" }"),
    (
        "function",
        "[functions]\n\"f(varchar)\" = { arguments = \"varchar\", returns = \"text\", language = \"sql\", body = \"select {}\" }",
    ),
];

fn file(place: &str, call: &str) -> String {
    let place = place.replace("{}", call);
    match place.strip_prefix('-') {
        Some(column) => format!("{}{column}\n", BEFORE.replace("email = \"varchar(40)\"\n", "")),
        None => format!("{BEFORE}{place}\n"),
    }
}

/// A database that is in order, in which she may make what she likes in `public`.
fn in_order<'d>(db: &'d support::Database, tool: Tool, before: &str) -> Site<'d> {
    let site = Site::new(db, &tool.role(db));
    db.execute(&format!("grant create, usage on schema public to {}", site.mallory));
    site.run(before, &["apply"]).success();
    site
}

/// A function of hers that tells who runs it.
fn shadow(site: &Site<'_>, signature: &str, rest: &str) {
    site.as_mallory(&site.payload(signature, "text", rest).replace("m.", ""));
}

fn every_place(cluster: &Cluster, tool: Tool, failures: &Failures) {
    for (place, text) in PLACES {
        let what = format!("PostgreSQL {}, {tool:?}, {place}", cluster.major());
        if !super::is_wanted(&what) {
            continue;
        }
        failures.guard(&what, || {
            let db = cluster.database();
            let site = in_order(&db, tool, BEFORE);
            site.as_tool("insert into t values (1, 'x'), (2, null)");
            shadow(&site, "public.lower(varchar)", "return pg_catalog.lower($1::text);");
            refused(&site, &what, &file(text, "lower('ABC'::varchar)"), failures);
        });
    }
}

#[test]
fn no_place_of_a_file_calls_what_shadows_postgresql() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        every_place(&cluster, Tool::Owner, &failures);
        if super::is_thorough() {
            every_place(&cluster, Tool::Superuser, &failures);
        }
    }
    failures.tell();
}

#[test]
fn however_it_is_spelled_and_wherever_it_stands() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let column = |call: &str| file("new = { type = \"text\", default = \"{}\" }", call);
        for (name, call) in [
            ("low$1", "low$1('ABC'::varchar)"),
            ("löw", "löw('ABC'::varchar)"),
            ("\"l\u{2160}w\"", "l\u{2160}w('ABC'::varchar)"),
            ("plain", "U&\\\"\\\\0070lain\\\"('ABC'::varchar)"),
        ] {
            let what = format!("PostgreSQL {}, {call}", cluster.major());
            failures.guard(&what, || {
                let db = cluster.database();
                let site = in_order(&db, Tool::Owner, BEFORE);
                site.as_tool(&format!(
                    "create function public.{name}(text) returns text language sql immutable as 'select $1'"
                ));
                shadow(&site, &format!("public.{name}(varchar)"), "return $1;");
                refused(&site, &what, &column(call), &failures);
            });
        }
        let what = format!("PostgreSQL {}, the schema of an extension", cluster.major());
        failures.guard(&what, || {
            let db = cluster.database();
            if db.scalar("select count(*) from pg_available_extensions where name = 'citext'") == "0" {
                return;
            }
            let site = Site::new(&db, "postgres");
            let before = format!("[extensions]\ncitext = {{}}\n{BEFORE}");
            db.execute(&format!(
                "create schema ext authorization {}; create extension citext schema ext",
                site.mallory
            ));
            site.run(&before, &["apply"]).success();
            shadow(&site, "ext.lower(varchar)", "return $1;");
            refused(
                &site,
                &what,
                &format!("{before}[tables.t.checks]\nnew = \"email = lower(email)\"\n"),
                &failures,
            );
        });
        let what = format!("PostgreSQL {}, of a table that gets another name", cluster.major());
        failures.guard(&what, || {
            let db = cluster.database();
            let site = in_order(&db, Tool::Owner, BEFORE);
            site.as_mallory(&site.payload("f(int)", "int", "return 1;"));
            site.as_tool("create index i on t ((id + m.f(1)))");
            db.log();
            site.told_by_the_log();
            let file =
                format!("{}[tables.u.indexes]\ni = [\"(id + 1)\"]\n", BEFORE.replace("tables.t", "tables.u"));
            refused(&site, &what, &format!("[tables.u]\nrenamed_from = \"t\"\n{file}"), &failures);
        });
    }
    failures.tell();
}

/// Operators of hers that fit better, called by words and by another sign.
const WORDS: &[(&str, &str)] = &[
    ("~~", "email like 'a%'"),
    ("!~~", "email not like 'a%'"),
    ("~~*", "email ilike 'a%'"),
    ("!~~*", "email not ilike 'a%'"),
    ("~", "email similar to 'a%'"),
    ("!~", "email not similar to 'a%'"),
    ("=", "email in ('a', 'x')"),
    ("<>", "email not in ('a', 'y')"),
    ("<>", "email != 'y'"),
    (">=", "email between 'a' and 'z'"),
    ("<", "email not between 'a' and 'b'"),
    ("=", "nullif(email, 'y') is not null"),
    ("=", "email is not distinct from 'x'"),
    ("=", "case email when 'y' then false else true end"),
];

#[test]
fn a_word_may_stand_for_an_operator() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        two_at_a_time(WORDS, |(sign, check)| {
            let what = format!("PostgreSQL {}, {sign} as in {check}", cluster.major());
            failures.guard(&what, || {
                let db = cluster.database();
                let site = in_order(&db, Tool::Owner, BEFORE);
                site.as_tool("insert into t values (1, 'x')");
                site.as_mallory(&site.payload("public.f(a varchar, b varchar)", "boolean", "return true;").replace("m.", ""));
                site.as_mallory(&format!(
                    "create operator public.{sign} (leftarg = varchar, rightarg = varchar, function = public.f)"
                ));
                refused(&site, &what, &format!("{BEFORE}[tables.t.checks]\nnew = \"{check}\"\n"), &failures);
            });
        });
        let what = format!("PostgreSQL {}, = as in USING", cluster.major());
        failures.guard(&what, || {
            let db = cluster.database();
            let site = in_order(&db, Tool::Owner, BEFORE);
            site.as_mallory(
                &site.payload("public.f(a varchar, b varchar)", "boolean", "return true;").replace("m.", ""),
            );
            site.as_mallory(
                "create operator public.= (leftarg = varchar, rightarg = varchar, function = public.f)",
            );
            for join in ["join t u using (email)", "natural join t u"] {
                let view = format!("{BEFORE}[materialized_views]\nv = \"select t.id from t {join}\"\n");
                refused(&site, &what, &view, &failures);
            }
        });
    }
    failures.tell();
}

/// What is hers, and called by nothing, stops nobody.
#[test]
fn what_nothing_calls_stops_nobody() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let rows =
            format!("{BEFORE}[tables.t.rows]\nkey = [\"id\"]\nvalues = [{{ id = 7, email = \"x\" }}]\n");
        let bounds = "[tables.p]\npartition_by = \"list (region)\"\n[tables.p.columns]\nregion = \"text\"\n\
                      [tables.p.partitions]\np_eu = \"for values in ('eu', 'uk')\"\n";
        let table =
            "create table m.t (id int); create trigger x before insert on m.t execute function m.tr()";
        for (name, file, hers) in [
            ("a table of the same name", rows.as_str(), table),
            ("in a schema called as a word of our SQL", &rows, "create schema_text"),
            (
                "a function called as a literal",
                bounds,
                "create function m.eu() returns int language sql as 'select 1'",
            ),
            (
                "a function with such a name elsewhere",
                bounds,
                "create function m.in() returns int language sql as 'select 1'",
            ),
        ] {
            let what = format!("PostgreSQL {}, {name}", cluster.major());
            failures.guard(&what, || {
                let db = cluster.database();
                let site = in_order(&db, Tool::Owner, file);
                site.as_mallory(&site.payload("tr()", "trigger", "return new;"));
                if hers == "create schema_text" {
                    db.execute(&format!("create schema \"text\" authorization {}", site.mallory));
                    site.as_mallory(&table.replace("m.t ", "\"text\".t "));
                } else {
                    site.as_mallory(hers);
                }
                for arguments in
                    [&["check"][..], &["check", "--stateless"], &["apply"], &["apply", "--force"]]
                {
                    let outcome = site.run(file, arguments);
                    if outcome.code != Some(0) {
                        failures.add(&what, format!("{}: {}", arguments.join(" "), outcome.stderr));
                    }
                }
                failures.extend(&what, site.told_by_the_log());
            });
        }
    }
    failures.tell();
}
