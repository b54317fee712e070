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
use crate::session::{Answer, Reading, Session, WhatItGave, server_error};
use crate::sql::Own;

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
    let spelled = match renaming.is_empty() {
        true => each(session, &parts.into_iter().map(whole).collect::<Vec<_>>(), &questions)?,
        false => after_renaming(session, parts, renaming, &questions)?,
    };
    let spelled =
        spelled.into_iter().map(|answers| answers.last().and_then(Answer::first).map(str::to_string));
    Ok(questions.into_iter().zip(spelled).collect())
}

/// All that is read of a part, where nothing is renamed.
fn whole(part: Part) -> Reading {
    let Part { mut before, after } = part;
    before.then(after);
    before
}

/// Reads, each by itself, what belongs to `questions`; a part that the server refuses has no answers.
fn each(session: &mut Session, readings: &[Reading], questions: &[Question]) -> Result<Vec<Vec<Answer>>> {
    let read = session.read_all(Own::new(BEGIN), readings).map_err(|(number, error)| {
        let question = number.and_then(|number| questions.get(number));
        question.map_or_else(|| server_error(FAILED, &error), |question| question.unanswered(&error))
    })?;
    Ok(read.into_iter().map(answers).collect())
}

const BEGIN: &str = "BEGIN READ WRITE";

const FAILED: &str = "cannot compare expressions";

fn answers(given: WhatItGave) -> Vec<Answer> {
    given.inspect_err(|error| log::debug!("cannot be spelled: {error:?}")).unwrap_or_default()
}

/// All parts with one renaming between them; where one of them is refused, each with a renaming of its own.
fn after_renaming(
    session: &mut Session,
    parts: Vec<Part>,
    renaming: &Renaming,
    questions: &[Question],
) -> Result<Vec<Vec<Answer>>> {
    let together = |parts: &[Part]| {
        let mut reading = Reading::default();
        parts.iter().for_each(|part| _ = reading.then(part.before.clone()));
        reading.then(renaming.statements.clone());
        parts.iter().for_each(|part| _ = reading.then(part.after.clone()));
        reading
    };
    let all = session.read(Own::new(BEGIN), &[together(&parts)]);
    let all =
        all.map_err(|error| server_error(FAILED, &error))?.readings.pop().map(answers).unwrap_or_default();
    if all.len() == parts.len() {
        return Ok(all.into_iter().map(|answer| vec![answer]).collect());
    }
    let single: Vec<Reading> = parts.iter().map(|part| together(std::slice::from_ref(part))).collect();
    each(session, &single, questions)
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
    let Some(part) = Part::carried(text, context, terms) else { return Ok(None) };
    let answers = after_renaming(session, vec![part], renaming, &[])?.pop().unwrap_or_default();
    Ok(answers.last().and_then(Answer::first).map(str::to_string))
}
