//! Who holds the run's lock. An advisory lock has no privileges: anybody may take it. So a run that has it says in the
//! tool's own schema, into which nobody else can write, which session it is.

use super::verify::trusts;
use crate::error::Result;
use crate::model::printable;
use crate::session::{Answer, Session, lock_condition, server_error};
use crate::sql::{Own, literal, qualified};

/// As many numbers as no runs leave out, and no repair takes.
const FAR_AHEAD: u64 = 1 << 40;

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
         FROM pg_stat_get_activity(pg_backend_pid()) a; {}; {}; COMMIT",
        numbers_again(schema, "run"),
        numbers_again(schema, "quarantine"),
    );
    session.run(&Own::new(&batch)).map_err(|error| {
        session.roll_back();
        server_error("cannot record the run in the tool's own schema", &error)
    })
}

/// Has a table's next number follow its last one. No policy keeps members of `pg_write_all_data` from setting a sequence: back,
/// where later runs would come before earlier ones, or far ahead.
fn numbers_again(schema: &str, table: &str) -> String {
    let sequence = format!("{table}_id_seq");
    format!(
        "SELECT setval({}::regclass, greatest(t.last, 1), t.last > 0) \
         FROM (SELECT coalesce(max(id), 0) AS last FROM {}) t, {} s \
         WHERE s.last_value::numeric + s.is_called::int - t.last NOT BETWEEN 1 AND {FAR_AHEAD}",
        literal(&qualified(schema, &sequence)),
        qualified(schema, table),
        qualified(schema, &sequence),
    )
}

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
         'pid ' || a.pid || ' (' || coalesce(a.usename, '') || ') ' || coalesce(a.state, '') || ': ' AS doing, \
         left(a.query, 1000) AS statement, coalesce(a.query ~ '[''$]', true) AS has_values, \
         coalesce(' (' || p.phase || ', ' || p.blocks_done || ' of ' || p.blocks_total || ' blocks)', '') AS progress, \
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
        doing: row.get("doing").map(|doing| {
            let statement = shown(row.get("statement").unwrap_or_default(), row.flag("has_values"));
            printable(&format!("{doing}{statement}{}", row.get("progress").unwrap_or_default()))
        }),
        mark: row.owned("mark"),
    })
}

/// What may be shown of a statement. What has a quote or a dollar in it may hold values, and which of them are secret only
/// the session knows that executes it: then its first words, after what opens its transaction.
fn shown(statement: &str, has_values: bool) -> String {
    let on_one_line: String = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    if !has_values {
        return on_one_line.chars().take(120).collect();
    }
    let is_word = |word: &&str| word.chars().all(|char| char.is_ascii_alphabetic() || char == '_');
    // With quotes in pairs, and nothing that would make them mean something else, it ends where it seems to.
    let is_whole = |text: &str| {
        text.matches('\'').count().is_multiple_of(2)
            && !["$", "\\", "\"", "--", "/*"].iter().any(|odd| text.contains(odd))
    };
    let opens = |text: &str| ["begin", "set "].iter().any(|word| text.to_lowercase().starts_with(word));
    let after = on_one_line.split("; ").find(|text| !(opens(text) && is_whole(text))).unwrap_or_default();
    let before_values = after.split(['\'', '$']).next().filter(|text| !opens(text)).unwrap_or_default();
    let words: Vec<&str> =
        before_values.split(' ').take_while(is_word).take(3).filter(|word| !word.is_empty()).collect();
    match words.join(" ") {
        none if none.is_empty() => "a statement with values".to_string(),
        words => format!("{words} …"),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn values_of_a_statement_are_not_shown() {
        let cases = [
            ("CREATE USER MAPPING FOR a SERVER s OPTIONS (token 'x')", "CREATE USER MAPPING …"),
            ("BEGIN; SET LOCAL a = 1; ALTER ROLE r PASSWORD 'x'", "ALTER ROLE r …"),
            ("BEGIN; SET LOCAL a = 'x'; ALTER ROLE r PASSWORD 'x'", "ALTER ROLE r …"),
            ("BEGIN; SET LOCAL a = 'x; x y'; ALTER", "a statement with values"),
            ("SET LOCAL a = 'x''; x y'; ALTER", "a statement with values"),
            ("SET LOCAL a = E'x\\'; x y'; ALTER 'x'", "a statement with values"),
            ("SET /* ' */ LOCAL a = 'x; x y'; ALTER", "a statement with values"),
            ("select $$x$$", "select …"),
            ("'x; x y", "a statement with values"),
            ("", "a statement with values"),
        ];
        for (statement, told) in cases {
            assert_eq!(shown(statement, true), told);
        }
        assert_eq!(shown("drop\n table  t", false), "drop table t");
    }
}
