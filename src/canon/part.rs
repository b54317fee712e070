//! The statements that spell one question, by the temporary objects that its context calls for.

use super::question::{Question, from_clause};
use super::renaming::Renaming;
use crate::kind::{Context, Terms};
use crate::model::Address;
use crate::sql::{
    WITH_INDEX, exclusion_definition, ident, idents, index_definition, literal, qualified, sql_of,
    trigger_condition, view_definition,
};

const BARE: &str = "SET LOCAL search_path = pg_catalog, pg_temp; ";

/// The statements for one question.
pub struct Part {
    /// Under the names that are there.
    pub before: String,
    /// Under the names of the file; the last query gives the spelling.
    pub after: String,
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
            Context::Query { columns } => scene.query(columns),
            Context::Part { .. } | Context::Name { .. } => scene.part(),
            Context::Row { table } | Context::Trigger { table } | Context::Order { table } => {
                scene.expression(Some(table))
            }
            Context::Type | Context::Value { .. } | Context::Domain { .. } | Context::Statement => {
                scene.expression(None)
            }
        }
    }

    /// The statements that make an observed fragment under the names that are there, and spell it under those of the
    /// file; nothing where that is done otherwise.
    pub fn carried(text: &str, context: &Context, terms: &Terms<'_>) -> Option<Part> {
        let (made, spelled) = match context {
            Context::Query { .. } => {
                (format!("CREATE TEMP VIEW pgr_view AS {}", sql_of(text)), spelled_view("pgr_view"))
            }
            other => other.made(text)?,
        };
        let path = terms.search_path;
        Some(Part {
            before: format!("SET LOCAL search_path = {path}; {made}; "),
            after: format!("{BARE}{spelled}; "),
        })
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
        let make = |name: &str, definition: &str| {
            format!("CREATE INDEX pgr_{name}_{number} ON {copy} {definition}; ")
        };
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
            format!("ALTER TABLE {copy} ADD CONSTRAINT pgr_{name}_{number} {definition}; ")
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
        Part {
            before: format!(
                "{path}CREATE TEMP TABLE pgr_table_{number} (LIKE {there}) PARTITION BY {}; ",
                question.observed
            ),
            after: format!(
                "{path}{}CREATE TEMP TABLE pgr_desired_{number} (LIKE {copy}) PARTITION BY {}; \
                 {BARE}SELECT CASE WHEN {one} = {two} THEN {literal} ELSE {one} END; ",
                self.renamed(table),
                question.desired
            ),
        }
    }

    fn bounds(&self, table: &Address) -> Part {
        let Scene { number, question, path, copy, .. } = self;
        let Context::Bounds { key, .. } = &question.there else {
            return Part { before: String::new(), after: "SELECT NULL; ".to_string() };
        };
        let there = self.there(table);
        Part {
            before: format!(
                "{path}CREATE TEMP TABLE pgr_table_{number} (LIKE {there}) PARTITION BY {key}; \
                 CREATE TEMP TABLE pgr_desired_{number} PARTITION OF {copy} {}; ",
                question.desired
            ),
            after: format!(
                "{BARE}SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_class c \
                 WHERE c.oid = 'pg_temp.pgr_desired_{number}'::regclass; "
            ),
        }
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
        let (observed, spelling) = if self.renames() {
            let literal = literal(&question.observed);
            let spelling = format!("CASE WHEN {one} = {two} THEN {literal} ELSE {one} END");
            (make("observed", &sql_of(&question.observed)), spelling)
        } else {
            (String::new(), one)
        };
        Part {
            before: format!("{path}{}{observed}", self.copied(table)),
            after: format!(
                "{path}{}{}{BARE}SELECT {spelling}; ",
                self.renamed(table),
                make("desired", &sql_of(&question.desired))
            ),
        }
    }

    fn query(&self, columns: &[String]) -> Part {
        let Scene { number, question, path, .. } = self;
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", idents(columns)) };
        Part {
            before: String::new(),
            after: format!(
                "{path}CREATE TEMP VIEW pgr_view_{number}{columns} AS {}; {BARE}{}; ",
                sql_of(&question.desired),
                spelled_view(&format!("pgr_view_{number}"))
            ),
        }
    }

    /// A savepoint takes the object away again, so that others may have its name.
    fn part(&self) -> Part {
        let Scene { question, path, .. } = self;
        let (made, spelled) = question.context.made(&question.desired).unwrap_or_default();
        Part {
            before: String::new(),
            after: format!("SAVEPOINT part; {path}{made}; {BARE}{spelled}; ROLLBACK TO SAVEPOINT part; "),
        }
    }

    /// A condition on the rows of a table, as the server prints it in a check.
    fn printed_check(&self, table: &Address) -> Part {
        let Scene { number, question, copy, .. } = self;
        let make = |name: &str, condition: &str| {
            format!("ALTER TABLE {copy} ADD CONSTRAINT pgr_{name}_{number} CHECK ({condition}); ")
        };
        Part {
            before: format!("{}{}", self.path, self.copied(table)),
            after: format!(
                "{}{}{BARE}SELECT pg_get_expr(k.conbin, k.conrelid) FROM pg_constraint k \
                 WHERE k.conrelid = '{copy}'::regclass AND k.conname = 'pgr_desired_{number}'; ",
                self.path,
                make("desired", &question.desired)
            ),
        }
    }

    /// The condition of a trigger.
    fn printed_trigger(&self, table: &Address) -> Part {
        let Scene { number, question, copy, path, .. } = self;
        Part {
            before: format!("{path}{}", self.copied(table)),
            after: format!(
                "{path}CREATE TRIGGER pgr_trigger_{number} BEFORE UPDATE ON {copy} FOR EACH ROW WHEN ({}) \
                 EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger(); {BARE}\
                 SELECT {} FROM pg_trigger t WHERE t.tgrelid = '{copy}'::regclass; ",
                question.desired,
                trigger_condition("t.oid")
            ),
        }
    }

    /// The same of a domain.
    fn printed_domain(&self, base: &str) -> Part {
        let Scene { number, question, path, .. } = self;
        Part {
            before: String::new(),
            after: format!(
                "{path}CREATE DOMAIN pg_temp.pgr_domain_{number} AS {base} CHECK ({}); {BARE}\
                 SELECT pg_get_expr(k.conbin, 0) FROM pg_constraint k \
                 WHERE k.contypid = 'pg_temp.pgr_domain_{number}'::regtype; ",
                question.desired
            ),
        }
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
            format!("CREATE TEMP VIEW pgr_{name}_{number} AS SELECT {item} AS value{from}; ")
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
        Part {
            before: format!("{path}{copied}{observed}"),
            after: format!(
                "{path}{renamed}{desired}{BARE}SELECT CASE WHEN {one} = {two} THEN {literal}{otherwise} END; "
            ),
        }
    }
}
