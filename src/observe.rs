//! Reads the live catalog into the observed model: one READ ONLY REPEATABLE READ snapshot, two messages, whatever the
//! number of objects. Then asks the data what only the data knows.

mod large;

use crate::delta::Alteration;
use crate::error::{Error, Result};
use crate::kind::{Kind, Place, Registry, Server, Terms, Unread, from_list};
use crate::model::{Entry, Model, Observed, printable};
use crate::session::{Answer, Reading, Session, WhatItGave, message, server_error};
use crate::sql::Own;
use crate::state::{self, Memo, fingerprint};
use crate::trust::{self, Code};

pub use large::refuse_unread;

/// What is read of the catalog.
pub struct Snapshot {
    /// The objects.
    pub observed: Observed,
    /// Whose code they call.
    pub code: Code,
    /// What earlier runs remember.
    pub memo: Memo,
    /// The fingerprint of what was read.
    pub fingerprint: String,
}

/// Reads every kind in the schemas that the session's server is set to, and what earlier runs remember.
///
/// # Errors
/// `Failed` if the catalog cannot be read.
pub fn catalog(session: &mut Session, registry: &Registry) -> Result<Snapshot> {
    begin_snapshot(session)?;
    let mut batch = String::new();
    let readers = readers(registry, &session.server);
    for (_, query) in &readers {
        batch.push_str(query);
        batch.push_str("; ");
    }
    for query in trust::queries(&session.server) {
        batch.push_str(&query);
        batch.push_str("; ");
    }
    if let Some(state) = &session.server.state {
        batch.push_str(&state::memo_query(state));
        batch.push_str("; ");
    }
    batch.push_str(&fingerprint::of_snapshot(session));
    batch.push_str("; COMMIT");
    let answers = read(session, &batch).map_err(|error| place(session, &readers, error))?;
    let mut observed = Observed::default();
    for ((kind, _), answer) in readers.iter().zip(&answers) {
        for row in answer.rows() {
            kind.observe(&row, &session.server, &mut observed);
        }
    }
    let code = Code::read(answers.get(readers.len()..).unwrap_or_default());
    observed.callers = code.callers();
    observed.reached = code.reached();
    observed.cascades = code.cascades();
    let remembers = session.server.state.is_some();
    let memo = answers.get(readers.len() + 3).filter(|_| remembers).map(Memo::read).unwrap_or_default();
    let fingerprint = answers.last().and_then(|answer| answer.first()).unwrap_or_default().to_string();
    Ok(Snapshot { observed, code, memo, fingerprint })
}

/// The kinds of which there is something to read, each with its query.
fn readers<'r>(registry: &'r Registry, server: &Server) -> Vec<(&'r dyn Kind, String)> {
    let vacant = |kind: &&dyn Kind| server.vacant.contains(kind.doc().name);
    let kinds = registry.iter().filter(|kind| !vacant(kind));
    kinds.filter_map(|kind| Some((kind, kind.catalog(server)?))).collect()
}

/// The error of a snapshot; where something there cannot be read however often it is tried, with its kind, which is found by
/// reading one after the other.
fn place(session: &mut Session, readers: &[(&dyn Kind, String)], error: Error) -> Error {
    let state = error.sqlstate.clone().unwrap_or_default();
    let hint = match state.as_str() {
        "22021" | "22P05" => {
            "a name or a text there is not valid in UTF-8, which this program speaks; rename or replace it with a client that \
             speaks the database's encoding"
        }
        "54000" => {
            "some text there is longer than the server can print; find and shorten it, or drop what it belongs to"
        }
        "54001" => {
            "one of them is nested too deeply for the server to print; find and drop it, or raise `max_stack_depth`"
        }
        _ => return error,
    };
    let mut cannot = |query: &String| {
        let alone = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {query}; COMMIT");
        read(session, &alone).is_err_and(|again| again.sqlstate.as_ref() == Some(&state))
    };
    let error = match readers.iter().find(|(_, query)| cannot(query)) {
        Some((kind, _)) => error.note(format!("it was reading every {} of the schemas", kind.doc().name)),
        None => error.note("it was reading whose code there is in the database"),
    };
    others(session).into_iter().fold(error, Error::note).hint(hint)
}

/// Who else has something in the database, as a note: what cannot be read may be theirs.
fn others(session: &mut Session) -> Option<String> {
    let strange = session.server.trusts("x.owner");
    let query = format!(
        "BEGIN READ ONLY; SELECT string_agg(DISTINCT quote_ident(pg_get_userbyid(x.owner)), ', ') FROM (\
         SELECT relowner FROM pg_class UNION SELECT proowner FROM pg_proc UNION SELECT typowner FROM pg_type) x(owner) \
         WHERE NOT {strange}; COMMIT"
    );
    let answers = read(session, &query).ok()?;
    let roles = answers.first().and_then(Answer::first)?;
    Some(format!(
        "roles that are not trusted own objects in the database: {}; look at theirs first",
        printable(roles)
    ))
}

/// Begins the snapshot, and learns of which kinds there is nothing to read in it, and what of the others is not read.
fn begin_snapshot(session: &mut Session) -> Result<()> {
    let taken: Vec<String> = session.server.seats.iter().map(|seat| seat.taken(&session.server)).collect();
    let batch = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT {}; {}",
        taken.join(", "),
        large::catalogs()
    );
    let answers = read(session, &batch)?;
    let row = answers.first().and_then(|answer| answer.rows().next());
    let is_vacant = |at: usize| row.is_some_and(|row| row.at(at) == Some("f"));
    let seats = session.server.seats.iter().enumerate();
    let vacant = seats.filter(|(at, _)| is_vacant(*at)).map(|(_, seat)| seat.kind).collect();
    let long = answers.get(1).and_then(Answer::first).map(from_list).unwrap_or_default();
    (session.server.vacant, session.server.unread) = (vacant, unread(session, &long)?);
    Ok(())
}

/// What is not read of the catalogs that may have a text that is too long.
fn unread(session: &mut Session, catalogs: &[String]) -> Result<Vec<Unread>> {
    if catalogs.is_empty() {
        return Ok(Vec::new());
    }
    let query = large::query(&session.server, catalogs);
    let answers = read(session, &query)?;
    Ok(answers.iter().flat_map(Answer::rows).map(|row| large::read(&row)).collect())
}

fn read(session: &mut Session, batch: &str) -> Result<Vec<Answer>> {
    session.ask(&Own::new(batch)).map_err(|error| {
        session.roll_back();
        server_error("cannot read the catalog", &error)
    })
}

/// What only the data of a database can tell whose catalog is known to be as the file wants it.
pub struct Questions<'a> {
    asked: Vec<(&'static dyn Kind, &'a Entry)>,
    desired: &'a Model,
    readings: Vec<Reading>,
}

impl<'a> Questions<'a> {
    /// The questions of a desired model; nothing where only the whole way can tell.
    pub fn of(desired: &'a Model, server: &Server, terms: &Terms<'_>) -> Option<Questions<'a>> {
        // That something unmodelled has come back changes no fingerprint.
        let listed = |entry: &Entry| {
            let kind = terms.registry.get(entry.address.kind);
            kind.is_some_and(|kind| matches!(kind.doc().place, Place::TopList(_)))
        };
        if desired.iter().any(|entry| entry.absent && listed(entry)) {
            return None;
        }
        let observed = Observed::default();
        let cx = terms.cx(server, desired, &observed);
        let mut questions = Questions { asked: Vec::new(), desired, readings: Vec::new() };
        for entry in desired.iter().filter(|entry| !entry.absent) {
            let Some(kind) = terms.registry.get(entry.address.kind) else { continue };
            if let Some(query) = kind.probe(&entry.address, &*entry.body, &cx) {
                questions.asked.push((kind, entry));
                questions.readings.push(probe(&query));
            }
        }
        Some(questions)
    }

    /// Asks them; an error of the server is an answer.
    ///
    /// # Errors
    /// `Failed` if the connection is lost.
    pub fn ask(&self, session: &mut Session, terms: &Terms<'_>) -> Result<Vec<WhatItGave>> {
        if self.readings.is_empty() {
            return Ok(Vec::new());
        }
        let read = session.read(begin(terms), &self.readings);
        Ok(read.map_err(|error| server_error("cannot ask the data", &error))?.readings)
    }

    /// Whether every answer is what the file wants; one that the server has refused is not.
    pub fn are_answered_well(&self, answers: &[WhatItGave], server: &Server, terms: &Terms<'_>) -> bool {
        let observed = Observed::default();
        let cx = terms.cx(server, self.desired, &observed);
        answers.len() == self.asked.len()
            && self.asked.iter().zip(answers).all(|((kind, entry), answer)| {
                let Ok(answer) = answer else { return false };
                let rows: Vec<_> = answer.iter().flat_map(Answer::rows).collect();
                kind.answer(&*entry.body, &rows).is_some_and(|body| {
                    let mut alteration = Alteration::default();
                    kind.compare(&entry.address, &*entry.body, &*body, &cx, &mut alteration);
                    alteration.is_empty()
                })
            })
    }
}

/// Asks the data: which declared rows are missing, whether a custom object is there. Only objects whose needs are all
/// in place are asked about; one that cannot be asked counts as not there.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn data(
    session: &mut Session,
    desired: &Model,
    observed: &mut Observed,
    terms: &Terms<'_>,
) -> Result<()> {
    let mut asked = Vec::new();
    let mut queries = Vec::new();
    let cx = terms.cx(&session.server, desired, observed);
    for entry in desired.iter() {
        let Some(kind) = terms.registry.get(entry.address.kind) else { continue };
        let has_body = !entry.absent || matches!(kind.doc().place, Place::TopList(_));
        let ready = entry.needs.iter().all(|need| !desired.contains(need) || observed.model.contains(need));
        if !(has_body && ready) {
            continue;
        }
        if let Some(query) = kind.probe(&entry.address, &*entry.body, &cx) {
            asked.push(entry);
            queries.push(query);
        }
    }
    if queries.is_empty() {
        return Ok(());
    }
    let readings: Vec<Reading> = queries.iter().map(|query| probe(query)).collect();
    let answers = session.read_all(begin(terms), &readings).map_err(|(number, error)| {
        let address = number.and_then(|number| asked.get(number)).map(|entry| &entry.address);
        let what =
            address.map_or_else(|| "cannot ask the data".to_string(), |at| format!("cannot ask about {at}"));
        server_error(what, &error)
    })?;
    for (entry, answer) in asked.iter().zip(answers) {
        let Some(kind) = terms.registry.get(entry.address.kind) else { continue };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let why = error.as_db_error().map_or_else(|| error.to_string(), message);
                log::debug!("a probe could not be asked: {why}");
                observed.unasked.push((entry.address.clone(), why));
                continue;
            }
        };
        let rows: Vec<_> = answer.iter().flat_map(Answer::rows).collect();
        if let Some(body) = kind.answer(&*entry.body, &rows) {
            observed.model.insert(Entry { body, ..Entry::clone(entry) });
        }
    }
    Ok(())
}

/// Begins to ask the data, under the path of the file.
fn begin(terms: &Terms<'_>) -> Own {
    Own::new(format!("BEGIN READ ONLY; SET LOCAL search_path = {}", terms.search_path))
}

/// A question to the data, which the file's SQL may be part of.
fn probe(query: &str) -> Reading {
    let mut reading = Reading::default();
    reading.foreign(query);
    reading
}
