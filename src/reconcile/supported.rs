//! What the file asks for, held against what the server can do.

use super::Reconciler;
use crate::error::{ErrorKind, Result};
use crate::model::Model;
use crate::session::Session;
use crate::source::Problems;

impl Reconciler {
    /// An error for all that the file asks for and the server cannot do.
    pub(super) fn supported(&self, desired: &Model, session: &Session) -> Result<()> {
        let version = session.server.version;
        let mut problems = Problems::default();
        for entry in desired.iter().filter(|entry| !entry.absent && !entry.optional) {
            for (feature, span) in entry.features.iter().filter(|(feature, _)| !version.has(*feature)) {
                let since = feature.since();
                problems.add(*span, format!("{feature} needs PostgreSQL {since}, and this is {version}"));
            }
        }
        problems.into_result(ErrorKind::Failed, &self.desired.files)
    }
}
