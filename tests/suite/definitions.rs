//! What the server prints of an object is never searched for words: a name may hold all of them, line breaks and quotes
//! too, and stays where it stands.

use crate::support::{self, Database, Run};

/// Names that hold what definitions were once cut at, and what ends comments, literals and statements. Those that are
/// believed drop the table `marker`.
const NAMES: &[&str] = &[
    "a\n; drop table public.marker; --",
    "b\" int); drop table public.marker; --",
    "c'); drop table public.marker; --",
    "d */ ; drop table public.marker; --",
    "e$$ ; drop table public.marker; $$ \\",
    "f USING btree (g) WHERE (",
    "g TO t DO INSTEAD NOTHING; --",
    "h ON x FROM y WITH (fillfactor=1) ",
    ") EXECUTE FUNCTION f('i') WHEN (",
    ") INCLUDE (j) NULLS NOT DISTINCT ",
    " k]}[{(,",
    "lower(l) DESC, \"m\" -- \\\\ ",
    "o\r\n\to; drop table public.marker; --",
];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn toml(text: &str) -> String {
    let escapes = [("\\", "\\\\"), ("\"", "\\\""), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")];
    format!("\"{}\"", escapes.iter().fold(text.to_string(), |text, (from, to)| text.replace(from, to)))
}

/// Everything that can be called something, called that.
fn objects(number: usize, major: u32) -> String {
    let name = |shift: usize, tail: &str| quoted(&format!("{}{tail}", NAMES[(number + shift) % NAMES.len()]));
    let (schema, text) = (quoted(NAMES[0]), literal(NAMES[number]));
    let [table, one, two, three] = [0, 1, 2, 3].map(|shift| name(shift, ""));
    let table = format!("{schema}.{table}");
    let function = format!("{schema}.{}", name(0, "f"));
    let index = |tail: &str| name(0, tail);
    let inside = |tail: &str| format!("{schema}.{}", name(0, tail));
    let second = inside("f2");
    let nulls = if major < 15 { "" } else { "nulls not distinct" };
    let expression = if major < 14 { "" } else { ", lower(%), (% || 'x')" }.replace('%', &two);
    format!(
        "create table {table} ({one} int, {two} text, {three} boolean, constraint {c1} check ({one} > 0 and {two} <> {text}));
         create function {function}() returns trigger language plpgsql as 'begin return new; end';
         create index {i1} on {table} ({one}, lower({two}) collate \"C\" text_pattern_ops desc nulls last, ({one} + 1))
            include ({two}) with (fillfactor = 70) where {two} <> {text} and {three};
         create index {i2} on {table} using hash ({two}) where {three};
         create unique index {i3} on {table} ({two}, {one}) include ({three}) {nulls} with (fillfactor = 30);
         alter table {table} add constraint {x1} exclude ({one} with =, lower({two}) with =) include ({three})
            with (fillfactor = 50) where ({two} <> {text}) deferrable initially deferred;
         create rule {r1} as on update to {table} where old.{one} <> new.{one} and old.{two} = {text}
            do instead (delete from {table} where {two} = {text}; insert into {table} values (1, {text}));
         create rule {r2} as on insert to {table} where new.{three} do instead nothing;
         create rule {r3} as on delete to {table} do also insert into {table} values (old.{one});
         create rule {r4} as on delete to {table} do instead notify {one}, {text};
         create trigger {t1} before insert or update of {one}, {three} or delete on {table} for each row
            when (pg_trigger_depth() = 0) execute function {function}({text}, E'a\\\\b', '', 'it''s');
         create trigger {t2} after update on {table} referencing old table as {one} new table as {two}
            for each statement when (current_user <> {text}) execute function {function}();
         create constraint trigger {t3} after update on {table} from {table} deferrable initially deferred for each row
            when (old.{two} <> new.{two} or new.{two} = {text}) execute function {function}('x');
         create view {v1} as select {one} as {two}, {two} collate \"C\" as {one} from {table};
         create materialized view {m1} as select {one}, lower({two}) as {two} from {table};
         create index {i4} on {m1} (lower({two}));
         create statistics {s1} on {one}, {two}{expression} from {table};
         create statistics {s2} (ndistinct) on {three}, {one} from {table};
         create function {second}({one} int default length({text}), {two} text default {text}, out {three} text)
            language sql as 'select $2';
         create function {schema}.{state}(text, text) returns text language sql as 'select $1';
         create aggregate {schema}.{aggregate}({one} text) (sfunc = {schema}.{state}, stype = text, initcond = {text});
         create policy {p1} on {table} using ({two} <> {text});
         create type {schema}.{composite} as ({one} int, {two} text);
         create domain {schema}.{domain} as text constraint {one} check (value <> {text});
         comment on column {table}.{one} is {text};
         comment on column {schema}.{composite}.{two} is {text};
         comment on constraint {one} on domain {schema}.{domain} is {text};
         grant select ({one}, {two}) on {table} to definitions_reader;
         grant select ({one}) on {v1} to definitions_reader;
         grant execute on function {function}() to definitions_reader;\n",
        c1 = index("c1"),
        i1 = index("i1"),
        i2 = index("i2"),
        i3 = index("i3"),
        i4 = index("i4"),
        x1 = index("x1"),
        r1 = index("r1"),
        r2 = index("r2"),
        r3 = index("r3"),
        r4 = index("r4"),
        t1 = index("t1"),
        t2 = index("t2"),
        t3 = index("t3"),
        v1 = inside("v1"),
        m1 = inside("m1"),
        s1 = inside("s1"),
        s2 = inside("s2"),
        p1 = index("p1"),
        state = index("s"),
        aggregate = index("a"),
        composite = index("t"),
        domain = index("d"),
    )
}

fn marked(db: &Database) -> &Database {
    db.execute("create table marker (id int)");
    db
}

#[track_caller]
fn assert_marked(db: &Database, after: &str) {
    assert_eq!(db.scalar("select count(*)::int from pg_class where relname = 'marker'"), "1", "{after}");
}

#[test]
fn names_stay_where_they_stand() {
    for server in support::servers() {
        let db = server.database();
        marked(&db);
        let _ = db.try_execute("create role definitions_reader");
        db.execute(&format!("create schema {}", quoted(NAMES[0])));
        for number in 0..NAMES.len() {
            db.execute(&objects(number, server.major()));
        }
        // A list of names that is stored as it was given, and is no SQL.
        db.execute(
            "select set_config('search_path', 'x;drop/**/table/**/public.marker;--,it''s(', false);
             create function public.listed() returns int language sql set search_path from current as 'select 1'",
        );
        let file = Run::new(&db).arg("inspect").run().success();
        assert!(!file.stderr.contains("definition"), "{}", file.stderr);
        let file = file.stdout;
        assert_marked(&db, "inspect");
        // The server is asked about what is spelled differently.
        let spelled = file.replace("SELECT", "select").replace("lower(\\\"", "LOWER(\\\"");
        assert_ne!(spelled, file);
        for (file, arguments) in [
            (&file, &["check", "--stateless"][..]),
            (&spelled, &["check", "--stateless", "--force"]),
            (&spelled, &["plan", "--stateless"]),
            (&spelled, &["apply", "--force"]),
        ] {
            Run::new(&db)
                .file(file)
                .args(arguments.iter().copied())
                .run()
                .success()
                .stdout_contains("in sync");
            assert_marked(&db, arguments[0]);
        }
        // What differs is read by the server again before that is believed.
        let other = file.replace(" <> ", " >= ").replace("SELECT", "select distinct");
        for arguments in [&["check", "--stateless"][..], &["plan", "--stateless", "--allow", "all"]] {
            let outcome = Run::new(&db).file(&other).args(arguments.iter().copied()).run();
            assert!(matches!(outcome.code, Some(0 | 2)), "{arguments:?}\n{}", outcome.stderr);
            assert_marked(&db, arguments[0]);
        }
        let copy = server.database();
        Run::new(&copy).file(&file).args(["apply", "--stateless"]).run().success();
        assert_marked(&copy, "apply");
        let again = Run::new(&copy).arg("inspect").run().success().stdout;
        support::assert_same_lines(&file, &again);
    }
}

/// Under new names, observed definitions are read once more before they are compared.
#[test]
fn names_stay_where_they_stand_while_others_change() {
    for server in support::servers() {
        let db = server.database();
        marked(&db);
        let mut file = String::from("[tables.marker.columns]\nid = \"int\"\n");
        for (number, name) in NAMES.iter().enumerate() {
            let column = quoted(name);
            db.execute(&format!(
                "create table t{number} ({column} text, id int);
                 create view v{number} as select {column} as {column}, id from t{number};
                 create index i{number} on t{number} (lower({column})) where {column} <> 'a';
                 create rule r{number} as on insert to t{number} where new.{column} = 'a' do instead nothing"
            ));
            let [key, on, condition, of_rule, query] = [
                (*name).to_string(),
                format!("LOWER({column})"),
                format!("{column} <> 'a'"),
                format!("new.{column} = 'a'"),
                format!("select {column}, number as id from n{number}"),
            ]
            .map(|text| toml(&text));
            file.push_str(&format!(
                "[tables.n{number}]\nrenamed_from = \"t{number}\"\n[tables.n{number}.columns]\n{key} = \"text\"\n\
                 number = {{ type = \"int\", renamed_from = \"id\" }}\n\
                 [tables.n{number}.indexes]\ni{number} = {{ on = [{on}], where = {condition} }}\n\
                 [tables.n{number}.rules]\n\
                 r{number} = {{ event = \"insert\", condition = {of_rule}, instead = true }}\n\
                 [views.v{number}]\nquery = {query}\n"
            ));
        }
        for arguments in [&["plan"][..], &["check"], &["apply", "--allow", "all"]] {
            let outcome = Run::new(&db).file(&file).args(arguments.iter().copied()).run();
            assert!(matches!(outcome.code, Some(0 | 2)), "{arguments:?}\n{}", outcome.stderr);
            assert_marked(&db, arguments[0]);
        }
        Run::new(&db).file(&file).args(["check", "--force"]).run().success().stdout_contains("in sync");
    }
}

/// A view whose columns have other types is another one, though its query reads the same.
#[test]
fn a_view_is_known_by_its_columns_too() {
    for server in support::servers() {
        let db = server.database();
        db.execute("create function f() returns int language sql as 'select 1'; create view v as select f() as a, 1 as \"b\nc\"");
        let file = format!(
            "[functions.\"f()\"]\nreturns = \"bigint\"\nbody = \"select 1\"\n[views]\nv = {}\n",
            toml("select f() as a, 1 as \"b\nc\"")
        );
        Run::new(&db).file(&file).arg("check").run().code(2);
        Run::new(&db).file(&file).args(["apply", "--allow", "all"]).run().success();
        let types = "select string_agg(format_type(atttypid, atttypmod), ' ' order by attnum) from pg_attribute \
                     where attrelid = 'v'::regclass";
        assert_eq!(db.scalar(types), "bigint integer");
    }
}

/// What is made anew below a change is filled where it was, whatever the file says of one that is not there yet.
#[test]
fn a_materialized_view_that_is_made_anew_is_filled_where_it_was() {
    let file = |data_type: &str, query: &str| {
        let view = |name: &str| {
            format!("[materialized_views.{name}]\nquery = \"select {query} from t\"\nwith_data = false\n")
        };
        format!("[tables.t.columns]\nid = \"{data_type}\"\n{}{}", view("filled"), view("hollow"))
    };
    for server in support::servers() {
        let db = server.database();
        Run::new(&db).file(&file("int", "id")).arg("apply").run().success();
        db.execute("insert into t values (1); refresh materialized view filled");
        // Below it, and it itself.
        for file in [file("bigint", "id"), file("bigint", "id + 1 as next")] {
            Run::new(&db).file(&file).arg("apply").run().success();
            let populated =
                "select string_agg(relname, ',') from pg_class where relkind = 'm' and relispopulated";
            assert_eq!(db.scalar(populated), "filled");
            Run::new(&db).file(&file).args(["check", "--force"]).run().success();
        }
    }
}
