//! Every value that a database stores, to tell later what has become of each.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Database;

/// What may become of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Each is there as it was; a cast that loses nothing may spell it in another way.
    Stays,
    /// There are as many, whatever they are now.
    Changes,
    /// They may be gone.
    Goes,
}

/// The tables of a database by OID, which a rename does not change; partitions count with their table.
pub struct Stored(BTreeMap<String, Table>);

struct Table {
    name: String,
    rows: usize,
    /// By number: the name, and what is not NULL in it, sorted.
    columns: BTreeMap<u32, (String, Vec<String>)>,
}

const TABLES: &str = "select c.oid, c.oid::regclass, n.nspname || '.' || c.relname, c.relkind, \
    (select json_object_agg(a.attnum, a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 \
     and not a.attisdropped and a.attgenerated = '') \
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') \
    and not c.relispartition and c.relpersistence <> 't' and n.nspname !~ '^pg_' \
    and n.nspname not in ('information_schema', 'pgreconcile') \
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')";

impl Stored {
    /// What is in the database now.
    pub fn of(db: &Database) -> Stored {
        let tables = db.query_text(TABLES);
        let tables: Vec<Vec<String>> =
            tables.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect();
        let rows = tables.iter().map(|table| {
            let only = if table[3] == "p" { "" } else { "only " };
            // By a name that no column has.
            format!(
                ", ((select coalesce(json_agg(to_jsonb(its_row)), '[]') from {only}{} its_row))",
                table[1]
            )
        });
        let rows = db.column(&format!("values (null::json){}", rows.collect::<String>()));
        let stored = tables.iter().zip(rows.iter().skip(1));
        Stored(stored.map(|(table, rows)| (table[0].clone(), Table::new(table, rows))).collect())
    }

    /// How many tables there are, and how many of them have rows.
    pub fn filled(&self) -> (usize, usize) {
        (self.0.len(), self.0.values().filter(|table| table.rows > 0).count())
    }

    /// What has been lost since: `fate` says of a table, such as `public.events`, and a column of it what may become
    /// of its values.
    pub fn lost_in(&self, later: &Stored, fate: &dyn Fn(&str, &str) -> Fate) -> Vec<String> {
        let mut lost = Vec::new();
        for (oid, table) in &self.0 {
            let fate = |column: &str| fate(&table.name, column);
            let mut stays =
                table.columns.values().filter(|(column, _)| fate(column) != Fate::Goes).peekable();
            match later.0.get(oid) {
                None if stays.peek().is_some() => lost.push(format!("{} is gone", table.name)),
                None => {}
                Some(now) => lost.extend(table.lost_in(now, &fate)),
            }
        }
        lost
    }
}

impl Table {
    fn new(table: &[String], rows: &str) -> Table {
        let rows: Vec<serde_json::Map<String, Value>> = serde_json::from_str(rows).expect("rows are JSON");
        let names: BTreeMap<u32, String> = serde_json::from_str(&table[4]).unwrap_or_default();
        let values = |name: &String| {
            let mut values: Vec<String> = rows.iter().filter_map(|row| spelled(row.get(name)?)).collect();
            values.sort();
            values
        };
        let columns = names.iter().map(|(number, name)| (*number, (name.clone(), values(name)))).collect();
        Table { name: table[2].clone(), rows: rows.len(), columns }
    }

    fn lost_in(&self, now: &Table, fate: &dyn Fn(&str) -> Fate) -> Vec<String> {
        let mut lost = Vec::new();
        if now.rows < self.rows {
            lost.push(format!("{} had {} rows and has {}", self.name, self.rows, now.rows));
        }
        for (number, (column, values)) in &self.columns {
            let there = now.columns.get(number).map(|(_, values)| values);
            let kept = match fate(column) {
                Fate::Goes => true,
                Fate::Changes => there.is_some_and(|there| there.len() >= values.len()),
                Fate::Stays => there.is_some_and(|there| includes(there, values)),
            };
            if !kept {
                lost.push(format!("{}.{column} had {values:?} and has {there:?}", self.name));
            }
        }
        lost
    }
}

/// Whether a sorted list has all of another, as often.
fn includes(list: &[String], other: &[String]) -> bool {
    let mut rest = list.iter();
    other.iter().all(|value| rest.any(|there| there == value))
}

/// A value as text: neither the padding of `char(n)` nor the midnight of a date that has become a time tells two apart.
fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => {
            let text = text.strip_suffix("+00:00").unwrap_or(text).trim_end();
            Some(text.strip_suffix("T00:00:00").unwrap_or(text).to_owned())
        }
        other => Some(other.to_string()),
    }
}
