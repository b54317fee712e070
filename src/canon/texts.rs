//! Texts that the server has taken unread and that their languages refuse: a file that is to make the same of another
//! database must say that it does not want them checked.

use crate::error::Result;
use crate::kind::Terms;
use crate::model::{Address, Model};
use crate::session::{Answer, Session, server_error};
use crate::sql::Own;
use crate::trust::Code;

/// Has the languages check the texts of the observed objects, and marks those that they refuse, or that are not shown to
/// them, because they belong to somebody who is not trusted or call such code.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn mark_untried(
    session: &mut Session,
    observed: &mut Model,
    code: &Code,
    terms: &Terms<'_>,
) -> Result<()> {
    for kind in terms.registry.iter() {
        let is_strange = |at: &&Address| at.kind == kind.doc().name && code.stranger_called_by(at).is_some();
        let strange: Vec<Address> = observed.addresses().filter(is_strange).cloned().collect();
        let check = kind.refused_texts(&session.server, terms.search_path, &strange);
        let Some(check) = check else { continue };
        let own =
            Own::new(format!("BEGIN READ ONLY; SET LOCAL check_function_bodies = on; {check}; ROLLBACK"));
        let answers = session.ask(&own).map_err(|error| {
            session.roll_back();
            server_error("cannot check the texts of routines", &error)
        })?;
        let rows = answers.iter().flat_map(Answer::rows);
        let mut marked: Vec<Address> = rows
            .filter(|row| row.get("path").is_some())
            .map(|row| Address::new(kind.doc().name, row.list("path")))
            .collect();
        marked.extend(strange);
        for address in marked {
            if let Some(entry) = observed.get_mut(&address) {
                kind.leave_untried(&mut *entry.body);
            }
        }
    }
    Ok(())
}
