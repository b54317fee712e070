//! `schema.toml` → the desired model. Short forms become long ones, every room reads its own objects, names are
//! resolved. All problems of all files are found in one go.

pub mod keys;
mod names;
mod partitions;
mod settings;
mod shorten;
mod shorthand;
mod types;
mod walk;

pub use settings::{KEYS as SETTINGS, Settings};
pub use shorten::shorten;

use crate::config::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::{Kind, Place, Registry};
use crate::model::Model;
use crate::source::{Files, Problems, RowsKey, Shape, Table, load, reload};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

/// The desired model, with the files it came from.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The objects.
    pub model: Model,
    /// How the tool behaves, as far as the file says.
    pub settings: Settings,
    /// The files, for carets and for the hash.
    pub files: Files,
    /// The schemas that the file speaks of, the default one first.
    pub schemas: Vec<String>,
    /// The values of the environment variables that the file names.
    pub secrets: Option<Secret>,
    /// The names of these variables, whether they are set or not.
    pub variables: BTreeSet<String>,
}

/// Reads `path` (a file or a folder).
///
/// `environment` gives the values of environment variables that the file names (passwords).
///
/// # Errors
/// `InvalidSpec`, with every problem found.
pub fn read(
    path: &Path,
    registry: &Registry,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Desired> {
    let (files, root) = load(path, &rows_keys(registry))?;
    understand(files, root, registry, environment)
}

/// Reads the file of an earlier run, as the history keeps it; `name` is what messages call it.
///
/// # Errors
/// `InvalidSpec`, with every problem found.
pub fn read_again(
    content: &str,
    name: &str,
    registry: &Registry,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Desired> {
    let (files, root) = reload(content, name, &rows_keys(registry))?;
    understand(files, root, registry, environment)
}

/// The keys that name files of rows.
fn rows_keys(registry: &Registry) -> Vec<RowsKey> {
    let of = |kind: &dyn Kind| {
        let doc = kind.doc();
        let Place::Single { key: inside, .. } = doc.place else { return Vec::new() };
        let named = doc.keys.iter().filter(|key| key.shape == Shape::RowsFile);
        named.map(|key| RowsKey { inside, name: key.name }).collect()
    };
    registry.iter().flat_map(of).collect()
}

fn understand(
    files: Files,
    mut root: Table,
    registry: &Registry,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Desired> {
    if root.entries.is_empty() {
        return Err(Error::new(ErrorKind::InvalidSpec, format!("`{}` declares nothing", files.root_name()))
            .hint("is it the right file, and was it written to the end?"));
    }
    let mut problems = Problems::default();
    let settings = settings::read(&mut root, &mut problems);
    shorthand::expand(&mut root, &settings.default_schema, registry, &mut problems);
    let named: RefCell<String> = RefCell::default();
    let variables: RefCell<BTreeSet<String>> = RefCell::default();
    let recording = |name: &str| {
        variables.borrow_mut().insert(name.to_string());
        let value = environment(name);
        let mut named = named.borrow_mut();
        value.iter().for_each(|value| named.push_str(&format!("{name}={value}\n")));
        value
    };
    let mut walk = walk::Walk::new(registry, &settings.default_schema, &recording, &mut problems);
    walk.root(&root);
    let walk::Walked { mut model, references, schemas } = walk.finish();
    names::check_heirs(&mut model, &mut problems);
    names::check(&model, &references, &schemas, &mut problems);
    names::check_former(&model, &mut problems);
    types::check(&mut model, registry, &mut problems);
    names::hand_down(&mut model);
    names::mention(&mut model, registry);
    problems.into_result(ErrorKind::InvalidSpec, &files)?;
    let named = named.into_inner();
    let secrets = (!named.is_empty()).then(|| Secret::new(named));
    Ok(Desired { model, settings, files, schemas, secrets, variables: variables.into_inner() })
}
