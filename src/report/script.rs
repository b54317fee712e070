//! For psql: the plan as a script that carries its own BEGIN and COMMIT.

use super::Report;
use std::fmt::Write as _;

const SETTINGS: &str = "SET DateStyle = 'ISO, MDY';\nSET TimeZone = 'UTC';\nSET IntervalStyle = 'postgres';\n\
                        SET check_function_bodies = off;\nSET client_min_messages = warning;\n";

/// The plan as a script for `psql -v ON_ERROR_STOP=1`. Unlike the other reports it is complete, so password verifiers
/// are in it.
pub fn script(report: &Report) -> String {
    let mut out = String::new();
    if report.plan.groups.is_empty() {
        out.push_str("-- in sync: nothing to do\n");
        return out;
    }
    out.push_str("\\set ON_ERROR_STOP on\n");
    let settings = format!("SET search_path = {};\n{SETTINGS}", report.search_path);
    out.push_str(&settings);
    if let Some(prelude) = &report.prelude {
        let _ = writeln!(
            out,
            "\n-- the tool's own schema, where quarantined rows go\nBEGIN;\n{prelude};\nCOMMIT;"
        );
    }
    for group in &report.plan.groups {
        out.push('\n');
        if group.optional {
            out.push_str("-- optional: a failure is no failure of the script\n\\unset ON_ERROR_STOP\n");
        }
        if group.transactional {
            out.push_str("BEGIN;\n");
        }
        for (number, statement) in group.statements.iter().enumerate() {
            let _ = writeln!(out, "{};", statement.sql.text());
            if let Some(settles) = group.settles(number) {
                let _ = writeln!(out, "{settles};");
            }
            if statement.as_owner && group.transactional {
                let _ = writeln!(out, "SET LOCAL search_path = {};", report.search_path);
            }
        }
        if group.transactional {
            out.push_str("COMMIT;\n");
        }
        // Somebody else's code may have set something for the session.
        if group.statements.iter().any(|statement| statement.as_owner) {
            let _ = write!(out, "RESET ALL;\n{settings}");
        }
        if group.optional {
            out.push_str("\\set ON_ERROR_STOP on\n");
        }
    }
    out
}
