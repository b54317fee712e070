//! Rows that policies hide from the role that runs the tool.

use crate::support::{self, Database, Outcome, Run};

/// The roles of one test: the one that the tool runs as, and another one that owns tables.
struct Roles<'a> {
    db: &'a Database,
    deploy: String,
    other: String,
}

impl<'a> Roles<'a> {
    /// As on a managed cloud: the owner of the database, who may make roles, but is no superuser and has no BYPASSRLS.
    fn new(db: &'a Database) -> Self {
        let [deploy, other] = ["deploy", "authadm"].map(support::unique);
        db.execute(&format!(
            "create role {deploy} login createrole password 'd'; create role {other};
             alter database {} owner to {deploy}; grant usage, create on schema public to {deploy}",
            db.name()
        ));
        Roles { db, deploy, other }
    }

    fn named(&self, text: &str) -> String {
        text.replace("{deploy}", &self.deploy).replace("{other}", &self.other)
    }

    fn execute(&self, sql: &str) {
        self.db.execute(&self.named(sql));
    }

    fn run(&self, file: &str, args: &[&str]) -> Outcome {
        let url = self.db.url_as(&self.deploy, "d");
        Run::new(self.db).file(&self.named(file)).args(args).args(["--url", &url]).run()
    }

    /// Every command that looks for differences, and one that would end them, say what cannot be seen; nothing happens.
    fn refused(&self, file: &str, told: &[&str]) {
        let before = state(self.db);
        for command in [&["plan"][..], &["check"], &["apply", "--allow", "all"]] {
            let mut outcome = self.run(file, command).code(1).stderr_contains("nothing was executed");
            let who = self.named("role `{deploy}` does not see all rows of");
            outcome =
                outcome.stderr_contains(&who).stderr_contains(&self.named("ALTER ROLE {deploy} BYPASSRLS"));
            for told in told {
                outcome = outcome.stderr_contains(&self.named(told));
            }
            assert!(!outcome.stderr.contains("executing"), "{}", outcome.stderr);
            assert_eq!(state(self.db), before, "{command:?}");
        }
    }

    fn end(self) {
        self.db.execute(&format!("alter database {} owner to postgres", self.db.name()));
        for role in [&self.deploy, &self.other] {
            self.db.drop_roles(role).expect("nothing else is theirs");
        }
    }
}

/// All rows of all tables, and every constraint.
fn state(db: &Database) -> Vec<String> {
    let mut found = db.column(
        "select n.nspname || '.' || c.relname || query_to_xml(format('select md5(string_agg(t::text, '','' order by \
         t::text)) from %s t', c.oid::regclass), true, true, '')::text from pg_class c join pg_namespace n \
         on n.oid = c.relnamespace where relkind in ('r', 'p') and nspname not in ('pg_catalog', 'information_schema') \
         and not (nspname = 'pgreconcile' and relname = 'holder') order by 1",
    );
    found.extend(db.column(
        "select conname || convalidated || pg_get_constraintdef(oid) from pg_constraint where conrelid <> 0 order by 1",
    ));
    found.extend(db.column(
        "select relname || relrowsecurity || relforcerowsecurity from pg_class where oid >= 16384 order by 1",
    ));
    found
}

const PARENT_ELSEWHERE: &str = "create schema auth authorization {other}; set role {other};
    create table auth.users (id int primary key); alter table auth.users enable row level security;
    insert into auth.users select generate_series(1, 5);
    grant usage on schema auth to {deploy}; grant select, references on auth.users to {deploy}; reset role;
    set role {deploy}; create table profiles (id int primary key, user_id int);
    insert into profiles select g, 1 + g % 5 from generate_series(1, 100) g";

const CHILD: &str = "[tables.profiles.columns]\nid = { type = \"int\", primary_key = true }\n\
    user_id = { type = \"int\", references = \"auth.users(id)\", orphans = \"delete\" }\n";

#[test]
fn parents_that_cannot_be_seen_are_not_missing() {
    for server in support::servers() {
        let db = server.database();
        let roles = Roles::new(&db);
        roles.execute(PARENT_ELSEWHERE);
        let told = [
            "table auth.users belongs to role `{other}`, and its policies are in force for all but its owner",
            "  GRANT {other} TO {deploy};",
        ];
        roles.refused(CHILD, &told);
        roles.refused(&CHILD.replace("\"delete\"", "\"null\""), &told);
        // Where the same is declared under `[schemas.auth]`, the database says the same.
        let declared = format!(
            "[reconcile]\nowners = [\"{{other}}\"]\n{CHILD}[schemas.auth.tables.users.columns]\n\
             id = {{ type = \"int\", primary_key = true }}\n[schemas.auth.tables.users]\nrow_security = true\n"
        );
        let declared = declared.replace(
            "[schemas.auth.tables.users.columns]\nid = { type = \"int\", primary_key = true }\n[schemas.auth.tables.users]\n\
             row_security = true\n",
            "[schemas.auth.tables.users]\nrow_security = true\n[schemas.auth.tables.users.columns]\n\
             id = { type = \"int\", primary_key = true }\n",
        );
        roles.refused(&declared, &told);
        roles.refused(&declared.replace(", orphans = \"delete\"", ""), &told);
        assert_eq!(db.scalar("select count(*) from profiles"), "100");
        // A key that nothing is repaired for is validated by the server, whom no policy keeps from anything.
        roles.run(&CHILD.replace(", orphans = \"delete\"", ""), &["apply"]).success();
        roles.execute("set role {deploy}; alter table profiles drop constraint profiles_user_id_fkey");
        // Each cure is one.
        roles.execute("grant {other} to {deploy}; insert into profiles values (101, 7)");
        roles.run(CHILD, &["apply"]).success();
        assert_eq!(db.scalar("select count(*) from profiles"), "100");
        assert_eq!(db.scalar("select count(*) from pgreconcile.quarantine"), "1");
        roles.end();
    }
}

#[test]
fn the_superuser_and_who_may_bypass_see_them() {
    for server in support::servers() {
        let db = server.database();
        let roles = Roles::new(&db);
        roles.execute(PARENT_ELSEWHERE);
        roles
            .execute("alter table auth.users force row level security; insert into profiles values (101, 7)");
        let vouched = format!("[reconcile]\nowners = [\"{{deploy}}\"]\n{CHILD}");
        Run::new(&db).file(&roles.named(&vouched)).arg("apply").run().success();
        assert_eq!(db.scalar("select count(*) from profiles"), "100");
        roles.execute(
            "alter table profiles drop constraint profiles_user_id_fkey; insert into profiles values (101, 7);
             alter role {deploy} bypassrls",
        );
        roles.run(CHILD, &["apply", "--stateless"]).stderr_lacks("does not see");
        roles.end();
    }
}

/// Files for a table of one's own whose policies are in force for its owner.
const OWN: &[(&str, &str)] = &[
    // A backfill.
    (
        "insert into t values (1, null), (2, 'b')",
        "id = { type = \"int\", primary_key = true }\nname = { type = \"text\", not_null = true, backfill = \"'x'\" }",
    ),
    // A question to the data.
    (
        "insert into t values (1, null), (2, 'b')",
        "id = { type = \"int\", primary_key = true }\nname = { type = \"text\", not_null = true }",
    ),
    (
        "insert into t values (1, 'long'), (2, 'b')",
        "id = { type = \"int\", primary_key = true }\nname = \"varchar(2)\"",
    ),
    // Which of several survives.
    (
        "insert into t values (1, 'b'), (2, 'b')",
        "id = { type = \"int\", primary_key = true }\nname = \"text\"\n[tables.t.unique]\nu = { columns = [\"name\"], keep = \"id\" }",
    ),
    (
        "insert into t values (1, 'b'), (2, 'b')",
        "id = { type = \"int\", primary_key = true }\nname = \"text\"\n[tables.t.unique]\nu = [\"name\"]",
    ),
    // Declared rows, of every mode: those that are there, and those that are not.
    (
        "insert into t values (1, 'b'), (2, 'b')",
        "id = { type = \"int\", primary_key = true }\nname = \"text\"\n[tables.t.rows]\nkey = \"id\"\nvalues = [{ id = 1, name = \"b\" }]",
    ),
    (
        "insert into t values (1, 'b'), (2, 'b')",
        "id = { type = \"int\", primary_key = true }\nname = \"text\"\n[tables.t.rows]\nkey = \"id\"\nmode = \"sync\"\nvalues = [{ id = 1, name = \"c\" }]",
    ),
    (
        "select 1",
        "id = { type = \"int\", primary_key = true }\nname = \"text\"\n[tables.t.rows]\nkey = \"id\"\nmode = \"upsert\"\nvalues = [{ id = 1, name = \"c\" }]",
    ),
];

#[test]
fn rows_of_a_table_of_ones_own_can_be_hidden_too() {
    for server in support::servers() {
        for (rows, columns) in OWN {
            let db = server.database();
            let roles = Roles::new(&db);
            roles.execute(&format!(
                "set role {{deploy}}; create table t (id int primary key, name text); {rows};
                 alter table t enable row level security, force row level security"
            ));
            let file = format!(
                "[tables.t]\nrow_security = true\nforce_row_security = true\n[tables.t.columns]\n{columns}\n"
            );
            let told = [
                "table public.t belongs to role `{deploy}`, and its policies are in force for everybody, its owner too",
                "  ALTER TABLE public.t NO FORCE ROW LEVEL SECURITY;",
            ];
            roles.refused(&file, &told);
            // For as long as the run takes.
            roles.execute("alter table t no force row level security");
            let open = file.replace("force_row_security = true\n", "");
            let outcome = roles.run(&open, &["apply", "--allow", "delete_rows,narrow"]);
            assert!(!outcome.stderr.contains("does not see"), "{}", outcome.stderr);
            roles.end();
        }
    }
}

/// What is done to a table of another role is done as that role: that the tool sees the rows is not enough.
#[test]
fn what_is_done_as_the_owner_is_seen_by_the_owner() {
    for server in support::servers() {
        let db = server.database();
        let roles = Roles::new(&db);
        roles.execute(
            "create table t (id int primary key, name text); insert into t values (1, null), (2, 'b');
             alter table t owner to {other}; alter table t enable row level security, force row level security;
             grant {other} to {deploy}; alter role {deploy} bypassrls",
        );
        let columns = "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\n\
                       name = { type = \"text\", not_null = true, backfill = \"'x'\" }\nmore = \"int\"\n";
        let head = "reconcile.owners = [\"{other}\"]\n[tables.t]\nrow_security = true\n";
        let forcing = format!("{head}force_row_security = true\n{columns}");
        let run = |superuser: bool, file: &str, args: &[&str]| match superuser {
            true => Run::new(&db).file(&roles.named(file)).args(args).run(),
            false => roles.run(file, args),
        };
        let refused = |told: &str| {
            let before = state(&db);
            for superuser in [false, true] {
                for command in [&["plan"][..], &["check"], &["apply", "--allow", "all"]] {
                    let outcome = run(superuser, &forcing, &[command, &["--stateless"]].concat()).code(1);
                    let outcome = outcome.stderr_contains(&roles.named(
                        "role `{other}` does not see all rows of 1 table that are to be read or written; nothing was executed",
                    ));
                    outcome
                        .stderr_contains(told)
                        .stderr_contains(&roles.named("let a superuser say `ALTER ROLE {other} BYPASSRLS`"));
                    assert_eq!(state(&db), before, "{command:?}");
                }
            }
        };
        refused("  ALTER TABLE public.t NO FORCE ROW LEVEL SECURITY;");
        roles.execute("alter table t no force row level security");
        refused("table public.t: the file forces its policies on its owner, too");
        // Each cure is one.
        let cures = [
            (false, "alter table t no force row level security", format!("{head}{columns}")),
            (true, "alter role {other} bypassrls", forcing.clone()),
        ];
        for (superuser, cure, file) in &cures {
            roles.execute(&format!(
                "alter table t alter name drop not null; update t set name = null where id = 1; \
                 alter table t force row level security; {cure}"
            ));
            run(*superuser, file, &["apply", "--stateless"]).success();
            assert_eq!(db.scalar("select count(*) from t where name is null"), "0");
        }
        roles.end();
    }
}

/// What the plan puts in force itself does not stop it in the middle, and not only the run after it.
#[test]
fn what_a_plan_forces_is_known_before_it_does() {
    for server in support::servers() {
        let rows = "[tables.t.rows]\nkey = \"id\"\nvalues = [{ id = 1 }]\n";
        let table = "[tables.t]\nrow_security = true\nforce_row_security = true\n[tables.t.columns]\n\
                     id = { type = \"int\", primary_key = true }\n";
        for before in ["", "set role {deploy}; create table t (id int primary key); insert into t values (1)"]
        {
            let db = server.database();
            let roles = Roles::new(&db);
            roles.execute(before);
            let told = ["table public.t: the file forces its policies on its owner, too"];
            roles.refused(&format!("{table}{rows}"), &told);
            // Without rows there is nothing to see, and without the force the owner sees them.
            roles
                .run(&format!("{}{rows}", table.replace("force_row_security = true\n", "")), &["apply"])
                .success();
            roles.run(table, &["apply"]).success();
            roles.run(table, &["check"]).success();
            roles.end();
        }
    }
}

/// Measured: what the server itself reads no policy keeps it from.
#[test]
fn policies_hide_nothing_from_what_the_server_validates() {
    for server in support::servers() {
        let db = server.database();
        let roles = Roles::new(&db);
        roles.execute(
            "set role {deploy}; create table p (id int primary key); create table t (id int, p int);
             insert into p values (1); insert into t values (1, 1), (1, 2), (null, null);
             alter table t enable row level security, force row level security;
             alter table p enable row level security, force row level security",
        );
        let refuses = |sql: &str, state: &str| {
            let sql = roles.named(&format!("set role {{deploy}}; set row_security = off; {sql}"));
            let error = db.try_execute(&sql).expect_err("the server sees the rows");
            assert_eq!(error.code().map(|code| code.code()), Some(state), "{sql}");
        };
        refuses("create unique index on t (id)", "23505");
        refuses("alter table t alter id set not null", "23502");
        refuses("alter table t add check (p < 2)", "23514");
        refuses(
            "alter table t add check (p < 2) not valid; alter table t validate constraint t_p_check",
            "23514",
        );
        // But of tables of one's own, which it reads with one query.
        refuses("alter table t add foreign key (p) references p", "42501");
        roles.execute(
            "create table q (id int primary key); create table of_others (q int); alter table q enable row level security;
             alter table q force row level security; insert into of_others values (1);
             alter table of_others owner to {deploy}; grant references, select on q to {deploy}",
        );
        refuses("alter table of_others add foreign key (q) references q", "23503");
        refuses(
            "alter table t alter p type boolean using case when p = 2 then 'x'::text::boolean end",
            "22P02",
        );
        refuses("select from t", "42501");
        refuses("update t set p = 1", "42501");
        refuses("insert into t values (3, 1)", "42501");
        roles.end();
    }
}

/// A backfill that looks at other tables is read by the server before the first statement.
#[test]
fn what_a_backfill_looks_at_is_seen_or_nothing_is_done() {
    for server in support::servers() {
        let db = server.database();
        let roles = Roles::new(&db);
        roles.execute(PARENT_ELSEWHERE);
        let file = "[tables.profiles.columns]\nid = { type = \"int\", primary_key = true }\nuser_id = \"int\"\n\
                    known = { type = \"boolean\", not_null = true, \
                    backfill = \"exists (select from auth.users u where u.id = user_id)\" }\n";
        let before = state(&db);
        let outcome =
            roles.run(file, &["apply", "--stateless"]).code(1).stderr_contains("nothing was executed");
        outcome.stderr_contains("42501");
        assert_eq!(state(&db), before);
        roles.end();
    }
}

/// SQL of declared rows, and the query of a materialized view that is there and is made anew, are read by the server before the
/// first statement.
#[test]
fn what_rows_and_materialized_views_are_made_of_is_seen_or_nothing_is_done() {
    const FORCED: &str = "[tables.t]\nrow_security = true\nforce_row_security = true\n[tables.first.columns]\nid = \"int\"\n\
                          [tables.t.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\n";
    const ROWS: &str = "[tables.u.columns]\nid = { type = \"int\", primary_key = true }\nn = \"int\"\n[tables.u.rows]\n\
                        key = \"id\"\nmode = \"upsert\"\nvalues = [{ id = 2, n = 5 }, { id = 1, n = { sql = \"(select count(*)::int from t)\" } }]\n";
    let cases = [
        ("create table u (id int primary key, n int)", ROWS, "rows public.u: query would be affected"),
        (
            "create materialized view mv as select id from t",
            "[materialized_views]\nmv = \"select id, name from t\"\n",
            "materialized view public.mv: query would be affected",
        ),
        (
            "create table u (id int primary key); create materialized view mv as select u.id, t.name from t, u",
            "[tables.u.columns]\nid = { type = \"bigint\", primary_key = true }\n[materialized_views]\nmv = \"select u.id, t.name from t, u\"\n",
            "materialized view public.mv: query would be affected",
        ),
    ];
    for server in support::servers() {
        for (there, said, told) in cases {
            let db = server.database();
            let roles = Roles::new(&db);
            roles.execute(&format!(
                "set role {{deploy}}; create table t (id int primary key, name text); insert into t values (1, 'a'); {there};
                 alter table t enable row level security, force row level security"
            ));
            let before = state(&db);
            for args in
                [&["apply", "--stateless", "--allow", "all"][..], &["apply", "--dry-run", "--allow", "all"]]
            {
                let outcome = roles.run(&format!("{FORCED}{said}"), args).code(1);
                outcome
                    .stderr_contains(told)
                    .stderr_contains("; nothing was executed")
                    .stderr_contains("42501")
                    .stderr_lacks("executing");
                assert_eq!(state(&db), before);
            }
            // Each cure is one.
            roles.execute("alter role {deploy} bypassrls");
            roles.run(&format!("{FORCED}{said}"), &["apply", "--stateless", "--allow", "all"]).success();
            roles.execute("alter role {deploy} nobypassrls");
            roles.end();
        }
        // What is there is not made, and what it would be made of does not matter.
        let db = server.database();
        let roles = Roles::new(&db);
        roles.execute(
            "set role {deploy}; create table t (id int primary key, name text); create table u (id int primary key, n int);
             insert into u values (1, 1); create materialized view mv as select name from t with no data;
             alter table t enable row level security, force row level security",
        );
        let empty = "[materialized_views]\nmv = { query = \"select id, name from t\", with_data = false }\n";
        roles.run(&format!("{FORCED}{ROWS}{empty}"), &["apply", "--stateless", "--allow", "all"]).success();
        assert_eq!(db.scalar("select string_agg(n::text, ' ' order by id) from u"), "1 5");
        roles.end();
    }
}

#[test]
fn keys_between_forced_tables_of_ones_own_are_not_validated_blindly() {
    for server in support::servers() {
        let file = "[tables.p]\nrow_security = true\nforce_row_security = true\n[tables.p.columns]\n\
                    id = { type = \"int\", primary_key = true }\nc = { type = \"int\", references = \"c\" }\n\
                    [tables.c]\nrow_security = true\nforce_row_security = true\n[tables.c.columns]\n\
                    id = { type = \"int\", primary_key = true }\np = { type = \"int\", references = \"p\" }\n";
        let db = server.database();
        let roles = Roles::new(&db);
        let told = [
            "table public.c: the file forces its policies on its owner, too",
            "table public.p: the file forces its policies on its owner, too",
        ];
        roles.refused(file, &told);
        // What a table is made with is true of no rows.
        let chain = file.replace(
            "c = { type = \"int\", references = \"c\" }\n",
            "p = { type = \"int\", references = \"p\" }\n",
        );
        roles.run(&chain, &["apply"]).success();
        roles.run(&chain, &["check"]).success();
        let more = format!(
            "{chain}[tables.more.columns]\nid = \"int\"\nc = {{ type = \"int\", references = \"c\" }}\n"
        );
        roles.run(&more, &["apply"]).success();
        roles.execute("set role {deploy}; alter table c drop constraint c_p_fkey");
        roles.refused(
            file,
            &["table public.c belongs to role `{deploy}`", "table public.p belongs to role `{deploy}`"],
        );
        roles.execute("alter role {deploy} bypassrls");
        roles.run(file, &["apply"]).success();
        roles.end();
    }
}
