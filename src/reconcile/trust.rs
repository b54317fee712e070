//! Whose objects are taken for what the file declares.

use super::{Look, Reconciler};
use crate::apply::{self, Strangers};
use crate::canon::{self, Strange};
use crate::delta::Action;
use crate::error::{Error, Result};
use crate::kind::{Registry, from_list};
use crate::model::{Address, Model, printable};
use crate::plan::Plan;
use crate::session::Session;
use crate::spec::Desired;
use crate::sql::Form;
use crate::trust::Code;
use std::collections::{BTreeMap, BTreeSet};

impl Reconciler {
    /// Roles that the file vouches for: those it names, and those it gives something to. What is yet to be renamed goes
    /// by its earlier name too.
    pub(super) fn owners(&self) -> Vec<String> {
        let Desired { model, settings, .. } = &self.desired;
        let mut owners: BTreeSet<String> = settings.owners.iter().cloned().collect();
        for entry in model.iter().filter(|entry| !entry.absent) {
            let kind = self.registry.get(entry.address.kind);
            let Some(owner) = kind.and_then(|kind| kind.attribute(&*entry.body, "vouched for")) else {
                continue;
            };
            let about = entry.address.subject();
            let role =
                entry.needs.iter().find(|need| Some(*need) != about && need.path() == [owner.as_str()]);
            let former = role.and_then(|role| model.get(role)?.renamed_from.as_ref());
            owners.extend(former.map(|former| former.name().to_string()));
            owners.insert(owner);
        }
        owners.into_iter().collect()
    }

    /// An error for what is not read because it calls code of somebody who is not trusted, with the ways out.
    pub(super) fn refuse_strange(&self, strange: &[Strange]) -> Result<()> {
        let roles: BTreeSet<&str> = strange.iter().map(|strange| strange.role.as_str()).collect();
        if roles.is_empty() {
            return Ok(());
        }
        let list = |quote: &str| {
            let quoted = roles.iter().map(|role| format!("{quote}{}{quote}", printable(role)));
            quoted.collect::<Vec<_>>().join(", ")
        };
        let s = if strange.len() == 1 { " calls" } else { "s call" };
        let mut error = Error::failed(format!(
            "{} expression{s} code, or may name an object, that belongs to a role that is not trusted, so the server is not \
             asked about it; nothing was executed",
            strange.len()
        ));
        for Strange { address, attribute, desired, observed, role } in strange.iter().take(20) {
            error = error.note(format!("  {address}: code of role `{}`", printable(role)));
            if let Some(desired) = desired {
                error = error.note(format!("    {attribute} in the file: {}", printable(desired)));
            }
            if let Some(observed) = observed {
                error = error.note(format!("    {attribute} in the database: {}", printable(observed)));
            }
            let origin = self.desired.model.get(address).and_then(|entry| entry.origin);
            error.notes.extend(origin.map(|span| self.desired.files.excerpt(span)));
        }
        Err(error.hint(format!(
            "if you trust {}, say `owners = [{}]` under `[reconcile]`; otherwise replace the expression, in the database \
             too, by one that calls nothing of it",
            list("`"),
            list("\"")
        )))
    }

    /// Refuses a plan by which the server reads texts once more that may then call code of somebody who is not trusted: what
    /// goes and comes back, and whatever stands on a table of which a column gets another type.
    ///
    /// # Errors
    /// `Failed`, with every such text and the role.
    pub(super) fn refuse_read_again(
        &self,
        plan: &Plan,
        (desired, observed): (&mut Model, &mut Model),
        code: &Code,
    ) -> Result<()> {
        if plan.is_empty() || code.is_all_trusted() {
            return Ok(());
        }
        self.refuse_to_call(plan, desired, code)?;
        let retypes =
            |form| matches!(form, Form::AlterTypeRelabel | Form::AlterTypeRewrite | Form::AlterTypeNarrow);
        let retyped = plan.statements().filter(|statement| retypes(statement.form));
        let retyped = retyped.flat_map(|statement| statement.table.iter().chain(&statement.also)).cloned();
        let retyped = with_heirs(retyped.collect(), (desired, observed), &self.registry);
        for table in &retyped {
            if let Some(statistics) = code.statistics_elsewhere(table.path()).first() {
                let error = format!(
                    "a column of {table} is to have another type, and the server would read the expressions of statistics \
                     `{}` again, which stand in another schema and may call code of a role that is not trusted then; nothing \
                     was executed",
                    printable(statistics)
                );
                return Err(Error::failed(error)
                    .hint("drop them first, and make them again in the schema of the table"));
            }
        }
        let paths: BTreeSet<&[String]> = retyped.iter().map(Address::path).collect();
        let mut statements: BTreeMap<&Address, Vec<&str>> = BTreeMap::new();
        for statement in plan.statements() {
            statements.entry(&plan.items[statement.item].address).or_default().push(statement.sql.text());
        }
        let actions: BTreeMap<&Address, Action> =
            plan.items.iter().map(|item| (&item.address, item.action)).collect();
        let is_read = |at: &Address, text: &str, table: Option<&Address>| {
            let is_said = || statements.get(at).is_some_and(|all| all.iter().any(|sql| sql.contains(text)));
            let is_made = match actions.get(at) {
                Some(Action::Create | Action::Replace) => true,
                Some(Action::Alter) => is_said(),
                Some(Action::Rename | Action::Drop) | None => false,
            };
            let is_part = || (2..at.path().len()).any(|end| paths.contains(&at.path()[..end]));
            is_made || table.is_some_and(|table| retyped.contains(table)) || is_part()
        };
        let strange = canon::strange_texts_read_again(desired, observed, code, &self.registry, &is_read);
        self.refuse_strange(&strange)
    }

    /// Refuses to make, or to change, what is to call an object that calls code of somebody who is not trusted: a trigger its
    /// function, a cast, an aggregate.
    fn refuse_to_call(&self, plan: &Plan, desired: &Model, code: &Code) -> Result<()> {
        let made = plan
            .items
            .iter()
            .filter(|item| matches!(item.action, Action::Create | Action::Replace | Action::Alter));
        let mut strange = Vec::new();
        for entry in made.filter_map(|item| desired.get(&item.address)) {
            let of = [entry.address.subject(), entry.parent.as_ref()];
            for need in entry.needs.iter().filter(|need| !of.contains(&Some(need))) {
                strange.extend(code.stranger_called_by(need).map(|role| Strange {
                    address: entry.address.clone(),
                    attribute: need.kind.to_string(),
                    desired: Some(need.path().join(".")),
                    observed: None,
                    role: role.to_string(),
                }));
            }
        }
        self.refuse_strange(&strange)
    }

    /// What belongs to roles that are not trusted.
    ///
    /// # Errors
    /// `Failed` where the file declares any of it.
    pub(super) fn strangers(&self, desired: &Model, observed: &Model) -> Result<Strangers> {
        let strangers = apply::strangers(observed, &self.registry);
        apply::owners(desired, &strangers, &self.registry, &self.desired.files)?;
        Ok(strangers)
    }
}

/// `tables`, and those that inherit from them, in the database or by the file.
fn with_heirs(
    mut tables: BTreeSet<Address>,
    (desired, observed): (&Model, &Model),
    registry: &Registry,
) -> BTreeSet<Address> {
    let mut heirs: BTreeMap<Address, Vec<&Address>> = BTreeMap::new();
    for entry in desired.iter() {
        entry.heir_of.iter().for_each(|parent| heirs.entry(parent.clone()).or_default().push(&entry.address));
    }
    for entry in observed.iter() {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        let lists = ["partition_of", "inherits"].into_iter();
        let lists = lists.filter_map(|name| kind.attribute(&*entry.body, name));
        let names: Vec<String> = lists.flat_map(|list| from_list(&list)).collect();
        for parent in names.chunks_exact(2) {
            let parent = Address::new(entry.address.kind, parent.iter().cloned());
            heirs.entry(parent).or_default().push(&entry.address);
        }
    }
    let mut open: Vec<Address> = tables.iter().cloned().collect();
    while let Some(table) = open.pop() {
        let new = heirs.remove(&table).unwrap_or_default().into_iter().cloned();
        open.extend(new.filter(|heir| tables.insert(heir.clone())));
    }
    tables
}

impl Look {
    /// Warns of what goes on with results of what the plan changes and, unless that was `told` before, of what was not read, and
    /// of a superuser who is at work beside roles that are not trusted.
    pub(super) fn warn(&self, session: &Session, told: &mut bool) {
        let server = &session.server;
        for at in &self.plan.stale {
            log::warn!(
                "{at} goes on with what a function gave before the plan changes its body; where the new one gives something \
                 else, make it anew (REINDEX for an index)"
            );
        }
        if std::mem::replace(told, true) {
            return;
        }
        server.unread.iter().for_each(|unread| log::warn!("{unread}"));
        if server.superuser {
            apply::warning(&self.strangers, &server.user).into_iter().for_each(|text| log::warn!("{text}"));
        }
    }
}
