//! Spelling by creation: temporary objects in a transaction that is rolled back. Takes no more than ACCESS SHARE on
//! the tables that are named.

use super::question::{Question, relation};
use crate::adopt::Renames;
use crate::error::Result;
use crate::kind::{Context, Terms};
use crate::session::{Session, server_error};
use crate::sql::qualified;

/// The server's spelling of each desired fragment, or the observed one's if both come out the same; nothing where it
/// could not be asked.
pub fn spell(
    session: &mut Session,
    questions: Vec<Question>,
    renames: &Renames,
    terms: &Terms<'_>,
) -> Result<Vec<(Question, Option<String>)>> {
    if questions.is_empty() || session.server.in_recovery {
        return Ok(questions.into_iter().map(|question| (question, None)).collect());
    }
    let parts: Vec<String> =
        questions.iter().enumerate().map(|(n, question)| part(n, question, renames, terms)).collect();
    let frame = |parts: &str| format!("BEGIN; {parts} ROLLBACK");
    if let Ok(answers) = session.ask(&frame(&parts.concat())) {
        let spelled: Vec<_> = answers.iter().map(|answer| answer.first().map(str::to_string)).collect();
        if spelled.len() == questions.len() {
            return Ok(questions.into_iter().zip(spelled).collect());
        }
    }
    let _ = session.run("ROLLBACK");
    let mut spelled = Vec::new();
    for (question, part) in questions.into_iter().zip(parts) {
        let answer = match session.ask(&frame(&part)) {
            Ok(answers) => answers.first().and_then(|answer| answer.first().map(str::to_string)),
            Err(error) if error.is_closed() => {
                return Err(server_error("cannot compare expressions", &error));
            }
            Err(error) => {
                log::debug!("`{}` of {} cannot be spelled: {error:?}", question.attribute, question.address);
                let _ = session.run("ROLLBACK");
                None
            }
        };
        spelled.push((question, answer));
    }
    Ok(spelled)
}

/// The statements for one question; the last one is a query that gives the spelling.
fn part(number: usize, question: &Question, renames: &Renames, terms: &Terms<'_>) -> String {
    let path = format!("SET LOCAL search_path = {}; ", terms.search_path);
    let bare = "SET LOCAL search_path = pg_catalog, pg_temp; ";
    let desired = &question.desired;
    match &question.context {
        Context::Index { table } => {
            let there = renames.in_database(table);
            let name = qualified(there.schema(), there.name());
            format!(
                "{path}CREATE TEMP TABLE pgr_table_{number} (LIKE {name}); \
                 CREATE INDEX pgr_index_{number} ON pg_temp.pgr_table_{number} {desired}; \
                 {bare}SELECT substring(d FROM position(' USING ' IN d) + 1) \
                 FROM pg_get_indexdef('pg_temp.pgr_index_{number}'::regclass) d; "
            )
        }
        Context::Signature => format!(
            "{path}CREATE FUNCTION pg_temp.pgr_function_{number}{desired} LANGUAGE plpgsql AS 'begin end'; \
             {bare}SELECT '(' || pg_get_function_arguments(p.oid) || ') RETURNS ' || pg_get_function_result(p.oid) \
             FROM pg_proc p WHERE p.proname = 'pgr_function_{number}' AND p.pronamespace = pg_my_temp_schema(); "
        ),
        context => {
            let from = match context {
                Context::Row { table } => format!(" FROM {}", relation(table, table.name(), renames)),
                Context::Trigger { table } => {
                    format!(" FROM {}, {}", relation(table, "old", renames), relation(table, "new", renames))
                }
                _ => String::new(),
            };
            let cast = |text: &str| match context {
                Context::Value { of } => format!("({text})::{of}"),
                _ => format!("({text})"),
            };
            let observed = crate::sql::literal(&question.observed);
            format!(
                "{path}CREATE TEMP VIEW pgr_desired_{number} AS SELECT {}{from}; \
                 CREATE TEMP VIEW pgr_observed_{number} AS SELECT {}{from}; \
                 SELECT CASE WHEN pg_get_viewdef('pg_temp.pgr_desired_{number}'::regclass) \
                 = pg_get_viewdef('pg_temp.pgr_observed_{number}'::regclass) THEN {observed} END; ",
                cast(desired) + " AS value",
                cast(&question.observed) + " AS value",
            )
        }
    }
}
