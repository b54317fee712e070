//! Whatever a file holds, it is read to its end: it is valid, or every problem in it is told. Nothing panics, nothing
//! hangs; and what a string holds is either done exactly or refused with a message.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::LazyLock,
    time::{Duration, Instant},
};

use pgreconcile::{Error, ErrorKind, Options, Reconciler, config::Connection, kinds, sql::Consent};
use proptest::{prelude::*, sample::Index, test_runner::Config};
use toml::{Table, Value};

use crate::support::{self, Cluster};

/// No file of a person takes as long to read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Valid files to begin with: the examples of all kinds, and the files of all cases.
static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut seeds: Vec<String> = kinds::registry().iter().map(|kind| kind.doc().example.to_owned()).collect();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for kind in fs::read_dir(cases).expect("the cases").flatten() {
        for case in fs::read_dir(kind.path()).expect("a folder of cases").flatten() {
            seeds.extend(fs::read_to_string(case.path().join("schema.toml")));
        }
    }
    seeds.sort();
    seeds
});

fn read(contents: &[u8]) -> Result<Reconciler, Error> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("schema.toml");
    fs::write(&path, contents).expect("a writable directory");
    let begun = Instant::now();
    let read =
        catch_unwind(AssertUnwindSafe(|| Reconciler::from_path(&path, &|_| Some("secret".to_owned()))));
    let took = begun.elapsed();
    let shown = || String::from_utf8_lossy(contents).chars().take(2000).collect::<String>();
    assert!(took < PATIENCE, "it took {took:?} to read\n{}", shown());
    let Ok(read) = read else { panic!("panicked at\n{}", shown()) };
    if let Err(error) = &read {
        assert!(matches!(error.kind, ErrorKind::InvalidSpec | ErrorKind::Usage), "{error}");
        assert!(!error.message.is_empty(), "an error without a word");
    }
    read
}

/// One change of a text: something goes, comes, is said twice, or changes places.
#[derive(Clone, Debug)]
enum Change {
    Remove(Index, Index),
    Insert(Index, String),
    Repeat(Index, Index),
    Swap(Index, Index),
    Take(Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let pieces = prop_oneof![
        Just("\""),
        Just("'"),
        Just("'''"),
        Just("\"\"\""),
        Just("["),
        Just("]"),
        Just("[["),
        Just("{"),
        Just("}"),
        Just("="),
        Just("."),
        Just(","),
        Just("\n"),
        Just("#"),
        Just("\\"),
        Just("\\u0000"),
        Just("\\uD800"),
        Just("true"),
        Just("0x7fffffffffffffff"),
        Just("-1"),
        Just("1e999"),
        Just("nan"),
        Just("1979-05-27"),
        Just("absent = true\n"),
        Just("renamed_from = \"x\"\n"),
        Just("name"),
        Just("ü"),
        Just("\u{0}"),
        Just("\u{202e}"),
    ];
    let text = prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => any::<String>()];
    prop_oneof![
        (any::<Index>(), any::<Index>()).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<Index>(), text).prop_map(|(at, text)| Change::Insert(at, text)),
        (any::<Index>(), any::<Index>()).prop_map(|(at, length)| Change::Repeat(at, length)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Change::Swap(one, other)),
        (any::<Index>(), any::<Index>(), any::<Index>())
            .prop_map(|(seed, at, to)| Change::Take(seed, at, to)),
    ]
}

fn apply(chars: &mut Vec<char>, change: &Change) {
    let place = |index: &Index| index.index(chars.len() + 1);
    match change {
        Change::Remove(at, length) => {
            let at = place(at);
            let end = (at + length.index(12)).min(chars.len());
            chars.drain(at..end);
        }
        Change::Insert(at, text) => {
            let at = place(at);
            chars.splice(at..at, text.chars());
        }
        Change::Repeat(at, length) => {
            let at = place(at);
            let end = (at + length.index(80)).min(chars.len());
            let again: Vec<char> = chars[at..end].to_vec();
            chars.splice(at..at, again);
        }
        Change::Swap(one, other) => {
            let mut lines: Vec<String> =
                chars.iter().collect::<String>().lines().map(str::to_owned).collect();
            if !lines.is_empty() {
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
            }
            *chars = lines.join("\n").chars().collect();
        }
        // A line of another file.
        Change::Take(seed, at, to) => {
            let lines: Vec<&str> = seed.get(&SEEDS).lines().collect();
            let line = if lines.is_empty() { "" } else { at.get(&lines) };
            let to = place(to);
            chars.splice(to..to, format!("\n{line}\n").chars());
        }
    }
}

#[test]
fn any_bytes_are_read_to_their_end() {
    proptest!(Config { cases: 600, failure_persistence: None, ..Config::default() }, |(bytes in any::<Vec<u8>>())| {
        let _ = read(&bytes);
    });
    proptest!(Config { cases: 600, failure_persistence: None, ..Config::default() }, |(text in any::<String>())| {
        let _ = read(text.as_bytes());
    });
}

#[test]
fn changed_files_are_read_to_their_end() {
    let changes = prop::collection::vec(change(), 1..5);
    let config = Config { cases: 6000, failure_persistence: None, ..Config::default() };
    proptest!(config, |(seed in any::<Index>(), changes in changes)| {
        let mut chars: Vec<char> = seed.get(&SEEDS).chars().collect();
        changes.iter().for_each(|change| apply(&mut chars, change));
        let _ = read(chars.iter().collect::<String>().as_bytes());
    });
}

/// As deep as a file can be, and a bit deeper.
#[test]
fn deep_and_long_files_are_read_to_their_end() {
    for depth in [50, 500, 50_000] {
        let _ = read(format!("a = {}1{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
        let _ = read(format!("a = {}", "{ a = ".repeat(depth)).as_bytes());
        let _ = read(format!("[{}]", vec!["a"; depth].join(".")).as_bytes());
        let _ = read(format!("[tables.t.columns]\na = \"{}\"", "(".repeat(depth)).as_bytes());
    }
    let _ = read("x = 1\n".repeat(100_000).as_bytes());
}

/// What a string may hold.
const STRINGS: &[&str] = &[
    "it's",
    "\"quoted\"",
    "a\"b'c$$d",
    "two\nlines",
    "escape\u{1b}[31m",
    "nul\u{0}nul",
    "back\\slash",
    "",
    "semi; drop table x; --",
    "comment /*",
    "sixty-four-bytes-are-one-more-than-postgresql-keeps-of-any-name-x",
    "ééééééééééééééééééééééééééééééééé",
    "sixty-three-bytes-are-all-that-postgresql-keeps-of-any-name--xx",
    "名前",
    "%s%I%L",
];

/// The strings of a file, each by its place.
fn strings(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter_mut().for_each(|item| strings(item, visit)),
        Value::Table(table) => table.iter_mut().for_each(|(_, item)| strings(item, visit)),
        _ => {}
    }
}

/// Every file that comes of putting one of [`STRINGS`] into one place of an example.
fn spoilt() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for kind in kinds::registry().iter() {
        let table: Table = kind.doc().example.parse().expect("an example is TOML");
        let mut whole = Value::Table(table);
        let mut count = 0;
        strings(&mut whole, &mut |_| count += 1);
        for place in 0..count {
            for text in STRINGS {
                let (mut copy, mut at) = (whole.clone(), 0);
                strings(&mut copy, &mut |there| {
                    if at == place {
                        *there = (*text).to_owned();
                    }
                    at += 1;
                });
                let what = format!("{}, string {place}: {text:?}", kind.doc().name);
                files.push((what, toml::to_string(&copy).expect("it can be written")));
            }
        }
    }
    files
}

#[test]
fn every_string_is_done_exactly_or_refused() {
    // Roles belong to the whole cluster, so this one is alone in its own.
    let cluster = support::server().dedicated(&support::Options::default());
    let mut exact = 0;
    let valid: Vec<_> = spoilt().into_iter().filter(|(_, file)| read(file.as_bytes()).is_ok()).collect();
    // All of them are read; of those that are valid, some meet a server, or all with `FUZZ=all`.
    let step = if std::env::var_os("FUZZ").is_some() { 1 } else { 1 + valid.len() / 100 };
    let mut wrong = Vec::new();
    for (what, file) in valid.iter().step_by(step) {
        match is_exact(&cluster, file) {
            Ok(done) => exact += usize::from(done),
            Err(why) => wrong.push(format!("{what}: {why}\n{file}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are neither done exactly nor refused\n{}",
        wrong.len(),
        wrong.join("\n----\n")
    );
    assert!(exact > 0, "none of {} files could be done", valid.len());
}

/// Whether the file could be done; if so, a second run has nothing to do.
fn is_exact(cluster: &Cluster, file: &str) -> Result<bool, String> {
    let db = cluster.database();
    let reconciler = read(file.as_bytes()).expect("it was valid before");
    let url = db.url();
    let connection = Connection::resolve(Some(&url), &|_| None).expect("an address");
    let mut options = Options::new(connection);
    options.wait = Some(Duration::ZERO);
    options.allow = Consent::ALL.into_iter().collect();
    let applied = catch_unwind(AssertUnwindSafe(|| reconciler.apply(&options, &|_| {})));
    let Ok(applied) = applied else { return Err("panicked".to_owned()) };
    let roles = db.column("select rolname from pg_roles where oid >= 16384");
    let result = applied.map(|_| reconciler.plan(&options, &|_| {}));
    // Roles belong to the cluster; each file makes them anew.
    for role in roles {
        let role = role.replace('"', "\"\"");
        let _ = db.try_execute(&format!("drop owned by \"{role}\"; drop role \"{role}\""));
    }
    match result {
        Ok(Ok(again)) if again.plan.is_empty() => Ok(true),
        Ok(Ok(again)) => {
            let addresses: Vec<_> = again.plan.items.iter().map(|item| item.address.to_string()).collect();
            Err(format!("a second run would change {}", addresses.join(", ")))
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) if error.message.contains("left after every statement") => Err(error.to_string()),
        Err(_) => Ok(false),
    }
}
