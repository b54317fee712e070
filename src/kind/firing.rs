//! When triggers, rules and event triggers fire: one set of words for all three.

/// The words of the file's `enabled`, for [`Reader::one_of`](crate::source::Reader::one_of).
pub const FIRING: &[(&str, &str)] =
    &[("yes", "yes"), ("no", "no"), ("always", "always"), ("replica", "replica")];

/// The word for a code of the catalog (`tgenabled`, `ev_enabled`, `evtenabled`).
pub fn firing(code: &str) -> &'static str {
    match code {
        "D" => "no",
        "A" => "always",
        "R" => "replica",
        _ => "yes",
    }
}

/// What ALTER calls it.
pub fn firing_verb(word: &str) -> &'static str {
    match word {
        "no" => "DISABLE",
        "always" => "ENABLE ALWAYS",
        "replica" => "ENABLE REPLICA",
        _ => "ENABLE",
    }
}
