//! pgreconcile: one declarative `schema.toml`, one live PostgreSQL, one command that makes the second match the
//! first and issues only the statements that are missing.
//!
//! The flow, in the order in which it runs (see [`reconcile`]):
//!
//! 1. [`spec`] reads the file into the desired model, while the connection is made.
//! 2. [`observe`] reads the catalog into the observed model: one snapshot, two round trips.
//! 3. [`adopt`] pairs what goes by other names: renames, constraints that the file leaves unnamed.
//! 4. [`canon`] lets PostgreSQL say which differently spelled expressions are the same.
//! 5. [`diff`] finds the deltas; [`plan`] chooses the gentle forms, orders, groups and gates them.
//! 6. [`apply`] executes the plan under a lock, and the database is observed again: nothing may be left over.
//! 7. [`report`] tells.
//!
//! A server that reconciles before it starts:
//!
//! ```no_run
//! use pgreconcile::{Options, Reconciler, config::Connection, report};
//!
//! let environment = |name: &str| std::env::var(name).ok();
//! let reconciler = Reconciler::from_path("schema.toml", &environment)?;
//! let options = Options::new(Connection::resolve(None, &environment)?);
//! let outcome = reconciler.apply(&options, &|event| eprintln!("{event:?}"))?;
//! println!("{}", report::text(&outcome, false, false));
//! # Ok::<(), pgreconcile::Error>(())
//! ```

pub mod adopt;
pub mod apply;
pub mod canon;
pub mod config;
pub mod delta;
pub mod diff;
mod equality;
pub mod error;
pub mod inspect;
pub mod kind;
pub mod kinds;
pub mod model;
mod needs;
pub mod observe;
mod partitions;
pub mod pg;
pub mod plan;
pub mod reconcile;
mod repair;
pub mod report;
pub mod scope;
pub mod session;
pub mod source;
pub mod spec;
pub mod sql;
pub mod state;
pub mod statement;
pub mod trust;

pub use error::{Error, ErrorKind, Result};
pub use reconcile::{Options, Reconciler};
