//! The sequence of an identity or serial column: what the file says of it, and what the database has.

use crate::delta::{Alteration, Change};
use crate::kind::{Draft, Row};
use crate::model::Address;
use crate::source::{KeyDoc, Reader, Shape, Value};
use crate::sql::{Form, Next, ident, next_number, qualified};
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
    /// It is unlogged and its table is not, or the other way round.
    pub logged_otherwise: bool,
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

    /// Its name in SQL, if it is not the one that PostgreSQL gives.
    pub fn name_in(&self, schema: &str) -> Option<String> {
        self.name.as_ref().map(|name| qualified(schema, name))
    }

    /// Its name, if it is not the one that PostgreSQL gives.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether it counts down.
    pub fn down(&self) -> bool {
        self.increment.is_some_and(|increment| increment < 0)
    }

    /// The first number.
    pub fn first(&self) -> i64 {
        let (bound, usual) = if self.down() { (self.maxvalue, -1) } else { (self.minvalue, 1) };
        self.start.or(bound).unwrap_or(usual)
    }

    /// The statement that gives the sequence that has been made with an identity column another type than that has.
    pub fn retype(&self, table: &Address, schema: &str, there: &str) -> Option<Statement> {
        let there = self.name_in(schema).unwrap_or_else(|| qualified(schema, there));
        let sql = format!("ALTER SEQUENCE {there} AS {}", self.data_type?);
        Some(Statement::on(table, Form::AlterTable, sql))
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Numbers::default()
    }

    /// Whether it counts as PostgreSQL does where nothing is said.
    pub fn count_by_one(&self) -> bool {
        self.options().is_empty() && self.data_type.is_none()
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
            let begins = self.start.is_some() || self.down() || self.minvalue.is_some();
            let first = self.first();
            let start =
                if begins && self.start.is_none() { format!(" START WITH {first}") } else { String::new() };
            let limits = [(self.minvalue, " NO MINVALUE"), (self.maxvalue, " NO MAXVALUE")];
            // Those of one that counts up are no limits of one that counts down.
            let limits = limits.iter().filter(|(said, _)| self.down() && said.is_none());
            let limits: String = limits.map(|(_, words)| *words).collect();
            let restart = if begins { format!(" RESTART WITH {first}") } else { String::new() };
            let sql = format!("ALTER SEQUENCE {there} {}{limits}{start}{restart}", words.join(" "));
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
        let sequence = there.name();
        let usual = there.usual();
        let said = self.options();
        for (number, (attribute, has)) in there.has.options().into_iter().enumerate() {
            let wanted = said.iter().find(|(name, _)| *name == attribute).map(|(_, words)| words);
            let change = Change { attribute, from: Some(shown(&has)), to: wanted.map(|words| shown(words)) };
            match wanted {
                Some(wanted) if *wanted != has => out.note(change, Vec::new()),
                Some(_) => {}
                None if usual.get(number).is_some_and(|(_, usual)| *usual != has) => {
                    out.beyond(prunes, change, Vec::new);
                }
                None => {}
            }
        }
        let to_be = self.to_be(there, prunes);
        let words = to_be.options().into_iter().zip(there.has.options());
        let words: Vec<String> =
            words.filter(|((_, to), (_, from))| to != from).map(|((_, to), _)| to).collect();
        let mut steps: Vec<Step> = Vec::new();
        if !words.is_empty() {
            let (from, to, down) = (there.has.bounds(), to_be.bounds(), to_be.down());
            let turned = there.has.down() != down;
            let Next { before, restart } = next_number(&sequence, turned, down, from, to, to_be.first());
            let sql = format!("ALTER SEQUENCE {sequence} {}{restart}", words.join(" "));
            let statements = before.into_iter().chain([sql]);
            steps.extend(statements.map(|sql| Statement::on(&table, Form::AlterTable, sql).into()));
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

    /// What the sequence that is there is to be: as the file says, else as it is. What is PostgreSQL's default stays
    /// that, and the first number must be within the bounds.
    fn to_be(&self, there: &Sequence, prunes: bool) -> Numbers {
        let (has, usual) = (&there.has, there.usual_numbers());
        let increment = self.increment.or(if prunes { usual.increment } else { has.increment });
        let then = Sequence { has: Numbers { increment, ..has.clone() }, ..there.clone() }.usual_numbers();
        let follows = |said: Option<i64>, has: Option<i64>, usual: Option<i64>, then: Option<i64>| {
            said.or(if prunes || has == usual { then } else { has })
        };
        let minvalue = follows(self.minvalue, has.minvalue, usual.minvalue, then.minvalue);
        let maxvalue = follows(self.maxvalue, has.maxvalue, usual.maxvalue, then.maxvalue);
        let first = Numbers { increment, minvalue, maxvalue, ..Numbers::default() }.first();
        let outside = has.start < minvalue || has.start > maxvalue;
        let start = follows(self.start, has.start.filter(|_| !outside), usual.start, Some(first));
        Numbers {
            name: None,
            data_type: None,
            increment,
            minvalue,
            maxvalue,
            start: start.or(Some(first)),
            cache: self.cache.or(if prunes { usual.cache } else { has.cache }),
            cycle: self.cycle.or(if prunes { usual.cycle } else { has.cycle }),
        }
    }

    fn bounds(&self) -> (i64, i64) {
        (self.minvalue.unwrap_or(i64::MIN), self.maxvalue.unwrap_or(i64::MAX))
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
            logged_otherwise: row.flag("logged_otherwise"),
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

    /// Where it would stand if it were one of its own.
    pub fn address(&self) -> Address {
        Address::new("sequence", [self.schema.as_str(), self.has.name.as_deref().unwrap_or_default()])
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
