//! Differences between the two models, each with its reasons and with the steps that end it.

use crate::model::Address;
use crate::source::Span;
use crate::sql::Fragment;
use crate::statement::Step;
use std::collections::{BTreeMap, BTreeSet};

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is missing.
    Create,
    /// It differs.
    Alter,
    /// It cannot be altered, only dropped and created again.
    Replace,
    /// It goes by an earlier name.
    Rename,
    /// It must go.
    Drop,
}

impl Action {
    /// The action as a word.
    pub fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Alter => "alter",
            Action::Replace => "replace",
            Action::Rename => "rename",
            Action::Drop => "drop",
        }
    }

    /// The symbol that people know from other tools.
    pub fn symbol(self) -> &'static str {
        match self {
            Action::Create => "+",
            Action::Alter | Action::Rename => "~",
            Action::Replace => "±",
            Action::Drop => "-",
        }
    }
}

/// One attribute that differs: a reason, never a decision.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The attribute, as PostgreSQL's manual calls it.
    pub attribute: &'static str,
    /// What the database has.
    pub from: Option<String>,
    /// What the file wants.
    pub to: Option<String>,
}

/// One difference at one address.
#[derive(Debug, Clone)]
pub struct Delta {
    /// Where.
    pub address: Address,
    /// What happens.
    pub action: Action,
    /// Why.
    pub changes: Vec<Change>,
    /// How it gets the name that the file gives it, before anything else is said of it.
    pub renaming: Vec<Step>,
    /// The schemas out of which and into which that brings it.
    pub schemas: Vec<Address>,
    /// How what is there goes, before anything that it needs is changed.
    pub before: Vec<Step>,
    /// How.
    pub steps: Vec<Step>,
    /// Where in the file it was asked for.
    pub origin: Option<Span>,
    /// A failure is a warning.
    pub optional: bool,
    /// Its place among equals.
    pub position: usize,
    /// PostgreSQL refuses it while certain objects depend on this one.
    pub disturbs: bool,
    /// Other objects that it changes, while certain objects that depend on them do not let it.
    pub disturbed: Vec<Address>,
    /// Other objects that its steps make anew.
    pub made: Vec<Address>,
    /// Other objects that go and come back with it, though they do not depend on it.
    pub along: Vec<Address>,
    /// What its object lets go of, or goes before, so that it comes back only once that is gone, if it is to go.
    pub left: Vec<Address>,
    /// Deltas with the same knot are done in one transaction: something goes in it and comes back.
    pub knot: Option<usize>,
    /// The addresses that must be in place first.
    pub needs: Vec<Address>,
    /// The addresses that must be in place first, or at the end of the same transaction.
    pub with: Vec<Address>,
    /// Why it cannot be done, if it cannot.
    pub obstacle: Option<Obstacle>,
}

/// Why a difference cannot be ended by the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What stands in the way.
    pub message: String,
    /// What a person can do.
    pub hint: String,
    /// The exact place, where it is not the whole object.
    pub span: Option<Span>,
}

/// How a value of an attribute is shown in a report.
pub trait Show {
    /// The text, or nothing where the attribute is not set.
    fn show(&self) -> Option<String>;
}

impl Show for bool {
    fn show(&self) -> Option<String> {
        Some(if *self { "yes" } else { "no" }.to_string())
    }
}

impl Show for i64 {
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Show for String {
    fn show(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Show for &'static str {
    fn show(&self) -> Option<String> {
        Some((*self).to_string())
    }
}

impl Show for Fragment {
    fn show(&self) -> Option<String> {
        Some(self.text().to_string())
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Show::show)
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> Option<String> {
        Some(self.iter().filter_map(Show::show).collect::<Vec<_>>().join(", "))
    }
}

impl<T: Show> Show for BTreeSet<T> {
    fn show(&self) -> Option<String> {
        Some(self.iter().filter_map(Show::show).collect::<Vec<_>>().join(", "))
    }
}

impl Show for BTreeMap<String, String> {
    fn show(&self) -> Option<String> {
        Some(self.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", "))
    }
}

/// What a room finds when it compares the desired with the observed object.
#[derive(Debug, Default)]
pub struct Alteration {
    pub(crate) changes: Vec<Change>,
    pub(crate) steps: Vec<Step>,
    pub(crate) replace: bool,
    pub(crate) obstacle: Option<Obstacle>,
    pub(crate) drift: Vec<Change>,
    pub(crate) disturbs: bool,
    pub(crate) disturbed: Vec<Address>,
    pub(crate) made: Vec<Address>,
    pub(crate) along: Vec<Address>,
    pub(crate) before: Vec<Step>,
}

impl Alteration {
    /// Compares one attribute. If it differs, notes the reason and takes the steps that end the difference.
    pub fn attribute<T: PartialEq + Show>(
        &mut self,
        name: &'static str,
        observed: &T,
        desired: &T,
        steps: impl FnOnce() -> Vec<Step>,
    ) {
        if observed != desired {
            self.changes.push(Change { attribute: name, from: observed.show(), to: desired.show() });
            self.steps.extend(steps());
        }
    }

    /// Compares one attribute that PostgreSQL cannot alter in place: the object is dropped and created again.
    pub fn replaced<T: PartialEq + Show>(&mut self, name: &'static str, observed: &T, desired: &T) {
        if observed != desired {
            self.changes.push(Change { attribute: name, from: observed.show(), to: desired.show() });
            self.replace = true;
        }
    }

    /// Takes over what was found elsewhere to call for a replacement.
    pub fn replaced_as(&mut self, found: Alteration) {
        self.replace |= found.replace;
        self.changes.extend(found.changes);
    }

    /// Takes over what was found elsewhere; `steps` end all of it at once.
    pub fn altered_as(&mut self, found: Alteration, steps: impl FnOnce() -> Vec<Step>) {
        if !found.changes.is_empty() {
            self.changes.extend(found.changes);
            self.steps.extend(steps());
        }
    }

    /// Notes a reason with its steps, where the comparison is not one of two values.
    pub fn note(&mut self, change: Change, steps: Vec<Step>) {
        self.changes.push(change);
        self.steps.extend(steps);
    }

    /// Notes a difference that cannot be ended, with what a person can do.
    pub fn obstacle(&mut self, change: Change, obstacle: Obstacle) {
        self.changes.push(change);
        self.obstacle.get_or_insert(obstacle);
    }

    /// Says that PostgreSQL refuses the change while certain objects depend on this one; they go and come back.
    pub fn disturbs(&mut self) {
        self.disturbs = true;
    }

    /// Says the same of another object, which the change touches too.
    pub fn disturbs_at(&mut self, other: Address) {
        self.disturbed.push(other);
    }

    /// Says that its steps make another object anew, as it is to be.
    pub fn makes(&mut self, other: Address) {
        self.made.push(other);
    }

    /// Says that another object, which does not depend on it, goes and comes back with it all the same.
    pub fn takes_along(&mut self, other: Address) {
        self.along.push(other);
    }

    /// Says that the object is made anew in a way of its own: `before` once all that depends on it is gone, then
    /// `steps`, then what is gone comes back.
    pub fn remade(&mut self, change: Change, before: Vec<Step>, steps: Vec<Step>) {
        self.changes.push(change);
        self.before = before;
        self.steps = steps;
    }

    /// Notes something that the database has beyond what the file asks for: if that is to go, `steps` take it away,
    /// else it is told and left alone.
    pub fn beyond(&mut self, goes: bool, change: Change, steps: impl FnOnce() -> Vec<Step>) {
        match goes {
            true => self.note(change, steps()),
            false => self.drift(change),
        }
    }

    /// Notes something that the database has beyond what the file asks for; it is told and left alone.
    pub fn drift(&mut self, change: Change) {
        self.drift.push(change);
    }

    /// Whether something differs so far.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
