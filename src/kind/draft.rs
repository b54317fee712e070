//! One object of a model on its way into a file: what an [`Item`](super::Item) is the other way round.

use super::{Registry, Tail};
use crate::model::{Address, Model};
use crate::pg::{Feature, ServerVersion};
use crate::source::{Key, Node, Span, Table, Value};
use crate::sql::{Fragment, bracketed, ident};
use std::collections::BTreeSet;

/// An object as the file says it, being written by its room. What goes without saying is left out.
pub struct Draft<'a> {
    /// Everything that is being written, so that a room can tell what goes without saying here.
    pub model: &'a Model,
    registry: &'a Registry,
    schemas: &'a Names,
    schema: &'a str,
    key: String,
    table: Table,
    kept: bool,
    unsaid: Vec<String>,
}

/// What has become of a draft.
pub struct Drafted {
    /// The key under which the object stands.
    pub key: String,
    /// Its keys; nothing for an object that the file need not mention.
    pub table: Option<Table>,
    /// What of it the file cannot say.
    pub unsaid: Vec<String>,
}

impl<'a> Draft<'a> {
    /// A draft of the object at `at`, which stands among the objects of `schema` in the file.
    pub fn new(
        at: &Address,
        schema: &'a str,
        model: &'a Model,
        registry: &'a Registry,
        schemas: &'a Names,
    ) -> Self {
        let tail = registry.get(at.kind).map_or(Tail::Nothing, |kind| kind.tail());
        let key = tail.write(at.name());
        Draft {
            model,
            registry,
            schemas,
            schema,
            key,
            table: Table::default(),
            kept: true,
            unsaid: Vec::new(),
        }
    }

    /// What the room has written.
    pub fn finish(self) -> Drafted {
        Drafted { key: self.key, table: self.kept.then_some(self.table), unsaid: self.unsaid }
    }

    /// It stands under `key` instead of its own name.
    pub fn named(&mut self, key: impl Into<String>) {
        self.key = key.into();
    }

    /// The file need not mention it.
    pub fn leave_out(&mut self) {
        self.kept = false;
    }

    /// The file cannot say this of it.
    pub fn unsaid(&mut self, what: impl Into<String>) {
        self.unsaid.push(what.into());
    }

    /// Any value.
    pub fn put(&mut self, key: &str, value: Value) {
        self.table.push(key, Span::NOWHERE, value);
    }

    /// A string.
    pub fn text(&mut self, key: &str, text: impl Into<String>) {
        self.put(key, Value::String(text.into()));
    }

    /// A string, if there is one.
    pub fn some(&mut self, key: &str, text: Option<impl Into<String>>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// An expression, without the brackets that the server puts around most of them.
    pub fn expression(&mut self, key: &str, fragment: &Fragment) {
        self.text(key, unwrapped(fragment.text()));
    }

    /// An expression, if there is one.
    pub fn some_expression(&mut self, key: &str, fragment: Option<&Fragment>) {
        self.some(key, fragment.map(|fragment| unwrapped(fragment.text())));
    }

    /// A type, under the name that people use for it.
    pub fn type_name(&self, printed: &str) -> String {
        let own = format!("{}.", ident(&self.schemas.default));
        let bare = printed.strip_prefix(&own).filter(|bare| !self.schemas.shadowed.contains(*bare));
        short_type(bare.unwrap_or(printed))
    }

    /// What the server prints as SQL.
    pub fn fragment(&mut self, key: &str, fragment: &Fragment) {
        self.text(key, fragment.text());
    }

    /// What the server prints as SQL, if there is any.
    pub fn some_fragment(&mut self, key: &str, fragment: Option<&Fragment>) {
        self.some(key, fragment.map(Fragment::text));
    }

    /// `true`; what is not so goes without saying.
    pub fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.put(key, Value::Boolean(true));
        }
    }

    /// An integer, unless it is what is taken where nothing is said.
    pub fn number(&mut self, key: &str, value: i64, unsaid: i64) {
        if value != unsaid {
            self.put(key, Value::Integer(value));
        }
    }

    /// A word, unless it is the one that is taken where nothing is said.
    pub fn word(&mut self, key: &str, word: &str, unsaid: &str) {
        if word != unsaid {
            self.text(key, word);
        }
    }

    /// An array of strings, unless it is empty.
    pub fn list<S: Into<String>>(&mut self, key: &str, items: impl IntoIterator<Item = S>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.array(key, items);
        }
    }

    /// An array of strings, even an empty one.
    pub fn array<S: Into<String>>(&mut self, key: &str, items: impl IntoIterator<Item = S>) {
        self.put(key, Value::strings(items));
    }

    /// A table of values by name, unless it is empty.
    pub fn table<S: Into<String>>(&mut self, key: &str, entries: impl IntoIterator<Item = (S, Value)>) {
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_some() {
            self.put(key, inline(entries));
        }
    }

    /// A name as [`Item::resolve`](super::Item::resolve) reads it here: without its schema where that is the object's
    /// own.
    pub fn name(&self, schema: &str, name: &str) -> String {
        if schema == self.schema { dotless(name) } else { format!("{}.{}", dotless(schema), dotless(name)) }
    }

    /// An attribute of another object that is being written, as text.
    pub fn attribute(&self, address: &Address, name: &str) -> Option<String> {
        let entry = self.model.get(address)?;
        self.registry.get(address.kind)?.attribute(&*entry.body, name)
    }

    /// Whether the server has a feature.
    pub fn has(&self, feature: Feature) -> bool {
        self.schemas.version.has(feature)
    }

    /// The schema among whose objects it stands.
    pub fn schema(&self) -> &str {
        self.schema
    }
}

/// A table of values by name.
pub fn inline<S: Into<String>>(entries: impl IntoIterator<Item = (S, Value)>) -> Value {
    let entries = entries.into_iter().map(|(name, value)| {
        (Key { name: name.into(), span: Span::NOWHERE }, Node::at(Span::NOWHERE, value))
    });
    Value::Table(Table { entries: entries.collect() })
}

/// What the writing must know of the server and of the database's names.
#[derive(Debug, Clone)]
pub struct Names {
    /// The server's version.
    pub version: ServerVersion,
    /// The schema whose objects stand at the top level of the file.
    pub default: String,
    /// Types of it that another of the same name hides when they are named without their schema.
    pub shadowed: BTreeSet<String>,
}

/// An expression without brackets around the whole of it.
pub fn unwrapped(text: &str) -> &str {
    match bracketed(text) {
        Some((inner, "")) => inner,
        _ => text,
    }
}

/// Type names as the SQL standard has them, as the server prints them, and their short names (manual, table 8.1).
const SHORT_TYPES: &[(&str, &str, &str)] = &[
    ("timestamp", " with time zone", "timestamptz"),
    ("timestamp", " without time zone", "timestamp"),
    ("time", " with time zone", "timetz"),
    ("time", " without time zone", "time"),
    ("character varying", "", "varchar"),
    ("character", "", "char"),
];

/// `timestamp(3) with time zone[]` as `timestamptz(3)[]`.
pub fn short_type(printed: &str) -> String {
    let element = printed.trim_end_matches("[]");
    let array = &printed[element.len()..];
    let short = SHORT_TYPES.iter().find_map(|(head, tail, short)| {
        let modifier = element.strip_prefix(head)?.strip_suffix(tail)?;
        (modifier.is_empty() || bracketed(modifier).is_some_and(|(_, rest)| rest.is_empty()))
            .then(|| format!("{short}{modifier}{array}"))
    });
    short.unwrap_or_else(|| printed.to_string())
}

/// A part of a dotted name as [`split_name`](super::split_name) reads it: in quotes if it holds what would cut it, or
/// blanks that would be taken off.
pub fn dotless(name: &str) -> String {
    if name != name.trim() || name.contains(['.', '"', ',', '(', ')', '[', ']', '\'']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_short_names() {
        let pairs = [
            ("timestamp with time zone", "timestamptz"),
            ("timestamp(3) with time zone[]", "timestamptz(3)[]"),
            ("timestamp without time zone", "timestamp"),
            ("character varying(10)", "varchar(10)"),
            ("character varying", "varchar"),
            ("character(1)", "char(1)"),
            ("\"char\"", "\"char\""),
            ("character_set", "character_set"),
            ("time without time zone", "time"),
            ("numeric(5,2)", "numeric(5,2)"),
        ];
        for (printed, short) in pairs {
            assert_eq!(short_type(printed), short);
        }
    }

    #[test]
    fn only_brackets_around_the_whole_go() {
        assert_eq!(unwrapped("(a > 0)"), "a > 0");
        assert_eq!(unwrapped("(a) > (b)"), "(a) > (b)");
        assert_eq!(unwrapped("lower(a)"), "lower(a)");
    }
}
