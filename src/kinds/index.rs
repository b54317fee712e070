//! Indexes that no constraint stands on.

use crate::delta::{Alteration, Change};
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Shape};
use crate::sql::{
    Form, Fragment, Phrase, auto_name, bracketed, cut, cut_once, ident, not_of_extension, qualified,
};
use crate::statement::{Statement, Step};

/// The room.
pub struct Index;

/// An index. All that follows `ON table` is one fragment, because only PostgreSQL can tell which opclasses,
/// collations and orders go without saying.
#[derive(Debug, Clone)]
pub struct Body {
    unique: bool,
    definition: Fragment,
    valid: bool,
}

static DOC: Doc = Doc {
    name: "index",
    summary: "An index. A bare list is a B-tree on those columns or expressions, each as in CREATE INDEX. On a table \
              that holds rows it is built concurrently; an invalid one is built anew.",
    manual: "sql-createindex",
    place: Place::Children { of: &["table", "materialized view"], key: "indexes" },
    rank: Rank::Constraint,
    main_key: Some("on"),
    keys: &[
        KeyDoc::new(
            "on",
            Shape::SqlList,
            "its columns or expressions: `\"starts_at desc\"`, `\"lower(email)\"`",
        ),
        KeyDoc::new("unique", Shape::Boolean, "no two rows may be equal"),
        KeyDoc::new("method", Shape::Name, "its access method; `btree` if not given"),
        KeyDoc::new("where", Shape::Sql, "which rows it covers"),
        KeyDoc::new("include", Shape::Names, "columns that it carries along"),
        KeyDoc::new("nulls_not_distinct", Shape::Boolean, "two NULLs count as equal (PostgreSQL 15)"),
    ],
    example: "[tables.events.columns]\ntriage = \"text\"\nstarts_at = \"timestamptz\"\n\n[tables.events.indexes]\n\
              events_triage_idx = [\"triage\", \"starts_at desc\"]\n\
              events_open_idx = { on = [\"starts_at\"], where = \"triage <> 'rejected'\" }\n",
};

impl Room for Index {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.clone() else { return };
        let mut reader = item.reader();
        let keys = reader.strings("on");
        let include = reader.strings("include");
        let unique = reader.flag("unique");
        let method = reader.text("method").unwrap_or_else(|| "btree".to_string());
        let nulls_not_distinct = reader.flag("nulls_not_distinct");
        let predicate = reader.string("where");
        if keys.is_empty() {
            let span = reader.span_of("on");
            reader.problems().add(span, "an index wants at least one column or expression");
            return;
        }
        let list: Vec<String> = keys.iter().map(|(key, _)| as_key(key)).collect();
        let carried: Vec<String> = include.iter().map(|(name, _)| ident(name)).collect();
        let mut text = format!("USING {} ({})", ident(&method), list.join(", "));
        if !carried.is_empty() {
            text.push_str(&format!(" INCLUDE ({})", carried.join(", ")));
        }
        if nulls_not_distinct {
            text.push_str(" NULLS NOT DISTINCT");
        }
        if let Some((predicate, _)) = predicate {
            text.push_str(&format!(" WHERE ({predicate})"));
        }
        let span = keys[0].1;
        for (name, span) in include {
            item.refer(Address::new("column", [host.schema(), host.name(), &name]), span);
        }
        for (key, span) in &keys {
            // The columns of a materialized view are known to its query alone.
            if is_name(key) && host.kind == "table" {
                item.refer(Address::new("column", [host.schema(), host.name(), key]), *span);
            }
        }
        let definition = Fragment::written(text, span);
        item.declare(Body { unique, definition, valid: true });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), not_of_extension("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, c.relkind AS host, x.relname AS name, i.indisunique AS unique, \
             i.indisvalid AS valid, pg_get_indexdef(i.indexrelid) AS definition, {} AS needs \
             FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND {ours} AND {own} \
             AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
             ORDER BY i.indexrelid",
            needs::query("pg_class", "x.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_class",
            oid: "x.oid",
            from: "pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
                   JOIN pg_namespace n ON n.oid = c.relnamespace",
            path: "n.nspname, c.relname, x.relname",
            only: "NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid \
                   AND k.contype IN ('p', 'u', 'x'))",
            ..Seat::PART
        })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let text = row.text("definition");
        let definition = text.find(" USING ").map_or(text, |at| &text[at + 1..]);
        let body = Body {
            unique: row.flag("unique"),
            definition: Fragment::plain(definition),
            valid: row.flag("valid"),
        };
        let host = if row.text("host") == "m" { "materialized view" } else { "table" };
        let table = Address::new(host, [path[0], path[1]]);
        let at = Address::new(DOC.name, [path[0], path[1], path[2]]);
        let mut entry = Entry::new(at, body).part_of(table);
        entry.needs.extend(needs::beyond_tables(row, "needs", server));
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("definition", &mut body.definition, Context::Index { table: at.host("table") });
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { unique, definition, valid } = observed;
        if let Some(parts) = Parts::of(definition.text()) {
            draft.array("on", parts.keys.iter().map(|key| from_key(key)));
            draft.flag("unique", *unique);
            draft.word("method", &plain(parts.method), "btree");
            draft.list("include", parts.include.iter().map(|name| plain(name)));
            draft.flag("nulls_not_distinct", parts.nulls_not_distinct);
            draft.some("where", parts.predicate);
        } else {
            draft.unsaid("its definition");
        }
        if !valid {
            draft.unsaid("it is invalid");
        }
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let Body { unique, definition, valid: _ } = desired;
        let direct = Statement::on(
            &at.host("table"),
            Form::CreateIndex,
            build(at, at.name(), *unique, definition, false),
        );
        let sql = build(at, at.name(), *unique, definition, true);
        let online = Statement::on(&at.host("table"), Form::CreateIndexConcurrently, sql);
        if is_partitioned(at, cx) {
            return vec![direct.into()];
        }
        vec![Step::direct([direct]).online([online])]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { unique, definition, valid: _ } = desired;
        out.replaced("unique", &observed.unique, unique);
        out.replaced("definition", &observed.definition, definition);
        if out.is_empty() && !observed.valid {
            let change = Change { attribute: "valid", from: Some("no".into()), to: Some("yes".into()) };
            let sql = format!("REINDEX INDEX CONCURRENTLY {}", qualified(at.schema(), at.name()));
            out.note(change, vec![Statement::on(&at.host("table"), Form::ReindexConcurrently, sql).into()]);
        }
    }

    /// The new one is built beside the old one, which serves until then.
    fn replace(&self, at: &Address, desired: &Body, _: &Body, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let Body { unique, definition, valid: _ } = desired;
        let table = at.host("table");
        let interim = auto_name("pgreconcile", at.name(), "new");
        let old = qualified(at.schema(), at.name());
        let direct = [
            Statement::on(&table, Form::DropIndex, format!("DROP INDEX {old}")),
            Statement::on(&table, Form::CreateIndex, build(at, at.name(), *unique, definition, false)),
        ];
        let mut online = Vec::new();
        let new = qualified(at.schema(), &interim);
        if cx.observed.model.contains(&at.renamed(&interim)) {
            let sql = format!("DROP INDEX CONCURRENTLY {new}");
            online.push(Statement::on(&table, Form::ReplaceIndexConcurrently, sql));
        }
        let sql = build(at, &interim, *unique, definition, true);
        online.push(Statement::on(&table, Form::CreateIndexConcurrently, sql));
        let sql = format!("DROP INDEX CONCURRENTLY {old}");
        online.push(Statement::on(&table, Form::ReplaceIndexConcurrently, sql));
        let sql = format!("ALTER INDEX {new} RENAME TO {}", ident(at.name()));
        online.push(Statement::on(&table, Form::AlterIndex, sql));
        let mut step = Step::direct(direct);
        step.direct[0].form = Form::ReplaceIndex;
        if !is_partitioned(at, cx) {
            step = step.online(online);
        }
        Some(vec![step])
    }

    fn drop(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let name = qualified(at.schema(), at.name());
        let direct = Statement::on(&at.host("table"), Form::DropIndex, format!("DROP INDEX {name}"));
        let sql = format!("DROP INDEX CONCURRENTLY {name}");
        let online = Statement::on(&at.host("table"), Form::DropIndexConcurrently, sql);
        if is_partitioned(at, cx) {
            return vec![direct.into()];
        }
        vec![Step::direct([direct]).online([online])]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql =
            format!("ALTER INDEX {} RENAME TO {}", qualified(at.schema(), from.name()), ident(at.name()));
        Some(vec![Statement::on(&at.host("table"), Form::AlterIndex, sql).into()])
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("INDEX {}", qualified(at.schema(), at.name())))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let yes_no = |value: bool| Some(if value { "yes" } else { "no" }.to_string());
        match name {
            "valid" => yes_no(body.valid),
            "unique" => yes_no(body.unique),
            "definition" => Some(body.definition.text().to_string()),
            _ => None,
        }
    }
}

fn is_partitioned(at: &Address, cx: &Cx<'_>) -> bool {
    cx.observed.tables.get(&at.host("table")).is_some_and(|facts| facts.partitioned)
}

/// Whether the text can only be a column's name.
fn is_name(key: &str) -> bool {
    key.chars().all(|char| char.is_alphanumeric() || char == '_')
}

/// One key as CREATE INDEX reads it. A bare word is a column's name as the file spells names; all else is SQL.
fn as_key(key: &str) -> String {
    if is_name(key) { ident(key) } else { key.to_string() }
}

/// A key as the file writes it: a column's name bare, all else as SQL.
fn from_key(key: &str) -> String {
    let name = plain(key);
    if is_name(&name) { name } else { key.to_string() }
}

/// A name without the quotes that SQL puts around it.
fn plain(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| name.to_string(), |inner| inner.replace("\"\"", "\""))
}

/// What the server prints after `ON table`, in parts.
struct Parts<'t> {
    method: &'t str,
    keys: Vec<&'t str>,
    include: Vec<&'t str>,
    nulls_not_distinct: bool,
    predicate: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn of(definition: &'t str) -> Option<Parts<'t>> {
        let (method, rest) = definition.strip_prefix("USING ")?.split_once(' ')?;
        let (keys, rest) = bracketed(rest)?;
        let (rest, predicate) = match cut_once(rest, " WHERE ") {
            Some((rest, predicate)) => {
                (rest, Some(bracketed(predicate).map_or(predicate, |(inner, _)| inner)))
            }
            None => (rest, None),
        };
        let (include, rest) = rest.strip_prefix(" INCLUDE ").and_then(bracketed).unwrap_or(("", rest));
        let include = if include.is_empty() { Vec::new() } else { cut(include, ", ") };
        let rest = rest.strip_prefix(" NULLS NOT DISTINCT").map(|rest| (true, rest)).unwrap_or((false, rest));
        rest.1.is_empty().then(|| Parts {
            method,
            keys: cut(keys, ", "),
            include,
            nulls_not_distinct: rest.0,
            predicate,
        })
    }
}

fn build(at: &Address, name: &str, unique: bool, definition: &Fragment, concurrently: bool) -> Phrase {
    Phrase::from(if unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " })
        .when(concurrently, "CONCURRENTLY ")
        .ident(name)
        .raw(" ON ")
        .raw(at.relation())
        .raw(" ")
        .fragment(definition)
}
