//! Two models → deltas. Names no kind: each room compares its own objects.

mod dependents;
mod together;

use crate::adopt::Renames;
use crate::delta::{Action, Alteration, Change, Delta, Obstacle};
use crate::kind::{Cx, Kind, Undeclared};
use crate::model::{Address, Entry};
use crate::sql::Form;
use crate::statement::Step;
use std::collections::HashMap;

/// Everything that differs.
#[derive(Debug, Default)]
pub struct Diff {
    /// What the tool will do something about.
    pub deltas: Vec<Delta>,
    /// What the database has beyond the file, and which is left alone.
    pub drift: Vec<Drift>,
}

/// Something that the database has beyond the file.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Drift {
    /// Where.
    pub address: Address,
    /// What exactly, if it is not the whole object.
    pub changes: Vec<Change>,
}

/// Compares the models of `cx`.
pub fn diff(cx: &Cx<'_>, renames: &Renames) -> Diff {
    let mut found = Diff::default();
    let renamed: HashMap<&Address, &Address> = renames.iter().map(|(to, from)| (to, from)).collect();
    for entry in cx.desired.iter() {
        let Some(kind) = cx.registry.get(entry.address.kind) else { continue };
        let there = cx.observed.model.get(&entry.address);
        match (entry.absent, there) {
            (true, Some(there)) => found.deltas.extend(gone(kind, there, Some(entry), cx)),
            (true, None) => {}
            (false, None) => found.deltas.extend(created(kind, entry, cx)),
            (false, Some(there)) => {
                let from = renamed.get(&entry.address).copied();
                compared(kind, entry, there, from, cx, &mut found);
            }
        }
    }
    undeclared(cx, &mut found);
    dependents::recreate(&mut found.deltas, cx);
    together::together(&mut found.deltas);
    found.deltas.sort_by_key(|delta| delta.position);
    found
}

fn delta(entry: &Entry, action: Action) -> Delta {
    Delta {
        address: entry.address.clone(),
        action,
        changes: Vec::new(),
        renaming: Vec::new(),
        schemas: Vec::new(),
        before: Vec::new(),
        steps: Vec::new(),
        disturbs: false,
        disturbed: Vec::new(),
        made: Vec::new(),
        along: Vec::new(),
        left: Vec::new(),
        knot: None,
        origin: entry.origin,
        optional: entry.optional,
        position: entry.position,
        needs: entry.needs.clone(),
        with: Vec::new(),
        obstacle: None,
    }
}

/// Nothing where it goes without saying.
fn created(kind: &dyn Kind, entry: &Entry, cx: &Cx<'_>) -> Option<Delta> {
    let steps = kind.create(&entry.address, &*entry.body, cx);
    let mut delta = Delta { steps, ..delta(entry, Action::Create) };
    delta.needs.extend(kind.comes_after(&entry.address, &*entry.body, cx));
    delta.with = kind.comes_with(&entry.address, &*entry.body, cx);
    delta.obstacle = kind.refused(&entry.address, &*entry.body, cx);
    (!delta.steps.is_empty()).then_some(delta)
}

fn gone(kind: &dyn Kind, there: &Entry, declared: Option<&Entry>, cx: &Cx<'_>) -> Option<Delta> {
    let mut delta = delta(declared.unwrap_or(there), Action::Drop);
    delta.steps = kind.drop(&there.address, &*there.body, cx);
    delta.needs.clone_from(&there.needs);
    (!delta.steps.is_empty()).then_some(delta)
}

fn compared(
    kind: &dyn Kind,
    entry: &Entry,
    there: &Entry,
    renamed_from: Option<&Address>,
    cx: &Cx<'_>,
    found: &mut Diff,
) {
    let at = &entry.address;
    let mut alteration = Alteration::default();
    kind.compare(at, &*entry.body, &*there.body, cx, &mut alteration);
    let Alteration { changes, mut steps, replace, obstacle, drift, .. } = alteration;
    let Alteration { disturbs, disturbed, made, along, before, .. } = alteration;
    if !drift.is_empty() {
        found.drift.push(Drift { address: at.clone(), changes: drift });
    }
    let obstacle = obstacle.or_else(|| kind.refused(at, &*entry.body, cx));
    let mut delta = Delta { obstacle, ..delta(entry, Action::Alter) };
    delta.needs.extend(kind.comes_after(&entry.address, &*entry.body, cx));
    delta.with = kind.comes_with(&entry.address, &*entry.body, cx);
    if !before.is_empty() {
        delta.action = Action::Replace;
        delta.before = before;
    } else if replace {
        delta.action = Action::Replace;
        let mut body = entry.body.clone();
        kind.keep(at, &mut *body, &*there.body, cx);
        match kind.replace(at, &*body, &*there.body, cx) {
            Some(in_place) => steps = in_place,
            None => {
                delta.before = replacing(kind.drop(at, &*there.body, cx));
                steps = kind.create(at, &*body, cx);
            }
        }
    }
    if let Some(from) = renamed_from {
        delta.obstacle = delta.obstacle.or_else(|| name_taken(at, from, cx));
        match kind.rename(from, at, cx) {
            Some(steps) => delta.renaming = steps,
            None => delta.obstacle = Some(nameless(at, from)),
        }
        if !delta.renaming.is_empty() || delta.obstacle.is_some() {
            delta.renaming.extend(left_behind(from, at, cx));
            delta.changes.extend(other_name(from, at, cx));
            delta.schemas = schemas(from, at, cx);
            delta.action = if changes.is_empty() { Action::Rename } else { delta.action };
        }
    }
    delta.changes.extend(changes);
    if delta.changes.is_empty() && steps.is_empty() && delta.obstacle.is_none() {
        return;
    }
    delta.steps = steps;
    delta.disturbs = disturbs;
    delta.disturbed = disturbed;
    (delta.made, delta.along) = (made, along);
    found.deltas.push(delta);
}

/// What of its name and its schema becomes another.
fn other_name(from: &Address, at: &Address, cx: &Cx<'_>) -> Vec<Change> {
    let changed = |attribute, from: &Address, to: &Address| Change {
        attribute,
        from: Some(from.name().to_string()),
        to: Some(to.name().to_string()),
    };
    let schema = match schemas(from, at, cx).as_slice() {
        [left, entered] => Some(changed(left.kind, left, entered)),
        _ => None,
    };
    let name = (from.name() != at.name()).then(|| changed("name", from, at));
    schema.into_iter().chain(name).collect()
}

/// The schemas out of which and into which an object is moved, if it is.
fn schemas(from: &Address, at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    match cx.registry.namespace() {
        Some((namespace, _)) if at.path().len() > 1 && from.schema() != at.schema() => {
            [from, at].map(|at| Address::new(namespace.doc().name, [at.schema()])).into()
        }
        _ => Vec::new(),
    }
}

/// The steps by which the parts of an object that the server leaves in its former schema come after it.
fn left_behind(from: &Address, at: &Address, cx: &Cx<'_>) -> Vec<Step> {
    if from.schema() == at.schema() || at.path().len() != 2 {
        return Vec::new();
    }
    let stays = |there: &&Entry| cx.registry.get(there.address.kind).is_some_and(Kind::stays_behind);
    let parts = cx.observed.model.iter().filter(|there| there.parent.as_ref() == Some(at)).filter(stays);
    let steps = parts.filter_map(|there| {
        let kind = cx.registry.get(there.address.kind)?;
        kind.rename(&there.address.in_schema(from.schema()), &there.address, cx)
    });
    steps.flatten().collect()
}

/// Why an object cannot have its name: something else of its sort has it.
fn name_taken(at: &Address, from: &Address, cx: &Cx<'_>) -> Option<Obstacle> {
    let class = |kind: &str| cx.registry.get(kind).and_then(Kind::seat).map(|seat| seat.class);
    let own = class(at.kind)?;
    let mut others = cx.observed.model.addresses().filter(|other| *other != at && other.path() == at.path());
    let other = others.find(|other| class(other.kind) == Some(own))?;
    Some(Obstacle {
        message: format!("`{from}` cannot become `{at}`: there is `{other}`"),
        hint: "give that another name, or drop it, in a run before this one".to_string(),
        span: None,
    })
}

/// Why an object cannot have its name: PostgreSQL gives its kind none but that which it was made with.
fn nameless(at: &Address, from: &Address) -> Obstacle {
    Obstacle {
        message: format!("PostgreSQL cannot rename `{from}` to `{at}`"),
        hint: "leave `renamed_from` out: it is created under its name, and the other can be dropped"
            .to_string(),
        span: None,
    }
}

/// The steps of a drop that is followed by a creation: nothing is lost by it, so it needs no consent.
fn replacing(mut steps: Vec<Step>) -> Vec<Step> {
    let statements = steps.iter_mut().flat_map(|step| step.direct.iter_mut().chain(&mut step.online));
    for statement in statements {
        statement.form = match statement.form {
            Form::DropObject | Form::DropEventTrigger => Form::ReplaceObject,
            Form::DropTrigger => Form::ReplaceTrigger,
            Form::DropPolicy => Form::ReplacePolicy,
            Form::DropRule => Form::ReplaceRule,
            Form::DropStatistics => Form::ReplaceStatistics,
            Form::DropConstraint => Form::ReplaceConstraint,
            Form::DropForeignTable => Form::ReplaceForeignTable,
            Form::DropColumn => Form::ReplaceColumn,
            Form::DropIndex => Form::ReplaceIndex,
            Form::DropIndexConcurrently => Form::ReplaceIndexConcurrently,
            form => form,
        };
    }
    steps
}

/// What the file does not declare: drift, or, with consent `prune`, to be dropped. What is part of an undeclared
/// object goes with it, unless something else hangs on it too.
fn undeclared(cx: &Cx<'_>, found: &mut Diff) {
    let prune = cx.prunes();
    let goes = |address: &Address| prune || cx.retire.contains(&address.to_string());
    for there in cx.observed.model.iter().filter(|there| !cx.desired.contains(&there.address)) {
        let Some(kind) = cx.registry.get(there.address.kind) else { continue };
        let (told, is_left) = match kind.undeclared(&there.address, &*there.body, cx) {
            Undeclared::Ignore => continue,
            Undeclared::Drift => (None, false),
            Undeclared::Told(change) => (Some(change), false),
            Undeclared::Leftover(change) => (Some(change), true),
        };
        let is_left = is_left && cx.is_in_file(there.parent.as_ref());
        // The server takes it away with its parent, or wants it gone before.
        let by_itself = !kind.goes_with_parent();
        let before_parent = by_itself && there.parent.as_ref().is_some_and(|parent| cx.goes(parent));
        let going = goes(&there.address) || before_parent || is_left;
        let undeclared = |address: &Address| cx.desired.get(address).is_none_or(|entry| entry.absent);
        // With what stays undeclared only what is to go by itself is told.
        let follows = |address: &Address| undeclared(address) && (goes(address) || !going);
        let with_parent =
            there.parent.as_ref().is_some_and(|parent| cx.observed.model.contains(parent) && follows(parent));
        // What no file can declare, such as the database, takes nothing along.
        let can_go = |subject: &&Address| subject.path().len() > 1 || cx.observed.model.contains(subject);
        // What is no object of its own, such as the sequence of a column, goes with what it is part of.
        let is_there = |subject: &&Address| cx.observed.model.contains(subject);
        let subject = there.address.subject();
        let subject = subject.filter(is_there).or(subject.and(there.parent.as_ref())).or(subject);
        let with_subject = subject.filter(can_go).is_some_and(follows);
        let inside = |need: &Address| {
            there.parent.as_ref().is_some_and(|parent| need.path().starts_with(parent.path()))
        };
        let hangs_on_others = there.needs.iter().any(|need| !inside(need));
        if with_subject || with_parent && !(going && (by_itself || hangs_on_others)) {
            continue;
        }
        let changes: Vec<Change> = told.into_iter().collect();
        if is_left {
            let left = gone(kind, there, None, cx);
            found.deltas.extend(left.map(|left| Delta { changes, steps: replacing(left.steps), ..left }));
        } else if going {
            found.deltas.extend(gone(kind, there, None, cx));
        } else {
            found.drift.push(Drift { address: there.address.clone(), changes });
        }
    }
}
