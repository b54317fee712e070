//! Concurrent index builds of different tables side by side, each in a session of its own. The session that holds the
//! lock is idle meanwhile, outside of any transaction, so that no build waits for it.

use super::execute::step;
use super::failure::{Failure, Next, failure, is_passing};
use super::{Bench, Event};
use crate::config::Connection;
use crate::error::{Error, Result};
use crate::pg::pool::pool_with;
use crate::pg::{Message, Pool};
use crate::plan::{Group, Plan, Planned};
use crate::session::{Access, Interrupt, pinned};
use crate::sql::{Execution, Form, Own};
use crate::statement::StepRecord;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Sessions for work that is done side by side.
pub struct Crew {
    pool: Pool,
    size: usize,
    interrupt: Interrupt,
}

/// How many groups at the beginning of `groups` can be done side by side; nothing if it is not more than one.
pub fn side_by_side(groups: &[Group]) -> Option<usize> {
    let mut tables = Vec::new();
    for group in groups {
        let [only] = group.statements.as_slice() else { break };
        let builds = matches!(only.form, Form::CreateIndexConcurrently | Form::ReindexConcurrently);
        // Two builds on one table would wait for each other's lock.
        if !builds || group.optional || only.table.is_none() || tables.contains(&&only.table) {
            break;
        }
        tables.push(&only.table);
    }
    (tables.len() > 1).then_some(tables.len())
}

impl Crew {
    /// A crew of `size` sessions, which open when they are needed; `search_path` is that of the file's SQL.
    ///
    /// # Errors
    /// As [`pool_with`].
    pub fn new(connection: &Connection, size: u32, search_path: &str, interrupt: &Interrupt) -> Result<Crew> {
        let settings = format!("{}SET search_path = {search_path}", pinned(Access::ReadWrite));
        let handle = interrupt.clone();
        let pool = pool_with(connection, size, move |client| {
            handle.arm(client);
            let refused = |error: postgres::Error| Error::failed(format!("cannot set a session up: {error}"));
            client.send(Message::Own(Own::new(&settings))).map(|_| ()).map_err(refused)
        })?;
        Ok(Crew { pool, size: size as usize, interrupt: interrupt.clone() })
    }

    /// Does the groups side by side; gives what was done or failed, in the order of the plan, and the first failure.
    /// Once one has failed no other is begun; those under way are finished.
    pub(super) fn work(
        &self,
        plan: &Plan,
        groups: &[Group],
        first: usize,
        bench: &Bench<'_>,
    ) -> (Vec<StepRecord>, Option<Failure>) {
        let statements: Vec<&Planned> = groups.iter().flat_map(|group| &group.statements).collect();
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<(usize, Result<StepRecord, Failure>)>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..self.size.min(statements.len()) {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        let Some(statement) = statements.get(number) else { return };
                        let result = self.one(plan, statement, first + number, bench);
                        if result.is_err() {
                            next.store(statements.len(), Ordering::SeqCst);
                        }
                        if let Ok(mut list) = results.lock() {
                            list.push((number, result));
                        }
                    }
                });
            }
        });
        let mut results = results.into_inner().unwrap_or_default();
        results.sort_by_key(|(number, _)| *number);
        let mut done = Vec::new();
        let mut first_failure = None;
        for (number, result) in results {
            match result {
                Ok(step) => done.push(step),
                Err(failure) => {
                    let error = Some(failure.error.message.clone());
                    done.push(step(plan, statements[number], first + number, "failed", error));
                    first_failure.get_or_insert(failure);
                }
            }
        }
        (done, first_failure)
    }

    fn one(
        &self,
        plan: &Plan,
        statement: &Planned,
        number: usize,
        bench: &Bench<'_>,
    ) -> Result<StepRecord, Failure> {
        self.interrupt.check()?;
        let lent = self.pool.get();
        let mut client =
            lent.map_err(|error| Error::failed(format!("no session for a side job: {error}")))?;
        let sql = statement.sql.shown();
        (bench.listener)(Event::Running { number, together: 1, total: plan.len(), sql });
        let begun = Instant::now();
        let asked = client.send(Message::Own(Own::new("SELECT pg_catalog.pg_backend_pid()"))).ok();
        let pid = asked.and_then(|reply| reply.tables.first()?.rows.first()?.at(0)?.parse().ok());
        let work = || client.send(Message::Execution(Execution::new(statement.sql.text())));
        bench.watch.during(pid, bench.listener, work).map_err(|error| {
            let mut failure = failure(&plan.items[statement.item], statement, bench.files, &error);
            // What it left behind must be seen before it is tried again.
            if is_passing(&error) {
                failure.next = Next::LookAgain;
            }
            failure
        })?;
        Ok(StepRecord { duration: Some(begun.elapsed()), ..step(plan, statement, number, "done", None) })
    }
}
