//! Rehearses what only PostgreSQL can check, in a transaction that is rolled back: everything that is new is created,
//! and every expression that is to go onto an existing table is read, without touching that table. A mistake in the
//! file shows here, before anything has changed.

mod check;
mod renames;

use super::Bench;
use super::failure::{self, Failure, Next};
use crate::delta::Action;
use crate::error::{Error, Result};
use crate::kind::{Context, Rank, Terms};
use crate::model::{Address, Entry, Model, printable};
use crate::pg::is_inability;
use crate::plan::{Group, Item, Plan, Planned, settled};
use crate::session::{Reading, Session, WhatItGave, server_error};
use crate::sql::{Form, Own, Phrase, split_routine};
use crate::statement::Trial;
use postgres::error::SqlState;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// One statement of the rehearsal.
struct Line<'p> {
    item: &'p Item,
    sql: Check,
    sort: Sort,
    /// The form of the statement of the plan that it is.
    form: Option<Form>,
}

/// What a line has the server read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A statement of the plan, or a query that may read what statements make.
    Statement,
    /// One fragment over the columns as they are to be, whatever is there yet.
    Fragment,
    /// The type of a column.
    Type,
    /// A statement of the plan that is planned, not executed: it looks at what it likes, and is to see all of it.
    Sight,
    /// A text that it otherwise takes unread; what helps where it names what is not there.
    Trial { hint: &'static str },
}

/// A statement that makes the server read something, and what of our own stands around it.
#[derive(Clone)]
struct Check {
    before: Option<String>,
    sql: Phrase,
    after: Option<String>,
}

/// What every table has besides its columns.
const SYSTEM_COLUMNS: &[&str] = &["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

const CHECKED: &str = "SET LOCAL check_function_bodies = on";
const UNCHECKED: &str = "SET LOCAL check_function_bodies = off";

impl From<Phrase> for Check {
    fn from(sql: Phrase) -> Check {
        Check { before: None, sql, after: None }
    }
}

/// A mistake: whose, what to say of it, what the server said, and whether it may pass by itself.
struct Mistake<'p> {
    item: &'p Item,
    error: Error,
    said: String,
    /// It lacks something.
    missing: bool,
    /// Somebody else was at work at the same moment.
    passing: bool,
    /// The name is taken.
    taken: bool,
}

/// What the rehearsal knows.
struct Scene<'s> {
    plan: &'s Plan,
    desired: &'s Model,
    observed: &'s Model,
    terms: &'s Terms<'s>,
    /// Columns whose type the server does not know; other expressions are read as if it were another one.
    unknown: RefCell<BTreeSet<Address>>,
}

/// Rehearses the plan.
///
/// # Errors
/// `Failed`, with every mistake found, each at its place in the file. Where names are taken and nothing in the plan frees one,
/// it is to be looked whether another session took them for the same.
pub fn rehearse(
    session: &mut Session,
    plan: &Plan,
    desired: &Model,
    observed: &Model,
    terms: &Terms<'_>,
    bench: &Bench<'_>,
) -> Result<(), Failure> {
    let scene = Scene { plan, desired, observed, terms, unknown: RefCell::default() };
    // What an extension keeps in the session outlives a rollback, and says what is there no more.
    let mut aside = loads(plan, terms).then(|| session.another(bench.watch.connection)).flatten();
    let session = aside.as_mut().unwrap_or(session);
    let mistakes = scene.mistakes(session, bench)?;
    let (passing, lasting): (Vec<_>, Vec<_>) = mistakes.into_iter().partition(|mistake| mistake.passing);
    let errors = |mistakes: Vec<Mistake<'_>>| mistakes.into_iter().map(|mistake| mistake.error).collect();
    let refused = |errors| {
        verdict(errors, "; nothing was executed", &|count| {
            format!("the server refuses {count} things in the file; nothing was executed")
        })
    };
    refused(errors(lasting))?;
    refused(scene.former_names(session, bench)?)?;
    let frees = |item: &Item| matches!(item.action, Action::Drop | Action::Replace | Action::Rename);
    if plan.items.iter().any(frees) || plan.statements().any(|statement| statement.renames) {
        return Ok(());
    }
    let taken = passing.into_iter().filter(|mistake| mistake.taken).collect();
    refused(errors(taken)).map_err(|error| Failure { next: Next::LookForOther, ..error.into() })
}

/// Whether the plan has the server load code of an extension, and execute it.
fn loads(plan: &Plan, terms: &Terms<'_>) -> bool {
    let is_extension = |item: &&Item| {
        let kind = terms.registry.get(item.address.kind);
        kind.is_some_and(|kind| kind.doc().rank == Rank::Extension)
    };
    plan.items.iter().filter(is_extension).any(|item| item.action != Action::Drop)
}

/// Has the server check, once the plan is executed, the texts that it took unread: what they name is there now.
///
/// # Errors
/// `Failed`, with every text that the server refuses, each at its place in the file.
pub fn recheck(
    session: &mut Session,
    plan: &Plan,
    desired: &Model,
    observed: &Model,
    terms: &Terms<'_>,
    bench: &Bench<'_>,
) -> Result<()> {
    let scene = Scene { plan, desired, observed, terms, unknown: RefCell::default() };
    let lines: Vec<Line<'_>> = scene.trials().collect();
    let readings: Vec<Reading> = lines.iter().map(Line::reading).collect();
    let begin = Own::new(format!("BEGIN; SET LOCAL search_path = {}", terms.search_path));
    let read =
        session.read(begin, &readings).map_err(|error| server_error("cannot check what was made", &error))?;
    let refused = |(line, given): (&Line<'_>, WhatItGave)| {
        let error = given.err().filter(|error| !is_inability(error) && !is_hidden(error))?;
        Some(line.explain(&error, bench))
    };
    let errors = lines.iter().zip(read.readings).filter_map(refused).collect();
    verdict(errors, "; it is in force, and fails when it is called", &|count| {
        format!("{count} objects are in force that fail when they are called")
    })
}

impl Line<'_> {
    fn reading(&self) -> Reading {
        let mut reading = Reading::default();
        let Check { before, sql, after } = &self.sql;
        before.iter().for_each(|before| _ = reading.own(before));
        reading.forgotten(sql.text());
        after.iter().for_each(|after| _ = reading.own(after));
        reading
    }

    fn explain(&self, error: &postgres::Error, bench: &Bench<'_>) -> Error {
        let mut explained = failure::explain(self.item, (&self.sql.sql, self.form), bench.files, error);
        if self.sort != Sort::Statement {
            // The statement is only ours, and says nothing to a person.
            explained.notes.retain(|note| !note.starts_with("statement: "));
        }
        if let Sort::Trial { hint } = self.sort {
            let servers = error.as_db_error().and_then(|db| db.hint()).map(printable);
            explained.hint = servers.or_else(|| is_missing(error).then(|| hint.to_string()));
        }
        explained
    }
}

/// What is not there while rehearsing, although it will be.
struct Later<'p> {
    addresses: Vec<&'p Address>,
    /// Those of it that are there, and will be another.
    altered: Vec<&'p Address>,
    /// Some of it is made by statements that nobody can look into.
    opaque: bool,
}

/// Rehearses one line inside the transaction, which survives it; gives the mistake, if there is one.
fn attempt<'p>(
    session: &mut Session,
    line: &Line<'p>,
    earlier: &[Mistake<'_>],
    later: &mut Later<'p>,
    bench: &Bench<'_>,
) -> Result<Option<Mistake<'p>>> {
    let mut reading = Reading::default();
    reading.own("SAVEPOINT line").then(line.reading());
    let Err(error) = session.read_on(&reading) else { return Ok(None) };
    let Some(db) = error.as_db_error() else {
        return Err(server_error("cannot rehearse the plan", &error));
    };
    let _ = session.run(&Own::new("ROLLBACK TO SAVEPOINT line"));
    if line.sort == Sort::Sight && !is_blind(&error) {
        return Ok(None);
    }
    if is_excused(&error, line, earlier) {
        return Ok(None);
    }
    if waits_for(line, later, &error) {
        // What needs this one waits too.
        later.addresses.push(&line.item.address);
        return Ok(None);
    }
    let explained = line.explain(&error, bench);
    Ok(Some(Mistake {
        item: line.item,
        error: explained,
        said: db.message().to_string(),
        missing: is_missing(&error),
        passing: is_race_or_lock(&error),
        taken: line.sort == Sort::Statement && failure::is_taken(&error),
    }))
}

/// What somebody else did at the same moment shows when the plan itself runs, and is mended there.
fn is_race_or_lock(error: &postgres::Error) -> bool {
    failure::is_race(error) || failure::is_passing(error)
}

/// Statements that the rehearsal leaves out, because others may be using what they change.
fn left_out(plan: &Plan) -> Later<'_> {
    let groups = plan.groups.iter().filter(|group| !group.fresh || group.optional);
    let statements: Vec<&Planned> = groups.flat_map(|group| &group.statements).collect();
    let items = || statements.iter().map(|statement| &plan.items[statement.item]);
    let opaque = |statement: &&Planned| matches!(statement.form, Form::Custom | Form::CustomAlone);
    Later {
        addresses: items().map(|item| &item.address).collect(),
        altered: items().filter(|item| item.action != Action::Create).map(|item| &item.address).collect(),
        opaque: statements.iter().any(opaque),
    }
}

/// Whether the line lacks only what the plan puts in place and the rehearsal does not.
fn waits_for(line: &Line<'_>, later: &Later<'_>, error: &postgres::Error) -> bool {
    if matches!(line.sort, Sort::Trial { .. }) {
        return trial_waits_for(line, later, error);
    }
    let alone = line.sort != Sort::Statement;
    // A value that a type does not have may be one that it is to have.
    let missing = is_missing(error) || error.code() == Some(&SqlState::INVALID_TEXT_REPRESENTATION);
    if !missing && (alone || !is_of_the_moment(error)) {
        return false;
    }
    let said = error.as_db_error().map(|db| db.message()).unwrap_or_default();
    let mut addresses = later.addresses.iter().copied();
    if alone {
        // Its columns are all there; what else it calls may be brought by what nobody can look into.
        let column = error.code() == Some(&SqlState::UNDEFINED_COLUMN);
        return !column && (later.opaque || addresses.any(|at| *at != line.item.address && names(said, at)));
    }
    let related = |other: &Address| {
        other == &line.item.address
            || line.item.needs.iter().any(|need| {
                let inside = need.path().len() > 1 && other.path().len() > need.path().len();
                need == other || inside && other.path().starts_with(need.path())
            })
    };
    addresses.any(related)
}

/// Whether a text may be right once the plan is done: what it names is there only then, or is another. What is no language at
/// all never will be.
fn trial_waits_for(line: &Line<'_>, later: &Later<'_>, error: &postgres::Error) -> bool {
    let Some(db) = error.as_db_error().filter(|_| !is_hidden(error)) else { return true };
    let mut others = later.addresses.iter().filter(|at| **at != &line.item.address);
    // PL/pgSQL takes the type of a column that is not there (`t.c%TYPE`) for a mistake in the syntax; the message or its
    // context says which type.
    if *db.code() == SqlState::SYNTAX_ERROR {
        let mut said =
            [Some(db.message()), db.where_()].into_iter().flatten().filter(|said| said.contains('%'));
        return said.any(|said| others.clone().any(|at| names(said, at)));
    }
    let is_another = later.altered.iter().any(|at| **at != line.item.address);
    later.opaque || is_another || is_missing(error) && others.any(|at| names(db.message(), at))
}

/// Whether policies hide rows of what is read: that is told with the code of all missing rights, by one function of the server.
fn is_blind(error: &postgres::Error) -> bool {
    is_hidden(error) && error.as_db_error().and_then(|db| db.routine()) == Some("check_enable_rls")
}

/// Whether the text may be right, but names what only the owner of the object may look at.
fn is_hidden(error: &postgres::Error) -> bool {
    error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE)
}

/// Whether a message of the server speaks of an object.
fn names(said: &str, at: &Address) -> bool {
    is_named(said, split_routine(at.name()).0)
}

fn is_named(said: &str, name: &str) -> bool {
    let mut words = said.split(|char: char| !char.is_alphanumeric() && char != '_');
    !name.is_empty() && (words.any(|word| word == name) || said.contains(&format!("\"{name}\"")))
}

fn is_missing(error: &postgres::Error) -> bool {
    let missing = [
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_OBJECT,
        SqlState::UNDEFINED_FUNCTION,
        SqlState::UNDEFINED_COLUMN,
        SqlState::INVALID_SCHEMA_NAME,
    ];
    error.code().is_some_and(|code| missing.contains(code))
}

/// Whether the server refuses an object for what it is now: an unlogged table cannot be published.
fn is_of_the_moment(error: &postgres::Error) -> bool {
    let codes = [
        SqlState::INVALID_PARAMETER_VALUE,
        SqlState::FEATURE_NOT_SUPPORTED,
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
        SqlState::WRONG_OBJECT_TYPE,
        SqlState::INVALID_TABLE_DEFINITION,
        SqlState::INVALID_OBJECT_DEFINITION,
    ];
    error.code().is_some_and(|code| codes.contains(code))
}

/// Errors that only follow from an earlier one, or from rehearsing.
fn is_excused(error: &postgres::Error, line: &Line<'_>, earlier: &[Mistake<'_>]) -> bool {
    let Some(db) = error.as_db_error() else { return false };
    // A new enum label cannot be used in the transaction that adds it.
    // A rehearsal holds all locks at once; the plan itself is done in parts.
    if matches!(db.code().code(), "55P04" | "53200") {
        return true;
    }
    // The columns of a table are there in a rehearsal, those of the system are not.
    if *db.code() == SqlState::UNDEFINED_COLUMN
        && SYSTEM_COLUMNS.iter().any(|name| is_named(db.message(), name))
    {
        return true;
    }
    // What it needs is not there yet, and something else under its name, which is then what is read.
    if earlier.iter().any(|mistake| mistake.taken && line.item.needs.contains(&mistake.item.address)) {
        return true;
    }
    is_missing(error)
        && earlier.iter().any(|mistake| {
            // A column of an unknown type fails again in every expression over its table.
            let again = mistake.said == db.message() && *db.code() == SqlState::UNDEFINED_OBJECT;
            let other = mistake.item.address != line.item.address;
            again || other && names(db.message(), &mistake.item.address)
        })
}

/// The error of all of `errors`: the only one with `ending`, or what `many` says of them.
fn verdict(mut errors: Vec<Error>, ending: &str, many: &dyn Fn(usize) -> String) -> Result<()> {
    match errors.len() {
        0 => Ok(()),
        1 => {
            let mut only = errors.remove(0);
            only.message.push_str(ending);
            Err(only)
        }
        count => {
            let mut all = Error::failed(many(count));
            all.notes = errors.iter().map(|error| format!("\nerror: {error}")).collect();
            Err(all)
        }
    }
}

impl<'s> Scene<'s> {
    /// Every mistake of what touches nothing that others use.
    fn mistakes(&self, session: &mut Session, bench: &Bench<'_>) -> Result<Vec<Mistake<'s>>> {
        let lines = self.lines();
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let begin = self.begin("2s");
        let mut all = Reading::default();
        lines.iter().for_each(|line| _ = all.then(line.reading()));
        let unread = |error| server_error("cannot rehearse the plan", &error);
        let read = session.read(begin.clone(), &[all]).map_err(unread)?;
        if read.readings.iter().all(Result::is_ok) {
            return Ok(Vec::new());
        }
        session.run(&begin).map_err(unread)?;
        let mistakes = self.find(session, bench);
        session.roll_back();
        session.pin_again().map_err(unread)?;
        mistakes
    }

    /// Begins a transaction that waits so long for a lock.
    fn begin(&self, patience: &str) -> Own {
        let path = self.terms.search_path;
        Own::new(format!("BEGIN; SET LOCAL search_path = {path}; SET LOCAL lock_timeout = '{patience}'"))
    }

    /// Every mistake, inside a transaction that survives them.
    fn find(&self, session: &mut Session, bench: &Bench<'_>) -> Result<Vec<Mistake<'s>>> {
        let mut later = left_out(self.plan);
        let mut mistakes: Vec<Mistake<'s>> = Vec::new();
        let mut broken: Vec<&Address> = Vec::new();
        for line in self.lines().iter().filter(|line| line.sort == Sort::Statement) {
            let Some(mistake) = attempt(session, line, &mistakes, &mut later, bench)? else {
                continue;
            };
            // What only lacks something that was a mistake itself is none, but its own SQL may hold another.
            let lacks = |need: &Address| broken.iter().any(|other| need.path().starts_with(other.path()));
            let follows = mistake.missing && line.item.needs.iter().any(lacks);
            broken.push(&line.item.address);
            let before = mistakes.len();
            // The server stops at the first mistake of a statement; what it is made of is read part by part.
            self.find_alone(session, bench, &mut later, &mut mistakes, &|| self.parts(line))?;
            if mistakes.len() == before && !follows {
                mistakes.push(mistake);
            }
        }
        let alone = || self.lines().into_iter().filter(|line| line.sort != Sort::Statement).collect();
        self.find_alone(session, bench, &mut later, &mut mistakes, &alone)?;
        Ok(mistakes)
    }

    /// The mistakes of lines that stand alone: types first, so that one that is not known does not hide all else; texts last,
    /// for which that must be there which the others read.
    fn find_alone(
        &self,
        session: &mut Session,
        bench: &Bench<'_>,
        later: &mut Later<'s>,
        mistakes: &mut Vec<Mistake<'s>>,
        lines: &dyn Fn() -> Vec<Line<'s>>,
    ) -> Result<()> {
        let stages: [fn(Sort) -> bool; 3] = [
            |sort| sort == Sort::Type,
            |sort| matches!(sort, Sort::Fragment | Sort::Sight),
            |sort| matches!(sort, Sort::Trial { .. }),
        ];
        for is_now in stages {
            for line in lines().iter().filter(|line| is_now(line.sort)) {
                let Some(mistake) = attempt(session, line, mistakes, later, bench)? else {
                    continue;
                };
                if line.sort == Sort::Type {
                    self.unknown.borrow_mut().insert(line.item.address.clone());
                }
                mistakes.push(mistake);
            }
        }
        Ok(())
    }

    fn lines(&self) -> Vec<Line<'s>> {
        let plan = self.plan;
        let mut lines = Vec::new();
        for (statement, settles) in settled(self.rehearsed()) {
            let item = &plan.items[statement.item];
            let sql = Check { before: None, sql: statement.sql.clone(), after: settles.map(str::to_string) };
            lines.push(Line { item, sql, sort: Sort::Statement, form: Some(statement.form) });
        }
        let fresh: Vec<usize> = plan
            .groups
            .iter()
            .filter(|group| group.fresh)
            .flat_map(|group| group.statements.iter().map(|statement| statement.item))
            .collect();
        for (number, item) in plan.items.iter().enumerate() {
            if item.folded_into.is_none() && !fresh.contains(&number) && !item.optional {
                self.fragments(number, &mut lines);
            }
        }
        lines.extend(self.sights());
        lines.extend(self.trials());
        lines
    }

    /// Statements that are left out, and that look at what only the server can tell.
    fn sights(&self) -> impl Iterator<Item = Line<'s>> {
        let groups = self.plan.groups.iter().filter(|group| !group.fresh && !group.optional);
        let statements = groups.flat_map(|group| &group.statements);
        statements.filter(|statement| statement.looks_around).map(|statement| {
            let item = &self.plan.items[statement.item];
            let sql = Phrase::from("EXPLAIN ").phrase(&statement.sql).into();
            Line { item, sql, sort: Sort::Sight, form: None }
        })
    }

    /// The statements of the plan that are executed.
    fn rehearsed(&self) -> Vec<&'s Planned> {
        let labels =
            |group: &Group| group.statements.iter().all(|statement| statement.form == Form::EnumAddValue);
        let groups =
            self.plan.groups.iter().filter(|group| (group.fresh || labels(group)) && !group.optional);
        // What setval does is not taken back.
        let is_undone = |statement: &&Planned| !statement.uses_state && statement.form != Form::MoveSequence;
        // What is to go would be called by what comes, and may refuse it.
        let silenced = self.plan.statements().filter(|statement| statement.form == Form::DropEventTrigger);
        silenced.chain(groups.flat_map(|group| &group.statements).filter(is_undone)).collect()
    }

    /// The texts that the server is to check of what is made or changed.
    fn trials(&self) -> impl Iterator<Item = Line<'s>> {
        self.plan.items.iter().filter(|item| !item.optional).filter_map(|item| {
            let entry = self.desired.get(&item.address).filter(|entry| !entry.absent)?;
            let (sql, sort) = self.trial(entry)?;
            Some(Line { item, sql, sort, form: None })
        })
    }

    /// How the server checks the text of an object that it otherwise takes unread.
    fn trial(&self, entry: &Entry) -> Option<(Check, Sort)> {
        let kind = self.terms.registry.get(entry.address.kind)?;
        let Trial { make, undo, hint } = kind.trial(&entry.address, &*entry.body)?;
        let (before, after) = (Some(CHECKED.to_string()), Some(format!("{undo}; {UNCHECKED}")));
        Some((Check { before, sql: make, after }, Sort::Trial { hint }))
    }

    /// What the statement of a line is made of, and what is folded into it, part by part.
    fn parts(&self, line: &Line<'s>) -> Vec<Line<'s>> {
        let items = &self.plan.items;
        let is_own = |item: &Item| item.address == line.item.address;
        let mut lines = Vec::new();
        for (number, item) in items.iter().enumerate() {
            if is_own(item) || item.folded_into.is_some_and(|into| is_own(&items[into])) {
                self.fragments(number, &mut lines);
            }
        }
        lines
    }

    /// The fragments of one item, each to be read by itself.
    fn fragments(&self, number: usize, lines: &mut Vec<Line<'s>>) {
        let item = &self.plan.items[number];
        let Some(entry) = self.desired.get(&item.address).filter(|entry| !entry.absent) else { return };
        let Some(kind) = self.terms.registry.get(item.address.kind) else { return };
        let (mut body, mut part) = (entry.body.clone(), number * 1000);
        kind.fragments(&item.address, &mut *body, &mut |_, fragment, context| {
            let sort = match context {
                Context::Type => Sort::Type,
                Context::Query { .. } | Context::Question { is_query: true } => Sort::Statement,
                _ => Sort::Fragment,
            };
            // Each has a name of its own, also beside others of the item.
            part += 1;
            let check = self.check(fragment, &context, part);
            lines.extend(check.map(|sql| Line { item, sql, sort, form: None }));
        });
    }
}
