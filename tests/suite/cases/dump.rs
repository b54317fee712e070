//! Two dumps, compared as sets of statements: the order in which objects were made is no difference, nor is the place
//! of a column that was added later.

use std::collections::BTreeMap;

/// What only the one has, and what only the other has.
pub fn difference(one: &str, other: &str) -> (Vec<String>, Vec<String>) {
    let mut counts: BTreeMap<String, i32> = BTreeMap::new();
    let statements = |dump: &str| statements(dump).into_iter().map(with_sorted_options).collect::<Vec<_>>();
    statements(one).into_iter().for_each(|statement| *counts.entry(statement).or_default() += 1);
    statements(other).into_iter().for_each(|statement| *counts.entry(statement).or_default() -= 1);
    let of =
        |sign: i32| counts.iter().filter(|(_, n)| n.signum() == sign).map(|(text, _)| text.clone()).collect();
    (of(1), of(-1))
}

/// The statements of a dump; of `CREATE TABLE`, each line with the table's name.
fn statements(dump: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut table: Option<&str> = None;
    let mut statement = String::new();
    for line in dump.lines().filter(|line| !line.is_empty() && !line.starts_with("--")) {
        match table {
            Some(_) if line.starts_with(')') => {
                found.push(format!("{} {line}", table.take().unwrap_or_default()));
            }
            Some(name) => found.push(format!("{name} {}", without_name(line.trim().trim_end_matches(',')))),
            None if statement.is_empty() && line.starts_with("CREATE") && line.ends_with('(') => {
                table = Some(line.trim_end_matches('('));
            }
            None => {
                statement.push_str(line);
                statement.push('\n');
                if line.ends_with(';') {
                    found.push(std::mem::take(&mut statement));
                }
            }
        }
    }
    found.extend((!statement.is_empty()).then_some(statement));
    found
}

/// Storage parameters stand in the order in which they were set.
fn with_sorted_options(statement: String) -> String {
    let Some((head, rest)) = statement.split_once("WITH (") else { return statement };
    let Some((list, tail)) = rest.split_once(')') else { return statement };
    let mut options: Vec<&str> = list.split(", ").collect();
    options.sort_unstable();
    format!("{head}WITH ({}){tail}", options.join(", "))
}

/// From 18 on NOT NULL has a name, which survives renames; the tool does not speak of it.
fn without_name(line: &str) -> String {
    match line.split_once(" CONSTRAINT ") {
        Some((column, rest)) if rest.ends_with("NOT NULL") => format!("{column} NOT NULL"),
        _ => line.to_owned(),
    }
}
