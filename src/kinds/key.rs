//! Primary keys and unique constraints: one room with two doors, because PostgreSQL treats them alike.

use crate::delta::{Alteration, Change, Obstacle};
use crate::equality;
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Options, Place, Rank, Room, Row, Seat, Server, Visit, alter_index,
    as_list, cluster, compare_clustered, keep_clustered, leftover,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::partitions::{is_foreign, is_partitioned, leaves, second_key};
use crate::pg::Feature;
use crate::repair;
use crate::source::{KeyDoc, Shape};
use crate::sql::{
    EQUALITY, Form, Fragment, Phrase, auto_name, column_names, ident, idents, literal, qualified,
};
use crate::statement::{Preflight, Statement, Step, repeats};

/// The room of one of the two.
pub struct Key {
    doc: &'static Doc,
    contype: &'static str,
    words: &'static str,
}

/// Primary keys.
pub static PRIMARY_KEY: Key = Key { doc: &PRIMARY_KEY_DOC, contype: "p", words: "PRIMARY KEY" };
/// Unique constraints.
pub static UNIQUE: Key = Key { doc: &UNIQUE_DOC, contype: "u", words: "UNIQUE" };

/// A key.
#[derive(Debug, Clone)]
pub struct Body {
    columns: Vec<String>,
    include: Vec<String>,
    nulls_not_distinct: bool,
    /// The last column is a range that must not overlap.
    without_overlaps: bool,
    /// Storage parameters of its index.
    with: Options,
    /// The table is clustered on its index.
    clustered: bool,
    deferrable: bool,
    initially_deferred: bool,
    /// Which of several equal rows survives: what follows ORDER BY.
    keep: Option<Fragment>,
    /// Its index is whole: that of a partitioned table lacks partitions where it was made for the table alone.
    whole: bool,
}

const COLUMNS: KeyDoc = KeyDoc::new("columns", Shape::Names, "its columns, in order");
const INCLUDE: KeyDoc = KeyDoc::new("include", Shape::Names, "columns that its index carries along");
const WITHOUT_OVERLAPS: KeyDoc = KeyDoc::new(
    "without_overlaps",
    Shape::Boolean,
    "the last column is a range; rows that are equal in the others must not overlap in it (PostgreSQL 18)",
);
const WITH: KeyDoc =
    KeyDoc::new("with", Shape::Table, "storage parameters of its index: `{ fillfactor = 70 }`");
const CLUSTERED: KeyDoc =
    KeyDoc::new("clustered", Shape::Boolean, "CLUSTER puts the rows of the table into its order");
const DEFERRABLE: KeyDoc =
    KeyDoc::new("deferrable", Shape::Boolean, "can be checked at the end of the transaction");
const INITIALLY: KeyDoc = KeyDoc::new(
    "initially",
    Shape::OneOf(&["immediate", "deferred"]),
    "when it is checked if nothing else is said",
);
const KEEP: KeyDoc = KeyDoc::new(
    "keep",
    Shape::Sql,
    "which of several equal rows survives, as in ORDER BY; the others go to quarantine; runs only while the key is \
     not yet in force",
);

static PRIMARY_KEY_DOC: Doc = Doc {
    name: "primary key",
    summary: "The primary key of a table; its columns are NOT NULL. Without a name it is `TABLE_pkey`, or whatever \
              the one in the database is called.",
    manual: "ddl-constraints",
    place: Place::Single { of: &["table"], key: "primary_key" },
    rank: Rank::Key,
    main_key: Some("columns"),
    keys: &[
        KeyDoc::new("name", Shape::Name, "its name"),
        COLUMNS,
        WITHOUT_OVERLAPS,
        INCLUDE,
        WITH,
        CLUSTERED,
        DEFERRABLE,
        INITIALLY,
        KEEP,
    ],
    features: &[("without_overlaps", Feature::TemporalConstraints)],
    example: "[tables.memberships]\nprimary_key = [\"club\", \"person\"]\n\n[tables.memberships.columns]\n\
              club = \"bigint\"\nperson = \"bigint\"\n",
};

static UNIQUE_DOC: Doc = Doc {
    name: "unique constraint",
    summary: "A unique constraint. On a table that holds rows its index is built concurrently first.",
    manual: "ddl-constraints",
    place: Place::Children { of: &["table"], key: "unique" },
    rank: Rank::Key,
    main_key: Some("columns"),
    keys: &[
        COLUMNS,
        WITHOUT_OVERLAPS,
        INCLUDE,
        WITH,
        CLUSTERED,
        KeyDoc::new("nulls_not_distinct", Shape::Boolean, "two NULLs count as equal (PostgreSQL 15)"),
        DEFERRABLE,
        INITIALLY,
        KEEP,
    ],
    features: &[
        ("nulls_not_distinct", Feature::NullsNotDistinct),
        ("without_overlaps", Feature::TemporalConstraints),
    ],
    example: "[tables.attendees.columns]\nevent = \"bigint\"\nemail = \"text\"\nupdated_at = \"timestamptz\"\n\n\
              [tables.attendees.unique]\nattendees_event_email_key = { columns = [\"event\", \"email\"], \
              keep = \"updated_at desc\" }\n",
};

impl Room for Key {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        self.doc
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(table) = item.host.clone() else { return };
        let mut reader = item.reader();
        let columns = reader.strings("columns");
        let include = reader.strings("include");
        let name = if self.contype == "p" { reader.text("name") } else { None };
        let nulls_not_distinct = self.contype == "u" && reader.flag("nulls_not_distinct");
        let initially = [("immediate", false), ("deferred", true)];
        let body = Body {
            columns: columns.iter().map(|(name, _)| name.clone()).collect(),
            include: include.iter().map(|(name, _)| name.clone()).collect(),
            nulls_not_distinct,
            without_overlaps: reader.flag("without_overlaps"),
            with: Options::read(&mut reader, "with"),
            clustered: reader.flag("clustered"),
            deferrable: reader.flag("deferrable"),
            initially_deferred: reader.one_of("initially", &initially).unwrap_or(false),
            keep: reader.string("keep").map(|(text, span)| Fragment::written(text, span)),
            whole: true,
        };
        let wanted = [
            (Feature::NullsNotDistinct, reader.span_of("nulls_not_distinct"), nulls_not_distinct),
            (Feature::TemporalConstraints, reader.span_of("without_overlaps"), body.without_overlaps),
        ];
        if columns.is_empty() {
            let span = reader.span_of("columns");
            reader.problems().add(span, format!("a {} wants at least one column", self.doc.name));
        }
        if self.contype == "p" {
            let name = name.unwrap_or_else(|| auto_name(table.name(), "", "pkey"));
            item.address = Address::new(self.doc.name, [table.schema(), table.name(), &name]);
        }
        for (feature, span, _) in wanted.into_iter().filter(|(.., is)| *is) {
            item.want(feature, span);
        }
        for (column, span) in columns.iter().chain(&include) {
            item.refer(Address::new("column", [table.schema(), table.name(), column]), *span);
        }
        item.declare(body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        let nulls = if server.has(Feature::NullsNotDistinct) { "i.indnullsnotdistinct" } else { "false" };
        let period = if server.has(Feature::TemporalConstraints) { "k.conperiod" } else { "false" };
        let columns = column_names("k.conrelid", "k.conkey");
        let include = column_names("k.conrelid", "(i.indkey::int2[])[i.indnkeyatts:]");
        let ours = format!("k.conparentid = 0 AND {ours} AND {own}");
        let elsewhere = self.elsewhere(server);
        let (ours, operators) = match elsewhere.is_empty() {
            true => (ours, "NULL".to_string()),
            false => {
                let elsewhere = format!("((n.nspname, c.relname) IN ({}))", elsewhere.join(", "));
                let operators = format!("CASE WHEN {elsewhere} THEN {} END", operators());
                (format!("({ours} OR {elsewhere})"), operators)
            }
        };
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, {columns} AS columns, {operators} AS operators, \
             CASE WHEN i.indnatts > i.indnkeyatts THEN {include} END AS include, {nulls} AS nulls_not_distinct, \
             {period} AS without_overlaps, to_json(x.reloptions) AS with, i.indisclustered AS clustered, k.condeferrable AS deferrable, k.condeferred AS deferred, \
             i.indisvalid AS whole, {} AS needs \
             FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_index i ON i.indexrelid = k.conindid JOIN pg_class x ON x.oid = k.conindid \
             WHERE k.contype = '{}' AND {ours} ORDER BY k.oid",
            needs::query_beyond_tables("pg_constraint", "k.oid"),
            self.contype
        ))
    }

    fn seat(&self) -> Option<Seat> {
        let only = if self.contype == "p" { "k.contype = 'p'" } else { "k.contype = 'u'" };
        Some(Seat { only, ..Seat::CONSTRAINT })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let table = Address::new("table", [path[0], path[1]]);
        if server.elsewhere.contains(&table) {
            let key = row.list("columns").into_iter().zip(row.list("operators")).collect();
            out.keys_elsewhere.insert(table, key);
            return;
        }
        let body = Body {
            columns: row.list("columns"),
            include: row.list("include"),
            nulls_not_distinct: row.flag("nulls_not_distinct"),
            without_overlaps: row.flag("without_overlaps"),
            with: Options::observed(row.list("with")),
            clustered: row.flag("clustered"),
            deferrable: row.flag("deferrable"),
            initially_deferred: row.flag("deferred"),
            keep: None,
            whole: row.flag("whole"),
        };
        let mut entry = Entry::new(Address::new(self.doc.name, path), body).part_of(table);
        entry.needs.extend(needs::read(row, "needs", server));
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        if let Some(keep) = &mut body.keep {
            visit("keep", keep, Context::Order { table: at.host("table") });
        }
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        if matches!(self.doc.place, Place::Single { .. }) {
            draft.text("name", at.name());
        }
        let Body { columns, include, nulls_not_distinct, without_overlaps, with, .. } = observed;
        let Body { deferrable, initially_deferred, .. } = observed;
        draft.list("columns", columns);
        draft.flag("without_overlaps", *without_overlaps);
        draft.list("include", include);
        draft.table("with", with.values());
        draft.flag("clustered", observed.clustered);
        draft.flag("nulls_not_distinct", *nulls_not_distinct);
        draft.flag("deferrable", *deferrable);
        draft.word("initially", if *initially_deferred { "deferred" } else { "immediate" }, "immediate");
    }

    fn refused(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Option<Obstacle> {
        if self.contype == "p" { second_key(at, at.host("table"), cx) } else { None }
    }

    fn comes_after(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Address> {
        if desired.keep.is_some() { repair::references_to(cx, &at.host("table")) } else { Vec::new() }
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let keep = desired.keep.iter();
        let repair: Vec<_> = keep.flat_map(|keep| self.keep_one(at, desired, keep, cx)).collect();
        let preflight =
            (desired.keep.is_none() && !desired.without_overlaps).then(|| self.preflight(at, desired));
        let mut direct = self.add(at, desired, None);
        // Of two keys on the same columns CREATE TABLE makes one.
        if !has_twin(at, desired, cx) {
            direct = direct.clause(self.definition(at, desired, None));
        }
        let built = match can_be_built_online(at, desired, cx) {
            true if is_partitioned(&at.host("table"), cx) => self.build_on_partitions(at, desired, cx),
            true => self.build_online(at, desired, at.name(), cx),
            false => vec![self.add(at, desired, None)],
        };
        let afterwards: Vec<Statement> =
            desired.clustered.then(|| cluster(&at.host("table"), at)).into_iter().collect();
        let direct = [drop_plainly(at, cx), vec![direct], afterwards.clone()].concat();
        let at_once = if repair.is_empty() { Vec::new() } else { [repair.clone(), direct.clone()].concat() };
        let online = [drop_interim(at, cx), repair, built, afterwards].concat();
        vec![Step::direct(direct).online(online).at_once(at_once).preflight(preflight)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { columns, include, nulls_not_distinct, without_overlaps, with, .. } = desired;
        let Body { clustered, deferrable, initially_deferred, keep: _, whole, .. } = desired;
        out.replaced("whole", &observed.whole, whole);
        out.replaced("columns", &observed.columns, columns);
        out.replaced("include", &observed.include, include);
        if cx.server.has(Feature::NullsNotDistinct) || *nulls_not_distinct {
            out.replaced("nulls_not_distinct", &observed.nulls_not_distinct, nulls_not_distinct);
        }
        out.replaced("without_overlaps", &observed.without_overlaps, without_overlaps);
        out.replaced("deferrable", &observed.deferrable, deferrable);
        out.replaced("initially_deferred", &observed.initially_deferred, initially_deferred);
        // Of an index on a partitioned table nothing can be altered.
        let is_fixed = is_partitioned(&at.host("table"), cx);
        if is_fixed {
            with.compare_fixed("with", &observed.with, cx, out);
        }
        if !out.replace {
            if !is_fixed {
                with.compare("with", &observed.with, cx, out, &|words| {
                    vec![alter_index([&at.host("table"), at], &words).into()]
                });
            }
            compare_clustered([&at.host("table"), at], *clustered, observed.clustered, cx, out);
            let left = left_behind(at, cx);
            if let Some(left) = left.first() {
                let change = Change { attribute: "leftover", from: Some(left.name().into()), to: None };
                let step = Step::direct(drop_plainly(at, cx)).online(drop_interim(at, cx));
                out.note(change, vec![step]);
            }
        }
    }

    fn keep(&self, at: &Address, desired: &mut Body, observed: &Body, cx: &Cx<'_>) {
        desired.with.keep(&observed.with, cx);
        desired.clustered = keep_clustered(&at.host("table"), desired.clustered, observed.clustered, cx);
    }

    /// On a table that holds rows the new index is built beside the old key, which holds until the two change places.
    /// A key that foreign keys refer to, or queries group by, goes and comes back together with them.
    fn replace(&self, at: &Address, desired: &Body, _: &Body, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let is_about = |it: &Entry| it.parent.as_ref() == Some(at) || it.address.subject() == Some(at);
        let refers = |entry: &Entry| entry.needs.contains(at) && !is_about(entry);
        if cx.observed.model.iter().any(refers) {
            return None;
        }
        let away = self.away(at, Form::ReplaceConstraint);
        let preflight =
            (desired.keep.is_none() && !desired.without_overlaps).then(|| self.preflight(at, desired));
        let afterwards: Vec<Statement> =
            desired.clustered.then(|| cluster(&at.host("table"), at)).into_iter().collect();
        let direct = vec![away.clone(), self.add(at, desired, None)];
        let direct = Step::direct([drop_plainly(at, cx), direct, afterwards.clone()].concat());
        if !can_be_built_online(at, desired, cx) || is_partitioned(&at.host("table"), cx) {
            return Some(vec![direct.preflight(preflight)]);
        }
        let mut online =
            desired.keep.iter().flat_map(|keep| self.keep_one(at, desired, keep, cx)).collect::<Vec<_>>();
        let at_once = match online.is_empty() {
            true => Vec::new(),
            false => [online.clone(), direct.direct.clone()].concat(),
        };
        online.extend(self.build_online(at, desired, &interim(at), cx));
        online.insert(online.len() - 1, away);
        online.extend(afterwards);
        Some(vec![direct.online(online).at_once(at_once).preflight(preflight)])
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![self.away(at, Form::DropConstraint).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let rest = format!("RENAME CONSTRAINT {} TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::alter(&at.host("table"), Form::AlterTable, rest).into()])
    }

    fn same_shape(&self, desired: &Body, observed: &Body) -> bool {
        desired.columns == observed.columns || self.contype == "p"
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        if from.kind == "column" {
            let names = body.columns.iter_mut().chain(&mut body.include);
            names.filter(|name| *name == from.name()).for_each(|name| *name = to.name().to_string());
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("CONSTRAINT {} ON {}", ident(at.name()), at.relation()))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match name {
            "columns" => Some(as_list(&body.columns)),
            "clustered" => body.clustered.then(|| "yes".to_string()),
            "deferrable" => body.deferrable.then(|| "yes".to_string()),
            "without_overlaps" => body.without_overlaps.then(|| "yes".to_string()),
            _ => None,
        }
    }
}

impl Key {
    /// Schema and name, as SQL, of tables to which foreign keys may refer by a primary key that is not read with the others.
    fn elsewhere(&self, server: &Server) -> Vec<String> {
        let tables = server.elsewhere.iter().filter(|at| self.contype == "p" && at.kind == "table");
        tables.map(|at| format!("({}, {})", literal(at.schema()), literal(at.name()))).collect()
    }

    /// The constraint as it reads in CREATE TABLE and ADD.
    fn definition(&self, at: &Address, body: &Body, index: Option<&str>) -> Phrase {
        let sql = Phrase::from("CONSTRAINT ").ident(at.name()).raw(format!(" {}", self.words));
        let period = if body.without_overlaps { " WITHOUT OVERLAPS" } else { "" };
        let sql = match index {
            Some(index) => sql.raw(" USING INDEX ").ident(index),
            None => sql
                .when(body.nulls_not_distinct, " NULLS NOT DISTINCT")
                .raw(format!(" ({}{period})", idents(&body.columns)))
                .when(!body.include.is_empty(), &format!(" INCLUDE ({})", idents(&body.include)))
                .raw(body.with.clause()),
        };
        sql.when(body.deferrable, " DEFERRABLE").when(body.initially_deferred, " INITIALLY DEFERRED")
    }

    fn add(&self, at: &Address, body: &Body, index: Option<&str>) -> Statement {
        let form = if index.is_some() { Form::AddUniqueUsingIndex } else { Form::AddUnique };
        Statement::alter(
            &at.host("table"),
            form,
            Phrase::from("ADD ").phrase(&self.definition(at, body, index)),
        )
    }

    fn away(&self, at: &Address, form: Form) -> Statement {
        Statement::alter(&at.host("table"), form, format!("DROP CONSTRAINT {}", ident(at.name())))
    }

    /// The index first, concurrently, then the constraint on it. A whole or broken index that an earlier run left
    /// under this name is used, or built anew.
    fn build_online(&self, at: &Address, body: &Body, name: &str, cx: &Cx<'_>) -> Vec<Statement> {
        let index = Address::new("index", [at.schema(), &at.path()[1], name]);
        let fact = |name: &str| cx.observed_attribute(&index, name);
        let (columns, include) = (idents(&body.columns), idents(&body.include));
        let include = if include.is_empty() { String::new() } else { format!(" INCLUDE ({include})") };
        let nulls = if body.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
        let what = format!("({columns}){include}{nulls}");
        let with = body.with.clause();
        let is_valid = fact("valid").as_deref() == Some("yes");
        let usable = is_valid
            && fact("unique").as_deref() == Some("yes")
            && fact("definition") == Some(format!("USING btree {what}"));
        let mut statements = Vec::new();
        if !usable {
            if cx.observed.model.contains(&index) && !cx.desired.contains(&index) {
                let sql = format!("DROP INDEX CONCURRENTLY {}", qualified(at.schema(), name));
                // One that is whole may be of use to somebody.
                let form =
                    if is_valid { Form::DropIndexConcurrently } else { Form::ReplaceIndexConcurrently };
                statements.push(Statement::on(&at.host("table"), form, sql));
            }
            let sql = format!(
                "CREATE UNIQUE INDEX CONCURRENTLY {} ON {} {what}{with}",
                ident(name),
                at.relation(),
            );
            statements.push(Statement::on(&at.host("table"), Form::CreateIndexConcurrently, sql));
        }
        statements.push(self.add(at, body, Some(name)));
        statements
    }

    /// A key of its own on each partition, each on an index that is built concurrently; then that of the table, which
    /// takes them over. Those that an earlier run left are used.
    fn build_on_partitions(&self, at: &Address, body: &Body, cx: &Cx<'_>) -> Vec<Statement> {
        let (mut builds, mut keys) = (Vec::new(), Vec::new());
        for leaf in leaves(&at.host("table"), cx) {
            let there = |entry: &Entry| {
                let there = (*entry.body).as_any().downcast_ref::<Body>();
                there.is_some_and(|there| {
                    (&there.columns, &there.include) == (&body.columns, &body.include)
                        && there.nulls_not_distinct == body.nulls_not_distinct
                        && (there.deferrable, there.initially_deferred)
                            == (body.deferrable, body.initially_deferred)
                })
            };
            if cx.observed.model.inside(self.doc.name, leaf.path()).any(there) {
                continue;
            }
            let own = self.on_partition(body, &leaf, cx);
            let mut statements = self.build_online(&own, body, own.name(), cx);
            keys.extend(statements.pop());
            builds.extend(statements);
        }
        let rest = Phrase::from("ADD ").phrase(&self.definition(at, body, None));
        let whole = Statement::alter(&at.host("table"), Form::AddUniqueUsingIndex, rest);
        [builds, keys, vec![whole]].concat()
    }

    /// The key of a partition, under the name that PostgreSQL would give it, or the next that is free.
    fn on_partition(&self, body: &Body, leaf: &Address, cx: &Cx<'_>) -> Address {
        let name = match self.contype {
            "p" => auto_name(leaf.name(), "", "pkey"),
            _ => auto_name(leaf.name(), &[&*body.columns, &*body.include].concat().join("_"), "key"),
        };
        let taken = |name: &str| {
            let kinds =
                ["primary key", "unique constraint", "index", "exclusion constraint", "check", "foreign key"];
            let part = [leaf.schema(), leaf.name(), name];
            kinds.iter().any(|kind| {
                let at = Address::new(kind, part);
                let leftover = *kind == "index" && !cx.desired.contains(&at);
                cx.observed.model.contains(&at) && !leftover || cx.desired.contains(&at)
            })
        };
        let mut names = std::iter::once(name.clone()).chain((1..100).map(|number| format!("{name}{number}")));
        let free = names.find(|name| !taken(name)).unwrap_or(name);
        Address::new(self.doc.name, [leaf.schema(), leaf.name(), &free])
    }

    /// Sends all but the first of equal rows to quarantine.
    fn keep_one(&self, at: &Address, body: &Body, keep: &Fragment, cx: &Cx<'_>) -> Vec<Statement> {
        let table = at.host("table");
        let columns = idents(&body.columns);
        let present = present(body);
        let doomed =
            Phrase::from("SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (")
                .raw(format!("PARTITION BY {columns} ORDER BY "))
                .fragment(keep)
                .raw(format!(", ctid) AS place FROM {} ", qualified(table.schema(), table.name())))
                .raw(format!("WHERE {present}) ranked WHERE place OPERATOR(pg_catalog.>) 1"));
        let count = repeats(&columns, &told_apart(at, body));
        let statements = repair::delete(cx, at, &table, &repair::Doomed::Within(doomed), Form::Repair);
        statements.into_iter().map(|statement| statement.repairing(&count, false)).collect()
    }

    fn preflight(&self, at: &Address, body: &Body) -> Preflight {
        let hint = format!("say `keep = \"…\"` on `{}` to choose which row survives", at.name());
        Preflight::repeating(&idents(&body.columns), &told_apart(at, body), at.name(), hint)
    }
}

/// The rows that the key tells apart, as a FROM list with its condition.
fn told_apart(at: &Address, body: &Body) -> String {
    format!("{} WHERE {}", at.relation(), present(body))
}

/// A condition on a row: the key tells it from others.
fn present(body: &Body) -> String {
    if body.nulls_not_distinct {
        return "true".to_string();
    }
    let tests = body.columns.iter().map(|column| format!("{} IS NOT NULL", ident(column)));
    tests.collect::<Vec<_>>().join(" AND ")
}

/// A JSON list of the operators by which the columns of the key `pg_constraint k` tell their values apart, in their order.
fn operators() -> String {
    format!(
        "(SELECT json_agg(coalesce({EQUALITY}, {}) ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(num, n) \
         JOIN pg_attribute att ON att.attrelid = k.conrelid AND att.attnum = u.num JOIN pg_type t ON t.oid = att.atttypid)",
        literal(equality::OF_POSTGRES)
    )
}

/// The name under which the index of a key that replaces another is built.
fn interim(at: &Address) -> String {
    leftover::interim(at.name())
}

/// The indexes that a run which died may have left of a key, in the order in which they are taken away.
fn left_behind(at: &Address, cx: &Cx<'_>) -> Vec<Address> {
    let index = |name: &str| Address::new("index", [at.schema(), &at.path()[1], name]);
    let there = |index: &Address| cx.observed.model.contains(index) && !cx.desired.contains(index);
    [index(&interim(at)), index(at.name())].into_iter().filter(there).collect()
}

/// Takes them away in a transaction.
fn drop_plainly(at: &Address, cx: &Cx<'_>) -> Vec<Statement> {
    let drop = |index: &Address| {
        // One that is whole and has not our name may be of use to somebody.
        let is_valid = cx.observed_attribute(index, "valid").as_deref() == Some("yes");
        let form = if is_valid && index.name() == at.name() { Form::DropIndex } else { Form::ReplaceIndex };
        let sql = format!("DROP INDEX {}", qualified(index.schema(), index.name()));
        Statement::on(&at.host("table"), form, sql)
    };
    left_behind(at, cx).iter().map(drop).collect()
}

/// Takes that of a replacement away while others use the table; one under the key's own name is put to use.
fn drop_interim(at: &Address, cx: &Cx<'_>) -> Vec<Statement> {
    let drop = |index: &Address| {
        let sql = format!("DROP INDEX CONCURRENTLY {}", qualified(index.schema(), index.name()));
        Statement::on(&at.host("table"), Form::ReplaceIndexConcurrently, sql)
    };
    left_behind(at, cx).iter().filter(|index| index.name() == interim(at)).map(drop).collect()
}

/// Whether the file declares another key on the same columns.
fn has_twin(at: &Address, body: &Body, cx: &Cx<'_>) -> bool {
    let columns = as_list(&body.columns);
    let keys = ["primary key", "unique constraint"].into_iter();
    keys.flat_map(|kind| cx.desired.inside(kind, &at.path()[..2]))
        .filter(|other| other.address != *at && !other.absent)
        .any(|other| cx.attribute(&other.address, "columns").as_deref() == Some(columns.as_str()))
}

/// Whether its index can be built before it, while the table is in use.
fn can_be_built_online(at: &Address, body: &Body, cx: &Cx<'_>) -> bool {
    let has_foreign = || leaves(&at.host("table"), cx).iter().any(|leaf| is_foreign(leaf, cx));
    !(body.without_overlaps || is_partitioned(&at.host("table"), cx) && has_foreign())
}
