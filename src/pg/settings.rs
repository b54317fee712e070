//! Settings that every session of ours has, whatever the role or the database has set. They are asked for as the session
//! starts, which costs the server less than any statement and beats what is set for the role and the database (manual,
//! 20.1.3, "Parameter Interaction via the Shell"); behind a pooler that refuses them they are set by SQL.

use super::Feature;
use crate::sql::literal;

/// Settings that decide how expressions are read and printed, and those that could end us in the middle.
const SETTINGS: &[(&str, &str)] = &[
    ("search_path", "pg_catalog, pg_temp"),
    ("DateStyle", "ISO, MDY"),
    ("TimeZone", "UTC"),
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("xmloption", "content"),
    ("standard_conforming_strings", "on"),
    ("quote_all_identifiers", "off"),
    ("extra_float_digits", "1"),
    ("check_function_bodies", "off"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
    ("statement_timeout", "0"),
    ("lock_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("jit", "off"),
];

/// The same for settings that not every major has. The server looks whether we are still there while it works or waits:
/// a run that was killed must not hold its locks for as long as its last statement takes.
const SINCE: &[(Feature, &str, &str)] = &[
    (Feature::TransactionTimeout, "transaction_timeout", "0"),
    (Feature::ClientConnectionCheck, "client_connection_check_interval", "1s"),
];

/// The settings as options of a session that starts.
pub(super) fn startup() -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace(' ', "\\ ");
    SETTINGS.iter().map(|(name, value)| format!("-c {name}={} ", escaped(value))).collect()
}

/// The statement that sets them, for a session that was started without.
pub(super) fn statement() -> String {
    let calls: Vec<String> = SETTINGS.iter().map(|(name, value)| set(name, value)).collect();
    format!("SELECT {}; ", calls.join(", "))
}

/// The statement that sets what not every major has, in a session for which the SQL condition `when` holds.
pub fn of_some_majors(when: &str) -> String {
    // Nobody has vouched for the search path yet, so every name says its schema.
    let call = |(feature, name, value): &(Feature, &str, &str)| {
        let since = feature.since() * 10_000;
        let version = "pg_catalog.current_setting('server_version_num')::pg_catalog.int4";
        format!(
            "CASE WHEN {when} AND {version} OPERATOR(pg_catalog.>=) {since} THEN {} END",
            set(name, value)
        )
    };
    let calls: Vec<String> = SINCE.iter().map(call).collect();
    format!("SELECT {}; ", calls.join(", "))
}

fn set(name: &str, value: &str) -> String {
    format!("pg_catalog.set_config({}, {}, false)", literal(name), literal(value))
}
