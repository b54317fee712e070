//! Whose code an expression calls decides whether the server is asked about it; and equal means the same parse, not the
//! same result.

use crate::support::{self, Database, Outcome, Run};

fn run(db: &Database, file: &str, arguments: &[&str]) -> Outcome {
    Run::new(db).file(file).args(arguments.iter().copied()).run()
}

const FOLDED: &str = "[tables.t.columns]\namount = \"int\"\n[tables.t.checks]\nt_check = \"amount > 5\"\n\
    [tables.u.columns]\namount = \"int\"\n[tables.u.checks]\nu_check = \"true and amount > 0\"\n";

/// A plan shows the result of an immutable function in the place of the call.
#[test]
fn what_is_folded_proves_nothing() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let db = server.database();
        db.execute(
            "create schema own; create function own.f() returns int immutable language plpgsql as 'begin return 5; end';
             create function own.same(int, int) returns boolean immutable language plpgsql as 'begin return $1 = $2; end';
             create operator own.=== (leftarg = int, rightarg = int, function = own.same);
             create table t (amount int constraint t_check check (amount > own.f()));
             create table u (amount int constraint u_check check (1 operator(own.===) 1 and amount > 0))",
        );
        let told = run(&db, FOLDED, &["check"]).code(2);
        told.stdout_contains("check public.t.t_check").stdout_contains("check public.u.u_check");
        // Nor is it remembered: another body is another meaning.
        let file = FOLDED.replace("> 5", "> own.f()").replace("true and", "1 operator(own.===) 1 and");
        run(&db, &file, &["apply"]).success();
        run(&db, &file, &["check"]).success();
    }
}

/// What gives a view its meaning is not only its text.
#[test]
fn a_view_of_all_columns_is_stale_when_there_are_more() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let db = server.database();
        let file = "[tables.people.columns]\nid = \"int\"\n[views]\nv = \"select * from people\"\n";
        run(&db, file, &["apply"]).success();
        run(&db, file, &["check"]).success();
        let file = file.replace("id = \"int\"", "id = \"int\"\nname = \"text\"");
        run(&db, &file, &["apply"]).success();
        run(&db, &file, &["check"]).success();
        assert_eq!(
            db.scalar("select count(*) from pg_attribute where attrelid = 'v'::regclass and attnum > 0"),
            "2"
        );
        db.execute("alter table people add extra int");
        run(&db, &file, &["check"]).code(2).stdout_contains("view public.v");
    }
}

/// The role and the ways out are named; one of them is to trust it.
#[test]
fn code_of_strangers_is_named() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let db = server.database();
        let mallory = support::unique("mallory");
        db.execute(&format!(
            "create role {mallory}; create schema m authorization {mallory};
             create function m.f() returns int immutable language plpgsql as 'begin return 5; end';
             alter function m.f() owner to {mallory}; create table t (amount int default m.f(), other int default 1)"
        ));
        let file = "[tables.t.columns]\namount = { type = \"int\", default = \"(5)\" }\nother = { type = \"int\", default = \"(1)\" }\n";
        for command in ["plan", "check", "status", "apply"] {
            let told = run(&db, file, &[command]).code(1).stderr_contains("nothing was executed");
            told.stderr_contains(&format!("column public.t.amount: code of role `{mallory}`"))
                .stderr_contains(&format!("owners = [\"{mallory}\"]"))
                .stderr_lacks("public.t.other");
        }
        let vouched = format!("reconcile.owners = [\"{mallory}\"]\n{file}");
        run(&db, &vouched, &["check"]).code(2).stdout_contains("column public.t.amount");
        db.execute("alter table t alter amount set default 5");
        run(&db, file, &["check"]).success();
        // To call it anew takes the same trust.
        let calls = file.replace("\"(5)\"", "\"m.f()\"").replace("amount", "another");
        run(&db, &calls, &["apply"]).code(1).stderr_contains("column public.t.another: code of role");
        assert_eq!(db.scalar("select count(*) from pg_attribute where attname = 'another'"), "0");
        db.execute(&format!("drop schema m cascade; drop role {mallory}"));
    }
}

/// Commands that only look have a session that cannot write, whatever the file asks of the data.
#[test]
fn commands_that_look_write_nothing() {
    let db = support::server().database();
    db.execute("create sequence s; create table seen (id int)");
    for probe in [
        "select nextval('s') > 0",
        "true) as there; insert into seen values (1); select (true",
        "true)), 2); insert into seen values (1); select left(concat((true",
        "with w as (insert into seen values (1) returning 1) select count(*) > 0 from w",
    ] {
        let file = format!(
            "[[custom]]\nname = \"odd\"\nprobe = \"{probe}\"\ncreate = \"select 1\"\n[sequences.s]\n[tables.seen.columns]\nid = \"int\"\n"
        );
        for command in ["plan", "check", "status"] {
            run(&db, &file, &[command]);
        }
        assert_eq!(
            db.scalar("select is_called::text || (select count(*) from seen) from s"),
            "false0",
            "{probe}"
        );
    }
}

/// What the server evaluates as it reads, or as it estimates, calls nothing that acts: a stable function may have a domain check
/// a value.
#[test]
fn what_a_look_reads_calls_nothing_that_acts() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let db = server.database();
        db.execute(
            "create function act(text) returns boolean language plpgsql as $$ begin raise log 'IT ACTED'; return true; end $$;
             create domain d as text check (act(value));
             create table p (k text not null) partition by list (k); create table p1 partition of p for values in ('a');
             create table t (k text default 'a')",
        );
        let acts = "pg_typeof(domain_in('a', 'public.d'::regtype, -1))::text";
        let domain = "[functions]\n\"act(text)\" = { returns = \"boolean\", language = \"plpgsql\", \
                      body = \" begin raise log 'IT ACTED'; return true; end \" }\n[domains.d]\ntype = \"text\"\nchecks = { d_check = \"act(value)\" }\n";
        let bounds = format!(
            "{domain}[tables.p]\npartition_by = \"list (k)\"\ncolumns = {{ k = {{ type = \"text\", not_null = true }} }}\n\
             partitions = {{ p1 = \"for values in ({acts})\" }}\n"
        );
        let default = |text: &str| {
            format!(
                "{domain}[tables.t.columns]\nk = {{ type = \"text\", default = \"{}\" }}\n",
                text.replace("ACTS", acts)
            )
        };
        db.execute(
            "create sequence s; select nextval('s'); create table q (n bigint) partition by list (n);
             create table q1 partition of q for values in (0);
             create function same(int, int) returns int language plpgsql as $$ begin raise log 'IT ACTED'; return $1; end $$;
             create operator ### (function = same, leftarg = int, rightarg = int)",
        );
        let of_numbers = |bound: &str| {
            format!(
                "[sequences.s]\n[tables.q]\npartition_by = \"list (n)\"\ncolumns.n = \"bigint\"\n\
                 partitions = {{ q1 = \"for values in ({bound})\" }}\n"
            )
        };
        for file in [
            of_numbers("treat('public.s' as nextval)"),
            of_numbers("1 ### 2"),
            bounds.replace(acts, "'x'::public.d"),
            bounds,
            default("(values ('x') limit length(ACTS))"),
            default("(table t limit length(ACTS))"),
            default("(select 'x' limit length(ACTS))"),
            default("ACTS"),
        ] {
            for command in ["plan", "check", "status"] {
                run(&db, &file, &[command]);
            }
            assert!(!db.log().contains("LOG:  IT ACTED"), "{file}\n{}", db.log());
            assert_eq!(db.scalar("select last_value from s"), "1", "{file}");
        }
    }
}

/// Under another default schema a bare name is another.
#[test]
fn what_is_remembered_holds_for_one_path() {
    let db = support::server().database();
    db.execute(
        "create schema a; create schema b; create schema c; create function a.f() returns int language sql volatile as 'select 1';
         create function b.f() returns int language sql volatile as 'select 2'",
    );
    let file = |schema: &str| {
        let functions: String = [("a", 1), ("b", 2)]
            .iter()
            .map(|(name, n)| {
                format!(
                    "[schemas.{name}.functions]\n\"f()\" = {{ returns = \"int\", body = \"select {n}\" }}\n"
                )
            })
            .collect();
        format!(
            "[reconcile]\ndefault_schema = \"{schema}\"\n{functions}[schemas.c.tables.t.columns]\nid = {{ type = \"int\", default = \"f()\" }}\n"
        )
        .replace(&format!("[schemas.{schema}.functions]"), "[functions]")
    };
    run(&db, &file("a"), &["apply"]).success();
    run(&db, &file("a"), &["apply"]).success();
    run(&db, &file("b"), &["check"]).code(2).stdout_contains("column c.t.id");
}
