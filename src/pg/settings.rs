//! Settings that every session of ours has, whatever the role or the database has set. They are asked for as the session
//! starts, which costs the server less than any statement and beats what is set for the role and the database (manual,
//! 20.1.3, "Parameter Interaction via the Shell"); behind a pooler that refuses them they are set by SQL.

use crate::config::Keepalive;
use crate::sql::literal;
use std::time::Duration;

/// The path along which SQL of our own finds its names. A session does not start with it: what the database has is what a
/// RESET gives, and scripts of extensions read that, to write it down with their own schema behind.
const PATH: (&str, &str) = ("search_path", "pg_catalog, pg_temp");

/// The time zone in which times are read and printed. A session does not start with it either: that of the database says
/// what its rows mean, and is asked for first.
const ZONE: (&str, &str) = ("TimeZone", "UTC");

/// Settings that decide how expressions are read and printed, and those that could end us in the middle.
const SETTINGS: &[(&str, &str)] = &[
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("xmloption", "content"),
    ("standard_conforming_strings", "on"),
    ("quote_all_identifiers", "off"),
    ("extra_float_digits", "1"),
    ("check_function_bodies", "off"),
    // Rows that a policy hides are an error, not silence.
    ("row_security", "off"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
    ("statement_timeout", "0"),
    // For as long, a look waits without a word for a table that is locked.
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "0"),
    ("jit", "off"),
];

/// The same for settings that not every major has. The server looks whether we are still there while it works or waits:
/// a run that was killed must not hold its locks for as long as its last statement takes.
const SINCE: &[(&str, &str)] = &[("transaction_timeout", "0"), ("client_connection_check_interval", "1s")];

/// The settings as options of a session that starts.
pub(super) fn startup(keepalive: &Keepalive) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace(' ', "\\ ");
    let path = of_the_path(keepalive).into_iter().map(|(name, value)| format!("-c {name}={value} "));
    SETTINGS.iter().map(|(name, value)| format!("-c {name}={} ", escaped(value))).chain(path).collect()
}

/// The statement that sets them, for a session that was started without.
pub fn statement(keepalive: &Keepalive) -> String {
    let path = of_the_path(keepalive).into_iter().map(|(name, value)| set(name, &value));
    let settings = SETTINGS.iter().chain([&PATH]).map(|(name, value)| set(name, value));
    let calls: Vec<String> = settings.chain(path).collect();
    format!("SELECT {}; ", calls.join(", "))
}

/// The same for a script that psql executes, which says itself how long it waits for a lock.
pub fn script() -> String {
    let all = SETTINGS.iter().chain([&ZONE]).filter(|(name, _)| *name != "lock_timeout");
    all.map(|(name, value)| format!("SET {name} = {};\n", literal(value))).collect()
}

/// Settings by which the server notices a dead path when we do; by those of most systems it takes two hours, and for as
/// long the session keeps the lock that one run at a time holds.
fn of_the_path(keepalive: &Keepalive) -> Vec<(&'static str, String)> {
    if !keepalive.on {
        return Vec::new();
    }
    let seconds = |time: Duration| time.as_secs().min(i32::MAX as u64).to_string();
    let mut settings = vec![
        ("tcp_keepalives_idle", seconds(keepalive.idle)),
        ("tcp_keepalives_interval", seconds(keepalive.interval)),
        ("tcp_keepalives_count", keepalive.count.min(i32::MAX as u32).to_string()),
    ];
    if let Some(timeout) = keepalive.user_timeout {
        settings.push(("tcp_user_timeout", timeout.as_millis().min(i32::MAX as u128).to_string()));
    }
    settings
}

/// The statement that sets the path and the time zone, and what not every major has, in a session for which the SQL condition `when` holds;
/// it gives the time zone that the session had, as `time_zone`.
pub fn after_start(when: &str) -> String {
    // Nobody has vouched for the search path yet, so every name says its schema. A major without a setting gives NULL.
    let since = SINCE.iter().map(|(name, value)| {
        let is_there = format!("pg_catalog.current_setting({}, true) IS NOT NULL", literal(name));
        format!("CASE WHEN {is_there} THEN {} END", set(name, value))
    });
    let later = [PATH, ZONE].map(|(name, value)| set(name, value));
    let calls: Vec<String> = later.into_iter().chain(since).collect();
    format!(
        "SELECT pg_catalog.current_setting('TimeZone') AS time_zone, CASE WHEN {when} THEN pg_catalog.concat({}) END; ",
        calls.join(", ")
    )
}

/// The statement by which no transaction writes that does not say so itself, in a session for which the SQL condition
/// `when` holds.
pub fn read_only(when: &str) -> String {
    format!("SELECT CASE WHEN {when} THEN {} END; ", set("default_transaction_read_only", "on"))
}

fn set(name: &str, value: &str) -> String {
    format!("pg_catalog.set_config({}, {}, false)", literal(name), literal(value))
}
