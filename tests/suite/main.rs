//! One test binary: real PostgreSQL, real processes.
