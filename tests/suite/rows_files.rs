//! Declared rows in files of their own.

use std::fmt::Write;

use crate::support::{self, Outcome, Run};

fn plans(from: &str) -> String {
    format!(
        "[tables.plans.columns]\ncode = {{ type = \"text\", primary_key = true }}\nname = \"text\"\nprice = \"numeric\"\n\n\
         [tables.plans.rows]\nkey = \"code\"\nmode = \"sync\"\n{from}\n"
    )
}

#[test]
fn what_is_no_row_is_told_by_its_line() {
    let said = |name: &str, text: &str| -> Outcome {
        let file = plans(&format!("values_from = \"{name}\""));
        Run::offline().file(&file).file_at(name, text).arg("validate").run().code(5)
    };
    for (name, text, wanted) in [
        ("p.csv", "", &["this file is empty", "p.csv:1:1"][..]),
        ("p.csv", "code,name\na,b\n\nc,d,e\n", &["a row of 3 values under 2 names of columns", "p.csv:4:1"]),
        ("p.csv", "code,code\na,b\n", &["the column `code` is named twice", "p.csv:1:6"]),
        ("p.csv", "code,,name\n", &["a column without a name"]),
        (
            "p.csv",
            "code,nmae\na,b\nc,d\n",
            &["plans.nmae`", "did you mean `name`?", "p.csv:1:6", "there is no `column"],
        ),
        (
            "p.csv",
            "code,name\na,\"x\nb,y\nc,z\n",
            &["a quote that nothing closes", "p.csv:2:1", "each quote in it twice"],
        ),
        ("p.csv", "\"code,name\na,b\n", &["error: a quote that nothing closes", "p.csv:1:1"]),
        ("p.csv", "name\nb\n", &["the row has no `code`, which is part of its key", "p.csv:2:1"]),
        ("p.csv", "code,name\na,b\na,c\n", &["a row with the key `code = a` is there already", "p.csv:3:1"]),
        ("p.jsonl", "{\"code\": \"a\"}\n[1]\n", &["this is no row", "a JSON object", "p.jsonl:2:"]),
        ("p.jsonl", "{\"code\": \"a\", }\n", &["trailing comma", "p.jsonl:1:15"]),
        ("p.jsonl", "{\"code\": \"a\", \"code\": \"b\"}\n", &["`code` is given twice"]),
        (
            "p.jsonl",
            "{\"code\": null}\n\n{\"code\": 1, \"price\": 1} x\n",
            &["trailing characters", "p.jsonl:3:"],
        ),
        ("p.tsv", "code\na\n", &["does not say what it is written in", "`.csv` or `.jsonl`"]),
        ("p.csv", "code\n# --- pgreconcile keeps: x\n", &["as only the history has it"]),
    ] {
        wanted.iter().fold(said(name, text), |said, words| said.stderr_contains(words));
    }
    let file = plans("values_from = \"missing.csv\"");
    Run::offline().file(&file).arg("validate").run().code(5).stderr_contains("no such file or directory");
    let file = plans("values_from = 1");
    Run::offline().file(&file).arg("validate").run().code(5).stderr_contains("wants the path of a file");
    let file = plans("values = []\nvalues_from = \"p.csv\"");
    let said = Run::offline().file(&file).file_at("p.csv", "code\n").arg("validate").run().code(5);
    said.stderr_contains("the rows are given already");
}

/// A change of the file of rows alone is a change, and the way back knows the rows that were there.
#[test]
fn a_change_of_the_rows_alone_is_seen_and_taken_back() {
    for server in support::servers() {
        let db = server.database();
        let file =
            format!("[reconcile]\nallow = [\"delete_rows\"]\n\n{}", plans("values_from = \"data/p.csv\""));
        let with = |rows: &str| Run::new(&db).file(&file).file_at("data/p.csv", rows);
        let (old, new) =
            ("code,name\r\na,A\r\nb,\"B\r\nb\"\r\n", "\u{feff}code,name,price\nb,C,1.5\nc,\"\",\n");
        let rows = || db.column("select concat_ws('|', code, name, price) from plans order by 1");
        with(old).arg("apply").run().success();
        assert_eq!(rows(), ["a|A", "b|B\nb"]);
        with(old).arg("apply").run().success().stdout_contains("in sync: nothing to do");
        with(new).arg("check").run().code(2);
        with(new).arg("apply").run().success();
        assert_eq!(rows(), ["b|C|1.5", "c"]);
        with(new).arg("apply").run().success().stdout_contains("in sync: nothing to do");
        with(new).arg("rollback").run().success();
        assert_eq!(rows(), ["a|A", "b|B\nb|1.5"]);
    }
}

/// Files are told apart by their folders, and what is kept of them is all of it.
#[test]
fn the_way_back_takes_each_file_for_itself() {
    let db = support::server().database();
    let table = |name: &str, file: &str| {
        format!(
            "[tables.{name}.columns]\nid = {{ type = \"text\", primary_key = true }}\nv = \"text\"\n\
                 [tables.{name}.rows]\nkey = \"id\"\nmode = \"upsert\"\nvalues_from = \"{file}\"\n"
        )
    };
    let file = [table("inner", "data/p.csv"), table("outer", "./p.csv")].concat();
    let with = |text: &str| {
        let run = Run::new(&db)
            .file_at("db/schema.toml", &file)
            .file_at("db/data/p.csv", &format!("id,v\n1,{text} inner  \n"));
        run.file_at("db/p.csv", &format!("id,v\n1,{text} outer  \n"))
    };
    let at = ["--file", "db/schema.toml"];
    with("old").arg("apply").args(at).run().success();
    with("new").arg("apply").args(at).run().success();
    with("new").arg("rollback").args(at).run().success();
    let rows = db.column(
        "select v || '|' from (select * from \"inner\" union all select * from \"outer\") r order by 1",
    );
    assert_eq!(rows, ["old inner  |", "old outer  |"]);
}

/// More than a hundred rows travel as arrays, in which other characters mean something.
#[test]
fn many_rows_say_what_few_say() {
    let odd = [
        "", "NULL", "null", "\\", "\\\\", "\"", "{a,b}", "{}", ",", "' or 1", "\n", "\t", " x ", "é名",
        "\\N", "$1", "E'x'",
    ];
    for server in support::servers() {
        let db = server.database();
        let line = |number: usize| {
            let value = serde_json::to_string(odd[number % odd.len()]).expect("it is text");
            format!("{{\"id\": {number}, \"v\": {value}, \"c\": {value}, \"j\": {{\"v\": {value}}}}}\n")
        };
        let file = |table: &str| {
            format!(
                "[tables.{table}.columns]\nid = {{ type = \"int\", primary_key = true }}\nv = \"text\"\n\
                     c = \"character varying(9)\"\nj = \"jsonb\"\n\
                     [tables.{table}.rows]\nkey = \"id\"\nmode = \"upsert\"\nvalues_from = \"{table}.jsonl\"\n"
            )
        };
        let few: String = (0..odd.len()).map(line).collect();
        let many: String = (0..120).map(line).collect();
        let run = || {
            Run::new(&db)
                .file(&[file("few"), file("many")].concat())
                .file_at("few.jsonl", &few)
                .file_at("many.jsonl", &many)
        };
        run().arg("apply").run().success();
        run().args(["check", "--force"]).run().success();
        assert_eq!(db.scalar("select count(*) from few natural join many"), odd.len().to_string());
        let kept = db.column("select v from few order by id");
        assert_eq!(kept, odd);
        assert_eq!(db.scalar("select count(*) from many"), "120");
    }
}

/// Rows that leave out what is NULL without them go into one statement with the others, also a hundred thousand of them.
#[test]
fn rows_with_gaps_are_few_statements() {
    for server in support::servers() {
        let db = server.database();
        let mut rows = String::from("code,name,price\n");
        for number in 0..20_000 {
            let name = if number % 3 == 0 { "" } else { "N" };
            let price = if number % 2 == 0 { "" } else { "1" };
            writeln!(rows, "c{number},{name},{price}").expect("a string takes all");
        }
        let run = || Run::new(&db).file(&plans("values_from = \"p.csv\"")).file_at("p.csv", &rows);
        let plan = run().args(["plan", "--format", "sql"]).run().success();
        assert_eq!(plan.stdout.matches("INSERT INTO").count(), 40, "500 rows each");
        run().arg("apply").run().success();
        run().args(["check", "--force"]).run().success();
        assert_eq!(
            db.scalar("select count(*) || ' ' || count(name) || ' ' || count(price) from plans"),
            "20000 13333 10000"
        );
    }
}
