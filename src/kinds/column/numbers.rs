//! The sequence of an identity or serial column: what the file says of it, and what the database has.

use crate::delta::{Alteration, Change};
use crate::kind::{Draft, Row};
use crate::model::Address;
use crate::source::{KeyDoc, Reader, Shape, Value};
use crate::sql::{Form, ident, qualified};
use crate::statement::{Statement, Step};

/// What is said of a sequence; nothing where PostgreSQL's default will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    name: Option<String>,
    /// The type of its numbers, if it is not that of the column.
    pub data_type: Option<&'static str>,
    increment: Option<i64>,
    minvalue: Option<i64>,
    maxvalue: Option<i64>,
    start: Option<i64>,
    cache: Option<i64>,
    cycle: Option<bool>,
}

/// A sequence that is there.
#[derive(Debug, Clone)]
pub struct Sequence {
    schema: String,
    /// The type of its numbers.
    pub data_type: String,
    has: Numbers,
}

const TYPES: &[(&str, &str)] = &[("smallint", "smallint"), ("integer", "integer"), ("bigint", "bigint")];

const KEYS: &[KeyDoc] = &[
    KeyDoc::new("name", Shape::Name, "its name"),
    KeyDoc::new("type", Shape::OneOf(&["smallint", "integer", "bigint"]), "the type of its numbers"),
    KeyDoc::new("increment", Shape::Integer, "from one number to the next"),
    KeyDoc::new("minvalue", Shape::Integer, "the least number"),
    KeyDoc::new("maxvalue", Shape::Integer, "the greatest number"),
    KeyDoc::new("start", Shape::Integer, "the first number"),
    KeyDoc::new("cache", Shape::Integer, "how many numbers a session takes at once"),
    KeyDoc::new("cycle", Shape::Boolean, "begins anew at its end"),
];

impl Numbers {
    /// What stands under `key`.
    pub fn read(reader: &mut Reader<'_, '_>, key: &str) -> Numbers {
        let span = reader.span_of(key);
        let Some(table) = reader.table(key) else { return Numbers::default() };
        let mut inner = Reader::new(table, span, KEYS, reader.problems());
        inner.refuse_unknown("of a sequence");
        Numbers {
            name: inner.text("name"),
            data_type: inner.one_of("type", TYPES),
            increment: inner.integer("increment"),
            minvalue: inner.integer("minvalue"),
            maxvalue: inner.integer("maxvalue"),
            start: inner.integer("start"),
            cache: inner.integer("cache"),
            cycle: inner.boolean("cycle"),
        }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Numbers::default()
    }

    /// Each option with its words, as in CREATE SEQUENCE.
    fn options(&self) -> Vec<(&'static str, String)> {
        let Numbers { name: _, data_type: _, increment, minvalue, maxvalue, start, cache, cycle } = self;
        let number = |words: &str, value: &Option<i64>| value.map(|value| format!("{words} {value}"));
        [
            ("increment", number("INCREMENT BY", increment)),
            ("minvalue", number("MINVALUE", minvalue)),
            ("maxvalue", number("MAXVALUE", maxvalue)),
            ("start", number("START WITH", start)),
            ("cache", number("CACHE", cache)),
            ("cycle", cycle.map(|cycle| if cycle { "CYCLE" } else { "NO CYCLE" }.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, words)| Some((name, words?)))
        .collect()
    }

    /// ` (…)` after IDENTITY, or nothing.
    pub fn clause(&self, schema: &str) -> String {
        let name = self.name.as_ref().map(|name| format!("SEQUENCE NAME {}", qualified(schema, name)));
        let words: Vec<String> =
            name.into_iter().chain(self.options().into_iter().map(|(_, words)| words)).collect();
        if words.is_empty() { String::new() } else { format!(" ({})", words.join(" ")) }
    }

    /// The statements that give these options to a sequence that has been made with a column.
    pub fn set(&self, table: &Address, schema: &str, there: &str) -> Vec<Statement> {
        let data_type = self.data_type.map(|data_type| format!("AS {data_type}"));
        let words: Vec<String> =
            data_type.into_iter().chain(self.options().into_iter().map(|(_, words)| words)).collect();
        let there = qualified(schema, there);
        let mut statements = Vec::new();
        if !words.is_empty() {
            // It has been made to start at 1, which may now be out of bounds.
            let down = self.increment.is_some_and(|increment| increment < 0);
            let first = self.start.or(if down { self.maxvalue } else { self.minvalue });
            let start = first
                .filter(|_| self.start.is_none())
                .map_or(String::new(), |first| format!(" START WITH {first}"));
            let restart = first.map_or(String::new(), |first| format!(" RESTART WITH {first}"));
            let sql = format!("ALTER SEQUENCE {there} {}{start}{restart}", words.join(" "));
            statements.push(Statement::on(table, Form::AlterTable, sql));
        }
        if let Some(name) = &self.name {
            let sql = format!("ALTER SEQUENCE {there} RENAME TO {}", ident(name));
            statements.push(Statement::on(table, Form::AlterTable, sql));
        }
        statements
    }

    /// Compares with what is there; where the file says nothing, what is not PostgreSQL's default is drift.
    pub fn compare(&self, at: &Address, there: &Sequence, prunes: bool, out: &mut Alteration) {
        let table = at.host("table");
        let sequence = qualified(&there.schema, there.has.name.as_deref().unwrap_or_default());
        let (has, usual) = (there.has.options(), there.usual());
        let mut words = Vec::new();
        for (number, (attribute, has)) in has.iter().enumerate() {
            let wanted =
                self.options().into_iter().find(|(name, _)| name == attribute).map(|(_, words)| words);
            let change = Change { attribute, from: Some(shown(has)), to: wanted.as_deref().map(shown) };
            match wanted {
                Some(wanted) if wanted != *has => {
                    out.note(change, Vec::new());
                    words.push(wanted);
                }
                Some(_) => {}
                None => {
                    let usual = usual.get(number).map(|(_, usual)| usual).filter(|usual| *usual != has);
                    let Some(usual) = usual else { continue };
                    out.beyond(prunes, change, Vec::new);
                    words.extend(prunes.then(|| usual.clone()));
                }
            }
        }
        let mut steps: Vec<Step> = Vec::new();
        if !words.is_empty() {
            let sql = format!("ALTER SEQUENCE {sequence} {}", words.join(" "));
            steps.push(Statement::on(&table, Form::AlterTable, sql).into());
        }
        if let Some(name) = self.name.as_ref().filter(|name| Some(*name) != there.has.name.as_ref()) {
            let sql = format!("ALTER SEQUENCE {sequence} RENAME TO {}", ident(name));
            steps.push(Statement::on(&table, Form::AlterTable, sql).into());
            let change =
                Change { attribute: "sequence", from: there.has.name.clone(), to: Some(name.clone()) };
            out.note(change, Vec::new());
        }
        out.steps.extend(steps);
    }
}

/// `INCREMENT BY 2` as a value.
fn shown(words: &str) -> String {
    words.rsplit(' ').next().filter(|last| last.parse::<i64>().is_ok()).unwrap_or(words).to_lowercase()
}

impl Sequence {
    /// The sequence of a column, as a row of the catalog query has it.
    pub fn observed(row: &Row<'_>) -> Option<Sequence> {
        Some(Sequence {
            schema: row.owned("sequence_schema")?,
            data_type: row.text("numbers").to_string(),
            has: Numbers {
                name: row.owned("sequence"),
                data_type: None,
                increment: Some(row.number("increment")),
                minvalue: Some(row.number("minvalue")),
                maxvalue: Some(row.number("maxvalue")),
                start: Some(row.number("start")),
                cache: Some(row.number("cache")),
                cycle: Some(row.flag("cycle")),
            },
        })
    }

    /// How SQL names it.
    pub fn name(&self) -> String {
        qualified(&self.schema, self.has.name.as_deref().unwrap_or_default())
    }

    /// The options that a sequence of its type has if nothing is said.
    fn usual(&self) -> Vec<(&'static str, String)> {
        self.usual_numbers().options()
    }

    fn usual_numbers(&self) -> Numbers {
        let (least, greatest) = match self.data_type.as_str() {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let up = self.has.increment.is_none_or(|increment| increment > 0);
        let (minvalue, maxvalue) = if up { (1, greatest) } else { (least, -1) };
        let first = if up { self.has.minvalue } else { self.has.maxvalue };
        Numbers {
            name: None,
            data_type: None,
            increment: Some(1),
            minvalue: Some(minvalue),
            maxvalue: Some(maxvalue),
            start: first,
            cache: Some(1),
            cycle: Some(false),
        }
    }

    /// Gives its numbers a type.
    pub fn retype(&self, at: &Address, data_type: &str) -> Step {
        let sql = format!("ALTER SEQUENCE {} AS {data_type}", self.name());
        Statement::on(&at.host("table"), Form::AlterTable, sql).into()
    }

    /// Says what is not as usual; `name` is the one that PostgreSQL gives, `data_type` that of the column.
    pub fn write(&self, name: &str, data_type: &str, draft: &mut Draft<'_>) {
        let (has, usual) = (&self.has, self.usual_numbers());
        let number = |key: &'static str, has: Option<i64>, usual: Option<i64>| {
            has.filter(|_| has != usual).map(|has| (key, Value::Integer(has)))
        };
        let entries = [
            has.name.clone().filter(|has| has != name).map(|has| ("name", Value::String(has))),
            (self.data_type != data_type).then(|| ("type", Value::String(self.data_type.clone()))),
            number("increment", has.increment, usual.increment),
            number("minvalue", has.minvalue, usual.minvalue),
            number("maxvalue", has.maxvalue, usual.maxvalue),
            number("start", has.start, usual.start),
            number("cache", has.cache, usual.cache),
            has.cycle.filter(|cycle| *cycle).map(|cycle| ("cycle", Value::Boolean(cycle))),
        ];
        draft.table("sequence", entries.into_iter().flatten());
    }
}
