//! A plan or a run, for people and for programs; and what the file can say, for readers and for editors.

mod json;
mod json_schema;
mod reference;
mod script;
mod text;

pub use json::{json, json_of_error};
pub use json_schema::json_schema;
pub use reference::reference;
pub use script::script;
pub use text::{change, statement_line, text};

use crate::plan::Plan;
use crate::scope::LeftAlone;
use crate::statement::StepRecord;
use std::time::Duration;

/// How a run ended, or what a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There was nothing to do.
    InSync,
    /// The plan was executed, and nothing is left over.
    Applied,
    /// There is something to do.
    Differs,
}

/// What a command has to tell.
#[derive(Debug, Clone)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// The plan.
    pub plan: Plan,
    /// What happened to each statement.
    pub steps: Vec<StepRecord>,
    /// How long it took.
    pub elapsed: Duration,
    /// The `search_path` for a script.
    pub search_path: String,
    /// For how long a script waits for a strong lock.
    pub lock_timeout: Duration,
    /// How many rows a script fills in at a time.
    pub batch: u64,
    /// What belongs to other tools, and is left alone.
    pub left_alone: Vec<LeftAlone>,
    /// What a script must say first.
    pub prelude: Option<String>,
}

impl Report {
    /// A report.
    pub fn new(outcome: Outcome, plan: Plan, steps: Vec<StepRecord>, elapsed: Duration) -> Report {
        Report {
            outcome,
            plan,
            steps,
            elapsed,
            search_path: String::new(),
            lock_timeout: Duration::ZERO,
            batch: 1,
            left_alone: Vec::new(),
            prelude: None,
        }
    }
}

/// A page of PostgreSQL's manual.
fn manual_page(name: &str) -> String {
    format!("https://www.postgresql.org/docs/current/{name}.html")
}
