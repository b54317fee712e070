//! What a trusted routine does is text that the catalog has not taken apart: what it names may be hers, found before what is
//! meant; and values of her types are cast by her code. None of that runs, and what no text names stops nobody.

use super::mallory::{self, Failures, Site, Tool, refused};
use crate::support::{self, Cluster};

/// A trigger whose function is `body`, in a schema in which she may make what she likes, before `public` on the path.
fn file(setting: &str, body: &str) -> String {
    format!(
        "[reconcile]\ndefault_schema = \"app\"\n[schemas.public.tables.settings.columns]\nv = \"int\"\n\
         [functions.\"tg()\"]\nreturns = \"trigger\"\nlanguage = \"plpgsql\"\n{setting}body = \"{body}\"\n\
         [tables.t.columns]\nid = {{ type = \"int\", primary_key = true }}\nn = \"int\"\nemail = \"varchar(40)\"\n\
         [tables.t.triggers]\ntg = {{ when = \"before\", events = [\"insert\", \"update\"], for_each = \"row\", call = \"tg()\" }}\n\
         [functions.\"norm(varchar)\"]\narguments = \"v varchar\"\nreturns = \"text\"\nlanguage = \"plpgsql\"\n\
         set = {{ search_path = \"public\" }}\nbody = \"begin return lower(v); end\"\n\
         [functions.\"inner()\"]\nreturns = \"int\"\nlanguage = \"plpgsql\"\nbody = \"begin return (select v from settings); end\"\n"
    )
}

const PLAIN: &str = "begin return new; end";
const ROWS: &str = "[tables.t.rows]\nkey = [\"id\"]\nvalues = [{ id = 7, n = 1, email = \"X\" }]\n";
const VIEW: &str = "create view app.settings as select m.f(1) as v; grant select on app.settings to public";
const LOWER: &str =
    "create function public.lower(varchar) returns text language sql as 'select m.f(1)::text'";

/// Of each: what it is, the settings and the body of the function that is there, what she makes, and what the file says next.
fn texts() -> Vec<(&'static str, &'static str, &'static str, &'static str, String)> {
    let path = "set = { search_path = \"public, pg_temp\" }\n";
    let column =
        |default: &str| format!("[tables.t.columns.new]\ntype = \"text\"\ndefault = \"{default}\"\n");
    vec![
        (
            "a path of its own",
            path,
            "begin new.email := lower(new.email); return new; end",
            LOWER,
            ROWS.into(),
        ),
        ("called by a default", "", PLAIN, LOWER, column("app.norm('ABC')")),
        (
            "a bare relation",
            "",
            "begin new.n := (select v from settings); return new; end",
            VIEW,
            ROWS.into(),
        ),
        (
            "a bare type",
            "",
            "begin new.n := new.n::price; return new; end",
            "create domain app.price as int check (m.f(value) is not null)",
            ROWS.into(),
        ),
        (
            "a view that calls nothing of hers",
            "",
            "begin new.n := (select v from settings); return new; end",
            "create view app.settings as select ndoc as v from ts_stat('select m.f(1)::text::tsvector');
             grant select on app.settings to public",
            ROWS.into(),
        ),
        (
            "a table whose default calls nothing of hers",
            "",
            "begin insert into settings (v) values (1); return new; end",
            "create table app.settings (v int, x text default query_to_xml('select m.f(1)', true, false, '')::text);
             grant insert on app.settings to public",
            ROWS.into(),
        ),
        (
            "what is executed",
            "",
            "begin execute 'select v from set' || 'tings' into new.n; return new; end",
            VIEW,
            ROWS.into(),
        ),
        ("by another routine", "", "begin new.n := app.inner(); return new; end", VIEW, ROWS.into()),
        (
            "dynamic",
            "",
            "begin execute 'select v from set' || 'tings' into new.n; return new; end",
            "create function app.dynamic() returns int language sql as 'select m.f(1)'",
            ROWS.into(),
        ),
        ("a new body", "", PLAIN, VIEW, "-begin new.n := (select v from settings); return new; end".into()),
    ]
}

fn site<'d>(db: &'d support::Database, tool: Tool) -> Site<'d> {
    let site = Site::new(db, &tool.role(db));
    db.execute(&format!(
        "create schema app authorization {}; grant create, usage on schema public, app to {}",
        site.tool, site.mallory
    ));
    site.as_tool("create table public.settings (v int); create domain public.price as int");
    site.as_mallory(&site.payload("f(n int)", "int", "return 1;"));
    site
}

fn every_text(cluster: &Cluster, tool: Tool, failures: &Failures) {
    for (name, setting, body, hers, next) in texts() {
        let what = format!("PostgreSQL {}, {tool:?}, {name}", cluster.major());
        if !super::is_wanted(&what) {
            continue;
        }
        failures.guard(&what, || {
            let db = cluster.database();
            let site = site(&db, tool);
            site.run(&file(setting, body), &["apply"]).success();
            site.as_tool("insert into app.t values (1, 1, 'x')");
            site.as_mallory(hers);
            let next = match next.strip_prefix('-') {
                Some(body) => format!("{}{ROWS}", file(setting, body)),
                None => format!("{}{next}", file(setting, body)),
            };
            refused(&site, &what, &next, failures);
        });
    }
}

#[test]
fn what_a_routine_names_is_not_hers() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        every_text(&cluster, Tool::Superuser, &failures);
        if super::is_thorough() {
            every_text(&cluster, Tool::Owner, &failures);
        }
    }
    failures.tell();
}

/// Her type in a table of others, and casts of it that are functions of hers.
#[test]
fn her_casts_run_for_nobody() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let table = |rest: &str| format!("[tables.t.columns]\nid = {rest}\n");
        let key = "{ type = \"int\", primary_key = true }";
        for (name, target, rows, file) in [
            (
                "to json",
                "json",
                "(1, 'x'), (1, 'y')",
                table("{ type = \"int\", primary_key = true, keep = \"id\" }"),
            ),
            ("to another type", "text", "(1, 'x'), (2, 'y')", table(&format!("{key}\nc = \"text\""))),
            (
                "in a default",
                "text",
                "(1, 'x')",
                table(&format!("{key}\nd = {{ type = \"int\", default = \"length('x'::m.mood)\" }}")),
            ),
        ] {
            let what = format!("PostgreSQL {}, a cast {name}", cluster.major());
            failures.guard(&what, || {
                let db = cluster.database();
                let site = Site::new(&db, "postgres");
                site.as_mallory("create type m.mood as enum ('x', 'y')");
                site.as_mallory(&site.payload("c(m.mood)", target, "return '{}';"));
                site.as_mallory(&format!(
                    "create cast (m.mood as {target}) with function m.c(m.mood) as implicit"
                ));
                db.execute(&format!("create table t (id int, c m.mood); insert into t values {rows}"));
                refused(&site, &what, &file, &failures);
            });
        }
    }
    failures.tell();
}

/// A routine that is not there yet runs as soon as it is: what only its text and its settings say is judged before.
#[test]
fn what_a_new_routine_names_is_not_hers() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let lower = |schema: &str| {
            format!(
                "create function {schema}.lower(varchar) returns text language sql as 'select m.f(1)::text'"
            )
        };
        let executes = "declare r text; begin execute 'select lo' || 'wer($1)' into r using v; return r; end";
        let path = "set = { search_path = \"pg_catalog, loose\" }\n";
        for (name, hers, there, setting, body) in [
            ("what is executed", lower("app"), false, "", executes),
            ("a path of its own", lower("loose"), false, "set = { search_path = \"loose\" }\n", "begin return lower(v); end"),
            ("a path of the caller", lower("loose"), false, "set = { search_path = \"'$user', loose\" }\n", "begin return lower(v); end"),
            (
                "an operator",
                "create function loose.f(text, varchar) returns text language sql as 'select m.f(1)::text';
                 create operator loose.|| (leftarg = text, rightarg = varchar, function = loose.f)"
                    .into(),
                false,
                path,
                "begin return 'x'::text || v; end",
            ),
            ("another path", lower("loose"), true, "set = { search_path = \"loose\" }\n", "begin return lower(v); end"),
            (
                "a relation that it writes to",
                "create table loose.notes (what text default query_to_xml('select m.f(1)', true, false, '')::text, n int);
                 grant insert on loose.notes to public"
                    .into(),
                false,
                path,
                "begin insert into notes (n) values (1); return v; end",
            ),
        ] {
            let what = format!("PostgreSQL {}, {name}", cluster.major());
            if !super::is_wanted(&what) {
                continue;
            }
            failures.guard(&what, || {
                let db = cluster.database();
                let site = site(&db, Tool::Owner);
                db.execute(&format!(
                    "create schema loose authorization {}; grant usage on schema loose to public",
                    site.mallory
                ));
                let function = |setting: &str| {
                    format!(
                        "[reconcile]\ndefault_schema = \"app\"\n[functions.\"norm(varchar)\"]\narguments = \"v varchar\"\n\
                         returns = \"text\"\nlanguage = \"plpgsql\"\n{setting}body = \"{body}\"\n\
                         [tables.t.columns]\nid = {{ type = \"int\", primary_key = true }}\n"
                    )
                };
                if there {
                    site.run(&function("set = { search_path = \"app\" }\n"), &["apply"]).success();
                }
                site.as_mallory(&hers);
                let column = "n = { type = \"text\", default = \"app.norm('ABC')\" }\n";
                let rows = "[tables.t.rows]\nkey = [\"id\"]\nvalues = [{ id = 1 }]\n";
                refused(&site, &what, &format!("{}{column}{rows}", function(setting)), &failures);
            });
        }
    }
    failures.tell();
}

/// Routines that a file does not declare, and gives by their names alone: to be called by what it declares.
#[test]
fn what_is_given_by_its_name_is_not_hers() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        for (name, returns, hers, file) in [
            (
                "aggregate",
                "int",
                "step(a int, b int)",
                "[aggregates.\"total(int)\"]\nsfunc = \"step\"\nstype = \"int\"",
            ),
            (
                "operator",
                "boolean",
                "same(a int, b int)",
                "[operators.\"===(int, int)\"]\nfunction = \"same\"",
            ),
            (
                "range",
                "float8",
                "apart(a int, b int)",
                "[range_types.r]\nsubtype = \"int\"\nsubtype_diff = \"apart\"",
            ),
            (
                "cast",
                "int",
                "number(a anyenum)",
                "[enums]\nmood = [\"a\"]\n[casts.\"mood as int\"]\nfunction = \"number(anyenum)\"\ncontext = \"implicit\"",
            ),
            (
                "trigger",
                "trigger",
                "stamp()",
                "[tables.t.columns]\nid = \"int\"\n[tables.t.triggers]\n\
                 g = { when = \"before\", events = [\"insert\"], for_each = \"row\", call = \"stamp()\" }",
            ),
        ] {
            let what = format!("PostgreSQL {}, {name}", cluster.major());
            failures.guard(&what, || {
                let db = cluster.database();
                let site = site(&db, Tool::Superuser);
                site.as_mallory(&site.payload(hers, returns, "return null;").replace("m.", "app."));
                refused(&site, &what, &format!("[reconcile]\ndefault_schema = \"app\"\n{file}\n"), &failures);
            });
        }
    }
    failures.tell();
}

/// Who may make triggers on a table writes what they ask, and may call nothing of their own there.
#[test]
fn her_trigger_asks_nothing() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let what = format!("PostgreSQL {}", cluster.major());
        failures.guard(&what, || {
            let db = cluster.database();
            let site = site(&db, Tool::Owner);
            site.run(&file("", PLAIN), &["apply"]).success();
            db.execute(&format!("grant trigger on app.t to {}", site.mallory));
            site.as_mallory(
                "create trigger hers before insert on app.t for each row \
                 when (query_to_xml('select m.f(1)', true, false, '') is not null) execute function app.tg()",
            );
            refused(&site, &what, &format!("{}{ROWS}", file("", PLAIN)), &failures);
        });
    }
    failures.tell();
}

/// Whatever is made runs event triggers, which are a superuser's, under the path of whoever makes it.
#[test]
fn an_event_trigger_does_not_find_what_is_hers() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let what = format!("PostgreSQL {}", cluster.major());
        failures.guard(&what, || {
            let db = cluster.database();
            let site = site(&db, Tool::Owner);
            site.run(&file("", PLAIN), &["apply"]).success();
            db.execute(
                "create table public.changes (what text); grant insert on public.changes to public;
                 create function public.note() returns event_trigger language plpgsql as
                 'begin insert into changes values (tg_tag); end';
                 create event trigger note on ddl_command_end execute function public.note()",
            );
            let next = format!("{}[tables.t.checks]\nc = \"n > 0\"\n", file("", PLAIN));
            let before = site.run(&next, &["plan"]);
            if before.code != Some(0) {
                failures.add(&what, format!("before she has one: {}", before.stderr));
            }
            site.as_mallory(&format!(
                "{} create table app.changes (what text); grant insert on app.changes to public;
                 create trigger hers before insert on app.changes for each row execute function m.tr()",
                site.payload("tr()", "trigger", "return new;")
            ));
            refused(&site, &what, &next, &failures);
            db.execute("alter function public.note() set search_path = public");
            let after = site.run(&next, &["apply"]);
            if after.code != Some(0) {
                failures.add(&what, format!("with a path: {}", after.stderr));
            }
            failures.extend(&what, site.told_by_the_log());
        });
    }
    failures.tell();
}

#[test]
fn what_no_text_names_stops_nobody() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        for hers in [
            "create function app.useless() returns int language sql as 'select m.f(1)'",
            "create view app.useless as select m.f(1) as v",
            "create table app.useless (id serial, at timestamptz default now(), key uuid default gen_random_uuid())",
            "create view app.useless as select to_char(now(), 'YYYY') as v",
            "create domain app.useless as int check (m.f(value) is not null)",
            "create function m.lower(varchar) returns text language sql as 'select m.f(1)::text'",
            "create function pg_temp.lower(varchar) returns text language sql as 'select m.f(1)::text'",
        ] {
            let what = format!("PostgreSQL {}, {hers}", cluster.major());
            failures.guard(&what, || {
                let db = cluster.database();
                let site = site(&db, Tool::Owner);
                let body = "begin new.email := lower(new.email); return new; end";
                site.run(&file("", body), &["apply"]).success();
                site.as_mallory(hers);
                for arguments in [&["apply"][..], &["check", "--force"]] {
                    let outcome = site.run(&format!("{}{ROWS}", file("", body)), arguments);
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
