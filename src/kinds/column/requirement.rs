//! The NOT NULL of a column, which is a constraint of its own from 18 on: with a name, and handed down to child tables
//! or not.

use super::{Body, steps};
use crate::delta::{Alteration, Change};
use crate::kind::{Cx, Draft, Row};
use crate::model::Address;
use crate::source::{KeyDoc, Reader, Shape, Value};
use crate::sql::{Form, Phrase};
use crate::statement::Statement;

/// What is said of a NOT NULL beyond that it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirement {
    /// Desired: its name, if the file gives one. Observed: its name, from 18 on, if it is the table's own.
    name: Option<String>,
    no_inherit: bool,
}

const KEYS: &[KeyDoc] = &[
    KeyDoc::new("name", Shape::Name, "its name"),
    KeyDoc::new("no_inherit", Shape::Boolean, "does not hold for child tables"),
];

impl Requirement {
    /// What stands under `not_null`: whether a value is required, and what else is said of that.
    pub fn read(reader: &mut Reader<'_, '_>) -> (bool, Requirement) {
        let span = reader.span_of("not_null");
        let Some(Value::Table(table)) = reader.node("not_null").map(|node| &node.value) else {
            return (reader.flag("not_null"), Requirement::default());
        };
        let mut inner = Reader::new(table, span, KEYS, reader.problems());
        inner.refuse_unknown("of a NOT NULL");
        (true, Requirement { name: inner.text("name"), no_inherit: inner.flag("no_inherit") })
    }

    /// What the catalog says.
    pub fn observed(row: &Row<'_>) -> Requirement {
        Requirement { name: row.owned("constraint_name"), no_inherit: row.flag("no_inherit") }
    }

    /// Whether more is said than NOT NULL.
    pub fn says_more(&self) -> bool {
        self.name.is_some() || self.no_inherit
    }

    /// Whether child tables get it too.
    pub fn is_handed_down(&self) -> bool {
        !self.no_inherit
    }

    /// Whether it has a name that PostgreSQL may not have given, or is not handed down: it is written down then.
    fn is_notable(&self) -> bool {
        let given =
            |name: &String| name.trim_end_matches(|char: char| char.is_ascii_digit()).ends_with("_not_null");
        self.no_inherit || self.name.as_ref().is_some_and(|name| !given(name))
    }

    /// As the file says it, of a column that wants a value; `needless` if that goes without saying.
    pub fn write(&self, needless: bool, draft: &mut Draft<'_>) {
        if !self.is_notable() {
            return draft.flag("not_null", !needless);
        }
        let name = self.name.clone().map(|name| ("name", Value::String(name)));
        let no_inherit = self.no_inherit.then_some(("no_inherit", Value::Boolean(true)));
        draft.table("not_null", name.into_iter().chain(no_inherit));
    }

    /// ` CONSTRAINT … NOT NULL …`, as it stands in the definition of a column.
    pub fn clause(&self) -> Phrase {
        self.named(" ").raw("NOT NULL").when(self.no_inherit, " NO INHERIT")
    }

    fn named(&self, before: &str) -> Phrase {
        Phrase::from(before).with(self.name.as_ref(), |sql, name| sql.raw("CONSTRAINT ").ident(name).raw(" "))
    }

    /// What comes into force when the column gets its NOT NULL.
    pub fn set(&self, at: &Address, form: Form, cx: &Cx<'_>) -> Vec<Statement> {
        let there = cx.observed.model.body::<Body>(at).map(|there| &there.requirement);
        let there = there.and_then(|there| Some((there, there.name.as_deref()?)));
        match there {
            None if self.says_more() => {
                let rest = self.named(" ADD ").raw("NOT NULL ").ident(at.name());
                vec![steps::alter_table(at, form, rest.when(self.no_inherit, " NO INHERIT"))]
            }
            // One that is not valid yet becomes so.
            _ => {
                let mut statements = vec![steps::alter_column(at, form, Phrase::from(" SET NOT NULL"))];
                if let Some((there, name)) = there {
                    statements.extend(self.rename(at, name));
                    statements.extend(self.hand_down(at, name, there.no_inherit));
                }
                statements
            }
        }
    }

    fn rename(&self, at: &Address, there: &str) -> Option<Statement> {
        let name = self.name.as_ref().filter(|name| *name != there)?;
        let rest = Phrase::from(" RENAME CONSTRAINT ").ident(there).raw(" TO ").ident(name);
        Some(steps::alter_table(at, Form::AlterTable, rest))
    }

    fn hand_down(&self, at: &Address, there: &str, no_inherit: bool) -> Option<Statement> {
        // Child tables are read for it.
        let (words, form) =
            if self.no_inherit { (" NO INHERIT", Form::AlterTable) } else { (" INHERIT", Form::SetNotNull) };
        let name = self.name.as_deref().unwrap_or(there);
        let rest = Phrase::from(" ALTER CONSTRAINT ").ident(name).raw(words);
        (self.no_inherit != no_inherit).then(|| steps::alter_table(at, form, rest))
    }

    /// Compares what is said of a NOT NULL that is in force.
    pub fn compare(&self, at: &Address, observed: &Requirement, out: &mut Alteration) {
        let Some(there) = observed.name.as_deref() else { return };
        if let Some(step) = self.rename(at, there) {
            let change =
                Change { attribute: "not_null", from: Some(there.to_string()), to: self.name.clone() };
            out.note(change, vec![step.into()]);
        }
        out.attribute("no_inherit", &observed.no_inherit, &self.no_inherit, || {
            self.hand_down(at, there, observed.no_inherit).into_iter().map(Into::into).collect()
        });
    }
}
