//! Every case, on every major: `tests/cases/KIND/CASE/`.
//!
//! | file | what it is |
//! |---|---|
//! | `schema.toml` | the file; further `.toml`, `.csv` and `.jsonl` files and folders are what it includes |
//! | `before.sql` | what is in the database already; an empty database if it is not there |
//! | `plan.sql` | golden: what `plan --format sql` prints, without its head |
//! | `rows.sql`, `rows.txt` | queries to ask afterwards; golden: their rows |
//! | `drift.txt` | golden: what the database has beyond the file; no drift if it is not there |
//! | `unsaid.txt` | golden: what `inspect` cannot say of the result; all is said if it is not there |
//! | `differs.txt` | why the result is not what the same file makes of an empty database (neither is it with drift) |
//! | `versions` | the majors it is for: `15..`, `..16`, `14..16`; all if it is not there |
//! | `env` | environment variables, as `NAME=value` |
//!
//! `{{unique}}` stands for a prefix that no other test uses, for roles, which a whole cluster shares.
//! `UPDATE_GOLDEN=1` writes the goldens anew; `CASE=column/retype` runs only cases whose name has that in it.

mod case;
pub mod dump;

use std::{
    collections::BTreeSet,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use crate::support;
use case::Case;

macro_rules! folders {
    ($($folder:ident),+ $(,)?) => {
        const FOLDERS: &[&str] = &[$(stringify!($folder)),+];
        $(#[test]
        fn $folder() {
            run(stringify!($folder));
        })+
    };
}

crate::kinds::every_kind!(folders, names, spelling, whole);

/// Folders that are not named after a kind: what concerns several of them.
const NO_KIND: &[&str] = &["names", "spelling", "whole"];

#[test]
fn no_folder_is_forgotten() {
    let there: BTreeSet<String> = children(&root()).iter().map(|path| name_of(path)).collect();
    let named: BTreeSet<String> = FOLDERS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, named, "the folders of `tests/cases`, and those that have a test");
    for folder in children(&root()) {
        let cases = children(&folder);
        assert!(!cases.is_empty(), "`{}` has no case", folder.display());
        for case in cases {
            assert!(case.join("schema.toml").exists(), "`{}` has no schema.toml", case.display());
            assert!(case.join("plan.sql").exists(), "`{}` has no plan.sql", case.display());
        }
    }
}

#[test]
fn every_kind_has_a_case() {
    let kinds: BTreeSet<String> =
        pgreconcile::kinds::registry().iter().map(|kind| folder_of(kind.doc().name)).collect();
    let folders: BTreeSet<String> =
        FOLDERS.iter().filter(|name| !NO_KIND.contains(name)).map(|name| (*name).to_owned()).collect();
    assert_eq!(kinds, folders, "the kinds, and the folders of their cases");
}

/// The folder of a kind's cases: its name with underscores. `enum` is a word that Rust keeps for itself.
pub fn folder_of(kind: &str) -> String {
    if kind == "enum" { "enumeration".to_owned() } else { kind.replace(' ', "_") }
}

/// Runs every case of a folder on every major, and tells of all that fail.
fn run(folder: &str) {
    let filter = env::var("CASE").unwrap_or_default();
    let mut failures = Vec::new();
    for path in children(&root().join(folder)) {
        let case = Case::at(folder, &path);
        for server in support::servers().iter().filter(|server| case.is_for(server.major())) {
            if !case.name.contains(&filter) {
                continue;
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| case.run(server))) {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                let text = text.unwrap_or_default();
                failures.push(format!("==== {} on PostgreSQL {}\n{text}", case.name, server.major()));
            }
        }
    }
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
