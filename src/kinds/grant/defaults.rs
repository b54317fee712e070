//! What default privileges give on objects to come.

use super::sql::{revoke, revoke_all};
use super::words::{ROUTINES, TABLES, TYPES};
use crate::kind::{Cx, Registry, from_list};
use crate::model::{Address, Entry, Model};
use crate::sql::Form;
use crate::statement::Step;
use std::collections::{BTreeMap, BTreeSet};

/// The kind that says them.
const DEFAULT: &str = "default privilege";

/// Takes back what default privileges give the role on an object that is new and that the file does not give it.
pub fn take_back(at: &Address, privileges: &BTreeMap<String, bool>, cx: &Cx<'_>) -> Vec<Step> {
    let Some(subject) = at.subject().filter(|subject| !is_there(subject, cx)) else { return Vec::new() };
    let given = given(at.name(), subject, "privileges", cx);
    let list = given.iter().map(String::as_str);
    let beyond: Vec<&str> = list.filter(|name| !privileges.contains_key(*name)).collect();
    if privileges.is_empty() && !beyond.is_empty() {
        return revoke_all(at, cx);
    }
    // The option goes without the privilege where only that is beyond the file.
    let given_on = self::given(at.name(), subject, "given on", cx);
    let options = given_on.iter().map(String::as_str);
    let options: Vec<&str> = options.filter(|name| privileges.get(*name) == Some(&false)).collect();
    let mut steps = revoke(at, &beyond, "", Form::RevokeNew, cx);
    steps.extend(revoke(at, &options, "GRANT OPTION FOR ", Form::RevokeNew, cx));
    steps
}

/// Whether declared default privileges give the role all of `privileges` on such objects: those that came after them have
/// what those before them need not have.
pub fn give(role: &str, subject: &Address, privileges: &BTreeMap<String, bool>, cx: &Cx<'_>) -> bool {
    let owner = cx.attribute(&Address::about("owner", Vec::<String>::new(), subject.clone()), "role");
    let makers = ["", &cx.server.user].into_iter().chain(owner.as_deref());
    let declared = |attribute| -> BTreeSet<String> {
        let all = addresses(makers.clone(), role, subject).filter(|at| cx.desired.contains(at));
        listed(all.filter_map(|at| cx.attribute(&at, attribute)))
    };
    let (given, given_on) = (declared("privileges"), declared("given on"));
    privileges
        .iter()
        .all(|(name, option)| if *option { given_on.contains(name) } else { given.contains(name) })
}

/// Where default privileges would give a role something on an object of `model` if that were made now, and it has nothing: the
/// addresses of what it has.
pub fn not_given(model: &Model, registry: &Registry) -> BTreeSet<Address> {
    let attribute = |at: &Address, name: &str| {
        registry.get(at.kind)?.attribute(&*model.get(at)?.body, name).filter(|text| !text.is_empty())
    };
    let mut roles: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for Entry { address, .. } in model.inside(DEFAULT, &[]) {
        let gives = attribute(address, "privileges").is_some() && attribute(address, "ours").is_some();
        if let ([_, schema, sort, role], true) = (address.path(), gives) {
            roles.entry((schema, sort)).or_default().insert(role);
        }
    }
    if roles.is_empty() {
        return BTreeSet::new();
    }
    let of_columns = model.inside("column", &[]).filter_map(|column| {
        let sequence = attribute(&column.address, "sequence of numbers")?;
        Some(Address::new("sequence", from_list(&sequence)))
    });
    let subjects = model.addresses().filter(|at| sort(at).is_some()).cloned().chain(of_columns);
    let mut all = BTreeSet::new();
    for subject in subjects {
        let owner = Address::about("owner", Vec::<String>::new(), subject.clone());
        let owner = attribute(&owner, "role");
        let sort = sort(&subject).unwrap_or_default();
        for role in places(&subject).filter_map(|place| roles.get(&(place, sort))).flatten() {
            let at = Address::about("grant", [*role], subject.clone());
            if !model.contains(&at) && owner.as_deref() != Some(*role) {
                all.insert(at);
            }
        }
    }
    all
}

/// The roles to which default privileges give something on a new object of the role that runs.
pub fn roles(subject: &Address, cx: &Cx<'_>) -> BTreeSet<String> {
    let Some(sort) = sort(subject) else { return BTreeSet::new() };
    let mut roles = BTreeSet::new();
    for (maker, place) in
        ["", &cx.server.user].iter().flat_map(|maker| places(subject).map(move |place| (maker, place)))
    {
        let path = [(*maker).to_string(), place.to_string(), sort.to_string()];
        for model in [cx.desired, &cx.observed.model] {
            let all = model.inside(DEFAULT, &path).filter(|entry| !entry.absent);
            let gives = |entry: &&Entry| {
                let privileges =
                    cx.registry.get(DEFAULT).and_then(|kind| kind.attribute(&*entry.body, "privileges"));
                privileges.is_some_and(|list| !list.is_empty())
            };
            roles.extend(all.filter(gives).map(|entry| entry.address.name().to_string()));
        }
    }
    roles
}

/// The default privileges of the role on new objects like `subject` that one of `makers` makes.
fn addresses<'a>(
    makers: impl Iterator<Item = &'a str>,
    role: &'a str,
    subject: &'a Address,
) -> impl Iterator<Item = Address> {
    let at = move |maker: &'a str| {
        let sort = sort(subject)?;
        Some(places(subject).map(move |place| Address::new(DEFAULT, [maker, place, sort, role])))
    };
    makers.filter_map(at).flatten()
}

/// All schemas, as default privileges have them, and that of the object.
fn places(subject: &Address) -> impl Iterator<Item = &str> {
    [""].into_iter().chain((subject.path().len() > 1).then(|| subject.schema()))
}

/// What stands in lists with commas.
fn listed(lists: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for list in lists {
        all.extend(list.split(", ").filter(|name| !name.is_empty()).map(str::to_string));
    }
    all
}

/// Whether the database has the object: also a sequence that is nobody's but a column's.
fn is_there(subject: &Address, cx: &Cx<'_>) -> bool {
    let belongs = |entry: &Entry| {
        let sequence = cx.observed_attribute(&entry.address, "sequence of numbers");
        sequence.is_some_and(|sequence| from_list(&sequence) == subject.path())
    };
    // It stands in the schema of its table.
    let schema = [subject.schema().to_string()];
    let is_of_a_column = || cx.observed.model.inside("column", &schema).any(belongs);
    cx.observed.model.contains(subject) || subject.kind == "sequence" && is_of_a_column()
}

/// Whether default privileges keep PUBLIC from new objects of that kind.
pub fn closed(subject: &Address, cx: &Cx<'_>) -> bool {
    let Some(sort) = sort(subject) else { return false };
    let default = Address::new(DEFAULT, ["", "", sort, "public"]);
    cx.observed_attribute(&default, "privileges").is_some_and(|list| list.is_empty())
}

/// What they give the role on a new object, those that are there and those that come with it: of each the `attribute`.
fn given(role: &str, subject: &Address, attribute: &str, cx: &Cx<'_>) -> BTreeSet<String> {
    let makers = ["", &cx.server.user].into_iter();
    let both = |at: Address| [cx.observed_attribute(&at, attribute), cx.attribute(&at, attribute)];
    listed(addresses(makers, role, subject).flat_map(both).flatten())
}

/// As which sort of objects default privileges know it.
pub fn sort(subject: &Address) -> Option<&'static str> {
    Some(match subject.kind {
        "schema" => "schemas",
        "sequence" => "sequences",
        kind if TABLES.contains(&kind) => "tables",
        kind if ROUTINES.contains(&kind) => "functions",
        kind if TYPES.contains(&kind) => "types",
        _ => return None,
    })
}
