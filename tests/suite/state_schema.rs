//! The tool's own schema is believed only if it is ours: what somebody made in its place is refused before anything in it
//! is read, an older one is brought up to date, a newer one is left alone, and nobody else can look into it.

use crate::support::{self, Database, Run, Server, unique};
use postgres::{Client, NoTls};

const FILE: &str = "[tables.t.columns]\nid = \"int\"\n";

/// A trap that says that it was called.
const TRAP: &str = "create table public.touched (what text); grant insert on public.touched to public;
    create function public.trap() returns text language plpgsql as $$
        begin insert into public.touched values (current_user); return 'x'; end $$;
    create function public.trap_row() returns trigger language plpgsql as $$
        begin insert into public.touched values (current_user); return new; end $$;";

/// What a role with no rights but to make a schema makes before the tool does, and what the tool says.
const MADE_BEFOREHAND: &[(&str, &str)] = &[
    ("", "the tool's own schema `pgreconcile` belongs to role `{mallory}`"),
    ("create view pgreconcile.memo as select public.trap() as address", "belongs to role `{mallory}`"),
    ("{version_1}", "belongs to role `{mallory}`"),
    (
        "{version_1}; create trigger t before insert on pgreconcile.run for each row execute function public.trap_row()",
        "belongs to role `{mallory}`",
    ),
];

/// What is done to a schema that the tool has made, by its owner, and what the tool says.
const CHANGED: &[(&str, &str)] = &[
    ("alter table {s}.memo owner to {mallory}", "table memo belongs to role `{mallory}`"),
    (
        "alter function {s}.quarantine_row() owner to {mallory}",
        "function quarantine_row belongs to role `{mallory}`",
    ),
    ("alter schema {s} owner to {mallory}", "schema `pgreconcile` belongs to role `{mallory}`"),
    (
        "create trigger t before insert on {s}.run for each row execute function public.trap_row()",
        "trigger t on run",
    ),
    (
        "drop table {s}.memo; create view {s}.memo as select public.trap() as address, 'a'::text as attribute, \
      'd'::text as desired, 'o'::text as observed",
        "view memo",
    ),
    (
        "drop table {s}.seen; create view {s}.seen as select public.trap() as key, 'a'::text as value, \
      ''::text as secrets",
        "view seen",
    ),
    (
        "drop table {s}.version; create view {s}.version as select length(public.trap()) as number",
        "view version",
    ),
    (
        "drop table {s}.shape; create view {s}.shape as select length(public.trap()) as number, 1::bigint as salt",
        "view shape",
    ),
    ("create policy p on {s}.seen using (public.trap() = 'x')", "policy p on seen"),
    ("alter table {s}.seen disable row level security", "missing: table seen with row security"),
    ("alter table {s}.quarantine disable row level security", "missing: table quarantine with row security"),
    ("alter table {s}.shape disable row level security", "missing: table shape with row security"),
    ("alter table {s}.run force row level security", "table run with forced row security"),
    ("alter table {s}.version enable row level security", "table version with row security"),
    (
        "create rule r as on insert to {s}.run do also insert into public.touched values ('rule')",
        "rule r on run",
    ),
    (
        "alter table {s}.run alter error set default public.trap()",
        "column run.error text default public.trap()",
    ),
    (
        "create domain public.d as text check (public.trap() is not null); alter table {s}.memo alter observed type public.d",
        "column memo.observed public.d not null",
    ),
    (
        "alter table {s}.run add constraint c check (public.trap() is not null) not valid",
        "constraint c on run c CHECK",
    ),
    ("create index odd on {s}.memo (lower(observed))", "index odd on memo an expression not unique"),
    ("alter table {s}.step add column more text", "column step.more text"),
    ("alter table {s}.step drop column error", "missing: column step.error text"),
    ("create table public.child () inherits ({s}.run)", "table run with row security with inheritance"),
    ("create table public.refers (run bigint references {s}.run)", "foreign key of another schema to run"),
    ("alter table {s}.run alter id drop identity", "column run.id bigint not null"),
    ("alter sequence {s}.run_id_seq increment -1 minvalue -5", "sequence run_id_seq of run.id by -1"),
    ("create sequence {s}.more", "sequence more by 1"),
    (
        "create or replace function {s}.quarantine_row() returns trigger language plpgsql \
      set search_path = pg_catalog, pg_temp as 'begin return old; end'",
        "with another body",
    ),
    ("alter function {s}.quarantine_row() security definer", "plpgsql security definer"),
    (
        "alter function {s}.quarantine_row() reset search_path",
        "function quarantine_row() returns trigger plpgsql f",
    ),
    ("create function {s}.format(text) returns text language sql as 'select $1'", "function format("),
    ("create type {s}.mood as enum ('x')", "mood"),
    ("create operator {s}.=== (leftarg = text, rightarg = text, function = pg_catalog.texteq)", "operator"),
    ("alter table {s}.memo set unlogged", "table memo not permanent"),
    (
        "grant usage on schema {s} to {mallory}; grant insert on {s}.memo to {mallory}",
        "table memo is open to role `{mallory}` (INSERT)",
    ),
    (
        "grant usage on schema {s} to public; grant update (value) on {s}.seen to public",
        "column seen.value is open to everybody (UPDATE)",
    ),
    ("grant create on schema {s} to {mallory}", "schema is open to role `{mallory}` (CREATE)"),
    ("grant usage on schema {s} to {mallory}; grant trigger on {s}.run to {mallory}", "(TRIGGER)"),
    ("grant usage on schema {s} to {mallory}; grant references on {s}.run to {mallory}", "(REFERENCES)"),
];

const READING: &[&[&str]] = &[&["check"], &["plan"], &["status"], &["history"], &["rollback"], &["inspect"]];

fn mallory(db: &Database) -> (String, Client) {
    let mallory = unique("mallory");
    db.execute(&format!(
        "create role {mallory} login password 'm'; grant create on database \"{}\" to {mallory}",
        db.name()
    ));
    let client = Client::connect(&db.url_as(&mallory, "m"), NoTls).expect("mallory connects");
    (mallory, client)
}

#[track_caller]
fn assert_refused(db: &Database, commands: &[&[&str]], words: &str, what: &str) {
    for arguments in commands {
        let outcome = Run::new(db).file(FILE).args(*arguments).run();
        let told = format!("{what}\n{arguments:?}\n{}", outcome.stderr);
        assert_eq!(outcome.code, Some(1), "{told}");
        assert!(outcome.stderr.contains(words), "{told}");
        for hint in ["nothing was executed", "DROP SCHEMA pgreconcile CASCADE", "state_schema", "--stateless"]
        {
            assert!(outcome.stderr.contains(hint), "{hint}: {told}");
        }
    }
    assert_eq!(db.scalar("select count(*) from public.touched"), "0", "{what}");
}

#[test]
fn a_schema_that_somebody_made_beforehand_is_refused() {
    for server in support::servers() {
        for (setup, words) in MADE_BEFOREHAND {
            let db = server.database();
            db.execute(TRAP);
            let (mallory, mut client) = mallory(&db);
            let setup = match setup.contains("{version_1}") {
                true => setup.replace("{version_1}", VERSION_1),
                false => format!("create schema pgreconcile; {setup}"),
            };
            client.batch_execute(&setup).expect("mallory may");
            let words = words.replace("{mallory}", &mallory);
            assert_refused(&db, READING, &words, &setup);
            assert_refused(&db, &[&["apply"], &["apply", "--force"]], &words, &setup);
            Run::new(&db).file(FILE).args(["apply", "--stateless"]).run().success();
            let file = format!("[reconcile]\nstate_schema = \"own\"\n{FILE}");
            Run::new(&db).file(&file).arg("apply").run().success();
            Run::new(&db).file(&file).arg("history").run().success().stdout_contains("apply");
            assert_eq!(db.scalar("select count(*) from public.touched"), "0");
            drop(client);
            db.execute(&format!("drop owned by {mallory} cascade; drop role {mallory}"));
        }
    }
}

#[test]
fn a_schema_that_is_not_as_it_is_made_is_refused() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        for (change, words) in CHANGED {
            let db = server.database();
            db.execute(TRAP);
            let (mallory, _client) = mallory(&db);
            let named = |text: &str| text.replace("{s}", "pgreconcile").replace("{mallory}", &mallory);
            // The second run remembers, so that the next would be recognised.
            Run::new(&db).file(FILE).arg("apply").run().success();
            Run::new(&db).file(FILE).arg("apply").run().success();
            db.execute(&format!("{}; delete from public.touched", named(change)));
            assert_refused(&db, &[&["apply"], &["check"], &["history"]], &named(words), change);
            drop(_client);
            db.execute(&format!("drop owned by {mallory} cascade; drop role {mallory}"));
        }
    }
}

/// A schema of 0.1.0.
const VERSION_1: &str = include_str!("../state/version_1.sql");

/// A schema without row-level security, in which rows are kept as `jsonb`.
const VERSION_2: &str = include_str!("../state/version_2.sql");

const KEPT: &str = "select 'run ' || id || username || outcome from pgreconcile.run where id < 3
    union all select 'step ' || run || sql from pgreconcile.step where run < 3
    union all select 'quarantine ' || row_data::text from pgreconcile.quarantine
    union all select 'file ' || content from pgreconcile.file f where exists
        (select from pgreconcile.run r where r.file_hash = f.hash and r.id < 3) order by 1";

#[test]
fn a_schema_of_an_older_version_is_brought_up_to_date() {
    for server in support::servers() {
        for older in [VERSION_1, VERSION_2] {
            is_brought_up_to_date(server, older);
        }
    }
}

fn is_brought_up_to_date(server: &Server, older: &str) {
    let file = "[tables.t.columns]\nid = \"int\"\nmore = \"text\"\nmost = \"text\"\n";
    let db = server.database();
    // What default privileges gave away goes too.
    let reader = unique("reader");
    db.execute(&format!("create role {reader}; alter default privileges grant all on tables to {reader}"));
    db.execute(&format!("{older}; create table t (id int, more text)"));
    let kept = db.column(KEPT);
    assert_eq!(kept.len(), 7, "{kept:?}");
    for arguments in READING.iter().filter(|arguments| arguments[0] != "rollback") {
        let outcome = Run::new(&db).file(file).args(*arguments).run();
        assert!(matches!(outcome.code, Some(0 | 2)), "{arguments:?}: {}", outcome.stderr);
    }
    Run::new(&db).file(file).args(["history", "2"]).run().success().stdout_contains("more = ");
    assert_eq!(db.scalar("select to_regclass('pgreconcile.shape') is null"), "t", "reading writes nothing");
    db.execute(
        "insert into pgreconcile.secret values ('app', 'SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$\
                AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='), \
                ('odd', 'md5something')",
    );
    Run::new(&db).file(file).arg("apply").run().success().stderr_lacks("not recorded");
    assert_eq!(db.column(KEPT), kept);
    assert_eq!(db.scalar("select number from pgreconcile.shape"), "3");
    // Others may have written what is remembered.
    assert_eq!(db.scalar("select count(*) from pgreconcile.memo where attribute = 'x'"), "0");
    if older == VERSION_1 {
        let secrets = db.column("select verifier from pgreconcile.secret");
        let is_hash = |text: &str| text.starts_with("pgreconcile$4096:") && !text.contains("AAAA");
        assert!(secrets.len() == 1 && is_hash(&secrets[0]), "{secrets:?}");
    }
    // Privileges that the file does not name are drift, and what drifts is looked at anew.
    db.execute(&format!(
        "alter default privileges revoke all on tables from {reader}; revoke all on t from {reader}"
    ));
    Run::new(&db).file(file).arg("apply").run().success();
    assert_eq!(db.scalar("select count(*) from pgreconcile.seen"), "1");
    Run::new(&db).file(file).arg("history").run().success().stdout_contains("0.1.0");
    // Its files are known by their hashes, so there is a way back.
    Run::new(&db).file(file).args(["rollback", "--to", "2"]).run().code(3).stderr_lacks("was changed");
    db.execute(&format!("drop role {reader}"));
}

/// Whoever brings it up to date: it goes on belonging to the role that made it.
#[test]
fn who_brings_it_up_to_date_does_not_take_it() {
    let db = support::server().database();
    let deploy = unique("deploy");
    db.execute(&format!(
        "create role {deploy} login password 'd'; grant create on schema public to {deploy};
         alter database \"{}\" owner to {deploy}; set role {deploy}; {VERSION_1}",
        db.name()
    ));
    Run::new(&db).file(FILE).arg("apply").run().success().stderr_lacks("not recorded");
    let url = db.url_as(&deploy, "d");
    Run::new(&db).file(FILE).args(["history", "--url", &url]).run().success().stdout_contains("0.1.0");
    Run::new(&db).file(FILE).args(["apply", "--url", &url]).run().success().stderr_lacks("not recorded");
    assert_eq!(db.scalar("select count(*) from pgreconcile.run"), "4");
    db.execute(&format!(
        "reassign owned by {deploy} to postgres; drop owned by {deploy}; drop role {deploy}"
    ));
}

#[test]
fn the_way_back_brings_up_to_date_first() {
    let db = support::server().database();
    db.execute(&format!("{VERSION_1}; create table t (id int, more text)"));
    let file = "[tables.t.columns]\nid = \"int\"\nmore = \"text\"\n";
    Run::new(&db).file(file).args(["rollback", "--to", "1", "--allow", "all"]).run().success();
    assert_eq!(db.scalar("select count(*) from information_schema.columns where table_name = 't'"), "1");
}

#[test]
fn a_schema_of_a_newer_version_is_left_alone() {
    let later = [
        "update pgreconcile.shape set number = 4",
        "update pgreconcile.shape set number = 4; create table pgreconcile.release (id int); \
         alter table pgreconcile.run add column release int; drop table pgreconcile.holder",
    ];
    for change in later {
        let db = support::server().database();
        Run::new(&db).file(FILE).arg("apply").run().success();
        Run::new(&db).file(FILE).arg("apply").run().success();
        db.execute(change);
        let before = db.dump();
        for arguments in READING.iter().chain(&[&["apply"][..], &["apply", "--force"]]) {
            Run::new(&db)
                .file("[tables.u.columns]\nid = \"int\"\n")
                .args(*arguments)
                .run()
                .code(1)
                .stderr_contains("has version 4, and this pgreconcile knows 3 at most; nothing was executed")
                .stderr_contains("--stateless");
        }
        assert_eq!(db.dump(), before, "{change}");
        Run::new(&db).file(FILE).args(["check", "--stateless"]).run().success();
    }
}

/// What a program that knows no later version than the second looks at.
#[test]
fn a_program_that_knows_the_second_version_is_told_by_its_table() {
    let db = support::server().database();
    db.execute(VERSION_2);
    Run::new(&db).file(FILE).arg("apply").run().success();
    let made = db.column(
        "select attname::text from pg_attribute where attrelid = 'pgreconcile.version'::regclass \
                          and attnum > 0 and not attisdropped",
    );
    assert_eq!(made, ["number"]);
    assert_eq!(db.scalar("select number from pgreconcile.version"), "3");
    assert_eq!(
        db.scalar("select relrowsecurity from pg_class where oid = 'pgreconcile.version'::regclass"),
        "f"
    );
    // It is theirs alone, so what others write there is nothing to us.
    for number in ["update pgreconcile.version set number = 99", "delete from pgreconcile.version"] {
        db.execute(number);
        for arguments in [&["apply"][..], &["apply", "--force"], &["check"], &["history"]] {
            Run::new(&db).file(FILE).args(arguments).run().success();
        }
    }
}

/// A role that may do with every table what nobody has granted it; from PostgreSQL 14 on there is such.
fn almighty(db: &Database) -> (String, Client) {
    let walter = unique("walter");
    db.execute(&format!(
        "create role {walter} login password 'w' in role pg_write_all_data, pg_read_all_data"
    ));
    let client = Client::connect(&db.url_as(&walter, "w"), NoTls).expect("walter connects");
    (walter, client)
}

const FORGED: &str = "[tables.t.columns]\nid = \"int\"\n\n[[custom]]\nname = \"x\"\nprobe = \"select false\"\n\
                      create = \"create table evil ()\"\n";

/// What members of `pg_write_all_data` try to write, and the number of the table's rows after it.
fn forgeries() -> Vec<String> {
    let hash = "encode(sha256(convert_to($f$%s$f$, 'UTF8')), 'hex')".replace("%s", FORGED);
    vec![
        format!("insert into pgreconcile.file values ({hash}, $f${FORGED}$f$)"),
        format!(
            "insert into pgreconcile.run (command, file_hash, outcome, tool_version, ended_at) \
                 values ('apply', {hash}, 'done', '0', now())"
        ),
        format!("update pgreconcile.run set file_hash = {hash}"),
        format!("update pgreconcile.file set content = $f${FORGED}$f$"),
        "insert into pgreconcile.memo values ('a', 'b', 'c', 'd')".to_string(),
        "insert into pgreconcile.seen values ('a', 'b', 'c')".to_string(),
        "insert into pgreconcile.secret values ('a', 'b')".to_string(),
        "insert into pgreconcile.holder values (1, now(), 'a')".to_string(),
        "update pgreconcile.shape set number = 99, salt = 1".to_string(),
        "insert into pgreconcile.shape values (99, 1)".to_string(),
        "insert into pgreconcile.quarantine (relation, reason, row_data) values ('a', 'b', '1')".to_string(),
        "insert into pgreconcile.step select 1, 99, 'a', 'b', 'c', 'd', 1, 'e', 'f'".to_string(),
    ]
}

const CONTENTS: &str = "select 'file ' || t::text from pgreconcile.file t union all select 'run ' || t::text from pgreconcile.run t
    union all select 'step ' || t::text from pgreconcile.step t union all select 'memo ' || t::text from pgreconcile.memo t
    union all select 'seen ' || t::text from pgreconcile.seen t union all select 'secret ' || t::text from pgreconcile.secret t
    union all select 'quarantine ' || t::text from pgreconcile.quarantine t
    union all select 'holder ' || t::text from pgreconcile.holder t
    union all select 'shape ' || t::text from pgreconcile.shape t order by 1";

/// Rights on all data of the database are none on what the tool believes.
#[test]
fn members_of_predefined_roles_neither_write_nor_read_it() {
    let more = "[tables.t.columns]\nid = \"int\"\nmore = \"text\"\n";
    for server in support::servers().iter().filter(|server| server.major() >= 14) {
        let db = server.database();
        Run::new(&db).file(FILE).arg("apply").run().success();
        Run::new(&db).file(more).arg("apply").run().success();
        Run::new(&db).file(more).arg("apply").run().success();
        db.execute("insert into pgreconcile.quarantine (relation, reason, row_data) values ('public.t', 'why', '{}')");
        let (walter, mut client) = almighty(&db);
        let before = db.column(CONTENTS);
        assert!(before.len() > 5, "{before:?}");
        for forgery in forgeries() {
            let _ = client.batch_execute(&forgery);
            assert_eq!(db.column(CONTENTS), before, "PostgreSQL {}: {forgery}", server.major());
        }
        for table in ["file", "run", "step", "memo", "seen", "secret", "quarantine", "holder", "shape"] {
            let _ = client.batch_execute(&format!("delete from pgreconcile.{table}"));
            let seen = client.query(&format!("select t::text from pgreconcile.{table} t"), &[]);
            assert!(seen.is_ok_and(|rows| rows.is_empty()), "PostgreSQL {}: {table}", server.major());
        }
        assert_eq!(db.column(CONTENTS), before, "PostgreSQL {}", server.major());
        Run::new(&db).file(more).args(["rollback", "--to", "1", "--allow", "all"]).run().success();
        assert_eq!(db.scalar("select to_regclass('evil') is null"), "t");
        drop(client);
        db.execute(&format!("drop role {walter}"));
    }
}

/// No policy is in the way of who sets a sequence: neither back nor far ahead does that keep runs and rows from being recorded, in
/// their order.
#[test]
fn sequences_that_others_have_set_are_set_again() {
    let column = |name: &str| format!("[tables.t.columns]\nid = \"int\"\n{name} = \"text\"\n");
    let unique = "[tables.u.columns]\nid = { type = \"int\", primary_key = true }\n\
                  mail = { type = \"text\", unique = true, keep = \"id\" }\n";
    let set = ["1, false", "2, true", "9223372036854775807, true", "9000000000000000000, false"];
    for server in support::servers().iter().filter(|server| server.major() >= 14) {
        let db = server.database();
        for name in ["a", "b", "c"] {
            Run::new(&db).file(&column(name)).args(["apply", "--allow", "all"]).run().success();
        }
        let (walter, mut client) = almighty(&db);
        for (number, to) in set.into_iter().enumerate() {
            for sequence in ["run_id_seq", "quarantine_id_seq"] {
                let set = format!("select setval('pgreconcile.{sequence}', {to})");
                client.batch_execute(&set).expect("walter may");
            }
            db.execute(
                "drop table if exists u; create table u (id int primary key, mail text); \
                        insert into u values (1, 'a'), (2, 'a')",
            );
            let file = format!("{}{unique}", column(&format!("n{number}")));
            let outcome = Run::new(&db).file(&file).args(["apply", "--allow", "all"]).run();
            outcome.success().stderr_lacks("not recorded");
            let runs = db.column("select id from pgreconcile.run order by started_at");
            let expected: Vec<String> = (1..=runs.len()).map(|id| id.to_string()).collect();
            assert_eq!(runs, expected, "PostgreSQL {}: {to}", server.major());
            let kept =
                db.column("select rank() over (order by at) - id from pgreconcile.quarantine order by id");
            assert!(
                kept.len() == number + 1 && kept.iter().all(|off| ["0", "-1"].contains(&off.as_str())),
                "{to}: {kept:?}"
            );
        }
        drop(client);
        db.execute(&format!("drop role {walter}"));
    }
}

/// What was recorded before it was closed to them may be theirs.
#[test]
fn who_could_write_into_an_older_one_is_named() {
    for server in support::servers().iter().filter(|server| server.major() >= 14) {
        let db = server.database();
        db.execute(VERSION_2);
        let (walter, client) = almighty(&db);
        drop(client);
        let apply = || Run::new(&db).file(FILE).arg("apply").run().success();
        apply()
            .stderr_contains("members of `pg_write_all_data` could write")
            .stderr_contains(&format!("`{walter}`"))
            .stderr_contains("history");
        apply().stderr_lacks(&walter);
        db.execute(&format!("drop role {walter}"));
    }
}

/// That a role sees no run is not said to mean that there is none.
#[test]
fn a_role_that_may_not_read_it_is_told_so() {
    for server in support::servers() {
        let db = server.database();
        let reader = unique("reader");
        let predefined = if server.major() >= 14 { "in role pg_read_all_data" } else { "" };
        db.execute(&format!("create role {reader} login password 'r' {predefined}"));
        Run::new(&db).file(FILE).arg("apply").run().success();
        Run::new(&db).file(FILE).arg("apply").run().success();
        let url = db.url_as(&reader, "r");
        let file = format!("[reconcile]\nowners = [\"postgres\"]\n{FILE}");
        let run = |arguments: &[&str]| Run::new(&db).file(&file).args(arguments).args(["--url", &url]).run();
        for arguments in [&["history"][..], &["history", "1"], &["rollback"]] {
            run(arguments)
                .code(1)
                .stderr_contains("cannot read the tool's own schema `pgreconcile`")
                .stderr_contains("belongs to role `postgres`, whose rights this role does not have");
        }
        run(&["status"]).success().stdout_contains("last run   cannot be read: ");
        let status = run(&["status", "--format", "json"]).success();
        assert!(status.json()["no_last_run"].as_str().is_some_and(|why| why.starts_with("cannot be read: ")));
        run(&["check"]).success();
        run(&["plan"]).success();
        db.execute(&format!("drop role {reader}"));
    }
}

const OTHERS: &str = "select coalesce(string_agg(what, ', '), '') from (
    select 'schema' as what, nspowner as owner, nspacl as acl from pg_namespace where nspname = 'pgreconcile'
    union all select relname::text, relowner, relacl from pg_class where relnamespace = 'pgreconcile'::regnamespace
    union all select proname::text, proowner, coalesce(proacl, acldefault('f', proowner)) from pg_proc
        where pronamespace = 'pgreconcile'::regnamespace) o, lateral aclexplode(acl) x where x.grantee <> o.owner";

/// Whatever default privileges give away, whoever runs: nobody else gets at the schema, and no role has to be kept for it.
#[test]
fn default_privileges_do_not_open_it() {
    for server in support::servers() {
        for superuser in [true, false] {
            let db = server.database();
            let [deploy, reader] = [unique("deploy"), unique("reader")];
            let rights = if superuser { "superuser" } else { "" };
            db.execute(&format!(
                "create role {deploy} login password 'd' {rights}; create role {reader};
                 grant create on schema public to {deploy}; alter database \"{}\" owner to {deploy};
                 set role {deploy};
                 alter default privileges grant all on tables to {reader}, public;
                 alter default privileges grant all on sequences to {reader};
                 alter default privileges grant all on functions to {reader} with grant option;
                 alter default privileges grant all on schemas to {reader}",
                db.name()
            ));
            let run = || Run::new(&db).file(FILE).args(["apply", "--url", &db.url_as(&deploy, "d")]).run();
            run().success().stderr_lacks("not recorded");
            assert_eq!(db.scalar(OTHERS), "", "PostgreSQL {}", server.major());
            run().success();
            // What is opened later is closed by the next run that looks, and what was read is of no use.
            let salt = db.scalar("select salt from pgreconcile.shape");
            db.execute(&format!(
                "grant usage on schema pgreconcile to {reader}; grant select on all tables in schema pgreconcile to {reader}"
            ));
            Run::new(&db).file(FILE).args(["check", "--url", &db.url_as(&deploy, "d")]).run().success();
            run().success();
            assert_eq!(db.scalar(OTHERS), "", "PostgreSQL {}", server.major());
            assert_ne!(db.scalar("select salt from pgreconcile.shape"), salt);
            db.execute(&format!(
                "set role {deploy};
                 alter default privileges revoke all on tables from {reader}, public;
                 alter default privileges revoke all on sequences from {reader};
                 alter default privileges revoke all on functions from {reader};
                 alter default privileges revoke all on schemas from {reader};
                 reset role; revoke all on t from {reader}, public; drop role {reader}"
            ));
            db.execute(&format!("drop owned by {deploy} cascade; reassign owned by {deploy} to postgres"));
            db.execute(&format!("drop role {deploy}"));
        }
    }
}

/// Rows of a published table that has no key are not changed unless it says how they are told apart.
#[test]
fn a_publication_of_all_tables_does_not_keep_runs_from_being_recorded() {
    for server in support::servers() {
        let db = server.database();
        db.execute("create publication everything for all tables");
        let file = format!("{FILE}\n[publications]\neverything = {{ all_tables = true }}\n");
        let apply = || Run::new(&db).file(&file).args(["apply", "--force"]).run().success();
        apply().stderr_lacks("not recorded");
        apply().stderr_lacks("not recorded");
        assert_eq!(db.scalar("select count(*) from pgreconcile.run"), "2");
        // What is opened is closed, which makes another salt.
        db.execute("grant usage on schema pgreconcile to public");
        apply().stderr_lacks("not recorded");
        assert_eq!(db.scalar("select count(*) from pgreconcile.run"), "3");
    }
}

/// An empty schema that an administrator made for the tool's role is filled.
#[test]
fn an_empty_schema_of_ours_is_filled() {
    let db = support::server().database();
    let deploy = unique("deploy");
    db.execute(&format!(
        "create role {deploy} login password 'd'; grant create on schema public to {deploy};
         create schema pgreconcile authorization {deploy}"
    ));
    let run = || Run::new(&db).file(FILE).args(["apply", "--url", &db.url_as(&deploy, "d")]).run().success();
    run().stderr_lacks("not recorded");
    run().stderr_lacks("not recorded");
    assert_eq!(db.scalar("select count(*) from pgreconcile.run"), "2");
    db.execute(&format!("drop owned by {deploy} cascade; drop role {deploy}"));
}

#[test]
fn a_warning_carries_its_cause() {
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create schema tools; create function tools.notes() returns event_trigger language plpgsql as
             $$ begin perform no_such_function(); end $$;
             create event trigger notes on ddl_command_end when tag in ('CREATE SCHEMA') execute function tools.notes()",
        );
        Run::new(&db)
            .file(FILE)
            .arg("apply")
            .run()
            .success()
            .stderr_contains("cannot create the tool's own schema `pgreconcile`")
            .stderr_contains("function no_such_function() does not exist")
            .stderr_contains("tools.notes()")
            .stderr_contains("the run is not recorded");
    }
}

/// What is recorded of a password tells whether it is still the same, and is nothing to log in with.
#[test]
fn what_is_recorded_of_passwords_is_no_verifier() {
    for server in support::servers() {
        let db = server.database();
        let [deploy, app] = [unique("deploy"), unique("app")];
        db.execute(&format!(
            "create role {deploy} login createrole password 'd'; grant create on schema public to {deploy};
             alter database \"{}\" owner to {deploy}",
            db.name()
        ));
        let file = format!("[roles.{app}]\nlogin = true\npassword_env = \"APP_PASSWORD\"\n{FILE}");
        let with = |password: &str, arguments: &[&str]| {
            let run = Run::new(&db).file(&file).env("APP_PASSWORD", password).arg("apply").args(arguments);
            run.args(["--url", &db.url_as(&deploy, "d")]).run().success()
        };
        let run = |password: &str| with(password, &[]);
        run("one");
        run("one").stdout_contains("in sync");
        run("one").stdout_contains("in sync");
        let secrets = db.column("select verifier from pgreconcile.secret");
        let stored = db.scalar(&format!("select rolpassword from pg_authid where rolname = '{app}'"));
        let keys = stored.rsplit('$').next().expect("a verifier").split(':');
        assert!(secrets.len() == 1 && secrets[0].starts_with("pgreconcile$"), "{secrets:?}");
        for key in keys {
            let dump = db.column(
                "select t::text from pgreconcile.secret t union all select t::text from pgreconcile.seen t
                 union all select t::text from pgreconcile.step t",
            );
            assert!(dump.iter().all(|row| !row.contains(key)), "{dump:?}");
        }
        run("two").stdout_contains("1 changed");
        run("two").stdout_contains("in sync");
        // The same password again: another salt.
        let seal = "select secrets from pgreconcile.seen";
        let first = db.scalar(seal);
        with("two", &["--force"]);
        assert_ne!(db.scalar(seal), first);
        db.execute(&format!("drop role {app}; drop owned by {deploy} cascade"));
        db.execute(&format!("reassign owned by {deploy} to postgres; drop role {deploy}"));
    }
}

#[test]
fn a_record_that_was_changed_is_not_gone_back_to() {
    let db = support::server().database();
    let more = "[tables.t.columns]\nid = \"int\"\nmore = \"text\"\n";
    Run::new(&db).file(FILE).arg("apply").run().success();
    Run::new(&db).file(more).arg("apply").run().success();
    let intact = Run::new(&db).file(more).args(["history", "1", "--format", "json"]).run().success();
    assert_eq!(intact.json()["file_is_intact"], true);
    db.execute("update pgreconcile.file set content = content || '[tables.evil.columns]\nid = \"int\"\n'");
    Run::new(&db)
        .file(more)
        .args(["rollback", "--allow", "all"])
        .run()
        .code(1)
        .stderr_contains("the file of run 1 was changed after it was recorded; nothing was executed");
    Run::new(&db)
        .file(more)
        .args(["history", "1"])
        .run()
        .success()
        .stdout_contains("its hash is not the one");
    assert_eq!(db.scalar("select to_regclass('evil') is null"), "t");
}

#[test]
fn a_record_gets_no_variable_that_the_current_file_does_not_name() {
    let db = support::server().database();
    let app = unique("app");
    let with = format!("[roles.{app}]\npassword_env = \"STRANGE_VARIABLE\"\n{FILE}");
    let run = |file: &str, arguments: &[&str]| {
        Run::new(&db).file(file).env("STRANGE_VARIABLE", "s3cret").args(arguments).run()
    };
    run(&with, &["apply"]).success();
    run(FILE, &["apply"]).success();
    run(FILE, &["rollback", "--to", "1"])
        .code(1)
        .stderr_contains(
            "asks for the environment variable `STRANGE_VARIABLE`, which the current file does not name",
        )
        .stderr_contains("nothing was executed")
        .stderr_lacks("s3cret");
    run(&with.replace("\"int\"", "\"bigint\""), &["rollback", "--to", "1", "--allow", "all"]).success();
    db.execute(&format!("drop role {app}"));
}
