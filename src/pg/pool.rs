//! A pool of connections for work that runs side by side.

use std::time::Duration;

use r2d2::{ManageConnection, NopErrorHandler, PooledConnection};

use super::client::Client;
use super::connect::Connector;
use crate::config::Connection;
use crate::error::{Error, Result};

/// A pool of sessions.
pub type Pool = r2d2::Pool<Manager>;

/// A session lent by a [`Pool`]; it goes back when dropped.
pub type PooledClient = PooledConnection<Manager>;

/// What is done to each session when it opens, such as its settings.
pub type Prepare = dyn Fn(&mut Client) -> Result<()> + Send + Sync;

/// Opens connections for r2d2 in the same way as [`super::connect`], TLS and its fall-back included. That is why
/// this is not the manager of `r2d2_postgres`, which knows one host and one way.
pub struct Manager {
    connector: Connector,
    prepare: Box<Prepare>,
}

impl ManageConnection for Manager {
    type Connection = Client;
    type Error = Error;

    fn connect(&self) -> Result<Client> {
        let mut client = self.connector.open(None)?;
        (self.prepare)(&mut client)?;
        Ok(client)
    }

    fn is_valid(&self, client: &mut Client) -> Result<()> {
        match client.answers_within(Duration::from_secs(5)) {
            true => Ok(()),
            false => Err(Error::failed("session lost")),
        }
    }

    fn has_broken(&self, client: &mut Client) -> bool {
        client.is_closed()
    }
}

/// A pool of at most `size` sessions (at least one); each opens when it is first needed.
///
/// # Errors
/// Usage errors for certificate files that cannot be used. `Pool::get` fails when no session is free or can be
/// opened within 30 s.
pub fn pool(connection: &Connection, size: u32) -> Result<Pool> {
    pool_with(connection, size, |_| Ok(()))
}

/// As [`pool`]; `prepare` is done to each session when it opens.
///
/// # Errors
/// As [`pool`].
pub fn pool_with(
    connection: &Connection,
    size: u32,
    prepare: impl Fn(&mut Client) -> Result<()> + Send + Sync + 'static,
) -> Result<Pool> {
    let manager = Manager { connector: Connector::new(connection)?, prepare: Box::new(prepare) };
    r2d2::Pool::builder()
        .max_size(size.max(1))
        .min_idle(Some(0))
        // Idle time and age are limits for servers that run for weeks.
        .idle_timeout(None)
        .max_lifetime(None)
        // `get` reports the last error itself; r2d2 would log each attempt as an error.
        .error_handler(Box::new(NopErrorHandler))
        .build(manager)
        .map_err(|error| Error::failed(format!("cannot set up the connection pool: {error}")))
}
