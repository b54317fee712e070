//! Statements with their forms, and the steps that rooms make of them.

use crate::model::Address;
use crate::sql::{Form, Phrase};
use std::time::Duration;

/// One SQL statement with its form.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What kind of statement it is, and so what it costs.
    pub form: Form,
    /// The SQL, without a final semicolon.
    pub sql: Phrase,
    /// The table whose lock matters, if there is one.
    pub table: Option<Address>,
    /// Another table that it locks too (the referenced one of a foreign key).
    pub also: Option<Address>,
    /// Tables whose rows it looks at, besides.
    pub reads: Vec<Address>,
    /// Tables, as a person knows them, that it takes along with their rows.
    pub takes: Vec<String>,
    /// Where it can be said inside the statement that creates its parent.
    pub clause: Option<Clause>,
    /// It writes to the tool's own schema, which must be there.
    pub uses_state: bool,
    /// It is done as the owner of its table already.
    pub as_owner: bool,
    /// SQL of the file in it looks at what it likes: whether all of that can be seen, the server is asked before it is executed.
    pub looks_around: bool,
    /// It is about a table that the file does not declare, which its own people may take away meanwhile.
    pub may_miss: bool,
    /// The same in batches, for tables that hold many rows: the text before and after the number of rows. Repeated
    /// until no row is left.
    pub batch: Option<(Phrase, Phrase)>,
    /// What it says of its table after `ALTER TABLE name`, where the statement before may say it too: two rewrites of a
    /// table are one.
    pub joins: Option<Phrase>,
    /// For statements that other statements can be folded into: what closes them (`)` and what follows).
    pub open: Option<Phrase>,
    /// The rows that it takes out of the way of its object.
    pub repair: Option<Repair>,
}

/// What is known of the rows that a repair takes out of the way.
#[derive(Debug, Clone)]
pub struct Repair {
    /// A query that counts them, as bigint.
    pub count: String,
    /// They can be counted before the run, which changes no values of their tables first.
    pub is_countable: bool,
    /// It wants consent, however many they are.
    pub is_asked_for: bool,
    /// How many they are, and how many the table has, once both are counted.
    pub found: Option<(u64, u64)>,
}

/// The same as a statement, said inside `CREATE TABLE ( … )`.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The text of the clause.
    pub sql: Phrase,
}

impl Statement {
    /// A statement about no table in particular.
    pub fn new(form: Form, sql: impl Into<Phrase>) -> Statement {
        Statement {
            form,
            sql: sql.into(),
            table: None,
            also: None,
            reads: Vec::new(),
            takes: Vec::new(),
            clause: None,
            uses_state: false,
            as_owner: false,
            looks_around: false,
            may_miss: false,
            batch: None,
            joins: None,
            open: None,
            repair: None,
        }
    }

    /// A statement about `table`.
    pub fn on(table: &Address, form: Form, sql: impl Into<Phrase>) -> Statement {
        Statement { table: Some(table.clone()), ..Statement::new(form, sql) }
    }

    /// `ALTER TABLE table` with `rest`.
    pub fn alter(table: &Address, form: Form, rest: impl Into<Phrase>) -> Statement {
        let sql = Phrase::from("ALTER TABLE ").raw(table.relation()).raw(" ").phrase(&rest.into());
        Statement::on(table, form, sql)
    }

    /// Says that it locks `table` too.
    #[must_use]
    pub fn also(mut self, table: &Address) -> Statement {
        self.also = Some(table.clone());
        self
    }

    /// Says that it looks at the rows of `table` too.
    #[must_use]
    pub fn reading(mut self, table: &Address) -> Statement {
        self.reads.push(table.clone());
        self
    }

    /// Says that it takes tables along, with their rows.
    #[must_use]
    pub fn taking(mut self, tables: &[String]) -> Statement {
        self.takes.extend_from_slice(tables);
        self
    }

    /// Says how it reads inside `CREATE TABLE`.
    #[must_use]
    pub fn clause(mut self, sql: Phrase) -> Statement {
        self.clause = Some(Clause { sql });
        self
    }

    /// Says that it writes to the tool's own schema.
    #[must_use]
    pub fn with_state(mut self) -> Statement {
        self.uses_state = true;
        self
    }

    /// Says that what it runs of its table is done as the owner of that already.
    #[must_use]
    pub fn as_owner(mut self) -> Statement {
        self.as_owner = true;
        self
    }

    /// Says that what it is about may be gone meanwhile, if `is_so`.
    #[must_use]
    pub fn may_miss(mut self, is_so: bool) -> Statement {
        self.may_miss |= is_so;
        self
    }

    /// Says, where it takes rows out of the way, how they are counted, and whether that is asked for however many they are.
    #[must_use]
    pub fn repairing(mut self, count: &str, is_asked_for: bool) -> Statement {
        if matches!(self.form, Form::Repair | Form::DeleteRows) {
            self.repair =
                Some(Repair { count: count.to_string(), is_countable: true, is_asked_for, found: None });
        }
        self
    }

    /// Says how it reads in batches.
    #[must_use]
    pub fn batched(mut self, before: Phrase, after: Phrase) -> Statement {
        self.batch = Some((before, after));
        self
    }

    /// Says that clauses can follow, and what closes the statement after them.
    #[must_use]
    pub fn open(mut self, close: Phrase) -> Statement {
        self.open = Some(close);
        self
    }
}

/// A question to the data, asked before the first statement of the plan is executed.
#[derive(Debug, Clone)]
pub struct Preflight {
    /// Statements that the query stands on; what they make is taken back.
    pub before: Vec<String>,
    /// A query with two columns: how many rows stand in the way (bigint), and up to five of their keys (text).
    pub query: String,
    /// The same query with whole rows in place of their keys, where it is about rows of a table.
    pub showing_rows: Option<String>,
    /// Tables whose rows it looks at, besides the one that its object is part of.
    pub reads: Vec<Address>,
    /// What those rows are: "rows with no value in `name`".
    pub rows: String,
    /// What a person can do about them.
    pub hint: String,
}

/// SQL that gives the primary key of row `t` of a table, `(id = 11)`, or where it lies, if it has none. What else the row holds
/// is nobody's business who reads a log. A `json` may hold escapes that nothing can take apart (`\u0000`): only those of quotes
/// and of backslashes are left as such.
pub const KEY_OF_ROW: &str = "coalesce((SELECT pg_catalog.concat('(', pg_catalog.string_agg(\
     pg_catalog.concat(v.key, ' = ', v.value), ', '), ')') FROM pg_catalog.json_each_text(pg_catalog.replace(pg_catalog.replace(\
     pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.to_json(t.*)::pg_catalog.text, \
     '\\\\', pg_catalog.chr(1)), '\\\"', pg_catalog.chr(2)), '\\', '\\\\'), pg_catalog.chr(2), '\\\"'), \
     pg_catalog.chr(1), '\\\\')::pg_catalog.json) v \
     WHERE EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a \
     ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid AND a.attnum OPERATOR(pg_catalog.=) ANY (i.indkey) \
     WHERE i.indrelid OPERATOR(pg_catalog.=) t.tableoid AND i.indisprimary \
     AND a.attname OPERATOR(pg_catalog.=) v.key::pg_catalog.name) \
     HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0), pg_catalog.concat('ctid ', t.ctid))";

impl Preflight {
    /// Counts what is in `from`, a FROM list, where `condition` holds, and shows the first few as `shown` spells them.
    pub fn counting(shown: &str, from: &str, condition: &str, rows: String, hint: String) -> Preflight {
        let query = counted(&format!("pg_catalog.left({shown}, 80)"), from, condition);
        Preflight { before: Vec::new(), query, showing_rows: None, reads: Vec::new(), rows, hint }
    }

    /// Counts the rows of `table` where `condition` holds of the row `t`, and shows the keys of the first few.
    pub fn of_rows(table: &str, condition: &str, rows: String, hint: String) -> Preflight {
        let from = format!("{table} t");
        let showing_rows = Some(counted("ROW(t.*)::pg_catalog.text", &from, condition));
        Preflight { showing_rows, ..Preflight::counting(KEY_OF_ROW, &from, condition, rows, hint) }
    }

    /// Counts the rows beyond one for each value of `keys`, a list of expressions over what stands after FROM in `from`, and shows
    /// the first few values; `what` they break, and what a person can do.
    pub fn repeating(keys: &str, from: &str, what: &str, hint: String) -> Preflight {
        Preflight {
            before: Vec::new(),
            showing_rows: None,
            query: repeating(keys, from),
            reads: Vec::new(),
            rows: format!("rows repeating ({keys}) and so breaking `{what}`"),
            hint,
        }
    }

    /// Says of which other tables it looks at rows.
    #[must_use]
    pub fn reading(mut self, tables: impl IntoIterator<Item = Address>) -> Preflight {
        self.reads.extend(tables);
        self
    }
}

/// A query: how many there are in `from`, a FROM list, where `condition` holds, and the first few as `shown` spells them.
fn counted(shown: &str, from: &str, condition: &str) -> String {
    let from = format!("FROM {from} WHERE {condition}");
    let few = format!("SELECT {shown} AS x {from} LIMIT 5");
    format!("SELECT pg_catalog.count(*), (SELECT pg_catalog.string_agg(x, ', ') FROM ({few}) few) {from}")
}

/// A query: how many rows there are beyond one for each value of `keys`, and the first few values.
pub fn repeating(keys: &str, from: &str) -> String {
    let (count, groups) = (repeats(keys, from), repeated(keys, from));
    let few = format!("SELECT x FROM ({groups}) repeated LIMIT 5");
    format!("SELECT ({count}), (SELECT pg_catalog.string_agg(x, ', ') FROM ({few}) few)")
}

/// A query: the values of `keys` that are there more than once, as text `x`, and how often, as `n`. Columns may have those names
/// too.
fn repeated(keys: &str, from: &str) -> String {
    format!(
        "SELECT pg_catalog.left(ROW({keys})::text, 80) AS x, pg_catalog.count(*) AS n FROM {from} GROUP BY {keys} \
         HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1"
    )
}

/// A query: how many rows there are beyond one for each value of `keys`, whichever of them that is.
pub fn repeats(keys: &str, from: &str) -> String {
    format!(
        "SELECT coalesce(pg_catalog.sum(n OPERATOR(pg_catalog.-) 1), 0)::bigint FROM ({}) repeated",
        repeated(keys, from)
    )
}

/// How the server is made to check the text of an object that it otherwise takes unread.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Makes the same object under a temporary name, once all is there that the text names.
    pub make: Phrase,
    /// Takes that away again.
    pub undo: String,
    /// What a person can do where the text names what is not there.
    pub hint: &'static str,
}

/// What a room wants done, in its direct form and, where there is a gentler way for tables that hold data, in that
/// form too. Which of the two is taken is decided by the plan.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// For tables that are new or hold no rows.
    pub direct: Vec<Statement>,
    /// For tables that hold rows; empty if the direct form serves there too.
    pub online: Vec<Statement>,
    /// For tables that hold rows, where all has to be done in one transaction; empty if the direct form serves there too.
    pub at_once: Vec<Statement>,
    /// The question to ask first, where the table holds rows.
    pub preflight: Option<Preflight>,
    /// What must be there before it, besides what its object needs: others may come between the object and this step.
    pub after: Vec<Address>,
}

impl Step {
    /// A step that is the same whatever the table holds.
    pub fn direct(statements: impl IntoIterator<Item = Statement>) -> Step {
        Step { direct: statements.into_iter().collect(), ..Step::default() }
    }

    /// Says that its direct form is about `table`.
    #[must_use]
    pub fn of(mut self, table: &Address) -> Step {
        self.direct.iter_mut().for_each(|statement| statement.table = Some(table.clone()));
        self
    }

    /// Adds the gentler way.
    #[must_use]
    pub fn online(mut self, statements: impl IntoIterator<Item = Statement>) -> Step {
        self.online = statements.into_iter().collect();
        self
    }

    /// Adds the way that fits into one transaction, with what rows need.
    #[must_use]
    pub fn at_once(mut self, statements: impl IntoIterator<Item = Statement>) -> Step {
        self.at_once = statements.into_iter().collect();
        self
    }

    /// Says that it waits for others, for which the object itself does not.
    #[must_use]
    pub fn after(mut self, others: impl IntoIterator<Item = Address>) -> Step {
        self.after.extend(others);
        self
    }

    /// Adds a question to the data.
    #[must_use]
    pub fn preflight(mut self, preflight: Option<Preflight>) -> Step {
        self.preflight = preflight;
        self
    }
}

impl From<Statement> for Step {
    fn from(statement: Statement) -> Self {
        Step::direct([statement])
    }
}

/// What happened to one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// Its place in the plan, from 1.
    pub number: usize,
    /// What it was about.
    pub address: String,
    /// What happens to that: `create`, `alter`, `replace`, `rename`, `drop`.
    pub action: &'static str,
    /// Its form.
    pub form: String,
    /// The SQL as it may be shown.
    pub sql: String,
    /// How long it took.
    pub duration: Option<Duration>,
    /// `done`, `failed`, `skipped`.
    pub outcome: &'static str,
    /// What the server said.
    pub error: Option<String>,
}
