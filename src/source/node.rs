//! An owned TOML document in which every key and value knows its span.

use super::Span;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// A TOML value; equal if it says the same, wherever it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string of any of the four sorts.
    String(String),
    /// An integer.
    Integer(i64),
    /// A float, as written.
    Float(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, time or both, as written.
    Datetime(String),
    /// An array.
    Array(Vec<Node>),
    /// A table, inline or not.
    Table(Table),
}

/// A key and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key, unquoted.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// Keys and values in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The pairs, in order.
    pub entries: Vec<(Key, Node)>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        let pairs = |table: &Table| table.entries.len();
        pairs(self) == pairs(other)
            && self.entries.iter().all(|(key, node)| other.get(&key.name) == Some(node))
    }
}

impl Table {
    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The key and value of `name`.
    pub fn get_entry(&self, name: &str) -> Option<&(Key, Node)> {
        self.entries.iter().find(|(key, _)| key.name == name)
    }

    /// The value of `name`, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// Takes `name` out.
    pub fn remove(&mut self, name: &str) -> Option<(Key, Node)> {
        let at = self.entries.iter().position(|(key, _)| key.name == name)?;
        Some(self.entries.remove(at))
    }

    /// Adds a pair at the end; the caller has made sure that the key is free.
    pub fn push(&mut self, name: impl Into<String>, span: Span, value: Value) {
        self.entries.push((Key { name: name.into(), span }, Node { value, span }));
    }

    /// The table under `name`, made if it is missing; `None` if something else stands there.
    pub fn child(&mut self, name: &str, span: Span) -> Option<&mut Table> {
        if self.get(name).is_none() {
            self.push(name, span, Value::Table(Table::default()));
        }
        match &mut self.get_mut(name)?.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

impl Value {
    /// An array of strings.
    pub fn strings<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Value {
        let item = |item: S| Node { value: Value::String(item.into()), span: Span::NOWHERE };
        Value::Array(items.into_iter().map(item).collect())
    }

    /// What a string, a number or a boolean says, as text.
    pub fn plain(&self) -> Option<String> {
        match self {
            Value::String(text) | Value::Float(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Boolean(value) => Some(value.to_string()),
            Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
        }
    }
}

impl Node {
    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What a person calls this sort of value.
    pub fn sort(&self) -> &'static str {
        match self.value {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Boolean(_) => "a boolean",
            Value::Datetime(_) => "a datetime",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }

    pub(super) fn from_toml(file: usize, value: &DeValue<'_>, range: std::ops::Range<usize>) -> Node {
        let span = Span::new(file, range);
        let value = match value {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => {
                let digits = number.as_str();
                match i64::from_str_radix(digits, number.radix()) {
                    Ok(value) => Value::Integer(value),
                    Err(_) => Value::Float(digits.to_string()),
                }
            }
            DeValue::Float(number) => Value::Float(number.as_str().to_string()),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(value) => Value::Datetime(value.to_string()),
            DeValue::Array(items) => {
                let items = items.iter();
                Value::Array(items.map(|item| Node::from_toml(file, item.get_ref(), item.span())).collect())
            }
            DeValue::Table(table) => Value::Table(Table::from_toml(file, table)),
        };
        Node { value, span }
    }
}

impl Table {
    pub(super) fn from_toml(file: usize, table: &DeTable<'_>) -> Table {
        let entries = table.iter().map(|(key, value)| {
            let key_span = Span::new(file, key.span());
            let key = Key { name: key.get_ref().to_string(), span: key_span };
            (key, Node::from_toml(file, value.get_ref(), value.span()))
        });
        Table { entries: entries.collect() }
    }
}
