//! Another session stands in the way: who it is, and for how long it is waited for. Or it drops what is being read.

use super::{Event, Listener};
use crate::error::Result;
use crate::model::printable;
use crate::session::{Answer, Session};
use crate::sql::Own;
use rand::RngExt as _;
use std::time::Duration;

/// How often is tried what another session stands in the way of.
pub const ATTEMPTS: u32 = 30;

/// How often a look is begun again while others drop what it reads.
const LOOKS: u32 = 20;

/// The first pause before trying again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long to wait after an attempt: a little longer each time, by a random share.
pub(super) fn pause_after(attempt: u32) -> Duration {
    let longest = PAUSES.0.saturating_mul(1 << attempt.min(10)).min(PAUSES.1);
    longest.mul_f64(rand::rng().random_range(0.5..1.0))
}

/// Looks with `look`, and again, where a table is locked from readers: each time for as long as the session waits for a
/// lock (`pg/settings.rs`), and not without a word. It looks again at once where somebody has dropped what it reads.
///
/// # Errors
/// Those of `look`; that of a lock after [`ATTEMPTS`] attempts, that of something dropped after a few, or the one that says
/// that the run is to end.
pub fn patiently<T>(
    session: &mut Session,
    listener: &Listener<'_>,
    mut look: impl FnMut(&mut Session) -> Result<T>,
) -> Result<T> {
    let (mut attempt, mut looks) = (1, 1);
    loop {
        let result = look(session);
        let Err(error) = &result else { return result };
        let refused_with = |code| error.sqlstate.as_deref() == Some(code);
        let gone = refused_with(GONE) && looks < LOOKS;
        if !gone && !refused_with("55P03") {
            return result;
        }
        session.check_interrupt()?;
        session.roll_back();
        if gone {
            let pause = pause_after(0);
            looks += 1;
            let reason = format!("{}: something was dropped meanwhile", error.message);
            listener(Event::Retrying { reason, blockers: Vec::new(), attempt: looks, pause });
            std::thread::sleep(pause);
            continue;
        }
        let blockers = holders(session, UNREADABLE);
        if attempt >= ATTEMPTS {
            let told = |error, blocker: String| crate::Error::note(error, format!("in the way: {blocker}"));
            return result.map_err(|error| {
                let error = blockers.into_iter().fold(error, told);
                error.hint(
                    "another session keeps everybody from reading a table; run it again when it is done",
                )
            });
        }
        let pause = pause_after(attempt);
        attempt += 1;
        let reason = format!("{}: a table is locked", error.message);
        listener(Event::Retrying { reason, blockers, attempt, pause });
        std::thread::sleep(pause);
    }
}

/// What the server's own functions (`pg_get_viewdef`) say of an object that the snapshot has and that is no more: they
/// look at the catalog as it is now. The code is measured, as is that no other comes up.
const GONE: &str = "XX000";

/// A row of `pg_locks` keeps everybody else from reading a table of this database that is no catalog.
const UNREADABLE: &str = "l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation >= 16384 \
                          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())";

/// The session of a row `a` of `pg_stat_activity`, as SQL.
pub(super) const WHO: &str = "'pid ' || a.pid || ' (' || coalesce(a.usename, '') || ', ' \
     || coalesce(nullif(a.application_name, ''), 'unnamed') || ', ' || coalesce(a.state, '') || ', for ' \
     || coalesce(date_trunc('second', clock_timestamp() - a.xact_start)::text, '?') || ')'";

/// The sessions, a line each and five at most, that hold a lock for which the SQL `condition` on a row `l` of `pg_locks`
/// is true; none if they cannot be asked for.
pub(super) fn holders(session: &mut Session, condition: &str) -> Vec<String> {
    let query = format!(
        "SELECT DISTINCT {WHO} || ' holds ' || l.mode || ' on ' || l.relation::regclass AS who FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE l.granted AND l.pid <> pg_backend_pid() AND {condition} LIMIT 5"
    );
    let answers = session.ask(&Own::new(&query)).unwrap_or_default();
    answers.iter().flat_map(Answer::rows).filter_map(|row| row.get("who").map(printable)).collect()
}
