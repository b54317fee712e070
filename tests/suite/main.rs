//! One test binary: real PostgreSQL, real processes.

mod support;

mod cases;
mod comments;
mod connection;
mod connection_tls;
mod features;
mod harness;
mod house;
mod killed;
mod leftovers;
mod locks;
mod portal;
mod prune;
mod reference;
mod rights;
mod together;
