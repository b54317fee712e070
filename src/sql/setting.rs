//! Settings whose value is a list of names (`GUC_LIST_QUOTE` in PostgreSQL's source).

use super::cut;

const LISTS: &[&str] =
    &["search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"];

/// Whether the value of a setting is a list of names: one literal would make one name of such a list.
pub fn is_list(name: &str) -> bool {
    LISTS.contains(&name)
}

/// The names in the value of such a setting as it is stored, which need not be SQL: `SET … FROM CURRENT` keeps what
/// `set_config` was given, where a bare name ends at a comma or a blank and holds anything else.
pub fn stored_names(value: &str) -> Vec<String> {
    let mut quoted = false;
    let ends = |char: char| {
        quoted ^= char == '"';
        char == ',' && !quoted
    };
    value.split(ends).map(bare).collect()
}

fn bare(part: &str) -> String {
    let part = part.trim();
    match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => part.to_lowercase(),
    }
}

/// The names in the value of such a setting, as SQL has it or as it is stored.
pub fn listed_names(value: &str) -> Vec<String> {
    cut(value, ",").into_iter().map(bare).collect()
}

#[cfg(test)]
mod tests {
    use super::stored_names;

    #[test]
    fn a_stored_list_is_names_whatever_they_hold() {
        assert_eq!(stored_names("\"$user\", public"), ["$user", "public"]);
        assert_eq!(
            stored_names("a;drop/**/table/**/t;--,It's(, \"b, \"\"c\""),
            ["a;drop/**/table/**/t;--", "it's(", "b, \"c"]
        );
        assert_eq!(stored_names(""), [""]);
    }
}
