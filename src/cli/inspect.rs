//! A live database as a `schema.toml`, on stdout or in files.

use super::arguments::{DEFAULT_WAIT, Format, Global, SplitBy};
use super::progress::Progress;
use super::{interrupt, output};
use pgreconcile::apply::Event;
use pgreconcile::model::printable;
use pgreconcile::reconcile::{Split, inspect as look};
use pgreconcile::{Error, Options, Result, pg};
use std::io::Write as _;
use std::path::Path;

pub fn inspect(global: &Global, split: Option<SplitBy>, folder: Option<&Path>) -> Result<u8> {
    let split = match split {
        None => Split::None,
        Some(SplitBy::Schema) => Split::Schema,
        Some(SplitBy::Table) => Split::Table,
    };
    if split != Split::None && folder.is_none() {
        return Err(Error::usage("`--split` makes several files").hint("say where: `--output FOLDER`"));
    }
    if global.format != Format::Text {
        return Err(Error::usage("`inspect` writes TOML, and has no other format"));
    }
    let interrupt = interrupt::listen(global);
    let options = Options { interrupt: interrupt.clone(), ..global.options("inspect")? };
    let progress = Progress::new(global);
    let wait = options.wait.unwrap_or(DEFAULT_WAIT);
    let client = pg::connect_waiting(&options.connection, wait, false, &mut |event| {
        progress.event(Event::Connection(event));
    })?;
    let found = interrupt::of(&interrupt, look(client, &options, split, &|event| progress.event(event)))?;
    progress.finish();
    match folder {
        None => found.files.iter().for_each(|(_, text)| output(text)),
        Some(folder) => save(folder, &found.files)?,
    }
    found.warnings_of_owners().iter().for_each(|warning| log::warn!("{warning}"));
    for left in &found.left_alone {
        log::info!("{} is the bookkeeping of {}; left alone", left.address, left.tool);
    }
    found.unread.iter().for_each(|unread| log::warn!("{unread}"));
    for object in &found.unmodelled {
        log::warn!("the file cannot say {} {}", object.sort, printable(&object.identity));
    }
    for (address, what) in &found.unsaid {
        log::warn!("the file cannot say all of {address}: {}", printable(what));
    }
    Ok(0)
}

/// Writes the files into a folder, over none that is there.
fn save(folder: &Path, files: &[(String, String)]) -> Result<()> {
    let failed = |path: &Path, error: std::io::Error| {
        Error::failed(format!("cannot write `{}`: {error}", path.display()))
    };
    for (name, _) in files {
        let path = folder.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(Error::failed(format!("`{}` is there already; nothing was written", path.display()))
                .hint("name another folder, or move it away"));
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        // Whatever has been put there meanwhile, or is a link, is left alone.
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(&path, error))?;
        output(&format!("{}\n", path.display()));
    }
    Ok(())
}
