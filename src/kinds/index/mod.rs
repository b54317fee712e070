//! Indexes that no constraint stands on.

mod leftovers;
mod repeats;
mod tree;

use crate::delta::{Alteration, Change};
use crate::kind::{
    Context, Cx, Doc, Draft, IndexDefinition, Item, Options, Place, Rank, Room, Row, Seat, Server, Targets,
    Undeclared, Visit, WrittenIndex, alter_index, bare, cluster, compare_clustered, keep_clustered, leftover,
    unwrapped,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::partitions::is_partitioned;
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, WITH_INDEX, ident, index_definition, qualified};
use crate::statement::{Statement, Step};
use repeats::repeats;

/// The room.
pub struct Index;

/// An index. All that follows `ON table` is one fragment, because only PostgreSQL can tell which opclasses,
/// collations and orders go without saying.
#[derive(Debug, Clone)]
pub struct Body {
    unique: bool,
    /// Without storage parameters, which can be altered.
    definition: IndexDefinition,
    with: Options,
    statistics: Targets,
    /// The table is clustered on it.
    clustered: bool,
    valid: bool,
    /// Observed, of an invalid index on a partitioned table: schema and name of partitions that have no part of it.
    missing: Vec<[String; 2]>,
    /// Observed: it is part of an index on the partitioned table.
    attached: bool,
    /// Observed: it is not valid, and nobody is building it.
    abandoned: bool,
}

/// The storage parameters by which the server goes from the moment they are set on, or that leave no trace in what is built.
/// By all others, those of extensions among them, it goes while it builds the index.
const ACT_AT_ONCE: [&str; 6] =
    ["fillfactor", "deduplicate_items", "buffering", "fastupdate", "gin_pending_list_limit", "autosummarize"];

/// How an index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// While nobody can write.
    Plain,
    /// While everybody can.
    Concurrently,
    /// On a partitioned table without its partitions.
    Only,
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
        KeyDoc::new("with", Shape::Table, "storage parameters: `{ fillfactor = 70 }`"),
        KeyDoc::new("statistics", Shape::Table, Targets::ABOUT),
        KeyDoc::new("clustered", Shape::Boolean, "CLUSTER puts the rows of the table into its order"),
    ],
    features: &[("nulls_not_distinct", Feature::NullsNotDistinct)],
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
        let with = Options::read(&mut reader, "with");
        let statistics = Targets::read(&mut reader, "statistics");
        let clustered = reader.flag("clustered");
        let nulls = reader.span_of("nulls_not_distinct");
        if keys.is_empty() {
            let span = reader.span_of("on");
            reader.problems().add(span, "an index wants at least one column or expression");
            return;
        }
        let definition = IndexDefinition::written(WrittenIndex {
            span: keys[0].1,
            lead: "USING",
            method,
            keys: keys.iter().map(|(key, span)| (as_key(key), *span)).collect(),
            include: include.iter().map(|(name, _)| name.as_str()).collect(),
            nulls_not_distinct,
            condition: predicate,
        });
        if nulls_not_distinct {
            item.want(Feature::NullsNotDistinct, nulls);
        }
        for (name, span) in include {
            item.refer(Address::new("column", [host.schema(), host.name(), &name]), span);
        }
        for (key, span) in &keys {
            // The columns of a materialized view are known to its query alone.
            if is_name(key) && host.kind == "table" {
                item.refer(Address::new("column", [host.schema(), host.name(), key]), *span);
            }
        }
        item.declare(Body {
            unique,
            definition,
            with,
            statistics,
            clustered,
            valid: true,
            missing: Vec::new(),
            attached: false,
            abandoned: false,
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, c.relkind AS host, x.relname AS name, i.indisunique AS unique, \
             i.indisvalid AS valid, x.relispartition AS attached, \
             NOT i.indisvalid AND c.relkind <> 'p' AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_locks w \
             WHERE w.relation = c.oid AND w.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) \
             AND w.mode = 'ShareUpdateExclusiveLock' AND w.granted AND w.pid <> pg_backend_pid()) AS abandoned, \
             {} AS definition, to_json(x.reloptions) AS with, \
             i.indisclustered AS clustered, {}, \
             CASE WHEN c.relkind = 'p' AND NOT i.indisvalid THEN (SELECT json_agg(json_build_array(pn.nspname, p.relname) ORDER BY p.oid) \
             FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace \
             WHERE h.inhparent = c.oid AND NOT EXISTS (SELECT FROM pg_inherits ih JOIN pg_index pi ON pi.indexrelid = ih.inhrelid \
             WHERE ih.inhparent = x.oid AND pi.indrelid = p.oid)) END AS missing, CASE WHEN NOT x.relispartition THEN {} END AS needs \
             FROM pg_index i {WITH_INDEX} WHERE c.relkind IN ('r', 'p', 'm') AND {ours} AND {own} \
             AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
             ORDER BY i.indexrelid",
            index_definition(),
            Targets::QUERY,
            needs::query_beyond_tables("pg_class", "x.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_class",
            oid: "x.oid",
            from: "pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
                   JOIN pg_namespace n ON n.oid = c.relnamespace",
            path: "n.nspname, c.relname, x.relname",
            only: "NOT x.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid \
                   AND k.contype IN ('p', 'u', 'x'))",
            ..Seat::PART
        })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let body = Body {
            unique: row.flag("unique"),
            definition: IndexDefinition::observed(row.text("definition")),
            with: Options::observed(row.list("with")),
            statistics: Targets::observed(row),
            clustered: row.flag("clustered"),
            valid: row.flag("valid"),
            missing: row.parsed("missing"),
            attached: row.flag("attached"),
            abandoned: row.flag("abandoned"),
        };
        let host = if row.text("host") == "m" { "materialized view" } else { "table" };
        let table = Address::new(host, [path[0], path[1]]);
        let at = Address::new(DOC.name, [path[0], path[1], path[2]]);
        let mut entry = Entry::new(at, body).part_of(table);
        entry.needs.extend(needs::read(row, "needs", server));
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("definition", body.definition.fragment(), Context::Index { table: at.host("table") });
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body {
            unique,
            definition,
            with,
            statistics,
            clustered,
            valid,
            missing: _,
            attached,
            abandoned: _,
        } = observed;
        if *attached {
            draft.leave_out();
        } else if leftover::is_interim(at.name()) {
            leftover::write(draft);
        }
        let parts = definition.parts();
        match parts.as_ref().and_then(|parts| Some((parts, parts.keys()?))) {
            Some((parts, keys)) => {
                draft.array("on", keys.into_iter().map(from_key));
                draft.flag("unique", *unique);
                draft.word("method", &parts.method, "btree");
                draft.list("include", &parts.include);
                draft.flag("nulls_not_distinct", parts.nulls_not_distinct);
                draft.some("where", parts.condition.as_deref().map(unwrapped));
            }
            None => draft.unsaid("its definition"),
        }
        draft.table("with", with.values());
        statistics.write("statistics", draft);
        draft.flag("clustered", *clustered);
        if !valid {
            draft.unsaid("it is invalid");
        }
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let table = at.host("table");
        let afterwards = afterwards(at, desired);
        let direct = Statement::on(&table, Form::CreateIndex, build(at, at.name(), desired, Manner::Plain));
        let online = match is_partitioned(&at.host("table"), cx) {
            true => tree::grow(at, desired, cx),
            false => {
                let sql = build(at, at.name(), desired, Manner::Concurrently);
                vec![Statement::on(&table, Form::CreateIndexConcurrently, sql)]
            }
        };
        let direct = [leftovers::drop_plainly(at, cx), vec![direct], afterwards.clone()].concat();
        let online = [leftovers::drop(at, cx), online, afterwards].concat();
        vec![Step::direct(direct).online(online).preflight(repeats(at, desired))]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body {
            unique,
            definition,
            with,
            statistics,
            clustered,
            valid: _,
            missing: _,
            attached: _,
            abandoned: _,
        } = desired;
        out.replaced("unique", &observed.unique, unique);
        definition.compare(&observed.definition, out);
        // Of an index on a partitioned table nothing can be altered.
        let is_fixed = is_partitioned(&at.host("table"), cx);
        let [acting, built] = [true, false].map(|acts| {
            let wanted = |name: &str| (!is_fixed && ACT_AT_ONCE.contains(&name)) == acts;
            [with.part(wanted), observed.with.part(wanted)]
        });
        built[0].compare_fixed("with", &built[1], cx, out);
        if out.replace {
            return;
        }
        let table = at.host("table");
        if !observed.valid {
            let change = Change { attribute: "valid", from: Some("no".into()), to: Some("yes".into()) };
            let sql = format!("REINDEX INDEX CONCURRENTLY {}", qualified(at.schema(), at.name()));
            let anew = vec![Statement::on(&table, Form::ReindexConcurrently, sql)];
            let statements =
                if is_partitioned(&at.host("table"), cx) { tree::grow(at, desired, cx) } else { anew };
            out.note(change, vec![Step::direct(statements).preflight(repeats(at, desired))]);
        }
        acting[0].compare("with", &acting[1], cx, out, &|words| {
            vec![alter_index([&at.host("table"), at], &words).into()]
        });
        statistics.compare("statistics", [&at.host("table"), at], &observed.statistics, cx, out);
        compare_clustered([&at.host("table"), at], *clustered, observed.clustered, cx, out);
        leftovers::compare(at, cx, out);
    }

    fn keep(&self, at: &Address, desired: &mut Body, observed: &Body, cx: &Cx<'_>) {
        let definitions = [&desired.definition, &observed.definition];
        desired.with.keep_of(&observed.with, definitions, cx);
        desired.statistics.keep(&observed.statistics, definitions, cx);
        let clustered = observed.clustered && desired.definition.can_be_clustered();
        desired.clustered = keep_clustered(&at.host("table"), desired.clustered, clustered, cx);
    }

    /// The new one is built beside the old one, which serves until then. One that a foreign key stands on goes and
    /// comes back together with it.
    fn replace(&self, at: &Address, desired: &Body, _: &Body, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let refers = |entry: &Entry| entry.address.kind == "foreign key" && entry.needs.contains(at);
        if cx.observed.model.iter().any(refers) {
            return None;
        }
        let table = at.host("table");
        let interim = leftovers::interim(at);
        let old = qualified(at.schema(), at.name());
        let afterwards = afterwards(at, desired);
        let mut direct = leftovers::drop_plainly(at, cx);
        direct.extend([
            Statement::on(&table, Form::ReplaceIndex, format!("DROP INDEX {old}")),
            Statement::on(&table, Form::CreateIndex, build(at, at.name(), desired, Manner::Plain)),
        ]);
        direct.extend(afterwards.clone());
        if is_partitioned(&at.host("table"), cx) {
            return Some(vec![Step::direct(direct)]);
        }
        let mut online = leftovers::drop(at, cx);
        let new = qualified(at.schema(), &interim);
        let sql = build(at, &interim, desired, Manner::Concurrently);
        online.push(Statement::on(&table, Form::CreateIndexConcurrently, sql));
        // What the table goes by is never missing.
        let identity = Address::new("replica identity", table.path().iter().cloned());
        if desired.unique && cx.attribute(&identity, "index").as_deref() == Some(at.name()) {
            let words = format!("REPLICA IDENTITY USING INDEX {}", ident(&interim));
            online.push(Statement::alter(&table, Form::AlterTable, words));
        }
        online.extend(desired.clustered.then(|| cluster(&table, &at.renamed(&interim))));
        let sql = format!("DROP INDEX CONCURRENTLY {old}");
        online.push(Statement::on(&table, Form::ReplaceIndexConcurrently, sql));
        let sql = format!("ALTER INDEX {new} RENAME TO {}", ident(at.name()));
        online.push(Statement::on(&table, Form::AlterIndex, sql));
        online.extend(desired.statistics.set([&table, at]));
        Some(vec![Step::direct(direct).online(online).preflight(repeats(at, desired))])
    }

    fn keeps_results(&self, _: &Body) -> bool {
        true
    }

    fn drop(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let name = qualified(at.schema(), at.name());
        let direct = Statement::on(&at.host("table"), Form::DropIndex, format!("DROP INDEX {name}"));
        let sql = format!("DROP INDEX CONCURRENTLY {name}");
        let online = Statement::on(&at.host("table"), Form::DropIndexConcurrently, sql);
        if is_partitioned(&at.host("table"), cx) {
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

    fn undeclared(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Undeclared {
        let desired = cx.desired;
        let of = |entry: &Entry| !entry.absent && leftovers::is_of(at, observed.valid, &entry.address);
        // The index of a key that is yet to come, or to be replaced, is used or dropped for that.
        let of_key = |entry: &Entry| {
            !entry.absent && [entry.address.name(), &leftovers::interim(&entry.address)].contains(&at.name())
        };
        let mut keys = ["primary key", "unique constraint"].into_iter();
        let goes = observed.attached
            || desired.inside(at.kind, &at.path()[..2]).any(of)
            || keys.any(|kind| desired.inside(kind, &at.path()[..2]).any(of_key));
        match observed {
            _ if goes => Undeclared::Ignore,
            _ if leftover::is_interim(at.name()) => {
                Undeclared::Leftover(leftover::leftover(leftover::CUT_OFF))
            }
            Body { abandoned: true, .. } => Undeclared::Leftover(leftover::leftover(leftover::UNFINISHED)),
            // It may be at work, or somebody's on purpose, or be put to use.
            Body { valid: false, .. } => Undeclared::Told(leftover::leftover(leftover::UNFINISHED)),
            _ => Undeclared::Drift,
        }
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let yes_no = |value: bool| Some(if value { "yes" } else { "no" }.to_string());
        match name {
            "valid" => yes_no(body.valid),
            "unique" => yes_no(body.unique),
            "definition" => Some(body.definition.sql().text().to_string()),
            "clustered" => body.clustered.then(|| "yes".to_string()),
            _ => None,
        }
    }
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
    let name = bare(key);
    if is_name(&name) { name } else { key.to_string() }
}

fn build(at: &Address, name: &str, body: &Body, manner: Manner) -> Phrase {
    Phrase::from(if body.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " })
        .when(manner == Manner::Concurrently, "CONCURRENTLY ")
        .ident(name)
        .raw(" ON ")
        .when(manner == Manner::Only, "ONLY ")
        .raw(at.relation())
        .raw(" ")
        .fragment(&body.definition.with(&body.with))
}

/// What is said of the index once it is there.
fn afterwards(at: &Address, body: &Body) -> Vec<Statement> {
    body.statistics
        .set([&at.host("table"), at])
        .into_iter()
        .chain(body.clustered.then(|| cluster(&at.host("table"), at)))
        .collect()
}
