//! The shared servers, one a major, started when first used.

use std::sync::{LazyLock, OnceLock};

use super::{
    cluster::{Cluster, Options},
    database::Database,
    install::{INSTALLS, Install},
};

static SERVERS: LazyLock<Vec<Server>> = LazyLock::new(|| INSTALLS.iter().cloned().map(Server::new).collect());

/// A server of every major that is installed, oldest first.
pub fn servers() -> &'static [Server] {
    &SERVERS
}

/// The server for tests that need only one: 15 where it is installed, else the newest.
pub fn server() -> &'static Server {
    let newest = servers().last().expect("there is at least one server");
    servers().iter().find(|server| server.major() == 15).unwrap_or(newest)
}

/// One major, with a cluster that all tests share.
pub struct Server {
    install: Install,
    cluster: OnceLock<Cluster>,
}

impl Server {
    fn new(install: Install) -> Self {
        Self { install, cluster: OnceLock::new() }
    }

    /// The major version.
    pub fn major(&self) -> u32 {
        self.install.major
    }

    /// The shared cluster; never stop it, use [`Server::dedicated`] for that.
    pub fn cluster(&self) -> &Cluster {
        self.cluster.get_or_init(|| Cluster::new(&self.install, &Options::default()))
    }

    /// A fresh database in the shared cluster, dropped with the value.
    pub fn database(&self) -> Database {
        self.cluster().database()
    }

    /// A cluster of one test's own, to be configured, stopped, started and killed.
    pub fn dedicated(&self, options: &Options) -> Cluster {
        Cluster::new(&self.install, options)
    }

    /// Whether it is one of those on which the costlier tests run: the oldest, the newest, and the one for all else.
    pub fn is_thorough(&self) -> bool {
        let oldest = servers().first().map(Server::major);
        self.is_newest() || oldest == Some(self.major()) || server().major() == self.major()
    }

    /// Whether no server here is newer.
    pub fn is_newest(&self) -> bool {
        servers().last().is_some_and(|newest| newest.major() == self.major())
    }

    /// Whether a `pg_dump` is here that this major can be dumped with.
    pub fn can_dump(&self) -> bool {
        self.install.pg_dump().is_some()
    }
}
