//! The tool's own SQL means what it says, whatever others have put where the file's SQL is looked up; and what belongs to
//! others runs as them, never as the tool.

use crate::support::{self, Database, Run, Server};

/// Consents to all but dropping what the file does not have.
const ALLOW: &str = "narrow,delete_rows,rewrite,block";

/// Types of keys: two values of each, how the first is spelled in the file, and whether it is an extension's.
const KEYS: &[(&str, [&str; 2], &str)] = &[
    ("int", ["1", "2"], "1"),
    ("varchar(10)", ["'a'", "'b'"], "\"a\""),
    ("text", ["'a'", "'b'"], "\"a\""),
    ("citext", ["'KEY'", "'b'"], "\"key\""),
    ("mood", ["'ok'", "'bad'"], "\"ok\""),
    (
        "uuid",
        ["'00000000-0000-0000-0000-00000000000a'", "'00000000-0000-0000-0000-00000000000b'"],
        "\"00000000-0000-0000-0000-00000000000A\"",
    ),
    ("code", ["'a'", "'b'"], "\"a\""),
    ("soft", ["'KEY'", "'b'"], "\"key\""),
];

/// What is there before: rows that stand in the way, and rows that are not as the file has them.
fn before(schema: &str) -> String {
    let mut sql = format!(
        "create schema if not exists {schema}; set search_path = {schema};
         create extension citext;
         create type mood as enum ('ok', 'bad'); create domain code as varchar(10); create domain num as int;
         create domain soft as citext;
         create table clubs (id num primary key); insert into clubs values (1);
         create table people (id int primary key, email varchar(20), seen int, club num, boss num, note text,
             size text, mood mood, tags text[]);
         insert into people values (1, 'a', 1, 1, 1, null, 'abc', 'ok', '{{x}}'), (2, 'a', 2, 1, 1, null, 'abc', 'ok', null),
             (3, 'b', 1, 9, 1, null, 'abc', 'bad', null), (4, 'c', 1, 1, 9, null, 'abc', 'ok', null);
         create table counted (id num not null); insert into counted values (7);"
    );
    for (number, (of, [first, second], _)) in KEYS.iter().enumerate() {
        sql.push_str(&format!(
            "create table t_{number} (k {of} primary key, v text, j json); \
             insert into t_{number} values ({first}, 'old', '1'), ({second}, 'more', '2');"
        ));
    }
    sql
}

fn file(schema: &str) -> String {
    let mut file = format!(
        "[reconcile]\ndefault_schema = \"{schema}\"\n\n[extensions]\ncitext = {{}}\n\n\
         [enums]\nmood = [\"ok\", \"bad\"]\n\n[domains]\ncode = \"varchar(10)\"\nnum = \"int\"\nsoft = \"citext\"\n\n\
         [tables.clubs.columns]\nid = {{ type = \"num\", primary_key = true }}\n\n\
         [tables.counted.columns]\nid = {{ type = \"num\", not_null = true }}\nno = {{ type = \"int\", identity = \"always\" }}\n\n\
         [tables.people.columns]\nid = {{ type = \"int\", primary_key = true }}\n\
         email = {{ type = \"varchar(20)\", unique = true, keep = \"seen desc\" }}\nseen = \"int\"\n\
         club = {{ type = \"num\", references = \"clubs\", orphans = \"delete\" }}\n\
         boss = {{ type = \"num\", references = \"clubs\", orphans = \"null\" }}\n\
         note = {{ type = \"text\", not_null = true, backfill = \"'n' || id\" }}\n\
         size = \"varchar(3)\"\nmood = \"mood\"\ntags = \"text[]\"\n"
    );
    for (number, (of, _, first)) in KEYS.iter().enumerate() {
        let third = match *of {
            "int" => "3",
            "mood" => "\"bad\"",
            "uuid" => "\"00000000-0000-0000-0000-00000000000c\"",
            _ => "\"c\"",
        };
        file.push_str(&format!(
            "\n[tables.t_{number}.columns]\nk = {{ type = \"{of}\", primary_key = true }}\nv = \"text\"\nj = \"json\"\n\n\
             [tables.t_{number}.rows]\nkey = [\"k\"]\nmode = \"sync\"\n\
             values = [{{ k = {first}, v = \"new\", j = [1] }}, {{ k = {third}, v = \"x\", j = {{ a = 1 }} }}]\n"
        ));
    }
    file
}

/// Functions and operators that suit the types of the tables better than those of PostgreSQL. Each fails, so that the log
/// of the server tells which was called.
fn traps(schema: &str) -> String {
    let mut sql = String::from(
        "create function sprung(text) returns text language plpgsql as $$
        begin raise exception 'sprung: %', $1; end $$;\n",
    );
    let mut function = |name: &str, parameters: &str, returns: &str| {
        let back = if returns.starts_with("setof") { "return" } else { "return null" };
        sql.push_str(&format!(
            "create function {name}({parameters}) returns {returns} language plpgsql as \
             $$ begin perform {schema}.sprung('{name}({parameters})'); {back}; end $$;\n"
        ));
    };
    for of in
        ["people", "t_0", "t_3", "text", "varchar", "int", "mood", "code", "num", "citext", "soft", "json"]
    {
        function("to_jsonb", of, "jsonb");
        function("to_json", of, "json");
    }
    function("unnest", "text[]", "setof text");
    function("unnest", "tid[]", "setof tid");
    function("nextval", "text", "bigint");
    function("setval", "text, int, boolean", "bigint");
    function("format", "text, name", "text");
    let mut operators = vec![("&&", "text[]", "text[]")];
    for one in ["varchar", "text", "mood", "code", "num", "soft"] {
        operators.extend([("=", one, one), (">", one, one)]);
    }
    operators.extend([
        ("=", "text", "varchar"),
        ("=", "varchar", "text"),
        ("=", "citext", "soft"),
        ("=", "num", "int"),
    ]);
    for (number, (operator, left, right)) in operators.iter().enumerate() {
        // Where PostgreSQL has one of its very own for these types, that comes first anyway.
        sql.push_str(&format!(
            "create function op_{number}({left}, {right}) returns boolean language plpgsql as \
             $$ begin perform {schema}.sprung('{left} {operator} {right}'); return null; end $$;
             create operator {operator} (leftarg = {left}, rightarg = {right}, function = op_{number});\n"
        ));
    }
    for (name, of) in [("max", "num"), ("min", "num"), ("count", "num"), ("array_agg", "tid"), ("sum", "num")]
    {
        sql.push_str(&format!(
            "create function {name}_step({of}, {of}) returns {of} language plpgsql as \
             $$ begin perform {schema}.sprung('{name}'); return null; end $$;
             create aggregate {name}({of}) (sfunc = {name}_step, stype = {of});\n"
        ));
    }
    sql
}

/// A database with all that, and the address of the role that the tool runs as: a superuser, or the owner of everything.
fn besieged(server: &Server, schema: &str, as_owner: bool) -> (Database, String, [String; 2]) {
    let db = server.database();
    let [mallory, deploy] = ["mallory", "deploy"].map(support::unique);
    let name = db.name();
    db.execute(&format!("create role {mallory}; create role {deploy} login password 'r'"));
    let mut url = db.url();
    if as_owner {
        url = db.url_as(&deploy, "r");
        db.execute(&format!(
            "grant create on database {name} to {deploy}; grant all on schema public to {deploy}"
        ));
    }
    let role = if as_owner { format!("set role {deploy}; ") } else { String::new() };
    db.execute(&format!("{role}{}", before(schema)));
    db.execute(&format!(
        "grant usage, create on schema {schema} to {mallory}; set role {mallory}; set search_path = {schema}; {}",
        traps(schema)
    ));
    (db, url, [mallory, deploy])
}

fn leave(db: Database, roles: &[String]) {
    for role in roles {
        db.execute(&format!("reassign owned by {role} to postgres; drop owned by {role}"));
    }
    let roles = roles.join(", ");
    db.execute(&format!("drop role {roles}"));
}

#[test]
fn what_others_have_put_on_the_path_is_not_called() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for (schema, as_owner) in [("public", false), ("app", false), ("app", true)] {
            let (db, url, roles) = besieged(server, schema, as_owner);
            let file = file(schema);
            let run = |arguments: &[&str]| {
                Run::new(&db).file(&file).args(arguments.iter().copied()).args(["--url", &url]).run()
            };
            run(&["check"]).code(2);
            run(&["apply", "--allow", ALLOW, "--stateless"]).success();
            let quarantined = db.column(
                "select relation || ' ' || row_data::text from pgreconcile.quarantine \
                 where relation like '%people' order by id",
            );
            assert_eq!(quarantined.len(), 3, "{quarantined:?}");
            assert!(quarantined.iter().all(|row| row.contains("\"email\":") && row.contains("\"size\":")));
            run(&["apply"]).success();
            run(&["check", "--force"]).success();
            for number in 0..KEYS.len() {
                let table = format!("{schema}.t_{number}");
                assert_eq!(db.scalar(&format!("select count(*) from {table}")), "2", "{table}");
                db.execute(&format!("update {table} set v = 'other' where v = 'new'"));
                run(&["check"]).code(2).stdout_contains(&format!("rows {table}"));
                run(&["apply"]).success();
                assert_eq!(
                    db.scalar(&format!("select count(*) from {table} where v = 'new'")),
                    "1",
                    "{table}"
                );
            }
            let script = run(&["plan", "--format", "sql", "--force"]);
            assert!(db.psql(&script.stdout).status.success());
            let log = db.log();
            let sprung: Vec<&str> = log.lines().filter(|line| line.contains("ERROR:  sprung: ")).collect();
            assert_eq!(sprung, [""; 0], "schema {schema}, as owner: {as_owner}");
            leave(db, &roles);
        }
    }
}

/// Tables of two roles whose triggers, checks and policies tell as whom they run, and try to get out of that.
const SPIES: &str = "
create table public.seen (what text, who name, session name);
grant all on public.seen to public;
create function public.spy(what text) returns boolean language plpgsql as $$
declare attempt text;
begin
    insert into public.seen values (what, current_user, session_user);
    foreach attempt in array array['reset role', 'set role postgres', 'set session authorization default',
        $a$select set_config('role', 'postgres', false)$a$, 'alter role {app} superuser',
        'copy (select 1) to program ''true''',
        'set search_path = public, pg_catalog', 'set standard_conforming_strings = off', 'set lock_timeout = 1',
        $a$declare later_$a$ || (random() * 1e9)::int || $a$ cursor with hold for select public.trap('cursor')$a$]
    loop
        begin
            execute attempt;
            if attempt !~ '^(set (search_path|standard|lock)|declare)' then
                insert into public.seen values ('did ' || attempt, 'postgres', session_user);
            end if;
        exception when others then null;
        end;
    end loop;
    return true;
end $$;
create function public.trap(what text) returns boolean language plpgsql as $$
begin
    insert into public.seen values (what, current_user, session_user);
    return true;
end $$;
create function public.on_row() returns trigger language plpgsql as $$
begin
    perform public.spy(lower(tg_op));
    return case tg_op when 'DELETE' then old else new end;
end $$;
create domain public.label as text check (public.trap('domain'));
create table public.parents (id int primary key);
insert into public.parents values (1);
create table public.things (id int primary key, email text, seen int, parent int, boss int, note text, size text,
    label label, constraint sized check (public.spy('check ' || size)), amount int);
create table public.lines (id int primary key, thing int references public.things on delete cascade);
insert into public.things values (1, 'a', 1, 1, 1, null, 'abc', 'l', 1), (2, 'a', 2, 1, 1, null, 'abc', 'l', 1),
    (3, 'b', 1, 9, 1, null, 'abc', 'l', 1), (4, 'c', 1, 1, 9, null, 'abc', 'l', 1);
insert into public.lines values (1, 1), (2, 3), (3, 4);
alter table public.things add constraint checked check (public.spy('validate')) not valid;
create trigger on_row before insert or update or delete on public.things for each row execute function public.on_row();
create trigger on_line before delete on public.lines for each row execute function public.on_row();
alter table public.things enable row level security;
create policy spied on public.things using (public.spy('policy'));
create table public.config (name text primary key, value label, amount int check (public.spy('check')));
create trigger on_row before insert or update or delete on public.config for each row execute function public.on_row();
insert into public.config values ('there', 'old', 1), ('more', 'x', 1);
alter table public.things owner to {app}; alter table public.config owner to {app};
alter function public.spy(text) owner to {app}; alter function public.on_row() owner to {app};
alter domain public.label owner to {app}; alter function public.trap(text) owner to {app};
alter table public.lines owner to {other};
";

const SPIED: &str = r#"
[tables.parents.columns]
id = { type = "int", primary_key = true }

[tables.things]
row_security = true
[tables.things.columns]
id = { type = "int", primary_key = true }
email = { type = "text", unique = true, keep = "seen desc" }
seen = "int"
parent = { type = "int", references = "parents", orphans = "delete" }
boss = { type = "int", references = "parents", orphans = "null" }
note = { type = "text", not_null = true, backfill = "'n' || id" }
size = "varchar(3)"
label = "label"
amount = { type = "bigint", not_null = true }
[tables.things.checks]
sized = "public.spy('check ' || size)"
checked = "public.spy('validate')"

[tables.lines.columns]
id = { type = "int", primary_key = true }
thing = { type = "int", references = "things", on_delete = "cascade" }

[tables.config.columns]
name = { type = "text", primary_key = true }
value = "label"
amount = "int"
[tables.config.checks]
config_amount_check = "spy('check')"
[tables.config.rows]
key = ["name"]
mode = "sync"
values = [{ name = "there", value = "new", amount = 1 }, { name = "fresh", value = "x", amount = 2 }]
"#;

/// The file vouches for those whose tables it declares; they still do what is theirs as themselves.
fn spied_file(roles: &[String; 2]) -> String {
    format!("reconcile.owners = [\"{}\", \"{}\"]\n{SPIED}", roles[0], roles[1])
}

/// What ran as the tool.
const AS_US: &str = "select distinct what from public.seen where who = 'postgres' order by 1";

fn spied(server: &Server, more: &str) -> (Database, [String; 2]) {
    let db = server.database();
    let [app, other] = ["app", "other"].map(support::unique);
    db.execute(&format!(
        "create role {app}; create role {other}; grant all on schema public to {app}, {other}"
    ));
    db.execute(&format!("{SPIES}{more}").replace("{app}", &app).replace("{other}", &other));
    // What was done so far, was done as a superuser.
    db.execute(&format!("alter role {app} nosuperuser; truncate public.seen"));
    (db, [app, other])
}

#[test]
fn what_belongs_to_others_runs_as_them() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let (db, roles) = spied(server, "");
        let [app, other] = &roles;
        let run = |arguments: &[&str]| {
            Run::new(&db).file(&spied_file(&roles)).args(arguments.iter().copied()).run()
        };
        run(&["apply", "--allow", ALLOW]).success();
        run(&["check", "--force"]).success();
        assert_eq!(db.column(AS_US), [""; 0], "PostgreSQL {}", server.major());
        let seen = db.column("select distinct who || ': ' || what from public.seen order by 1");
        for what in ["insert", "update", "delete", "validate", "check abc", "check"] {
            assert!(seen.contains(&format!("{app}: {what}")), "{what}: {seen:?}");
        }
        assert!(seen.contains(&format!("{other}: delete")), "{seen:?}");
        // The server is shared with other tests, and their superusers.
        let powers =
            format!("select count(*) from pg_roles where rolsuper and rolname in ('{app}', '{other}')");
        assert_eq!(db.scalar(&powers), "0");
        let quarantined = db.column(
            "select relation || ' ' || coalesce(row_data ->> 'email', row_data ->> 'name', row_data ->> 'thing') \
             from pgreconcile.quarantine order by 1",
        );
        let expected = [
            "public.config more",
            "public.lines 1",
            "public.lines 3",
            "public.things a",
            "public.things b",
            "public.things c",
        ];
        assert_eq!(quarantined, expected);
        // No function of ours is left, and the constraint holds what it should.
        assert_eq!(db.scalar("select count(*) from pg_proc where proname like 'pgr\\_%'"), "0");
        assert_eq!(db.scalar("select count(*) from pg_trigger where tgname = 'pgreconcile_quarantine'"), "0");
        leave(db, &roles);
    }
}

/// The script does it the same way.
#[test]
fn a_script_does_the_work_on_tables_of_others_as_them_too() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let (db, roles) = spied(server, "");
        let script = Run::new(&db)
            .file(&spied_file(&roles))
            .args(["plan", "--format", "sql", "--allow", ALLOW])
            .run()
            .success();
        let outcome = db.psql(&script.stdout);
        assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
        assert_eq!(db.column(AS_US), [""; 0], "PostgreSQL {}", server.major());
        Run::new(&db).file(&spied_file(&roles)).args(["check", "--force"]).run().success();
        leave(db, &roles);
    }
}

/// What waits for COMMIT: a constraint trigger, and an exclusion constraint that computes its key once more there.
const LATE: &str = "
create function public.late() returns trigger language plpgsql as $$
begin
    perform public.spy('late on ' || tg_table_name);
    if current_setting('spy.again', true) = 'on' and (select count(*) < 9 from public.later) then
        set constraints all deferred;
        insert into public.later values (1);
    end if;
    return null;
end $$;
create function public.key_of(key text) returns text language plpgsql immutable as $$
begin
    perform public.trap('key of ' || key);
    if key = 'n2' and coalesce(current_setting('spy.once', true), '') = '' then
        perform set_config('spy.once', 'done', true);
        return 'n1';
    end if;
    return key;
end $$;
alter function public.key_of(text) owner to {app}; alter function public.late() owner to {app};
create table public.later (id int); alter table public.later owner to {app};
create table public.kept (id int primary key, note text);
insert into public.kept values (1, null), (2, null); alter table public.kept owner to {app};
alter table public.kept add exclude using btree (public.key_of(note) with =) deferrable initially deferred;
create constraint trigger late after insert or update or delete on public.config
    deferrable initially deferred for each row execute function public.late();
create constraint trigger later after insert on public.later
    deferrable initially deferred for each row execute function public.late();
create schema m authorization {other}; set role {other}; create table m.d (id int);
create constraint trigger d after insert on m.d deferrable for each row execute function public.late(); reset role;
";

const KEPT: &str = "[tables.kept.columns]\nid = { type = \"int\", primary_key = true }\n\
                    note = { type = \"text\", not_null = true, backfill = \"'n' || id\" }\n";

/// What a deferred trigger does, or leaves behind, is done by whoever commits: so it does it before, as who owns its table.
/// That others have such triggers somewhere else is no matter.
#[test]
fn a_trigger_that_waits_for_commit_runs_as_the_owner() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for by_script in [false, true] {
            let (db, roles) = spied(server, LATE);
            let file = format!("{}{KEPT}", spied_file(&roles));
            let run = |arguments: &[&str]| {
                Run::new(&db).file(&file).args(arguments.iter().copied()).run().success()
            };
            if by_script {
                let script = run(&["plan", "--format", "sql", "--allow", ALLOW]);
                let outcome = db.psql(&script.stdout);
                assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
            } else {
                run(&["apply", "--allow", ALLOW]);
            }
            assert_eq!(db.column(AS_US), [""; 0], "PostgreSQL {}", server.major());
            let seen = db.column("select distinct who || ': ' || what from public.seen order by 1");
            for what in ["late on config", "key of n2"] {
                assert!(seen.contains(&format!("{}: {what}", roles[0])), "{what}: {seen:?}");
            }
            assert_eq!(db.scalar("select count(*) from pg_proc where proname like 'pgr\\_%'"), "0");
            leave(db, &roles);
        }
    }
}

#[test]
fn a_trigger_that_is_put_off_again_gains_nothing() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let (db, roles) = spied(server, LATE);
        db.execute(&format!("alter database {} set spy.again = 'on'", db.name()));
        let outcome = Run::new(&db).file(&spied_file(&roles)).args(["apply", "--allow", ALLOW]).run().code(1);
        outcome.stderr_contains(&format!(
            "on table public.later, which belongs to role {}, waits for COMMIT",
            roles[0]
        ));
        assert_eq!(db.column(AS_US), [""; 0], "PostgreSQL {}", server.major());
        leave(db, &roles);
    }
}

/// PL/pgSQL has variables of its own, and ours.
#[test]
fn columns_may_be_named_like_variables() {
    for server in support::servers() {
        let db = server.database();
        let app = support::unique("app");
        db.execute(&format!(
            "create role {app}; create table t (id int primary key, found text, pgr_count int, pgr_value text, pgr_row text);
             insert into t select g, null, null, 'x', 'y' from generate_series(1, 5) g; alter table t owner to {app}"
        ));
        let file = format!(
            "reconcile.owners = [\"{app}\"]\n[tables.t.columns]\nid = {{ type = \"int\", primary_key = true }}\n\
             found = {{ type = \"varchar(20)\", not_null = true, backfill = \"'f' || coalesce(found, '') || id\" }}\n\
             pgr_count = {{ type = \"int\", not_null = true, backfill = \"coalesce(pgr_count, id)\" }}\n\
             pgr_value = \"varchar(3)\"\npgr_row = \"varchar(3)\"\n"
        );
        let run = |arguments: &[&str]| Run::new(&db).file(&file).args(arguments.iter().copied()).run();
        let allow = ["apply", "--allow", "narrow"];
        for column in ["found", "pgr_value", "pgr_row"] {
            db.execute(&format!("update t set {column} = repeat('x', 30) where id = 5"));
            run(&allow).code(1).stderr_contains(&format!("whose `{column}` does not fit"));
            let before = if column == "found" { "null" } else { "'x'" };
            db.execute(&format!("update t set {column} = {before} where id = 5"));
        }
        run(&allow).success();
        run(&["check", "--force"]).success();
        assert_eq!(
            db.column("select found || pgr_count from t order by id"),
            ["f11", "f22", "f33", "f44", "f55"]
        );
        leave(db, &[app]);
    }
}

/// Whoever owns the table, or is a superuser, is asked for nothing.
#[test]
fn the_tables_of_the_tool_are_worked_on_directly() {
    let db = support::server().database();
    db.execute("create table t (a int, b text); insert into t values (1, null)");
    let file =
        "[tables.t.columns]\na = \"int\"\nb = { type = \"text\", not_null = true, backfill = \"'x'\" }\n";
    let plan = Run::new(&db).file(file).args(["plan", "--format", "sql"]).run().success();
    plan.stdout_lacks("pg_temp.pgr").stdout_contains("UPDATE public.t SET b = (''x'')");
}
