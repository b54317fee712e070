//! Whose code there is in the database, and which expressions call it. To read an expression is to run code: constants
//! are folded, literals of a domain are checked, an index is built. So what calls a routine, an operator or a type of
//! somebody who is not trusted is never shown to the server again; it is compared as text.
//!
//! What calls what is known from `pg_depend`, in the snapshot in which the catalog is read.

mod lookup;
mod names;
mod queries;

use crate::kind::Row;
use crate::model::{Address, Cascade, Upon};
use crate::session::Answer;
use crate::sql::{TYPE_WORDS, literal};
use lookup::Lookup;
use names::{
    Names, is_bare, is_behind, is_behind_a_dot, is_called, is_given, is_given_in_quotes, is_word,
    operators_in,
};
use std::collections::{BTreeMap, HashSet};

pub use names::words;
use queries::HARMLESS;
pub use queries::queries;

/// Where the code is that an expression may call.
#[derive(Debug, Clone, Default)]
pub struct Code {
    /// The words of names whose calls a plan may show without their names: see [`Code::may_hide_calls`].
    foldable: HashSet<String>,
    /// Operators for which the same holds, each with the names of the types of its sides that are not PostgreSQL's.
    operators: Vec<(String, Vec<String>)>,
    strangers: Strangers,
    meaning: Meaning,
    /// The schemas in which a bare name of the file is looked for.
    path: Vec<String>,
    /// What parts of the relations of the file are called.
    columns: HashSet<String>,
}

/// What belongs to roles that are not trusted. There is nothing of it in most databases.
#[derive(Debug, Clone, Default)]
struct Strangers {
    /// Routines, types and operators, and those of others that call them.
    named: Lookup,
    /// What has no code, where bare names of the file are looked for.
    found: Lookup,
    /// By the names of its address, what calls any of it, and the role.
    callers: BTreeMap<Vec<String>, String>,
    /// Relations that such a caller is part of, and those that they are partitions or children of.
    reached: BTreeMap<Vec<String>, String>,
    /// The same by their names.
    relations: Lookup,
    cascades: Vec<Cascade>,
    /// Event triggers that call any of it, each with the role.
    at_events: Vec<(String, String)>,
    /// Relations that nobody deletes from without running such code.
    emptied: Lookup,
    /// By the names of a table, statistics over expressions of it that stand in another schema.
    statistics_elsewhere: BTreeMap<Vec<String>, Vec<String>>,
}

impl Strangers {
    /// Takes what happens to a table, or at an event, from a row of the answer.
    fn take_event(&mut self, event: &str, row: &Row<'_>) {
        let [table, last] = ["names", "last"].map(|column| row.list(column));
        let stranger = row.text("stranger").to_string();
        let upon = match event {
            "retyped" => return self.statistics_elsewhere.entry(table).or_default().push(last.join(".")),
            "emptied" => return self.emptied.insert_relation(&table, &stranger),
            _ if last.is_empty() => return self.at_events.push((table.concat(), stranger)),
            "delete" => Upon::Delete,
            "update" => Upon::Update,
            "refers" => Upon::Refers,
            _ => Upon::Referred,
        };
        self.cascades.push(Cascade { table, upon, last, stranger });
    }
}

/// What sort of thing a name is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Routine,
    Operator,
    /// An operator class.
    Class,
    Type,
    Relation,
    Collation,
    /// A configuration of text search.
    Configuration,
}

impl Sort {
    fn of(word: &str) -> Sort {
        match word {
            "routine" => Sort::Routine,
            "symbol" => Sort::Operator,
            "class" => Sort::Class,
            "relation" => Sort::Relation,
            "collation" => Sort::Collation,
            "configuration" => Sort::Configuration,
            _ => Sort::Type,
        }
    }
}

/// What an expression may name.
#[derive(Debug, Clone)]
struct Named {
    sort: Sort,
    schema: String,
    name: String,
    /// To whom it belongs.
    stranger: String,
    /// Whether a bare name finds it rather than one of PostgreSQL's own, which comes first.
    is_found: bool,
    /// Whether it can be a routine that is called as a column of its first argument.
    is_attribute: bool,
}

impl Named {
    /// Whether a name that is found along the path stands for a call of it, and for nothing else.
    fn is_called(&self, text: &str) -> bool {
        let Named { sort, name, is_attribute, .. } = self;
        *sort != Sort::Routine || is_called(name, text) || *is_attribute && is_behind_a_dot(name, text)
    }
}

/// Words behind which a relation stands and no column can.
const READING: &[&str] = &["from", "join", "table", "only", "into", "update"];

/// What gives the text of an expression its meaning, besides the columns of its own table.
#[derive(Debug, Clone, Default)]
pub struct Meaning {
    /// A digest of the routines, operators and types that can be called.
    pub called: String,
    /// A digest of the columns of every relation that a query reads.
    pub read: String,
}

impl Code {
    /// Reads the answers to [`queries`].
    pub fn read(answers: &[Answer]) -> Code {
        let mut code = Code::default();
        let [named, callers, meaning, ..] = answers else { return code };
        for row in named.rows() {
            let [sort, schema, name] = ["sort", "place", "name"].map(|column| row.text(column).to_string());
            if row.flag("folds") && sort == "symbol" {
                code.operators.push((name.clone(), row.list("types")));
            } else if row.flag("folds") {
                code.foldable.insert(name.to_lowercase());
            }
            if let Some(stranger) = row.owned("stranger") {
                let (is_found, is_attribute) = (row.flag("found"), row.flag("attribute"));
                let (list, sort) = match sort.strip_prefix("found ") {
                    Some(sort) => (&mut code.strangers.found, Sort::of(sort)),
                    None => (&mut code.strangers.named, Sort::of(&sort)),
                };
                list.insert(Named { sort, schema, name, stranger, is_found, is_attribute });
            }
        }
        let mut named_too = Vec::new();
        for row in callers.rows() {
            if let Some(event) = row.owned("event") {
                code.strangers.take_event(&event, &row);
                continue;
            }
            let Strangers { callers, reached, relations, .. } = &mut code.strangers;
            let (names, stranger) = (row.list("names"), row.text("stranger").to_string());
            if row.flag("reached") {
                relations.insert_relation(&names, &stranger);
                reached.insert(names, stranger);
                continue;
            }
            // Who names what is trusted, and calls code of a stranger, calls that too.
            if let (Some(sort), Some(name), Some(schema)) =
                (row.get("sort"), row.owned("bare"), names.first())
            {
                let (sort, schema, stranger) = (Sort::of(sort), schema.clone(), stranger.clone());
                named_too.push(Named { sort, schema, name, stranger, is_found: true, is_attribute: true });
            }
            callers.insert(names, stranger);
        }
        named_too.into_iter().for_each(|named| code.strangers.named.insert(named));
        if let Some(row) = meaning.rows().next() {
            let [called, read] = ["called", "read"].map(|column| row.text(column).to_string());
            code.meaning = Meaning { called, read };
        }
        code
    }

    /// What gives expressions their meaning.
    pub fn meaning(&self) -> &Meaning {
        &self.meaning
    }

    /// By the names of its address, everything that calls code of a role that is not trusted, and the role.
    pub fn callers(&self) -> BTreeMap<Vec<String>, String> {
        self.strangers.callers.clone()
    }

    /// By their names, the relations over which no query can be planned without running such code, and the role.
    pub fn reached(&self) -> BTreeMap<Vec<String>, String> {
        self.strangers.reached.clone()
    }

    /// What changes with rows of other tables that belongs to roles that are not trusted, or calls their code.
    pub fn cascades(&self) -> Vec<Cascade> {
        self.strangers.cascades.clone()
    }

    /// Event triggers that call code of a role that is not trusted, each with the role: whatever is made runs it.
    pub fn at_events(&self) -> &[(String, String)] {
        &self.strangers.at_events
    }

    /// Statistics over expressions of the table that stand in another schema: nothing is known of what they call.
    pub fn statistics_elsewhere(&self, table: &[String]) -> &[String] {
        self.strangers.statistics_elsewhere.get(table).map_or(&[], Vec::as_slice)
    }

    /// Whether no expression can call anything of somebody who is not trusted.
    pub fn is_all_trusted(&self) -> bool {
        let Strangers { named, found, callers, .. } = &self.strangers;
        named.is_empty() && found.is_empty() && callers.is_empty()
    }

    /// The role that is not trusted and whose code the observed object at `at` calls.
    pub fn stranger_called_by(&self, at: &Address) -> Option<&str> {
        self.strangers.callers.get(at.path()).map(String::as_str)
    }

    /// Has bare names be looked for in `schemas`, besides `public`; `columns` are called so as well.
    pub fn look_in(&mut self, schemas: Vec<String>, columns: HashSet<String>) {
        self.path = schemas;
        self.columns = columns;
    }

    /// The role that is not trusted and whose code `text` may call; of a type, only another type can be named in it.
    pub fn stranger_named_in(&self, text: &str, is_type: bool) -> Option<&str> {
        self.find_stranger(text, is_type, &|_| true)
    }

    /// As [`Code::stranger_named_in`], but not where a name that is found along the path stands for something else than
    /// a call.
    pub fn stranger_called_in(&self, text: &str, is_type: bool) -> Option<&str> {
        self.find_stranger(text, is_type, &|named| named.is_called(text))
    }

    /// As [`Code::stranger_called_in`], where a routine may also be given by its name.
    pub fn stranger_given_in(&self, text: &str) -> Option<&str> {
        self.find_stranger(text, false, &|named| named.is_called(text) || is_given(&named.name, text))
    }

    /// The role that is not trusted and whose relation, type, collation or configuration of text search the `text` of the file may
    /// find by its bare name; of a type, only another type can be named in it.
    pub fn stranger_found_in(&self, text: &str, is_type: bool) -> Option<&str> {
        if self.strangers.found.is_empty() {
            return None;
        }
        let (names, words) = (Names::of(text), words(text));
        let has_any = |list: &[&str]| list.iter().any(|word| words.contains(*word));
        let is_there = |named: &&Named| {
            let Named { sort, schema, name, is_found, .. } = named;
            let is_there = || if is_word(name) { is_bare(name, schema, text) } else { names.has(name) };
            // `x in ('new')` names no relation, `nextval('counter')` and `'counter'::regclass` do.
            let is_given = || is_given_in_quotes(name, schema, text);
            let is_behind = |words: &[&str]| is_behind(name, schema, words, text);
            let is_meant = match sort {
                _ if !is_found && !names.has(schema) => false,
                Sort::Type if TYPE_WORDS.contains(&name.as_str()) => text.contains(&format!("\"{name}\"")),
                Sort::Type if is_type => is_there(),
                // `'new'::status`, `cast (x as status)`, `status 'new'`, `status(x)`.
                Sort::Type => is_there() && (is_behind(&["::", "as"]) || is_called(name, text)),
                // What is a column too is one, but where no column can stand.
                Sort::Relation if self.columns.contains(name) => is_behind(READING) || is_given(),
                Sort::Relation => is_there() && has_any(&["select", "table"]) || is_given(),
                // The text may be the name alone.
                Sort::Collation => is_there() && (has_any(&["collate"]) || words.len() == 1),
                _ => is_given(),
            };
            (!is_type || *sort == Sort::Type)
                && is_meant
                && (names.has(schema) || self.is_on_the_path(schema))
        };
        self.strangers.found.named_in(text).find(is_there).map(|named| named.stranger.as_str())
    }

    /// The role that is not trusted and whose code the `text` of a routine may call, or reach by a relation, on the `path` that
    /// it sets for itself or else on that of the file. One that `is_open` may name everything there.
    pub fn stranger_in_body(&self, text: &str, path: Option<&[String]>, is_open: bool) -> Option<&str> {
        let names = Names::of(text);
        let is_searched = |schema: &str| match path {
            // Whoever calls it.
            Some(path) => path.iter().any(|name| name == schema || name == "$user"),
            None => self.is_on_the_path(schema),
        };
        let may_name = |schema: &str, is_there: &dyn Fn() -> bool| {
            is_searched(schema) && (is_open || is_there()) || names.has(schema) && is_there()
        };
        let all = &self.strangers.named;
        let of_schemas = is_open.then(|| all.one_of_each_schema()).into_iter().flatten();
        let named = of_schemas.chain(all.named_in(text)).filter(|named| {
            let Named { sort, schema, name, is_found, .. } = named;
            // Where PostgreSQL's own come in a path that is set is for that to say.
            let can_be_found = *is_found || path.is_some() || names.has(schema);
            can_be_found
                && may_name(schema, &|| match sort {
                    Sort::Operator => names.has_operator(name),
                    Sort::Routine => names.has(name) && (names.has(schema) || named.is_called(text)),
                    _ => names.has(name),
                })
        });
        let relations = &self.strangers.relations;
        let of_schemas = is_open.then(|| relations.one_of_each_schema()).into_iter().flatten();
        let reached = of_schemas.chain(relations.named_in(text));
        let reached = reached.filter(|named| may_name(&named.schema, &|| names.has(&named.name)));
        named.chain(reached).next().map(|named| named.stranger.as_str())
    }

    fn find_stranger(&self, text: &str, is_type: bool, is_call: &dyn Fn(&Named) -> bool) -> Option<&str> {
        if self.strangers.named.is_empty() {
            return None;
        }
        let names = Names::of(text);
        let named = |named: &&Named| {
            let Named { sort, schema, name, is_found, .. } = named;
            let is_there = match sort {
                Sort::Operator => names.has_operator(name),
                _ => names.has(name),
            };
            (!is_type || *sort == Sort::Type)
                && is_there
                && (names.has(schema) || *is_found && self.is_on_the_path(schema) && is_call(named))
        };
        self.strangers.named.named_in(text).find(named).map(|named| named.stranger.as_str())
    }

    fn is_on_the_path(&self, schema: &str) -> bool {
        schema == "public" || self.path.iter().any(|there| there == schema)
    }

    /// The role whose code `text` may reach by a relation that it names.
    pub fn stranger_reached_in(&self, text: &str) -> Option<&str> {
        let (names, words) = (Names::of(text), words(text));
        let deletes = ["delete", "update", "truncate", "merge"].iter().any(|word| words.contains(*word));
        let emptied = deletes.then(|| self.strangers.emptied.named_in(text)).into_iter().flatten();
        let is_named = |named: &&Named| {
            names.has(&named.name) && (names.has(&named.schema) || self.is_on_the_path(&named.schema))
        };
        let mut all = self.strangers.relations.named_in(text).chain(emptied);
        all.find(is_named).map(|named| named.stranger.as_str())
    }

    /// The first of `relations`, each with its role, that a query may read: it names the schema too, or finds the relation
    /// along the path.
    pub fn relation_in<'r>(
        &self,
        query: &str,
        relations: &BTreeMap<&'r [String], &'r str>,
    ) -> Option<(&'r [String], &'r str)> {
        let text = Names::of(query);
        let is_in = |names: &[String]| match names {
            [schema, name, ..] => text.has(name) && (text.has(schema) || self.is_on_the_path(schema)),
            _ => false,
        };
        relations.iter().find(|(names, _)| is_in(names)).map(|(names, role)| (*names, *role))
    }

    /// Whether a plan may show the result of a call in `text`, or the body of what is called, in the place of the call:
    /// then two texts can look the same that are not.
    pub fn may_hide_calls(&self, text: &str) -> bool {
        let names = Names::of(text);
        names.has_any(&self.foldable)
            || self.operators.iter().any(|(name, types)| {
                // Both sides of a call that is folded are constants, whose types are said unless they are PostgreSQL's.
                names.has_operator(name) && types.iter().all(|name| names.has(name))
            })
    }
}

/// A statement of our own, for a session under the path of the file, that fails where `text` may call a routine that acts: a
/// volatile one, or a stable one that is not known to do nothing, as `domain_in` has a domain check a value. The server evaluates
/// some expressions as it reads them, and whoever wrote them for a command that only looks must not act by it.
pub fn refuse_volatile_calls(number: usize, text: &str) -> String {
    let names = Names::of(text).list();
    // `TREAT(x AS f)` is a call of `pg_catalog.f` (`gram.y`).
    let signs = operators_in(text);
    let cannot_tell = names.is_none() || signs.is_none() || words(text).contains("treat");
    let signs: Vec<String> = signs.into_iter().flatten().map(literal).collect();
    let signs = format!("ARRAY[{}]::pg_catalog.name[]", signs.join(", "));
    let names = names.unwrap_or_default();
    let list = |names: &mut dyn Iterator<Item = &String>| {
        let literals: Vec<String> = names.map(|name| literal(name)).collect();
        format!("ARRAY[{}]::pg_catalog.text[]", literals.join(", "))
    };
    let is_call = |name: &&String| is_called(name, text) || is_behind_a_dot(name, text);
    let called = list(&mut names.iter().filter(is_call));
    let schemas = list(&mut names.iter());
    let acts = "l.lanname OPERATOR(pg_catalog.<>) 'internal' AND l.lanname OPERATOR(pg_catalog.<>) 'c'";
    let of_language = "pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang";
    format!(
        "CREATE TEMP TABLE pgr_guard_{number} AS SELECT 1 / CASE WHEN {cannot_tell} OR EXISTS (SELECT FROM pg_catalog.pg_proc p \
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace \
         WHERE (p.provolatile OPERATOR(pg_catalog.=) 'v' OR p.provolatile OPERATOR(pg_catalog.=) 's' AND NOT (\
         n.nspname OPERATOR(pg_catalog.=) 'pg_catalog' AND p.proname OPERATOR(pg_catalog.=) ANY ('{HARMLESS}'::pg_catalog.name[]))) \
         AND pg_catalog.lower(p.proname::pg_catalog.text) OPERATOR(pg_catalog.=) ANY ({called}) \
         AND (pg_catalog.pg_function_is_visible(p.oid) \
         OR pg_catalog.lower(n.nspname::pg_catalog.text) OPERATOR(pg_catalog.=) ANY ({schemas}))) \
         OR EXISTS (SELECT FROM pg_catalog.pg_type t WHERE pg_catalog.lower(t.typname::pg_catalog.text) OPERATOR(pg_catalog.=) ANY ({schemas}) \
         AND (t.typtype OPERATOR(pg_catalog.=) 'd' OR EXISTS (SELECT FROM pg_catalog.pg_cast c \
         JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) c.castfunc JOIN {of_language} \
         WHERE c.oid OPERATOR(pg_catalog.>=) 16384 AND (t.oid OPERATOR(pg_catalog.=) c.castsource OR t.oid OPERATOR(pg_catalog.=) c.casttarget) AND {acts}))) \
         OR EXISTS (SELECT FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) o.oprcode::pg_catalog.oid \
         JOIN {of_language} WHERE o.oid OPERATOR(pg_catalog.>=) 16384 AND o.oprname OPERATOR(pg_catalog.=) ANY ({signs}) AND {acts}) \
         THEN 0 ELSE 1 END AS calls_nothing_volatile"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        let named = [
            ["app", "f"],
            ["public", "lower"],
            ["m", "odd name"],
            ["public", "="],
            ["public", "low$1"],
            ["public", "ⓛ"],
        ];
        let named = named.map(|[schema, name]| Named {
            sort: if name == "=" { Sort::Operator } else { Sort::Routine },
            schema: schema.to_string(),
            name: name.to_string(),
            stranger: "mallory".to_string(),
            is_found: true,
            is_attribute: name == "low$1",
        });
        let mut code = Code::default();
        named.into_iter().for_each(|named| code.strangers.named.insert(named));
        code
    }

    #[test]
    fn what_can_be_called_is_found_along_the_path_and_by_its_schema() {
        let code = code();
        let named = |text: &str| code.stranger_named_in(text, false).is_some();
        assert!(named("LOWER(a)") && named("\"lower\"(a)") && named("a = b") && named("app.f(1)"));
        assert!(named("m.\"odd name\"()") && named("U&\"\\0066\"(1)"));
        assert!(named("low$1(a)") && named("$1||low$1(a)") && named("ⓛ(a)") && named("$$lower$$||a"));
        assert!(!named("f(1)") && !named("upper(a) < 'x'") && !named("upper('lower(a)')"));
        assert!(!named("\"x;lower()\" < 1") && named("E'\\'' || lower(a)") && named("$$'$$ || lower(a)"));
        let called = |text: &str| code.stranger_called_in(text, false).is_some();
        assert!(called("lower (a)") && called("\"lower\"(a)") && called("lower/**/(a)") && called("app.f"));
        assert!(!called("lower < 1"));
    }
}
