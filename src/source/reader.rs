//! Reads one TOML table key by key; each wrong type is noted with its place and reading goes on.

use super::{Key, Node, Problems, Span, Table, Value};

/// One key that a kind understands: the source of messages, documentation and the editor's schema.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    /// The key.
    pub name: &'static str,
    /// What stands there.
    pub shape: Shape,
    /// What it means, in one sentence without a full stop.
    pub about: &'static str,
}

/// The sorts of values that keys take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Real SQL, as a string.
    Sql,
    /// A name, as a string.
    Name,
    /// A string that is neither.
    Text,
    /// `true` or `false`.
    Boolean,
    /// The same, or a table that says more.
    Switch,
    /// An integer.
    Integer,
    /// One name or several.
    Names,
    /// One piece of SQL or several.
    SqlList,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A table.
    Table,
    /// The path of a file of rows; the reader of the key gets those.
    RowsFile,
    /// Any value.
    Any,
}

/// A table being read.
pub struct Reader<'a, 'p> {
    table: &'a Table,
    span: Span,
    keys: &'static [KeyDoc],
    problems: &'p mut Problems,
}

impl<'a, 'p> Reader<'a, 'p> {
    /// Reads `table`, which stands at `span` and whose keys are documented by `keys`.
    pub fn new(table: &'a Table, span: Span, keys: &'static [KeyDoc], problems: &'p mut Problems) -> Self {
        Reader { table, span, keys, problems }
    }

    /// Complains of every key that is not documented; `what` is the table they stand in.
    pub fn refuse_unknown(&mut self, what: &str) {
        let known = |name: &str| self.keys.iter().any(|doc| doc.name == name);
        for (key, _) in self.table.entries.iter().filter(|(key, _)| !known(&key.name)) {
            let message = format!("unknown key `{}` {what}", key.name);
            let names = self.keys.iter().map(|doc| doc.name);
            self.problems.add_with_suggestion(key.span, message, &key.name, names);
        }
    }

    /// Where the problems go.
    pub fn problems(&mut self) -> &mut Problems {
        self.problems
    }

    /// Where the table stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Whether the key is given.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Where the value of `key` stands, or the whole table if it is not given.
    pub fn span_of(&self, key: &str) -> Span {
        self.table.get(key).map_or(self.span, |node| node.span)
    }

    /// The raw node of `key`.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        debug_assert!(
            self.keys.iter().any(|doc| doc.name == key),
            "the key `{key}` is read but not documented"
        );
        self.table.get(key)
    }

    /// A string and its place.
    pub fn string(&mut self, key: &str) -> Option<(&'a str, Span)> {
        let node = self.node(key)?;
        match &node.value {
            Value::String(text) => Some((text, node.span)),
            _ => self.wrong(key, node, "a string"),
        }
    }

    /// A string that must be given.
    pub fn required(&mut self, key: &str) -> Option<(&'a str, Span)> {
        if self.node(key).is_none() {
            self.problems.add(self.span, format!("`{key}` is missing"));
        }
        self.string(key)
    }

    /// An owned string, without its place.
    pub fn text(&mut self, key: &str) -> Option<String> {
        self.string(key).map(|(text, _)| text.to_string())
    }

    /// A boolean; `false` where it is not given.
    pub fn flag(&mut self, key: &str) -> bool {
        self.boolean(key).unwrap_or(false)
    }

    /// A boolean.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        let node = self.node(key)?;
        match node.value {
            Value::Boolean(value) => Some(value),
            _ => self.wrong(key, node, "`true` or `false`"),
        }
    }

    /// An integer.
    pub fn integer(&mut self, key: &str) -> Option<i64> {
        let node = self.node(key)?;
        match node.value {
            Value::Integer(value) => Some(value),
            _ => self.wrong(key, node, "an integer"),
        }
    }

    /// A string, or an array of strings, each with its place.
    pub fn strings(&mut self, key: &str) -> Vec<(String, Span)> {
        let Some(node) = self.node(key) else { return Vec::new() };
        match &node.value {
            Value::String(text) => vec![(text.clone(), node.span)],
            Value::Array(items) => {
                let mut found = Vec::with_capacity(items.len());
                for item in items {
                    match &item.value {
                        Value::String(text) => found.push((text.clone(), item.span)),
                        _ => {
                            let message = format!("`{key}` wants strings, not {}", item.sort());
                            self.problems.add(item.span, message);
                        }
                    }
                }
                found
            }
            _ => self.wrong::<Vec<_>>(key, node, "a string or an array of strings").unwrap_or_default(),
        }
    }

    /// One of a few words; case and the choice between space, `-` and `_` do not matter.
    pub fn one_of<T: Copy>(&mut self, key: &str, words: &[(&'static str, T)]) -> Option<T> {
        let (text, span) = self.string(key)?;
        let plain = text.to_lowercase().replace(['-', '_'], " ");
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == plain) {
            return Some(*value);
        }
        let list = words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        self.problems.add_with_hint(
            span,
            format!("`{text}` is not a value of `{key}`"),
            format!("it takes one of {list}"),
        );
        None
    }

    /// A table, with the place of its key.
    pub fn table(&mut self, key: &str) -> Option<&'a Table> {
        let node = self.node(key)?;
        match &node.value {
            Value::Table(table) => Some(table),
            _ => self.wrong(key, node, "a table"),
        }
    }

    /// All pairs, for tables whose keys are names.
    pub fn entries(&self) -> &'a [(Key, Node)] {
        &self.table.entries
    }

    fn wrong<T>(&mut self, key: &str, node: &Node, wanted: &str) -> Option<T> {
        // A short form stands where a table could; its key is none that the person wrote.
        let short = self.table.get_entry(key).is_some_and(|(key, node)| key.span == node.span);
        let what = if short { "this".to_string() } else { format!("`{key}`") };
        self.problems.add(node.span, format!("{what} wants {wanted}, not {}", node.sort()));
        None
    }
}

impl KeyDoc {
    /// A documented key.
    pub const fn new(name: &'static str, shape: Shape, about: &'static str) -> KeyDoc {
        KeyDoc { name, shape, about }
    }
}
