//! One test binary: real PostgreSQL, real processes.

mod support;

mod cases;
mod comments;
mod connection;
mod connection_tls;
mod features;
mod harness;
<<<<<<< HEAD
mod killed;
mod portal;
mod together;
=======
mod house;
mod portal;
mod prune;
mod reference;
>>>>>>> main
