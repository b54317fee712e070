//! One test binary: real PostgreSQL, real processes.

mod support;

mod harness;
