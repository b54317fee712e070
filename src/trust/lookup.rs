//! What belongs to strangers by its names, so that a text costs what it is long and not what there is of theirs.

use super::names::{cuts, is_word, operators_in, words};
use super::{Named, Sort};
use std::collections::BTreeMap;

/// Objects of strangers by their names.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookup {
    /// By the word that the name is, in small letters; by nothing where it is more than a word, and so stands in quotes.
    by_word: BTreeMap<Option<String>, Vec<Named>>,
    operators: BTreeMap<String, Vec<Named>>,
    /// One of each schema that a bare name finds, and any other.
    of_schemas: BTreeMap<(String, bool), Named>,
}

impl Lookup {
    pub(super) fn insert(&mut self, named: Named) {
        self.of_schemas.entry((named.schema.clone(), named.is_found)).or_insert_with(|| named.clone());
        let list = match named.sort {
            Sort::Operator => self.operators.entry(named.name.clone()).or_default(),
            _ => {
                let word = is_word(&named.name).then(|| named.name.to_lowercase());
                self.by_word.entry(word).or_default()
            }
        };
        list.push(named);
    }

    /// A relation with these names.
    pub(super) fn insert_relation(&mut self, names: &[String], stranger: &str) {
        let [schema, name] = names else { return };
        let (schema, name, stranger) = (schema.clone(), name.clone(), stranger.to_string());
        let sort = Sort::Relation;
        self.insert(Named { sort, schema, name, stranger, is_found: true, is_attribute: false });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of_schemas.is_empty()
    }

    /// Whatever a text may name, and more.
    pub(super) fn named_in<'l>(&'l self, text: &str) -> Box<dyn Iterator<Item = &'l Named> + 'l> {
        // A name that is written by the numbers of its characters may be any.
        let by_word: Box<dyn Iterator<Item = &'l Named>> = if text.to_lowercase().contains("u&") {
            Box::new(self.by_word.values().flatten())
        } else {
            let mut found: Vec<&Vec<Named>> = Vec::new();
            for word in words(text) {
                found.extend(cuts(&word).filter_map(|word| self.by_word.get(&Some(word.to_string()))));
            }
            found.extend(self.by_word.get(&None).filter(|_| text.contains(['"', '\''])));
            Box::new(found.into_iter().flatten())
        };
        if self.operators.is_empty() {
            return by_word;
        }
        let operators: Vec<&Vec<Named>> = match operators_in(text) {
            Some(signs) => signs.iter().filter_map(|sign| self.operators.get(*sign)).collect(),
            None => self.operators.values().collect(),
        };
        Box::new(by_word.chain(operators.into_iter().flatten()))
    }

    /// One object of each schema that a bare name finds there, and one that it does not.
    pub(super) fn one_of_each_schema(&self) -> impl Iterator<Item = &Named> {
        self.of_schemas.values()
    }
}
