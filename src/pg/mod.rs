//! The way to the server: connecting with our settings, waiting, TLS, versions, the pool, password verifiers.

mod auth;
mod client;
mod connect;
mod diagnose;
pub mod pool;
pub mod pooler;
pub mod scram;
pub mod settings;
mod tls;
mod tls_verify;
pub mod version;
pub mod wait;

pub use client::{Canceller, Client, Message, Reply, Table, Values};
pub use connect::{ConnectError, Connector, Reason, connect, first_answer};
pub use diagnose::{is_inability, is_lost, is_silence};
pub use pool::{Pool, PooledClient, pool};
pub use version::{Feature, OLDEST_MAJOR, ServerVersion};
pub use wait::{WaitEvent, connect_waiting, connect_waiting_since};
