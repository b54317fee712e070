//! Names of routines: `name(types)`, the types being those of the arguments that a call gives.

use super::bracketed;

/// What stands in a text that may execute more than it says: it takes SQL, or a type, as a value. PostgreSQL's own, and those of
/// the extensions that come with it.
pub const DYNAMIC: &[&str] = &[
    "execute",
    "_to_xml",
    "ts_stat",
    "ts_rewrite",
    "domain_in",
    "dblink",
    "crosstab",
    "connectby",
    "xpath_table",
];

/// Words that begin the name of a type, and that no argument can be called (`col_name_keyword` in the server's grammar).
pub const TYPE_WORDS: &[&str] = &[
    "bigint",
    "bit",
    "boolean",
    "char",
    "character",
    "dec",
    "decimal",
    "float",
    "int",
    "integer",
    "interval",
    "national",
    "nchar",
    "numeric",
    "real",
    "smallint",
    "time",
    "timestamp",
    "varchar",
];

/// The bare name, and what stands between the parentheses behind it.
pub fn split_routine(text: &str) -> (&str, &str) {
    // The name may hold anything, brackets and quotes too; in the types, quotes protect them.
    let text = text.trim_end();
    let opening = text.match_indices('(').map(|(at, _)| text.split_at(at));
    let mut whole = opening.filter_map(|(name, list)| match bracketed(list) {
        Some((types, "")) => Some((name, types.trim())),
        _ => None,
    });
    whole.next().unwrap_or((text, ""))
}

/// The types of the arguments that a call gives, of a list as it stands in CREATE FUNCTION; `out` arguments count only
/// `with_out`.
pub fn argument_types(list: &str, with_out: bool) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    for argument in split_top(list, |rest| rest.starts_with(',').then_some(1)) {
        let default = |rest: &str| {
            let word = rest.get(..9).is_some_and(|word| {
                word.starts_with(char::is_whitespace) && word.trim().eq_ignore_ascii_case("default")
            });
            (rest.starts_with('=') || rest.starts_with(":=") || word).then_some(rest.len())
        };
        let argument = split_top(argument, default).first().map_or("", |first| first.trim());
        let (mode, rest) = first_token(argument);
        let (mode, rest) = match mode.to_lowercase().as_str() {
            "in" | "inout" | "variadic" => ("in", rest),
            "out" => ("out", rest),
            _ => ("in", argument),
        };
        if !rest.is_empty() && (mode == "in" || with_out) {
            types.push(without_name(rest).to_string());
        }
    }
    types
}

/// `name(types)` with each type as `spell` gives it.
pub fn retype_routine(name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
    let (name, types) = split_routine(name);
    let types: Vec<String> = argument_types(types, false).iter().map(|of| spell(of)).collect();
    format!("{name}({})", types.join(", "))
}

/// An argument without its name, if it has one.
fn without_name(argument: &str) -> &str {
    let (first, rest) = first_token(argument);
    let lower = first.to_lowercase();
    let (second, _) = first_token(rest);
    let array = rest.starts_with(['[', '(']) || second.eq_ignore_ascii_case("array");
    let double = lower == "double" && second.eq_ignore_ascii_case("precision");
    if rest.is_empty() || array || double || TYPE_WORDS.contains(&lower.as_str()) { argument } else { rest }
}

/// The first word, quoted or not, and what follows it.
fn first_token(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, char)| {
        quoted ^= *char == '"';
        !quoted && (char.is_whitespace() || matches!(char, '(' | '['))
    });
    let (first, rest) = text.split_at(end.map_or(text.len(), |(at, _)| at));
    (first, rest.trim_start())
}

/// Splits where `separator` gives a length, outside of quotes and brackets.
fn split_top(text: &str, separator: impl Fn(&str) -> Option<usize>) -> Vec<&str> {
    let (mut parts, mut begun, mut depth, mut quote) = (Vec::new(), 0, 0, None);
    for (at, char) in text.char_indices() {
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(char),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, _) if depth == 0 && at >= begun => {
                if let Some(length) = separator(&text[at..]) {
                    parts.push(&text[begun..at]);
                    begun = at + length;
                }
            }
            _ => {}
        }
    }
    parts.push(&text[begun..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::super::quote::NON_PLAIN_KEYWORDS;
    use super::*;

    #[test]
    fn names_and_types_come_apart() {
        assert_eq!(split_routine("f(numeric(10,2), text)"), ("f", "numeric(10,2), text"));
        assert_eq!(split_routine("f ()"), ("f ", ""));
        assert_eq!(retype_routine("f (a int)", &mut str::to_string), "f (int)");
        assert_eq!(split_routine("f"), ("f", ""));
        assert_eq!(split_routine("a(b)c(int)"), ("a(b)c", "int"));
        assert_eq!(split_routine("f(numeric(10,2), text)"), ("f", "numeric(10,2), text"));
        assert_eq!(split_routine("f(x(integer)"), ("f(x", "integer"));
        assert_eq!(split_routine("f(\"a)b\", \"(\")"), ("f", "\"a)b\", \"(\""));
        assert_eq!(split_routine("it's \"(\"T\")"), ("it's \"", "\"T\""));
    }

    #[test]
    fn the_types_of_arguments_are_found() {
        let types = |list: &str| argument_types(list, false).join("|");
        assert_eq!(types("a int, b varchar default 'x, y'"), "int|varchar");
        assert_eq!(types("in a integer, out b integer, inout c text = 'a'"), "integer|text");
        assert_eq!(types("variadic words text[]"), "text[]");
        assert_eq!(types("double precision, double int"), "double precision|int");
        assert_eq!(types("numeric (10,2), n numeric(10, 2)"), "numeric (10,2)|numeric(10, 2)");
        assert_eq!(
            types("timestamp with time zone, at timestamp with time zone"),
            "timestamp with time zone|timestamp with time zone"
        );
        assert_eq!(
            types("\"My Type\", \"an arg\" \"My Type\", a public.\"b c\"[]"),
            "\"My Type\"|\"My Type\"|public.\"b c\"[]"
        );
        assert_eq!(types(""), "");
        assert_eq!(argument_types("a int, out b text", true), ["int", "text"]);
    }

    #[test]
    fn words_for_types_are_keywords() {
        assert!(TYPE_WORDS.iter().all(|word| NON_PLAIN_KEYWORDS.binary_search(word).is_ok()));
    }
}
