//! One run at a time on a database; the others see what it does, wait while it gets on, and then look for themselves.
//! Nobody else has power over them: who holds the lock and is no run is told, and waited for no longer than was asked for.

use super::{Event, Listener};
use crate::error::{Error, Result};
use crate::session::{Session, server_error};
use crate::state::{self, Holder};
use std::time::{Duration, Instant};

/// How often the run that is at work is reported.
const REPORT_EVERY: Duration = Duration::from_secs(5);

/// How many times `patience` is waited for a run that does get on, or for many that take turns.
const AT_MOST: u32 = 60;

/// Takes the lock, and says so in the tool's own schema, `record`, unless it is to be left alone. The lock is polled, never
/// waited for inside the server: a session that waits there holds a snapshot, which a concurrent index build of the holder
/// would wait for in turn (measured: 40P01). `patience` is for a run that does not get on: it begins anew with every sign of
/// progress, but not for ever. Of a session that is no run nothing is progress; that another one holds the lock is.
/// Gives whether somebody else had it.
///
/// # Errors
/// `Failed` when the run that holds it has shown no progress for as long as `patience`, or somebody else has held it for
/// that long.
pub fn lock(
    session: &mut Session,
    patience: Duration,
    record: Option<&str>,
    listener: &Listener<'_>,
) -> Result<bool> {
    let begun = Instant::now();
    let mut was_busy = false;
    let mut seen: Option<(Holder, Instant)> = None;
    let mut told: Option<Instant> = None;
    let mut pause = Duration::from_millis(50);
    loop {
        session.check_interrupt()?;
        if session.try_lock().map_err(|error| server_error("cannot take the lock", &error))? {
            return held(session, was_busy);
        }
        was_busy = true;
        if let Some(schema) = record.filter(|_| session.server.state.is_none()) {
            state::find(session, schema)?;
        }
        // It was released meanwhile; who never sees anybody hold it must not ask for ever.
        let is_late = begun.elapsed() >= patience.saturating_mul(AT_MOST);
        let Some(holder) = state::holder(session).or_else(|| is_late.then(state::Holder::default)) else {
            continue;
        };
        let since = match &seen {
            Some((before, since)) if !gets_on(before, &holder) => *since,
            _ => Instant::now(),
        };
        let given_up = since.elapsed() >= patience || begun.elapsed() >= patience.saturating_mul(AT_MOST);
        if given_up && (seen.is_some() || patience.is_zero()) {
            return Err(gave_up(
                &holder,
                since.elapsed(),
                (since.elapsed() < patience).then(|| begun.elapsed()),
            ));
        }
        if told.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            listener(busy(&holder, begun.elapsed()));
            told = Some(Instant::now());
        }
        seen = Some((holder, since));
        std::thread::sleep(pause.mul_f64(rand::random_range(0.5..1.0)));
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Whether what was seen of the holder before has changed in a way that is progress.
fn gets_on(before: &Holder, now: &Holder) -> bool {
    match before.is_run || now.is_run {
        true => before != now,
        false => before.pid != now.pid,
    }
}

/// The lock is ours. That it cannot be recorded is no reason not to go on.
fn held(session: &mut Session, was_busy: bool) -> Result<bool> {
    if let Err(error) = state::hold(session) {
        log::warn!("{}", error.on_one_line());
    }
    Ok(was_busy)
}

fn who(holder: &Holder) -> String {
    holder.who.clone().unwrap_or_else(|| "a session that cannot be seen".to_string())
}

fn busy(holder: &Holder, elapsed: Duration) -> Event {
    if holder.is_run {
        return Event::LockBusy { elapsed, doing: holder.doing.clone() };
    }
    Event::Note(format!(
        "the lock of pgreconcile is held by no run, but by {}; waiting ({} s)",
        who(holder),
        elapsed.as_secs()
    ))
}

/// `in_all` is given where the holder does get on, but has been waited for long enough.
fn gave_up(holder: &Holder, idle: Duration, in_all: Option<Duration>) -> Error {
    if !holder.is_run {
        let waited = match in_all {
            Some(elapsed) => format!("it was waited for {} s long", elapsed.as_secs()),
            None => format!("has been for {} s", idle.as_secs()),
        };
        let message = format!(
            "the lock that runs take is held by no run, but by {}, and {waited}; nothing was executed",
            who(holder)
        );
        let end = holder.pid.as_ref().map_or_else(
            || "end it".to_string(),
            |pid| format!("end it by `SELECT pg_terminate_backend({pid})`"),
        );
        return Error::failed(message).hint(format!("{end}, and ask its owner why it takes this lock"));
    }
    let what = match in_all {
        Some(elapsed) => {
            format!("another run holds the lock, and it was waited for {} s long", elapsed.as_secs())
        }
        None => format!("another run holds the lock and has not got on for {} s", idle.as_secs()),
    };
    Error::failed(what)
        .note(holder.doing.clone().unwrap_or_else(|| "what it does cannot be seen".to_string()))
        .hint("wait for it, or give more time with `--lock-wait`")
}
