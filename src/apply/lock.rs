//! One run at a time on a database; the others see what it does, wait while it gets on, and then look for themselves.

use super::{Event, Listener};
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, lock_condition, server_error};
use crate::sql::Own;
use std::time::{Duration, Instant};

/// How often the run that is at work is reported.
const REPORT_EVERY: Duration = Duration::from_secs(5);

/// Takes the lock. It is polled, never waited for inside the server: a session that waits there holds a snapshot, which
/// a concurrent index build of the holder would wait for in turn (measured: 40P01). `patience` is for a holder that does
/// not get on: it begins anew with every sign of progress. Gives whether another run was at work.
///
/// # Errors
/// `Failed` when the holder has shown no progress for as long as `patience`.
pub fn lock(session: &mut Session, patience: Duration, listener: &Listener<'_>) -> Result<bool> {
    let begun = Instant::now();
    let mut progress: Option<(Holder, Instant)> = None;
    let mut told: Option<Instant> = None;
    let mut pause = Duration::from_millis(50);
    loop {
        session.check_interrupt()?;
        if session.try_lock().map_err(|error| server_error("cannot take the lock", &error))? {
            return Ok(progress.is_some());
        }
        let holder = holder(session);
        let since = match &progress {
            Some((seen, since)) if *seen == holder => *since,
            _ => Instant::now(),
        };
        if since.elapsed() >= patience && (progress.is_some() || patience.is_zero()) {
            return Err(gave_up(&holder, since.elapsed()));
        }
        if told.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            listener(Event::LockBusy { elapsed: begun.elapsed(), doing: holder.doing.clone() });
            told = Some(Instant::now());
        }
        progress = Some((holder, since));
        std::thread::sleep(pause.mul_f64(rand::random_range(0.5..1.0)));
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// What can be seen of the session that holds the lock; it gets on while this changes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Holder {
    /// Who it is and what it executes.
    doing: Option<String>,
    /// When its statement began, and how far a build, a vacuum or a write has come.
    mark: Option<String>,
}

fn holder(session: &mut Session) -> Holder {
    let query = format!(
        "SELECT 'pid ' || a.pid || ' (' || coalesce(a.usename, '') || ') ' || coalesce(a.state, '') || ': ' \
         || CASE WHEN a.query ~* 'password' THEN 'a statement with a password' \
         ELSE left(regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 120) END \
         || coalesce(' (' || p.phase || ', ' || p.blocks_done || ' of ' || p.blocks_total || ' blocks)', '') AS doing, \
         concat_ws(' ', a.pid, a.query_start, a.state_change, p.phase, p.blocks_done, p.tuples_done, p.lockers_done) \
         AS mark FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
         LEFT JOIN pg_stat_progress_create_index p ON p.pid = a.pid WHERE {} LIMIT 1",
        lock_condition("l")
    );
    let answers = session.ask(&Own::new(&query)).unwrap_or_default();
    let row = answers.first().and_then(|answer| answer.rows().next());
    row.map_or_else(Holder::default, |row| Holder {
        doing: row.get("doing").map(crate::model::printable),
        mark: row.owned("mark"),
    })
}

fn gave_up(holder: &Holder, idle: Duration) -> Error {
    let doing = holder.doing.clone();
    Error::new(
        ErrorKind::Failed,
        format!("another run holds the lock and has not got on for {} s", idle.as_secs()),
    )
    .note(doing.unwrap_or_else(|| "the session that holds it cannot be seen".to_string()))
    .hint("wait for it, or give more time with `--lock-wait`")
}
