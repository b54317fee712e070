//! Whose the objects are that the file declares. Their owner decides what they do: who made a function, a view or a table
//! first, under a name that the file declares, must not have it taken for what was declared.

use super::row_security::Sight;
use crate::delta::Action;
use crate::error::{Error, Result};
use crate::kind::{Cx, Registry, right};
use crate::model::{Address, Cascade, Model, Upon, printable};
use crate::plan::Plan;
use crate::source::Files;
use crate::sql::{Form, Work};
use crate::trust::Code;
use std::collections::{BTreeMap, BTreeSet};

/// Objects that belong to roles that are not trusted, each with its owner.
pub type Strangers = BTreeMap<Address, String>;

/// What of the observed objects belongs to roles that are not trusted.
pub fn strangers(observed: &Model, registry: &Registry) -> Strangers {
    let owner = |(at, entry): (&Address, &crate::model::Entry)| {
        let role = registry.get(at.kind)?.attribute(&*entry.body, "stranger")?;
        Some((at.subject()?.clone(), role))
    };
    observed.iter().filter_map(|entry| owner((&entry.address, entry))).collect()
}

/// Refuses to take objects of `strangers` for what the file declares: an object of its own, what it takes over parts of, or
/// the schema that it stands in; or for what such an object needs, as a trigger its function.
///
/// # Errors
/// `Failed`, with every such object and its owner.
pub fn owners(desired: &Model, strangers: &Strangers, registry: &Registry, files: &Files) -> Result<()> {
    if strangers.is_empty() {
        return Ok(());
    }
    let mut concerned = BTreeSet::new();
    let mut called = BTreeSet::new();
    for entry in desired.iter().filter(|entry| !entry.absent) {
        called.extend(entry.needs.iter().filter(|need| Some(*need) != entry.address.subject()).cloned());
        concerned.insert(entry.address.clone());
        concerned.extend(entry.heir_of.iter().cloned());
        if let Some((namespace, _)) = registry.namespace()
            && registry.can_hold(namespace.doc().name, entry.address.kind)
        {
            concerned.insert(Address::new(namespace.doc().name, [entry.address.schema()]));
        }
    }
    let among = |these: &BTreeSet<Address>| {
        strangers.iter().filter(|(at, _)| these.contains(*at)).collect::<Vec<(&Address, &String)>>()
    };
    let found = match among(&concerned) {
        found if found.is_empty() => among(&called),
        found => found,
    };
    let Some(error) = refusal(&found, "declares, or calls for, what belongs to") else { return Ok(()) };
    let origin = found.first().and_then(|(at, _)| desired.get(at)?.origin).filter(|_| found.len() == 1);
    let error = origin.into_iter().fold(error, |error, origin| error.note(files.excerpt(origin)));
    Err(error.hint(
        "what such an object does is for its owner to say, at any time. Drop it or give it away (`ALTER … OWNER TO`), or \
         vouch for the role: `owner = \"…\"` for the object, or `owners = [\"…\"]` under `[reconcile]`",
    ))
}

/// Refuses to change objects of `strangers` that the file does not declare, or to make them anew: their definitions would
/// be executed with the rights of the run. What goes for good may belong to anybody: dropping runs nothing of its owner's,
/// is shown in the plan, and takes a consent.
///
/// # Errors
/// `Failed`, with every such object and its owner.
pub fn bystanders(plan: &Plan, strangers: &Strangers, cx: &Cx<'_>) -> Result<()> {
    if strangers.is_empty() {
        return Ok(());
    }
    let changed = plan.items.iter().filter(|item| item.action != Action::Drop);
    let concerned: BTreeSet<Address> = changed.filter_map(|item| right::owned(&item.address, cx)).collect();
    let found: Vec<(&Address, &String)> =
        strangers.iter().filter(|(at, _)| concerned.contains(*at)).collect();
    let Some(error) = refusal(&found, "calls for changes to what belongs to") else { return Ok(()) };
    Err(error.hint(
        "what depends on something that changes is made anew with the rights of this run. Drop it, and let its owner make \
         it again, or vouch for the role: `owners = [\"…\"]` under `[reconcile]`",
    ))
}

/// Refuses to make anything, were it for a look and rolled back, where an event trigger then runs code of somebody who is not
/// trusted.
///
/// # Errors
/// `Failed`, with every such event trigger and the role.
pub fn events_among_strangers(code: &Code) -> Result<()> {
    let Some((_, role)) = code.at_events().first() else { return Ok(()) };
    let error = Error::failed(
        "an event trigger calls code of a role that is not trusted, or may by a bare name, so nothing is made; nothing was \
         executed",
    );
    let notes = code.at_events().iter();
    let notes = notes.map(|(name, role)| format!("  event trigger {name} calls code of role `{role}`"));
    let error = notes.fold(error, |error, note| error.note(printable(&note)));
    Err(error.hint(format!(
        "have its function name the schema of what it calls, and give it `SET search_path = pg_catalog, pg_temp`; or vouch for \
         the role: `owners = [\"{}\"]` under `[reconcile]`",
        printable(role)
    )))
}

/// Refuses to ask the data about objects of the file where the question may reach a table that calls code of somebody who
/// is not trusted: the table that the object is part of, or one that a person's query names.
///
/// # Errors
/// `Failed`, with every such object, the table and the role.
pub fn questions_among_strangers(
    cx: &Cx<'_>,
    code: &Code,
    in_database: &dyn Fn(&Address) -> Address,
) -> Result<()> {
    let relations = cx.observed.relations_among_strangers();
    if relations.is_empty() {
        return Ok(());
    }
    let mut found = Vec::new();
    for entry in cx.desired.iter() {
        let Some(kind) = cx.registry.get(entry.address.kind) else { continue };
        let Some(question) = kind.probe(&entry.address, &*entry.body, cx) else { continue };
        let reached = match &entry.parent {
            Some(table) => {
                relations.get_key_value(in_database(table).path()).map(|(names, role)| (*names, *role))
            }
            None => code.relation_in(&question, &relations),
        };
        found.extend(reached.map(|(names, role)| (&entry.address, names.join("."), role)));
    }
    let Some((_, _, role)) = found.first() else { return Ok(()) };
    let error = Error::failed(
        "what the file asks of the data may reach code of a role that is not trusted, so it is not asked; nothing was \
         executed",
    );
    let notes = found.iter().map(|(at, name, role)| {
        format!("  {at} asks of `{name}`, which calls code of role `{role}`, or reads what does")
    });
    let error = notes.fold(error, |error, note| error.note(printable(&note)));
    Err(error.hint(ways_out(role)))
}

fn ways_out(role: &str) -> String {
    format!(
        "an index, a check, a trigger, a default or a type of the table calls it: replace that, or vouch for the role: \
         `owners = [\"{}\"]` under `[reconcile]`",
        printable(role)
    )
}

/// Refuses a plan that reads, writes or checks rows of tables that call code of somebody who is not trusted: an index, a
/// check, a trigger of theirs would run with the rights of the run.
///
/// # Errors
/// `Failed`, with every such table and the role.
pub fn work_among_strangers(
    plan: &Plan,
    sight: &Sight,
    cx: &Cx<'_>,
    in_database: &dyn Fn(&Address) -> Address,
) -> Result<()> {
    let works = plan.statements().filter(|statement| statement.form.cost().work != Work::None);
    let worked = works.flat_map(|statement| statement.table.iter().chain(&statement.also));
    let mut tables: BTreeMap<Address, Address> =
        worked.map(|table| (in_database(table), table.clone())).collect();
    tables.extend(sight.tables().map(|(table, there)| (there.clone(), table.clone())));
    among_strangers(tables, cx)
}

/// `tables` by what the database calls them.
fn among_strangers(tables: BTreeMap<Address, Address>, cx: &Cx<'_>) -> Result<()> {
    let found: Vec<(&Address, &str)> = tables
        .iter()
        .filter_map(|(there, table)| Some((table, cx.observed.stranger_inside(there)?)))
        .collect();
    let Some((_, role)) = found.first() else { return Ok(()) };
    let tables = if found.len() == 1 { "a table calls" } else { "tables call" };
    let error = Error::failed(format!(
        "{tables} code of a role that is not trusted, so nothing is asked of the rows; nothing was executed"
    ));
    let notes = found.iter().map(|(table, role)| format!("  {table} calls code of role `{role}`"));
    let error = notes.fold(error, |error, note| error.note(printable(&note)));
    Err(error.hint(ways_out(role)))
}

/// Refuses a plan that deletes or updates rows with which, by foreign keys, rows change of tables that belong to somebody who
/// is not trusted, or call their code; or that has the server read such a table for a key. The server does most of that as the
/// owner of the table. But before PostgreSQL 18 the triggers after it run as whoever executed the first statement; what runs
/// as a stranger in the session of the run can leave a cursor for COMMIT; and a key is validated as whoever changes the table.
///
/// # Errors
/// `Failed`, with every such table and the role.
pub fn cascades_among_strangers(
    plan: &Plan,
    cx: &Cx<'_>,
    in_database: &dyn Fn(&Address) -> Address,
) -> Result<()> {
    let mut by_table: BTreeMap<(&[String], Upon), Vec<&Cascade>> = BTreeMap::new();
    for cascade in &cx.observed.cascades {
        by_table.entry((&cascade.table, cascade.upon)).or_default().push(cascade);
    }
    let mut found = BTreeSet::new();
    for statement in plan.statements().filter(|_| !by_table.is_empty()) {
        for table in statement.table.iter().chain(&statement.also) {
            let there = in_database(table);
            let hit = follows(statement.form).iter().filter_map(|upon| by_table.get(&(there.path(), *upon)));
            found.extend(
                hit.flatten()
                    .map(|cascade| (table.clone(), cascade.last.join("."), cascade.stranger.as_str())),
            );
        }
    }
    let Some((_, _, role)) = found.first() else { return Ok(()) };
    let error = Error::failed(
        "rows of a role that is not trusted would change with those of the file, or be read for a foreign key, and that role's \
         code runs; nothing was executed",
    );
    let notes = found.iter().map(|(table, last, role)| {
        format!(
            "  {table}: a foreign key ties `{last}` to it, which belongs to role `{role}` or calls its code"
        )
    });
    let error = notes.fold(error, |error, note| error.note(printable(&note)));
    Err(error.hint(format!(
        "drop that foreign key, or what of the table calls code of the role (triggers, indexes, checks), or have the key take no \
         action (`ON DELETE NO ACTION`, `ON UPDATE NO ACTION`), give the table to another owner, or vouch for the role: \
         `owners = [\"{}\"]` under `[reconcile]`",
        printable(role)
    )))
}

/// By what a statement of such a form has tables change, or be read, that foreign keys tie to its own.
fn follows(form: Form) -> &'static [Upon] {
    match form {
        Form::InsertRows => &[Upon::Refers],
        Form::DeleteRows => &[Upon::Delete],
        Form::UpdateRows => &[Upon::Update, Upon::Refers],
        Form::Repair => &[Upon::Delete, Upon::Update, Upon::Refers],
        // The server makes and validates the keys of what it changes anew, and looks for rows that refer to what it detaches.
        Form::AlterTypeRelabel
        | Form::AlterTypeRewrite
        | Form::AlterTypeNarrow
        | Form::AttachPartition
        | Form::AttachTable
        | Form::DetachPartition => &[Upon::Refers, Upon::Referred],
        _ => &[],
    }
}

fn refusal(found: &[(&Address, &String)], what: &str) -> Option<Error> {
    let roles: BTreeSet<&String> = found.iter().map(|(_, role)| *role).collect();
    let noun = if roles.len() == 1 { "a role that is" } else { "roles that are" };
    let error = Error::failed(format!("the file {what} {noun} not trusted; nothing was executed"));
    let notes = found.iter().map(|(at, role)| format!("  {at} belongs to role `{role}`"));
    let error = notes.fold(error, |error, note| error.note(printable(&note)));
    (!found.is_empty()).then_some(error)
}

/// What is worth a warning: a superuser at work beside others, whose code runs with the rights of whoever touches what they
/// own. Nothing where there are none.
pub fn warning(strangers: &Strangers, user: &str) -> Option<String> {
    let roles: BTreeSet<&str> = strangers.values().map(String::as_str).collect();
    let roles: Vec<String> = roles.into_iter().map(|role| format!("`{role}`")).collect();
    let (few, more) = roles.split_at(roles.len().min(5));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let many = strangers.len();
    let noun = if many == 1 { "object" } else { "objects" };
    let warning = format!(
        "`{user}` is a superuser, and others who are not trusted own {many} {noun} beside those of the file: {}{more}; a role \
         that owns what the file declares is enough to run as",
        few.join(", ")
    );
    (!few.is_empty()).then(|| printable(&warning))
}
