//! The statements that spell one question, by the temporary objects that its context calls for.

use super::question::{Question, from_clause};
use super::renaming::Renaming;
use crate::kind::{Context, Terms};
use crate::model::Address;
use crate::session::Reading;
use crate::sql::{
    WITH_INDEX, exclusion_definition, ident, idents, index_definition, literal, qualified, sql_of,
    trigger_condition, view_definition,
};
use crate::trust::refuse_volatile_calls;

const BARE: &str = "SET LOCAL search_path = pg_catalog, pg_temp; ";

/// The statements for one question.
#[derive(Default)]
pub struct Part {
    /// Under the names that are there.
    pub before: Reading,
    /// Under the names of the file; the last query gives the spelling.
    pub after: Reading,
}

/// What the statements of one question have in common.
struct Scene<'s> {
    number: usize,
    question: &'s Question,
    renaming: &'s Renaming,
    terms: &'s Terms<'s>,
    /// Sets the `search_path` of the file's SQL.
    path: String,
    /// The temporary copy of the question's table.
    copy: String,
}

/// What is to be learnt of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Whether both fragments mean the same.
    Compare,
    /// How the server prints the desired one.
    Print,
}

impl Part {
    /// The statements for question number `number`.
    pub fn of(
        number: usize,
        question: &Question,
        purpose: Purpose,
        renaming: &Renaming,
        terms: &Terms<'_>,
    ) -> Part {
        let scene = Scene {
            number,
            question,
            renaming,
            terms,
            path: format!("SET LOCAL search_path = {}; ", terms.search_path),
            copy: format!("pg_temp.pgr_table_{number}"),
        };
        match (purpose, &question.context) {
            (Purpose::Print, Context::Row { table }) => return scene.printed_check(table),
            (Purpose::Print, Context::Trigger { table }) => return scene.printed_trigger(table),
            (Purpose::Print, Context::Domain { base }) => return scene.printed_domain(base),
            _ => {}
        }
        match &question.context {
            Context::Index { table } => scene.index(table),
            Context::Exclusion { table } => scene.exclusion(table),
            Context::PartitionKey { table } => scene.partition_key(table),
            Context::Bounds { table, .. } => scene.bounds(table),
            Context::Query { columns, .. } => scene.query(columns),
            Context::Part { .. } | Context::Name { .. } => scene.part(),
            Context::Row { table } | Context::Trigger { table } | Context::Order { table } => {
                scene.expression(Some(table))
            }
            Context::Type
            | Context::Value { .. }
            | Context::Domain { .. }
            | Context::Question { .. }
            | Context::Piece
            | Context::Body { .. }
            | Context::Statement => scene.expression(None),
        }
    }

    /// The statements that make an observed fragment under the names that are there, and spell it under those of the
    /// file; nothing where that is done otherwise.
    pub fn carried(text: &str, context: &Context, terms: &Terms<'_>) -> Option<Part> {
        let (setup, made, spelled) = match context {
            Context::Query { .. } => {
                let made = format!("CREATE TEMP VIEW pgr_view AS {}", sql_of(text));
                (String::new(), made, spelled_view("pgr_view"))
            }
            other => other.made(text)?,
        };
        let mut part = Part::default();
        if let Context::Part { host: Some(table), .. } = context {
            let table = qualified(table.schema(), table.name());
            part.before.own(format!("CREATE TEMP TABLE pgr_host (LIKE {table})"));
        }
        part.before.own(format!("SET LOCAL search_path = {}; {setup}", terms.search_path)).foreign(made);
        part.after.own(format!("{BARE}{spelled}"));
        Some(part)
    }
}

/// The query that gives how the server prints the temporary view `name`, as a fragment.
fn spelled_view(name: &str) -> String {
    format!("SELECT {} FROM (SELECT 'pg_temp.{name}'::regclass) v(c)", view_definition("c"))
}

impl Scene<'_> {
    fn renames(&self) -> bool {
        !self.renaming.is_empty()
    }

    /// What the database calls a table.
    fn there(&self, table: &Address) -> String {
        let there = self.renaming.renames.in_database(table, self.terms.registry);
        qualified(there.schema(), there.name())
    }

    /// Makes the copy of a table.
    fn copied(&self, table: &Address) -> String {
        format!("CREATE TEMP TABLE pgr_table_{} (LIKE {}); ", self.number, self.there(table))
    }

    /// Gives the columns of the copy the names of the file.
    fn renamed(&self, table: &Address) -> String {
        let columns = self.renaming.columns.iter().filter(|(to, _)| to.path().starts_with(table.path()));
        let rename = |(to, from): &(Address, Address)| {
            format!(
                "ALTER TABLE {} RENAME COLUMN {} TO {}; ",
                self.copy,
                ident(from.name()),
                ident(to.name())
            )
        };
        columns.map(rename).collect()
    }

    fn index(&self, table: &Address) -> Part {
        let Scene { number, copy, .. } = self;
        let make =
            |name: &str, definition: &str| format!("CREATE INDEX pgr_{name}_{number} ON {copy} {definition}");
        let definition = |name: &str| {
            format!(
                "(SELECT {} FROM pg_index i {WITH_INDEX} WHERE i.indexrelid = 'pg_temp.pgr_{name}_{number}'::regclass)",
                index_definition()
            )
        };
        self.on_a_copy(table, &make, &definition)
    }

    fn exclusion(&self, table: &Address) -> Part {
        let Scene { number, copy, .. } = self;
        let make = |name: &str, definition: &str| {
            format!("ALTER TABLE {copy} ADD CONSTRAINT pgr_{name}_{number} {definition}")
        };
        let definition = |name: &str| {
            format!(
                "(SELECT {} FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid {WITH_INDEX} \
                 WHERE k.conrelid = '{copy}'::regclass AND k.conname = 'pgr_{name}_{number}')",
                exclusion_definition()
            )
        };
        self.on_a_copy(table, &make, &definition)
    }

    /// The copy of the table is partitioned by the observed key, and carries the renames of columns.
    fn partition_key(&self, table: &Address) -> Part {
        let Scene { number, question, path, copy, .. } = self;
        let there = self.there(table);
        let one = format!("pg_get_partkeydef('pg_temp.pgr_desired_{number}'::regclass)");
        let two = format!("pg_get_partkeydef('{copy}'::regclass)");
        let literal = literal(&question.observed);
        let made = |name: &str, like: &str, key: &str| {
            format!("CREATE TEMP TABLE {name} (LIKE {like}) PARTITION BY {key}")
        };
        let mut part = Part::default();
        part.before.own(path).foreign(made(&format!("pgr_table_{number}"), &there, &question.observed));
        part.after
            .own(format!("{path}{}", self.renamed(table)))
            .foreign(made(&format!("pgr_desired_{number}"), copy, &question.desired))
            .own(format!("{BARE}SELECT CASE WHEN {one} = {two} THEN {literal} ELSE {one} END"));
        part
    }

    fn bounds(&self, table: &Address) -> Part {
        let Scene { number, question, path, copy, .. } = self;
        let mut part = Part::default();
        let Context::Bounds { key, .. } = &question.there else {
            part.after.own("SELECT NULL");
            return part;
        };
        let there = self.there(table);
        part.before
            .own(format!("{path}{}", refuse_volatile_calls(*number, &question.desired)))
            .foreign(format!("CREATE TEMP TABLE pgr_table_{number} (LIKE {there}) PARTITION BY {key}"))
            .foreign(format!(
                "CREATE TEMP TABLE pgr_desired_{number} PARTITION OF {copy} {}",
                question.desired
            ));
        part.after.own(format!(
            "{BARE}SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_class c \
             WHERE c.oid = 'pg_temp.pgr_desired_{number}'::regclass"
        ));
        part
    }

    /// Something made on a copy of the table, and how the server prints it.
    fn on_a_copy(
        &self,
        table: &Address,
        make: &dyn Fn(&str, &str) -> String,
        definition: &dyn Fn(&str) -> String,
    ) -> Part {
        let Scene { question, path, .. } = self;
        let (one, two) = (definition("desired"), definition("observed"));
        let mut part = Part::default();
        part.before.own(format!("{path}{}", self.copied(table)));
        let spelling = if self.renames() {
            part.before.foreign(make("observed", &sql_of(&question.observed)));
            let literal = literal(&question.observed);
            format!("CASE WHEN {one} = {two} THEN {literal} ELSE {one} END")
        } else {
            one
        };
        part.after
            .own(format!("{path}{}", self.renamed(table)))
            .foreign(make("desired", &sql_of(&question.desired)))
            .own(format!("{BARE}SELECT {spelling}"));
        part
    }

    fn query(&self, columns: &[String]) -> Part {
        let Scene { number, question, path, .. } = self;
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", idents(columns)) };
        let mut part = Part::default();
        part.after
            .own(path)
            .foreign(format!("CREATE TEMP VIEW pgr_view_{number}{columns} AS {}", sql_of(&question.desired)))
            .own(format!("{BARE}{}", spelled_view(&format!("pgr_view_{number}"))));
        part
    }

    /// A savepoint takes the object away again, so that others may have its name.
    fn part(&self) -> Part {
        let Scene { question, path, .. } = self;
        let (setup, made, spelled) = question.context.made(&question.desired).unwrap_or_default();
        let mut part = Part::default();
        let host = match &question.context {
            Context::Part { host: Some(table), .. } => {
                part.before.own(self.copied(table));
                format!("{}CREATE TEMP TABLE pgr_host (LIKE {}); ", self.renamed(table), self.copy)
            }
            _ => String::new(),
        };
        part.after
            .own(format!("SAVEPOINT part; {host}{path}{setup}"))
            .foreign(made)
            .own(format!("{BARE}{spelled}"))
            .own("ROLLBACK TO SAVEPOINT part");
        part
    }

    /// A condition on the rows of a table, as the server prints it in a check.
    fn printed_check(&self, table: &Address) -> Part {
        let Scene { number, question, copy, .. } = self;
        let make = |name: &str, condition: &str| {
            format!("ALTER TABLE {copy} ADD CONSTRAINT pgr_{name}_{number} CHECK ({condition})")
        };
        let mut part = Part::default();
        part.before.own(format!("{}{}", self.path, self.copied(table)));
        part.after.foreign(make("desired", &question.desired)).own(format!(
            "{BARE}SELECT pg_get_expr(k.conbin, k.conrelid) FROM pg_constraint k \
             WHERE k.conrelid = '{copy}'::regclass AND k.conname = 'pgr_desired_{number}'"
        ));
        part
    }

    /// The condition of a trigger.
    fn printed_trigger(&self, table: &Address) -> Part {
        let Scene { number, question, copy, path, .. } = self;
        let mut part = Part::default();
        part.before.own(format!("{path}{}", self.copied(table)));
        part.after
            .foreign(format!(
                "CREATE TRIGGER pgr_trigger_{number} BEFORE UPDATE ON {copy} FOR EACH ROW WHEN ({}) \
                 EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
                question.desired
            ))
            .own(format!(
                "{BARE}SELECT {} FROM pg_trigger t WHERE t.tgrelid = '{copy}'::regclass",
                trigger_condition("t.oid")
            ));
        part
    }

    /// The same of a domain.
    fn printed_domain(&self, base: &str) -> Part {
        let Scene { number, question, path, .. } = self;
        let mut part = Part::default();
        part.after
            .own(path)
            .foreign(format!(
                "CREATE DOMAIN pg_temp.pgr_domain_{number} AS {base} CHECK ({})",
                question.desired
            ))
            .own(format!(
                "{BARE}SELECT pg_get_expr(k.conbin, 0) FROM pg_constraint k \
                 WHERE k.contypid = 'pg_temp.pgr_domain_{number}'::regtype"
            ));
        part
    }

    /// An expression or a type: both as the one column of a view.
    fn expression(&self, table: Option<&Address>) -> Part {
        let Scene { number, question, path, copy, .. } = self;
        let context = &question.context;
        let renames = self.renames();
        let from = from_clause(context, &|table| if renames { copy.clone() } else { self.there(table) });
        let view = |name: &str, text: &str, context: &Context| {
            let item = match context {
                Context::Type => format!("NULL::{text}"),
                Context::Value { of } => format!("({text})::{of}"),
                _ => format!("({text})"),
            };
            format!("CREATE TEMP VIEW pgr_{name}_{number} AS SELECT {item} AS value{from}")
        };
        let is_type = *context == Context::Type;
        let shown = |name: &str| match is_type {
            true => format!(
                "(SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
                 WHERE attrelid = 'pg_temp.pgr_{name}_{number}'::regclass AND attnum = 1)"
            ),
            false => format!("pg_get_viewdef('pg_temp.pgr_{name}_{number}'::regclass)"),
        };
        let (one, two) = (shown("desired"), shown("observed"));
        let otherwise = if is_type { format!(" ELSE {one}") } else { String::new() };
        let table = table.filter(|_| renames);
        let copied = table.map_or(String::new(), |table| self.copied(table));
        let renamed = table.map_or(String::new(), |table| self.renamed(table));
        let observed = view("observed", &question.observed, if renames { &question.there } else { context });
        let desired = view("desired", &question.desired, context);
        let literal = literal(&question.observed);
        let mut part = Part::default();
        part.before.own(format!("{path}{copied}")).foreign(observed);
        part.after
            .own(format!("{path}{renamed}"))
            .foreign(desired)
            .own(format!("{BARE}SELECT CASE WHEN {one} = {two} THEN {literal}{otherwise} END"));
        part
    }
}
