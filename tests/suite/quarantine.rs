//! Rows that go to quarantine are kept as they were, whatever a `json` in them holds, and nobody reads them in a log.

use crate::support::{self, Database, Run, unique};

/// What a `json` may be that no `jsonb` is, or that one keeps otherwise.
const DOCUMENTS: &[&str] = &[
    r#"{"n":1,"n":2}"#,
    r#"{"x":"\u0000"}"#,
    "1e999999",
    r#"["\ud800", 1e-99999, "\\u0000", "a\"b"]"#,
    "{\"z\" : 1.0,\n \"a\":\t[ ]}",
];

/// As what is in the texts of `DOCUMENTS`, one row each from 2 on.
fn documents() -> String {
    let rows =
        DOCUMENTS.iter().enumerate().map(|(number, text)| format!("({}, $d${text}$d$::json)", number + 2));
    format!("(values {}) d(n, doc)", rows.collect::<Vec<_>>().join(", "))
}

/// That each document is in quarantine as it was written.
#[track_caller]
fn assert_kept(db: &Database, relation: &str, what: &str) {
    let kept = db.column(&format!(
        "select row_data::text from pgreconcile.quarantine where relation = '{relation}' order by id"
    ));
    for document in DOCUMENTS {
        assert!(kept.iter().any(|row| row.contains(document)), "{what}: {document} is not in {kept:#?}");
    }
}

#[test]
fn a_json_is_kept_as_it_was_written() {
    let parents = "[tables.p.columns]\nid = { type = \"int\", primary_key = true }\n\
                   mail = { type = \"text\", unique = true, keep = \"id\" }\ndoc = \"json\"\n";
    let children = |action: &str| {
        format!(
            "\n[tables.c.columns]\nid = {{ type = \"int\", primary_key = true }}\n\
             p = {{ type = \"int\", references = \"p\", {action} }}\ndoc = \"json\"\n"
        )
    };
    let actions =
        ["orphans = \"delete\"", "orphans = \"null\"", "on_delete = \"cascade\", orphans = \"delete\""];
    for server in support::servers() {
        for (action, of_another) in actions.into_iter().flat_map(|action| [(action, false), (action, true)]) {
            let db = server.database();
            let [deploy, owner] = [unique("deploy"), unique("owner")];
            let belongs = if of_another { &owner } else { &deploy };
            db.execute(&format!(
                "create role {owner}; create role {deploy} login password 'd' in role {owner};
                 grant create on schema public to {deploy}, {owner}; alter database \"{}\" owner to {deploy};
                 set role {belongs};
                 create table p (id int primary key, mail text, doc json);
                 create table c (id int primary key, p int, doc json);
                 insert into p values (1, 'a', '{{}}'); insert into p select n, 'a', doc from {documents};
                 insert into c select n, 99, doc from {documents}",
                db.name(),
                documents = documents(),
            ));
            if action.contains("cascade") {
                db.execute("update c set p = id; alter table c add constraint c_p_fkey foreign key (p) references p on delete cascade");
            }
            let file = format!("[reconcile]\nowners = [\"{owner}\"]\n{parents}{}", children(action));
            let what = format!("PostgreSQL {}, {action}, of another: {of_another}", server.major());
            let run = |arguments: &[&str]| {
                Run::new(&db).file(&file).args(arguments).args(["--url", &db.url_as(&deploy, "d")]).run()
            };
            run(&["apply", "--allow", "delete_rows"]).success();
            assert_kept(&db, "public.p", &what);
            assert_kept(&db, "public.c", &what);
            run(&["check"]).success();
            db.execute(&format!(
                "reassign owned by {deploy}, {owner} to postgres; drop owned by {deploy}, {owner}"
            ));
            db.execute(&format!("drop role {deploy}, {owner}"));
        }
    }
}

/// A row is told by its key, and a declared row compared, whatever else is in it.
#[test]
fn a_json_that_nothing_can_take_apart_keeps_no_row_from_being_looked_at() {
    let file = "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\nname = { type = \"text\", not_null = true }\n\
                doc = \"json\"\n";
    let rows = "[tables.r.columns]\nid = { type = \"int\", primary_key = true }\ndoc = \"json\"\n\
                [tables.r.rows]\nkey = [\"id\"]\nmode = \"upsert\"\nvalues = [{ id = 1, doc = { a = 1 } }]\n";
    for server in support::servers() {
        for document in DOCUMENTS {
            let db = server.database();
            db.execute(&format!(
                "create table t (id int primary key, name text, doc json); insert into t values (7, null, $d${document}$d$);
                 create table r (id int primary key, doc json); insert into r values (1, $d${document}$d$)"
            ));
            let refused = Run::new(&db).file(file).arg("apply").run().code(1);
            refused
                .stderr_contains("1 row without a value of `name`")
                .stderr_contains("for example: (id = 7)");
            Run::new(&db).file(rows).arg("apply").run().success();
            assert_eq!(db.scalar("select doc::jsonb from r"), r#"{"a": 1}"#);
            Run::new(&db).file(rows).args(["check", "--force"]).run().success();
        }
    }
}

/// Formats of a `json` that mean the same are the same still.
#[test]
fn a_json_is_compared_by_what_it_means() {
    let rows = "[tables.r.columns]\nid = { type = \"int\", primary_key = true }\ndoc = \"json\"\n\
                [tables.r.rows]\nkey = [\"id\"]\nmode = \"upsert\"\nvalues = [{ id = 1, doc = { b = 1e5, a = \"x\" } }]\n";
    let db = support::server().database();
    db.execute("create table r (id int primary key, doc json); insert into r values (1, '{\"a\" : \"x\", \"b\": 100000}')");
    Run::new(&db).file(rows).arg("check").run().success();
}

/// What the server quotes of a row when a value is in its way is in no log.
#[test]
fn errors_about_values_do_not_show_them() {
    let custom = |name: &str, probe: &str, create: &str| {
        format!("[[custom]]\nname = \"{name}\"\nprobe = \"{probe}\"\ncreate = '''{create}'''\n")
    };
    let file =
        "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\nmail = \"text\"\ndoc = \"json\"\n";
    let creates = [
        ("update t set id = mail::int", "22P02"),
        ("update t set mail = mail::date", "22007"),
        ("update t set mail = doc::jsonb", "22P05"),
        ("do $$ begin perform mail::int from t; end $$", "22P02"),
    ];
    let hidden = |text: &str| {
        for secret in ["example.org", "s3cret", "JSON data"] {
            assert!(!text.contains(secret), "{text}");
        }
    };
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table t (id int primary key, mail text, doc json);
             insert into t values (1, 'a\"@example.org', '{\"s3cret\": \"\\u0000 s3cret\"}')",
        );
        for (create, code) in creates {
            let file = format!("{file}{}", custom("x", "select false", create));
            let outcome = Run::new(&db).file(&file).args(["apply", "-vvv"]).run().code(1);
            outcome.stderr_contains(&format!("SQLSTATE {code}"));
            let outcome = Run::new(&db).file(&file).args(["history"]).run().success();
            hidden(&outcome.stdout);
            let outcome = Run::new(&db).file(&file).args(["apply", "-vvv"]).run().code(1);
            hidden(&outcome.stderr);
        }
        let file = format!("{file}{}", custom("x", "select mail::int = 1 from t", "select 1"));
        let outcome = Run::new(&db).file(&file).args(["apply", "-vvv"]).run().code(1);
        hidden(&outcome.stderr);
        hidden(&db.column("select concat(error) from pgreconcile.run union all select concat(error) from pgreconcile.step").join("\n"));
        // What stands in the file is quoted as before.
        let file = format!("{file}\n[tables.u.columns]\nn = {{ type = \"int\", default = \"'abc'\" }}\n")
            .replace("mail::int = 1", "false");
        let outcome = Run::new(&db).file(&file).arg("apply").run().code(1);
        outcome.stderr_contains("invalid input syntax for type integer: \"abc\"");
    }
}
