//! What a run records of itself in the tool's own schema. That it cannot be recorded is no reason not to do the work.

use super::{Look, Options, Reconciler};
use crate::apply::{Event, Listener};
use crate::error::Result;
use crate::plan::Plan;
use crate::session::Session;
use crate::state::{self, RunRecord, fingerprint};

impl Reconciler {
    /// Looks for the tool's own schema, once, unless it is to be left alone.
    pub(super) fn find_state(&self, session: &mut Session, options: &Options) -> Result<()> {
        if options.stateless || session.server.state.is_some() {
            return Ok(());
        }
        state::find(session, &self.state_schema())
    }

    /// The tool's own schema to record the run in, if it is to be recorded and can be.
    pub(super) fn prepare_state(
        &self,
        session: &mut Session,
        options: &Options,
        plan: &Plan,
        listener: &Listener<'_>,
    ) -> Result<Option<String>> {
        let schema = self.state_schema();
        if options.stateless && !plan.uses_state() {
            return Ok(None);
        }
        match state::ensure(session, &schema) {
            Ok(()) if options.stateless => Ok(None),
            Ok(()) => Ok(Some(schema)),
            Err(error) if plan.uses_state() => Err(error),
            Err(error) => {
                listener(Event::Note(format!("{}; the run is not recorded", error.on_one_line())));
                Ok(None)
            }
        }
    }

    /// Records a run that had nothing to do.
    pub(super) fn record_idle(
        &self,
        session: &mut Session,
        options: &Options,
        look: &Look,
        listener: &Listener<'_>,
    ) {
        if options.stateless {
            return;
        }
        let schema = self.state_schema();
        let terms = self.seen_terms(options);
        // What is drift, or is not read, must be told at every run, so a database that has any is looked at anew.
        let nothing_to_tell =
            look.plan.drift.is_empty() && look.left_alone.is_empty() && session.server.unread.is_empty();
        let seen = if nothing_to_tell {
            fingerprint::remember(session, &schema, &self.seen(&terms), &look.fingerprint)
        } else {
            String::new()
        };
        let written = state::ensure(session, &schema)
            .and_then(|()| state::record_idle(session, &schema, &self.record(options), &look.learnt, &seen));
        if let Err(error) = written {
            listener(Event::Note(format!("{}; the run is not recorded", error.on_one_line())));
        }
    }

    /// Records a run on a database that was recognised.
    pub(super) fn record_recognised(
        &self,
        session: &mut Session,
        options: &Options,
        listener: &Listener<'_>,
    ) {
        let written = state::record_recognised(session, &self.state_schema(), &self.record(options));
        if let Err(error) = written {
            listener(Event::Note(format!("{}; the run is not recorded", error.on_one_line())));
        }
    }

    pub(super) fn record<'a>(&'a self, options: &Options) -> RunRecord<'a> {
        RunRecord { command: options.command, files: &self.desired.files }
    }
}
