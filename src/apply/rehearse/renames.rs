//! What still says the former name of what the plan renames. A server resolves a name only where it is, so the renames are
//! done for a moment, in a transaction that is rolled back; only where a text of the file has such a name in it at all.

use super::{Check, Line, Scene, Sort, is_missing, names};
use crate::apply::Bench;
use crate::apply::failure::is_passing;
use crate::delta::Action;
use crate::error::{Error, Result};
use crate::model::{Address, Entry};
use crate::plan::Item;
use crate::session::{Reading, Session, server_error};
use crate::sql::{Fragment, Own, split_routine};
use postgres::error::SqlState;
use std::collections::HashSet;

/// For how long it waits for the locks of the renames: so long, others may wait for it.
const PATIENCE: &str = "200ms";

/// A text that may say a former name: a statement by which the server reads it.
struct Suspect {
    item: Item,
    check: Check,
    sort: Sort,
}

impl Scene<'_> {
    /// The errors of texts that still say a former name; none where what is renamed is in use for longer than we wait.
    ///
    /// # Errors
    /// `Failed` if the server cannot be asked.
    pub(super) fn former_names(&self, session: &mut Session, bench: &Bench<'_>) -> Result<Vec<Error>> {
        let former: Vec<(&Address, &Address)> = self
            .plan
            .statements()
            .filter(|statement| statement.renames)
            .filter_map(|statement| self.desired.get(&self.plan.items[statement.item].address))
            .filter_map(|entry| Some((&entry.address, entry.renamed_from.as_ref()?)))
            .collect();
        let suspects = if former.is_empty() { Vec::new() } else { self.suspects(&former) };
        let lines: Vec<Line<'_>> = suspects.iter().map(Suspect::line).collect();
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let unread = |error| server_error("cannot rehearse what is renamed", &error);
        let begin = self.begin(PATIENCE);
        let renamed = self.renamed();
        let mut all = renamed.clone();
        lines.iter().for_each(|line| _ = all.then(line.reading()));
        let read = session.read(begin.clone(), &[all]).map_err(unread)?;
        if read.readings.iter().flat_map(|given| given.as_ref().err()).all(is_passing) {
            return Ok(Vec::new());
        }
        session.run(&begin).map_err(unread)?;
        let mut found = Vec::new();
        if session.read_on(&renamed).is_ok() {
            for line in &lines {
                let mut reading = Reading::default();
                reading.own("SAVEPOINT line").then(line.reading());
                if let Err(error) = session.read_on(&reading) {
                    found.extend(self.left_over(line, &former, &error, bench));
                    let _ = session.run(&Own::new("ROLLBACK TO SAVEPOINT line"));
                }
            }
        }
        session.roll_back();
        session.pin_again().map_err(unread)?;
        Ok(found)
    }

    /// The error of a line that says a former name: (now, before).
    fn left_over(
        &self,
        line: &Line<'_>,
        former: &[(&Address, &Address)],
        error: &postgres::Error,
        bench: &Bench<'_>,
    ) -> Option<Error> {
        let said = error.as_db_error().filter(|_| is_missing(error))?.message();
        let (now, before) = former.iter().find(|(_, before)| names(said, before))?;
        if self.may_come(before, line.item, error) {
            return None;
        }
        let mut explained = line.explain(error, bench);
        explained.hint =
            Some(format!("it still says `{}`, the former name of {now}", split_routine(before.name()).0));
        Some(explained)
    }

    /// Whether the plan may bring what the text of `item` lacks, if under a former name: to be silent costs an error later on, to
    /// be wrong would stop what is right.
    fn may_come(&self, before: &Address, item: &Item, error: &postgres::Error) -> bool {
        let is_column = error.code() == Some(&SqlState::UNDEFINED_COLUMN);
        let bare = |at: &Address| split_routine(at.name()).0.to_string();
        self.plan.items.iter().filter(|other| other.address != item.address).any(|other| {
            let comes = matches!(other.action, Action::Create | Action::Replace);
            // What columns a query gives is not known.
            comes && (is_column || bare(&other.address) == bare(before))
                || other.action == Action::Alter && bare(&other.address) == bare(before)
        })
    }

    /// What gives all that is renamed its new name.
    fn renamed(&self) -> Reading {
        let mut reading = Reading::default();
        let renames = self.plan.statements().filter(|statement| statement.renames && !statement.as_owner);
        renames.for_each(|statement| _ = reading.foreign(statement.sql.text()));
        reading
    }

    /// Every text of the file in which there is a former name.
    fn suspects(&self, former: &[(&Address, &Address)]) -> Vec<Suspect> {
        let names = former.iter().map(|(_, before)| split_routine(before.name()).0.to_lowercase());
        let is_part = |char: char| char.is_alphanumeric() || char == '_';
        let (words, odd): (HashSet<String>, Vec<String>) = {
            let (words, odd): (Vec<_>, Vec<_>) = names.partition(|name| name.chars().all(is_part));
            (words.into_iter().collect(), odd)
        };
        let says = |text: &str| {
            let text = text.to_lowercase();
            text.split(|char| !is_part(char)).any(|word| words.contains(word))
                || odd.iter().any(|name| text.contains(name))
        };
        let mut suspects = Vec::new();
        let there = self.desired.iter().filter(|entry| !entry.absent && !entry.optional);
        for (number, entry) in there.enumerate() {
            let Some(kind) = self.terms.registry.get(entry.address.kind) else { continue };
            let mut part = number * 1000;
            let mut visit = |_: &str, fragment: &mut Fragment, context| {
                part += 1;
                if says(fragment.text()) {
                    let check = self.check(fragment, &context, part).into_iter();
                    suspects.extend(check.map(|check| Suspect::new(entry, check, Sort::Fragment)));
                }
            };
            kind.fragments(&entry.address, &mut *entry.body.clone(), &mut visit);
            if let Some((check, sort)) = self.trial(entry).filter(|(check, _)| says(check.sql.text())) {
                suspects.push(Suspect::new(entry, check, sort));
            }
        }
        suspects
    }
}

impl Suspect {
    fn new(entry: &Entry, check: Check, sort: Sort) -> Suspect {
        let item = Item {
            address: entry.address.clone(),
            action: Action::Alter,
            changes: Vec::new(),
            origin: entry.origin,
            optional: false,
            obstacle: None,
            folded_into: None,
            needs: Vec::new(),
        };
        Suspect { item, check, sort }
    }

    fn line(&self) -> Line<'_> {
        let Suspect { item, check, sort } = self;
        Line { item, sql: check.clone(), sort: *sort, form: None }
    }
}
