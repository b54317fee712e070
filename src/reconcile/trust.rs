//! Whose objects are taken for what the file declares.

use super::{Look, Reconciler};
use crate::apply::{self, Strangers};
use crate::canon::Strange;
use crate::error::{Error, Result};
use crate::model::{Model, printable};
use crate::session::Session;
use crate::spec::Desired;
use std::collections::BTreeSet;

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
            "{} expression{s} code that belongs to a role that is not trusted, so the server is not asked about it; \
             nothing was executed",
            strange.len()
        ));
        for Strange { address, attribute, desired, observed, role } in strange.iter().take(20) {
            error = error.note(format!("  {address}: code of role `{}`", printable(role)));
            error = error.note(format!("    {attribute} in the file: {}", printable(desired)));
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

impl Look {
    /// Warns of what goes on with results of what the plan changes and, unless that was `told` before, of a superuser who is at
    /// work beside roles that are not trusted.
    pub(super) fn warn(&self, session: &Session, told: &mut bool) {
        let server = &session.server;
        for at in &self.plan.stale {
            log::warn!(
                "{at} goes on with what a function gave before the plan changes its body; where the new one gives something \
                 else, make it anew (REINDEX for an index)"
            );
        }
        if server.superuser && !std::mem::replace(told, true) {
            apply::warning(&self.strangers, &server.user).into_iter().for_each(|text| log::warn!("{text}"));
        }
    }
}
