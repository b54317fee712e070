//! One test binary: real PostgreSQL, real processes.

mod support;

mod attributes;
mod bad_input;
mod cases;
mod command_line;
mod comments;
mod connection;
mod connection_tls;
mod disk_full;
mod edits;
mod examples;
mod failover;
mod features;
mod fuzz;
mod harness;
mod hostile;
mod house;
mod inspect;
mod kill_matrix;
mod killed;
mod kinds;
mod leftovers;
mod locks;
mod network;
mod pooler;
mod portal;
mod prune;
mod random;
mod real;
mod recognised;
mod reference;
mod rights;
mod tidy;
mod together;
mod way_back;
