//! For psql: the plan as a script that carries its own BEGIN and COMMIT.

use super::Report;
use crate::model::printable;
use crate::pg::settings;
use crate::plan::{Group, Planned};
use crate::sql::{dollar_tag, literal};
use std::fmt::Write as _;

/// The client must take the bytes for the characters that they are, whatever it is set to: in some encodings the last byte of
/// one and the quote behind it are another.
const HEAD: &str = "\\encoding UTF8\n\\set ON_ERROR_STOP on\n";

/// The plan as a script for `psql -v ON_ERROR_STOP=1`. Unlike the other reports it is complete, so password verifiers
/// are in it.
pub fn script(report: &Report) -> String {
    let mut out = String::new();
    if report.plan.groups.is_empty() {
        out.push_str("-- in sync: nothing to do\n");
        return out;
    }
    let path = &report.search_path;
    let settings =
        format!("{}SET client_min_messages = warning;\nSET search_path = {path};\n", settings::script());
    out.push_str(HEAD);
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
        match group.statements.as_slice() {
            [only] if only.batch.is_some() && !only.as_owner => batches(report, group, only, &mut out),
            _ if group.transactional => {
                let timeout = group.lock_timeout(report.lock_timeout).as_millis();
                let _ = writeln!(out, "BEGIN;\nSET LOCAL lock_timeout = '{timeout}ms';");
                for (statement, settles) in group.settled() {
                    write(report, statement, &mut out);
                    if let Some(settles) = settles {
                        let _ = writeln!(out, "{settles};");
                    }
                }
                out.push_str("COMMIT;\n");
            }
            statements => statements.iter().for_each(|statement| write(report, statement, &mut out)),
        }
        // Somebody else's code may have set something for the session.
        if group.statements.iter().any(|statement| statement.as_owner) {
            let _ = write!(out, "RESET ALL;\n{HEAD}{settings}");
        }
        if group.optional {
            out.push_str("\\set ON_ERROR_STOP on\n");
        }
    }
    out
}

/// One statement, and what it is about.
fn write(report: &Report, statement: &Planned, out: &mut String) {
    about(report, statement, out);
    let _ = writeln!(out, "{};", statement.sql.text());
    if statement.as_owner && statement.form.cost().transactional {
        let _ = writeln!(out, "SET LOCAL search_path = {};", report.search_path);
    }
}

/// A backfill as `apply` does it: some rows at a time, each time in a transaction of its own.
fn batches(report: &Report, group: &Group, statement: &Planned, out: &mut String) {
    let Some((before, after)) = &statement.batch else { return };
    about(report, statement, out);
    let batch = literal(&format!("{}{}{}", before.text(), report.batch, after.text()));
    let code = format!(
        "
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE {batch};
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END "
    );
    let (tag, timeout) = (dollar_tag(&code), group.lock_timeout(report.lock_timeout).as_millis());
    let _ = writeln!(out, "SET lock_timeout = '{timeout}ms';\nDO {tag}{code}{tag};\nRESET lock_timeout;");
}

/// A comment that says whose statement follows.
fn about(report: &Report, statement: &Planned, out: &mut String) {
    if let Some(item) = report.plan.items.get(statement.item) {
        let _ = writeln!(out, "-- {} {}", item.action.word(), printable(&item.address.to_string()));
    }
}
