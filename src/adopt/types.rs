//! Names that have types in them (`f(int)`) are spelled as the server spells the types (`f(integer)`).

use crate::error::Result;
use crate::kind::Registry;
use crate::model::{Address, Model};
use crate::session::{Answer, Reading, Session, server_error};
use crate::sql::{Own, literal};
use std::collections::{BTreeMap, BTreeSet};

/// Spells every name in `desired` that has types in it; a type that the server does not know keeps its spelling.
///
/// # Errors
/// `Failed` if the connection is lost.
pub fn spell(
    session: &mut Session,
    desired: &mut Model,
    observed: &Model,
    registry: &Registry,
    search_path: &str,
) -> Result<()> {
    let mut types: BTreeSet<String> = BTreeSet::new();
    let mut moves: BTreeMap<Address, Address> = BTreeMap::new();
    for entry in desired.iter() {
        let mentioned = [&entry.address].into_iter().chain(entry.address.subject()).chain(&entry.needs);
        // A name that is there as it is written stands for itself.
        for address in mentioned.filter(|address| !observed.contains(address)) {
            let name = retyped(address, registry, &mut |of| {
                if !observed.contains(address) {
                    types.insert(of.to_string());
                }
                of.to_string()
            });
            name.into_iter().for_each(|name| _ = moves.insert(address.clone(), address.renamed(&name)));
        }
    }
    let spelled = ask(session, &types, search_path)?;
    for (from, to) in &mut moves {
        let mut spell = |of: &str| spelled.get(of).cloned().unwrap_or_else(|| of.to_string());
        if !observed.contains(to)
            && let Some(name) = retyped(from, registry, &mut spell)
        {
            *to = from.renamed(&name);
        }
    }
    moves.retain(|from, to| from != to);
    apply(desired, &moves, registry, &spelled);
    Ok(())
}

/// The name of an address with each type as `spell` gives it, if its kind has names with types.
fn retyped(address: &Address, registry: &Registry, spell: &mut dyn FnMut(&str) -> String) -> Option<String> {
    let kind = registry.get(address.kind)?;
    let mut typed = false;
    let name = kind.retype(address.name(), &mut |of| {
        typed = true;
        spell(of)
    });
    (typed || name != address.name()).then_some(name)
}

fn apply(
    desired: &mut Model,
    moves: &BTreeMap<Address, Address>,
    registry: &Registry,
    spelled: &BTreeMap<String, String>,
) {
    let moved = |address: &Address| match (moves.get(address), address.subject()) {
        (Some(to), _) => to.clone(),
        (None, Some(subject)) => match moves.get(subject) {
            Some(to) => address.moved(subject, to, &|_| false),
            None => address.clone(),
        },
        (None, None) => address.clone(),
    };
    let addresses: Vec<Address> = desired.addresses().cloned().collect();
    for address in addresses {
        let Some(mut entry) = desired.remove(&address) else { continue };
        entry.address = moved(&address);
        let related = entry.parent.iter_mut().chain(&mut entry.needs).chain(&mut entry.uses);
        related.for_each(|other| *other = moved(other));
        if let (Some(from), Some(kind)) = (&mut entry.renamed_from, registry.get(address.kind)) {
            let mut spell = |of: &str| spelled.get(of).cloned().unwrap_or_else(|| of.to_string());
            *from = from.renamed(&kind.retype(from.name(), &mut spell));
        }
        desired.put(entry);
    }
}

/// How the server spells each type that it knows: read under the `search_path` of the file, printed under our own.
fn ask(
    session: &mut Session,
    types: &BTreeSet<String>,
    search_path: &str,
) -> Result<BTreeMap<String, String>> {
    if types.is_empty() {
        return Ok(BTreeMap::new());
    }
    // Each by itself: the server refuses a text that is no type.
    let reading = |of: &String| {
        let mut reading = Reading::default();
        reading.own(format!(
            "SELECT {0}::pg_catalog.text, pg_catalog.to_regtype({0})::pg_catalog.oid::pg_catalog.text",
            literal(of)
        ));
        reading
    };
    let readings: Vec<Reading> = types.iter().map(reading).collect();
    let begin = Own::new(format!("BEGIN READ ONLY; SET LOCAL search_path = {search_path}"));
    let unread = |error| server_error("cannot read the types", &error);
    let read = session.read_all(begin, &readings).map_err(|(_, error)| unread(error))?;
    let known: Vec<(String, String)> = read.iter().flatten().flatten().flat_map(pairs).collect();
    let oids: Vec<&str> = known.iter().map(|(_, oid)| oid.as_str()).collect();
    let query = format!("SELECT o, format_type(o, NULL) FROM unnest(ARRAY[{}]::oid[]) o", oids.join(", "));
    let answers = session.ask(&Own::new(query)).map_err(unread)?;
    let printed: BTreeMap<String, String> = answers.first().into_iter().flat_map(pairs).collect();
    Ok(known.iter().filter_map(|(of, oid)| Some((of.clone(), printed.get(oid)?.clone()))).collect())
}

/// The two values of each row.
fn pairs(answer: &Answer) -> Vec<(String, String)> {
    answer.rows().filter_map(|row| Some((row.at(0)?.to_string(), row.at(1)?.to_string()))).collect()
}
