//! Spelling by creation: temporary objects in a transaction that is rolled back. Takes no more than ACCESS SHARE on
//! the tables that are named.
//!
//! Where the file renames something, the observed fragments are read first, under the names that are there; then what
//! can be renamed without a table lock is, and so are the columns of temporary copies of the tables; then the desired
//! fragments are read. The server itself carries the observed ones over to the new names.

use super::question::{Question, from_clause};
use crate::adopt::Renames;
use crate::error::Result;
use crate::kind::{Context, Cx, Place, Rank, Terms};
use crate::model::Address;
use crate::session::{Session, server_error};
use crate::sql::{Lock, ident, idents, literal, qualified};

const BARE: &str = "SET LOCAL search_path = pg_catalog, pg_temp; ";

/// How the names that the file wants come about in the scratch.
#[derive(Debug, Default)]
pub struct Renaming {
    /// The statements for what needs no table lock.
    statements: String,
    /// Columns: as the file calls them, and as the database does.
    columns: Vec<(Address, Address)>,
    /// Tables in the file, and what the database calls them.
    renames: Renames,
}

/// Prepares the renames of `cx`.
pub fn renaming(cx: &Cx<'_>, renames: &Renames) -> Renaming {
    let mut renaming = Renaming { renames: renames.clone(), ..Renaming::default() };
    for (to, from) in renames.iter() {
        let Some(kind) = cx.registry.get(to.kind) else { continue };
        if kind.doc().rank == Rank::Column {
            renaming.columns.push((to.clone(), from.clone()));
        }
        let named = matches!(kind.doc().place, Place::Namespace(_) | Place::InSchema(_));
        let steps = if named { kind.rename(from, to, cx) } else { None };
        for statement in steps.iter().flatten().flat_map(|step| &step.direct) {
            if statement.form.cost().lock == Lock::None {
                renaming.statements.push_str(statement.sql.text());
                renaming.statements.push_str("; ");
            }
        }
    }
    renaming
}

/// The statements for one question.
struct Part {
    /// Under the names that are there.
    before: String,
    /// Under the names of the file; the last one is a query that gives the spelling.
    after: String,
}

/// The server's spelling of each desired fragment, or the observed one's if both come out the same; nothing where it
/// could not be asked.
pub fn spell(
    session: &mut Session,
    questions: Vec<Question>,
    renaming: &Renaming,
    terms: &Terms<'_>,
) -> Result<Vec<(Question, Option<String>)>> {
    if questions.is_empty() || session.server.in_recovery {
        return Ok(questions.into_iter().map(|question| (question, None)).collect());
    }
    let parts: Vec<Part> =
        questions.iter().enumerate().map(|(n, question)| part(n, question, renaming, terms)).collect();
    let frame = |parts: &[Part]| {
        let before: String = parts.iter().map(|part| part.before.as_str()).collect();
        let after: String = parts.iter().map(|part| part.after.as_str()).collect();
        format!("BEGIN; {before}{}{after}ROLLBACK", renaming.statements)
    };
    if let Ok(answers) = session.ask(&frame(&parts)) {
        let spelled: Vec<_> = answers.iter().map(|answer| answer.first().map(str::to_string)).collect();
        if spelled.len() == questions.len() {
            return Ok(questions.into_iter().zip(spelled).collect());
        }
    }
    let _ = session.run("ROLLBACK");
    let mut spelled = Vec::new();
    for (question, part) in questions.into_iter().zip(parts) {
        let answer = match session.ask(&frame(&[part])) {
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

fn part(number: usize, question: &Question, renaming: &Renaming, terms: &Terms<'_>) -> Part {
    let path = format!("SET LOCAL search_path = {}; ", terms.search_path);
    let copy = format!("pg_temp.pgr_table_{number}");
    let there = |table: &Address| {
        let there = renaming.renames.in_database(table, terms.registry);
        qualified(there.schema(), there.name())
    };
    let (copied, renamed) = match &question.context {
        Context::Row { table } | Context::Trigger { table } | Context::Index { table } => {
            let columns = renaming.columns.iter().filter(|(to, _)| to.path().starts_with(table.path()));
            let renamed: String = columns
                .map(|(to, from)| {
                    format!(
                        "ALTER TABLE {copy} RENAME COLUMN {} TO {}; ",
                        ident(from.name()),
                        ident(to.name())
                    )
                })
                .collect();
            (format!("CREATE TEMP TABLE pgr_table_{number} (LIKE {}); ", there(table)), renamed)
        }
        _ => (String::new(), String::new()),
    };
    let renames = !renaming.renames.is_empty();
    let desired = &question.desired;
    let literal = literal(&question.observed);
    match &question.context {
        Context::Index { .. } => {
            let make = |name: &str, definition: &str| {
                format!("CREATE INDEX pgr_{name}_{number} ON {copy} {definition}; ")
            };
            let definition = |name: &str| {
                let printed = format!("pg_get_indexdef('pg_temp.pgr_{name}_{number}'::regclass)");
                format!("(SELECT substring(d FROM position(' USING ' IN d) + 1) FROM {printed} d)")
            };
            let (one, two) = (definition("desired"), definition("observed"));
            let (observed, spelling) = if renames {
                let spelling = format!("CASE WHEN {one} = {two} THEN {literal} ELSE {one} END");
                (make("observed", &question.observed), spelling)
            } else {
                (String::new(), one)
            };
            Part {
                before: format!("{path}{copied}{observed}"),
                after: format!("{path}{renamed}{}{BARE}SELECT {spelling}; ", make("desired", desired)),
            }
        }
        Context::Query { columns } => Part {
            before: String::new(),
            after: format!(
                "{path}CREATE TEMP VIEW pgr_view_{number}{} AS {desired}; {BARE}SELECT '-- ' || (SELECT string_agg(\
                 quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) \
                 FROM pg_attribute a WHERE a.attrelid = c AND a.attnum > 0) || E'\\n' || rtrim(pg_get_viewdef(c), ';') \
                 FROM (SELECT 'pg_temp.pgr_view_{number}'::regclass) v(c); ",
                if columns.is_empty() { String::new() } else { format!(" ({})", idents(columns)) }
            ),
        },
        Context::Signature => Part {
            before: String::new(),
            after: format!(
                "{path}CREATE FUNCTION pg_temp.pgr_function_{number}{desired} LANGUAGE plpgsql AS 'begin end'; \
                 {BARE}SELECT '(' || pg_get_function_arguments(p.oid) || ') RETURNS ' || pg_get_function_result(p.oid) \
                 FROM pg_proc p WHERE p.proname = 'pgr_function_{number}' AND p.pronamespace = pg_my_temp_schema(); "
            ),
        },
        context => {
            let from = from_clause(context, &|table| if renames { copy.clone() } else { there(table) });
            let view = |name: &str, text: &str, context: &Context| {
                let item = match context {
                    Context::Type => format!("NULL::{text}"),
                    Context::Value { of } => format!("({text})::{of}"),
                    _ => format!("({text})"),
                };
                format!("CREATE TEMP VIEW pgr_{name}_{number} AS SELECT {item} AS value{from}; ")
            };
            let shown = |name: &str| match context {
                Context::Type => format!(
                    "(SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
                     WHERE attrelid = 'pg_temp.pgr_{name}_{number}'::regclass AND attnum = 1)"
                ),
                _ => format!("pg_get_viewdef('pg_temp.pgr_{name}_{number}'::regclass)"),
            };
            let (one, two) = (shown("desired"), shown("observed"));
            let otherwise = if *context == Context::Type { format!(" ELSE {one}") } else { String::new() };
            Part {
                before: format!(
                    "{path}{}{}",
                    if renames { copied.as_str() } else { "" },
                    view("observed", &question.observed, if renames { &question.there } else { context })
                ),
                after: format!(
                    "{path}{}{}{BARE}SELECT CASE WHEN {one} = {two} THEN {literal}{otherwise} END; ",
                    if renames { renamed.as_str() } else { "" },
                    view("desired", desired, context),
                ),
            }
        }
    }
}
