//! Patterns of names.

/// Whether `text` fits `pattern`, where `*` stands for any run of characters.
///
/// Between the first and the last `*`, the earliest place for each piece is as good as any other, so nothing is tried
/// twice: the time grows with the text, however many `*` there are.
pub fn wildcard(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*').filter(|piece| !piece.is_empty()) {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
    }
    text.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn stars_stand_for_runs_of_characters() {
        for (pattern, text, fits) in [
            ("*.toml", "a.toml", true),
            ("*.toml", ".toml", true),
            ("t*s.toml", "tables.toml", true),
            ("t*s.toml", "table.toml", false),
            ("é*", "éa", true),
            ("*", "", true),
            ("**", "a", true),
            ("", "a", false),
            ("a", "a", true),
            ("ab*ba", "aba", false),
            ("ab*ba", "abba", true),
            ("*a*b*", "xaxbx", true),
            ("*a*b*", "xbxax", false),
            ("*ab*ab", "ab", false),
            ("*ab*ab", "abxab", true),
            ("a*b*c", "abcbc", true),
            ("*é*", "né", true),
        ] {
            assert_eq!(wildcard(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let begun = std::time::Instant::now();
        let text = "a".repeat(100_000);
        assert!(!wildcard(&format!("{}b", "a*".repeat(1_000)), &text));
        assert!(wildcard(&"*a".repeat(1_000), &text));
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }
}
