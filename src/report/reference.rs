//! For readers: everything that the file can say, from the docs of the rooms.

use crate::kind::{Kind, Place, Registry};
use crate::model::Address;
use crate::pg::OLDEST_MAJOR;
use crate::source::{KeyDoc, Shape};
use crate::spec::{SETTINGS, keys};
use crate::sql::{Consent, Form};
use std::fmt::Write as _;

/// The reference of `schema.toml`, in Markdown.
pub fn reference(registry: &Registry) -> String {
    let mut out = String::from("## Contents of the file\n\n");
    out.push_str("| in the file | what stands there |\n|---|---|\n");
    for key in keys::TOP {
        let _ = writeln!(out, "| `{}` | {} |", key.name, cell(key.about));
    }
    for kind in registry.iter() {
        let name = kind.doc().name;
        let _ = writeln!(out, "| {} | [{name}](#{}) |", place(kind, registry), anchor(name));
    }
    out.push_str("\nEvery object takes these keys too:\n\n");
    table(&mut out, keys::UNIVERSAL);
    out.push_str(
        "\nWhere a value is *SQL*, it is a string with real SQL in it: a default that is the text `new` is ",
    );
    out.push_str("`\"'new'\"`.\n\n## Kinds\n");
    for kind in registry.iter() {
        section(&mut out, kind, registry);
    }
    matrix(&mut out, registry);
    out.push_str(
        "\n## `[reconcile]`\n\nHow the tool behaves. Flags and environment variables override it.\n\n",
    );
    table(&mut out, SETTINGS);
    consents(&mut out);
    forms(&mut out);
    out
}

fn section(out: &mut String, kind: &'static dyn Kind, registry: &Registry) {
    let doc = kind.doc();
    let _ = writeln!(out, "\n### {}\n\n{}\n", doc.name, doc.summary);
    let _ = writeln!(out, "In the file: {}.", place(kind, registry));
    if let Some(main) = doc.main_key {
        let _ = writeln!(out, "A bare value stands for `{{ {main} = … }}`.");
    }
    let inside: Vec<String> = registry.iter().filter_map(|other| inside(doc.name, other)).collect();
    if !inside.is_empty() {
        let _ = writeln!(out, "Inside: {}.", inside.join(", "));
    }
    let _ = writeln!(out, "In PostgreSQL's manual: <{}>.\n", super::manual_page(doc.manual));
    if !doc.keys.is_empty() {
        table(out, doc.keys);
        out.push('\n');
    }
    let short = keys::short(doc.name);
    if !short.is_empty() {
        out.push_str("Short for objects of other kinds:\n\n");
        table(out, short);
        out.push('\n');
    }
    let _ = writeln!(out, "```toml\n{}\n```", doc.example.trim_end());
}

/// What there is of each kind, and from which version of PostgreSQL on.
fn matrix(out: &mut String, registry: &Registry) {
    out.push_str("\n## Kinds, keys and versions\n\nA number is the first version of PostgreSQL that has the key, or some of its ");
    out.push_str("values; all else is for every version from ");
    let _ = write!(out, "{OLDEST_MAJOR}");
    out.push_str(" on. What an older server lacks is told, at its place in the file, before anything is planned. What is not ");
    out.push_str("there at all is in [not-modelled.md](not-modelled.md).\n\n");
    out.push_str("| kind | keys | inside | comment | owner | privileges |\n|---|---|---|---|---|---|\n");
    for kind in registry.iter() {
        let doc = kind.doc();
        let key = |key: &KeyDoc| {
            let since = doc.features.iter().filter(|(name, _)| *name == key.name);
            let since = since.map(|(_, feature)| feature.since()).max();
            format!("`{}`{}", key.name, since.map_or(String::new(), |major| format!(" ({major})")))
        };
        let keys: Vec<String> = doc.keys.iter().map(key).collect();
        let inside: Vec<&str> = registry
            .iter()
            .filter_map(|other| match other.doc().place {
                Place::Children { of, key } | Place::Single { of, key } if of.contains(&doc.name) => {
                    Some(key)
                }
                _ => None,
            })
            .collect();
        let inside: Vec<String> = inside.into_iter().map(|key| format!("`{key}`")).collect();
        let seat = kind.seat();
        let at = Address::new(doc.name, ["a", "b", "c", "d"]);
        let yes = |is: bool| if is { "yes" } else { "" };
        let _ = writeln!(
            out,
            "| [{}](#{}) | {} | {} | {} | {} | {} |",
            doc.name,
            anchor(doc.name),
            keys.join(", "),
            inside.join(", "),
            yes(kind.identity(&at).is_some()),
            yes(seat.is_some_and(|seat| seat.owner.is_some())),
            yes(seat.is_some_and(|seat| seat.privileges.is_some())),
        );
    }
}

fn inside(host: &str, kind: &'static dyn Kind) -> Option<String> {
    match kind.doc().place {
        Place::Children { of, key } | Place::Single { of, key } if of.contains(&host) => {
            Some(format!("`{key}` ([{}](#{}))", kind.doc().name, anchor(kind.doc().name)))
        }
        _ => None,
    }
}

/// Where objects of a kind stand, as TOML headers.
fn place(kind: &'static dyn Kind, registry: &Registry) -> String {
    let name = word(kind.doc().name);
    let within = |of: &str| registry.get(of).map_or(String::new(), path);
    match kind.doc().place {
        Place::Namespace(_) | Place::Top(_) => format!("`[{}]`", path(kind)),
        Place::InSchema(_) => match registry.namespace() {
            Some((outer, _)) => format!("`[{0}]`, `[{1}.{0}]`", path(kind), path(outer)),
            None => format!("`[{}]`", path(kind)),
        },
        Place::TopList(key) => format!("`[[{key}]]`"),
        Place::Children { of, key } => {
            let places =
                of.iter().map(|of| format!("`[{}.{key}]`", within(of))).collect::<Vec<_>>().join(", ");
            format!(
                "{places}, each under its name, or `[{}.{key}.{name}]`",
                of.first().map_or(String::new(), |of| within(of))
            )
        }
        Place::Single { of, key } => {
            let places = of.iter().map(|of| format!("`[{}]`", within(of))).collect::<Vec<_>>();
            format!("`{key}` in {}", places.join(", "))
        }
        Place::OnAny(key) => format!("`{key}` in any object that has one in PostgreSQL"),
    }
}

/// `tables.TABLE`.
fn path(kind: &'static dyn Kind) -> String {
    match kind.doc().place {
        Place::Namespace(key) | Place::InSchema(key) | Place::Top(key) => {
            format!("{key}.{}", word(kind.doc().name))
        }
        Place::TopList(key) | Place::Children { key, .. } | Place::Single { key, .. } | Place::OnAny(key) => {
            key.to_string()
        }
    }
}

fn word(name: &str) -> String {
    name.to_uppercase().replace(' ', "_")
}

fn anchor(name: &str) -> String {
    name.replace(' ', "-")
}

fn table(out: &mut String, keys: &[KeyDoc]) {
    out.push_str("| key | value | meaning |\n|---|---|---|\n");
    for key in keys {
        let _ = writeln!(out, "| `{}` | {} | {} |", key.name, shape(key.shape), cell(key.about));
    }
}

/// What stands there, in words.
fn shape(shape: Shape) -> String {
    match shape {
        Shape::Sql => "SQL".into(),
        Shape::Name => "name".into(),
        Shape::Text => "string".into(),
        Shape::Boolean => "boolean".into(),
        Shape::Switch => "boolean or table".into(),
        Shape::Integer => "integer".into(),
        Shape::Names => "name, or an array of them".into(),
        Shape::SqlList => "SQL, or an array of it".into(),
        Shape::OneOf(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::Table => "table".into(),
        Shape::RowsFile => "path of a file".into(),
        Shape::Any => "see above".into(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn consents(out: &mut String) {
    out.push_str(
        "\n## Consents\n\nA plan with a statement that needs a consent which the run does not have executes ",
    );
    out.push_str("nothing and exits 3. Consents are given by `allow` in `[reconcile]` or by `--allow`; `all` stands for ");
    out.push_str("every one of them.\n\n| consent | a statement needs it because |\n|---|---|\n");
    for consent in Consent::ALL {
        let _ = writeln!(out, "| `{}` | {} |", consent.name(), consent.risk());
    }
}

fn forms(out: &mut String) {
    out.push_str("\n## Forms\n\nEvery statement has a form with a known cost: the lock that it takes on its table, the ");
    out.push_str("work it does while it holds that lock, and whether it can stand in a transaction. `rewrite` counts as ");
    out.push_str(
        "needing the consent of that name only on tables that are `large`, and so does `block` where a form ",
    );
    out.push_str("scans or builds under a lock that keeps writers out.\n\n");
    out.push_str(
        "| form | what it is | lock | work | in a transaction | consent |\n|---|---|---|---|---|---|\n",
    );
    for form in Form::ALL {
        let cost = form.cost();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} |",
            form.name(),
            cell(form.about()),
            cost.lock.name(),
            cost.work.name(),
            if cost.transactional { "yes" } else { "no" },
            cost.loses.map_or(String::new(), |consent| format!("`{}`", consent.name())),
        );
    }
}
