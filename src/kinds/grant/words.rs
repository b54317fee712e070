//! How a grant is said: in the file, and in SQL.

use crate::kind::{Draft, Item, Privileges, Registry, Seat, Server, dotless, split_name};
use crate::model::Address;
use crate::source::Span;
use crate::sql::{cut, cut_once, ident, literal, qualified, split_routine};

/// What has privileges without being of a kind, or beside those of its kind, and where the catalog has it.
pub const OTHERS: &[Seat] = &[
    Seat {
        kind: "database",
        class: "pg_database",
        from: "pg_database d",
        only: "d.datname = current_database()",
        owner: Some("d.datdba"),
        privileges: Some(Privileges {
            acl: "d.datacl",
            letter: 'd',
            called: "DATABASE",
            implicit: Some(&["connect", "temporary"]),
        }),
        ..Seat::BARE
    },
    Seat {
        kind: "language",
        // What comes with PostgreSQL or with an extension.
        only: "l.lanpltrusted AND (l.oid < 16384 OR EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_language'::regclass \
               AND e.objid = l.oid AND e.deptype = 'e'))",
        ..Seat::LANGUAGE
    },
    Seat {
        kind: "tablespace",
        class: "pg_tablespace",
        from: "pg_tablespace s",
        path: "s.spcname",
        owner: Some("s.spcowner"),
        privileges: Some(Privileges { acl: "s.spcacl", letter: 't', called: "TABLESPACE", implicit: None }),
        ..Seat::BARE
    },
    Seat {
        kind: "parameter",
        class: "pg_parameter_acl",
        from: "pg_parameter_acl p",
        path: "p.parname",
        // What the server was born with belongs to the role it was born with.
        owner: Some("10::oid"),
        privileges: Some(Privileges { acl: "p.paracl", letter: 'p', called: "PARAMETER", implicit: None }),
        ..Seat::BARE
    },
];

/// What stands for many objects, or for one whose kind only the models know: as the file writes it, what it becomes
/// in an address, and what SQL calls it.
const GENERAL: &[(&str, &str, &str)] = &[
    ("all tables in schema", "all tables", "ALL TABLES IN SCHEMA"),
    ("all sequences in schema", "all sequences", "ALL SEQUENCES IN SCHEMA"),
    ("all functions in schema", "all functions", "ALL FUNCTIONS IN SCHEMA"),
    ("all procedures in schema", "all procedures", "ALL PROCEDURES IN SCHEMA"),
    ("all routines in schema", "all routines", "ALL ROUTINES IN SCHEMA"),
    (TYPE, TYPE, "TYPE"),
];

/// What the file may call any type.
pub const TYPE: &str = "type";
/// Kinds of the file's `type`.
pub const TYPES: &[&str] = &["enum", "domain", "composite type", "range type"];
/// Kinds whose names are followed by the types of their arguments.
pub const ROUTINES: &[&str] = &["function", "procedure", "aggregate"];
/// Kinds that `all tables` stands for.
pub const TABLES: &[&str] = &["table", "view", "materialized view"];

/// The privileges of objects of `kind`.
pub fn privileges(kind: &str, registry: &Registry) -> Option<Privileges> {
    let seat = registry.get(kind).and_then(|kind| kind.seat());
    seat.or_else(|| OTHERS.iter().find(|seat| seat.kind == kind).copied())?.privileges
}

/// What SQL calls the kind after `ON`.
fn called(kind: &str, registry: &Registry) -> &'static str {
    let general = GENERAL.iter().find(|(_, of, _)| *of == kind).map(|(_, _, called)| *called);
    general.or_else(|| Some(privileges(kind, registry)?.called)).unwrap_or("TABLE")
}

/// Which objects are read: those that are compared, and what the file speaks of besides, wherever it is.
pub fn reach(seat: &Seat, server: &Server) -> String {
    let condition = seat.condition(server);
    spoken(seat, server).map_or(condition.clone(), |spoken| format!("({condition} OR {spoken})"))
}

/// Which objects the file speaks of without declaring them. Types of arguments may be spelled in any way.
pub fn spoken(seat: &Seat, server: &Server) -> Option<String> {
    let test = |at: &Address| match (at.path(), seat.path.split_once(", ")) {
        ([schema, name], Some((in_schema, called))) => {
            let bare = literal(split_routine(name).0);
            let is = format!("{called} = {} OR starts_with({called}, {bare} || '(')", literal(name));
            format!("{in_schema} = {} AND ({is})", literal(schema))
        }
        ([name], None) => format!("{} = {}", seat.path, literal(name)),
        _ => "false".to_string(),
    };
    let tests: Vec<String> = server.spoken.iter().filter(|at| at.kind == seat.kind).map(test).collect();
    (!tests.is_empty()).then(|| format!("{} AND ({})", seat.only, tests.join(" OR ")))
}

/// The object that a person names after `on`.
pub fn subject(item: &mut Item<'_>, text: &str, span: Span) -> Option<Address> {
    let lower = text.to_lowercase();
    let kinds = item.registry.iter().filter_map(|kind| kind.seat()).chain(OTHERS.iter().copied());
    let kinds = kinds.filter(|seat| seat.privileges.is_some()).map(|seat| (seat.kind, seat.kind));
    let general = GENERAL.iter().map(|(words, kind, _)| (*words, *kind));
    let fits = |words: &str| {
        lower.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    let said = general.chain(kinds).filter(|(words, _)| fits(words)).max_by_key(|(words, _)| words.len());
    let (words, kind) = said.unwrap_or(("", "table"));
    let name = text[words.len()..].trim();
    if kind == "database" {
        return Some(Address::new(kind, Vec::<String>::new()));
    }
    if name.is_empty() {
        item.problems.add(span, format!("`{text}` names no object"));
        return None;
    }
    let (name, types) = match cut_once(name, "(").filter(|_| called(kind, item.registry) != "TABLE") {
        Some((bare, _)) => name.split_at(bare.len()),
        None => (name, ""),
    };
    let in_schema = match item.registry.get(kind) {
        Some(kind) => kind.seat().is_some_and(|seat| seat.path.starts_with("n.nspname, ")),
        None => kind == TYPE,
    };
    if !in_schema {
        return Some(Address::new(kind, [split_name(name).join(".")]));
    }
    let (schema, bare) = item.resolve(name.trim());
    let object = Address::new(kind, [schema, format!("{bare}{types}")]);
    if TABLES.contains(&kind) {
        item.refer(object.clone(), span);
    }
    Some(object)
}

/// The same as the file says it.
pub fn write(subject: &Address, draft: &Draft<'_>) -> String {
    let (name, types) = match subject.path().len() > 1 && ROUTINES.contains(&subject.kind) {
        true => subject.name().split_at(split_routine(subject.name()).0.len()),
        false => (subject.name(), ""),
    };
    match subject.path() {
        [] => subject.kind.to_string(),
        [_] => format!("{} {}", subject.kind, dotless(name)),
        [schema, ..] => format!("{} {}{types}", subject.kind, draft.name(schema, name)),
    }
}

/// Every privilege that objects of `kind` can have.
pub fn every(kind: &str, registry: &Registry) -> &'static [&'static str] {
    match called(kind, registry) {
        "TABLE" | "ALL TABLES IN SCHEMA" => {
            &["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"]
        }
        "SEQUENCE" | "ALL SEQUENCES IN SCHEMA" => &["usage", "select", "update"],
        "SCHEMA" => &["usage", "create"],
        "DATABASE" => &["create", "connect", "temporary"],
        "TABLESPACE" => &["create"],
        "PARAMETER" => &["set", "alter system"],
        called
            if called.contains("FUNCTION") || called.contains("PROCEDURE") || called.contains("ROUTINE") =>
        {
            &["execute"]
        }
        _ => &["usage"],
    }
}

/// The privileges that one word of the file stands for, as the catalog spells them; nothing if there is no such
/// privilege. A privilege on a column reads `select (email)`.
pub fn spell(word: &str, kind: &str, registry: &Registry) -> Vec<String> {
    let word = word.trim();
    let all = every(kind, registry);
    let (privilege, columns) = match word.split_once('(') {
        Some((privilege, columns)) => (privilege, columns.trim_end().strip_suffix(')')),
        None => (word, None),
    };
    let lower = privilege.trim().to_lowercase();
    let names = match lower.as_str() {
        "all" | "all privileges" if columns.is_some() => &["select", "insert", "update", "references"],
        "all" | "all privileges" => all,
        _ => &[] as &[&str],
    };
    let one = if lower == "temp" { "temporary" } else { lower.as_str() };
    let names: Vec<&str> = match names {
        [] => all.iter().filter(|name| **name == one).copied().collect(),
        names => names.to_vec(),
    };
    let on_column = |name: &&str| match columns {
        None => vec![(*name).to_string()],
        Some(columns) => {
            let columns =
                cut(columns, ",").into_iter().map(|column| ident(&split_name(column.trim()).concat()));
            columns.map(|column| format!("{name} ({column})")).collect()
        }
    };
    names.iter().flat_map(on_column).collect()
}

/// The column that a privilege is about, as SQL names it: `name` of `update (name)`. No privilege has a bracket in its own
/// name, so the first one is where the column begins.
pub fn column(privilege: &str) -> Option<&str> {
    privilege.split_once(" (").and_then(|(_, column)| column.strip_suffix(')'))
}

/// `TABLE public.events`, as GRANT names the subject.
pub fn on(subject: &Address, registry: &Registry) -> String {
    let called = called(subject.kind, registry);
    match subject.path() {
        [name] if subject.kind == "parameter" => {
            format!(
                "{called} {}",
                split_name(name).iter().map(|part| ident(part)).collect::<Vec<_>>().join(".")
            )
        }
        [name] => format!("{called} {}", ident(name)),
        [schema, name, ..] if ROUTINES.contains(&subject.kind) => {
            let (name, types) = name.split_at(split_routine(name).0.len());
            format!("{called} {}{types}", qualified(schema, name))
        }
        [schema, name, ..] => format!("{called} {}", qualified(schema, name)),
        // The name of the database is the server's to know.
        [] => format!("{called} %I"),
    }
}
