//! What a server would take for something else in a type, with a warning that nobody reads.

use crate::kind::{Context, Registry};
use crate::model::Model;
use crate::source::Problems;

/// Digits of a second that a time holds (PostgreSQL manual, 8.5). Of more, the server makes as many.
const DIGITS: u32 = 6;

/// Every type is one that the server takes as it is written.
pub(super) fn check(model: &mut Model, registry: &Registry, problems: &mut Problems) {
    for entry in model.iter_mut().filter(|entry| !entry.absent) {
        let Some(kind) = registry.get(entry.address.kind) else { continue };
        let address = entry.address.clone();
        kind.fragments(&address, &mut *entry.body, &mut |_, fragment, context| {
            let span = fragment.span().filter(|_| context == Context::Type);
            if let (Some(span), Some(digits)) = (span, digits_of_a_second(fragment.text()))
                && digits > DIGITS
            {
                let message = format!("a time holds {DIGITS} digits of a second, not {digits}");
                problems.add(span, message);
            }
        });
    }
}

/// The digits of a second that the type of a time asks for.
fn digits_of_a_second(text: &str) -> Option<u32> {
    let (name, rest) = text.split_once('(')?;
    let name = name.trim().to_ascii_lowercase();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
    let is_time = matches!(name, "timestamp" | "timestamptz" | "time" | "timetz")
        || name.split_whitespace().next() == Some("interval");
    let digits = rest.split(')').next()?.trim().parse().ok();
    digits.filter(|_| is_time)
}
