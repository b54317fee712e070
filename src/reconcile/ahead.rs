//! What `apply` would do, and what would keep it from that: nothing is changed.

use super::{Look, Options, Reconciler, connect};
use crate::apply::{self, Bench, Listener, Watch};
use crate::error::{Error, Result};
use crate::kind::Terms;
use crate::model::printable;
use crate::pg::Client;
use crate::plan::{Limits, Plan};
use crate::report::{Outcome, Report};
use crate::session::{Access, Session};
use crate::state;
use std::time::Instant;

impl Reconciler {
    /// What `apply` would do; writes nothing.
    ///
    /// # Errors
    /// `Failed` if the database cannot be read; `Unreachable` if it cannot be reached in time.
    pub fn plan(&self, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let client = connect(options, &self.desired, Instant::now(), listener)?;
        self.plan_on(client, options, listener)
    }

    /// As [`Reconciler::plan`], on a connection that is open already.
    ///
    /// # Errors
    /// As there.
    pub fn plan_on(&self, client: Client, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let begun = Instant::now();
        let mut session = self.session(client, options, Access::ReadOnly)?;
        let mut look = self.look(&mut session, options, listener)?;
        look.warn(&session, &mut false);
        self.count_repairs(&mut session, &mut look)?;
        Ok(self.foreseen(look, &session, options, begun))
    }

    /// As [`Reconciler::plan_on`], where only what differs matters: no rows are counted.
    ///
    /// # Errors
    /// As there.
    pub fn check_on(&self, client: Client, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let begun = Instant::now();
        let mut session = self.session(client, options, Access::ReadOnly)?;
        let look = self.look(&mut session, options, listener)?;
        look.warn(&session, &mut false);
        Ok(self.foreseen(look, &session, options, begun))
    }

    /// As [`Reconciler::plan_on`], and all else that `apply` does before its first statement: the rehearsal, which executes
    /// statements of the plan and takes them back, and the questions to the data.
    ///
    /// # Errors
    /// As of [`Reconciler::apply`], for what would end it before its first statement.
    pub fn dry_run_on(&self, client: Client, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let begun = Instant::now();
        let mut session = self.session(client, options, Access::ReadWrite)?;
        let mut look = self.look(&mut session, options, listener)?;
        look.warn(&session, &mut false);
        let allow = self.consents(options);
        let path = self.search_path(Some(&look.observed.model));
        self.warn_of_open_schemas(&look.observed.model, listener);
        let schema = self.state_schema();
        let (terms, manner) = (self.terms(&schema, &allow, &path), self.manner(options, &path));
        let started = session.server.started.clone();
        let watch = Watch { connection: &options.connection, started: &started };
        let bench = Bench { manner: &manner, files: &self.desired.files, listener, watch, crew: None };
        self.examine(&mut session, &mut look, (&terms, &bench))
            .map_err(|failure| failure.error.after(None))?;
        Ok(self.foreseen(look, &session, options, begun))
    }

    /// All that is asked before the first statement.
    ///
    /// # Errors
    /// What forbids it.
    pub(super) fn examine(
        &self,
        session: &mut Session,
        look: &mut Look,
        (terms, bench): (&Terms<'_>, &Bench<'_>),
    ) -> Result<(), apply::Failure> {
        self.obstacles(&look.plan)?;
        let server = session.server.clone();
        // Mistakes come first: no consent helps against them.
        apply::rights(session, &look.plan, &terms.cx(&server, &look.desired, &look.observed))?;
        apply::rehearse(session, &look.plan, &look.desired, &look.observed.model, terms, bench)?;
        self.count_repairs(session, look)?;
        look.plan.gate(terms.allow)?;
        Ok(apply::preflight(session, &look.plan, &look.observed.tables, bench)?)
    }

    /// Notes on the plan how many rows its repairs take.
    fn count_repairs(&self, session: &mut Session, look: &mut Look) -> Result<()> {
        let path = self.search_path(Some(&look.observed.model));
        apply::count_repairs(session, &mut look.plan, &self.limits(), &path)
    }

    /// What the plan is held against.
    pub(super) fn limits(&self) -> Limits {
        let (usual, settings) = (Limits::default(), &self.desired.settings);
        Limits {
            large: settings.large.unwrap_or(usual.large),
            repair: settings.repair_limit.or(usual.repair),
        }
    }

    /// The report of a look.
    fn foreseen(&self, look: Look, session: &Session, options: &Options, begun: Instant) -> Report {
        // What is optional may be missing: apply has warned, or will.
        let pending = look.plan.items.iter().any(|item| !item.optional);
        let more = options.strict && !look.plan.drift.is_empty();
        let outcome = if pending || more { Outcome::Differs } else { Outcome::InSync };
        let mut report = Report::new(outcome, look.plan, Vec::new(), begun.elapsed());
        report.search_path = self.search_path(Some(&look.observed.model));
        let manner = self.manner(options, &report.search_path);
        (report.lock_timeout, report.batch) = (manner.lock_timeout, manner.batch);
        report.left_alone = look.left_alone;
        if session.server.state.is_none() && report.plan.uses_state() {
            report.prelude = Some(state::definition(&self.state_schema()));
        }
        report
    }

    /// An error for the first difference that the tool cannot end.
    ///
    /// # Errors
    /// `Failed`, with its place in the file.
    pub fn obstacles(&self, plan: &Plan) -> Result<()> {
        let mut obstacles = plan.items.iter().filter_map(|item| Some((item, item.obstacle.as_ref()?)));
        let Some((item, obstacle)) = obstacles.next() else { return Ok(()) };
        let mut error = Error::failed(format!("{}; nothing was executed", printable(&obstacle.message)));
        let span = obstacle.span.or(item.origin);
        error.notes.extend(span.map(|span| self.desired.files.excerpt(span)));
        error.notes.extend(obstacles.map(|(_, other)| format!("also: {}", printable(&other.message))));
        Err(error.hint(obstacle.hint.clone()))
    }
}
