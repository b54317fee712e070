//! What follows the bare name in the name of an object, and how the file spells the two.

use super::item::split_using;
use crate::sql::split_routine;

/// What follows the bare name in the names of objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing: the name is the bare one.
    Nothing,
    /// Types in brackets: `f(integer)`.
    Types,
    /// An access method: `mood_ops using btree`.
    Method,
}

impl Tail {
    /// The bare name.
    pub fn bare(self, name: &str) -> &str {
        match self {
            Tail::Nothing => name,
            Tail::Types => split_routine(name).0,
            Tail::Method => split_using(name).0,
        }
    }

    /// The name that a key of the file means. Blanks around the bare name mean nothing, unless they stand in double quotes
    /// with it, as in SQL.
    pub fn read(self, key: &str) -> String {
        if self == Tail::Nothing {
            return key.to_string();
        }
        if let Some((bare, tail)) = unquoted(key) {
            let is_tail = match self {
                Tail::Types => tail.starts_with('('),
                _ => tail.starts_with("using "),
            };
            if tail.is_empty() && self == Tail::Method {
                return self.join(&bare, "using btree");
            }
            if tail.is_empty() || is_tail {
                return self.join(&bare, tail);
            }
        }
        match self {
            Tail::Method => {
                let (bare, method) = split_using(key);
                format!("{} using {}", bare.trim(), method.trim())
            }
            _ => {
                let bare = self.bare(key);
                self.join(bare.trim(), key[bare.len()..].trim())
            }
        }
    }

    /// The key under which the file has an object of that name.
    pub fn write(self, name: &str) -> String {
        let bare = self.bare(name);
        if self == Tail::Nothing || bare == bare.trim() && !bare.starts_with('"') {
            return name.to_string();
        }
        self.join(&format!("\"{}\"", bare.replace('"', "\"\"")), name[bare.len()..].trim_start())
    }

    fn join(self, bare: &str, tail: &str) -> String {
        let gap = if self == Tail::Method && !tail.is_empty() { " " } else { "" };
        format!("{bare}{gap}{}", tail.trim_end())
    }
}

/// A name in double quotes without them, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let inner = text.trim_start().strip_prefix('"')?;
    let mut bare = String::new();
    let mut chars = inner.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' if chars.next_if(|(_, next)| *next == '"').is_some() => bare.push('"'),
            '"' => return Some((bare, inner[at + 1..].trim_start())),
            _ => bare.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let names = [
            "f(int)",
            "f (int)",
            " f()",
            "\"f\"()",
            "\"(int)",
            "a\"b (\"T\")",
            "f\t()",
            "f",
            " f",
            "it's \"(\"T\")",
        ];
        for name in names {
            assert_eq!(Tail::Types.read(&Tail::Types.write(name)), name, "{}", Tail::Types.write(name));
        }
        for name in ["of using btree", "of  using btree", " a using b using hash", "\"of\" using gist"] {
            assert_eq!(Tail::Method.read(&Tail::Method.write(name)), name, "{}", Tail::Method.write(name));
        }
    }

    #[test]
    fn blanks_outside_of_quotes_mean_nothing() {
        assert_eq!(Tail::Types.read("f (int)"), "f(int)");
        assert_eq!(Tail::Types.read(" \"f \" (int) "), "f (int)");
        assert_eq!(Tail::Types.read("\"f\""), "f");
        assert_eq!(Tail::Types.read("\"f\" or so(int)"), "\"f\" or so(int)");
        assert_eq!(Tail::Method.read("of"), "of using btree");
        assert_eq!(Tail::Method.read("of   using  hash "), "of using hash");
        assert_eq!(Tail::Method.read("\"of \" using hash"), "of  using hash");
        assert_eq!(Tail::Method.read("\"of \""), "of  using btree");
        assert_eq!(Tail::Method.read("\"a using b\""), "a using b using btree");
    }
}
