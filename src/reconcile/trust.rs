//! Whose objects are taken for what the file declares.

use super::Reconciler;
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
            let Some(owner) = kind.and_then(|kind| kind.attribute(&*entry.body, "owner")) else { continue };
            let about = entry.address.subject();
            let role =
                entry.needs.iter().find(|need| Some(*need) != about && need.path() == [owner.as_str()]);
            let former = role.and_then(|role| model.get(role)?.renamed_from.as_ref());
            owners.extend(former.map(|former| former.name().to_string()));
            owners.insert(owner);
        }
        owners.into_iter().collect()
    }
}
