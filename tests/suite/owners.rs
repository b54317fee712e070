//! Whose objects are taken for what the file declares.

use crate::support::{self, Database, Outcome, Run};

/// What a role that may make objects has made first, the file that declares it, and what the tool calls it.
const MADE_FIRST: &[(&str, &str, &str)] = &[
    ("create table t (id int)", "[tables.t.columns]\nid = \"int\"", "table public.t"),
    (
        "create table t (id int) partition by list (id)",
        "[tables.t]\npartition_by = \"list (id)\"\n[tables.t.columns]\nid = \"int\"",
        "table public.t",
    ),
    ("create view v as select 1 as id", "[views]\nv = \"select 1 as id\"", "view public.v"),
    (
        "create materialized view m as select 1 as id",
        "[materialized_views]\nm = \"select 1 as id\"",
        "materialized view public.m",
    ),
    ("create sequence s", "[sequences.s]", "sequence public.s"),
    ("create type e as enum ('a')", "[enums]\ne = [\"a\"]", "enum public.e"),
    ("create domain d as int", "[domains]\nd = \"int\"", "domain public.d"),
    ("create type c as (a int)", "[composite_types.c.attributes]\na = \"int\"", "composite type public.c"),
    ("create type r as range (subtype = int)", "[range_types]\nr = \"int\"", "range type public.r"),
    (
        "create function f() returns int language sql as 'select 1'",
        "[functions.\"f()\"]\nreturns = \"int\"\nlanguage = \"sql\"\nbody = \"select 1\"",
        "function public.f()",
    ),
    (
        "create function f(a int) returns int language sql as 'select 1'",
        "[functions.\"f(a int)\"]\nreturns = \"int\"\nlanguage = \"sql\"\nbody = \"select 1\"",
        "function public.f(integer)",
    ),
    (
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "[functions.\"f()\"]\nreturns = \"trigger\"\nlanguage = \"plpgsql\"\nbody = \"begin return new; end\"",
        "function public.f()",
    ),
    (
        "create procedure p() language sql as 'select 1'",
        "[procedures.\"p()\"]\nlanguage = \"sql\"\nbody = \"select 1\"",
        "procedure public.p()",
    ),
    (
        "create aggregate a (int) (sfunc = int4pl, stype = int)",
        "[aggregates.\"a(int)\"]\nsfunc = \"int4pl\"\nstype = \"int\"",
        "aggregate public.a(integer)",
    ),
    (
        "create collation k from \"C\"",
        "[collations.k]\nprovider = \"libc\"\nlocale = \"C\"",
        "collation public.k",
    ),
    (
        "create operator === (leftarg = int, rightarg = int, function = int4eq)",
        "[operators.\"===(int, int)\"]\nfunction = \"int4eq\"",
        "operator public.===(integer, integer)",
    ),
    (
        "create text search dictionary x (template = simple)",
        "[text_search_dictionaries.x]\ntemplate = \"simple\"",
        "text search dictionary public.x",
    ),
    ("create schema made", "[schemas.made]", "schema made"),
    // Nothing in it is there yet, but what is made there is at the mercy of its owner.
    (
        "create schema made",
        "[reconcile]\ndefault_schema = \"made\"\n[tables.t.columns]\nid = \"int\"",
        "schema made",
    ),
    ("create extension citext", "[extensions]\ncitext = {}", "extension citext"),
    ("create publication \"{more}\"", "[publications]\n\"{more}\" = []", "publication {more}"),
    // Under an earlier name.
    (
        "create table before (id int)",
        "[tables.t]\nrenamed_from = \"before\"\n[tables.t.columns]\nid = \"int\"",
        "table public.t",
    ),
    // In passing, too.
    (
        "create view v as select 1 as id",
        "[views.v]\nquery = \"select 1 as id\"\noptional = true",
        "view public.v",
    ),
];

struct Mallory<'a> {
    db: &'a Database,
    name: String,
    more: String,
}

impl<'a> Mallory<'a> {
    fn new(db: &'a Database) -> Self {
        let [name, more] = ["mallory", "mallorys"].map(support::unique);
        db.execute(&format!(
            "create role {name} login password 'm'; grant create on database {} to {name};
             grant usage, create on schema public to {name}",
            db.name()
        ));
        Mallory { db, name, more }
    }

    fn named(&self, text: &str) -> String {
        text.replace("{name}", &self.name).replace("{more}", &self.more)
    }

    fn does(&self, sql: &str) {
        self.db.execute(&format!("set role {}; {}", self.name, self.named(sql)));
    }

    fn run(&self, file: &str, args: &[&str]) -> Outcome {
        Run::new(self.db).file(&self.named(file)).args(args).run()
    }

    fn end(self) {
        self.db.drop_roles(&self.name).expect("nothing else is theirs");
    }
}

#[test]
fn what_somebody_else_made_first_is_not_taken_for_what_the_file_declares() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for (sql, file, object) in MADE_FIRST {
            let db = server.database();
            let mallory = Mallory::new(&db);
            mallory.does(sql);
            let told = mallory.named(&format!("{object} belongs to role `{{name}}`"));
            for command in [&["check"][..], &["plan"], &["status"], &["apply"], &["apply", "--force"]] {
                let outcome = mallory.run(file, command).code(1).stderr_contains(&told);
                outcome
                    .stderr_contains("not trusted; nothing was executed")
                    .stderr_contains("vouch for the role");
            }
            assert_eq!(db.scalar("select count(*) from pg_namespace where nspname = 'pgreconcile'"), "0");
            let owners = mallory.named("owners = [\"{name}\"]\n");
            let vouched = match file.strip_prefix("[reconcile]\n") {
                Some(rest) => format!("[reconcile]\n{owners}{rest}"),
                None => format!("[reconcile]\n{owners}{file}"),
            };
            mallory.run(&vouched, &["apply"]).success();
            mallory.run(&vouched, &["check"]).success().stderr_lacks("not trusted");
            // The same database, recognised or not, is none that a file without that word is in sync with.
            mallory.run(file, &["check"]).code(1).stderr_contains(&told);
            mallory.end();
        }
    }
}

#[test]
fn every_object_is_named_at_once_and_each_way_out_is_one() {
    for server in support::servers() {
        let file = "[tables.t.columns]\nid = \"int\"\n[tables.u.columns]\nid = \"int\"\n[views]\nv = \"select 1 as id\"\n";
        let db = server.database();
        let mallory = Mallory::new(&db);
        mallory.does("create table t (id int); create table u (id int); create view v as select 1 as id");
        let all = mallory.run(file, &["apply"]).code(1);
        let named =
            |object: &str| all.stderr.contains(&format!("  {object} belongs to role `{}`", mallory.name));
        assert!(
            ["table public.t", "table public.u", "view public.v"].into_iter().all(named),
            "{}",
            all.stderr
        );

        db.execute("alter table t owner to postgres; drop view v");
        let one = mallory.run(file, &["apply"]).code(1).stderr_contains("table public.u belongs to");
        one.stderr_lacks("public.t belongs").stderr_lacks("public.v belongs");
        let file = mallory
            .named(&format!("[roles.{{name}}]\n{file}[tables.u]\nowner = \"{{name}}\"\n"))
            .replace("[tables.u.columns]\nid = \"int\"\n", "")
            + "[tables.u.columns]\nid = \"int\"\n";
        mallory.run(&file, &["apply"]).success();
        mallory.run(&file, &["check"]).success();
        mallory.end();
    }
}

#[test]
fn who_may_do_anything_in_the_database_is_trusted() {
    for server in support::servers() {
        let db = server.database();
        let [owner, deploy, other] = ["owner", "deploy", "another"].map(support::unique);
        db.execute(&format!(
            "create role {owner}; create role {deploy} login password 'd'; create role {other} superuser;
             alter database {} owner to {owner}; grant {owner} to {deploy};
             grant usage, create on schema public to {owner};
             set role {owner}; create table of_the_owner (id int); reset role;
             set role {other}; create view of_another as select 1 as id; reset role;
             grant usage, create on schema public to {deploy};
             set role {deploy}; create function mine() returns int language sql as 'select 1'",
            db.name()
        ));
        let file = "[tables.of_the_owner.columns]\nid = \"int\"\n[views]\nof_another = \"select 1 as id\"\n\
                    [functions.\"mine()\"]\nreturns = \"int\"\nlanguage = \"sql\"\nbody = \"select 1\"\n";
        let run = |command: &str| {
            Run::new(&db).file(file).args([command, "--stateless", "--url", &db.url_as(&deploy, "d")]).run()
        };
        for command in ["check", "plan", "apply"] {
            run(command).success().stderr_lacks("trusted");
        }
        // The same as the role that all sessions of its own take on; what the one who logged in made is trusted too.
        db.execute(&format!("alter role {deploy} set role = {owner}"));
        run("check").success();
        // Who was a superuser once is somebody else now.
        db.execute(&format!("alter role {deploy} reset role; alter role {other} nosuperuser"));
        run("check").code(1).stderr_contains(&format!("view public.of_another belongs to role `{other}`"));
        db.execute(&format!(
            "alter database {} owner to postgres; drop owned by {owner}, {deploy}, {other};
             drop role {owner}, {deploy}, {other}",
            db.name()
        ));
    }
}

#[test]
fn what_goes_may_belong_to_anybody() {
    for server in support::servers() {
        let db = server.database();
        let mallory = Mallory::new(&db);
        mallory.does("create table t (id int); create view v as select 1 as id");
        mallory.run("[tables.t]\nabsent = true", &["apply"]).code(3);
        mallory.run("[tables.t]\nabsent = true", &["apply", "--allow", "drop_table"]).success();
        let file = "[tables.ours.columns]\nid = \"int\"";
        mallory.run(file, &["apply", "--allow", "prune,drop_object,revoke"]).success();
        assert_eq!(db.scalar("select count(*) from pg_class where relname in ('t', 'v')"), "0");
        mallory.end();
    }
}

/// A view that is made anew is read by the server with the rights of the run: the literal of its domain would be checked.
#[test]
fn what_depends_on_something_that_changes_is_not_made_anew_for_somebody_else() {
    for server in support::servers() {
        let db = server.database();
        db.execute("create table ours (id int, price int); create table log (who text)");
        let mallory = Mallory::new(&db);
        db.execute(&format!("grant select on ours to {}", mallory.name));
        mallory.does(
            "create schema {more};
             create function {more}.f(int) returns boolean language plpgsql as
             'begin if current_setting(''is_superuser'') = ''on'' then insert into public.log values (current_user); end if;
             return true; end';
             create domain {more}.d as int check ({more}.f(value));
             create view looks as select price, '{1}'::{more}.d[] as trap from ours",
        );
        let file = "[tables.ours.columns]\nid = \"int\"\nprice = { type = \"bigint\" }\n[tables.log.columns]\nwho = \"text\"";
        for command in ["plan", "apply"] {
            let outcome = mallory.run(file, &[command, "--allow", "rewrite,narrow,drop_object"]).code(1);
            let outcome =
                outcome.stderr_contains(&format!("view public.looks belongs to role `{}`", mallory.name));
            outcome.stderr_contains("calls for changes").stderr_contains("nothing was executed");
        }
        assert_eq!(db.scalar("select count(*) from log"), "0");
        assert_eq!(
            db.scalar("select atttypid::regtype from pg_attribute where attname = 'price' limit 1"),
            "integer"
        );
        mallory.does("drop view looks");
        mallory.run(file, &["apply", "--allow", "rewrite,narrow"]).success();
        mallory.end();
    }
}

#[test]
fn a_superuser_among_others_is_warned_once() {
    for server in support::servers() {
        let db = server.database();
        let mallory = Mallory::new(&db);
        mallory
            .does("create table theirs (id int); create function f() returns int language sql as 'select 1'");
        let file = "[tables.ours.columns]\nid = \"int\"";
        for command in ["plan", "apply", "check"] {
            let outcome = mallory.run(file, &[command]);
            let warned = outcome.stderr.matches("`postgres` is a superuser").count();
            assert_eq!(warned, 1, "{}", outcome.stderr);
            assert!(
                outcome
                    .stderr
                    .contains(&format!("own 2 objects beside those of the file: `{}`", mallory.name))
            );
        }
        // Not one who is no superuser, and not where all is the file's.
        db.execute(&format!("alter table ours owner to {}", mallory.name));
        let url = db.url_as(&mallory.name, "m");
        mallory.run(file, &["check", "--stateless", "--url", &url]).stderr_lacks("superuser");
        mallory.does("drop table theirs; drop function f()");
        db.execute("alter table ours owner to postgres");
        mallory.run(file, &["apply", "--force"]).success().stderr_lacks("superuser");
        mallory.end();
    }
}

/// The statements of the manual, each block for one set-up, do what is said of them.
#[test]
fn the_roles_of_the_manual_are_enough() {
    let manual = include_str!("../../docs/security.md");
    let blocks: Vec<&str> =
        manual.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [owner, ci, cloud] = blocks.as_slice() else { panic!("{} blocks of SQL", blocks.len()) };
    for server in support::servers() {
        let db = server.database();
        let prefix = support::unique("app");
        let execute = |block: &str| {
            let sql = block.replace("DATABASE app", &format!("DATABASE {}", db.name()));
            db.execute(&sql.replace("app_", &format!("{prefix}_")));
        };
        let run = |role: &str, owners: &str, args: &[&str]| {
            let url = db.url_as(&format!("{prefix}_{role}"), "change me").replace(' ', "%20");
            let file = format!(
                "[reconcile]\nowners = [{owners}]\n[tables.tasks]\nrow_security = true\n[tables.tasks.columns]\n\
                 id = {{ type = \"int\", primary_key = true }}\n[tables.tasks.rows]\nkey = \"id\"\nvalues = [{{ id = 1 }}]\n"
            );
            Run::new(&db).file(&file).args(args).args(["--url", &url]).run()
        };
        execute(owner);
        run("deploy", "", &["apply"]).success();
        run("deploy", "", &["check"]).success();
        assert_eq!(
            db.scalar("select pg_get_userbyid(relowner) from pg_class where relname = 'tasks'"),
            format!("{prefix}_owner")
        );

        execute(ci);
        let vouched = format!("\"{prefix}_owner\"");
        run("ci", &vouched, &["check"]).code(1).stderr_contains("the tool's own schema");
        run("ci", "", &["check", "--stateless"]).code(1).stderr_contains("not trusted");
        run("ci", &vouched, &["check", "--stateless"]).code(1).stderr_contains("does not see all rows");
        db.execute(&format!("grant select on tasks to {prefix}_ci; alter role {prefix}_ci bypassrls"));
        run("ci", &vouched, &["check", "--stateless"]).success();
        run("ci", &vouched, &["plan", "--stateless"]).success();

        db.execute("drop table tasks; drop schema pgreconcile cascade");
        execute(cloud);
        run("admin", "", &["apply"]).success();
        run("admin", "", &["check"]).success();
        db.drop_roles(&prefix).expect("nothing else is theirs");
    }
}
