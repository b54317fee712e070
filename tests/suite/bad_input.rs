//! What a person gets wrong: one clear message with its place, all of a file in one go, and nothing has changed.

use crate::support::{self, Database, Outcome, Run, portal::Portal};

/// What the database holds before each attempt.
const BEFORE: &str = "create type mood as enum ('sad', 'ok', 'happy'); \
                      create table events (id bigint, name text, n int, legacy text); \
                      insert into events values (1, 'a', 1), (2, 'a', null); \
                      create domain small as int; create table counted (v small); insert into counted values (7); \
                      create type mood_span as range (subtype = mood); create type level as enum ('low', 'high'); \
                      create table levels (l level); insert into levels values ('high'); \
                      create type pair as (a int, b int); create type span as range (subtype = int4); \
                      create collation word (locale = 'C'); \
                      create table pairs (p pair, s span, w text collate word)";

/// One mistake, found in the file alone.
const IN_THE_FILE: &[(&str, &[&str])] = &[
    (
        "[tables.r.columns]\nx = \"int\"\ny = \"int\"\n[tables.r.rows]\nkey = [\"x\"]\nmode = \"upsert\"\nvalues = [\n\
         { x = 1, y = 1 },\n{ x = 2, y = 1 },\n{ y = 2, x = 1 },\n{ x = { sql = \"1\" } } ]\n",
        &[
            "error: a row with the key `x = 1` is there already",
            " --> schema.toml:10:1",
            "hint: take one of the two out; the first is at schema.toml:8:1",
        ],
    ),
    (
        "[tables.events.columns]\nid = { type = \"bigint\", primay_key = true }\n",
        &[
            "error: unknown key `primay_key` in column `id`",
            " --> schema.toml:2:25",
            "2 | id = { type = \"bigint\", primay_key = true }",
            "  |                         ^^^^^^^^^^",
            "hint: did you mean `primary_key`?",
        ],
    ),
    (
        "[servers]\narchive = \"elsewhere\"\n[tables.past]\nserver = \"archive\"\n\
         [tables.past.columns]\nid = { type = \"bigint\", primary_key = true }\n",
        &["error: a foreign table has no `primary_key`", "schema.toml:6:25"],
    ),
    (
        "[tables.events.columns]\nid = { type = \"bigint\", foreign_options = { name = \"i\" } }\n",
        &["error: only a column of a foreign table has `foreign_options`", "schema.toml:2:25"],
    ),
    (
        "[tables.events.columns]\nid = \"bigint\"\n[roles.reader]\n[[grants]]\nto = \"reader\"\non = \"events\"\n\
         privileges = [\"select\"]\nwith_grant_option = [\"selekt\"]\n",
        &["`selekt` is no privilege on a table", "schema.toml:8:22", "did you mean `select`?"],
    ),
    (
        "[tables.events.columns]\nid = { type = \"bigint\", generated = \"1\", using = \"2\" }\n",
        &["a generated column has no `using`", "schema.toml:2:1"],
    ),
    (
        "[tables.events.columns]\nid = { type = \"bigint\", not_null = { nmae = \"id_there\" } }\n",
        &["unknown key `nmae` of a NOT NULL", "schema.toml:2:38", "did you mean `name`?"],
    ),
    ("[tabels.events]\n", &["unknown key `tabels`", "schema.toml:1:2", "did you mean `tables`?"]),
    ("[tables.events]\ncomment = 7\n", &["this wants a string, not an integer", "schema.toml:2:11"]),
    (
        "[tables.events.columns]\nid = { type = \"bigint\", primary_key = \"yes\" }\n",
        &["`primary_key` wants `true` or `false`, not a string", "schema.toml:2:39"],
    ),
    (
        "[tables.events.indexes]\ni = { on = [\"id\"], unique = 1 }\n",
        &["`unique` wants `true` or `false`, not an integer", "schema.toml:2:29"],
    ),
    (
        "[tables.events.columns]\nid = { type = \"bigint\", keep = \"id desc\" }\n",
        &["`keep` goes with `unique` or `primary_key`", "schema.toml:2:25"],
    ),
    ("[reconcile]\nwait = \"soon\"\n", &["`soon` is no duration", "schema.toml:2:8", "hint: write it as"]),
    (
        "[tables.events.columns]\nid = \"bigint\"\nid = \"text\"\n",
        &["error: `id` is given twice", "schema.toml:3:1", "3 | id = \"text\"\n  | ^^"],
    ),
    (
        "[tables.events.columns]\nemail = { type = \"text\", unique = true }\n\
         [tables.events.unique]\nevents_email_key = [\"email\"]\n",
        &["`events_email_key` is already declared in full", "schema.toml:2:26", "take one of the two out"],
    ),
    (
        "[tables.events.columns]\nid = { type = \"bigint\", primary_key = true }\n\
         [tables.people.columns]\nevent = { type = \"bigint\", references = \"evnets\" }\n",
        &["there is no `table public.evnets` in the file", "schema.toml:4:41", "did you mean `events`?"],
    ),
    (
        "[tables.events.columns]\nname = \"text\"\n[tables.events.indexes]\ni = [\"nmae\"]\n",
        &["there is no `column public.events.nmae` in the file", "schema.toml:4:6", "did you mean `name`?"],
    ),
    (
        "[tables.events]\ntouch = \"updatd_at\"\n[tables.events.columns]\nupdated_at = \"timestamptz\"\n",
        &["there is no column `updatd_at`", "schema.toml:2:9", "did you mean `updated_at`?"],
    ),
    (
        "[functions.\"f(int)\"]\narguments = \"a int, b text\"\nreturns = \"int\"\nbody = \"select 1\"\n",
        &["`arguments` has 2 of them, and the name `f(int)` has 1", "schema.toml:2:13"],
    ),
    (
        "[tables.events.columns]\néééééééééééééééééééééééééééééééé = \"text\"\n",
        &["invalid unquoted key", "schema.toml:2:1"],
    ),
    (
        "[tables.events.columns]\n\"éééééééééééééééééééééééééééééééé\" = \"text\"\n",
        &["is 64 bytes long", "schema.toml:2:1", "PostgreSQL cuts names after 63 bytes"],
    ),
    (
        "[sequences]\ns = { type = \"smallint\", maxvalue = 40000 }\n",
        &["40000 is no smallint", "schema.toml:2:37"],
    ),
    ("[sequences]\ns = { start = 0 }\n", &["0 is not between 1 and", "schema.toml:2:15"]),
    ("[sequences]\ns = { increment = 0 }\n", &["a sequence cannot stand still", "schema.toml:2:19"]),
    (
        "[sequences]\ns = { owned_by = \"events.di\" }\n[tables.events.columns]\nid = \"bigint\"\n",
        &["there is no `column public.events.di` in the file", "schema.toml:2:18"],
    ),
    (
        "[tables.events.policies]\np = { command = \"insert\", using = \"true\" }\n",
        &["a policy for `insert` has only `with_check`", "schema.toml:2:35"],
    ),
    (
        "[domains]\nd = { type = \"int\", checks = { c = 1 } }\n",
        &["a check is an expression", "schema.toml:2:36"],
    ),
    ("[tables.events.columns\n", &["unclosed table, expected `]`", "schema.toml:1:23"]),
    ("include = [\"../other.toml\"]\n", &["`../other.toml` leaves the folder", "schema.toml:1:12"]),
    ("include = [\"gone.toml\"]\n", &["cannot read", "gone.toml`: no such file", "schema.toml:1:12"]),
    ("", &["declares nothing", "hint: is it the right file"]),
    ("# nothing but a comment\n", &["declares nothing"]),
];

/// One mistake that only the server can find.
const IN_THE_DATABASE: &[(&str, &[&str])] = &[
    (
        "[enums]\nmood = [\"sad\", \"happy\"]\n",
        &[
            "type public.mood_span is made of `enum public.mood`",
            "schema.toml:2:8",
            "PostgreSQL can neither drop nor move a label",
        ],
    ),
    (
        "[reconcile]\nallow = [\"narrow\"]\n[enums]\nlevel = [\"low\"]\n",
        &[
            "1 row of `table public.levels` holding a label which `enum public.level` is to lose: `high`",
            "schema.toml:4:1",
            "for example: ctid (0,1)",
        ],
    ),
    (
        "[composite_types]\npair = { attributes = { a = \"int\", b = \"bigint\" } }\n",
        &[
            "`public.pairs.p` is of `composite type public.pair`",
            "schema.toml:2:",
            "PostgreSQL cannot retype an attribute",
        ],
    ),
    (
        "[range_types]\nspan = \"int8\"\n",
        &["column `public.pairs.s` is of `range type public.span`", "PostgreSQL cannot alter a range type"],
    ),
    (
        "[collations]\nword = \"POSIX\"\n",
        &[
            "column w of table public.pairs uses `collation public.word`",
            "PostgreSQL cannot alter a collation",
        ],
    ),
    (
        "[domains]\nsmall = \"bigint\"\n",
        &[
            "column `public.counted.v` is of `domain public.small`",
            "schema.toml:2:9",
            "PostgreSQL cannot change the type of a domain",
        ],
    ),
    (
        "[domains]\nsmall = { type = \"int\", checks = { low = \"value < 5\" } }\n",
        &["1 value breaking check `low` of `domain public.small`", "schema.toml:2:1", "for example: 7"],
    ),
    (
        "[domains]\nsmall = { type = \"int\", checks = { low = \"vaule < 5\" } }\n",
        &["column \"vaule\" does not exist", "schema.toml:2:"],
    ),
    (
        "[domains]\nfresh = { type = \"int\", checks = { low = \"lwo(value)\" } }\n",
        &["function lwo(integer) does not exist", "schema.toml:2:"],
    ),
    (
        "[tables.events.policies]\np = { using = \"nmae = 'a'\" }\n",
        &["column \"nmae\" does not exist", "schema.toml:2:16"],
    ),
    (
        "[tables.fresh.columns]\nid = \"biginnt\"\n",
        &[
            "column public.fresh.id: type \"biginnt\" does not exist",
            "schema.toml:2:7",
            "2 | id = \"biginnt\"",
            "^^^^^^^",
        ],
    ),
    ("[tables.events.columns]\nextra = \"txt\"\n", &["type \"txt\" does not exist", "schema.toml:2:10"]),
    (
        "[tables.events.columns]\nn = { type = \"int\", default = \"nextvall('x')\" }\n",
        &["function nextvall(unknown) does not exist", "schema.toml:2:32"],
    ),
    (
        "[tables.events.columns]\nn = { type = \"int\", default = \"1 +\" }\n",
        &["syntax error at or near \")\"", "schema.toml:2:34"],
    ),
    (
        "[tables.events.checks]\nc = \"nmae <> ''\"\n",
        &["column \"nmae\" does not exist", "schema.toml:2:6", "^^^^"],
    ),
    (
        "[tables.events.columns]\ng = { type = \"int\", generated = \"m + 1\" }\n",
        &["column \"m\" does not exist", "schema.toml:2:34"],
    ),
    (
        "[tables.events.columns]\nn = { type = \"int\", not_null = true, backfill = \"oen()\" }\n",
        &["function oen() does not exist", "schema.toml:2:50"],
    ),
    (
        "[tables.events.columns]\nname = \"text\"\n[tables.events.unique]\n\
         u = { columns = [\"name\"], keep = \"updated desc\" }\n",
        &["column \"updated\" does not exist", "schema.toml:4:35"],
    ),
    (
        "[tables.events.columns]\nname = \"text\"\n[tables.events.indexes]\ni = [\"lwoer(name)\"]\n",
        &["function lwoer(text) does not exist", "schema.toml:4:7"],
    ),
    (
        "[tables.events.columns]\nname = \"text\"\n[tables.events.indexes]\ni = { on = [\"name\"], where = \"nam > ''\" }\n",
        &["column \"nam\" does not exist", "schema.toml:4:"],
    ),
    (
        "[[custom]]\nname = \"thing\"\nprobe = \"selct true\"\ncreate = \"create sequence thing\"\n",
        &["custom thing: syntax error at or near \"selct\"", "schema.toml:3:10"],
    ),
    (
        "[[custom]]\nname = \"thing\"\nprobe = \"select false\"\ncreate = \"creat sequence thing\"\n",
        &["custom thing: syntax error at or near \"creat\"", "schema.toml:"],
    ),
];

#[test]
fn a_mistake_in_the_file_is_shown_where_it_stands() {
    let db = support::server().database();
    db.execute(BEFORE);
    let before = state_of(&db);
    for (file, wanted) in IN_THE_FILE {
        for command in ["apply", "validate"] {
            assert_says(&Run::new(&db).file(file).arg(command).run().code(5), file, wanted);
        }
    }
    assert!(state_of(&db) == before);
}

#[test]
fn a_mistake_that_only_the_server_knows_is_shown_where_it_stands() {
    for server in support::servers() {
        let db = server.database();
        db.execute(BEFORE);
        let before = state_of(&db);
        for (file, wanted) in IN_THE_DATABASE {
            // Something good stands beside the mistake, and must not be done either.
            let file = format!("{file}[tables.good.columns]\nid = \"int\"\n");
            let outcome = Run::new(&db).file(&file).arg("apply").run().code(1);
            assert_says(&outcome, &file, wanted);
            assert_says(&outcome, &file, &["nothing was executed"]);
        }
        assert!(state_of(&db) == before, "something has changed on PostgreSQL {}", server.major());
    }
}

#[test]
fn all_mistakes_of_a_file_are_found_in_one_go() {
    let db = support::server().database();
    db.execute(BEFORE);
    let in_the_file = "[tables.events]\ntuch = \"x\"\n[tables.events.columns]\na = { type = 3 }\nb = { typ = \"int\" }\n\
                       [tables.events.indexes]\ni = [\"c\"]\n";
    let outcome = Run::new(&db).file(in_the_file).arg("apply").run().code(5);
    assert_says(&outcome, in_the_file, &["5 errors in schema.toml", ":2:1", ":4:14", ":5:1", ":5:7", ":7:6"]);
    let in_the_database = "[tables.fresh.columns]\na = \"itn\"\nb = { type = \"int\", default = \"now(\" }\n\
                           [tables.fresh.checks]\nc = \"b >\"\n[tables.events.columns]\nn = { type = \"int\", default = \"z()\" }\n\
                           [tables.events.checks]\nd = \"nn > 0\"\n";
    let outcome = Run::new(&db).file(in_the_database).arg("apply").run().code(1);
    let wanted = ["the server refuses 5 things", ":2:6", ":3:", ":5:", ":7:32", ":9:6"];
    assert_says(&outcome, in_the_database, &wanted);
    assert_eq!(outcome.stderr.matches("error: ").count(), 6, "{}", outcome.stderr);
}

#[test]
fn of_more_than_a_hundred_mistakes_the_first_hundred_are_shown() {
    let file: String = (0..130).map(|number| format!("[tables.t{number}]\ntuch = 1\n")).collect();
    let outcome = Run::offline().file(&file).arg("validate").run().code(5);
    let shown = outcome.stderr.matches("unknown key `tuch`").count();
    assert_eq!(shown, 100, "{}", outcome.stderr);
    outcome.stderr_contains("130 errors in schema.toml").stderr_contains("… and 30 more");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let db = support::server().database();
    let run = || Run::new(&db);
    run()
        .arg("apply")
        .run()
        .code(5)
        .stderr_contains("cannot read `schema.toml`: no such file")
        .stderr_contains("--file");
    run().args(["apply", "--file", "."]).run().code(5).stderr_contains("no `.toml` file in `.`");
    let folder =
        run().file_at("db/a.toml", "[enums]\na = [\"x\"]\n").file_at("db/b.toml", "[enums]\na = [\"y\"]\n");
    let outcome = folder.args(["validate", "--file", "db"]).run().code(5);
    outcome.stderr_contains("`a` is already given in another file").stderr_contains("db/b.toml:2:1");
    let bytes = run();
    std::fs::write(bytes.directory().join("schema.toml"), b"[enums]\n# \xff\n").expect("a file");
    bytes.arg("apply").run().code(5).stderr_contains("is not UTF-8").stderr_contains("schema.toml:2:3");
    assert_eq!(db.scalar("select count(*) from pg_namespace where nspname = 'pgreconcile'"), "0");
}

#[track_caller]
fn assert_says(outcome: &Outcome, file: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(
            outcome.stderr.contains(words),
            "expected `{words}`\n--- file\n{file}\n--- stderr\n{}",
            outcome.stderr
        );
    }
    assert!(outcome.stdout.is_empty(), "an error on stdout: {}", outcome.stdout);
}

/// Everything that an attempt could have changed.
fn state_of(db: &Database) -> Vec<String> {
    let mut state = db.column("select to_jsonb(t)::text from events t order by id");
    state.extend(db.column(
        "select oid::regclass || ' ' || xmin from pg_class where relnamespace::regnamespace::text !~ '^pg_(catalog|toast|temp)' \
         union all select 'attribute ' || attrelid::regclass || attnum || ' ' || a.xmin from pg_attribute a \
         where attrelid = 'events'::regclass \
         union all select 'constraint ' || oid || ' ' || xmin from pg_constraint \
         union all select 'type ' || oid || ' ' || xmin from pg_type \
         union all select 'label ' || oid || ' ' || xmin from pg_enum \
         union all select 'schema ' || nspname || ' ' || xmin from pg_namespace where nspname !~ '^pg_(toast_)?temp' order by 1",
    ));
    state
}

/// An unknown type takes its table along, and a table everything on it: only the mistakes themselves are told.
#[test]
fn what_only_follows_from_a_mistake_is_not_told() {
    for portal in [Portal::empty(support::server()), Portal::older(support::server())] {
        let wrong = portal
            .file()
            .replace("default = \"'UTC'\"", "default = \"utc()\"")
            .replace("\"capacity > 0\"", "\"capacity >> \"")
            .replace("latitude        = \"double precision\"", "latitude        = \"duoble\"")
            .replace("[\"lower(city)\"]", "[\"lowr(city)\"]");
        let before = portal.db.dump();
        portal
            .run(["apply"])
            .file(&wrong)
            .run()
            .code(1)
            .stderr_contains("the server refuses 4 things in the file; nothing was executed")
            .stderr_contains("type \"duoble\" does not exist")
            .stderr_contains("function utc() does not exist")
            .stderr_contains("syntax error at or near \")\"")
            .stderr_contains("function lowr(text) does not exist")
            .stderr_lacks("relation");
        assert_eq!(portal.db.dump(), before);
    }
}

#[test]
fn what_an_older_server_lacks_is_said_at_its_place() {
    let file = r#"
        [tables.people.columns]
        id = { type = "integer", primary_key = true }
        twice = { type = "integer", generated = "id * 2", virtual = true }

        [tables.people.checks]
        never = { expression = "id > 0", not_enforced = true }
    "#;
    for server in support::servers().iter().filter(|server| server.major() < 18) {
        let db = server.database();
        for command in ["plan", "apply"] {
            let outcome = Run::new(&db).file(file).arg(command).run().code(1);
            let wanted = [
                "2 errors in schema.toml",
                "error: NOT ENFORCED needs PostgreSQL 18",
                "error: a virtual generated column needs PostgreSQL 18",
                ":4:69",
                ":7:57",
            ];
            assert_says(&outcome, file, &wanted);
        }
        assert!(db.query_text("select from pg_class where relname = 'people'").is_empty());
    }
}

#[test]
fn a_partitioned_table_has_what_its_server_can_give_it() {
    let file = "[tables.t]\npartition_by = \"list (id)\"\naccess_method = \"heap\"\n[tables.t.columns]\nid = \"int\"\n";
    for server in support::servers() {
        let db = server.database();
        let unlogged = file.replace("access_method = \"heap\"", "unlogged = true");
        let outcome = Run::new(&db).file(&unlogged).arg("plan").run().code(5);
        outcome.stderr_contains("its partitions say `unlogged`").stderr_contains(":3:");
        let outcome = Run::new(&db).file(file).arg("plan").run();
        match server.major() {
            17.. => _ = outcome.code(0),
            _ => {
                let wanted = ["an access method of a partitioned table needs PostgreSQL 17", ":3:17"];
                assert_says(&outcome.code(1), file, &wanted);
            }
        }
    }
}

#[test]
fn a_virtual_column_cannot_become_a_plain_one() {
    let file = "[tables.t.columns]\nid = \"int\"\ntwice = \"int\"\n";
    for server in support::servers().iter().filter(|server| server.major() >= 18) {
        let db = server.database();
        db.execute("create table t (id int, twice int generated always as (id * 2) virtual)");
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        outcome
            .stderr_contains(
                "the server cannot make a plain column of the virtual `column public.t.twice` in place",
            )
            .stderr_contains("declare the column under another name");
    }
}

/// `all` says it too, and means what there is.
#[test]
fn maintain_wants_a_server_that_knows_it() {
    let file = "[tables.t.columns]\nid = \"int\"\n[[grants]]\nto = \"public\"\non = \"t\"\n\
                privileges = [\"select\", \"maintain\"]\n[[default_privileges]]\nto = \"public\"\non = \"tables\"\n\
                privileges = [\"maintain\"]\n[[grants]]\nto = \"public\"\non = \"t\"\nprivileges = \"all\"\n";
    for server in support::servers().iter().filter(|server| server.major() < 17) {
        let db = server.database();
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        let wanted =
            ["2 errors in schema.toml", "the privilege MAINTAIN needs PostgreSQL 17", ":6:25", ":10:15"];
        assert_says(&outcome, file, &wanted);
    }
}

/// A declared row that the server cannot look for is told with the reason, at its place.
#[test]
fn a_key_without_equality_is_told_at_its_place() {
    let db = support::server().database();
    let file =
        "[tables.t.columns]\np = \"point\"\n[tables.t.rows]\nkey = [\"p\"]\nvalues = [{ p = \"(1,2)\" }]\n";
    let wanted = ["could not identify an equality operator for type point", "schema.toml"];
    assert_says(&Run::new(&db).file(file).arg("apply").run().code(1), file, &wanted);
}

/// Rows that break a key are counted and shown before anything is executed.
#[test]
fn rows_that_repeat_are_shown() {
    let file = "[tables.t.columns]\na = \"int\"\nb = \"text\"\nc = \"int\"\n[tables.t.unique]\nt_key = [\"a\", \"b\"]\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (a int, b text)");
        db.execute("insert into t values (1, 'x'), (1, 'x'), (1, 'x'), (2, null), (2, null)");
        let outcome = Run::new(&db).file(file).arg("apply").run().code(1);
        outcome
            .stderr_contains("unique constraint public.t.t_key: 2 rows repeating (a, b)")
            .stderr_contains("nothing was executed")
            .stderr_contains("(1,x)")
            .stderr_contains("hint: say `keep");
        assert_eq!(
            db.scalar("select count(*) from pg_attribute where attname = 'c' and attrelid = 't'::regclass"),
            "0"
        );
    }
}

/// The same for a unique index, over expressions and some of the rows too; and for one that a failed build has left.
#[test]
fn rows_that_repeat_under_a_unique_index_are_shown() {
    let file = |index: &str| {
        format!(
            "[tables.t.columns]\na = \"int\"\nb = \"text\"\nc = \"int\"\n[tables.t.indexes]\ni = {{ unique = true, {index} }}\n"
        )
    };
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (a int, b text)");
        db.execute("insert into t values (1, 'X'), (1, 'x'), (1, 'y'), (2, null), (2, null), (3, 'y')");
        let wanted = [
            ("on = [\"a\", \"lower(b)\"]", "index public.t.i: 1 row repeating (a, lower(b))", "(1,x)"),
            ("on = [\"a\"], where = \"b is not null\"", "index public.t.i: 2 rows repeating (a)", "(1)"),
            ("on = [\"a desc nulls last\"]", "index public.t.i: 3 rows repeating (a desc nulls last)", "(1)"),
            (
                "on = [\"a desc\", \"lower(b) collate \\\"C\\\" text_pattern_ops\"], where = \"b not like '%1$s' and b <> '$$'\"",
                "index public.t.i: 1 row repeating",
                "(1,x)",
            ),
            ("on = [\"b\"], where = \"a > 1 or b = 'y'\"", "index public.t.i: 1 row repeating (b)", "(y)"),
        ];
        for (index, told, example) in wanted {
            let outcome = Run::new(&db).file(&file(index)).arg("apply").run().code(1);
            outcome.stderr_contains(told).stderr_contains(example).stderr_contains("nothing was executed");
        }
        assert_eq!(db.scalar("select count(*) from pg_class where relname = 'i'"), "0");
        Run::new(&db).file(&file("on = [\"b\"], where = \"a > 1\"")).arg("apply").run().success();
        db.execute("drop index i");
        assert!(db.try_execute("create unique index concurrently i on t (a)").is_err());
        let outcome = Run::new(&db).file(&file("on = [\"a\"]")).arg("apply").run().code(1);
        outcome
            .stderr_contains("index public.t.i: 3 rows repeating (a)")
            .stderr_contains("nothing was executed");
    }
}

/// Rows that exclude each other are told by their keys, those of which the constraint lets the first one be; whatever operators,
/// expressions and conditions it has.
#[test]
fn rows_that_exclude_each_other_are_shown() {
    let file = |exclude: &str| {
        format!(
            "[extensions]\nbtree_gist = {{}}\n[tables.t.columns]\nid = {{ type = \"int\", primary_key = true }}\n\
             \"the room\" = \"int\"\nduring = \"int4range\"\ncancelled = \"boolean\"\nnote = {{ type = \"text\", not_null = true }}\n\
             more = \"int\"\n[tables.t.exclude]\nx = {{ method = \"gist\", {exclude} }}\n"
        )
    };
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create extension btree_gist; create table t (id int primary key, gone int, \"the room\" int, during int4range, \
             cancelled boolean, note text not null); alter table t drop column gone; \
             insert into t values (1, 1, '[1,5)', false, 'A'), (2, 1, '[4,6)', false, 'b'), (3, 1, '[6,9)', false, 'a'), \
             (4, 2, '[1,9)', false, 'c'), (5, 2, '[2,3)', true, 'd'), (6, null, '[1,9)', false, 'e')",
        );
        let wanted = [
            (
                "on = ['\"the room\" with =', 'during with &&']",
                "2 rows that others exclude by `x`",
                "(id = 2), (id = 5)",
            ),
            (
                "on = ['\"the room\" with =', 'during with &&'], where = 'not cancelled'",
                "1 row that others exclude by `x`",
                "(id = 2)",
            ),
            ("on = ['lower(note) with =']", "1 row that others exclude by `x`", "(id = 3)"),
            (
                "on = ['lower(note) collate \"C\" with =', '(\"the room\" + 0) with =']",
                "1 row that others",
                "(id = 3)",
            ),
            (
                "on = ['during with &&'], include = ['note'], deferrable = true",
                "4 rows that others",
                "(id = 2)",
            ),
        ];
        for (exclude, told, example) in wanted {
            let outcome = Run::new(&db).file(&file(exclude)).arg("apply").run().code(1);
            let outcome = outcome.stderr_contains(&format!("exclusion constraint public.t.x: {told}"));
            outcome
                .stderr_contains(example)
                .stderr_contains("nothing was executed")
                .stderr_contains("hint: correct");
        }
        let nothing = "select count(*) from pg_attribute where attname = 'more' and attrelid = 't'::regclass";
        assert_eq!(db.scalar(nothing), "0");
        db.execute("delete from t where id in (2, 5)");
        Run::new(&db).file(&file(wanted[0].0)).arg("apply").run().success();
        // The same where another one is replaced.
        let other = file("on = ['during with &&']");
        Run::new(&db)
            .file(&other)
            .arg("apply")
            .run()
            .code(1)
            .stderr_contains("2 rows that others exclude by `x`");
        let ahead = Run::new(&db).file(&other).args(["apply", "--dry-run"]).run();
        ahead.code(1).stderr_contains("2 rows that others exclude by `x`");
    }
}

/// Values that a type has no counterpart for are counted and shown before anything is executed; none is cut.
#[test]
fn rows_that_do_not_fit_a_type_are_shown() {
    let file = "[tables.t.columns]\nword = \"varchar(2)\"\nn = \"integer\"\nyear = { type = \"smallint\", using = \"extract(year from year)\" }\nnote = \"text\"\nc = \"int\"\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (word text, n text, year date, note int)");
        db.execute("insert into t values ('a', '1', '2024-01-01', 1), ('abc', 'x', '99999-01-01', 2), ('abcd', '', null, 3), ('ab  ', null, null, 4)");
        let outcome = Run::new(&db).file(file).args(["apply", "--allow", "narrow"]).run().code(1);
        outcome
            .stderr_contains("column public.t.word: 2 rows whose `word` does not fit the type `varchar(2)`")
            .stderr_contains("column public.t.n: 2 rows whose `n` does not fit the type `integer`")
            .stderr_contains("column public.t.year: 1 row whose `year` does not fit the type `smallint`")
            .stderr_contains("for example: ctid (0,2), ctid (0,3)")
            .stderr_lacks("99999")
            .stderr_contains("nothing was executed");
        assert_eq!(
            db.scalar("select count(*) from pg_attribute where attrelid = 't'::regclass and attname = 'c'"),
            "0"
        );
        db.execute("delete from t where note in (2, 3)");
        Run::new(&db).file(file).args(["apply", "--allow", "narrow"]).run().success();
    }
}

/// Rows that the default partition holds and a new one is for stop the plan before anything is executed.
#[test]
fn rows_of_the_default_partition_that_belong_into_a_new_one_are_counted() {
    let file = "[tables.t]\npartition_by = \"range (day)\"\n[tables.t.columns]\nday = \"date\"\nnote = \"text\"\nc = \"int\"\n\
                [tables.t.partitions]\nrest = \"default\"\nnew = \"for values from ('2026-01-01') to ('2027-01-01')\"\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (day date, note text) partition by range (day)");
        db.execute("create table rest partition of t default");
        db.execute("insert into t values ('2026-05-05', 'it''s'), ('2026-06-06', 'b'), ('2027-01-01', 'c'), (null, 'd')");
        let apply = || Run::new(&db).file(file).arg("apply").run();
        apply()
            .code(1)
            .stderr_contains(
                "table public.new: 2 rows of the default partition `public.rest` belonging into it",
            )
            .stderr_contains("nothing was executed")
            .stderr_contains("ctid (0,1), ctid (0,2)")
            .stderr_contains("hint: move them out of `rest` first");
        assert_eq!(
            db.scalar("select count(*) from pg_attribute where attname = 'c' and attrelid = 't'::regclass"),
            "0"
        );
        db.execute("delete from rest where note <> 'c'");
        apply().success();
    }
}

/// What cannot get its name, because something else has it, or its kind has no other, is told before anything is executed.
#[test]
fn a_name_that_cannot_be_given_is_told() {
    let file = "[schemas.s.tables.moved]\nrenamed_from = \"public.t\"\n[schemas.s.tables.moved.columns]\nid = \"int\"\n";
    for server in support::servers() {
        let db = server.database();
        db.execute("create table t (id int); create schema s; create view s.moved as select 1 as one");
        let apply = |file: &str| Run::new(&db).file(file).arg("apply").run();
        apply(file)
            .code(1)
            .stderr_contains("`table public.t` cannot become `table s.moved`: there is `view s.moved`")
            .stderr_contains("nothing was executed")
            .stderr_contains("schema.toml:1:");
        // A name on the way is no hindrance.
        db.execute("drop view s.moved; create view s.t as select 1 as one");
        apply(file).success();
        let file = "[operators.\"<<<(int, int)\"]\nfunction = \"int4lt\"\nrenamed_from = \"<<(int, int)\"\n";
        db.execute("create operator << (function = int4lt, leftarg = int, rightarg = int)");
        apply(file)
            .code(1)
            .stderr_contains("PostgreSQL cannot rename `operator public.<<(integer, integer)`");
    }
}
