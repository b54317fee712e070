//! One test binary: real PostgreSQL, real processes.

mod support;

mod connection;
mod connection_tls;
mod features;
mod harness;
mod killed;
mod portal;
mod together;
