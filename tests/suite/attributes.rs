//! Every attribute of every kind, changed in the file and behind the tool's back: `tests/attributes/KIND.toml`.
//!
//! Such a file is a `schema.toml`. Behind a line stands what else the line could be, after a mark:
//!
//! | mark | what it says |
//! |---|---|
//! | `# or: LINE` | something else: the difference is found and mended, both ways |
//! | `# then: LINE` | something else, from which there is no way back: the difference is found and mended |
//! | `# same: LINE` | the same thing: no difference |
//! | `# refused: LINE` | something else, which PostgreSQL cannot make of it: a clear refusal, and nothing is changed |
//! | `# from 15` | the line is only for that major and those after it; it stands before the other marks |
//!
//! `LINE` may be empty. `{{unique}}` stands for a prefix that no other test uses, for roles, which a whole cluster
//! shares. `ATTRIBUTE=text` tries only lines that have the text in them. `ATTRIBUTES=all` also compares each result with
//! what the same file makes of an empty database, and goes back by the script of a plan, which takes thrice as long.

use crate::{
    cases::{dump, folder_of},
    support::{self, Database, Outcome, Run, Server},
};
use std::{
    collections::BTreeSet,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

const ALL: &str = "all,prune";

/// Keys that say how something is done, what it was, or where it is written: of the same database some hold and some do not.
const HOW: &[&str] = &[
    "backfill",
    "using",
    "keep",
    "orphans",
    "probe",
    "create",
    "drop",
    "transaction",
    "check_body",
    "values_from",
];

/// Keys whose values take functions in C that PostgreSQL does not bring along.
const IN_C: &[&str] = &["canonical", "transform"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Or,
    Then,
    Same,
    Refused,
}

const MARKS: &[(&str, Mark)] =
    &[("# or:", Mark::Or), ("# then:", Mark::Then), ("# same:", Mark::Same), ("# refused:", Mark::Refused)];

/// A line of such a file.
struct Line {
    text: String,
    from: u32,
    others: Vec<(Mark, String)>,
}

impl Line {
    fn read(line: &str) -> Line {
        let found = |mark: &'static str| line.match_indices(mark).map(move |(at, _)| (at, mark.len()));
        let others =
            MARKS.iter().flat_map(|(text, mark)| found(text).map(|(at, length)| (at, length, Some(*mark))));
        let mut marks: Vec<(usize, usize, Option<Mark>)> =
            others.chain(found("# from ").map(|(at, length)| (at, length, None))).collect();
        marks.sort_by_key(|(at, ..)| *at);
        let end = marks.first().map_or(line.len(), |(at, ..)| *at);
        let mut read = Line { text: line[..end].trim_end().to_owned(), from: 0, others: Vec::new() };
        for (place, (at, length, mark)) in marks.iter().enumerate() {
            let end = marks.get(place + 1).map_or(line.len(), |(at, ..)| *at);
            let text = line[at + length..end].trim();
            match mark {
                Some(mark) => read.others.push((*mark, text.to_owned())),
                None => read.from = text.parse().expect("`# from` names a major"),
            }
        }
        read
    }

    /// The keys that a line gives a value.
    fn keys(text: &str) -> impl Iterator<Item = &str> {
        let ends = text.match_indices(" = ").map(|(at, _)| &text[..at]);
        ends.filter_map(|before| before.rsplit([' ', '{']).next())
    }
}

/// A file of this sort, as it is for one major.
struct Sheet {
    lines: Vec<Line>,
}

impl Sheet {
    fn read(kind: &str) -> Sheet {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/attributes/{kind}.toml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Sheet { lines: text.lines().map(Line::read).collect() }
    }

    fn for_major(mut self, major: u32) -> Sheet {
        self.lines.retain(|line| line.from <= major);
        self
    }

    /// The file as it stands, or with one line another.
    fn file(&self, other: Option<(usize, &str)>) -> String {
        let text = |(at, line): (usize, &Line)| match other {
            Some((place, text)) if place == at => format!("{text}\n"),
            _ => format!("{}\n", line.text),
        };
        self.lines.iter().enumerate().map(text).collect()
    }
}

/// A database, and the names that its roles have.
struct Site<'s> {
    server: &'s Server,
    db: Database,
    prefix: String,
}

impl<'s> Site<'s> {
    fn new(server: &'s Server, prefix: &str) -> Self {
        Self { server, db: server.database(), prefix: prefix.to_owned() }
    }

    #[track_caller]
    fn run(&self, file: &str, arguments: &[&str]) -> Outcome {
        // What changes hands on the way belongs to roles that the file vouches for all along.
        let vouched =
            format!("reconcile.owners = [\"{{{{unique}}}}_owner\", \"{{{{unique}}}}_other\"]\n{file}");
        Run::new(&self.db)
            .file(&vouched.replace("{{unique}}", &self.prefix))
            .env("SECRET", "one")
            .env("OTHER_SECRET", "two")
            .args(arguments.iter().copied())
            .run()
    }

    /// Makes it so, with every consent, and holds that it is so.
    #[track_caller]
    fn apply(&self, file: &str) {
        self.run(file, &["apply", "--allow", ALL]).success();
        self.run(file, &["check", "--force", "--allow", ALL]).success();
    }

    fn dump(&self) -> String {
        self.db.dump_with(&["-N", "pgreconcile"])
    }

    /// The same file makes the same of an empty database.
    #[track_caller]
    fn assert_like_new(&self, file: &str, what: &str) {
        let fresh = Site::new(self.server, &self.prefix);
        fresh.run(file, &["apply", "--allow", ALL]).success();
        self.assert_like(&fresh.dump(), what);
    }

    #[track_caller]
    fn assert_like(&self, dump: &str, what: &str) {
        let (extra, missing) = dump::difference(&self.dump(), dump);
        let [extra, missing] = [extra, missing].map(|list| list.join("\n"));
        assert!(
            extra.is_empty() && missing.is_empty(),
            "{what}\nonly here:\n{extra}\nonly there:\n{missing}"
        );
    }
}

/// The sheet of a kind as it stands, for one major.
pub fn plain(kind: &str, major: u32) -> String {
    Sheet::read(kind).for_major(major).file(None)
}

/// The same with something else in every line that has something else.
pub fn varied(kind: &str, major: u32) -> String {
    let sheet = Sheet::read(kind).for_major(major);
    let other = |line: &Line| {
        let others = line.others.iter().filter(|(mark, text)| *mark == Mark::Or && !text.is_empty());
        format!("{}\n", others.map(|(_, text)| text).next().unwrap_or(&line.text))
    };
    sheet.lines.iter().map(other).collect()
}

fn is_thorough() -> bool {
    env::var("ATTRIBUTES").is_ok_and(|value| value == "all")
}

/// Changes one line and back, in the file and behind the tool's back.
fn vary(site: &Site<'_>, base: &str, original: &str, other: &str, mark: Mark) {
    match mark {
        Mark::Same => {
            site.run(other, &["check", "--force", "--allow", ALL]).success();
        }
        Mark::Refused => {
            site.run(other, &["check"]).code(2);
            site.run(other, &["apply", "--allow", ALL]).code(1);
            site.assert_like(original, "a run that was refused has changed something");
        }
        Mark::Or if !is_thorough() => {
            for (file, what) in [(other, "there"), (base, "back")] {
                let told = site.run(file, &["apply", "--allow", ALL]).success().stdout;
                assert!(!told.contains("nothing to do"), "no difference on the way {what}: {told}");
                site.run(file, &["check", "--force", "--allow", ALL]).success();
            }
            site.assert_like(original, "there and back, it is another");
        }
        Mark::Or | Mark::Then => {
            site.run(other, &["check", "--allow", ALL]).code(2);
            site.apply(other);
            site.assert_like_new(other, "changed, it is not what the same file makes of an empty database");
            if mark == Mark::Then {
                return;
            }
            // What was done, undone by somebody else.
            let plan = ["plan", "--format", "sql", "--stateless", "--allow", ALL];
            let script = site.run(base, &plan).success().stdout;
            let psql = site.db.psql(&script);
            let told = String::from_utf8_lossy(&psql.stderr).into_owned();
            assert!(psql.status.success(), "the script of the plan fails: {told}\n{script}");
            site.assert_like(original, "changed back by the script of the plan, it is another");
            site.run(base, &["check", "--stateless", "--allow", ALL]).success();
            site.run(other, &["check", "--allow", ALL]).code(2);
            site.run(base, &["apply", "--allow", ALL]).success().stdout_contains("in sync");
        }
    }
}

fn run(kind: &str) {
    let server = support::servers().iter().find(|server| server.is_newest()).expect("a server");
    if !server.can_dump() {
        return;
    }
    let filter = env::var("ATTRIBUTE").unwrap_or_default();
    let sheet = Sheet::read(kind).for_major(server.major());
    let prefix = support::unique("r");
    let base = sheet.file(None);
    let start = || {
        let site = Site::new(server, &prefix);
        site.apply(&base);
        site
    };
    let mut site = start();
    let original = site.dump();
    let mut failures = Vec::new();
    for (place, line) in sheet.lines.iter().enumerate() {
        for (mark, text) in line.others.iter().filter(|_| line.text.contains(&filter)) {
            let other = sheet.file(Some((place, text)));
            let tried = catch_unwind(AssertUnwindSafe(|| vary(&site, &base, &original, &other, *mark)));
            if let Err(panic) = &tried {
                let told = panic.downcast_ref::<String>().cloned();
                let told = told.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                failures.push(format!(
                    "==== {kind}: `{}`, {mark:?} `{text}`\n{}",
                    line.text,
                    told.unwrap_or_default()
                ));
            }
            if tried.is_err() || *mark == Mark::Then {
                site = start();
            }
        }
    }
    drop(site);
    // If something failed, the server may be left with them.
    let _ = server.database().drop_roles(&prefix);
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}

/// Every key of the reference stands in the sheet of its kind with something else that it could be.
#[test]
fn every_key_is_varied() {
    let mut missing = Vec::new();
    for kind in pgreconcile::kinds::registry().iter() {
        let doc = kind.doc();
        let sheet = Sheet::read(&folder_of(doc.name));
        let varied: BTreeSet<String> = sheet
            .lines
            .iter()
            .flat_map(|line| line.others.iter().map(move |(_, other)| [line.text.as_str(), other.as_str()]))
            .flatten()
            .flat_map(Line::keys)
            .map(str::to_owned)
            .collect();
        let keys =
            doc.keys.iter().map(|key| key.name).filter(|key| !HOW.contains(key) && !IN_C.contains(key));
        missing.extend(keys.filter(|key| !varied.contains(*key)).map(|key| format!("{}: `{key}`", doc.name)));
    }
    assert!(missing.is_empty(), "these keys never change in `tests/attributes`\n{}", missing.join("\n"));
}

#[test]
fn no_sheet_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attributes");
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let there: BTreeSet<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().replace(".toml", "")).collect();
    let named: BTreeSet<String> = SHEETS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, named, "the files of `tests/attributes`, and those that have a test");
    let kinds: BTreeSet<String> =
        pgreconcile::kinds::registry().iter().map(|kind| folder_of(kind.doc().name)).collect();
    assert_eq!(there, kinds, "the files of `tests/attributes`, and the kinds");
}

macro_rules! sheets {
    ($($name:ident),+ $(,)?) => {
        const SHEETS: &[&str] = &[$(stringify!($name)),+];
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })+
    };
}

crate::kinds::every_kind!(sheets);
