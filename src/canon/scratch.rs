//! Spelling by creation: temporary objects in a transaction that is rolled back. Takes no more than ACCESS SHARE on
//! the tables that are named.
//!
//! Where the file renames something, the observed fragments are read first, under the names that are there; then what
//! can be renamed without a table lock is, and so are the columns of temporary copies of the tables; then the desired
//! fragments are read. The server itself carries the observed ones over to the new names.

use super::part::{Part, Purpose};
use super::question::Question;
use super::renaming::Renaming;
use crate::error::Result;
use crate::kind::{Context, Terms};
use crate::pg::is_lost;
use crate::session::{Session, server_error};

/// The server's spelling of each desired fragment, or the observed one's if both come out the same; nothing where it
/// could not be asked.
pub fn spell(
    session: &mut Session,
    questions: Vec<Question>,
    purpose: Purpose,
    renaming: &Renaming,
    terms: &Terms<'_>,
) -> Result<Vec<(Question, Option<String>)>> {
    if questions.is_empty() || session.server.in_recovery {
        return Ok(questions.into_iter().map(|question| (question, None)).collect());
    }
    let parts: Vec<Part> = questions
        .iter()
        .enumerate()
        .map(|(n, question)| Part::of(n, question, purpose, renaming, terms))
        .collect();
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
            Err(error) if is_lost(&error) => {
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

/// How the server spells an observed fragment, which it reads in `context`, under the names of the file; nothing where
/// that is asked otherwise.
pub fn carried(
    session: &mut Session,
    text: &str,
    context: &Context,
    renaming: &Renaming,
    terms: &Terms<'_>,
) -> Result<Option<String>> {
    let Some(Part { before, after }) = Part::carried(text, context, terms) else { return Ok(None) };
    match session.ask(&format!("BEGIN; {before}{}{after}ROLLBACK", renaming.statements)) {
        Ok(answers) => Ok(answers.first().and_then(|answer| answer.first().map(str::to_string))),
        Err(error) if is_lost(&error) => Err(server_error("cannot compare expressions", &error)),
        Err(error) => {
            log::debug!("`{text}` cannot be carried over: {error:?}");
            let _ = session.run("ROLLBACK");
            Ok(None)
        }
    }
}
