//! The gate: which statement needs which consent, and whether the run has it.

use super::{Plan, Planned};
use crate::error::{Error, ErrorKind};
use crate::kind::Cx;
use crate::model::{Address, printable};
use crate::sql::{Consent, Form, Work};
use std::collections::BTreeSet;

/// The sizes that decide.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From how many bytes on a table is large.
    pub large: u64,
    /// Which share of a table, in percent, a repair takes without being asked for; all if there is none.
    pub repair: Option<u64>,
}

/// So few rows are looked through by a person, who may have meant them, however small their table is.
const FEW_ROWS: u64 = 10;

impl Default for Limits {
    fn default() -> Self {
        Limits { large: 64 << 20, repair: None }
    }
}

/// A statement that lacks a consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The consent.
    pub consent: Consent,
    /// The statement, as it may be shown.
    pub statement: String,
    /// Why it needs it.
    pub why: String,
}

/// Notes on every statement the consents it needs.
pub(super) fn consents(plan: &mut Plan, cx: &Cx<'_>, limits: &Limits) {
    let refills = |statement: &&Planned| {
        statement.form == Form::UpdateRows || statement.form.cost().work == Work::Rewrite
    };
    let refilled: BTreeSet<Address> =
        plan.statements().filter(refills).filter_map(|statement| statement.table.clone()).collect();
    for statement in plan.groups.iter_mut().flat_map(|group| &mut group.statements) {
        let cost = statement.form.cost();
        let bytes = worked_on(statement).into_iter().filter_map(|table| cx.observed.tables.get(table));
        let bytes = bytes.map(|facts| facts.bytes).max();
        let large = bytes.is_some_and(|bytes| bytes >= limits.large);
        statement.needs.extend(cost.loses);
        if !statement.takes.is_empty() {
            statement.needs.push(Consent::DropTable);
        }
        if let Some(repair) = &mut statement.repair {
            let mut tables = statement.table.iter().chain(&statement.reads);
            repair.is_countable = !tables.any(|table| refilled.contains(table));
        }
        if statement.repair.as_ref().is_some_and(|repair| repair.is_asked_for) {
            ask_for_rows(statement);
        }
        if large && cost.work == Work::Rewrite {
            statement.needs.push(Consent::Rewrite);
        }
        if large && cost.lock.is_strong() && matches!(cost.work, Work::Scan | Work::Build) {
            statement.needs.push(Consent::Block);
        }
    }
}

/// The tables whose rows a statement reads or writes under its lock, which may be on others too: for a foreign key the
/// server looks up the rows of the referencing table by the key of the other, and of what is attached it reads the rows.
fn worked_on(statement: &Planned) -> Vec<&Address> {
    let Planned { form, table, also, reads, .. } = statement;
    match form {
        Form::AddForeignKey | Form::ValidateForeignKey | Form::EnforceForeignKey => table.iter().collect(),
        Form::AttachTable => also.iter().chain(reads).collect(),
        _ => table.iter().chain(also).collect(),
    }
}

fn ask_for_rows(statement: &mut Planned) {
    if !statement.needs.contains(&Consent::DeleteRows) {
        statement.needs.push(Consent::DeleteRows);
    }
}

impl Limits {
    /// Whether a repair that takes `rows` of `all` rows of a table is to be asked for.
    fn is_exceeded_by(&self, rows: u64, all: u64) -> bool {
        self.repair.is_some_and(|limit| {
            let share = u128::from(rows) * 100 > u128::from(all) * u128::from(limit);
            share && (rows > FEW_ROWS || limit == 0)
        })
    }

    /// Notes on a repair how many rows it takes, if that is known, and the consent that it needs for so many.
    pub fn count(&self, statement: &mut Planned, found: Option<(u64, u64)>) {
        let Some(repair) = &mut statement.repair else { return };
        repair.found = found;
        let is_asked_for = found.map_or(self.repair.is_some(), |(rows, all)| self.is_exceeded_by(rows, all));
        if is_asked_for {
            ask_for_rows(statement);
        }
    }
}

fn why(consent: Consent, statement: &Planned) -> String {
    let takes = &statement.takes;
    match consent {
        Consent::DropTable if !takes.is_empty() => format!("it takes rows along, of {}", takes.join(", ")),
        Consent::DeleteRows if statement.repair.is_some() => {
            let found =
                statement.takes_rows().unwrap_or_else(|| "how many is not known before the run".to_string());
            format!("it takes rows out of the way (they go to quarantine): {found}")
        }
        _ => consent.risk().to_string(),
    }
}

impl Planned {
    /// `3 of 10 rows of public.books`: what it takes out of the way, where that is known.
    pub fn takes_rows(&self) -> Option<String> {
        let (rows, all) = self.repair.as_ref()?.found?;
        let table = self.table.as_ref().map(|table| table.path().join(".")).unwrap_or_default();
        Some(printable(&format!("{rows} of {all} rows of {table}")))
    }
}

impl Plan {
    /// The statements that need a consent which is not in `allowed`.
    pub fn refusals(&self, allowed: &BTreeSet<Consent>) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for statement in self.statements() {
            for consent in statement.needs.iter().filter(|consent| !allowed.contains(consent)) {
                refusals.push(Refusal {
                    consent: *consent,
                    statement: statement.sql.shown(),
                    why: why(*consent, statement),
                });
            }
        }
        refusals
    }

    /// An error that names every statement which lacks a consent.
    ///
    /// # Errors
    /// `Refused` if there is one.
    pub fn gate(&self, allowed: &BTreeSet<Consent>) -> Result<(), Error> {
        let refusals = self.refusals(allowed);
        if refusals.is_empty() {
            return Ok(());
        }
        let consents: BTreeSet<Consent> = refusals.iter().map(|refusal| refusal.consent).collect();
        let words: Vec<&str> = consents.iter().map(|consent| consent.name()).collect();
        let mut error = Error::new(
            ErrorKind::Refused,
            format!("the plan needs consent it does not have: {}; nothing was executed", words.join(", ")),
        );
        for refusal in &refusals {
            let statement = refusal.statement.replace('\n', " ");
            error =
                error.note(format!("  {statement}\n    needs `{}`: {}", refusal.consent.name(), refusal.why));
        }
        // What was allowed already made the plan what it is.
        let all: Vec<&str> =
            allowed.iter().chain(consents.difference(allowed)).map(|consent| consent.name()).collect();
        Err(error.hint(format!("if that is what you want, run it again with `--allow {}`", all.join(","))))
    }
}
