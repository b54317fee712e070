//! Who is waited for by a statement that waits for as long as it takes: asked in a session of its own.

use super::blocked::WHO;
use super::{Event, Listener};
use crate::config::Connection;
use crate::model::printable;
use crate::pg::{Client, Connector, Message};
use crate::session::{Access, pinned};
use crate::sql::{Own, literal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long a statement may wait without a word, and the longest pause between two words.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// Where a session is opened that asks.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// How the run was connected.
    pub connection: &'a Connection,
    /// When its server was started, by which it is known again.
    pub started: &'a str,
}

impl Watch<'_> {
    /// Does `work`, which the backend with the number `pid` is busy with, and tells whom that waits for: after a while,
    /// then again and again. Nothing is told where there is no number, or where no further session can be opened.
    pub(super) fn during<T>(self, pid: Option<i32>, listener: &Listener<'_>, work: impl FnOnce() -> T) -> T {
        let Some(pid) = pid else { return work() };
        let (running, ended) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || self.tell(pid, listener, &ended));
            let result = work();
            drop(running);
            result
        })
    }

    fn tell(self, pid: i32, listener: &Listener<'_>, ended: &Receiver<()>) {
        let mut pause = PAUSES.0;
        let runs = |pause| ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout);
        if !runs(pause) {
            return;
        }
        let Some(mut client) = self.open() else { return };
        let query = Own::new(format!(
            "SELECT {WHO} FROM pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids({pid})) \
             AND pg_postmaster_start_time() = {}::timestamptz ORDER BY a.xact_start LIMIT 5",
            literal(self.started)
        ));
        loop {
            let Ok(reply) = client.send(Message::Own(query.clone())) else { return };
            let rows = reply.tables.iter().flat_map(|table| &table.rows);
            for who in rows.filter_map(|row| row.at(0)) {
                listener(Event::Note(format!("waits for {}", printable(who))));
            }
            if !runs(pause) {
                return;
            }
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    fn open(self) -> Option<Client> {
        let connector = Connector::new(self.connection).ok()?;
        let mut client = connector.open(Some(Instant::now() + PAUSES.0)).ok()?;
        client.send(Message::Own(Own::new(pinned(Access::ReadOnly)))).ok()?;
        Some(client)
    }
}
