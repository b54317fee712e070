//! One case and its contract.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{children, dump, name_of};
use crate::support::{self, Database, Outcome, Run, Server};

const PLACEHOLDER: &str = "{{unique}}";

/// What stands where a plan has something random.
const VERIFIER: &str = "'SCRAM-SHA-256$…'";

/// A folder of files.
pub struct Case {
    /// `KIND/CASE`.
    pub name: String,
    path: PathBuf,
}

impl Case {
    /// The case in that folder.
    pub fn at(folder: &str, path: &Path) -> Self {
        Self { name: format!("{folder}/{}", name_of(path)), path: path.to_owned() }
    }

    /// Whether it is for that major.
    pub fn is_for(&self, major: u32) -> bool {
        let Some(range) = self.read("versions") else { return true };
        let (from, to) = range.trim().split_once("..").expect("`versions` is a range, as `15..`");
        let bound = |text: &str| text.parse::<u32>().ok();
        bound(from).is_none_or(|from| major >= from) && bound(to).is_none_or(|to| major <= to)
    }

    /// Holds the case's contract on one server.
    pub fn run(&self, server: &Server) {
        let live = Site::new(self, server);
        if let Some(sql) = self.read("before.sql") {
            live.db.execute(&live.fill(&sql));
        }
        let plan = live.run("plan --format sql").success();
        self.golden("plan.sql", &live.blank(&body(&plan.stdout)));
        live.run("apply").success();
        live.run("plan --format sql").success().stdout_contains("-- in sync");
        let logged = live.db.log().len();
        live.run("apply").success().stdout_contains("in sync");
        let written = written(&live.db.log()[logged..]);
        assert!(written.is_empty(), "the second apply was not idle\n{}", written.join("\n"));
        let check = live.run("check --force --format json").success();
        self.golden("drift.txt", &live.blank(&drift(&check)));
        if let Some(sql) = self.read("rows.sql") {
            self.golden("rows.txt", &live.blank(&rows(&live.db, &live.fill(&sql))));
        }
        self.inspect(&live, server);
        let comparable = self.read("drift.txt").or(self.read("differs.txt")).is_none();
        if comparable && self.read("before.sql").is_some() && server.can_dump() && server.is_thorough() {
            self.compare_with_a_fresh_one(&live, server);
        }
    }

    /// What `inspect` says of the result is the result: it is in sync with it, and makes the same of an empty database.
    fn inspect(&self, live: &Site<'_>, server: &Server) {
        if !server.is_newest() || !server.can_dump() {
            return;
        }
        let inspected = |db: &Database| Run::new(db).args(["inspect"]).run().success().stdout;
        let file = inspected(&live.db);
        if file.is_empty() {
            return;
        }
        // Whom the file vouches for is no matter here.
        let vouched = |line: &&str| line.starts_with("# the file says `owner");
        let remarks = file.lines().take_while(|line| line.starts_with("# "));
        let unsaid: Vec<&str> = remarks.filter(|line| !vouched(line)).collect();
        let unsaid: String = unsaid.iter().map(|line| format!("{line}\n")).collect();
        self.golden("unsaid.txt", &live.blank(&unsaid));
        // What cannot be said would be taken away.
        let terms: &[&str] = if unsaid.is_empty() { &["--allow", "prune"] } else { &[] };
        let arguments = ["check", "--stateless"].iter().chain(terms).copied();
        let check = Run::new(&live.db).file(&file).args(arguments).run();
        let told = format!("{}{}", check.stdout, check.stderr);
        assert!(check.code == Some(0), "what is inspected is not in sync\n{file}\n{told}");
        if !unsaid.is_empty() {
            return;
        }
        let fresh = Site::new(self, server);
        Run::new(&fresh.db).file(&file).args(["apply", "--stateless", "--allow", "all"]).run().success();
        let again = inspected(&fresh.db);
        assert!(again == file, "another file\n{}\n{file}\n----\n{again}", first_difference(&file, &again));
        let dump = |db: &Database| db.dump_with(&["-N", "pgreconcile"]);
        let (live, fresh) = (dump(&live.db), dump(&fresh.db));
        let (mut extra, mut missing) = dump::difference(&live, &fresh);
        if !extra.is_empty() {
            // The server reads some of what it prints as something else; so does a restored dump.
            let restored = server.database();
            let commands = live.lines().filter(|line| !line.starts_with('\\'));
            restored.execute(&commands.map(|line| format!("{line}\n")).collect::<String>());
            (extra, missing) = dump::difference(&dump(&restored), &fresh);
        }
        assert!(
            extra.is_empty() && missing.is_empty(),
            "inspected and built anew, it is another\nonly here:\n{}\nonly there:\n{}\n{file}",
            extra.join("\n"),
            missing.join("\n")
        );
    }

    /// The result is what the same file makes of an empty database.
    fn compare_with_a_fresh_one(&self, live: &Site<'_>, server: &Server) {
        let fresh = Site::new(self, server);
        fresh.run("apply").success();
        let dump = |site: &Site<'_>| site.blank(&site.db.dump_with(&["-N", "pgreconcile"]));
        let (live, fresh) = (dump(live), dump(&fresh));
        let (extra, missing) = dump::difference(&live, &fresh);
        assert!(
            extra.is_empty() && missing.is_empty(),
            "not the same as built from nothing\nonly here:\n{}\nonly there:\n{}",
            extra.join("\n"),
            missing.join("\n")
        );
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path.join(file)).ok()
    }

    /// Compares with a golden file, which is not there if there is nothing to say.
    #[track_caller]
    fn golden(&self, file: &str, actual: &str) {
        let path = self.path.join(file);
        if env::var_os("UPDATE_GOLDEN").is_some() {
            let written =
                if actual.is_empty() { fs::remove_file(&path).or(Ok(())) } else { fs::write(&path, actual) };
            return written.unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        }
        let expected = self.read(file).unwrap_or_default();
        assert!(
            expected == actual,
            "`{file}` is another\n--- expected\n{expected}--- actual\n{actual}---\n{}hint: UPDATE_GOLDEN=1 writes it anew",
            first_difference(&expected, actual)
        );
    }
}

/// A database for one case, and the names that its roles have there.
struct Site<'c> {
    case: &'c Case,
    db: Database,
    unique: String,
}

impl<'c> Site<'c> {
    fn new(case: &'c Case, server: &Server) -> Self {
        Self { case, db: server.database(), unique: support::unique("r") }
    }

    fn fill(&self, text: &str) -> String {
        text.replace(PLACEHOLDER, &self.unique)
    }

    fn blank(&self, text: &str) -> String {
        text.replace(&self.unique, PLACEHOLDER)
    }

    #[track_caller]
    fn run(&self, arguments: &str) -> Outcome {
        let mut run = Run::new(&self.db);
        for (path, text) in files_of_the_schema(&self.case.path) {
            run = run.file_at(&path, &self.fill(&text));
        }
        for line in self.case.read("env").iter().flat_map(|env| env.lines()) {
            let (name, value) = line.split_once('=').expect("`env` has NAME=value");
            run = run.env(name, value);
        }
        run.args(arguments.split(' ')).run()
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        // Roles outlive the database. If the test fails, the server may be left with them.
        let _ = self.db.drop_roles(&self.unique);
    }
}

/// The files of a folder and the folders in it that make up a schema, by their path from there.
fn files_of_the_schema(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for path in children(folder) {
        let name = name_of(&path);
        if path.is_dir() {
            files.extend(
                files_of_the_schema(&path).into_iter().map(|(inner, text)| (format!("{name}/{inner}"), text)),
            );
        } else if [".toml", ".csv", ".jsonl"].iter().any(|ending| name.ends_with(ending)) {
            files.push((name, fs::read_to_string(&path).expect("a case's files are readable")));
        }
    }
    files
}

/// What a script says happens to the object of a statement.
const ACTIONS: &[&str] = &["create", "alter", "replace", "rename", "drop"];

/// A script without its head, which is the same for all, without what it says of each statement, and with nothing random.
fn body(script: &str) -> String {
    let body = script.split_once("\n\n").map_or(script, |(_, body)| body);
    let body = match body.split_once("-- the tool's own schema") {
        Some(("", rest)) => rest.split_once("COMMIT;\n\n").map_or(rest, |(_, body)| body),
        _ => body,
    };
    let is_said = |line: &&str| ACTIONS.iter().any(|action| line.starts_with(&format!("-- {action} ")));
    let is_timeout = |line: &&str| {
        line.starts_with("SET LOCAL lock_timeout")
            || line.starts_with("SET lock_timeout")
            || line.starts_with("RESET lock_timeout")
    };
    let lines = body.split_inclusive('\n').filter(|line| !is_said(line) && !is_timeout(line));
    let body: String = lines.collect();
    let mut parts = body.split("'SCRAM-SHA-256$");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(VERIFIER);
        text.push_str(part.split_once('\'').map_or("", |(_, rest)| rest));
    }
    text
}

/// What the server was told to write, less the tool's own records.
fn written(log: &str) -> Vec<String> {
    let messages = log.split("LOG:  statement: ").skip(1);
    let foreign = |message: &&str| !message.contains("pgreconcile.");
    messages.filter(foreign).map(|message| message.trim().to_owned()).collect()
}

fn drift(check: &Outcome) -> String {
    let report = check.json();
    let drift = report["drift"].as_array().expect("a report has `drift`");
    let mut lines: Vec<String> = drift
        .iter()
        .map(|item| {
            let changes = item["changes"].as_array().into_iter().flatten();
            let changes = changes.map(|change| format!("; {}: {}", change["attribute"], change["from"]));
            format!("{}{}\n", item["address"].as_str().unwrap_or_default(), changes.collect::<String>())
        })
        .collect();
    lines.sort();
    lines.concat()
}

fn rows(db: &Database, sql: &str) -> String {
    let line = |row: Vec<Option<String>>| {
        let cells = row.into_iter().map(|cell| cell.unwrap_or_else(|| "null".to_owned()));
        cells.collect::<Vec<_>>().join(" | ") + "\n"
    };
    db.query_text(sql).into_iter().map(line).collect()
}

fn first_difference(expected: &str, actual: &str) -> String {
    let mut pairs = expected.lines().zip(actual.lines()).enumerate();
    match pairs.find(|(_, (one, other))| one != other) {
        Some((number, (one, other))) => format!("line {}:\n  {one}\n  {other}\n", number + 1),
        None => String::new(),
    }
}
