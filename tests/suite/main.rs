//! One test binary: real PostgreSQL, real processes.

mod support;

mod comments;
mod connection;
mod connection_tls;
mod features;
mod harness;
mod house;
mod prune;
mod reference;
