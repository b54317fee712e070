//! Going on after the connection was lost: the server restarted, or another one took over at the same address. What was
//! done stays done, so the run looks again and does what is left.

use super::{Options, Reconciler, connect, wait_for};
use crate::apply::{Done, Event, Listener};
use crate::error::{Error, Result};
use crate::pg::{Client, Message, first_answer, is_lost};
use crate::report::Report;
use crate::session::server_error;
use crate::sql::Own;
use std::time::{Duration, Instant};

/// How often a run connects again.
const RECONNECTIONS: u32 = 5;

/// How long it waits between two looks at a standby that may become the primary.
const PAUSE: Duration = Duration::from_millis(500);

/// What outlives a connection.
#[derive(Default)]
pub(super) struct Past {
    /// What was executed so far.
    pub done: Done,
    /// How many statements that and what is still planned are.
    pub planned: usize,
    /// When the server was started that the run was connected to.
    pub server_started: Option<String>,
}

impl Reconciler {
    /// As [`Reconciler::apply`], on a connection that is open already.
    ///
    /// # Errors
    /// As there.
    pub fn apply_on(&self, client: Client, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let mut past = Past::default();
        let mut result = self.work(client, options, listener, &mut past);
        for _ in 0..RECONNECTIONS {
            let Err(error) = &result else { break };
            if options.interrupt.is_requested() || !is_gone(error) {
                break;
            }
            match self.another(error, options, listener, &past) {
                Ok(None) => break,
                Ok(Some(client)) => result = self.work(client, options, listener, &mut past),
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        result.map_err(|error| {
            let told = past.done.told(past.planned, is_gone(&error));
            // What the server says of a cancelled statement tells a person nothing.
            options.interrupt.check().err().unwrap_or(error).after(told)
        })
    }

    /// Another connection; nothing if nobody wants to wait for one, or if somebody ended the session on purpose.
    fn another(
        &self,
        lost: &Error,
        options: &Options,
        listener: &Listener<'_>,
        past: &Past,
    ) -> Result<Option<Client>> {
        let wait = wait_for(options, &self.desired);
        if wait.is_zero() {
            return Ok(None);
        }
        let is_cause =
            |note: &&String| note.starts_with("the connection") || note.starts_with("the server says");
        let cause = lost.notes.iter().find(is_cause).unwrap_or(&lost.message);
        let reason = cause.lines().next().unwrap_or_default();
        listener(Event::Note(format!("the connection is lost ({reason}); connecting again")));
        let begun = Instant::now();
        loop {
            let out_of_reach = |error: Error| error.note(format!("before that, {}", lost.message));
            let client = connect(options, &self.desired, Instant::now(), listener).map_err(out_of_reach)?;
            let question = "SELECT pg_catalog.pg_postmaster_start_time()::pg_catalog.text, pg_catalog.pg_is_in_recovery()";
            let connection = options.connection.waited_for(wait);
            let message = Message::Own(Own::new(question));
            let (client, answer) = first_answer(client, &connection, message)?;
            let reply = match answer {
                Ok(reply) => reply,
                Err(error) if is_lost(&error) && begun.elapsed() < wait => continue,
                Err(error) => return Err(server_error("cannot ask the server how it is", &error)),
            };
            let row = reply.tables.first().and_then(|table| table.rows.first());
            let value = |at| row.and_then(|row| row.at(at)).map(str::to_string);
            let (started, standby) = (value(0), value(1).as_deref() == Some("t"));
            // The same server goes on, so somebody meant this session. The driver does not always pass on the server's
            // last word before the end of the connection.
            let on_purpose = matches!(lost.sqlstate.as_deref(), Some("57P01" | "25006" | "08006"));
            if on_purpose && started.is_some() && past.server_started == started {
                return Ok(None);
            }
            if !standby || begun.elapsed() >= wait {
                return Ok(Some(client));
            }
            options.interrupt.check()?;
            std::thread::sleep(PAUSE);
        }
    }
}

/// Whether the server went away, or became a standby.
fn is_gone(error: &Error) -> bool {
    let gone = ["08000", "08003", "08006", "57P01", "57P02", "57P03", "25006"];
    error.sqlstate.as_deref().is_some_and(|state| gone.contains(&state))
}
