//! The harness: throw-away PostgreSQL clusters, databases in them, and runs of the real binary.
//!
//! ```text
//! for server in support::servers() {                       // every major on this machine
//!     let db = server.database();                          // fresh, dropped at the end of the scope
//!     db.execute("create table t (id int)");
//!     Run::new(&db).file(SCHEMA).arg("apply").run().success().stdout_contains("in sync");
//!     assert_eq!(db.scalar("select count(*) from t"), "0");
//! }
//! ```
//!
//! `PG_BINS` names the PostgreSQL `bin` directories to test on, separated by colons. Without it, everything in
//! the usual places and in `.postgres/` is used. Clusters vanish with this process, however it dies.
#![allow(dead_code, reason = "a harness offers more than the tests of any one day use")]

pub mod account;
mod cluster;
mod database;
pub mod example;
mod install;
mod outcome;
pub mod portal;
pub mod pretend;
mod run;
mod running;
mod server;
pub mod stored;
pub mod wire;

use std::{
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

#[allow(unused_imports, reason = "the harness's face, whole")]
pub use self::{
    cluster::{Cluster, Options},
    database::Database,
    outcome::Outcome,
    run::{Run, pgreconcile},
    running::Running,
    server::{Server, server, servers},
};
#[allow(unused_imports, reason = "the harness's face, whole")]
pub use tempfile::TempDir;

/// A name that no other test uses, here or in another test process; for roles, which a whole cluster shares.
pub fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}_{}_{:06}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Asserts that two texts are the same, and shows the first line in which they are not.
#[track_caller]
pub fn assert_same_lines(one: &str, other: &str) {
    let mut pairs = one.lines().zip(other.lines()).enumerate();
    if let Some((number, (one, other))) = pairs.find(|(_, (one, other))| one != other) {
        panic!("line {} differs\n< {one}\n> {other}", number + 1);
    }
    let (one, other) = (one.lines().count(), other.lines().count());
    assert!(one == other, "one has {one} lines, the other {other}");
}

/// Sends a process a signal, such as `TERM`.
#[track_caller]
pub fn signal(name: &str, pid: u32) {
    // The shell's own `kill`: slim machines have no other.
    let sent =
        Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "kill", name, &pid.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "cannot send {name} to {pid}");
}
