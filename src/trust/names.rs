//! The names that may stand in a text of SQL. It may have some that do not: no SQL is taken apart here.

use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

/// Whether a bare name may have the character in it: letters, digits, underscores, dollars, and all that is not ASCII
/// (manual, 4.1.1; `ident_cont` in the server's scanner).
fn is_of_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '$') || !char.is_ascii()
}

/// Whether a name may stand bare in a text.
pub(super) fn is_word(name: &str) -> bool {
    name.chars().all(is_of_word)
}

/// The words of a text, in small letters. A dollar may be part of one, or quote what follows: so both are words.
pub fn words(text: &str) -> HashSet<String> {
    let whole = text.split(|char: char| !is_of_word(char));
    let parts = text.split(|char: char| !is_of_word(char) || char == '$');
    whole.chain(parts).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Words of SQL for which the server takes operators, which it looks for along the path like all others (`gram.y`,
/// `parse_expr.c` and `parse_clause.c` in its source). Other syntax stands for what is in `pg_catalog`, or goes by the
/// operator class of a type.
const OPERATORS_OF_WORDS: &[(&str, &[&str])] = &[
    ("like", &["~~", "!~~"]),
    ("ilike", &["~~*", "!~~*"]),
    ("similar", &["~", "!~"]),
    ("between", &["<", "<=", ">", ">="]),
    ("in", &["=", "<>"]),
    ("case", &["="]),
    ("nullif", &["="]),
    ("distinct", &["="]),
    // Of `USING` and `NATURAL`; the former stands in definitions of indexes too.
    ("join", &["="]),
];

/// The names that may stand in a text of SQL. It may have some that do not: no SQL is taken apart here.
pub(super) struct Names<'t> {
    text: &'t str,
    words: BTreeSet<String>,
    /// What stands in quotes as names do, where that can be told.
    quoted: Option<BTreeSet<String>>,
}

impl Names<'_> {
    pub(super) fn of(text: &str) -> Names<'_> {
        let (mut quoted, mut bare) = (BTreeSet::new(), String::new());
        let mut rest = text;
        let mut is_plain = true;
        while let Some(at) = rest.find(['\'', '"']) {
            let quote = &rest[at..=at];
            let before = &rest[..at];
            is_plain &= !is_odd(before, quote, &rest[at + 1..]);
            bare.push_str(before);
            bare.push(' ');
            rest = &rest[at + 1..];
            let mut inside = String::new();
            while let Some(end) = rest.find(quote) {
                inside.push_str(&rest[..end]);
                rest = &rest[end + 1..];
                let Some(doubled) = rest.strip_prefix(quote) else { break };
                inside.push_str(quote);
                rest = doubled;
            }
            if quote == "\"" {
                quoted.insert(inside);
            }
        }
        is_plain &= !is_odd(rest, "", "");
        bare.push_str(rest);
        let (of, quoted) = if is_plain { (bare.as_str(), Some(quoted)) } else { (text, None) };
        Names { text, words: words(of).into_iter().collect(), quoted }
    }

    /// Whether a name may stand in the text, bare or in quotes, or a longer one that the server cuts.
    pub(super) fn has(&self, name: &str) -> bool {
        let plain = is_word(name);
        let bare = plain && has_or_is_cut(&self.words, &name.to_lowercase());
        match &self.quoted {
            Some(quoted) => bare || has_or_is_cut(quoted, name),
            None => bare || !plain && self.text.contains(name) || self.text.to_lowercase().contains("u&"),
        }
    }

    /// Whether one of `names`, which are in small letters, may stand in the text.
    pub(super) fn has_any(&self, names: &HashSet<String>) -> bool {
        if names.iter().any(|name| may_be_cut(name) && self.has(name)) {
            return true;
        }
        match &self.quoted {
            Some(quoted) => {
                let quoted = quoted.iter().map(|name| name.to_lowercase());
                self.words.iter().any(|word| names.contains(word))
                    || quoted.into_iter().any(|name| names.contains(&name))
            }
            None => names.iter().any(|name| self.has(name)),
        }
    }

    /// The names in the text, in small letters; nothing where that cannot be told.
    pub(super) fn list(&self) -> Option<Vec<String>> {
        let quoted = self.quoted.as_ref()?.iter().map(|name| name.to_lowercase());
        let whole = self.words.iter().cloned().chain(quoted);
        let names: BTreeSet<String> = whole.flat_map(|name| [cut(&name).to_string(), name]).collect();
        Some(names.into_iter().collect())
    }

    /// Whether an operator may stand in the text, or a word that stands for it.
    pub(super) fn has_operator(&self, name: &str) -> bool {
        let by_word = |(word, signs): &(&str, &[&str])| signs.contains(&name) && self.words.contains(*word);
        let by_sign = self.text.contains(name) || name == "<>" && self.text.contains("!=");
        by_sign || OPERATORS_OF_WORDS.iter().any(by_word)
    }
}

/// Whether what stands before a quote, or what the quote means, makes it less than plain what stands in quotes: comments,
/// quotes by dollars, escapes.
fn is_odd(before: &str, quote: &str, after: &str) -> bool {
    let lower = before.to_lowercase();
    let by_dollars =
        before.split('$').skip(1).any(|rest| !rest.starts_with(|char: char| char.is_ascii_digit()));
    let escapes = quote == "'" && lower.ends_with('e') && after.contains('\\');
    before.contains("--") || before.contains("/*") || by_dollars || escapes || lower.ends_with("u&")
}

/// Whether a name stands in a text behind an equals sign, as definitions give routines.
pub(super) fn is_given(name: &str, text: &str) -> bool {
    let (name, text) = (name.to_lowercase(), text.to_lowercase());
    text.match_indices(&name).any(|(at, _)| {
        let before = text[..at].trim_end_matches('"').trim_end();
        before.ends_with('=') || before.ends_with("*/")
    })
}

/// Whether a name stands in a text before an opening bracket.
pub(super) fn is_called(name: &str, text: &str) -> bool {
    let (name, text) = (name.to_lowercase(), text.to_lowercase());
    text.match_indices(&name).any(|(at, found)| {
        let rest = text[at + found.len()..].trim_start_matches('"').trim_start();
        rest.starts_with('(') || rest.starts_with("/*") || rest.starts_with("--") || may_be_cut(&name)
    }) || has_escapes(&text)
}

/// Whether a name stands in a text behind a dot, as a column does: `t.f` is `f(t)` where `t` has no column `f`.
pub(super) fn is_behind_a_dot(name: &str, text: &str) -> bool {
    let (name, text) = (name.to_lowercase(), text.to_lowercase());
    text.match_indices(&name).any(|(at, _)| {
        let before = text[..at].trim_end_matches('"').trim_end();
        let in_line = before.lines().next_back().unwrap_or_default();
        before.ends_with('.') || before.ends_with("*/") || in_line.contains("--")
    }) || has_escapes(&text)
}

/// A place in a text where a name of a schema stands, bare or behind its schema.
struct At<'t> {
    /// What stands before it and its schema.
    before: &'t str,
    behind: &'t str,
}

/// Every place where the name may be that of an object of `schema`. `lower` is the text in small letters.
fn places<'t>(name: &str, schema: &str, lower: &'t str) -> Vec<At<'t>> {
    let (name, schema) = (name.to_lowercase(), schema.to_lowercase());
    let is_end = |char: Option<char>| char.is_none_or(|char| !is_of_word(char));
    let mut found = Vec::new();
    for (at, _) in lower.match_indices(&name) {
        let (before, behind) = (&lower[..at], &lower[at + name.len()..]);
        if !is_end(before.chars().next_back()) || !is_end(behind.chars().next()) {
            continue;
        }
        let before = before.strip_suffix('"').unwrap_or(before).trim_end();
        let behind = behind.strip_prefix('"').unwrap_or(behind).trim_start();
        let before = match before.strip_suffix('.').map(|before| before.trim_end().trim_end_matches('"')) {
            Some(before) => match before.strip_suffix(&schema) {
                Some(before) if is_end(before.chars().next_back()) => before,
                _ => continue,
            },
            None => before,
        };
        found.push(At { before: before.trim_end_matches('"').trim_end(), behind });
    }
    found
}

/// Whether a name of `schema` may stand in the text, where no other schema is said with it.
pub(super) fn is_bare(name: &str, schema: &str, text: &str) -> bool {
    !places(name, schema, &text.to_lowercase()).is_empty()
}

/// Whether it stands behind one of `words` somewhere in the text; behind `::` also before a literal, which means the same.
pub(super) fn is_behind(name: &str, schema: &str, words: &[&str], text: &str) -> bool {
    let ends_with = |before: &str, word: &str| {
        let rest = before.strip_suffix(word);
        rest.is_some_and(|rest| !word.ends_with(char::is_alphabetic) || !rest.ends_with(is_of_word))
    };
    places(name, schema, &text.to_lowercase()).iter().any(|At { before, behind }| {
        words.iter().any(|word| ends_with(before, word)) || words.contains(&"::") && behind.starts_with('\'')
    })
}

/// Whether a text gives a name as a literal where that may be looked for: cast to one of the types that do (`reg…`), or as the
/// first that a function is given.
pub(super) fn is_given_in_quotes(name: &str, schema: &str, text: &str) -> bool {
    places(name, schema, &text.to_lowercase()).iter().any(|At { before, behind }| {
        let (Some(call), Some(cast)) = (before.strip_suffix('\''), behind.strip_prefix('\'')) else {
            return false;
        };
        let call = call.trim_end();
        let word = call.strip_suffix('(').map(|call| call.trim_end().rsplit(|char| !is_of_word(char)).next());
        let is_call = word.flatten().is_some_and(|word| !word.is_empty() && !NO_FUNCTIONS.contains(&word));
        let cast = cast.trim_start().strip_prefix("::").map(str::trim_start);
        let is_cast = cast.is_some_and(|cast| cast.trim_start_matches("pg_catalog.").starts_with("reg"));
        let is_typed =
            call.rsplit(|char| !is_of_word(char)).next().is_some_and(|word| word.starts_with("reg"));
        is_call || is_cast || is_typed || call.ends_with("cast(")
    })
}

/// Words before a bracket that are no functions which look for a name.
const NO_FUNCTIONS: &[&str] = &[
    "in", "any", "all", "some", "values", "and", "or", "not", "when", "then", "else", "coalesce", "nullif",
    "array",
];

/// Whether names in a text, which is in small letters, may be written by the numbers of their characters.
fn has_escapes(text: &str) -> bool {
    text.contains("u&\"")
}

/// How long the server lets a name be, in bytes (`NAMEDATALEN` less one).
const LONGEST: usize = 63;

/// Whether a name of the database may be what is left of a longer one: no character is cut apart.
fn may_be_cut(name: &str) -> bool {
    name.len() + 3 >= LONGEST
}

/// Whether a name is among others, or what is left of one.
fn has_or_is_cut(names: &BTreeSet<String>, name: &str) -> bool {
    if !may_be_cut(name) {
        return names.contains(name);
    }
    let mut from = names.range::<str, _>((Bound::Included(name), Bound::Unbounded));
    from.next().is_some_and(|first| first.starts_with(name))
}

/// A word, and what the server may have left of it.
pub(super) fn cuts(word: &str) -> impl Iterator<Item = &str> {
    let may_be = |end: &usize| *end < word.len() && word.is_char_boundary(*end);
    let ends = (LONGEST - 3..=LONGEST).filter(move |end| may_be(end));
    std::iter::once(word).chain(ends.map(|end| &word[..end]))
}

/// The characters of which operators are made (manual, 4.1.3).
const SIGNS: &str = "+-*/<>=~!@#%^&|`?";

/// How many signs may follow each other before nobody looks for each part of them.
const FEW_SIGNS: usize = 32;

/// Every operator that may stand in a text, parts of longer ones too, and those for which words stand; nothing where that
/// would be too many.
pub(super) fn operators_in(text: &str) -> Option<BTreeSet<&str>> {
    let mut found = BTreeSet::new();
    for run in text.split(|char| !SIGNS.contains(char)).filter(|run| !run.is_empty()) {
        if run.len() > FEW_SIGNS {
            return None;
        }
        for from in 0..run.len() {
            found.extend((from + 1..=run.len()).map(|to| &run[from..to]));
        }
    }
    if found.contains("!=") {
        found.insert("<>");
    }
    let words = words(text);
    for (_, signs) in OPERATORS_OF_WORDS.iter().filter(|(word, _)| words.contains(*word)) {
        found.extend(signs.iter().copied());
    }
    Some(found)
}

/// A name as the server cuts it.
fn cut(name: &str) -> &str {
    let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    &name[..end.unwrap_or_default()]
}
