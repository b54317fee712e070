//! Cutting what the server prints into the parts that the file writes under keys of their own. Nothing is decided by
//! it: the parts are put together again, and the server compares the whole. Quotes and brackets are all that is known of
//! SQL here: what is cut begins and ends where the catalog says, and a name with a separator in it stands in quotes.

/// The parts of `text` between occurrences of `separator` that stand outside quotes and brackets.
pub fn cut<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for at in outside(text, separator) {
        if at >= start {
            parts.push(&text[start..at]);
            start = at + separator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `text` before and after the first occurrence of `separator` that stands outside quotes and brackets.
pub fn cut_once<'t>(text: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    let at = outside(text, separator).into_iter().next()?;
    Some((&text[..at], &text[at + separator.len()..]))
}

/// What stands between the brackets with which `text` begins, and what follows them.
pub fn bracketed(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('(')?;
    let mut depth = 0i32;
    let end = places(rest).find(|(_, char, quoted)| {
        match char {
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        depth < 0
    })?;
    Some((&rest[..end.0], &rest[end.0 + 1..]))
}

/// The value of a literal as the server prints it; what has no quotes stands for itself.
pub fn unquoted(literal: &str) -> String {
    let (text, escaped) = match literal.strip_prefix(['E', 'e']).filter(|rest| rest.starts_with('\'')) {
        Some(rest) => (rest, true),
        None => (literal, false),
    };
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let value = inner.map_or_else(|| text.to_string(), |inner| inner.replace("''", "'"));
    if escaped { value.replace("\\\\", "\\") } else { value }
}

fn outside(text: &str, needle: &str) -> Vec<usize> {
    let mut depth = 0i32;
    let mut found = Vec::new();
    for (at, char, quoted) in places(text) {
        if !quoted && depth == 0 && text[at..].starts_with(needle) {
            found.push(at);
        }
        match char {
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    found
}

/// Every character with its place, and whether it stands in quotes; the opening quote itself does not. The server
/// prints backslashes in literals only after `E`, and doubled quotes otherwise.
fn places(text: &str) -> impl Iterator<Item = (usize, char, bool)> + '_ {
    let mut quote: Option<(char, bool)> = None;
    let mut escaped = false;
    let mut before = ' ';
    text.char_indices().map(move |(at, char)| {
        let quoted = quote.is_some();
        match quote {
            Some((_, true)) if escaped => escaped = false,
            Some((_, true)) if char == '\\' => escaped = true,
            Some((open, _)) if open == char => quote = None,
            None if char == '\'' || char == '"' => {
                quote = Some((char, char == '\'' && matches!(before, 'E' | 'e')));
            }
            _ => {}
        }
        before = char;
        (at, char, quoted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_brackets_protect() {
        assert_eq!(cut("a, lower(b, c), 'x, y', \"d, e\"", ", "), ["a", "lower(b, c)", "'x, y'", "\"d, e\""]);
        assert_eq!(cut(r"E'it\'s, so', b", ", "), [r"E'it\'s, so'", "b"]);
        assert_eq!(cut("'it''s, so', b", ", "), ["'it''s, so'", "b"]);
        assert_eq!(cut_once("(a) WHERE (x = ' WHERE ')", " WHERE "), Some(("(a)", "(x = ' WHERE ')")));
        assert_eq!(bracketed("(a, (b)) rest"), Some(("a, (b)", " rest")));
        assert_eq!(bracketed("(a, ')') rest"), Some(("a, ')'", " rest")));
    }

    #[test]
    fn literals_are_read_as_they_are_printed() {
        assert_eq!(unquoted("'it''s'"), "it's");
        assert_eq!(unquoted(r"E'a\\b'"), r"a\b");
        assert_eq!(unquoted("E5"), "E5");
        assert_eq!(unquoted("''"), "");
    }
}
