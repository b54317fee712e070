//! Whose code there is in the database, and which expressions call it. To read an expression is to run code: constants
//! are folded, literals of a domain are checked, an index is built. So what calls a routine, an operator or a type of
//! somebody who is not trusted is never shown to the server again; it is compared as text.
//!
//! What calls what is known from `pg_depend`, in the snapshot in which the catalog is read.

use crate::kind::Server;
use crate::model::Address;
use crate::pg::Feature;
use crate::session::Answer;
use crate::sql::{literal, operator_name};
use std::collections::{BTreeMap, HashSet};

/// Where the code is that an expression may call.
#[derive(Debug, Clone, Default)]
pub struct Code {
    /// The words of names whose calls a plan may show without their names: see [`Code::may_hide_calls`].
    foldable: HashSet<String>,
    /// Operators for which the same holds, each with the names of the types of its sides that are not PostgreSQL's.
    operators: Vec<(String, Vec<String>)>,
    strangers: Strangers,
    meaning: Meaning,
}

/// What belongs to roles that are not trusted. There is nothing of it in most databases.
#[derive(Debug, Clone, Default)]
struct Strangers {
    /// Routines, types and operators.
    named: Vec<Named>,
    /// By the names of its address, what calls any of it, and the role.
    callers: BTreeMap<Vec<String>, String>,
    /// Relations that such a caller is part of, and those that they are partitions or children of.
    reached: BTreeMap<Vec<String>, String>,
}

/// What sort of thing a name is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Routine,
    Operator,
    Type,
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
}

/// What gives the text of an expression its meaning, besides the columns of its own table.
#[derive(Debug, Clone, Default)]
pub struct Meaning {
    /// A digest of the routines, operators and types that can be called.
    pub called: String,
    /// A digest of the columns of every relation that a query reads.
    pub read: String,
}

/// The queries whose answers [`Code::read`] takes, for the snapshot in which the catalog is read.
pub fn queries(server: &Server) -> [String; 3] {
    [named(server), callers(server), meaning(server)]
}

/// The name of a role that is not trusted; NULL for the others.
fn stranger(server: &Server, owner: &str) -> String {
    format!("CASE WHEN {} THEN NULL ELSE pg_get_userbyid({owner})::text END", server.trusts(owner))
}

/// Routines, operators and types that expressions may call, but for PostgreSQL's own.
fn named(server: &Server) -> String {
    let own = "'pg_catalog'::regnamespace";
    // Of an immutable routine a plan shows the result, of one in SQL the body.
    let folds = "(p.provolatile = 'i' OR p.prolang = 14)";
    let of = |owner: &str| stranger(server, owner);
    format!(
        "SELECT DISTINCT 'routine' AS sort, n.nspname::text AS place, p.proname::text AS name, NULL::text AS types, \
         {folds} AS folds, {} AS stranger, NOT EXISTS (SELECT FROM pg_proc q WHERE q.pronamespace = {own} \
         AND q.proname = p.proname AND q.proargtypes = p.proargtypes) AS found FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE p.pronamespace <> {own} \
         UNION ALL SELECT DISTINCT 'symbol', n.nspname::text, o.oprname::text, \
         to_json(array_remove(ARRAY[CASE WHEN l.typnamespace <> {own} THEN l.typname END, \
         CASE WHEN r.typnamespace <> {own} THEN r.typname END], NULL))::text, {folds}, {}, \
         NOT EXISTS (SELECT FROM pg_operator q WHERE q.oprnamespace = {own} AND q.oprname = o.oprname \
         AND q.oprleft = o.oprleft AND q.oprright = o.oprright) \
         FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace JOIN pg_proc p ON p.oid = o.oprcode \
         LEFT JOIN pg_type l ON l.oid = o.oprleft LEFT JOIN pg_type r ON r.oid = o.oprright WHERE o.oprnamespace <> {own} \
         UNION ALL SELECT DISTINCT 'cast', n.nspname::text, t.typname::text, NULL, {folds}, NULL, true \
         FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_type t ON t.oid IN (c.castsource, c.casttarget) \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE p.pronamespace <> {own} \
         UNION ALL SELECT 'type', n.nspname::text, t.typname::text, NULL, false, {}, true \
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {} AND NOT {} ORDER BY 1, 2, 3, 4, 5, 6, 7",
        of("p.proowner"),
        of("o.oprowner"),
        of("t.typowner"),
        TYPES_WITH_CODE,
        server.trusts("t.typowner"),
    )
}

/// A condition on `pg_type t`: values of the type can have code of its owner run.
const TYPES_WITH_CODE: &str =
    "t.oid >= 16384 AND (t.typtype IN ('d', 'r') OR t.typtype = 'b' AND t.typelem = 0)";

/// What belongs to strangers, as a list of `strange(class, oid, who)`.
fn strange(server: &Server) -> String {
    let strange = |owner: &str| format!("NOT {}", server.trusts(owner));
    format!(
        "SELECT 'pg_proc'::regclass::oid, p.oid, p.proowner FROM pg_proc p WHERE p.oid >= 16384 AND {} \
         UNION ALL SELECT 'pg_operator'::regclass, o.oid, o.oprowner FROM pg_operator o WHERE o.oid >= 16384 AND {} \
         UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typowner FROM pg_type t WHERE {TYPES_WITH_CODE} AND {}",
        strange("p.proowner"),
        strange("o.oprowner"),
        strange("t.typowner"),
    )
}

/// What may call something of `strange`, as `calls(class, oid, sub, who)`: that itself; and trusted routines, where a
/// bare name in their bodies is looked for along a path on which strangers have something.
fn calls(server: &Server) -> String {
    let parsed = if server.has(Feature::SqlBody) { "p.prosqlbody IS NULL" } else { "true" };
    let here = format!("({} OR n.nspname = 'public')", server.in_schemas("n.nspname"));
    format!(
        "SELECT class, oid, 0, who FROM strange \
         UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, s.who FROM (\
         SELECT p.proowner FROM strange s JOIN pg_proc p ON p.oid = s.oid JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE s.class = 'pg_proc'::regclass AND {here} \
         UNION SELECT o.oprowner FROM strange s JOIN pg_operator o ON o.oid = s.oid \
         JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE s.class = 'pg_operator'::regclass AND {here}\
         ) s(who), pg_proc p JOIN pg_language l ON l.oid = p.prolang \
         WHERE p.oid >= 16384 AND l.lanname NOT IN ('internal', 'c') AND {parsed} \
         AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE starts_with(c, 'search_path='))"
    )
}

/// What depends on something of `tainted t`.
const DEPENDENTS: &str = "SELECT e.class, e.oid, e.sub, t.who FROM tainted t CROSS JOIN LATERAL (\
     SELECT d.classid AS class, d.objid AS oid, d.objsubid AS sub FROM pg_depend d WHERE d.refclassid = t.class \
     AND d.refobjid = t.oid AND (t.sub = 0 OR d.refobjsubid IN (0, t.sub)) AND d.deptype IN ('n', 'a', 'i') \
     UNION ALL SELECT 'pg_class'::regclass, r.ev_class, 0 FROM pg_rewrite r \
     WHERE t.class = 'pg_rewrite'::regclass AND r.oid = t.oid AND r.rulename = '_RETURN' \
     UNION ALL SELECT 'pg_type'::regclass, k.contypid, 0 FROM pg_constraint k \
     WHERE t.class = 'pg_constraint'::regclass AND k.oid = t.oid AND k.contypid <> 0) e";

/// What of `tainted t` is no object of its own in a file: that whose part it is.
const WHOLES: &str = "SELECT 'pg_class'::regclass, f.adrelid, f.adnum, t.who FROM tainted t JOIN pg_attrdef f \
     ON t.class = 'pg_attrdef'::regclass AND f.oid = t.oid \
     UNION SELECT 'pg_publication'::regclass, r.prpubid, 0, t.who FROM tainted t JOIN pg_publication_rel r \
     ON t.class = 'pg_publication_rel'::regclass AND r.oid = t.oid";

/// The relations that something of `marked m` is part of, or that it is.
const RELATIONS: &str = "SELECT coalesce(x.indrelid, m.oid), m.who FROM marked m LEFT JOIN pg_index x ON x.indexrelid = m.oid \
     WHERE m.class = 'pg_class'::regclass \
     UNION SELECT k.conrelid, m.who FROM marked m JOIN pg_constraint k ON k.oid = m.oid \
     WHERE m.class = 'pg_constraint'::regclass AND k.conrelid <> 0 \
     UNION SELECT g.tgrelid, m.who FROM marked m JOIN pg_trigger g ON g.oid = m.oid WHERE m.class = 'pg_trigger'::regclass \
     UNION SELECT p.polrelid, m.who FROM marked m JOIN pg_policy p ON p.oid = m.oid WHERE m.class = 'pg_policy'::regclass \
     UNION SELECT r.ev_class, m.who FROM marked m JOIN pg_rewrite r ON r.oid = m.oid WHERE m.class = 'pg_rewrite'::regclass \
     UNION SELECT s.stxrelid, m.who FROM marked m JOIN pg_statistic_ext s ON s.oid = m.oid \
     WHERE m.class = 'pg_statistic_ext'::regclass";

/// The names of the address of the object `m`.
fn names() -> String {
    let (routine, operator) = ("p.proname || '(' || oidvectortypes(p.proargtypes) || ')'", operator_name!());
    format!(
        "CASE m.class \
         WHEN 'pg_proc'::regclass THEN (SELECT ARRAY[n.nspname::text, {routine}] FROM pg_proc p \
         JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = m.oid) \
         WHEN 'pg_operator'::regclass THEN (SELECT ARRAY[n.nspname::text, {operator}] FROM pg_operator o \
         JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = m.oid) \
         WHEN 'pg_type'::regclass THEN (SELECT ARRAY[n.nspname::text, t.typname::text] FROM pg_type t \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = m.oid) \
         WHEN 'pg_statistic_ext'::regclass THEN (SELECT ARRAY[n.nspname::text, c.relname::text, s.stxname::text] \
         FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = s.stxnamespace \
         WHERE s.oid = m.oid) \
         WHEN 'pg_class'::regclass THEN (SELECT array_remove(ARRAY[n.nspname::text, i.relname::text, c.relname::text, \
         a.attname::text], NULL) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_index x ON x.indexrelid = c.oid LEFT JOIN pg_class i ON i.oid = x.indrelid \
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = m.sub AND m.sub > 0 WHERE c.oid = m.oid) \
         ELSE (pg_identify_object_as_address(m.class, m.oid, 0)).object_names END"
    )
}

/// Everything that depends on what a role owns that is not trusted, with the names of its address.
fn callers(server: &Server) -> String {
    let (strange, calls, names) = (strange(server), calls(server), names());
    format!(
        "WITH RECURSIVE strange(class, oid, who) AS ({strange}), calls(class, oid, sub, who) AS ({calls}), \
         tainted(class, oid, sub, who) AS (SELECT * FROM calls UNION {DEPENDENTS}), \
         marked AS (SELECT * FROM tainted UNION {WHOLES}), reached(oid, who) AS ({RELATIONS}), \
         family(oid, who) AS (SELECT * FROM reached UNION SELECT i.inhparent, f.who FROM family f JOIN pg_inherits i \
         ON i.inhrelid = f.oid) \
         SELECT to_json(ARRAY[n.nspname, c.relname]::text[])::text AS names, pg_get_userbyid(f.who)::text AS stranger, \
         true AS reached FROM family f JOIN pg_class c ON c.oid = f.oid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') UNION ALL \
         SELECT to_json({names})::text, pg_get_userbyid(m.who)::text, false FROM marked m \
         WHERE m.class IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_class'::regclass, \
         'pg_statistic_ext'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, \
         'pg_rewrite'::regclass, 'pg_publication'::regclass) ORDER BY 3, 1, 2"
    )
}

/// Digests of what expressions mean: of the routines, operators and types in the schemas that are read and of those
/// that something depends on, by their row versions; and of the columns of what views, policies and routines read.
fn meaning(server: &Server) -> String {
    let here = |column: &str| {
        format!(
            "{column} IN (SELECT n.oid FROM pg_namespace n WHERE {} OR n.nspname = 'public')",
            server.in_schemas("n.nspname")
        )
    };
    let branch = |catalog: &str, namespace: &str| {
        format!(
            "SELECT x.oid, x.xmin::text AS version FROM {catalog} x WHERE x.oid >= 16384 AND ({} OR x.oid IN (\
             SELECT d.refobjid FROM pg_depend d WHERE d.refclassid = '{catalog}'::regclass AND d.refobjid >= 16384 \
             AND d.deptype IN ('n', 'a')))",
            here(namespace)
        )
    };
    let branches = [
        branch("pg_proc", "x.pronamespace"),
        branch("pg_operator", "x.oprnamespace"),
        branch("pg_collation", "x.collnamespace"),
        format!("{} AND x.typrelid = 0", branch("pg_type", "x.typnamespace")),
        "SELECT x.oid, x.xmin::text FROM pg_cast x WHERE x.oid >= 16384".to_string(),
        "SELECT x.oid, x.xmin::text FROM pg_constraint x WHERE x.contypid <> 0 AND x.oid >= 16384"
            .to_string(),
    ];
    format!(
        "SELECT (SELECT md5(coalesce(string_agg(oid::text || ' ' || version, ',' ORDER BY oid, version), '')) \
         FROM ({}) called) AS called, (SELECT md5(coalesce(string_agg(concat_ws(' ', a.attrelid, a.attnum, a.atttypid, \
         a.atttypmod, a.attcollation, quote_ident(a.attname)), ',' ORDER BY a.attrelid, a.attnum), '')) \
         FROM pg_attribute a WHERE a.attnum > 0 AND a.attrelid IN (SELECT d.refobjid FROM pg_depend d \
         WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass) \
         AND d.refclassid = 'pg_class'::regclass AND d.refobjid >= 16384)) AS read",
        branches.join(" UNION ALL ")
    )
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
                let sort = match sort.as_str() {
                    "routine" => Sort::Routine,
                    "symbol" => Sort::Operator,
                    _ => Sort::Type,
                };
                let is_found = row.flag("found");
                code.strangers.named.push(Named { sort, schema, name, stranger, is_found });
            }
        }
        for row in callers.rows() {
            let Strangers { callers, reached, .. } = &mut code.strangers;
            let list = if row.flag("reached") { reached } else { callers };
            list.insert(row.list("names"), row.text("stranger").to_string());
        }
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

    /// Whether no expression can call anything of somebody who is not trusted.
    pub fn is_all_trusted(&self) -> bool {
        self.strangers.named.is_empty() && self.strangers.callers.is_empty()
    }

    /// The role that is not trusted and whose code the observed object at `at` calls.
    pub fn stranger_called_by(&self, at: &Address) -> Option<&str> {
        self.strangers.callers.get(at.path()).map(String::as_str)
    }

    /// The role that is not trusted and whose code `text` may call, which is read along the path of `schemas`; of a type,
    /// only another type can be named in it.
    pub fn stranger_named_in(&self, text: &str, is_type: bool, schemas: &[String]) -> Option<&str> {
        self.find_stranger(text, is_type, schemas, &|_| true)
    }

    /// As [`Code::stranger_named_in`], but not where a name that is found along the path stands for something else than
    /// a call.
    pub fn stranger_called_in(&self, text: &str, is_type: bool, schemas: &[String]) -> Option<&str> {
        let is_call = |named: &Named| named.sort != Sort::Routine || is_called(&named.name, text);
        self.find_stranger(text, is_type, schemas, &is_call)
    }

    fn find_stranger(
        &self,
        text: &str,
        is_type: bool,
        schemas: &[String],
        is_call: &dyn Fn(&Named) -> bool,
    ) -> Option<&str> {
        if self.strangers.named.is_empty() {
            return None;
        }
        let names = Names::of(text);
        let along_the_path = |schema: &String| schema == "public" || schemas.contains(schema);
        let named = |named: &&Named| {
            let Named { sort, schema, name, is_found, .. } = named;
            let is_there = match sort {
                Sort::Operator => names.has_operator(name),
                Sort::Routine | Sort::Type => names.has(name),
            };
            (!is_type || *sort == Sort::Type)
                && is_there
                && (names.has(schema) || *is_found && along_the_path(schema) && is_call(named))
        };
        self.strangers.named.iter().find(named).map(|named| named.stranger.as_str())
    }

    /// Whether a plan may show the result of a call in `text`, or the body of what is called, in the place of the call:
    /// then two texts can look the same that are not.
    pub fn may_hide_calls(&self, text: &str) -> bool {
        let names = Names::of(text);
        self.foldable.iter().any(|name| names.has(name))
            || self.operators.iter().any(|(name, types)| {
                // Both sides of a call that is folded are constants, whose types are said unless they are PostgreSQL's.
                names.has_operator(name) && types.iter().all(|name| names.has(name))
            })
    }
}

/// A statement of our own that fails where `text` may call a volatile routine: the server evaluates some expressions as it
/// reads them, and whoever wrote them for a command that only looks must not act by it.
pub fn refuse_volatile_calls(number: usize, text: &str) -> String {
    let mut names: Vec<String> = words(text).into_iter().collect();
    names.sort();
    let list: Vec<String> = names.iter().map(|name| literal(name)).collect();
    // What stands in quotes can be any name.
    let hidden = text.contains('"');
    format!(
        "CREATE TEMP TABLE pgr_guard_{number} AS SELECT 1 / CASE WHEN {hidden} OR EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.provolatile = 'v' \
         AND pg_catalog.lower(p.proname::pg_catalog.text) OPERATOR(pg_catalog.=) ANY (ARRAY[{}]::pg_catalog.text[])) \
         THEN 0 ELSE 1 END AS calls_nothing_volatile",
        list.join(", ")
    )
}

/// The words of a text, in small letters.
fn words(text: &str) -> HashSet<String> {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').map(str::to_lowercase).collect()
}

/// Whether `text` may name what is called `name`.
pub fn may_name(text: &str, name: &str) -> bool {
    Names::of(text).has(name)
}

/// The names that may stand in a text of SQL. It may have some that do not: no SQL is taken apart here.
struct Names<'t> {
    text: &'t str,
    words: HashSet<String>,
    /// What stands in quotes as names do, where that can be told.
    quoted: Option<HashSet<String>>,
}

impl Names<'_> {
    fn of(text: &str) -> Names<'_> {
        let (mut quoted, mut bare) = (HashSet::new(), String::new());
        let mut rest = text;
        let mut is_plain = true;
        while let Some(at) = rest.find(['\'', '"']) {
            let quote = &rest[at..=at];
            let before = &rest[..at];
            is_plain &= !is_odd(before, quote, &rest[at + 1..]);
            bare.push_str(before);
            bare.push(' ');
            rest = &rest[at + 1..];
            let mut inside = String::new();
            while let Some(end) = rest.find(quote) {
                inside.push_str(&rest[..end]);
                rest = &rest[end + 1..];
                let Some(doubled) = rest.strip_prefix(quote) else { break };
                inside.push_str(quote);
                rest = doubled;
            }
            if quote == "\"" {
                quoted.insert(inside);
            }
        }
        is_plain &= !is_odd(rest, "", "");
        bare.push_str(rest);
        match is_plain {
            true => Names { text, words: words(&bare), quoted: Some(quoted) },
            false => Names { text, words: words(text), quoted: None },
        }
    }

    /// Whether a name may stand in the text, bare or in quotes.
    fn has(&self, name: &str) -> bool {
        let plain = name.chars().all(|char| char.is_alphanumeric() || char == '_');
        let bare = plain && self.words.contains(&name.to_lowercase());
        match &self.quoted {
            Some(quoted) => bare || quoted.contains(name),
            None => bare || !plain && self.text.contains(name) || self.text.to_lowercase().contains("u&"),
        }
    }

    /// Whether an operator may stand in the text.
    fn has_operator(&self, name: &str) -> bool {
        self.text.contains(name)
    }
}

/// Whether what stands before a quote, or what the quote means, makes it less than plain what stands in quotes: comments,
/// quotes by dollars, escapes.
fn is_odd(before: &str, quote: &str, after: &str) -> bool {
    let lower = before.to_lowercase();
    let by_dollars =
        before.split('$').skip(1).any(|rest| !rest.starts_with(|char: char| char.is_ascii_digit()));
    let escapes = quote == "'" && lower.ends_with('e') && after.contains('\\');
    before.contains("--") || before.contains("/*") || by_dollars || escapes || lower.ends_with("u&")
}

/// Whether a name stands in a text before an opening bracket.
fn is_called(name: &str, text: &str) -> bool {
    let (name, text) = (name.to_lowercase(), text.to_lowercase());
    text.match_indices(&name).any(|(at, found)| {
        let rest = text[at + found.len()..].trim_start_matches('"').trim_start();
        rest.starts_with('(') || rest.starts_with("/*") || rest.starts_with("--")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        let named = [["app", "f"], ["public", "lower"], ["m", "odd name"], ["public", "="]];
        let named = named.map(|[schema, name]| Named {
            sort: if name == "=" { Sort::Operator } else { Sort::Routine },
            schema: schema.to_string(),
            name: name.to_string(),
            stranger: "mallory".to_string(),
            is_found: true,
        });
        Code { strangers: Strangers { named: named.to_vec(), ..Strangers::default() }, ..Code::default() }
    }

    #[test]
    fn what_can_be_called_is_found_along_the_path_and_by_its_schema() {
        let code = code();
        let named = |text: &str| code.stranger_named_in(text, false, &["public".to_string()]).is_some();
        assert!(named("LOWER(a)") && named("\"lower\"(a)") && named("a = b") && named("app.f(1)"));
        assert!(named("m.\"odd name\"()") && named("U&\"\\0066\"(1)"));
        assert!(!named("f(1)") && !named("upper(a) < 'x'") && !named("upper('lower(a)')"));
        assert!(!named("\"x;lower()\" < 1") && named("E'\\'' || lower(a)") && named("$$'$$ || lower(a)"));
        let called = |text: &str| code.stranger_called_in(text, false, &["public".to_string()]).is_some();
        assert!(called("lower (a)") && called("\"lower\"(a)") && called("lower/**/(a)") && called("app.f"));
        assert!(!called("lower < 1"));
    }
}
