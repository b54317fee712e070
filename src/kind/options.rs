//! Named parameters, as in `WITH (fillfactor = 70)`: what the file says is set; what it does not say is drift.

use super::{Cx, IndexDefinition};
use crate::delta::{Alteration, Change, Show};
use crate::source::{Reader, Value};
use crate::sql::{ident, literal};
use crate::statement::Step;
use std::collections::BTreeMap;

/// Parameters by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(BTreeMap<String, String>);

impl Options {
    /// The parameters under `key`, each a string, a number or a boolean.
    pub fn read(reader: &mut Reader<'_, '_>, key: &str) -> Options {
        let mut options = Options::default();
        for (name, node) in reader.table(key).iter().flat_map(|table| &table.entries) {
            match node.value.plain() {
                Some(text) => _ = options.0.insert(name.name.clone(), text),
                None => reader.problems().add(
                    node.span,
                    format!("`{}` wants a string, a number or a boolean, not {}", name.name, node.sort()),
                ),
            }
        }
        options
    }

    /// The parameters as the catalog keeps them: `name=value`.
    pub fn observed(list: Vec<String>) -> Options {
        let pairs = list.into_iter().map(|item| match item.split_once('=') {
            Some((name, value)) => (name.to_string(), value.to_string()),
            None => (item, "true".to_string()),
        });
        Options(pairs.collect())
    }

    /// ` WITH (…)`, or nothing.
    pub fn clause(&self) -> String {
        if self.0.is_empty() { String::new() } else { format!(" WITH ({})", self.list()) }
    }

    /// `name = value, …`.
    pub fn list(&self) -> String {
        let one = |(name, value): (&String, &String)| format!("{} = {}", quoted(name), literal(value));
        self.0.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// Those whose name is as wanted.
    #[must_use]
    pub fn part(&self, wanted: impl Fn(&str) -> bool) -> Options {
        let pairs = self.0.iter().filter(|(name, _)| wanted(name));
        Options(pairs.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// ` OPTIONS (…)`, as foreign objects take them, or nothing.
    pub fn foreign(&self) -> String {
        let list: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{} {}", ident(name), literal(value))).collect();
        if list.is_empty() { String::new() } else { format!(" OPTIONS ({})", list.join(", ")) }
    }

    /// What makes the options of a foreign object these, and no others.
    pub fn foreign_change(&self, observed: &Options) -> Option<String> {
        let changed = self.0.iter().filter(|(name, value)| observed.0.get(*name) != Some(value));
        let changed = changed.map(|(name, value)| {
            let verb = if observed.0.contains_key(name) { "SET" } else { "ADD" };
            format!("{verb} {} {}", ident(name), literal(value))
        });
        let gone = observed.0.keys().filter(|name| !self.0.contains_key(*name));
        let list: Vec<String> = changed.chain(gone.map(|name| format!("DROP {}", ident(name)))).collect();
        (!list.is_empty()).then(|| format!(" OPTIONS ({})", list.join(", ")))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each parameter as a TOML value.
    pub fn values(&self) -> impl Iterator<Item = (&String, Value)> {
        self.0.iter().map(|(name, text)| {
            let value = match text.as_str() {
                "true" => Value::Boolean(true),
                "false" => Value::Boolean(false),
                // As text it may be another: `007`.
                text => match text.parse::<i64>() {
                    Ok(number) if number.to_string() == text => Value::Integer(number),
                    _ => Value::String(text.to_string()),
                },
            };
            (name, value)
        })
    }

    /// Whether `observed` has all of them.
    pub fn are_in(&self, observed: &Options) -> bool {
        self.0.iter().all(|(name, value)| observed.0.get(name).is_some_and(|there| same(there, value)))
    }

    /// Those of `observed` that these do not say.
    fn beyond(&self, observed: &Options) -> Options {
        let beyond = observed.0.iter().filter(|(name, _)| !self.0.contains_key(*name));
        Options(beyond.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// Takes over those of an index that are observed and not said, where both have the same access method.
    pub fn keep_of(&mut self, observed: &Options, definitions: [&IndexDefinition; 2], cx: &Cx<'_>) {
        let [one, other] = definitions;
        if one.is_like(other) {
            self.keep(observed, cx);
        }
    }

    /// Takes over those that are observed and not said.
    pub fn keep(&mut self, observed: &Options, cx: &Cx<'_>) {
        for (name, value) in observed.0.iter().filter(|_| !cx.prunes()) {
            self.0.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Compares with what is observed of an object whose parameters nothing can alter: it is replaced.
    pub fn compare_fixed(
        &self,
        attribute: &'static str,
        observed: &Options,
        cx: &Cx<'_>,
        out: &mut Alteration,
    ) {
        let beyond = self.beyond(observed);
        if !self.are_in(observed) || cx.prunes() && !beyond.is_empty() {
            out.replaced(attribute, observed, self);
        } else if !beyond.is_empty() {
            out.drift(Change { attribute, from: beyond.show(), to: None });
        }
    }

    /// Compares with what is observed; `alter` makes the steps of `SET (…)` and `RESET (…)`.
    pub fn compare(
        &self,
        attribute: &'static str,
        observed: &Options,
        cx: &Cx<'_>,
        out: &mut Alteration,
        alter: &dyn Fn(String) -> Vec<Step>,
    ) {
        let wrong = |(name, value): &(&String, &String)| {
            !observed.0.get(*name).is_some_and(|there| same(there, value))
        };
        let wanted = self.0.iter().filter(wrong).map(|(name, value)| (name.clone(), value.clone()));
        let wanted = Options(wanted.collect());
        if !wanted.is_empty() {
            let there = observed.0.iter().filter(|(name, _)| wanted.0.contains_key(*name));
            let there = Options(there.map(|(name, value)| (name.clone(), value.clone())).collect());
            let change = Change { attribute, from: there.show(), to: wanted.show() };
            out.note(change, alter(format!("SET ({})", wanted.list())));
        }
        let beyond = self.beyond(observed);
        if beyond.is_empty() {
            return;
        }
        let change = Change { attribute, from: beyond.show(), to: None };
        let names: Vec<String> = beyond.0.keys().map(|name| quoted(name)).collect();
        out.beyond(cx.prunes(), change, || alter(format!("RESET ({})", names.join(", "))));
    }
}

impl Show for Options {
    fn show(&self) -> Option<String> {
        let pairs = self.0.iter().map(|(name, value)| format!("{name} = {value}"));
        Some(pairs.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
    }
}

/// A name, with its namespace if it has one: `toast.autovacuum_enabled`.
fn quoted(name: &str) -> String {
    name.split('.').map(ident).collect::<Vec<_>>().join(".")
}

/// What a switch means. The server keeps what was written, and takes any beginning of a word.
pub fn switch(text: &str) -> Option<bool> {
    let text = text.to_lowercase();
    let begins = |words: [&str; 2]| words.into_iter().any(|word| word.starts_with(&text));
    match text.as_str() {
        "" | "o" => None,
        "1" | "on" => Some(true),
        "0" => Some(false),
        _ if begins(["true", "yes"]) => Some(true),
        _ if begins(["false", "no"]) || "off".starts_with(&text) => Some(false),
        _ => None,
    }
}

/// Whether two values say the same: numbers by their value, switches by what they mean.
fn same(one: &str, two: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let equal = |one: Option<f64>, two: Option<f64>| one.is_some() && one == two;
    one.eq_ignore_ascii_case(two)
        || switch(one).is_some() && switch(one) == switch(two)
        || equal(number(one), number(two))
}
