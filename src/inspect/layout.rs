//! A TOML tree as text that a person would have written: sections for what is large, one line for what is small.

use crate::model::is_obeyed;
use crate::source::{Key, Node, Table, Value};
use toml_writer::{ToTomlKey as _, TomlKeyBuilder, TomlStringBuilder};

/// The longest line that an object may take before it becomes a section of its own, in characters.
const WIDTH: usize = 100;

/// What the layout must know of the tree.
pub struct Layout<'a> {
    /// Keys of tables whose entries have an order, so that each is one line: later sections would come last.
    pub ordered: &'a [&'a str],
    /// Keys whose tables hold further objects.
    pub collections: &'a [&'a str],
}

/// The tree as TOML.
pub fn text(root: &Table, layout: &Layout<'_>) -> String {
    let mut out = String::new();
    let plain: Vec<&(Key, Node)> = root.entries.iter().filter(|(_, node)| !is_section(&node.value)).collect();
    lines(&mut out, &plain, false);
    for (key, node) in root.entries.iter().filter(|(_, node)| is_section(&node.value)) {
        match &node.value {
            Value::Array(items) => {
                for item in items {
                    blank(&mut out);
                    out.push_str(&format!("[[{}]]\n", quoted(&key.name)));
                    let entries: Vec<&(Key, Node)> =
                        item.as_table().into_iter().flat_map(|table| &table.entries).collect();
                    lines(&mut out, &entries, false);
                }
            }
            Value::Table(table) => layout.section(&mut out, &[&key.name], table),
            _ => {}
        }
    }
    out
}

/// Whether a value at the top level stands in sections.
fn is_section(value: &Value) -> bool {
    match value {
        Value::Table(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(|item| item.as_table().is_some()),
        _ => false,
    }
}

impl Layout<'_> {
    /// A table with a header of its own: first what fits on a line each, then the sections below it.
    fn section(&self, out: &mut String, path: &[&str], table: &Table) {
        let ordered = path.last().is_some_and(|last| self.ordered.contains(last));
        let below = |(key, node): &&(Key, Node)| !ordered && self.is_large(&key.name, node);
        let short: Vec<&(Key, Node)> = table.entries.iter().filter(|entry| !below(entry)).collect();
        if !short.is_empty() || table.entries.is_empty() {
            blank(out);
            let path: Vec<String> = path.iter().map(|key| quoted(key)).collect();
            out.push_str(&format!("[{}]\n", path.join(".")));
            lines(out, &short, ordered);
        }
        for (key, node) in table.entries.iter().filter(below) {
            if let Value::Table(inner) = &node.value {
                let path: Vec<&str> = path.iter().copied().chain([key.name.as_str()]).collect();
                self.section(out, &path, inner);
            }
        }
    }

    /// Whether a table gets a section of its own: it holds objects, or does not fit on a line.
    fn is_large(&self, key: &str, node: &Node) -> bool {
        let Value::Table(table) = &node.value else { return false };
        if self.collections.contains(&key)
            || table.entries.iter().any(|(key, _)| self.collections.contains(&key.name.as_str()))
        {
            return true;
        }
        let line = format!("{} = {}", quoted(key), value(&node.value));
        !table.entries.is_empty() && (line.contains('\n') || line.chars().count() > WIDTH)
    }
}

fn blank(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}

fn lines(out: &mut String, entries: &[&(Key, Node)], aligned: bool) {
    let width =
        if aligned { entries.iter().map(|(key, _)| quoted(&key.name).chars().count()).max() } else { None };
    for (key, node) in entries {
        let key = quoted(&key.name);
        let gap = width.unwrap_or_default().saturating_sub(key.chars().count());
        out.push_str(&format!("{key}{} = {}\n", " ".repeat(gap), value(&node.value)));
    }
}

fn quoted(key: &str) -> String {
    if has_obeyed(key) {
        return escaped(&rendered(&TomlStringBuilder::new(key).as_basic()));
    }
    let builder = TomlKeyBuilder::new(key);
    let text = builder.as_unquoted().or_else(|| builder.as_basic_pretty());
    text.unwrap_or_else(|| builder.as_default()).to_toml_key()
}

fn rendered(item: &impl toml_writer::ToTomlValue) -> String {
    item.to_toml_value()
}

/// A value on one line, but for strings of several lines.
fn value(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(text) | Value::Datetime(text) => text.clone(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| self::value(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) if table.entries.is_empty() => "{}".to_string(),
        Value::Table(table) => {
            let pair =
                |(key, node): &(Key, Node)| format!("{} = {}", quoted(&key.name), self::value(&node.value));
            let pairs: Vec<String> = table.entries.iter().map(pair).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

fn string(text: &str) -> String {
    let builder = TomlStringBuilder::new(text);
    // A parser may read the end of a line of another system as its own, so such text is escaped; so is what a terminal
    // would obey.
    if has_obeyed(text) {
        return escaped(&rendered(&builder.as_basic()));
    }
    if text.contains('\n') {
        if !text.contains("'''") && !text.ends_with('\'') {
            return format!("'''\n{text}'''");
        }
        return rendered(&builder.as_ml_basic());
    }
    rendered(&builder.as_basic_pretty().unwrap_or_else(|| builder.as_default()))
}

fn has_obeyed(text: &str) -> bool {
    text.chars().any(|char| is_obeyed(char) && !matches!(char, '\n' | '\t'))
}

/// A quoted text with what is left in it of such characters escaped.
fn escaped(quoted: &str) -> String {
    quoted.chars().fold(String::with_capacity(quoted.len()), |mut out, char| {
        match is_obeyed(char) {
            true if u32::from(char) > 0xffff => out.push_str(&format!("\\U{:08X}", u32::from(char))),
            true => out.push_str(&format!("\\u{:04X}", u32::from(char))),
            false => out.push(char),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::reload;

    #[test]
    fn whatever_is_written_is_read_back() {
        let texts = [
            "",
            "plain",
            "it's",
            "\"quoted\"",
            "back\\slash",
            "two\nlines",
            "\nbegins",
            "ends\n",
            "'''",
            "a'''\nb",
            "tab\tand\nnul\u{1}",
            "crlf\r\nhere",
            "ends with '\n'",
            "ünïcode\nß",
            "\"\"\"\n\"\"\"",
            "\u{7f}\n",
            "bidi\u{202e}\u{9b}",
            "bidi\u{202e}\nin lines'''",
            "a\n\\",
            "tag\u{e0041}\u{ad}",
            "tag\u{e0041}\nin lines'''",
        ];
        for text in texts {
            let written = format!("{} = {}\n", quoted(text), string(text));
            let (_, table) = reload(&written, "test", &[]).expect("it is TOML");
            assert_eq!(table.entries[0].0.name, text, "{written}");
            assert_eq!(table.entries[0].1.as_str(), Some(text), "{written}");
        }
    }
}
