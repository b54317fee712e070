//! Runs as roles that may do less than a superuser.

use crate::support::{self, Run};

const FILE: &str =
    "[tables.tasks.columns]\nid = { type = \"bigint\", primary_key = true, default = \"1 + 1\" }\n";

#[test]
fn who_may_not_read_the_state_can_look_all_the_same() {
    for server in support::servers() {
        let db = server.database();
        let role = support::unique("reader");
        db.execute(&format!("create role {role} login password 'r'"));
        Run::new(&db).file(FILE).arg("apply").run().success();
        let url = db.url_as(&role, "r");
        for arguments in [&["check"][..], &["check", "--stateless"], &["status"]] {
            Run::new(&db).file(FILE).args(arguments).args(["--url", &url]).run().success();
        }
        // That it sees no runs is not that there are none.
        let history = Run::new(&db).file(FILE).args(["history", "--url", &url]).run().code(1);
        history
            .stderr_contains("cannot read the tool's own schema")
            .stderr_contains("belongs to role `postgres`");
        Run::new(&db)
            .file(FILE)
            .args(["apply", "--url", &url])
            .run()
            .success()
            .stderr_contains("the run is not recorded");
        db.execute(&format!("drop role {role}"));
    }
}

#[test]
fn names_with_percent_signs_are_names() {
    for server in support::servers() {
        let db = server.database();
        let role = format!("{}%s", support::unique("odd"));
        let file = format!(
            "[roles.\"{role}\"]\n[[grants]]\nto = \"{role}\"\non = \"database\"\nprivileges = \"temporary\"\n"
        );
        Run::new(&db).file(&file).arg("apply").run().success();
        Run::new(&db).file(&file).arg("check").run().success();
        db.execute(&format!("drop owned by \"{role}\"; drop role \"{role}\""));
    }
}

/// What a role may not do, what it wants, and the statements that cure it, in the words that the tool gives. `{role}` runs
/// the tool; `{owner}` owns what was there before.
const LACKING: &[(&str, &str, &[&str])] = &[
    ("", "[tables.fresh.columns]\nid = \"int\"", &["GRANT USAGE, CREATE ON SCHEMA public TO {role}"]),
    ("", "[schemas.more]\n[enums]", &["GRANT CREATE ON DATABASE {db} TO {role}"]),
    (OPEN, "[extensions]\ncitext = {}", &["GRANT CREATE ON DATABASE {db} TO {role}"]),
    (MAKES, "[extensions]\npg_stat_statements = {}", &["CREATE EXTENSION pg_stat_statements"]),
    (OPEN, "[tables.there.columns]\nid = \"int\"\nmore = \"text\"", &["GRANT {owner} TO {role}"]),
    (
        OPEN,
        "[tables.there]\ncomment = \"c\"\n[tables.there.columns]\nid = \"int\"",
        &["GRANT {owner} TO {role}"],
    ),
    (
        OPEN,
        "[tables.there.columns]\nid = \"int\"\n[tables.there.indexes]\ni = \"id\"",
        &["GRANT {owner} TO {role}"],
    ),
    (OPEN, "[views]\nlooks = \"select 2 as id\"", &["GRANT {owner} TO {role}"]),
    (
        OPEN,
        "[tables.there.columns]\nid = { type = \"int\", primary_key = true }\n[tables.fresh.columns]\n\
         id = { type = \"int\", references = \"there\" }",
        &["GRANT REFERENCES ON TABLE public.there TO {role}", "GRANT {owner} TO {role}"],
    ),
    (
        "grant usage, create on schema public to {role}; alter table there add primary key (id)",
        "[tables.there.columns]\nid = { type = \"int\", primary_key = true }\n[tables.fresh.columns]\n\
         id = { type = \"int\", references = \"there\" }",
        &["GRANT REFERENCES ON TABLE public.there TO {role}"],
    ),
    (
        "grant usage on schema public to {role}; grant select on there to {role}",
        "[tables.there.columns]\nid = \"int\"\n[tables.there.rows]\nkey = \"id\"\nvalues = [{ id = 1 }]",
        &["GRANT INSERT ON TABLE public.there TO {role}"],
    ),
    (
        OPEN,
        "[tables.there.columns]\nid = \"int\"\n[tables.there.triggers.same]\nwhen = \"before\"\nevents = [\"update\"]\n\
         for_each = \"row\"\ncall = \"pg_catalog.suppress_redundant_updates_trigger()\"",
        &["GRANT TRIGGER ON TABLE public.there TO {role}"],
    ),
    (MAKES, "[roles.{more}]", &["ALTER ROLE {role} CREATEROLE"]),
    (
        "create table of_superuser (id int); grant usage, create on schema public to {role}",
        "[tables.of_superuser.columns]\nid = \"int\"\nmore = \"text\"",
        &["ALTER TABLE public.of_superuser OWNER TO {role}"],
    ),
    (
        "alter role {role} createrole; create role {more}",
        "[roles.{more}]\n[roles.{owner}]\nmember_of = \"{more}\"",
        &["GRANT {more} TO {role} WITH ADMIN OPTION"],
    ),
    (
        "grant usage, create on schema public to {role}; create role {more}",
        "[roles.{more}]\n[tables.fresh]\nowner = \"{more}\"\n[tables.fresh.columns]\nid = \"int\"",
        &["GRANT {more} TO {role}", "GRANT CREATE ON SCHEMA public TO {more}"],
    ),
    (
        OPEN,
        "[tables.there.columns]\nid = \"int\"\n[[grants]]\non = \"there\"\nto = \"public\"\nprivileges = \"select\"",
        &["GRANT {owner} TO {role}"],
    ),
    (
        OPEN,
        "[functions.\"f()\"]\nreturns = \"event_trigger\"\nlanguage = \"plpgsql\"\nbody = \"begin end\"\n\
         [event_triggers.e]\nevent = \"ddl_command_end\"\ncall = \"f()\"",
        &["ALTER ROLE {role} SUPERUSER"],
    ),
    (
        OPEN,
        "[tables.there.columns]\nid = \"int\"\n[publications]\n\"{more}\" = [\"there\"]",
        &["GRANT CREATE ON DATABASE {db} TO {role}", "GRANT {owner} TO {role}"],
    ),
    (MAKES, "[publications.\"{more}\"]\nall_tables = true", &["ALTER ROLE {role} SUPERUSER"]),
    (
        KEYED,
        "[tables.there.columns]\nid = { type = \"int\", primary_key = true }\n\
         [tables.there.rows]\nkey = \"id\"\nmode = \"upsert\"\nvalues = [{ id = 1 }]",
        &["GRANT INSERT ON TABLE public.there TO {role}", "GRANT UPDATE ON TABLE public.there TO {role}"],
    ),
    (
        KEYED,
        "[tables.there.columns]\nid = { type = \"int\", primary_key = true }\n\
         [tables.there.rows]\nkey = \"id\"\nmode = \"sync\"\nvalues = [{ id = 1 }]",
        &[
            "GRANT DELETE ON TABLE public.there TO {role}",
            "GRANT INSERT ON TABLE public.there TO {role}",
            "GRANT UPDATE ON TABLE public.there TO {role}",
        ],
    ),
    (
        MAKES,
        "[roles.{more}]\nsuperuser = true",
        &["ALTER ROLE {role} CREATEROLE", "ALTER ROLE {role} SUPERUSER"],
    ),
    (
        "alter role {role} createrole; create role {more}",
        "[roles.{more}]\nlogin = true",
        &["GRANT {more} TO {role} WITH ADMIN OPTION"],
    ),
    (
        "create trigger same before insert on there for each row execute function suppress_redundant_updates_trigger()",
        "[tables.there.columns]\nid = \"int\"\n[tables.there.triggers.same]\nwhen = \"before\"\nevents = [\"update\"]\n\
         for_each = \"row\"\ncall = \"pg_catalog.suppress_redundant_updates_trigger()\"",
        &["GRANT {owner} TO {role}"],
    ),
    (MAKES, "[foreign_data_wrappers]\n\"{more}\" = {}", &["ALTER ROLE {role} SUPERUSER"]),
    (
        "create foreign data wrapper {more}",
        "[foreign_data_wrappers]\n\"{more}\" = {}\n[servers]\narchive = \"{more}\"",
        &["GRANT USAGE ON FOREIGN DATA WRAPPER {more} TO {role}"],
    ),
    (OPEN, "[operator_families.\"loose using btree\"]", &["ALTER ROLE {role} SUPERUSER"]),
    (
        OPEN,
        "[[default_privileges]]\nfor_role = \"{owner}\"\nto = \"public\"\non = \"tables\"\nprivileges = [\"select\"]\n[roles.{owner}]",
        &["GRANT {owner} TO {role}"],
    ),
    (
        MAKES,
        "[operator_classes]\nplain = { type = \"int4\", as = [\"FUNCTION 1 btint4cmp(int4, int4)\"] }",
        &["ALTER ROLE {role} SUPERUSER"],
    ),
    (
        "alter role {role} createrole; create role {more}",
        "[roles.{more}]\ncomment = \"for nobody\"",
        &["GRANT {more} TO {role} WITH ADMIN OPTION"],
    ),
    // All of them at once.
    (
        "",
        "[schemas.more]\n[extensions]\npg_stat_statements = {}\n[roles.{more}]\n[tables.there.columns]\nid = \"int\"\n\
         more = \"text\"\n[tables.fresh.columns]\nid = \"int\"",
        &[
            "ALTER ROLE {role} CREATEROLE",
            "CREATE EXTENSION pg_stat_statements",
            "GRANT CREATE ON DATABASE {db} TO {role}",
            "GRANT {owner} TO {role}",
            "GRANT USAGE, CREATE ON SCHEMA public TO {role}",
        ],
    ),
];

const OPEN: &str = "grant usage, create on schema public to {role}";
const KEYED: &str = "grant usage on schema public to {role}; grant select on there to {role}; \
                     alter table there add primary key (id)";
const MAKES: &str = "grant create on database {db} to {role}; grant usage, create on schema public to {role}";

#[test]
fn every_missing_right_is_named_before_the_first_statement_with_what_gives_it() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        // Before 16 CREATEROLE is enough to make anyone a member.
        let enough = |before: &str| before.contains("createrole") && server.major() < 16;
        for (before, file, cures) in LACKING.iter().filter(|(before, ..)| !enough(before)) {
            let db = server.database();
            let [role, owner, more] = ["least", "owner", "more"].map(support::unique);
            let names = |text: &str| {
                let pairs = [("{role}", &*role), ("{owner}", &owner), ("{more}", &more), ("{db}", db.name())];
                pairs.iter().fold(text.to_owned(), |text, (mark, name)| text.replace(mark, name))
            };
            db.execute(&format!(
                "create role {role} login password 'p'; create role {owner};
                 revoke create on schema public from public; grant usage, create on schema public to {owner};
                 set role {owner}; create table there (id int); create view looks as select 1 as id; reset role"
            ));
            db.execute(&names(before));
            let run = |args: &[&str]| {
                // What was there before belongs to a role that the file vouches for.
                let file = names(&format!("[reconcile]\nowners = [\"{{owner}}\"]\n{file}"));
                Run::new(&db).file(&file).args(args).args(["--url", &db.url_as(&role, "p")]).run()
            };
            let refused = run(&["apply", "--stateless"]);
            let found: Vec<&str> = refused
                .stderr
                .lines()
                .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(';'))
                .collect();
            let mut expected: Vec<String> = cures.iter().map(|cure| names(cure)).collect();
            expected.sort_unstable();
            let mut sorted = found.clone();
            sorted.sort_unstable();
            assert_eq!(
                (refused.code, &sorted),
                (Some(1), &expected.iter().map(String::as_str).collect()),
                "{file}\n{}",
                refused.stderr
            );
            let nothing = refused.stderr.contains("nothing was executed");
            assert!(nothing && !refused.stderr.contains("executing"), "{}", refused.stderr);
            db.execute(&found.join("; "));
            run(&["apply", "--stateless"]).success();
            run(&["check", "--stateless"]).success();
            db.execute(&format!(
                "drop owned by {role}, {owner}; drop extension if exists pg_stat_statements;
                 do $$ begin if exists (select from pg_roles where rolname = '{more}') then
                 drop owned by {more}; drop role {more}; end if; end $$; drop role {role}, {owner}"
            ));
        }
    }
}

/// A cloud's administrator: no superuser, but one that makes roles. It may give what it makes to a role that it makes.
#[test]
fn who_makes_a_role_gives_to_it() {
    for server in support::servers() {
        let db = server.database();
        let [admin, owner] = ["admin", "owner"].map(support::unique);
        db.execute(&format!(
            "create role {admin} login createrole password 'p'; alter database {} owner to {admin};
             revoke create on schema public from public; alter schema public owner to {admin}",
            db.name()
        ));
        let run = |file: &str, args: &[&str]| {
            Run::new(&db).file(file).args(args).args(["--url", &db.url_as(&admin, "p")]).run()
        };
        let given = "owner = \"OWNER\"\ncolumns = { id = \"int\" }\n";
        let grants = "[[default_privileges]]\nfor_role = \"OWNER\"\nto = \"public\"\non = \"tables\"\nprivileges = \"select\"\n";
        let file = format!(
            "[roles.OWNER]\n[tables.one]\n{given}[schemas.plain.tables.two]\n{given}[schemas.own]\nowner = \"OWNER\"\n\
             [schemas.own.tables.three]\n{given}{grants}"
        )
        .replace("OWNER", &owner);
        for args in [&["apply"][..], &["apply", "--dry-run"]] {
            let refused = run(&file, args).code(1).stderr_contains("lacks 2 rights; nothing was executed");
            assert!(!refused.stderr.contains("SQLSTATE 42501\nstatement"), "{}", refused.stderr);
        }
        assert_eq!(db.scalar(&format!("select count(*) from pg_roles where rolname = '{owner}'")), "0");
        let refused = run(&file, &["apply"]).stderr;
        let named: Vec<&str> = refused.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        assert_eq!(named.len(), 8, "{refused}");
        let file = format!("{file}\n{}\n", named.join("\n"));
        run(&file, &["apply"]).success();
        run(&file, &["check", "--force"]).success();
        // What is the owner's now can be changed all the same, whether or not the file says who is a member.
        let file = file.replace("id = \"int\"", "id = \"int\", more = \"text\"");
        let said = file.replace(
            &format!("[roles.{owner}]\n"),
            &format!("[roles.{owner}]\n[roles.{admin}]\nmember_of = \"{owner}\"\n"),
        );
        run(&said, &["apply"]).success();
        db.execute(&format!(
            "drop table one; drop schema plain cascade; drop schema own cascade; drop owned by {owner}; drop role {owner}"
        ));
        run(&said, &["apply"]).success();
        run(&file, &["check", "--force"]).success();
        db.execute(&format!(
            "alter database {} owner to postgres; alter schema public owner to postgres; drop owned by {owner}, {admin}; drop role {owner}, {admin}",
            db.name()
        ));
    }
}

#[test]
fn none_on_the_sequence_of_a_column_is_none_after_one_run() {
    for server in support::servers() {
        let db = server.database();
        let role = support::unique("reader");
        db.execute(&format!(
            "create role {role}; alter default privileges in schema public grant usage on sequences to {role}"
        ));
        let file = format!(
            "[tables.t.columns]\nid = \"serial\"\nno = {{ type = \"int\", identity = \"always\" }}\n\
             [[grants]]\nto = \"{role}\"\non = [\"sequence t_id_seq\", \"sequence t_no_seq\"]\nprivileges = []\n"
        );
        Run::new(&db).file(&file).arg("apply").run().success();
        Run::new(&db).file(&file).args(["check", "--force"]).run().success();
        db.execute(&format!("drop owned by {role}; drop role {role}"));
    }
}
