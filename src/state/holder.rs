//! Who holds the run's lock. An advisory lock has no privileges: anybody may take it. So a run that has it says in the
//! tool's own schema, into which nobody else can write, which session it is.

use super::verify::trusts;
use crate::error::Result;
use crate::model::printable;
use crate::session::{Answer, Session, lock_condition, server_error};
use crate::sql::{Own, qualified};

/// What can be seen of the session that holds the lock; it gets on while this changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// Whether it is a run: it has said so, or it belongs to a role that could be one of ours anyway, as runs do that
    /// have no schema to say it in.
    pub is_run: bool,
    /// The session.
    pub pid: Option<String>,
    /// Its role, application and client, and since when it is there.
    pub who: Option<String>,
    /// What it executes.
    pub doing: Option<String>,
    /// When its statement began, and how far a build, a vacuum or a write has come.
    pub mark: Option<String>,
}

/// Says that this session is the run that holds the lock. A backend is known by its number and the moment it started,
/// which no other can have.
///
/// # Errors
/// `Failed` if it cannot be written.
pub fn hold(session: &mut Session) -> Result<()> {
    let Some(schema) = session.server.state.as_deref().filter(|_| !session.server.outdated) else {
        return Ok(());
    };
    let holder = qualified(schema, "holder");
    let batch = format!(
        "BEGIN; SET LOCAL synchronous_commit = off; DELETE FROM {holder}; \
         INSERT INTO {holder} (backend, backend_start, username) SELECT a.pid, a.backend_start, session_user \
         FROM pg_stat_get_activity(pg_backend_pid()) a; COMMIT"
    );
    session.run(&Own::new(&batch)).map_err(|error| {
        session.roll_back();
        server_error("cannot record the run in the tool's own schema", &error)
    })
}

/// SQL: how a statement `a.query` begins, after what opens its transaction. What has a quote or a dollar in it may hold
/// values, and which of them are secret only the session knows that executes it.
const FIRST_WORDS: &str = "substring(a.query from '(?i)^\\s*(?:(?:begin|set)\\M[^;''$]*;\\s*)*([a-z_]+(?:\\s+[a-z_]+){0,2})(?![a-z0-9_])')";

/// Who holds the lock now; nothing where nobody does any more.
pub fn holder(session: &mut Session) -> Option<Holder> {
    // A session can end between the reading of pg_locks and that of pg_stat_activity; its lock has ended with it.
    // Of sessions of others, only a member of pg_read_all_stats sees when they started; their role everybody sees.
    let recorded = match session.server.state.as_deref().filter(|_| !session.server.outdated) {
        Some(schema) => format!(
            "EXISTS (SELECT FROM {} h WHERE h.backend = a.pid AND CASE WHEN a.backend_start IS NULL \
             THEN h.username = a.usename ELSE h.backend_start = a.backend_start END)",
            qualified(schema, "holder")
        ),
        None => "false".to_string(),
    };
    let ours = format!("{} OR pg_has_role(a.usesysid, current_user, 'MEMBER')", trusts("a.usesysid"));
    let query = format!(
        "SELECT coalesce({recorded} OR {ours}, false) AS is_run, a.pid, \
         CASE WHEN l.pid IS NULL THEN (SELECT 'the prepared transaction ' || quote_literal(x.gid) || ' of role `' || x.owner || '`' \
         FROM pg_prepared_xacts x \
         JOIN pg_locks t ON t.transactionid = x.transaction WHERE t.pid IS NULL \
         AND t.virtualtransaction = l.virtualtransaction LIMIT 1) \
         ELSE concat('pid ', a.pid, ', role `', a.usename, '`', ', application `' || nullif(a.application_name, '') || '`', \
         ', from ' || host(a.client_addr), ', connected since ' || date_trunc('second', a.backend_start)) END AS who, \
         'pid ' || a.pid || ' (' || coalesce(a.usename, '') || ') ' || coalesce(a.state, '') || ': ' \
         || CASE WHEN a.query ~ '[''$]' THEN coalesce({FIRST_WORDS} || ' …', 'a statement with values') \
         ELSE left(regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 120) END \
         || coalesce(' (' || p.phase || ', ' || p.blocks_done || ' of ' || p.blocks_total || ' blocks)', '') AS doing, \
         concat_ws(' ', a.pid, a.query_start, a.state_change, p.phase, p.blocks_done, p.tuples_done, p.lockers_done) \
         AS mark FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
         LEFT JOIN pg_stat_progress_create_index p ON p.pid = a.pid WHERE {} AND (l.pid IS NULL OR a.pid IS NOT NULL) \
         ORDER BY 1 DESC LIMIT 1",
        lock_condition("l")
    );
    let answers = match session.ask(&Own::new(&query)) {
        Ok(answers) => answers,
        Err(error) => {
            log::debug!("the holder of the lock cannot be seen: {error}");
            return Some(Holder::default());
        }
    };
    let row = answers.first().map(Answer::rows).and_then(|mut rows| rows.next());
    row.map(|row| Holder {
        is_run: row.flag("is_run"),
        pid: row.owned("pid"),
        who: row.get("who").map(printable),
        doing: row.get("doing").map(printable),
        mark: row.owned("mark"),
    })
}
