//! Executes the groups of a plan, in order.

use super::blocked::{holders, pause_after};
use super::failure::{Failure, Next, Stays, ends_session, failure, is_passing};
use super::{Bench, Event, parallel};
use crate::model::Address;
use crate::plan::{Group, Plan, Planned};
use crate::session::{Answer, Session, server_error};
use crate::sql::{Execution, Own, literal, qualified};
use crate::statement::StepRecord;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What was done.
#[derive(Debug, Default)]
pub struct Done {
    /// What happened to each statement.
    pub steps: Vec<StepRecord>,
    /// What stays of a statement that failed.
    pub stays: Stays,
}

impl Done {
    /// How many statements were executed.
    pub fn count(&self) -> usize {
        self.steps.iter().filter(|step| step.outcome == "done").count()
    }

    /// The same in words, of `planned` statements; nothing where nothing was executed. `lost`: the server's last word may have
    /// been.
    pub fn told(&self, planned: usize, lost: bool) -> Option<String> {
        let least = if lost && planned > 0 { "at least " } else { "" };
        let done = self.count();
        if done == 0 && self.stays == Stays::Nothing && least.is_empty() {
            return None;
        }
        let more = match self.stays {
            Stays::Nothing => String::new(),
            Stays::Rows(rows) => format!(", and {rows} rows of one that failed"),
            Stays::Unknown => {
                "; one that failed stood in no transaction, and may have left something".to_string()
            }
        };
        let last = self.steps.iter().rfind(|step| step.outcome == "done");
        let last = last.map(|step| format!("; the last was for {}", step.address)).unwrap_or_default();
        Some(format!("{least}{done} of {planned} statements are done{more}{last}; what is done stays"))
    }
}

/// Executes the plan, and adds to `all` what was done. `record` is called after each group.
///
/// # Errors
/// A [`Failure`] at the first group that cannot be executed. Groups before it stay done; a transaction is done as a
/// whole or not at all.
pub fn execute(
    session: &mut Session,
    plan: &Plan,
    bench: &Bench<'_>,
    all: &mut Done,
    record: &mut dyn FnMut(&mut Session, &[StepRecord]),
) -> Result<(), Failure> {
    let (total, before) = (plan.len(), all.steps.len());
    (bench.listener)(Event::Started { statements: total });
    let mut rest = plan.groups.as_slice();
    while let Some((group, others)) = rest.split_first() {
        let first = all.steps.len() - before + 1;
        if let Some((crew, count)) = bench.crew.and_then(|crew| Some((crew, parallel::side_by_side(rest)?))) {
            session.check_interrupt()?;
            let (done, failure) = crew.work(plan, &rest[..count], first, bench);
            record(session, &done);
            done.iter().for_each(|step| (bench.listener)(Event::Done(step.clone())));
            all.steps.extend(done.into_iter().filter(|step| step.outcome == "done"));
            if let Some(failure) = failure {
                all.stays = all.stays.and(failure.stays);
                return Err(failure);
            }
            rest = &rest[count..];
            continue;
        }
        rest = others;
        let Some(head) = group.statements.first() else { continue };
        session.check_interrupt()?;
        let sql = head.sql.shown();
        (bench.listener)(Event::Running { number: first, together: group.statements.len(), total, sql });
        let mut run = Run { session, plan, bench, first };
        match run.group(group) {
            Ok(done) => {
                record(session, &done);
                done.iter().for_each(|step| (bench.listener)(Event::Done(step.clone())));
                all.steps.extend(done);
            }
            Err(failure)
                if group.optional && failure.next == Next::GiveUp && session.check_interrupt().is_ok() =>
            {
                let address = plan.items[head.item].address.to_string();
                let skipped = skipped(plan, group, first, &failure);
                record(session, &skipped);
                all.steps.extend(skipped);
                all.stays = all.stays.and(failure.stays);
                (bench.listener)(Event::Skipped { address, error: failure.error.message });
            }
            Err(failure) => {
                record(session, &failed(plan, group, first, &failure));
                all.stays = all.stays.and(failure.stays);
                return Err(failure);
            }
        }
    }
    Ok(())
}

/// What time it is in the transaction.
const AT: &str = "; SELECT pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() \
                  OPERATOR(pg_catalog.-) pg_catalog.now()) AS at; ";

struct Run<'r> {
    session: &'r mut Session,
    plan: &'r Plan,
    bench: &'r Bench<'r>,
    first: usize,
}

impl Run<'_> {
    fn group(&mut self, group: &Group) -> Result<Vec<StepRecord>, Failure> {
        match group.statements.as_slice() {
            [only] if !group.transactional => self.alone(only),
            [only] if only.batch.is_some() => self.batches(only),
            _ => self.transaction(group),
        }
    }

    /// A transaction in one message. If it fails it is done again statement by statement, which tells whose fault it
    /// was, or succeeds.
    fn transaction(&mut self, group: &Group) -> Result<Vec<StepRecord>, Failure> {
        let head = self.head(group);
        let mut message = head.clone();
        for (statement, settles) in group.settled() {
            message.push_str(statement.sql.text());
            if let Some(settles) = settles {
                message.push_str("; ");
                message.push_str(settles);
            }
            message.push_str(AT);
            if statement.as_owner {
                message.push_str(self.session.pin());
                message.push_str(&self.settings(group));
            }
        }
        message.push_str("COMMIT; ");
        message.push_str(self.session.pin());
        let mut attempt = 1;
        match self.session.execute(Execution::new(message)) {
            Ok(answers) => {
                let at = |answer: &Answer| answer.rows().next()?.column("at")?.parse().ok();
                let times: Vec<f64> = answers.iter().filter_map(at).collect();
                return Ok(self.timed(group, &times));
            }
            // Nothing can be asked of a session that is no more, and why it ended is what counts.
            Err(error) if ends_session(&error) => {
                let statement = &group.statements[0];
                return Err(failure(&self.plan.items[statement.item], statement, self.bench.files, &error));
            }
            Err(error) => {
                self.session.roll_back();
                if is_passing(&error) {
                    self.pause(&error, &group.statements, attempt);
                    attempt += 1;
                }
            }
        }
        // Whoever holds no lock on a table may hold a name, or rows, that are yet to be committed.
        let (watch, listener) = (self.bench.watch, self.bench.listener);
        let pid = (attempt > 1).then(|| self.pid("").ok().flatten()).flatten();
        loop {
            self.session.check_interrupt()?;
            match watch.during(pid, listener, || self.step_by_step(group, &head)) {
                Ok(steps) => return Ok(steps),
                Err((number, error)) if is_passing(&error) && attempt < self.bench.manner.attempts => {
                    self.pause(&error, &group.statements[number..=number], attempt);
                    attempt += 1;
                }
                Err((number, error)) => {
                    let statement = &group.statements[number];
                    return Err(failure(
                        &self.plan.items[statement.item],
                        statement,
                        self.bench.files,
                        &error,
                    ));
                }
            }
        }
    }

    fn step_by_step(
        &mut self,
        group: &Group,
        head: &str,
    ) -> Result<Vec<StepRecord>, (usize, postgres::Error)> {
        self.session.execute(Execution::new(head)).map_err(|error| (0, error))?;
        let mut steps = Vec::new();
        for (number, (statement, settles)) in group.settled().enumerate() {
            let begun = Instant::now();
            let mut outcome = self.session.execute(Execution::new(statement.sql.text())).map(drop);
            if let Some(settles) = settles {
                outcome = outcome.and_then(|()| self.session.run(&Own::new(settles)));
            }
            if let Err(error) = outcome {
                self.session.roll_back();
                return Err((number, error));
            }
            steps.push(self.done(number, statement, Some(begun.elapsed())));
            if statement.as_owner {
                let settings = Own::new(format!("{}{}", self.session.pin(), self.settings(group)));
                self.session.run(&settings).map_err(|error| (number, error))?;
            }
        }
        let end = Own::new(format!("COMMIT; {}", self.session.pin()));
        self.session.run(&end).map_err(|error| (group.statements.len() - 1, error))?;
        Ok(steps)
    }

    fn head(&self, group: &Group) -> String {
        format!("BEGIN; {}", self.settings(group))
    }

    /// The settings under which the statements of a group are executed.
    fn settings(&self, group: &Group) -> String {
        let manner = self.bench.manner;
        format!(
            "SET LOCAL search_path = {}; SET LOCAL lock_timeout = '{}ms'; ",
            manner.search_path,
            group.lock_timeout(manner.lock_timeout).as_millis()
        )
    }

    /// A statement outside of a transaction, in a message of its own. It waits for as long as it takes: giving up on
    /// a concurrent build leaves an invalid index behind.
    fn alone(&mut self, statement: &Planned) -> Result<Vec<StepRecord>, Failure> {
        let item = &self.plan.items[statement.item];
        let path = &self.bench.manner.search_path;
        let pid = self.pid(&format!("SET search_path = {path}; SET lock_timeout = 0"))?;
        let begun = Instant::now();
        let work = || self.session.execute(Execution::new(statement.sql.text()));
        let outcome = self.bench.watch.during(pid, self.bench.listener, work);
        let _ = self.session.pin_again();
        match outcome {
            Ok(_) => Ok(vec![self.done(0, statement, Some(begun.elapsed()))]),
            // What it left behind must be seen before it is tried again.
            Err(error) if is_passing(&error) => {
                let mut failure = failure(item, statement, self.bench.files, &error);
                failure.next = Next::LookAgain;
                Err(failure)
            }
            Err(error) => Err(failure(item, statement, self.bench.files, &error)),
        }
    }

    /// The number of the backend that the session talks to, which does `besides` too.
    fn pid(&mut self, besides: &str) -> Result<Option<i32>, Failure> {
        let answers = self.session.ask(&Own::new(format!("SELECT pg_backend_pid(); {besides}")));
        let answers = answers.map_err(|error| server_error("cannot set the session up", &error))?;
        Ok(answers.iter().find_map(Answer::first).and_then(|pid| pid.parse().ok()))
    }

    /// A backfill, batch after batch, each in a transaction of its own.
    fn batches(&mut self, statement: &Planned) -> Result<Vec<StepRecord>, Failure> {
        let Some((before, after)) = &statement.batch else { return Ok(Vec::new()) };
        let size = self.bench.manner.batch;
        let path = &self.bench.manner.search_path;
        let (before, after) = (before.text(), after.text());
        let sql = format!("BEGIN; SET LOCAL search_path = {path}; {before}{size}{after}; COMMIT");
        let begun = Instant::now();
        let (mut rows, mut attempt) = (0, 1);
        let outcome = loop {
            self.session.check_interrupt().map_err(|error| Failure::from(error).after_rows(rows))?;
            let outcome = self.session.count(Execution::new(&sql));
            if outcome.as_ref().is_err_and(|error| !ends_session(error)) {
                self.session.roll_back();
            }
            // Each message is read under our settings.
            if statement.as_owner && outcome.is_ok() {
                let unset = |error| server_error("cannot set the session up", &error);
                self.session.pin_again().map_err(unset)?;
            }
            match outcome {
                Ok(0) => break Ok(()),
                Ok(count) => {
                    rows += count;
                    (self.bench.listener)(Event::Batch { rows });
                }
                Err(error) if is_passing(&error) && attempt < self.bench.manner.attempts => {
                    self.pause(&error, std::slice::from_ref(statement), attempt);
                    attempt += 1;
                }
                Err(error) => break Err(error),
            }
        };
        let _ = self.session.pin_again();
        match outcome {
            Ok(()) => Ok(vec![self.done(0, statement, Some(begun.elapsed()))]),
            Err(error) => {
                let item = &self.plan.items[statement.item];
                Err(failure(item, statement, self.bench.files, &error).after_rows(rows))
            }
        }
    }

    /// Tells who stands in the way, and waits a little longer each time, by a random share.
    fn pause(&mut self, error: &postgres::Error, statements: &[Planned], attempt: u32) {
        let blockers = self.blockers(statements);
        let pause = pause_after(attempt);
        let reason = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_string());
        (self.bench.listener)(Event::Retrying { reason, blockers, attempt: attempt + 1, pause });
        std::thread::sleep(pause);
    }

    /// The sessions that hold a lock on the tables of the statements.
    fn blockers(&mut self, statements: &[Planned]) -> Vec<String> {
        let tables: BTreeSet<&Address> =
            statements.iter().flat_map(|statement| statement.table.iter().chain(&statement.also)).collect();
        let names: Vec<String> = tables
            .iter()
            .map(|table| format!("to_regclass({})", literal(&qualified(table.schema(), table.name()))))
            .collect();
        if names.is_empty() {
            return Vec::new();
        }
        holders(self.session, &format!("l.relation IN ({})", names.join(", ")))
    }

    fn timed(&self, group: &Group, times: &[f64]) -> Vec<StepRecord> {
        let mut before = 0.0;
        let mut steps = Vec::new();
        for (number, statement) in group.statements.iter().enumerate() {
            let at = times.get(number).copied().unwrap_or(before);
            steps.push(self.done(number, statement, Some(Duration::from_secs_f64((at - before).max(0.0)))));
            before = at;
        }
        steps
    }

    fn done(&self, offset: usize, statement: &Planned, duration: Option<Duration>) -> StepRecord {
        StepRecord { duration, ..step(self.plan, statement, self.first + offset, "done", None) }
    }
}

/// What is recorded of a statement.
pub(super) fn step(
    plan: &Plan,
    statement: &Planned,
    number: usize,
    outcome: &'static str,
    error: Option<String>,
) -> StepRecord {
    StepRecord {
        number,
        address: plan.items[statement.item].address.to_string(),
        action: plan.items[statement.item].action.word(),
        form: statement.form.name(),
        sql: statement.sql.shown(),
        duration: None,
        outcome,
        error,
    }
}

fn skipped(plan: &Plan, group: &Group, first: usize, failure: &Failure) -> Vec<StepRecord> {
    let steps = group.statements.iter().enumerate();
    steps
        .map(|(number, statement)| {
            step(plan, statement, first + number, "skipped", Some(failure.error.message.clone()))
        })
        .collect()
}

fn failed(plan: &Plan, group: &Group, first: usize, failure: &Failure) -> Vec<StepRecord> {
    let steps = group.statements.iter().take(1).enumerate();
    steps
        .map(|(number, statement)| {
            step(plan, statement, first + number, "failed", Some(failure.error.message.clone()))
        })
        .collect()
}
