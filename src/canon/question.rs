//! One question to the server: does this mean that?

use crate::adopt::Renames;
use crate::error::Error;
use crate::kind::{Context, Registry, Terms};
use crate::model::{Address, Model, Observed};
use crate::session::server_error;
use crate::sql::{Fragment, ident, sql_of};
use crate::state::{Remembered, digest};
use crate::trust::{Code, Meaning, words};
use std::collections::HashMap;

/// A desired and an observed fragment at one address and attribute, spelled differently.
#[derive(Debug, Clone)]
pub struct Question {
    pub address: Address,
    pub attribute: String,
    pub desired: String,
    pub observed: String,
    pub context: Context,
    /// The context of the observed fragment.
    pub there: Context,
    /// What gives the text its meaning: the types of the columns over which it is read, what it may call, what it reads.
    pub meaning: String,
}

impl Question {
    /// The error where the server could not read it, which says nothing about what it means.
    pub fn unanswered(&self, error: &postgres::Error) -> Error {
        server_error(
            format!("cannot compare {} of {}; nothing was executed", self.attribute, self.address),
            error,
        )
    }
}

/// Every pair of fragments whose texts differ.
pub fn collect(
    desired: &mut Model,
    observed: &mut Observed,
    terms: &Terms<'_>,
    meaning: &Meaning,
) -> Vec<Question> {
    let mut questions = Vec::new();
    for entry in desired.iter_mut().filter(|entry| !entry.absent) {
        let Some(kind) = terms.registry.get(entry.address.kind) else { continue };
        let Some(there) = observed.model.get_mut(&entry.address) else { continue };
        let mut texts: HashMap<String, (String, Context)> = HashMap::new();
        kind.fragments(&entry.address, &mut *there.body, &mut |attribute, fragment, context| {
            texts.insert(attribute.to_string(), (fragment.text().to_string(), context));
        });
        kind.fragments(&entry.address, &mut *entry.body, &mut |attribute, fragment, context| {
            let Some((text, there)) = texts.get(attribute) else { return };
            if text == fragment.text() || context.is_text() {
                return;
            }
            // All facts of an index are in its SQL too; those of a query are not.
            let of_index = matches!(context, Context::Index { .. } | Context::Exclusion { .. });
            if of_index && sql_of(text) == fragment.text() {
                fragment.settle(text);
            } else {
                questions.push(Question {
                    address: entry.address.clone(),
                    attribute: attribute.to_string(),
                    desired: fragment.text().to_string(),
                    observed: text.clone(),
                    context,
                    there: there.clone(),
                    meaning: String::new(),
                });
            }
        });
    }
    let types = if questions.is_empty() { HashMap::new() } else { types(&observed.model, terms.registry) };
    for question in &mut questions {
        let of = question.there.table().and_then(|table| types.get(table));
        let read = if question.reads_relations() { &meaning.read } else { "" };
        let types = of.map_or("", String::as_str);
        question.meaning = format!("{types}\n{}\n{read}\n{}", meaning.called, terms.search_path);
    }
    questions
}

/// By table, the types of its columns.
fn types(model: &Model, registry: &Registry) -> HashMap<Address, String> {
    let mut types: HashMap<Address, String> = HashMap::new();
    for entry in model.iter() {
        let (Some(table), Some(kind)) = (&entry.parent, registry.get(entry.address.kind)) else { continue };
        if let Some(data_type) = kind.attribute(&*entry.body, "type") {
            let list = types.entry(table.clone()).or_default();
            list.push_str(&format!("{} {data_type}\n", entry.address.name()));
        }
    }
    types
}

/// Every fragment of a model beside itself.
pub fn every(model: &mut Model, registry: &Registry) -> Vec<Question> {
    let mut questions = Vec::new();
    for entry in model.iter_mut() {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        kind.fragments(&entry.address, &mut *entry.body, &mut |attribute, fragment, context| {
            questions.push(Question {
                address: entry.address.clone(),
                attribute: attribute.to_string(),
                desired: fragment.text().to_string(),
                observed: fragment.text().to_string(),
                there: context.clone(),
                context,
                meaning: String::new(),
            });
        });
    }
    questions
}

/// Whether two spellings of the server mean the same: they are the same, but for words that the manual declares
/// equivalent (9.9.5: `now()` and `transaction_timestamp()` are CURRENT_TIMESTAMP), which the server keeps apart.
pub fn same(one: &str, two: &str) -> bool {
    one == two || with_one_word_for_now(one) == with_one_word_for_now(two)
}

/// The text with CURRENT_TIMESTAMP for its equivalents, outside of literals and quoted names.
fn with_one_word_for_now(text: &str) -> String {
    let plain = |part: &str| {
        part.replace("transaction_timestamp()", "CURRENT_TIMESTAMP").replace("now()", "CURRENT_TIMESTAMP")
    };
    let mut quote = None;
    let mut begun = 0;
    let mut result = String::new();
    for (at, char) in text.char_indices() {
        match quote {
            None if matches!(char, '\'' | '"') => {
                result.push_str(&plain(&text[begun..at]));
                (quote, begun) = (Some(char), at);
            }
            Some(open) if open == char => {
                result.push_str(&text[begun..=at]);
                (quote, begun) = (None, at + 1);
            }
            _ => {}
        }
    }
    result.push_str(&plain(&text[begun..]));
    result
}

/// Words of what EXPLAIN does not show, or may evaluate: of a subquery the planner estimates conditions and limits, for which
/// it calls stable functions too (`estimate_expression_value` in the server's source).
const UNEXPLAINED: [&str; 5] = ["collate", "select", "exists", "values", "table"];

impl Question {
    /// Tells the desired fragment how the server spells it.
    pub fn settle(&self, desired: &mut Model, registry: &Registry, spelling: &str) {
        let Some(entry) = desired.get_mut(&self.address) else { return };
        if let Some(kind) = registry.get(self.address.kind) {
            kind.fragments(&self.address, &mut *entry.body, &mut |attribute, fragment, _| {
                if attribute == self.attribute {
                    fragment.settle(spelling);
                }
            });
        }
    }

    /// Puts another text in the place of the fragment.
    pub fn retell(&self, model: &mut Model, registry: &Registry, text: &str) {
        let Some(entry) = model.get_mut(&self.address) else { return };
        if let Some(kind) = registry.get(self.address.kind) {
            kind.fragments(&self.address, &mut *entry.body, &mut |attribute, fragment, _| {
                if attribute == self.attribute {
                    *fragment = Fragment::plain(text);
                }
            });
        }
    }

    /// In what context the server can be asked for the observed fragment as long as nothing is renamed.
    pub fn context_there(
        &self,
        observed: &mut Observed,
        renames: &Renames,
        registry: &Registry,
    ) -> Option<Context> {
        let entry = observed.model.get_mut(&self.address)?;
        let at = renames.in_database(&self.address, registry);
        let mut found = None;
        registry.get(at.kind)?.fragments(&at, &mut *entry.body, &mut |attribute, _, context| {
            if attribute == self.attribute {
                found = Some(context);
            }
        });
        found
    }

    /// What a later run may remember of a pair that is the same.
    pub fn remembered(&self) -> Remembered {
        Remembered {
            address: self.address.to_string(),
            attribute: self.attribute.clone(),
            desired: digest(&format!("{:?}\n{}", self.context, self.desired)),
            observed: digest(&format!("{}\n{}", self.meaning, self.observed)),
        }
    }

    /// Whether it is about a type.
    pub fn is_type(&self) -> bool {
        self.context == Context::Type
    }

    /// Whether the server prints all of it anew, as something that it can read again.
    pub fn is_whole(&self) -> bool {
        matches!(self.context, Context::Index { .. } | Context::Exclusion { .. } | Context::Query { .. })
    }

    /// Whether it is asked of the data before anything else is known of it: a query that a person wrote.
    pub fn is_asked_of_the_data(&self) -> bool {
        matches!(self.context, Context::Question { .. })
    }

    /// Whether it may read other relations than its own table.
    fn reads_relations(&self) -> bool {
        let reads = |text: &str| text.to_lowercase().contains("select");
        matches!(self.context, Context::Query { .. } | Context::Part { .. })
            || reads(&self.desired)
            || reads(&self.observed)
    }

    /// Whether EXPLAIN shows all of it: no collation, no subquery, no call in whose place it shows a result or a body.
    pub fn can_be_explained(&self, code: &Code) -> bool {
        if matches!(
            self.context,
            Context::Index { .. }
                | Context::Exclusion { .. }
                | Context::PartitionKey { .. }
                | Context::Bounds { .. }
                | Context::Query { .. }
                | Context::Question { .. }
                | Context::Piece
                | Context::Body { .. }
                | Context::Statement
                | Context::Part { .. }
                | Context::Name { .. }
        ) {
            return false;
        }
        let (one, two) = (words(&self.desired), words(&self.observed));
        if UNEXPLAINED.iter().any(|word| one.contains(*word) || two.contains(*word)) {
            return false;
        }
        self.is_type() || !code.may_hide_calls(&self.desired) && !code.may_hide_calls(&self.observed)
    }

    /// Both fragments as items of a SELECT.
    pub fn select_items(&self) -> String {
        let (one, two) = (&self.desired, &self.observed);
        match &self.context {
            Context::Type => format!("NULL::{one}, NULL::{two}"),
            Context::Value { of } => format!("({one})::{of}, ({two})::{of}"),
            _ => format!("({one}), ({two})"),
        }
    }
}

/// The type in `NULL::type`, which is how a plan shows the items of a question about types.
pub fn type_of_null(item: &str) -> &str {
    item.strip_prefix("NULL::").unwrap_or(item)
}

/// ` FROM …` for a context, where the database calls each table what `relation` gives.
pub fn from_clause(context: &Context, relation: &dyn Fn(&Address) -> String) -> String {
    match context {
        Context::Row { table } => format!(" FROM {} {}", relation(table), ident(table.name())),
        // Of two rows, so that the planner does not take NULL for the value.
        Context::Domain { base } => format!(" FROM (VALUES (NULL::{base}), (NULL)) s(value)"),
        Context::Trigger { table } => format!(" FROM {0} old, {0} new", relation(table)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn words_for_now_are_one_outside_of_quotes() {
        assert!(same("now()", "CURRENT_TIMESTAMP"));
        assert!(same("(transaction_timestamp() + '1 day'::interval)", "(now() + '1 day'::interval)"));
        assert!(!same("'now()'::text", "'CURRENT_TIMESTAMP'::text"));
        assert!(!same("clock_timestamp()", "now()"));
        assert!(!same("snow()", "sCURRENT_TIMESTAMP()"));
    }
}
