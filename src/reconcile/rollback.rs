//! The way back: the file of an earlier run becomes the desired model again, through the same gates. What later runs
//! created goes; what they found is left alone.

use super::{Options, Reconciler};
use crate::apply::{self, Listener};
use crate::error::{Error, Result};
use crate::kind::Registry;
use crate::kinds;
use crate::model::printable;
use crate::pg::Client;
use crate::report::Report;
use crate::session::Access;
use crate::spec::{self, Desired};
use crate::state;
use std::cell::RefCell;
use std::collections::BTreeSet;

impl Reconciler {
    /// Goes back to the file of run `to`, or of the last run that had another file than the newest one. Gives the
    /// reconciler of that file too, for reports.
    ///
    /// # Errors
    /// `Failed` if there is no such run; then as [`Reconciler::apply`].
    pub fn rollback_on(
        &self,
        client: Client,
        to: Option<i64>,
        options: &Options,
        environment: &dyn Fn(&str) -> Option<String>,
        listener: &Listener<'_>,
    ) -> Result<(Reconciler, Report)> {
        let schema = self.state_schema();
        let mut session = state::open(client, &options.connection, &schema, Access::ReadWrite)?;
        state::demand_readable(&session, &schema)?;
        if session.server.state.is_none() {
            return Err(Error::failed("no run is recorded in this database, so there is no way back")
                .hint("runs are recorded unless `--stateless` is given"));
        }
        // Records of an older version do not say by which hash they are known.
        if session.server.outdated {
            apply::lock(&mut session, self.lock_wait(options), Some(&schema), listener)?;
            state::ensure(&mut session, &schema)?;
        }
        let earlier = state::earlier(&mut session, &schema, to)?;
        listener(crate::apply::Event::Note(format!("going back to the file of run {}", earlier.run.id)));
        let registry = kinds::registry();
        let name = format!("the file of run {}", earlier.run.id);
        let mut desired = self.read_again(&earlier.content, &name, &registry, environment)?;
        // What was created in schemas of which that file does not speak must be seen to be dropped.
        for schema in earlier.created_since.iter().filter_map(|address| self.schema_of(address)) {
            if !desired.schemas.contains(&schema) {
                desired.schemas.push(schema);
            }
        }
        let back = Reconciler::new(registry, desired, earlier.created_since);
        let report = back.apply_on(session.into_client(), options, listener)?;
        Ok((back, report))
    }

    /// The desired model of a recorded file. It gets no variable that the current file does not name, whoever wrote the
    /// record.
    fn read_again(
        &self,
        content: &str,
        name: &str,
        registry: &Registry,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Desired> {
        let refused: RefCell<BTreeSet<String>> = RefCell::default();
        let only_named = |variable: &str| {
            if self.desired.variables.contains(variable) {
                return environment(variable);
            }
            refused.borrow_mut().insert(variable.to_string());
            None
        };
        let desired = spec::read_again(content, name, registry, &only_named);
        let refused = refused.into_inner();
        if refused.is_empty() {
            return desired;
        }
        let names: Vec<String> = refused.iter().map(|name| format!("`{}`", printable(name))).collect();
        let (noun, names) = (if names.len() == 1 { "variable" } else { "variables" }, names.join(", "));
        Err(Error::failed(format!(
            "{name} asks for the environment {noun} {names}, which the current file does not name; nothing was executed"
        ))
        .hint("look at it with `pgreconcile history`; a file that is to be gone back to can be applied itself"))
    }

    /// The schema of an address that the current file declares.
    fn schema_of(&self, address: &str) -> Option<String> {
        let entry = self.desired.model.iter().find(|entry| entry.address.to_string() == address)?;
        let schema = entry.address.schema().to_string();
        self.desired.schemas.contains(&schema).then_some(schema)
    }
}
