//! Resolves the names in the desired model: what must be declared, and what merely comes first.

use crate::kind::{Context, Kind, Rank, Reference, Registry};
use crate::model::{Address, Entry, Model};
use crate::source::{Problems, Span};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Every reference must lead to a declared object, unless it leads into a schema that the file does not speak of:
/// what is there is the database's to know.
pub(super) fn check(model: &Model, references: &[Reference], schemas: &[String], problems: &mut Problems) {
    for reference in references {
        let to = &reference.to;
        let elsewhere = to.path().len() > 1 && !schemas.iter().any(|schema| schema == to.schema());
        match model.get(to) {
            Some(entry) if !entry.absent => {}
            None if elsewhere || handed_down(model, to).is_some() => {}
            Some(_) => {
                problems.add(reference.span, format!("`{to}` is declared `absent`, but something needs it"))
            }
            None => {
                let siblings = model.addresses().filter(|other| {
                    other.kind == to.kind
                        && other.path().len() == to.path().len()
                        && other.path()[..other.path().len() - 1] == to.path()[..to.path().len() - 1]
                });
                let message = format!("there is no `{to}` in the file");
                problems.add_with_suggestion(reference.span, message, to.name(), siblings.map(Address::name));
            }
        }
    }
}

/// What takes over the parts of others takes none over from itself, by whatever way. The edges of such a circle are taken out of
/// the model, for those who follow them.
pub(super) fn check_heirs(model: &mut Model, problems: &mut Problems) {
    let is_heir = |entry: &&Entry| !entry.heir_of.is_empty();
    let mut heirs: HashMap<Address, Vec<Address>> =
        model.iter().filter(is_heir).map(|entry| (entry.address.clone(), entry.heir_of.clone())).collect();
    // From below, layer by layer: what is left stands in a circle, or on one.
    let mut children: HashMap<Address, Vec<Address>> = HashMap::new();
    for (heir, parents) in &heirs {
        parents.iter().for_each(|parent| children.entry(parent.clone()).or_default().push(heir.clone()));
    }
    let mut settled: Vec<Address> =
        children.keys().filter(|parent| !heirs.contains_key(parent)).cloned().collect();
    while let Some(parent) = settled.pop() {
        for heir in children.remove(&parent).into_iter().flatten() {
            let Some(left) = heirs.get_mut(&heir) else { continue };
            left.retain(|other| *other != parent);
            if left.is_empty() {
                heirs.remove(&heir);
                settled.push(heir);
            }
        }
    }
    let circles = circles(&heirs);
    for entry in model.iter_mut().filter(|entry| heirs.contains_key(&entry.address)) {
        if circles.contains(&entry.address) {
            let message =
                format!("`{}` inherits from itself, by way of what it inherits from", entry.address);
            problems.add(entry.origin.unwrap_or(Span::NOWHERE), message);
        }
        entry.heir_of.clear();
    }
}

/// Those that come back to themselves by way of the first of what each leads to, where all lead to others that do.
fn circles(edges: &HashMap<Address, Vec<Address>>) -> HashSet<Address> {
    let (mut seen, mut found) = (HashSet::new(), HashSet::new());
    for start in edges.keys() {
        let (mut way, mut next) = (Vec::new(), Some(start));
        while let Some(at) = next.filter(|at| seen.insert((*at).clone())) {
            way.push(at);
            next = edges.get(at).and_then(|to| to.first());
        }
        let circle = way.iter().skip_while(|at| Some(**at) != next);
        found.extend(circle.map(|at| (*at).clone()));
    }
    found
}

/// A former name is nobody's any more: what is there under it would stay what the file still declares, and the new name begin
/// empty.
pub(super) fn check_former(model: &Model, problems: &mut Problems) {
    for entry in model.iter() {
        let former = entry.renamed_from.as_ref().filter(|former| **former != entry.address);
        let Some(other) = former.and_then(|former| model.get(former)) else { continue };
        let message = format!("`{}` was `{}`, which the file declares too", entry.address, other.address);
        let hint = match other.absent {
            true => "take out `absent`: what is renamed is no longer there",
            false => "take out `renamed_from`, or declare the other under another name",
        };
        problems.add_with_hint(entry.origin.unwrap_or(Span::NOWHERE), message, hint);
    }
}

/// The object that stands for `to` in what its host takes over: the column of the parent table, for a column of a
/// partition.
fn handed_down(model: &Model, to: &Address) -> Option<Address> {
    let (name, place) = to.path().split_last().filter(|(_, place)| !place.is_empty())?;
    let host = model.iter().find(|entry| !entry.heir_of.is_empty() && entry.address.path() == place)?;
    host.heir_of.iter().find_map(|parent| {
        let parents = Address::new(to.kind, parent.path().iter().chain([name]).cloned());
        let is_there = model.get(&parents).is_some_and(|entry| !entry.absent);
        if is_there { Some(parents) } else { handed_down(model, &parents) }
    })
}

/// What is needed of an heir is needed of the one it takes it from.
pub(super) fn hand_down(model: &mut Model) {
    if model.iter().all(|entry| entry.heir_of.is_empty()) {
        return;
    }
    let mut found: HashMap<Address, Address> = HashMap::new();
    for need in model.iter().flat_map(|entry| &entry.needs).filter(|need| !model.contains(need)) {
        found.extend(handed_down(model, need).map(|parents| (need.clone(), parents)));
    }
    for need in model.iter_mut().flat_map(|entry| &mut entry.needs) {
        if let Some(parents) = found.get(need) {
            *need = parents.clone();
        }
    }
}

/// What the name of an operator is made of (manual, Lexical Structure, Operators).
const OPERATOR_CHARACTERS: &str = "+-*/<>=~!@#%^&|`?";

/// Adds soft edges: an object whose SQL mentions the name of another, or of a column of its own table, comes after that,
/// and after all columns of what it mentions. A mention is only a word, so it orders and never decides; a circle of mentions is
/// broken by rank. What the text of a function mentions is no matter to that, but to what calls the function.
pub(super) fn mention(model: &mut Model, registry: &Registry) {
    let named = Named::of(model, registry);
    let mut read: HashMap<Address, HashSet<Address>> = HashMap::new();
    for entry in model.iter_mut().filter(|entry| !entry.absent) {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        let (mut found, mut called): (HashSet<Address>, HashSet<Address>) = Default::default();
        let address = entry.address.clone();
        // Columns among themselves keep the order of the file.
        let own = entry.parent.as_ref().filter(|_| !is_column(address.kind, registry));
        let own = own.and_then(|table| named.columns.get(table));
        kind.fragments(&address, &mut *entry.body, &mut |_, fragment, context| {
            if matches!(context, Context::Piece | Context::Body { .. }) {
                return called.extend(named.mentioned(fragment.text(), &address, kind));
            }
            let mentioned: HashSet<&str> = words(fragment.text()).collect();
            let own = own.into_iter().flatten();
            found.extend(own.filter(|column| mentioned.contains(column.name())).cloned());
            found.extend(named.mentioned(fragment.text(), &address, kind));
        });
        if kind.doc().rank == Rank::Function {
            read.insert(address, called);
        }
        let mut found: Vec<Address> = found.into_iter().collect();
        found.sort();
        entry.needs.extend(found);
    }
    for entry in model.iter_mut().filter(|entry| !entry.absent) {
        let mut seen: BTreeSet<&Address> = BTreeSet::new();
        let mut open: Vec<&Address> = entry.needs.iter().collect();
        while let Some(next) = open.pop() {
            let others = read.get(next).into_iter().flatten();
            open.extend(others.filter(|other| **other != entry.address && seen.insert(*other)));
        }
        entry.uses = seen.into_iter().cloned().collect();
    }
}

fn is_column(kind: &str, registry: &Registry) -> bool {
    registry.get(kind).is_some_and(|kind| kind.doc().rank == Rank::Column)
}

/// What has a name that SQL can mention.
struct Named {
    /// By the first word of the name, as the words of SQL are looked at.
    by_name: HashMap<String, Vec<(String, Address)>>,
    columns: HashMap<Address, Vec<Address>>,
}

impl Named {
    fn of(model: &Model, registry: &Registry) -> Named {
        let mut named = Named { by_name: HashMap::new(), columns: HashMap::new() };
        for entry in model.iter().filter(|entry| !entry.absent) {
            let at = &entry.address;
            if let Some(table) = entry.parent.clone().filter(|_| is_column(at.kind, registry)) {
                named.columns.entry(table).or_default().push(at.clone());
            }
            if let (None, 2, Some(kind)) = (&entry.parent, at.path().len(), registry.get(at.kind)) {
                let name = kind.tail().bare(at.name());
                let first = words(name).next().unwrap_or(name).to_string();
                named.by_name.entry(first).or_default().push((name.to_string(), at.clone()));
            }
        }
        named
    }

    /// What `text`, which is said of the object `of`, mentions, with the columns of that: its rows are meant by its name too.
    fn mentioned(&self, text: &str, of: &Address, kind: &dyn Kind) -> HashSet<Address> {
        let own_name = kind.tail().bare(of.name());
        let mut found = HashSet::new();
        for word in words(text).collect::<HashSet<&str>>() {
            for (name, other) in self.by_name.get(word).into_iter().flatten() {
                // An overload is mentioned where a type of its name is; operators name each other as partners, which
                // the server lets them do before they are there.
                let overload = other.kind == of.kind
                    && (own_name == name || name.starts_with(|char| OPERATOR_CHARACTERS.contains(char)));
                let is_said = name == word || text.contains(name.replace('"', "\"\"").as_str());
                if other != of && !overload && is_said {
                    found.insert(other.clone());
                    found.extend(self.columns.get(other).into_iter().flatten().cloned());
                }
            }
        }
        found
    }
}

/// The words of a text, then its operators.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|char: char| !char.is_alphanumeric() && char != '_');
    let operators = text.split(|char: char| !OPERATOR_CHARACTERS.contains(char));
    words.chain(operators).filter(|word| !word.is_empty())
}
