//! One test binary: real PostgreSQL, real processes.

mod support;

mod comments;
mod connection;
mod connection_tls;
mod features;
mod harness;
mod portal;
mod house;
mod reference;
