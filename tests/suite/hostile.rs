//! What is in the database already is nobody we know: it must neither run code through us nor forge what we say. And a
//! file is only text: whatever it holds, it is read to its end, and refused or done exactly.

use crate::support::{self, Database, Run};

/// Objects that lie in wait: functions and operators that shadow those of PostgreSQL, where an open `search_path` would
/// find them, for the current user and for the database.
const TRAPS: &str = "
create table public.touched (what text);
create function public.trap(text) returns text language plpgsql as $$
    begin insert into public.touched values ($1); return $1; end $$;
create function public.lower(text) returns text language sql as $$ select public.trap('lower') $$;
create function public.format(text, variadic text[]) returns text language sql as $$ select public.trap('format') $$;
create function public.count(text) returns bigint language sql as $$ select length(public.trap('count')) $$;
create function public.current_setting(text) returns text language sql as $$ select public.trap('current_setting') $$;
create function public.set_config(text, text, boolean) returns text language sql as $$ select public.trap('set_config') $$;
create function public.to_regclass(text) returns regclass language sql as $$ select public.trap('to_regclass')::regclass $$;
create function public.hostile_eq(text, text) returns boolean language sql as $$ select public.trap('=') is null $$;
create operator public.= (leftarg = text, rightarg = text, function = public.hostile_eq);
create function public.hostile_eq(name, name) returns boolean language sql as $$ select public.trap('= name') is null $$;
create operator public.= (leftarg = name, rightarg = name, function = public.hostile_eq);
create function public.hostile_cat(text, text) returns text language sql as $$ select public.trap('||') $$;
create operator public.|| (leftarg = text, rightarg = text, function = public.hostile_cat);
create table public.pg_class (oid oid, relname name);
create view public.pg_roles as select public.trap('pg_roles')::name as rolname;
create function public.pg_get_expr(pg_node_tree, oid) returns text language sql as $$ select public.trap('pg_get_expr') $$;
create table public.people (id int primary key, name text default 'a');
insert into public.people values (1, 'x'), (2, null);
";

const FILE: &str = "
[tables.people.columns]
id = { type = \"int\", primary_key = true }
name = { type = \"text\", not_null = true, backfill = \"'none'\", unique = true }
key = { type = \"uuid\", default = \"gen_random_uuid()\" }
";

#[test]
fn functions_and_operators_of_others_are_not_called() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let db = server.database();
        db.execute(TRAPS);
        let name = db.name();
        db.execute(&format!("alter database {name} set search_path = public, pg_catalog"));
        let first = Run::new(&db).file(FILE).arg("plan").run().success();
        assert!(first.stdout.contains("gen_random_uuid"), "{}", first.stdout);
        for arguments in [
            &["check"][..],
            &["plan", "--format", "sql"],
            &["inspect"],
            &["apply"],
            &["apply"],
            &["apply", "--force"],
            &["status"],
            &["history"],
        ] {
            let outcome = Run::new(&db).file(FILE).args(arguments).run();
            assert!(matches!(outcome.code, Some(0 | 2)), "{arguments:?}\n{}", outcome.stderr);
        }
        let mut client = db.connect();
        client.batch_execute("set search_path = pg_catalog").expect("a search path");
        let rows = client.query("select what from public.touched", &[]).expect("what was called");
        let called: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(called, [""; 0], "PostgreSQL {}", server.major());
    }
}

/// Objects whose names end the text that they stand in, where it is quoted by a fixed tag; and files that want another.
const BREAKING_OUT: &[(&str, &str)] = &[
    (
        "create collation \"a$name$)oid;commit;drop table public.v;--\" from \"C\";
         create table words (word text collate \"a$name$)oid;commit;drop table public.v;--\")",
        "[tables.words.columns]\nword = { type = \"text\", collation = \"POSIX\" }\n",
    ),
    (
        "create function \"a$name$);commit;drop table public.v;--\"(text, text) returns boolean language sql as 'select true';
         create function same(text, text) returns boolean language sql as 'select true';
         create operator === (leftarg = text, rightarg = text, function = \"a$name$);commit;drop table public.v;--\")",
        "[operators]\n\"===(text, text)\" = \"same\"\n",
    ),
    (
        "create type mood as enum ('ok');
         create function \"a$f$);commit;drop table public.v;--\"(text) returns mood language sql as $$ select 'ok'::mood $$;
         create function as_mood(text) returns mood language sql as $$ select 'ok'::mood $$;
         create cast (text as mood) with function \"a$f$);commit;drop table public.v;--\"(text)",
        "[enums]\nmood = [\"ok\"]\n[casts]\n\"text as mood\" = { function = \"as_mood(text)\" }\n",
    ),
];

/// A name ends where it stands in SQL, whatever it holds: also where the server is asked what it means under other names.
#[test]
fn a_name_cannot_end_the_text_it_stands_in() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for (setup, file) in BREAKING_OUT {
            let db = server.database();
            db.execute(&format!("create table v (id int); create table t (id int); {setup}"));
            let file =
                format!("{file}[tables.now]\nrenamed_from = \"t\"\n[tables.now.columns]\nid = \"int\"\n");
            for arguments in [&["plan"][..], &["inspect"], &["apply"], &["check"]] {
                Run::new(&db).file(&file).args(arguments.iter().copied()).run();
                assert_eq!(db.scalar("select to_regclass('v') is not null"), "t", "{arguments:?}\n{file}");
            }
            assert_eq!(db.scalar("select to_regclass('now') is not null"), "t", "{file}");
        }
    }
}

/// Names that would colour, clear, or add lines to what is shown of them, if they were shown as they are.
const NAMES: &[&str] = &[
    "red\u{1b}[31m",
    "clear\u{1b}[2J\u{1b}[H",
    "title\u{1b}]0;owned\u{7}",
    "line\nerror: forged",
    "return\rforged",
    "quote\"; drop table people; --",
    "single'quote",
    "back\\slash",
    "$$dollar$$",
    "eight\u{9b}31mbits",
    "bidi\u{202e}desrever",
    "percent%s%n",
    "un\u{61c}\u{180e}\u{ad}\u{34f}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{200b}seen",
    "un\u{fff9}\u{fffb}\u{e0041}\u{e007f}\u{fe0f}\u{1d173}\u{e0100}seen",
    "{{braces}}",
    "ünïcödé 名前",
];

/// Nothing that a terminal would obey.
#[track_caller]
fn assert_tame(what: &str, text: &str) {
    let unseen = NAMES.iter().filter(|name| name.starts_with("un")).flat_map(|name| name.chars());
    let unseen: Vec<char> = unseen.filter(|char| !char.is_ascii()).collect();
    let bad = |char: &char| {
        char.is_control() && !matches!(char, '\n' | '\t') || *char == '\u{202e}' || unseen.contains(char)
    };
    let found = text.lines().find(|line| line.chars().any(|char| bad(&char)));
    assert!(found.is_none(), "{what} shows control characters: {found:?}");
    // A file that `inspect` writes has its strings as they are.
    let forged = text
        .lines()
        .filter(|_| !what.starts_with("[\"inspect"))
        .find(|line| line.starts_with("error: forged"));
    assert!(forged.is_none(), "{what} has a forged line\n{text}");
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[test]
fn names_in_the_database_forge_nothing() {
    let db = support::server().database();
    for name in NAMES {
        let (plain, name) = (name.replace('\'', "''"), quoted(name));
        let of_type = format!("{}_t\"", &name[..name.len() - 1]);
        db.execute(&format!(
            "create table {name} ({name} int default 1 constraint {name} check ({name} > 0));
             create type {of_type} as enum ('{plain}');
             insert into {name} values (5); comment on table {name} is '{plain}'"
        ));
    }
    db.execute("create table people (id int, name text); insert into people values (1, e'\\x1b[31m\\nerror: forged'), (1, null)");
    let file = "[tables.people.columns]\nid = { type = \"int\", unique = true }\n\
                name = { type = \"text\", not_null = true }\n";
    for arguments in [
        &["check"][..],
        &["plan"],
        &["plan", "--allow", "all"],
        &["plan", "--format", "json", "--allow", "all"],
        &["apply"],
        &["status"],
        &["history"],
        &["inspect"],
    ] {
        let outcome = Run::new(&db).file(file).args(arguments).run();
        assert_tame(&format!("{arguments:?} on stdout"), &outcome.stdout);
        assert_tame(&format!("{arguments:?} on stderr"), &outcome.stderr);
    }
}

/// A database with such names goes into a file and is dropped by it.
#[test]
fn names_in_the_database_are_said_and_dropped_exactly() {
    let db = support::server().database();
    for name in NAMES {
        let name = quoted(name);
        db.execute(&format!("create table {name} ({name} int, constraint {name} check ({name} > 0)); create index on {name} ({name})"));
    }
    let file = Run::new(&db).file("").arg("inspect").run().success().stdout;
    Run::new(&db).file(&file).arg("check").run().success().stdout_contains("in sync");
    let copy = support::server().database();
    Run::new(&copy).file(&file).arg("apply").run().success();
    Run::new(&copy).file(&file).arg("check").run().success();
    let tables = |db: &Database| {
        db.column("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname collate \"C\"")
    };
    assert_eq!(tables(&db), tables(&copy));
    Run::new(&copy)
        .file("[tables.kept.columns]\nid = \"int\"")
        .args(["apply", "--allow", "all"])
        .run()
        .success();
    assert_eq!(tables(&copy), ["kept"]);
}

/// The rows of a repair are counted before anybody agreed to it: not by way of somebody's view that stands where the parent should.
#[test]
fn rows_are_not_counted_through_code_of_others() {
    let file = |more: &str| {
        format!(
            "[reconcile]\nrepair_limit = 5\n{more}[tables.t.columns]\nid = {{ type = \"int\", primary_key = true }}\n\
             u = {{ type = \"int\", references = \"auth.users(id)\", orphans = \"delete\" }}\n"
        )
    };
    for server in support::servers() {
        let db = server.database();
        let mallory = support::unique("mallory");
        db.execute(&format!(
            "create role {mallory}; create schema auth authorization {mallory}; grant usage on schema auth to public;
             create table public.t (id int primary key, u int); insert into public.t select g, g from generate_series(1, 100) g;
             set role {mallory};
             create function auth.spy() returns int language plpgsql volatile as $$
                 begin raise log 'spied'; return 1; end $$;
             create view auth.users as select auth.spy() as id; reset role"
        ));
        for arguments in [&["plan"][..], &["check"], &["status"], &["apply"], &["apply", "--allow", "all"]] {
            let outcome = Run::new(&db).file(&file("")).args(arguments).run().code(1);
            outcome.stderr_contains("calls code of role").stderr_contains(&mallory);
        }
        let vouched = file(&format!("owners = [\"{mallory}\"]\n"));
        Run::new(&db).file(&vouched).arg("check").run().code(2);
        assert!(!db.log().contains("LOG:  spied"), "{}", db.log());
        // Whom the file vouches for is asked, where a plan is wanted.
        Run::new(&db).file(&vouched).arg("plan").run();
        assert!(db.log().contains("LOG:  spied"), "{}", db.log());
        assert_eq!(db.scalar("select count(*) from public.t"), "100");
        db.execute(&format!("drop schema auth cascade; drop role {mallory}"));
    }
}
