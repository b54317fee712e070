//! pgreconcile: one declarative `schema.toml`, one live PostgreSQL, one command that makes the second match the
//! first and issues only the statements that are missing.

pub mod config;
pub mod error;
pub mod pg;

pub use error::{Error, ErrorKind, Result};
