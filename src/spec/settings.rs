//! `[reconcile]`: how the tool behaves. Flags and environment override it.

use crate::source::{KeyDoc, Problems, Reader, Shape, Table, Value, suggest};
use crate::sql::Consent;
use std::collections::BTreeSet;
use std::time::Duration;

/// What `[reconcile]` says; `None` where it says nothing.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The schema of objects at the top level.
    pub default_schema: String,
    /// Consents.
    pub allow: BTreeSet<Consent>,
    /// How long one attempt waits for a lock.
    pub lock_timeout: Option<Duration>,
    /// How long to wait for the database.
    pub wait: Option<Duration>,
    /// How long to wait for another run.
    pub lock_wait: Option<Duration>,
    /// How many connections build indexes side by side.
    pub jobs: Option<u32>,
    /// From which size on a table counts as large, in bytes.
    pub large: Option<u64>,
    /// Which share of a table, in percent, a repair may take without being asked for.
    pub repair_limit: Option<u64>,
    /// Rows in one batch of a backfill.
    pub batch: Option<u64>,
    /// Roles that may own what the file declares, and what its expressions call.
    pub owners: Vec<String>,
    /// The name of the tool's own schema.
    pub state_schema: Option<String>,
    /// Leave optional objects out.
    pub skip_optional: bool,
    /// The command for each table that a run has touched, once it is done.
    pub analyze: Option<&'static str>,
}

/// The keys of `[reconcile]`.
pub const KEYS: &[KeyDoc] = &[
    KeyDoc {
        name: "default_schema",
        shape: Shape::Name,
        about: "the schema of objects at the top level; `public` if not given",
    },
    KeyDoc { name: "allow", shape: Shape::Names, about: "consents that every run has" },
    KeyDoc {
        name: "lock_timeout",
        shape: Shape::Text,
        about: "how long one attempt waits for a lock, as `2s`; it is tried again with growing pauses",
    },
    KeyDoc { name: "wait", shape: Shape::Text, about: "how long to wait for the database, as `60s`" },
    KeyDoc { name: "lock_wait", shape: Shape::Text, about: "how long to wait for another run, as `10m`" },
    KeyDoc {
        name: "jobs",
        shape: Shape::Integer,
        about: "how many connections build indexes of different tables side by side; 1 if not given",
    },
    KeyDoc {
        name: "large",
        shape: Shape::Text,
        about: "from which size on a table is large, so that rewriting or blocking it wants consent, as `64MB`",
    },
    KeyDoc {
        name: "repair_limit",
        shape: Shape::Integer,
        about: "which share of the rows of a table, in percent, `keep` and `orphans` take out of the way without the consent \
                `delete_rows`, each; all if not given. Up to ten rows are not asked for, unless it is 0: then every row is. What \
                cannot be counted before the run is asked for",
    },
    KeyDoc { name: "batch", shape: Shape::Integer, about: "rows in one batch of a backfill" },
    KeyDoc {
        name: "owners",
        shape: Shape::Names,
        about: "roles that may own what the file declares and what its expressions call, besides the role that the tool \
                runs as, superusers, the owner of the database, and every role that the file gives as an `owner`",
    },
    KeyDoc {
        name: "state_schema",
        shape: Shape::Name,
        about: "the tool's own schema; `pgreconcile` if not given",
    },
    KeyDoc {
        name: "skip_optional",
        shape: Shape::Boolean,
        about: "leave out what is declared `optional = true`",
    },
    KeyDoc {
        name: "analyze",
        shape: Shape::OneOf(&["analyze", "vacuum"]),
        about: "what is done to the tables that a run has changed, once it is done: ANALYZE, or VACUUM and ANALYZE; nothing \
                if not given",
    },
];

/// The words of `analyze`, and what they stand for. Nobody is waited for.
const ANALYZE: &[(&str, &str)] =
    &[("analyze", "ANALYZE (SKIP_LOCKED)"), ("vacuum", "VACUUM (SKIP_LOCKED, ANALYZE)")];

impl Default for Settings {
    fn default() -> Self {
        Settings {
            default_schema: "public".into(),
            allow: BTreeSet::new(),
            lock_timeout: None,
            wait: None,
            lock_wait: None,
            jobs: None,
            large: None,
            repair_limit: None,
            batch: None,
            owners: Vec::new(),
            state_schema: None,
            skip_optional: false,
            analyze: None,
        }
    }
}

/// Takes `[reconcile]` out of `root` and reads it.
pub(super) fn read(root: &mut Table, problems: &mut Problems) -> Settings {
    let mut settings = Settings::default();
    let Some((key, node)) = root.remove("reconcile") else { return settings };
    let Value::Table(table) = &node.value else {
        problems.add(node.span, format!("`reconcile` wants a table, not {}", node.sort()));
        return settings;
    };
    for (inner, _) in &table.entries {
        if !KEYS.iter().any(|doc| doc.name == inner.name) {
            let names = KEYS.iter().map(|doc| doc.name);
            let message = format!("unknown key `{}` in `[reconcile]`", inner.name);
            problems.add_with_suggestion(inner.span, message, &inner.name, names);
        }
    }
    let mut reader = Reader::new(table, key.span, KEYS, problems);
    if let Some(schema) = reader.text("default_schema") {
        settings.default_schema = schema;
    }
    for (word, span) in reader.strings("allow") {
        match Consent::parse(&word) {
            Some(consents) => settings.allow.extend(consents),
            None => {
                let names: Vec<&str> = Consent::ALL.iter().map(|consent| consent.name()).collect();
                let hint = match suggest(&word, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the consents are {} and all", names.join(", ")),
                };
                reader.problems().add_with_hint(span, format!("`{word}` is no consent"), hint);
            }
        }
    }
    settings.lock_timeout = duration(&mut reader, "lock_timeout");
    settings.wait = duration(&mut reader, "wait");
    settings.lock_wait = duration(&mut reader, "lock_wait");
    settings.jobs = natural(&mut reader, "jobs").and_then(|jobs| u32::try_from(jobs).ok());
    settings.batch = natural(&mut reader, "batch");
    settings.large = size(&mut reader, "large");
    settings.repair_limit = percent(&mut reader, "repair_limit");
    settings.owners = reader.strings("owners").into_iter().map(|(name, _)| name).collect();
    settings.state_schema = reader.text("state_schema");
    settings.skip_optional = reader.flag("skip_optional");
    settings.analyze = reader.one_of("analyze", ANALYZE);
    settings
}

fn duration(reader: &mut Reader<'_, '_>, key: &str) -> Option<Duration> {
    let (text, span) = reader.string(key)?;
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let parsed = humantime::parse_duration(text);
    if parsed.is_err() {
        let message = format!("`{text}` is no duration");
        reader.problems().add_with_hint(span, message, "write it as `500ms`, `2s`, `10m`, or `0`");
    }
    parsed.ok()
}

fn natural(reader: &mut Reader<'_, '_>, key: &str) -> Option<u64> {
    let number = reader.integer(key)?;
    if number < 1 {
        let span = reader.span_of(key);
        reader.problems().add(span, format!("`{key}` must be at least 1"));
    }
    u64::try_from(number).ok().filter(|number| *number > 0)
}

fn percent(reader: &mut Reader<'_, '_>, key: &str) -> Option<u64> {
    let number = reader.integer(key)?;
    let percent = u64::try_from(number).ok().filter(|number| *number <= 100);
    if percent.is_none() {
        let span = reader.span_of(key);
        reader.problems().add(span, format!("`{key}` is a share in percent, from 0 to 100"));
    }
    percent
}

fn size(reader: &mut Reader<'_, '_>, key: &str) -> Option<u64> {
    let (text, span) = reader.string(key)?;
    let parsed = parse_size(text);
    if parsed.is_none() {
        let message = format!("`{text}` is no size");
        reader.problems().add_with_hint(span, message, "write it as `64MB` or `1GB`");
    }
    parsed
}

/// A size as PostgreSQL writes it (`64MB`), in bytes.
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let factor = match text[digits..].trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        "TB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(factor)
}
