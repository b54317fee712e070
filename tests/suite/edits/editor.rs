//! A file as `inspect` writes it, to be edited: where its tables and columns are, and what else speaks of them.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use toml::{Table, Value};

use crate::support::stored::Fate;

/// Where a relation stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub schema: Option<String>,
    pub name: String,
}

impl Spot {
    /// `public.events`.
    pub fn full(&self) -> String {
        format!("{}.{}", self.schema.as_deref().unwrap_or("public"), self.name)
    }

    /// As another part of the file refers to it.
    pub fn reference(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(&self.name)),
            None => quoted(&self.name),
        }
    }
}

/// The file in hand.
pub struct Editor {
    pub rng: StdRng,
    pub file: Table,
    pub roles: [String; 2],
    /// What has been done, in words.
    pub done: Vec<String>,
    /// What may become of the values of a table (all of it where the column is empty).
    pub fates: BTreeMap<(String, String), Fate>,
    /// Something has another name now, so nothing more is to be done under the one it had.
    pub renamed: bool,
}

pub fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
    // Quotes do no harm to a keyword.
    if plain && !name.is_empty() && name.len() > 6 {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Whether a text has a name in it as a word.
pub fn says(text: &str, name: &str) -> bool {
    place_of(text, name, 0).is_some()
}

fn place_of(text: &str, name: &str, from: usize) -> Option<usize> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text[from..]
        .match_indices(name)
        .map(|(at, _)| from + at)
        .find(|at| !word(text[..*at].chars().next_back()) && !word(text[at + name.len()..].chars().next()))
}

/// A text with one word instead of another.
pub fn with_word(text: &str, name: &str, instead: &str) -> String {
    let mut text = text.to_owned();
    let mut from = 0;
    while let Some(at) = place_of(&text, name, from) {
        text.replace_range(at..at + name.len(), instead);
        from = at + instead.len();
    }
    text
}

/// Whether a value has a name in it anywhere, in keys too.
pub fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => says(text, name),
        Value::Array(items) => items.iter().any(|item| mentions(item, name)),
        Value::Table(table) => table.iter().any(|(key, item)| says(key, name) || mentions(item, name)),
        _ => false,
    }
}

/// Every string of a value, keys aside.
pub fn texts(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, visit)),
        Value::Table(table) => table.iter_mut().for_each(|(_, item)| texts(item, visit)),
        _ => {}
    }
}

impl Editor {
    pub fn new(seed: u64, file: &str, roles: &[String; 2]) -> Editor {
        let mut file: Table = toml::from_str(file).expect("TOML");
        let declared = table_in(&mut file, "roles");
        for role in roles {
            declared.entry(role.clone()).or_insert_with(|| Value::Table(Table::new()));
        }
        let mut editor = Editor {
            rng: StdRng::seed_from_u64(seed),
            file,
            roles: roles.clone(),
            done: Vec::new(),
            fates: BTreeMap::new(),
            renamed: false,
        };
        // Written out, what is short would stand before what is long, and columns and attributes have an order.
        for (key, parts) in [("tables", "columns"), ("composite_types", "attributes")] {
            for spot in editor.all(key) {
                let parts = table_in(editor.object(key, &spot, parts), parts);
                let names: Vec<String> = parts.keys().cloned().collect();
                names.iter().for_each(|name| _ = lengthened(parts, name, "type"));
            }
        }
        editor
    }

    pub fn text(&self) -> String {
        toml::to_string(&self.file).expect("it can be written")
    }

    pub fn fate(&self, table: &str, column: &str) -> Fate {
        let of = |column: &str| self.fates.get(&(table.to_owned(), column.to_owned())).copied();
        of(column).max(of("")).unwrap_or(Fate::Stays)
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_ratio(percent, 100)
    }

    pub fn rng_below(&mut self, bound: usize) -> usize {
        self.rng.random_range(0..bound.max(1))
    }

    pub fn one<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        list.choose(&mut self.rng).cloned()
    }

    /// Notes what is done to a column, or with no column to a table as a whole.
    pub fn note(&mut self, what: String, spot: &Spot, column: &str, fate: Fate) {
        self.done.push(format!("{what} {} {column}", spot.full()));
        let there = self.fates.entry((spot.full(), column.to_owned())).or_insert(fate);
        *there = (*there).max(fate);
    }

    /// The schemas of the file; the default one is none.
    pub fn schemas(&self) -> Vec<Option<String>> {
        let named = self.file.get("schemas").and_then(Value::as_table).into_iter().flat_map(Table::keys);
        std::iter::once(None).chain(named.cloned().map(Some)).collect()
    }

    /// What stands at the top level of the file for a schema.
    pub fn schema(&mut self, schema: &Option<String>) -> &mut Table {
        match schema {
            None => &mut self.file,
            Some(schema) => table_in(table_in(&mut self.file, "schemas"), schema),
        }
    }

    /// All objects under a key such as `tables`.
    pub fn all(&self, key: &str) -> Vec<Spot> {
        let mut found = Vec::new();
        for schema in self.schemas() {
            let section = match &schema {
                None => Some(&self.file),
                Some(name) => self.file["schemas"].get(name).and_then(Value::as_table),
            };
            let objects = section.and_then(|section| section.get(key)).and_then(Value::as_table);
            found.extend(
                objects
                    .into_iter()
                    .flat_map(Table::keys)
                    .map(|name| Spot { schema: schema.clone(), name: name.clone() }),
            );
        }
        found
    }

    pub fn any(&mut self, key: &str) -> Option<Spot> {
        let all = self.all(key);
        self.one(&all)
    }

    /// An object; what stands for it in short becomes its `long` key.
    pub fn object(&mut self, key: &str, spot: &Spot, long: &str) -> &mut Table {
        lengthened(table_in(self.schema(&spot.schema), key), &spot.name, long)
    }

    pub fn table(&mut self, spot: &Spot) -> &mut Table {
        self.object("tables", spot, "columns")
    }

    /// A table that has columns of its own.
    pub fn any_table(&mut self) -> Option<Spot> {
        let mut all = self.all("tables");
        all.retain(|spot| !self.columns(spot).is_empty());
        self.one(&all)
    }

    /// The columns of a table with their types; those of a foreign table are elsewhere.
    pub fn columns(&mut self, spot: &Spot) -> Vec<(String, String)> {
        let table = self.table(spot);
        if table.contains_key("server") || table.contains_key("of") {
            return Vec::new();
        }
        let columns = table.get("columns").and_then(Value::as_table);
        let data_type = |column: &Value| {
            column.as_str().or_else(|| column.get("type")?.as_str()).unwrap_or_default().to_owned()
        };
        columns
            .into_iter()
            .flat_map(Table::iter)
            .map(|(name, column)| (name.clone(), data_type(column)))
            .collect()
    }

    /// A column in long form.
    pub fn column(&mut self, spot: &Spot, name: &str) -> &mut Table {
        lengthened(table_in(self.table(spot), "columns"), name, "type")
    }

    /// A table with one of its columns, among those of a type that will do.
    pub fn any_column(&mut self, will_do: impl Fn(&str) -> bool) -> Option<(Spot, String, String)> {
        let spot = self.any_table()?;
        let mut columns = self.columns(&spot);
        columns.retain(|(_, data_type)| will_do(data_type));
        let (column, data_type) = self.one(&columns)?;
        Some((spot, column, data_type))
    }

    /// Takes a name out of everything in a table that is about one of its columns.
    pub fn forget_column(&mut self, spot: &Spot, column: &str) {
        let table = self.table(spot);
        let keyed = table.get("primary_key").is_some_and(|key| mentions(key, column));
        if keyed {
            table.remove("primary_key");
        }
        forget_in_sections(table, column);
        // A reference without columns is to the primary key.
        let to_it = |reference: &str| says(reference, &spot.name) && (keyed || says(reference, column));
        let gone_with_it = |reference: &str| to_it(reference) || reference.ends_with(&spot.name);
        self.forget_references(gone_with_it);
        self.forget_dependents(&spot.name, Some(column));
    }

    /// Takes out whatever refers to a table.
    pub fn forget_table(&mut self, spot: &Spot) {
        let name = spot.name.clone();
        self.forget_references(|reference| says(reference, &name));
        self.forget_dependents(&spot.name, None);
    }

    /// Foreign keys whose reference is such a one.
    pub fn forget_references(&mut self, such: impl Fn(&str) -> bool) {
        let such = |value: &Value| {
            value
                .get("references")
                .and_then(Value::as_str)
                .is_some_and(|reference| such(reference) || such(&reference.replace('"', "")))
        };
        for spot in self.all("tables") {
            let table = self.table(&spot);
            if let Some(Value::Table(keys)) = table.get_mut("foreign_keys") {
                keys.retain(|_, key| !such(key));
            }
            if let Some(Value::Table(columns)) = table.get_mut("columns") {
                for (_, column) in columns.iter_mut().filter(|(_, column)| such(column)) {
                    if let Value::Table(column) = column {
                        for key in
                            ["references", "on_delete", "on_update", "match", "deferrable", "initially"]
                        {
                            column.remove(key);
                        }
                    }
                }
            }
        }
    }

    /// Views, functions and the like that speak of a relation (and of a column), and what speaks of those.
    pub fn forget_dependents(&mut self, name: &str, column: Option<&str>) {
        let speaks =
            |value: &Value| mentions(value, name) && column.is_none_or(|column| mentions(value, column));
        let mut gone = Vec::new();
        for key in ["views", "materialized_views", "functions", "procedures", "aggregates"] {
            for spot in self.all(key) {
                let objects = table_in(self.schema(&spot.schema), key);
                let Some(object) = objects.get(&spot.name) else { continue };
                let mut seen = object.clone();
                // What is in a body counts only where the server parses it.
                if let Value::Table(seen) = &mut seen {
                    seen.remove("body");
                }
                let typed = column.is_none() && says(&spot.name, name) && key != "views";
                if speaks(&seen) || typed {
                    objects.remove(&spot.name);
                    gone.push(spot.name.split('(').next().unwrap_or_default().to_owned());
                }
            }
        }
        for spot in self.all("tables") {
            let table = self.table(&spot);
            for key in ["policies", "rules", "triggers"] {
                if let Some(Value::Table(section)) = table.get_mut(key) {
                    section.retain(|_, object| !speaks(object));
                }
            }
        }
        for key in ["grants", "publications"] {
            match self.file.get_mut(key) {
                Some(Value::Array(items)) => items.retain(|item| !speaks(item)),
                Some(Value::Table(items)) => items.retain(|_, item| !speaks(item)),
                _ => {}
            }
        }
        gone.iter().for_each(|gone| self.forget_dependents(gone, None));
    }
}

/// Constraints, indexes and the like of a table, of its columns and its partitions, that are about a column.
fn forget_in_sections(table: &mut Table, column: &str) {
    let sections = [
        "unique",
        "exclude",
        "checks",
        "foreign_keys",
        "indexes",
        "triggers",
        "policies",
        "rules",
        "statistics",
    ];
    for key in sections {
        if let Some(Value::Table(section)) = table.get_mut(key) {
            section.retain(|_, object| !mentions(object, column));
        }
    }
    if let Some(Value::Table(columns)) = table.get_mut("columns") {
        for (_, other) in columns.iter_mut() {
            let Value::Table(other) = other else { continue };
            for key in ["check", "generated"] {
                if other.get(key).is_some_and(|text| mentions(text, column)) {
                    other.remove(key);
                }
            }
        }
    }
    if let Some(Value::Table(partitions)) = table.get_mut("partitions") {
        for (_, partition) in partitions.iter_mut() {
            if let Value::Table(partition) = partition {
                forget_in_sections(partition, column);
            }
        }
    }
}

/// The table under a key, made if it is not there.
pub fn table_in<'t>(table: &'t mut Table, key: &str) -> &'t mut Table {
    let entry = table.entry(key.to_owned()).or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        *entry = Value::Table(Table::new());
    }
    entry.as_table_mut().expect("a table")
}

/// An object in long form.
pub fn lengthened<'t>(objects: &'t mut Table, name: &str, long: &str) -> &'t mut Table {
    let entry = objects.entry(name.to_owned()).or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        let short = std::mem::replace(entry, Value::Table(Table::new()));
        entry.as_table_mut().expect("a table").insert(long.to_owned(), short);
    }
    entry.as_table_mut().expect("a table")
}

/// Takes the foreign key out of a column.
pub fn drop_references(column: &mut Table) {
    for key in ["references", "on_delete", "on_update", "match", "deferrable", "initially", "orphans"] {
        column.remove(key);
    }
}
