//! Schemas of others go there and back: each `*.sql` in the folder that `REAL_SCHEMAS` names is loaded, inspected,
//! checked, built anew from what was inspected, and inspected again.

use crate::cases::dump;
use crate::support::{self, Database, Run, Server};
use std::{env, fs, path::PathBuf};

/// The scripts in the folder, by their paths.
pub fn real_schemas() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env::var_os("REAL_SCHEMAS").expect("REAL_SCHEMAS names a folder"));
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    assert!(!files.is_empty(), "{} holds no schema", folder.display());
    let read = |path: PathBuf| (path.clone(), fs::read_to_string(path).expect("a schema is readable"));
    files.into_iter().map(read).collect()
}

#[test]
#[ignore = "needs REAL_SCHEMAS, a folder of schemas"]
fn real_schemas_go_there_and_back() {
    let failures: Vec<String> = real_schemas()
        .iter()
        .filter_map(|(path, script)| {
            there_and_back(script).err().map(|failure| format!("==== {}\n{failure}", path.display()))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn there_and_back(script: &str) -> Result<(), String> {
    let live = load(support::server(), script)?;
    let (file, unsaid) = inspected(&live);
    for terms in [&["check", "--stateless"][..], &["check", "--stateless", "--allow", "prune"]] {
        let check = Run::new(&live).file(&file).args(terms.iter().copied()).run();
        if check.code != Some(0) {
            return Err(format!("{terms:?}\n{}{}", check.stdout, check.stderr));
        }
    }
    let fresh = support::server().database();
    let apply = Run::new(&fresh).file(&file).args(["apply", "--stateless"]).run();
    if apply.code != Some(0) {
        return Err(format!("apply to an empty database\n{}{}", apply.stdout, apply.stderr));
    }
    let (again, _) = inspected(&fresh);
    if again != file {
        let (one, two) = file.lines().zip(again.lines()).find(|(one, two)| one != two).unwrap_or_default();
        return Err(format!("inspected again it is another file:\n{one}\n{two}"));
    }
    // Of these a dump says more than one statement.
    if unsaid.iter().any(|name| is_relation(&live, name)) {
        return Ok(());
    }
    let brought = brought(&live);
    let mut difference = dump::difference(&live.dump(), &fresh.dump());
    if difference != Default::default() {
        // The server reads some of what it prints as something else; so does a restored dump.
        let restored = load(support::server(), &live.dump())?;
        difference = dump::difference(&restored.dump(), &fresh.dump());
    }
    let (mut extra, mut missing) = difference;
    for list in [&mut extra, &mut missing] {
        let bare = |text: &str| text.replace(' ', "").replace("pg_catalog.", "");
        list.retain(|statement| !brought.iter().any(|name| bare(statement).contains(&bare(name))));
        list.retain(|statement| !unsaid.iter().any(|name| statement.contains(name.as_str())));
    }
    match (extra.as_slice(), missing.as_slice()) {
        ([], []) => Ok(()),
        (extra, missing) => {
            Err(format!("only here:\n{}\nonly there:\n{}", extra.join("\n"), missing.join("\n")))
        }
    }
}

/// A database with that schema; roles that it speaks of are made.
pub fn load(server: &Server, script: &str) -> Result<Database, String> {
    let script: String =
        script.lines().filter(|line| !line.starts_with('\\')).map(|line| format!("{line}\n")).collect();
    loop {
        let db = server.database();
        let error = match db.try_execute(&script) {
            Ok(()) => return Ok(db),
            Err(error) => error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned()),
        };
        let role = error.strip_prefix("role \"").and_then(|rest| rest.strip_suffix("\" does not exist"));
        let Some(role) = role else { return Err(format!("it does not load: {error}")) };
        db.execute(&format!("create role \"{role}\""));
    }
}

/// The file, and the names of what cannot be said in it.
fn inspected(db: &Database) -> (String, Vec<String>) {
    let text = Run::new(db).args(["inspect"]).run().success().stdout;
    let (remarks, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("# "));
    let name = |line: &&str| line.rsplit(' ').next().unwrap_or_default().to_owned();
    // The default of a view's column is printed with the view and the column apart.
    let names = remarks.iter().map(name).map(|name| match name.rsplit_once('.') {
        Some((view, _)) if name.matches('.').count() == 2 => view.to_owned(),
        _ => name,
    });
    let file: String = lines.iter().map(|line| format!("{line}\n")).collect();
    (file.trim_start().to_owned(), names.collect())
}

/// Whether a name is that of a table, view or sequence, and of no function.
fn is_relation(db: &Database, name: &str) -> bool {
    !name.contains('(') && db.scalar(&format!("select to_regclass('{name}') is not null")) == "t"
}

/// What extensions have brought: privileges on it are not ours.
fn brought(db: &Database) -> Vec<String> {
    db.column(
        "select i.identity from pg_depend d, pg_identify_object(d.classid, d.objid, 0) i
         where d.deptype = 'e' and i.type in ('function', 'aggregate', 'type')",
    )
}
