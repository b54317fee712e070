//! Lets PostgreSQL itself say whether a desired expression means the same as the observed one. No text is normalised
//! here. In this order: the same text; a pair that an earlier run remembers; both side by side in one EXPLAIN; and,
//! for what EXPLAIN does not show, both in temporary objects that are rolled back.

mod part;
mod question;
mod renaming;
mod scratch;
mod texts;

pub use texts::mark_untried;

use crate::adopt::Renames;
use crate::error::Result;
use crate::kind::{Context, Registry, Terms};
use crate::model::{Address, Model, Observed};
use crate::session::{Answer, Reading, Session, WhatItGave, server_error};
use crate::sql::{Own, qualified, sql_of};
use crate::state::{Memo, Remembered};
use crate::trust::Code;
use part::Purpose;
use question::{Question, from_clause};
use renaming::Renaming;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What was found out about the fragments.
#[derive(Debug, Default)]
pub struct Settled {
    /// The pairs that are the same, and that no earlier run remembers.
    pub learnt: Vec<Remembered>,
    /// Objects with a fragment that can be read only once something has its new name; until then it counts as the same.
    pub put_off: BTreeSet<Address>,
    /// What is never read, because it calls code of somebody who is not trusted.
    pub strange: Vec<Strange>,
}

/// A fragment that calls code of a role that is not trusted, and whose texts differ.
#[derive(Debug, Clone)]
pub struct Strange {
    /// The object.
    pub address: Address,
    /// The attribute.
    pub attribute: String,
    /// What the file says, if it has the object.
    pub desired: Option<String>,
    /// What the database says, if it has the object.
    pub observed: Option<String>,
    /// The role.
    pub role: String,
}

/// Settles every fragment of `desired` that `observed` has too.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn settle(
    session: &mut Session,
    desired: &mut Model,
    observed: &mut Observed,
    renames: &Renames,
    (memo, code): (&Memo, &Code),
    terms: &Terms<'_>,
) -> Result<Settled> {
    let mut settled = Settled::default();
    let mut questions = question::collect(desired, observed, terms, code.meaning());
    questions.retain(|question| match memo.knows(&question.remembered()) {
        true => {
            question.settle(desired, terms.registry, &question.observed);
            false
        }
        false => true,
    });
    if !code.is_all_trusted() {
        settled.strange = strange(&mut questions, desired, observed, code, terms.registry);
    }
    if questions.is_empty() {
        return Ok(settled);
    }
    log::debug!("asking the server about {} expressions", questions.len());
    // EXPLAIN knows only the names that are there now.
    let renaming = renaming::renaming(&terms.cx(&session.server, desired, observed), renames);
    let settled_names = renaming.is_empty() || session.server.in_recovery;
    // To plan a query over a table is to run what its indexes and the like call; to make a view of it is not.
    let is_safe = |question: &Question| {
        question.there.table().is_none_or(|table| observed.stranger_inside(table).is_none())
    };
    let (explainable, mut residue): (Vec<Question>, Vec<Question>) = questions
        .into_iter()
        .partition(|question| settled_names && question.can_be_explained(code) && is_safe(question));
    for (question, spelled) in explain(session, explainable, terms)? {
        match spelled {
            Some((one, two)) if question::same(&one, &two) => {
                question.settle(desired, terms.registry, &question.observed);
                settled.learnt.push(question.remembered());
            }
            Some((one, _)) if question.is_type() => {
                question.settle(desired, terms.registry, question::type_of_null(&one));
            }
            Some(_) => {}
            None => residue.push(question),
        }
    }
    by_scratch(session, residue, (desired, observed), &renaming, terms, &mut settled)?;
    if !renaming.is_empty() {
        // Under names that come with this plan they are the same, and under no others.
        settled.learnt.clear();
    }
    Ok(settled)
}

/// Takes out the questions of which one side may call code of a stranger: they are never asked, and count as the same.
/// Gives them, and what is new in the file and calls such code.
fn strange(
    questions: &mut Vec<Question>,
    desired: &mut Model,
    observed: &mut Observed,
    code: &Code,
    registry: &Registry,
) -> Vec<Strange> {
    let mut found = Vec::new();
    let mut handled: HashSet<(Address, String)> = HashSet::new();
    questions.retain(|question| {
        let there = sql_of(&question.observed);
        let called = match question.context.is_only_declared() {
            true => code.stranger_named_in(&there, question.is_type()),
            false => {
                let of_table = question.there.table().and_then(|table| observed.stranger(table));
                observed.stranger(&question.address).or(of_table)
            }
        };
        let named = code.stranger_named_in(&question.desired, question.is_type());
        let named = named.or_else(|| code.stranger_found_in(&question.desired, question.is_type()));
        // What it called when it was made its text may not call today.
        let named_there = || code.stranger_called_in(&there, question.is_type());
        let Some(role) = called.or(named).or_else(named_there) else { return true };
        question.settle(desired, registry, &question.observed);
        handled.insert((question.address.clone(), question.attribute.clone()));
        found.push(Strange {
            address: question.address.clone(),
            attribute: question.attribute.clone(),
            desired: Some(question.desired.clone()),
            observed: Some(there.into_owned()),
            role: role.to_string(),
        });
        false
    });
    let there = question::every(&mut observed.model, registry).into_iter();
    let there: HashMap<(Address, String), (String, Context)> =
        there.map(|there| ((there.address, there.attribute), (there.desired, there.context))).collect();
    found.extend(new_strange(desired, code, registry, &|question| {
        let key = (question.address.clone(), question.attribute.clone());
        let is_new = there.get(&key).is_none_or(|(text, context)| {
            question.context.is_text() && (*text != question.desired || *context != question.context)
        });
        is_new && !handled.contains(&key)
    }));
    found
}

/// What of the file calls code of a stranger among the fragments that are `wanted`.
fn new_strange(
    desired: &mut Model,
    code: &Code,
    registry: &Registry,
    wanted: &dyn Fn(&Question) -> bool,
) -> Vec<Strange> {
    let questions = question::every(desired, registry).into_iter().filter(wanted);
    let strange = questions.filter_map(|question| {
        let text = &*sql_of(&question.desired);
        let reached = || question.context.is_executed().then(|| code.stranger_reached_in(text)).flatten();
        let role = match &question.context {
            Context::Body { path, is_open } => code.stranger_in_body(text, path.as_deref(), *is_open),
            Context::Name { .. } => code.stranger_named_in(text, false),
            context if context.is_only_declared() && !question.is_type() => code.stranger_given_in(text),
            _ => code.stranger_called_in(text, question.is_type()).or_else(reached),
        };
        // What a routine reads is found as it runs, along the path of whoever calls it.
        let is_body = matches!(question.context, Context::Body { .. });
        let found = || code.stranger_found_in(text, question.is_type()).filter(|_| !is_body);
        let role = role.or_else(found)?.to_string();
        let Question { address, attribute, desired, .. } = question;
        Some(Strange { address, attribute, desired: Some(desired), observed: None, role })
    });
    strange.collect()
}

/// What the server reads once more by `is_read`, given the address, the text and the table over which it is read, and may
/// then call code of a role that is not trusted, though it does not now: names are looked for again, for other types.
pub fn strange_texts_read_again(
    desired: &mut Model,
    observed: &mut Model,
    code: &Code,
    registry: &Registry,
    is_read: &dyn Fn(&Address, &str, Option<&Address>) -> bool,
) -> Vec<Strange> {
    if code.is_all_trusted() {
        return Vec::new();
    }
    let wanted = |question: &Question| {
        let Question { address, desired, context, .. } = question;
        !context.is_text() && is_read(address, &sql_of(desired), context.table())
    };
    let mut found = new_strange(desired, code, registry, &wanted);
    let told: HashSet<(Address, String)> =
        found.iter().map(|strange| (strange.address.clone(), strange.attribute.clone())).collect();
    let there = new_strange(observed, code, registry, &|question| {
        !told.contains(&(question.address.clone(), question.attribute.clone())) && wanted(question)
    });
    found.extend(there.into_iter().map(|strange| {
        let observed = strange.desired.map(|text| sql_of(&text).into_owned());
        Strange { observed, desired: None, ..strange }
    }));
    found
}

/// What of the file is read as soon as the data is asked, and calls code of a role that is not trusted.
pub fn strange_questions(desired: &mut Model, code: &Code, registry: &Registry) -> Vec<Strange> {
    if code.is_all_trusted() {
        return Vec::new();
    }
    new_strange(desired, code, registry, &|question| question.is_asked_of_the_data())
}

/// Settles what only temporary objects can tell.
fn by_scratch(
    session: &mut Session,
    questions: Vec<Question>,
    (desired, observed): (&mut Model, &mut Observed),
    renaming: &Renaming,
    terms: &Terms<'_>,
    settled: &mut Settled,
) -> Result<()> {
    let mut unlike = Vec::new();
    for (question, spelled) in scratch::spell(session, questions, Purpose::Compare, renaming, terms)? {
        let Some(spelling) = spelled else {
            if renaming.is_awaited_by(&question.desired) {
                question.settle(desired, terms.registry, &question.observed);
                settled.put_off.insert(question.address);
            }
            continue;
        };
        question.settle(desired, terms.registry, &spelling);
        if spelling == question.observed {
            settled.learnt.push(question.remembered());
        } else if !renaming.is_empty() {
            let there = question.context_there(observed, &renaming.renames, terms.registry);
            let Some(context) = there else { continue };
            if scratch::carried(session, &question.observed, &context, renaming, terms)? == Some(spelling) {
                question.settle(desired, terms.registry, &question.observed);
            }
        } else if question.is_whole() {
            unlike.push((question, spelling));
        }
    }
    for question in read_again(session, unlike, terms)? {
        question.settle(desired, terms.registry, &question.observed);
        settled.learnt.push(question.remembered());
    }
    Ok(())
}

/// The questions whose two fragments become the same when the server reads once more what it has printed: it prints some
/// constructs in a way that it reads as another (`IN` over a `varchar`), so a restored dump is spelled differently.
fn read_again(
    session: &mut Session,
    unlike: Vec<(Question, String)>,
    terms: &Terms<'_>,
) -> Result<Vec<Question>> {
    if unlike.is_empty() {
        return Ok(Vec::new());
    }
    let reading = |text: &str, question: &Question| {
        let mut question = Question { desired: text.to_string(), ..question.clone() };
        // What the server prints has the names of its columns in it.
        if let Context::Query { columns, .. } = &mut question.context {
            columns.clear();
        }
        question
    };
    let questions = unlike.iter().flat_map(|(question, spelling)| {
        [reading(&question.observed, question), reading(spelling, question)]
    });
    let again = scratch::spell(session, questions.collect(), Purpose::Compare, &Renaming::default(), terms)?;
    let same = |pair: &[(Question, Option<String>)], question: &Question, spelling: &str| {
        let [(_, there), (_, here)] = pair else { return false };
        let there = [Some(question.observed.as_str()), there.as_deref()];
        let here = [Some(spelling), here.as_deref()];
        there.iter().any(|text| text.is_some() && here.contains(text))
    };
    let pairs = unlike.into_iter().zip(again.chunks(2));
    Ok(pairs
        .filter(|((question, spelling), pair)| same(pair, question, spelling))
        .map(|((question, _), _)| question)
        .collect())
}

/// Lets the server print once more what it reads as something else than it has printed, so that what is written from
/// the model is the same after it was read. What cannot be asked stays as it is.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn print_again(
    session: &mut Session,
    observed: &mut Model,
    code: &Code,
    terms: &Terms<'_>,
) -> Result<()> {
    // Measured on 13 to 18: only the cast of an array of literals is printed in such a way.
    let mut questions = question::every(observed, terms.registry);
    questions.retain(|question| {
        let table = question.context.table();
        let strange = [Some(&question.address), table].into_iter().flatten();
        question.desired.contains("(ARRAY[")
            && question.desired.contains("[])")
            && strange.into_iter().all(|at| code.stranger_called_by(at).is_none())
            // What it called when it was made its text may not call today.
            && code.stranger_called_in(&sql_of(&question.desired), false).is_none()
    });
    let printed = scratch::spell(session, questions, Purpose::Print, &Renaming::default(), terms)?;
    for (question, text) in printed {
        if let Some(text) = text {
            question.retell(observed, terms.registry, &text);
        }
    }
    Ok(())
}

type Spelled = (Question, Option<(String, String)>);

/// How many questions are asked at once: a list of targets has at most 1664 items (`MaxTupleAttributeNumber`), of which
/// each takes two, and where one cannot be asked, all are asked again.
const AT_ONCE: usize = 100;

/// Asks for both spellings of each question: a few EXPLAINs for each table, all in one message.
fn explain(session: &mut Session, questions: Vec<Question>, terms: &Terms<'_>) -> Result<Vec<Spelled>> {
    let mut by_table: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for question in questions {
        let from = from_clause(&question.context, &|table| qualified(table.schema(), table.name()));
        let only_read = if from.is_empty() { "" } else { " WHERE false" };
        by_table.entry(from + only_read).or_default().push(question);
    }
    let mut groups: Vec<(String, Vec<Question>)> = Vec::new();
    for (from, questions) in by_table {
        let mut questions = questions.into_iter().peekable();
        while questions.peek().is_some() {
            groups.push((from.clone(), questions.by_ref().take(AT_ONCE).collect()));
        }
    }
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let queries: Vec<String> = groups.iter().map(|(from, group)| query(from, group)).collect();
    let begin = || Own::new(format!("BEGIN READ ONLY; SET LOCAL search_path = {}", terms.search_path));
    let uncompared = |error| server_error("cannot compare expressions", &error);
    let outputs = session.read(begin(), &readings(&queries)).map_err(uncompared)?.readings;
    let mut spelled = Vec::new();
    let mut open: Vec<(String, Question)> = Vec::new();
    for ((from, group), plan) in groups.into_iter().zip(outputs) {
        match plan_of(plan).and_then(|plan| output(&plan, group.len())) {
            Some(output) => spelled.extend(pairs(group, Some(output))),
            // One of them cannot be asked: a column that is not there yet, a type that is yet to be made.
            None => open.extend(group.into_iter().map(|question| (from.clone(), question))),
        }
    }
    if open.is_empty() {
        return Ok(spelled);
    }
    let single: Vec<String> = open.iter().map(|(from, one)| query(from, std::slice::from_ref(one))).collect();
    let outputs = session.read_all(begin(), &readings(&single)).map_err(|(number, error)| {
        let question = number.and_then(|number| open.get(number)).map(|(_, question)| question);
        match question {
            Some(question) => question.unanswered(&error),
            None => uncompared(error),
        }
    })?;
    for ((_, question), plan) in open.into_iter().zip(outputs) {
        spelled.extend(pairs(vec![question], plan_of(plan).and_then(|plan| output(&plan, 1))));
    }
    Ok(spelled)
}

fn pairs(group: Vec<Question>, output: Option<Vec<String>>) -> Vec<Spelled> {
    let mut output = output.unwrap_or_default().into_iter();
    group.into_iter().map(|question| (question, output.next().zip(output.next()))).collect()
}

fn query(from: &str, group: &[Question]) -> String {
    let items: Vec<String> = group.iter().map(Question::select_items).collect();
    format!("EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT {}{from}", items.join(", "))
}

fn readings(queries: &[String]) -> Vec<Reading> {
    let reading = |query: &String| {
        let mut reading = Reading::default();
        reading.foreign(query);
        reading
    };
    queries.iter().map(reading).collect()
}

/// The plan of a query; nothing if the server refuses the query.
fn plan_of(given: WhatItGave) -> Option<String> {
    let answers = given.inspect_err(|error| log::debug!("cannot be explained: {error:?}")).ok()?;
    answers.last().and_then(Answer::first).map(str::to_string)
}

/// The two items of each of `count` questions in a plan.
fn output(plan: &str, count: usize) -> Option<Vec<String>> {
    let plan: serde_json::Value = serde_json::from_str(plan).ok()?;
    let output = plan.get(0)?.get("Plan")?.get("Output")?.as_array()?;
    let items: Vec<String> = output.iter().filter_map(|item| item.as_str().map(str::to_string)).collect();
    (items.len() == count * 2).then_some(items)
}
