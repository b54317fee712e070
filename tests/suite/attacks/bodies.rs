//! Hostile bodies: functions of Mallory's that were harmless when somebody trusted called them in a default, a check, an
//! index; and are not any more.

use super::{
    is_wanted,
    mallory::{self, Failures, Site, Tool, two_at_a_time},
};
use pgreconcile::{Reconciler, kind, kinds};

use crate::support::{self, Cluster};

/// Where her function `m.f()`, which gave 5, is called from. `t` has columns `id`, `amount` and `name`, and two rows.
struct Place {
    name: &'static str,
    from: u32,
    /// Whether the file speaks of what calls it; else it is drift.
    is_declared: bool,
    /// By the tool's role, in the schema `shop`, while `m.f()` is harmless.
    setup: &'static str,
    /// What it would be in the file if it said 5 instead.
    file: &'static str,
}

const fn place(name: &'static str, setup: &'static str, file: &'static str) -> Place {
    Place { name, from: 13, is_declared: true, setup, file }
}

const PLACES: &[Place] = &[
    place("default", "alter table t alter amount set default m.f()", "columns.amount = { type = \"int\", default = \"5\" }"),
    place(
        "default of a schema of hers in the path",
        "alter table t alter amount set default (select_five())",
        "columns.amount = { type = \"int\", default = \"5\" }",
    ),
    place(
        "generated column",
        "alter table t add g int generated always as (amount + m.f()) stored",
        "columns.g = { type = \"int\", generated = \"amount + 5\" }",
    ),
    place("check", "alter table t add constraint c check (amount > m.f())", "checks.c = \"amount > 5\""),
    place(
        "check that is not valid",
        "alter table t add constraint c check (amount > m.f()) not valid",
        "checks.c = \"amount > 5\"",
    ),
    place("index expression", "create index i on t ((amount + m.f()))", "indexes.i = [\"(amount + 5)\"]"),
    place(
        "index predicate",
        "create index i on t (amount) where amount > m.f()",
        "indexes.i = { on = [\"amount\"], where = \"amount > 5\" }",
    ),
    place(
        "exclusion",
        "alter table t add constraint x exclude using btree ((amount + m.f()) with =)",
        "exclude.x = { on = [\"(amount + 5) with =\"], method = \"btree\" }",
    ),
    place(
        "policy",
        "alter table t enable row level security; alter table t force row level security;
         create policy p on t using (amount > m.f()) with check (amount > m.f())",
        "policies.p = { using = \"amount > 5\", with_check = \"amount > 5\" }",
    ),
    place(
        "trigger condition",
        "create function tg() returns trigger language plpgsql as 'begin return new; end';
         create trigger g before insert or update on t for each row when (new.amount > m.f()) execute function tg()",
        "triggers.g = { when = \"before\", events = [\"insert\", \"update\"], for_each = \"row\", condition = \"new.amount > 5\", \
         call = \"tg()\" }",
    ),
    place(
        "trigger function",
        "create trigger g before insert or update on t for each row execute function m.tg()",
        "",
    ),
    place(
        "rule",
        "create rule r as on insert to t where new.amount < m.f() do also nothing",
        "rules.r = { event = \"insert\", condition = \"new.amount < 5\" }",
    ),
    Place {
        from: 14,
        ..place(
            "statistics",
            "create statistics s on (amount + m.f()), id from t",
            "statistics.s = [\"(amount + 5)\", \"id\"]",
        )
    },
    place("operator in a check", "alter table t add constraint c check (amount operator(m.=#=) 0)", "checks.c = \"true\""),
    place("operator in a default", "alter table t alter name set default (1 operator(m.=#=) 2)::text", ""),
    place("cast in a default", "alter table t alter name set default (row(1)::m.pair)::text", ""),
    place(
        "cast in a check",
        "alter table t add constraint c check ((row(amount)::m.pair)::int > 5)",
        "checks.c = \"amount > 5\"",
    ),
    place("literal of her domain", "alter table t alter name set default ('5'::m.five)::text", ""),
    place(
        "literal of her domain in an index",
        "create index i on t (amount) where amount > '5'::m.five",
        "indexes.i = { on = [\"amount\"], where = \"amount > 5\" }",
    ),
    place("column of her domain", "alter table t add d m.five default 5", ""),
];

/// Where it is not a table that calls it.
const ELSEWHERE: &[Place] = &[
    place("view", "create view v as select amount + m.f() as a from t", "views.v = \"select amount + 5 as a from t\""),
    place(
        "view over a literal of her domain",
        "create view v as select amount, '5'::m.five as five from t",
        "views.v = \"select amount, 5 as five from t\"",
    ),
    place(
        "materialized view",
        "create materialized view v as select amount + m.f() as a from t",
        "materialized_views.v = \"select amount + 5 as a from t\"",
    ),
    place(
        "domain",
        "create domain d as int default m.f() check (value > m.f())",
        "domains.d = { type = \"int\", default = \"5\", checks = { d_check = \"value > 5\" } }",
    ),
    place(
        "domain in use",
        "create domain d as int check (value > m.f()); alter table t add d d default 7",
        "domains.d = { type = \"int\", checks = { d_check = \"value > 5\" } }\n\
         tables.t.columns.d = { type = \"d\", default = \"8\" }",
    ),
    place(
        "argument of a function",
        "create function g(a int default m.f()) returns int language sql as 'select a'",
        "functions.\"g(int)\" = { arguments = \"a int default 5\", returns = \"int\", body = \"select a\" }",
    ),
    Place { is_declared: false, ..place(
        "body of a function in a default",
        "create function g() returns int immutable language sql as 'select m.f()';
         alter table t alter amount set default g()",
        "functions.\"g()\" = { returns = \"int\", volatility = \"immutable\", body = \"select m.f()\" }\n\
         tables.t.columns.amount = { type = \"int\", default = \"5\" }",
    ) },
    place(
        "aggregate",
        "create aggregate a(int) (sfunc = m.step, stype = int, initcond = '5')",
        "aggregates.\"a(int)\" = { sfunc = \"m.step\", stype = \"int\", initcond = \"6\" }",
    ),
    place(
        "cast",
        "create type mood as enum ('m'); create cast (mood as int) with function m.of_mood(anyenum)",
        "enums.mood = [\"m\"]\ncasts.\"mood as int\" = { function = \"m.of_mood(anyenum)\", context = \"implicit\" }",
    ),
    place(
        "operator",
        "create operator === (leftarg = int, rightarg = int, function = m.op)",
        "functions.\"same(int, int)\" = { arguments = \"a int, b int\", returns = \"int\", body = \"select 1\" }\n\
         operators.\"===(int, int)\" = \"same\"",
    ),
    place(
        "partition key",
        "create table p (n int, k int) partition by range ((n + m.f())); create table p1 partition of p for values from (0) to (10)",
        "tables.p = { partition_by = \"range ((n + 5))\", columns = { n = \"int\", k = \"int\" }, \
         partitions = { p1 = \"for values from (0) to (10)\", p2 = \"for values from (10) to (20)\" }, rows = { key = [\"n\"], \
         values = [{ n = 1 }] } }",
    ),
    Place { is_declared: false, ..place(
        "partition of which the check is hers",
        "create table p (n int, k int) partition by range (n); create table p1 partition of p for values from (0) to (10);
         alter table p1 add check (k > m.f())",
        "tables.p = { partition_by = \"range (n)\", columns = { n = \"int\", k = \"bigint\" }, \
         partitions = { p1 = \"for values from (0) to (10)\" }, rows = { key = [\"n\"], values = [{ n = 1, k = 9 }] } }",
    ) },
    Place { is_declared: false, ..place(
        "foreign key to a table that she watches",
        "create table other (id int primary key, t int references t); insert into other values (1, 1);
         create trigger g before delete or update on other for each row execute function m.tg()",
        "tables.other.columns.id = { type = \"bigint\", primary_key = true }\n\
         tables.other.columns.t = { type = \"bigint\", references = \"t\", on_delete = \"cascade\" }\n\
         tables.other.rows = { key = \"id\", mode = \"sync\", values = [{ id = 2, t = 1 }] }",
    ) },
];

/// Files for the table: what it is, what is to go into it, and what rewrites it.
const FILES: &[(&str, &str)] = &[
    ("as it is", ""),
    (
        "with rows",
        "rows = { key = [\"id\"], mode = \"upsert\", values = [{ id = 1, amount = 70, name = \"a\" }, { id = 7, amount = 77, name = \"z\" }] }\n\
         columns.more = { type = \"int\", not_null = true, backfill = \"id\" }\n",
    ),
    (
        "rewritten",
        "columns.id = { type = \"bigint\", primary_key = true }\nchecks.positive = \"id > 0\"\n\
         columns.name = { type = \"varchar(20)\", not_null = true, unique = true, keep = \"id\" }\n",
    ),
];

const COLUMNS: &str = "columns.id = { type = \"int\", primary_key = true }\ncolumns.amount = \"int\"\ncolumns.name = \"text\"\n";

const FUNCTIONS: &str = "functions.\"select_five()\" = { returns = \"int\", volatility = \"immutable\", body = \"select m.f()\" }\n\
    functions.\"tg()\" = { returns = \"trigger\", language = \"plpgsql\", body = \"begin return new; end\" }\n";

const REST: &str = "[reconcile]\ndefault_schema = \"shop\"\n\n[[custom]]\nname = \"something\"\n\
    probe = \"select exists (select from t where amount > 0)\"\ncreate = \"select 1\"\n";

/// Her things, as long as they are harmless.
const HARMLESS: &str = "
    create function m.f() returns int immutable language plpgsql as 'begin return 5; end';
    create function m.op(int, int) returns boolean immutable language plpgsql as 'begin return true; end';
    create operator m.=#= (leftarg = int, rightarg = int, function = m.op);
    create type m.pair as (x int);
    create function m.of_pair(m.pair) returns int immutable language plpgsql as 'begin return 50; end';
    create cast (m.pair as int) with function m.of_pair(m.pair);
    create function m.of_pair_text(m.pair) returns text immutable language plpgsql as $$begin return 'x'; end$$;
    create cast (m.pair as text) with function m.of_pair_text(m.pair);
    create domain m.five as int;
    create function m.step(int, int) returns int immutable language plpgsql as 'begin return 5; end';
    create function m.of_mood(anyenum) returns int immutable language plpgsql as 'begin return 5; end';
    create function m.tg() returns trigger language plpgsql as 'begin return coalesce(new, old); end';";

/// The same things, as they are when the tool comes.
fn turn(site: &Site<'_>) {
    let functions = [
        ("f()", "int", "return 5;"),
        ("op(int, int)", "boolean", "return true;"),
        ("of_pair(m.pair)", "int", "return 50;"),
        ("of_pair_text(m.pair)", "text", "return 'x';"),
        ("step(int, int)", "int", "return 5;"),
        ("of_mood(anyenum)", "int", "return 5;"),
        ("tg()", "trigger", "return coalesce(new, old);"),
    ];
    let all: String =
        functions.iter().map(|(signature, returns, rest)| site.payload(signature, returns, rest)).collect();
    let domain = "alter domain m.five add constraint hers check (m.f() is not null) not valid;";
    site.as_mallory(&format!("{all} {domain}"));
}

/// What the tool says of a file that says 5 where the database calls her function.
fn look(site: &Site<'_>, what: &str, failures: &Failures, file: &str, arguments: &[&str]) -> bool {
    let outcome = site.run(file, arguments);
    let command = arguments.join(" ");
    if outcome.code == Some(5) {
        let error: Vec<&str> = outcome.stderr.lines().take(4).collect();
        failures.add(what, format!("the file of the test is not valid: {}", error.join(" | ")));
    }
    failures.extend(what, site.told_by_the_log().into_iter().map(|told| format!("{command}: {told}")));
    outcome.code == Some(0) && outcome.stdout.contains("in sync")
}

const COMMANDS: &[&[&str]] = &[
    &["inspect", "--stateless"],
    &["check"],
    &["plan", "--allow", "all"],
    &["status"],
    &["history"],
    &["apply"],
    &["apply", "--force", "--allow", "all"],
    &["check", "--force"],
];

fn attack(
    cluster: &Cluster,
    tool: Tool,
    place: &Place,
    on_table: bool,
    by: &str,
    what: &str,
    failures: &Failures,
) {
    let (manner, extra) = FILES.iter().find(|(name, _)| *name == by).expect("a file");
    let db = cluster.database();
    let role = tool.role(&db);
    let site = Site::new(&db, &role);
    site.as_mallory(HARMLESS);
    let select_five = "create function select_five() returns int immutable language sql as 'select m.f()';";
    site.as_tool(&format!(
        "set search_path = shop; {select_five}
         create table t (id int primary key, amount int, name text); insert into t values (1, 60, 'a'), (2, 70, 'b'); {}",
        place.setup
    ));
    let file = file_of(place, on_table, extra);
    let differs = place.is_declared && !place.file.is_empty() && !place.file.contains("m.");
    // What is remembered while it is harmless must not hold later.
    if *manner == "as it is" {
        site.run(&file, &["check"]);
        site.run(&file, &["apply"]);
    }
    turn(&site);
    for arguments in COMMANDS {
        let is_applied = arguments.contains(&"all") && arguments[0] == "apply";
        let in_sync = look(&site, what, failures, &file, arguments);
        let calls = calls(&site);
        if differs
            && in_sync
            && !is_applied
            && calls
            && arguments[0] != "history"
            && arguments[0] != "inspect"
        {
            failures.add(
                what,
                format!("{}: it says in sync, and the database calls her function", arguments.join(" ")),
            );
        }
    }
    failures.extend(what, site.gained());
}

/// The file for one place: what is said of a column later takes the place of what was said before.
fn file_of(place: &Place, on_table: bool, extra: &str) -> String {
    let of_table = COLUMNS.lines().chain(extra.lines()).map(|line| format!("tables.t.{line}"));
    let prefix = if on_table { "tables.t." } else { "" };
    let more = place.file.lines().map(|line| format!("{prefix}{line}"));
    let mut lines: Vec<String> = Vec::new();
    let key = |line: &str| line.split(" = ").next().unwrap_or_default().to_owned();
    for line in FUNCTIONS.lines().map(str::to_owned).chain(of_table).chain(more) {
        lines.retain(|there| key(there) != key(&line));
        lines.push(line);
    }
    format!("{}\n{REST}", lines.join("\n"))
}

/// Whether something of the tool's still depends on what is hers.
fn calls(site: &Site<'_>) -> bool {
    let of_hers = "select oid from pg_proc where pronamespace = 'm'::regnamespace union all \
                   select oid from pg_operator where oprnamespace = 'm'::regnamespace union all \
                   select oid from pg_type where typnamespace = 'm'::regnamespace union all \
                   select oid from pg_constraint where connamespace = 'm'::regnamespace";
    let query = format!(
        "select exists (select from pg_depend d where d.deptype = 'n' and d.refobjid in ({of_hers}) and d.objid not in ({of_hers}) \
         and not (d.classid = 'pg_cast'::regclass))"
    );
    site.db.scalar(&query) == "t"
}

fn run(tool: Tool) {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let all =
            PLACES.iter().map(|place| (place, true)).chain(ELSEWHERE.iter().map(|place| (place, false)));
        let mut attacks = Vec::new();
        for (number, (place, on_table)) in all.filter(|(place, _)| place.from <= server.major()).enumerate() {
            for (turn, (manner, _)) in FILES.iter().enumerate() {
                let what =
                    format!("PostgreSQL {}, {tool:?}, {} of hers, {manner}", server.major(), place.name);
                let has_turn = (number + turn + server.major() as usize).is_multiple_of(3);
                if (super::is_thorough() || has_turn) && is_wanted(&what) {
                    attacks.push((place, on_table, *manner, what));
                }
            }
        }
        two_at_a_time(&attacks, |(place, on_table, manner, what)| {
            failures.guard(what, || attack(&cluster, tool, place, *on_table, manner, what, &failures));
        });
    }
    failures.tell();
}

#[test]
fn a_body_of_others_is_not_run_by_a_superuser() {
    run(Tool::Superuser);
}

#[test]
fn a_body_of_others_is_not_run_by_the_owner() {
    run(Tool::Owner);
}

#[test]
fn a_body_of_others_is_not_run_in_a_managed_cloud() {
    run(Tool::Cloud);
}

/// A kind that takes SQL has a body of hers in it somewhere: here, or behind what is hidden.
#[test]
fn every_kind_that_takes_sql_is_attacked() {
    let here = PLACES.iter().map(|place| format!("tables.t.{}", place.file));
    let files: Vec<String> = here
        .chain(ELSEWHERE.iter().map(|place| place.file.to_owned()))
        .chain(super::hidden::files().map(str::to_owned))
        .collect();
    let mut missing = Vec::new();
    for kind in kinds::registry().iter() {
        let (doc, mut takes_sql) = (kind.doc(), false);
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("schema.toml");
        std::fs::write(&path, doc.example).expect("it can be written");
        let reconciler =
            Reconciler::from_path(&path, &|_| Some("secret".to_owned())).expect("an example is valid");
        let mut model = reconciler.desired().model.clone();
        for entry in model.iter_mut().filter(|entry| entry.address.kind == doc.name && !entry.absent) {
            let at = entry.address.clone();
            kind.fragments(&at, &mut *entry.body, &mut |_, _, _| takes_sql = true);
        }
        let key = match doc.place {
            kind::Place::InSchema(key) | kind::Place::Top(key) | kind::Place::TopList(key) => key,
            kind::Place::Children { key, .. } | kind::Place::Single { key, .. } => key,
            kind::Place::Namespace(_) | kind::Place::OnAny(_) => continue,
        };
        let said = [
            format!("{key}."),
            format!("[{key}]"),
            format!(".{key} "),
            format!(".{key}]"),
            format!("{key} = "),
        ];
        if takes_sql && !files.iter().any(|file| said.iter().any(|words| file.contains(words))) {
            missing.push(doc.name);
        }
    }
    assert!(missing.is_empty(), "nobody attacks through {missing:?}");
}
