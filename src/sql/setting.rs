//! Settings whose value is a list of names (`GUC_LIST_QUOTE` in PostgreSQL's source).

use super::cut;

const LISTS: &[&str] =
    &["search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"];

/// Whether the value of a setting is a list of names: one literal would make one name of such a list.
pub fn is_list(name: &str) -> bool {
    LISTS.contains(&name)
}

/// The names in the value of such a setting, as SQL has it or as it is stored.
pub fn listed_names(value: &str) -> Vec<String> {
    let one = |part: &str| {
        let part = part.trim();
        match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => part.to_lowercase(),
        }
    };
    cut(value, ",").into_iter().map(one).collect()
}
