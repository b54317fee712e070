//! Exclusion constraints.

mod conflicts;

use crate::delta::Alteration;
use crate::kind::{
    Context, Cx, Doc, Draft, IndexDefinition, Item, Options, Place, Rank, Room, Row, Seat, Server, Targets,
    Visit, WrittenIndex, alter_index, cluster, compare_clustered, keep_clustered, unwrapped,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::partitions::is_partitioned;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, WITH_INDEX, exclusion_definition, ident};
use crate::statement::{Statement, Step};

/// The room.
pub struct Exclusion;

/// An exclusion constraint. Its elements, method and condition are one fragment, because only PostgreSQL can tell
/// which opclasses, operators and collations go without saying.
#[derive(Debug, Clone)]
pub struct Body {
    definition: IndexDefinition,
    /// Storage parameters of its index.
    with: Options,
    deferrable: bool,
    initially_deferred: bool,
    /// Statistics targets of expressions in its index.
    statistics: Targets,
    /// The table is clustered on its index.
    clustered: bool,
    /// Its index is whole: that of a partitioned table lacks partitions where it was made for the table alone.
    whole: bool,
}

static DOC: Doc = Doc {
    name: "exclusion constraint",
    summary: "An exclusion constraint: no two rows of which all these comparisons hold. A bare list is its elements, each \
              as in EXCLUDE. PostgreSQL builds its index while nobody can write.",
    manual: "ddl-constraints",
    place: Place::Children { of: &["table"], key: "exclude" },
    rank: Rank::Key,
    main_key: Some("on"),
    keys: &[
        KeyDoc::new(
            "on",
            Shape::SqlList,
            "its elements, each a column or an expression with an operator: `\"room with =\"`, `\"during with &&\"`",
        ),
        KeyDoc::new("method", Shape::Name, "the access method of its index; `btree` if not given"),
        KeyDoc::new("where", Shape::Sql, "which rows it is about"),
        KeyDoc::new("include", Shape::Names, "columns that its index carries along"),
        KeyDoc::new("with", Shape::Table, "storage parameters of its index: `{ fillfactor = 70 }`"),
        KeyDoc::new("statistics", Shape::Table, Targets::ABOUT),
        KeyDoc::new(
            "clustered",
            Shape::Boolean,
            "CLUSTER puts the rows of the table into the order of its index",
        ),
        KeyDoc::new("deferrable", Shape::Boolean, "can be checked at the end of the transaction"),
        KeyDoc::new(
            "initially",
            Shape::OneOf(&["immediate", "deferred"]),
            "when it is checked if nothing else is said",
        ),
    ],
    features: &[],
    example: "[tables.stays.columns]\nroom = \"int4range\"\nduring = \"tstzrange\"\ncancelled = \"boolean\"\n\n\
              [tables.stays.exclude]\nstays_no_overlap = { on = [\"room with &&\", \"during with &&\"], method = \"gist\", \
              where = \"not cancelled\" }\n",
};

impl Room for Exclusion {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(table) = item.host.clone() else { return };
        let mut reader = item.reader();
        let elements = reader.strings("on");
        let is_whole = |element: &str| element.to_lowercase().split_whitespace().any(|word| word == "with");
        for (element, span) in elements.iter().filter(|(element, _)| !is_whole(element)) {
            let message = format!("`{element}` does not say by which operator two rows exclude each other");
            reader.problems().add_with_hint(*span, message, format!("write it as `{element} with =`"));
        }
        let include = reader.strings("include");
        let with = Options::read(&mut reader, "with");
        let statistics = Targets::read(&mut reader, "statistics");
        let clustered = reader.flag("clustered");
        let method = reader.text("method").unwrap_or_else(|| "btree".to_string());
        let predicate = reader.string("where");
        let deferrable = reader.flag("deferrable");
        let initially = [("immediate", false), ("deferred", true)];
        let initially_deferred = reader.one_of("initially", &initially).unwrap_or(false);
        let Some((_, span)) = elements.first().cloned() else {
            let span = reader.span_of("on");
            reader.problems().add(span, "an exclusion constraint wants at least one element");
            return;
        };
        let definition = IndexDefinition::written(WrittenIndex {
            span,
            lead: "EXCLUDE USING",
            method,
            keys: elements,
            include: include.iter().map(|(name, _)| name.as_str()).collect(),
            nulls_not_distinct: false,
            condition: predicate,
        });
        for (name, span) in include {
            item.refer(Address::new("column", [table.schema(), table.name(), &name]), span);
        }
        let whole = true;
        item.declare(Body { definition, with, deferrable, initially_deferred, statistics, clustered, whole });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, \
             {} AS definition, to_json(x.reloptions) AS with, \
             k.condeferrable AS deferrable, k.condeferred AS deferred, \
             i.indisclustered AS clustered, i.indisvalid AS whole, {}, {} AS needs \
             FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid {WITH_INDEX} \
             WHERE k.contype = 'x' AND k.conparentid = 0 AND {ours} AND {own} ORDER BY k.oid",
            exclusion_definition(),
            Targets::QUERY,
            needs::query_beyond_tables("pg_class", "x.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: "k.contype = 'x' AND k.conparentid = 0", ..Seat::CONSTRAINT })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let body = Body {
            definition: IndexDefinition::observed(row.text("definition")),
            with: Options::observed(row.list("with")),
            deferrable: row.flag("deferrable"),
            initially_deferred: row.flag("deferred"),
            statistics: Targets::observed(row),
            clustered: row.flag("clustered"),
            whole: row.flag("whole"),
        };
        let table = Address::new("table", [path[0], path[1]]);
        let mut entry = Entry::new(Address::new(DOC.name, path), body).part_of(table);
        entry.needs.extend(needs::read(row, "needs", server));
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("definition", body.definition.fragment(), Context::Exclusion { table: at.host("table") });
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { definition, with, deferrable, initially_deferred, statistics, clustered, whole: _ } =
            observed;
        let parts = definition.parts();
        match parts.as_ref().and_then(|parts| Some((parts, parts.keys()?))) {
            Some((parts, keys)) => {
                draft.array("on", keys);
                draft.word("method", &parts.method, "btree");
                draft.some("where", parts.condition.as_deref().map(unwrapped));
                draft.list("include", &parts.include);
            }
            None => draft.unsaid("its definition"),
        }
        draft.table("with", with.values());
        statistics.write("statistics", draft);
        draft.flag("clustered", *clustered);
        draft.flag("deferrable", *deferrable);
        draft.word("initially", if *initially_deferred { "deferred" } else { "immediate" }, "immediate");
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        vec![Step::direct(add(at, desired)).preflight(Some(conflicts::question(at, &desired.definition, cx)))]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { definition, with, deferrable, initially_deferred, statistics, clustered, whole } = desired;
        out.replaced("whole", &observed.whole, whole);
        definition.compare(&observed.definition, out);
        out.replaced("deferrable", &observed.deferrable, deferrable);
        out.replaced("initially_deferred", &observed.initially_deferred, initially_deferred);
        // Of an index on a partitioned table nothing can be altered.
        let is_fixed = is_partitioned(&at.host("table"), cx);
        if is_fixed {
            with.compare_fixed("with", &observed.with, cx, out);
        }
        if out.replace {
            return;
        }
        if !is_fixed {
            with.compare("with", &observed.with, cx, out, &|words| {
                vec![alter_index([&at.host("table"), at], &words).into()]
            });
        }
        statistics.compare("statistics", [&at.host("table"), at], &observed.statistics, cx, out);
        compare_clustered([&at.host("table"), at], *clustered, observed.clustered, cx, out);
    }

    fn keep(&self, at: &Address, desired: &mut Body, observed: &Body, cx: &Cx<'_>) {
        let definitions = [&desired.definition, &observed.definition];
        desired.with.keep_of(&observed.with, definitions, cx);
        desired.statistics.keep(&observed.statistics, definitions, cx);
        let clustered = observed.clustered && desired.definition.can_be_clustered();
        desired.clustered = keep_clustered(&at.host("table"), desired.clustered, clustered, cx);
    }

    fn replace(&self, at: &Address, desired: &Body, _: &Body, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let away = away(at, Form::ReplaceConstraint);
        let question = conflicts::question(at, &desired.definition, cx);
        Some(vec![Step::direct([vec![away], add(at, desired)].concat()).preflight(Some(question))])
    }

    fn keeps_results(&self, _: &Body) -> bool {
        true
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![away(at, Form::DropConstraint).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let rest = format!("RENAME CONSTRAINT {} TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::alter(&at.host("table"), Form::AlterTable, rest).into()])
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        (name == "clustered" && body.clustered).then(|| "yes".to_string())
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("CONSTRAINT {} ON {}", ident(at.name()), at.relation()))
    }
}

fn away(at: &Address, form: Form) -> Statement {
    Statement::alter(&at.host("table"), form, format!("DROP CONSTRAINT {}", ident(at.name())))
}

/// Adds it, and says what is said of its index.
fn add(at: &Address, body: &Body) -> Vec<Statement> {
    let clause = clause(at, body);
    let sql = Phrase::from("ADD ").phrase(&clause);
    let mut statements = vec![Statement::alter(&at.host("table"), Form::AddExclusion, sql).clause(clause)];
    statements.extend(body.statistics.set([&at.host("table"), at]));
    statements.extend(body.clustered.then(|| cluster(&at.host("table"), at)));
    statements
}

/// The constraint as it reads in CREATE TABLE and ADD.
fn clause(at: &Address, body: &Body) -> Phrase {
    let Body { definition, with, deferrable, initially_deferred, statistics: _, clustered: _, whole: _ } =
        body;
    Phrase::from("CONSTRAINT ")
        .ident(at.name())
        .raw(" ")
        .fragment(&definition.with(with))
        .when(*deferrable, " DEFERRABLE")
        .when(*initially_deferred, " INITIALLY DEFERRED")
}
