/// The longest identifier, in bytes (NAMEDATALEN - 1).
pub const MAX_NAME_BYTES: usize = 63;

/// The name that PostgreSQL itself gives to an unnamed constraint or index: `table_column_label`, with the longer of
/// the first two parts cut until all fits (`makeObjectName` in `src/backend/commands/indexcmds.c`).
pub fn auto_name(table: &str, columns: &str, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(!columns.is_empty());
    let available = MAX_NAME_BYTES.saturating_sub(overhead);
    let (mut one, mut two) = (table.len(), columns.len());
    while one + two > available {
        if one > two { one -= 1 } else { two -= 1 }
    }
    let (table, columns) = (clip(table, one), clip(columns, two));
    if columns.is_empty() { format!("{table}_{label}") } else { format!("{table}_{columns}_{label}") }
}

/// The first `bytes` bytes of `text`, less what would be half a character.
fn clip(text: &str, mut bytes: usize) -> &str {
    while !text.is_char_boundary(bytes) {
        bytes -= 1;
    }
    &text[..bytes]
}

#[cfg(test)]
mod tests {
    use super::auto_name;

    #[test]
    fn names_are_what_postgresql_would_choose() {
        assert_eq!(auto_name("events", "airtable_id", "key"), "events_airtable_id_key");
        assert_eq!(auto_name("events", "", "pkey"), "events_pkey");
        let long = auto_name(&"t".repeat(60), "a_rather_long_column", "key");
        assert_eq!(long.len(), 63);
        assert_eq!(long, format!("{}_a_rather_long_column_key", "t".repeat(38)));
    }
}
