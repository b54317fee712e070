//! Rows in a file of their own, beside the schema file: CSV under a line of column names, or a JSON object on each line.

use super::{Key, Node, Problems, Span, Table, Value};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::path::Path;

/// A key whose value is the path of a file of rows.
#[derive(Debug, Clone, Copy)]
pub struct RowsKey {
    /// The key of the table that it stands in.
    pub inside: &'static str,
    /// The key.
    pub name: &'static str,
}

/// How a file of rows is read: its path, what it is written in, and where that is said.
type Read<'a> = dyn FnMut(&Path, Format, Span, &mut Problems) -> Vec<Node> + 'a;

/// Puts the rows themselves, an array of tables, in the place of each path that `table` has under one of `keys`, at any
/// depth. Where they cannot be read the path stays.
pub fn fill(table: &mut Table, keys: &[RowsKey], problems: &mut Problems, read: &mut Read<'_>) {
    for (key, node) in &mut table.entries {
        let Value::Table(inner) = &mut node.value else { continue };
        for rows in keys.iter().filter(|rows| rows.inside == key.name) {
            if let Some(path) = inner.get_mut(rows.name) {
                fill_one(path, rows, problems, read);
            }
        }
        fill(inner, keys, problems, read);
    }
}

fn fill_one(node: &mut Node, key: &RowsKey, problems: &mut Problems, read: &mut Read<'_>) {
    let Value::String(path) = &node.value else {
        problems.add(node.span, format!("`{}` wants the path of a file, not {}", key.name, node.sort()));
        return;
    };
    match Format::of(path) {
        Some(format) => node.value = Value::Array(read(Path::new(path), format, node.span, problems)),
        None => problems.add_with_hint(
            node.span,
            format!("the name of `{path}` does not say what it is written in"),
            "a file of rows ends in `.csv` or `.jsonl`",
        ),
    }
}

/// What a file of rows is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// JSON lines.
    JsonLines,
}

impl Format {
    /// What the end of a file's name says.
    pub fn of(name: &str) -> Option<Format> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            _ => None,
        }
    }

    /// The rows in `text`, of file number `file`, as an array of tables would give them. What is no row is a problem.
    pub fn read(self, file: usize, text: &str, problems: &mut Problems) -> Vec<Node> {
        match self {
            Format::Csv => Csv { file, text, names: Vec::new() }.rows(problems),
            Format::JsonLines => json_lines(file, text, problems),
        }
    }
}

struct Csv<'a> {
    file: usize,
    text: &'a str,
    names: Vec<Key>,
}

impl Csv<'_> {
    fn rows(mut self, problems: &mut Problems) -> Vec<Node> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        let skipped = self.text.len() - text.len();
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        let mut rows = Vec::new();
        loop {
            let start = skipped + usize::try_from(reader.position().byte()).unwrap_or_default();
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    problems.add(self.span(start, self.text.len()), format!("this is no CSV: {error}"));
                    break;
                }
            }
            let end = skipped + usize::try_from(reader.position().byte()).unwrap_or_default();
            let span = self.span(start, end);
            // The reader takes what a quote begins up to the end of the file, and says nothing.
            if self.text[start..end].matches('"').count() % 2 == 1 {
                problems.add_with_hint(
                    span,
                    "a quote that nothing closes",
                    "a value with a quote, a comma or a line break in it stands in quotes, and each quote in it twice",
                );
                return rows;
            }
            if self.names.is_empty() {
                self.take_names(&record, span, problems);
            } else if record.len() == self.names.len() {
                rows.push(self.row(&record, span));
            } else {
                let (wanted, found) = (self.names.len(), record.len());
                problems.add(span, format!("a row of {found} values under {wanted} names of columns"));
            }
        }
        if self.names.is_empty() {
            problems
                .add(self.span(0, 0), "the first line of a CSV file names the columns; this file is empty");
        }
        rows
    }

    /// The record that is written there, without the lines before and after it.
    fn span(&self, start: usize, end: usize) -> Span {
        let written = self.text.get(start..end).unwrap_or_default();
        let start = start + written.len() - written.trim_start_matches(['\r', '\n']).len();
        Span::new(self.file, start..(start + written.trim_matches(['\r', '\n']).len()))
    }

    fn take_names(&mut self, record: &csv::StringRecord, span: Span, problems: &mut Problems) {
        let (mut from, end) = (span.start as usize, span.end as usize);
        for name in record {
            // As it is written, but for doubled quotes, which no reader of a name would look for.
            let at = self.text.get(from..end).and_then(|rest| rest.find(name));
            let span = at.map_or(span, |at| Span::new(self.file, from + at..from + at + name.len()));
            from = at.map_or(from, |at| from + at + name.len());
            if name.is_empty() {
                problems.add(span, "a column without a name");
            } else if self.names.iter().any(|other| other.name == name) {
                problems.add(span, format!("the column `{name}` is named twice"));
            }
            self.names.push(Key { name: name.to_string(), span });
        }
    }

    /// What is empty is left out.
    fn row(&self, record: &csv::StringRecord, span: Span) -> Node {
        let cells = self.names.iter().zip(record).filter(|(_, value)| !value.is_empty());
        let cells = cells.map(|(key, value)| (key.clone(), Node::at(span, Value::String(value.to_string()))));
        Node::at(span, Value::Table(Table { entries: cells.collect() }))
    }
}

fn json_lines(file: usize, text: &str, problems: &mut Problems) -> Vec<Node> {
    let mut rows = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let written = line.trim();
        let from = start + line.len() - line.trim_start().len();
        let span = Span::new(file, from..(from + written.len()));
        start += line.len();
        if written.is_empty() {
            continue;
        }
        match serde_json::from_str::<Object<'_>>(written) {
            Ok(object) => rows.push(object.row(span, problems)),
            Err(error) => {
                let at = from + error.column().saturating_sub(1).min(written.len());
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                problems.add_with_hint(
                    Span::new(file, at..from + written.len()),
                    format!("this is no row: {message}"),
                    "each line is one JSON object: the values by the names of their columns",
                );
            }
        }
    }
    rows
}

/// A JSON object with its values as they are written: a number may have more digits than any type of ours.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Deserialize<'a> for Object<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Object<'a>, D::Error> {
        struct Entries;
        impl<'a> Visitor<'a> for Entries {
            type Value = Object<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Object<'a>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl Object<'_> {
    fn row(self, span: Span, problems: &mut Problems) -> Node {
        let mut row = Table::default();
        for (name, value) in self.0 {
            match row.get(&name) {
                Some(_) => problems.add(span, format!("`{name}` is given twice")),
                None => row.push(name, span, read(value.get(), span)),
            }
        }
        Node::at(span, Value::Table(row))
    }
}

/// Arrays and objects are values of a type that reads JSON, or arrays; they stay text, in which `null` has its place.
fn read(written: &str, span: Span) -> Value {
    match written.as_bytes().first() {
        Some(b'"') => Value::String(serde_json::from_str(written).unwrap_or_default()),
        Some(b'n') => {
            let mut null = Table::default();
            null.push("sql", span, Value::String("NULL".to_string()));
            Value::Table(null)
        }
        Some(b't' | b'f') => Value::Boolean(written == "true"),
        Some(b'[' | b'{') => Value::String(written.to_string()),
        _ => Value::Float(written.to_string()),
    }
}
