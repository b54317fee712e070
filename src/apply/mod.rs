//! Executes a plan: preflight, rehearsal, then group after group, with retries where another session stood in the way.

mod blocked;
mod execute;
mod failure;
mod lock;
mod owners;
mod parallel;
mod preflight;
mod rehearse;
mod rights;
mod row_security;
mod tidy;
mod watch;
mod witness;

pub use blocked::{ATTEMPTS, patiently};
pub use execute::{Done, execute};
pub use failure::{Failure, Next, Stays};
pub use lock::lock;
pub use owners::{
    Strangers, bystanders, cascades_among_strangers, events_among_strangers, owners,
    questions_among_strangers, strangers, warning, work_among_strangers,
};
pub use parallel::Crew;
pub use preflight::{count_repairs, preflight};
pub use rehearse::{recheck, rehearse};
pub use rights::rights;
pub use row_security::Sight;
pub use tidy::tidy;
pub use watch::Watch;
pub use witness::witness;

use crate::source::Files;
use crate::statement::StepRecord;
use std::time::Duration;

/// How a plan is executed.
#[derive(Debug, Clone)]
pub struct Manner {
    /// How long one attempt waits for a lock.
    pub lock_timeout: Duration,
    /// How often a group is tried again because of a lock.
    pub attempts: u32,
    /// Rows in one batch of a backfill.
    pub batch: u64,
    /// Show whole rows that stand in the way, not their keys alone.
    pub show_rows: bool,
    /// The `search_path` under which the file's SQL is read, as SQL.
    pub search_path: String,
}

/// What happens during a run, for progress and logs.
#[derive(Debug, Clone)]
pub enum Event {
    /// Waiting for the database, or connected to it.
    Connection(crate::pg::WaitEvent),
    /// Another run holds the lock.
    LockBusy {
        /// How long it has been busy.
        elapsed: Duration,
        /// What the other run is doing, if it tells.
        doing: Option<String>,
    },
    /// Rows are being looked at, before anything is executed.
    Looking {
        /// In which tables.
        tables: Vec<String>,
        /// How many bytes these have.
        bytes: u64,
    },
    /// A plan is about to be executed.
    Started {
        /// How many statements it has.
        statements: usize,
    },
    /// A statement, or a transaction that begins with it, is being executed.
    Running {
        /// The number of the first statement, from 1.
        number: usize,
        /// How many statements go together.
        together: usize,
        /// How many statements the plan has.
        total: usize,
        /// The first statement, as it may be shown.
        sql: String,
    },
    /// A statement is done.
    Done(StepRecord),
    /// A batch of a backfill is done.
    Batch {
        /// Rows so far.
        rows: u64,
    },
    /// A group is tried again.
    Retrying {
        /// Why.
        reason: String,
        /// Who stood in the way, if it could be seen.
        blockers: Vec<String>,
        /// The next attempt.
        attempt: u32,
        /// How long until then.
        pause: Duration,
    },
    /// Something optional failed.
    Skipped {
        /// What.
        address: String,
        /// Why.
        error: String,
    },
    /// Anything else worth saying.
    Note(String),
}

/// Takes events. Called from the thread that works.
pub type Listener<'l> = dyn Fn(Event) + Sync + 'l;

/// What the stages of an application share.
pub struct Bench<'a> {
    /// How.
    pub manner: &'a Manner,
    /// The files, for carets.
    pub files: &'a Files,
    /// Who is told.
    pub listener: &'a Listener<'a>,
    /// Asks who is waited for.
    pub watch: Watch<'a>,
    /// Sessions for what can be done side by side.
    pub crew: Option<&'a Crew>,
}
