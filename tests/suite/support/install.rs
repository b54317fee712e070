//! The PostgreSQL installations of this machine: their majors and their programs.

use std::{
    collections::HashMap,
    env, fs,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, PoisonError},
};

use super::account;

/// Every installation, one a major, oldest first.
pub static INSTALLS: LazyLock<Vec<Install>> = LazyLock::new(|| {
    let named = env::var("PG_BINS").ok().filter(|bins| !bins.is_empty());
    let mut installs: Vec<_> = match &named {
        Some(bins) => env::split_paths(bins)
            .map(|bin| {
                Install::at(&bin).unwrap_or_else(|| {
                    panic!("PG_BINS names `{}`, which has no working `postgres`", bin.display())
                })
            })
            .collect(),
        None => usual_places().iter().filter_map(|bin| Install::at(bin)).collect(),
    };
    installs.sort_by_key(|install| install.major);
    installs.dedup_by_key(|install| install.major);
    assert!(
        !installs.is_empty(),
        "no PostgreSQL server on this machine\nhint: run `scripts/test`, which installs one, or name its bin directory in PG_BINS"
    );
    installs
});

/// One installed PostgreSQL.
#[derive(Clone, Debug)]
pub struct Install {
    /// The directory of `postgres`, `initdb` and `pg_ctl`.
    pub bin: PathBuf,
    /// The major version.
    pub major: u32,
}

impl Install {
    fn at(bin: &Path) -> Option<Self> {
        Some(Self { bin: bin.to_owned(), major: major_of(&bin.join("postgres"))? })
    }

    /// A program of this very installation.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// A client program that can talk to this server: its own, else the nearest newer one, else the newest.
    pub fn client(&self, name: &str) -> Option<PathBuf> {
        let own = self.program(name);
        if own.exists() {
            return Some(own);
        }
        let mut found = clients(name);
        found.sort_by_key(|(major, _)| (*major < self.major, major.abs_diff(self.major)));
        found.into_iter().next().map(|(_, path)| path)
    }

    /// A `pg_dump` that this server's major can be dumped with; it refuses servers newer than itself.
    pub fn pg_dump(&self) -> Option<PathBuf> {
        self.client("pg_dump").filter(|path| major_of(path).is_some_and(|major| major >= self.major))
    }
}

fn usual_places() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut bins = Vec::new();
    bins.extend(children("/usr/lib/postgresql"));
    bins.extend(children(root.join(".postgres")));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        bins.extend(
            children(homebrew).into_iter().filter(|path| path.to_string_lossy().contains("/postgresql")),
        );
    }
    bins.iter_mut().for_each(|path| path.push("bin"));
    bins.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    bins
}

fn children(directory: impl AsRef<Path>) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn clients(name: &str) -> Vec<(u32, PathBuf)> {
    let named = INSTALLS.iter().map(|install| install.bin.clone());
    named
        .chain(usual_places())
        .map(|bin| bin.join(name))
        .filter_map(|path| Some((major_of(&path)?, path)))
        .collect()
}

/// The major in `postgres (PostgreSQL) 15.18 (Debian …)`; also in `18beta1`.
/// The major version of a program. It is asked once: programs are looked for often, and some are scripts that take long.
fn major_of(program: &Path) -> Option<u32> {
    static KNOWN: LazyLock<Mutex<HashMap<PathBuf, Option<u32>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(program.to_owned()).or_insert_with(|| ask_major(program))
}

fn ask_major(program: &Path) -> Option<u32> {
    // As the owner of the clusters: what that user cannot reach is not installed.
    let output = account::command(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split("(PostgreSQL) ").nth(1)?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
