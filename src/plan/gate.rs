//! The gate: which statement needs which consent, and whether the run has it.

use super::{Plan, Planned};
use crate::error::{Error, ErrorKind};
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Consent, Form, Work};
use std::collections::BTreeSet;

/// The sizes that decide.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From how many bytes on a table is large.
    pub large: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { large: 64 << 20 }
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
    for statement in plan.groups.iter_mut().flat_map(|group| &mut group.statements) {
        let cost = statement.form.cost();
        let bytes = worked_on(statement).into_iter().filter_map(|table| cx.observed.tables.get(table));
        let bytes = bytes.map(|facts| facts.bytes).max();
        let large = bytes.is_some_and(|bytes| bytes >= limits.large);
        statement.needs.extend(cost.loses);
        if !statement.takes.is_empty() {
            statement.needs.push(Consent::DropTable);
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

fn why(consent: Consent, takes: &[String]) -> String {
    match consent {
        Consent::DropTable if !takes.is_empty() => format!("it takes rows along, of {}", takes.join(", ")),
        _ => consent.risk().to_string(),
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
                    why: why(*consent, &statement.takes),
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
        Err(error.hint(format!("if that is what you want, run it again with `--allow {}`", words.join(","))))
    }
}
