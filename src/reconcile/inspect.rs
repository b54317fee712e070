//! A live database as a `schema.toml`.

use super::Options;
use crate::apply::{self, Listener};
use crate::canon;
use crate::error::Result;
use crate::inspect::{self, Layout, Unmodelled};
use crate::kind::{Names, Place, Registry, Terms, Unread};
use crate::kinds;
use crate::model::{Address, Entry, Model, printable};
use crate::observe::{self, Snapshot};
use crate::pg::Client;
use crate::scope::LeftAlone;
use crate::session::{Access, Session, server_error};
use crate::sql::{Own, literal, not_of_extension};
use crate::state;
use std::collections::{BTreeMap, BTreeSet};

pub use crate::inspect::Split;

/// The schema whose objects stand at the top level of the file.
const DEFAULT_SCHEMA: &str = "public";

/// What was found in a database.
#[derive(Debug)]
pub struct Inspection {
    /// The files, by their names beside each other; the first one is the one to start from.
    pub files: Vec<(String, String)>,
    /// Details that the file cannot say.
    pub unsaid: Vec<(Address, String)>,
    /// Objects that the file cannot declare.
    pub unmodelled: Vec<Unmodelled>,
    /// What has a text that is too long to be read.
    pub unread: Vec<Unread>,
    /// What belongs to other tools.
    pub left_alone: Vec<LeftAlone>,
    /// Roles that the file vouches for and that the database gives no reason to trust; how many objects each owns.
    pub vouched_for: BTreeMap<String, usize>,
}

/// Reads every schema of the database that is neither the system's nor the tool's own, and says it as a file.
///
/// # Errors
/// `Failed` if the catalog cannot be read.
pub fn inspect(
    client: Client,
    options: &Options,
    split: Split,
    listener: &Listener<'_>,
) -> Result<Inspection> {
    let registry = kinds::registry();
    let (connection, schema) = (&options.connection, state::DEFAULT_SCHEMA);
    let mut session = match options.stateless {
        true => Session::start(client, connection, &state::is_plain(schema), Access::ReadOnly)?,
        false => state::open(client, connection, schema, Access::ReadOnly)?,
    };
    session.arm(&options.interrupt);
    session.server.schemas = schemas(&mut session)?;
    session.server.seats = registry.iter().filter_map(|kind| kind.seat()).collect();
    let (allow, retire) = (BTreeSet::new(), BTreeSet::new());
    let terms = Terms {
        registry: &registry,
        state_schema: state::DEFAULT_SCHEMA,
        allow: &allow,
        search_path: DEFAULT_SCHEMA,
        retire: &retire,
    };
    let (mut observed, left_alone, unmodelled) = apply::patiently(&mut session, listener, |session| {
        let Snapshot { mut observed, code, .. } = observe::catalog(session, &registry)?;
        let left_alone = options.scope.apply(&mut Model::default(), &mut observed.model, &registry);
        canon::print_again(session, &mut observed.model, &code, &terms)?;
        canon::mark_untried(session, &mut observed.model, &code, &terms)?;
        Ok((observed, left_alone, inspect::unmodelled(session)?))
    })?;
    let names = Names {
        version: session.server.version,
        default: DEFAULT_SCHEMA.to_string(),
        shadowed: shadowed(&mut session)?,
    };
    let vouched_for = vouched_for(&observed.model, &registry);
    let unspoken: Vec<Entry> =
        registry.iter().flat_map(|kind| kind.unspoken(&observed.model, &registry)).collect();
    for entry in unspoken {
        observed.model.insert(entry);
    }
    let document = inspect::document(&observed.model, &registry, &names);
    let (ordered, collections) = keys(&registry);
    let layout = Layout { ordered: &ordered, collections: &collections };
    let parts = inspect::split(document.root, split, &registry);
    let mut files: Vec<(String, String)> =
        parts.into_iter().map(|(name, table)| (name, inspect::text(&table, &layout))).collect();
    let (unsaid, unread) = (document.unsaid, session.server.unread);
    let mut inspection =
        Inspection { files: Vec::new(), unsaid, unmodelled, unread, left_alone, vouched_for };
    if let Some((_, text)) = files.first_mut() {
        // A file without a word may have been cut off, and is refused.
        if text.is_empty() {
            text.push_str("[reconcile]\n");
        }
        text.insert_str(0, &inspection.remarks());
    }
    inspection.files = files;
    Ok(inspection)
}

/// How many objects each owner has that nothing but the file vouches for.
fn vouched_for(observed: &Model, registry: &Registry) -> BTreeMap<String, usize> {
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    let known = apply::strangers(observed, registry).into_iter().filter(|(at, _)| observed.contains(at));
    for (_, owner) in known {
        *owners.entry(owner).or_default() += 1;
    }
    owners
}

impl Inspection {
    /// Whom the file makes trusted, a line each.
    pub fn warnings_of_owners(&self) -> Vec<String> {
        let said = |(role, count): (&String, &usize)| {
            let s = if *count == 1 { "" } else { "s" };
            format!(
                "the file says `owner = \"{}\"` of {count} object{s}, and whoever applies it trusts that role: take out \
                 what is not yours",
                printable(role)
            )
        };
        self.vouched_for.iter().map(said).collect()
    }

    /// What a reader of the file must know of the database besides, as comments.
    fn remarks(&self) -> String {
        let mut lines = self.warnings_of_owners();
        for LeftAlone { address, tool } in &self.left_alone {
            lines.push(format!("left alone: {address}, the bookkeeping of {tool}"));
        }
        lines.extend(self.unread.iter().map(|unread| format!("not said here: {unread}")));
        for Unmodelled { sort, identity } in &self.unmodelled {
            lines.push(format!("not said here: {sort} {}", printable(identity)));
        }
        for (address, what) in &self.unsaid {
            lines.push(format!("not said here: of {address}: {}", printable(what)));
        }
        let mut text: String = lines.iter().map(|line| format!("# {line}\n")).collect();
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// The schemas of people: not the system's, not those of extensions, not the tool's own, whatever it is called.
fn schemas(session: &mut Session) -> Result<Vec<String>> {
    let own = not_of_extension("pg_namespace", "n.oid");
    let query = format!(
        "SELECT n.nspname AS name FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
         AND NOT {} AND {own} ORDER BY 1",
        state::is_state("n.oid")
    );
    let answers =
        session.ask(&Own::new(&query)).map_err(|error| server_error("cannot list the schemas", &error))?;
    Ok(answers.iter().flat_map(|answer| answer.rows()).map(|row| row.text("name").to_string()).collect())
}

/// Types of the default schema that are hidden by types of PostgreSQL with the same names.
fn shadowed(session: &mut Session) -> Result<BTreeSet<String>> {
    let query = format!(
        "SELECT quote_ident(t.typname) AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
         WHERE n.nspname = {} AND EXISTS (SELECT FROM pg_type p WHERE p.typname = t.typname \
         AND p.typnamespace = 'pg_catalog'::regnamespace)",
        literal(DEFAULT_SCHEMA)
    );
    let answers =
        session.ask(&Own::new(&query)).map_err(|error| server_error("cannot list the types", &error))?;
    Ok(answers.iter().flat_map(|answer| answer.rows()).map(|row| row.text("name").to_string()).collect())
}

/// The keys whose objects have an order, and all keys that hold objects.
fn keys(registry: &Registry) -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut ordered, mut collections) = (Vec::new(), Vec::new());
    for kind in registry.iter() {
        let (Place::Namespace(key) | Place::InSchema(key) | Place::Top(key) | Place::Children { key, .. }) =
            kind.doc().place
        else {
            continue;
        };
        collections.push(key);
        if kind.keeps_order() {
            ordered.push(key);
        }
    }
    (ordered, collections)
}
