//! One test binary: real PostgreSQL, real processes.

mod support;

mod cases;
mod connection;
mod connection_tls;
mod features;
mod harness;
