//! Columns of tables.

mod change;
mod generated;
mod heirs;
mod keeping;
mod misfit;
mod numbering;
mod numbers;
mod requirement;
mod retype;
mod steps;

use crate::delta::{Alteration, Show};
use crate::equality::OF_POSTGRES;
use crate::kind::{
    Collation, Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Undeclared, Visit,
    as_list, from_list, leftover, remark, unwrapped,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::partitions::joining;
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Span};
use crate::sql::{BASE_TYPE, EQUALITY, Form, Fragment, HOLDS_NO_NULL, Phrase, SERIAL, auto_name, ident};
use crate::statement::{Statement, Step};
use keeping::Keeping;
use numbers::{Numbers, Sequence};
use requirement::Requirement;

/// The room.
pub struct Column;

/// When an identity column takes a value that the user gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Only with OVERRIDING SYSTEM VALUE.
    Always,
    /// Always.
    ByDefault,
}

impl Show for Identity {
    fn show(&self) -> Option<String> {
        Some(self.words().to_lowercase())
    }
}

impl Identity {
    fn words(self) -> &'static str {
        match self {
            Identity::Always => "ALWAYS",
            Identity::ByDefault => "BY DEFAULT",
        }
    }
}

/// A column.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its type, serial types as the integer they stand for.
    data_type: Fragment,
    /// Observed: the operator by which its values are told apart, if it is not that of PostgreSQL.
    equality: Option<String>,
    /// Observed: the type that its type is made of, if that is a domain.
    base_type: Option<String>,
    default: Option<Fragment>,
    not_null: bool,
    requirement: Requirement,
    identity: Option<Identity>,
    /// The expression of a generated column.
    generated: Option<Fragment>,
    /// It is computed when it is read.
    is_virtual: bool,
    /// The default is the next value of a sequence that belongs to the column.
    serial: bool,
    /// Desired: what its sequence is to be like.
    numbers: Numbers,
    /// Observed: its sequence, or one that belongs to it and that its default takes numbers from.
    sequence: Option<Sequence>,
    collation: Option<Collation>,
    keeping: Keeping,
    /// Observed: it comes from a parent; whether it differs from that one's.
    inherited: Option<bool>,
    /// Observed: it comes from a parent, and stays without it.
    local: bool,
    /// What fills rows that have no value, before NOT NULL comes into force.
    backfill: Option<Fragment>,
    /// How values of the former type become values of the new one.
    using: Option<Fragment>,
    span: Option<Span>,
}

impl Body {
    /// What of it cannot be together.
    fn clash(&self) -> Option<&'static str> {
        match (&self.identity, &self.generated, &self.default) {
            (Some(_), _, Some(_)) => Some("an identity column has no default"),
            (Some(_), ..) if self.serial => Some(
                "a serial column takes its numbers from its sequence: say `type = \"integer\"` beside `identity`",
            ),
            (Some(_), ..) if !numbering::is_whole(self.data_type.text()) => {
                Some("an identity column is a `smallint`, an `integer` or a `bigint`")
            }
            (_, _, Some(_)) if self.serial => {
                Some("a serial column takes its numbers from its sequence, and has no default")
            }
            (_, Some(_), _) if self.serial => {
                Some("a column is either generated or takes its numbers from a sequence")
            }
            (_, Some(_), Some(_)) => Some("a generated column has no default"),
            (Some(_), Some(_), _) => Some("a column is either generated or an identity column"),
            (_, Some(_), _) if self.using.is_some() => {
                Some("a generated column has no `using`: its values are computed anew")
            }
            (_, None, _) if self.is_virtual => Some("only a generated column is virtual"),
            (None, ..) if !self.serial && !self.numbers.is_empty() => {
                Some("only an identity or serial column has a sequence")
            }
            _ => None,
        }
    }
}

static DOC: Doc = Doc {
    name: "column",
    summary: "A column. `name = \"text\"` is short for `name = { type = \"text\" }`, a nullable column of that type. \
              `primary_key`, `unique`, `check` and `references` stand for constraints with PostgreSQL's own names.",
    manual: "sql-createtable",
    place: Place::Children { of: &["table"], key: "columns" },
    rank: Rank::Column,
    main_key: Some("type"),
    keys: &[
        KeyDoc::new("type", Shape::Sql, "its type, as in SQL"),
        KeyDoc::new("default", Shape::Sql, "its default, an SQL expression: a string is `\"'new'\"`"),
        KeyDoc::new(
            "not_null",
            Shape::Switch,
            "whether a value is required; `{ name = \"name_given\", no_inherit = true }` says more of that constraint, on \
             servers from 18 on",
        ),
        KeyDoc::new("identity", Shape::OneOf(&["always", "by default"]), "numbered by the database"),
        KeyDoc::new(
            "sequence",
            Shape::Table,
            "the sequence of an identity or serial column: `{ start = 1000, increment = 10, cache = 5, cycle = true }`, also \
             `minvalue`, `maxvalue` and `name`",
        ),
        KeyDoc::new("generated", Shape::Sql, "computed from other columns of the row, and stored"),
        KeyDoc::new("virtual", Shape::Boolean, "with `generated`: computed when it is read (PostgreSQL 18)"),
        KeyDoc::new("collation", Shape::Name, "its collation, if not the type's own"),
        KeyDoc::new(
            "storage",
            Shape::OneOf(&["plain", "external", "extended", "main"]),
            "how long values are kept, if not as usual for the type",
        ),
        KeyDoc::new("compression", Shape::Name, "how values are compressed: `pglz`, `lz4` (PostgreSQL 14)"),
        KeyDoc::new("statistics", Shape::Integer, "how much ANALYZE learns of it, from 0 to 10000"),
        KeyDoc::new("options", Shape::Table, "options of the planner: `{ n_distinct = -0.5 }`"),
        KeyDoc::new("foreign_options", Shape::Table, "options of a foreign table's column, by name"),
        KeyDoc::new(
            "backfill",
            Shape::Sql,
            "fills rows that have no value; runs only while `not_null` is not yet in force",
        ),
        KeyDoc::new(
            "using",
            Shape::Sql,
            "turns values of the former type into the new one; wanted between times with a zone and without where the zone of the database is not UTC",
        ),
    ],
    features: &[("compression", Feature::StorageCompression), ("virtual", Feature::VirtualGenerated)],
    example: "[tables.people.columns]\nid = { type = \"bigint\", identity = \"always\", primary_key = true }\n\
              name = { type = \"text\", not_null = true, backfill = \"'unknown'\" }\n\
              born = \"date\"\nname_upper = { type = \"text\", generated = \"upper(name)\" }\n",
};

/// The extensions that bring the type `pg_type y` of a column, or of the elements of its type, or what its default
/// `pg_attrdef cd` calls.
const EXTENSIONS: &str = "CASE WHEN y.oid >= 16384 OR cd.oid IS NOT NULL THEN (SELECT json_agg(DISTINCT x.extname) \
     FROM (SELECT 'pg_type'::regclass AS class, y.oid AS object UNION ALL SELECT d.refclassid, d.refobjid \
     FROM pg_depend d WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = cd.oid) u \
     JOIN pg_depend e ON e.classid = u.class AND e.objid = u.object AND e.deptype = 'e' \
     JOIN pg_extension x ON x.oid = e.refobjid) END";

impl Room for Column {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let written = |found: Option<(&str, Span)>| found.map(|(text, span)| Fragment::written(text, span));
        let words = [("always", Identity::Always), ("by default", Identity::ByDefault)];
        let identity = reader.one_of("identity", &words);
        let generated = written(reader.string("generated"));
        let default = written(reader.string("default"));
        let numbers = Numbers::read(&mut reader, "sequence");
        let is_virtual = reader.flag("virtual");
        let collation = reader.string("collation");
        let keeping = Keeping::read(&mut reader);
        let (not_null, requirement) = Requirement::read(&mut reader);
        let wanted = [
            (Feature::VirtualGenerated, reader.span_of("virtual"), is_virtual),
            (Feature::StorageCompression, reader.span_of("compression"), reader.has("compression")),
            (Feature::NotNullConstraints, reader.span_of("not_null"), requirement.says_more()),
        ];
        let Some((text, span)) = reader.required("type") else { return };
        if text.trim().is_empty() {
            reader.problems().add(span, "`type` is empty");
        }
        let serial = numbering::serial(text);
        let default = default.filter(|default| !default.text().trim().eq_ignore_ascii_case("null"));
        let mut body = Body {
            data_type: Fragment::written(serial.unwrap_or(text), span),
            equality: None,
            base_type: None,
            default,
            not_null: not_null || identity.is_some() || serial.is_some(),
            requirement,
            identity,
            generated,
            is_virtual,
            serial: serial.is_some(),
            numbers,
            sequence: None,
            collation: None,
            keeping,
            inherited: None,
            local: false,
            backfill: written(reader.string("backfill")),
            using: written(reader.string("using")),
            span: Some(span),
        };
        if let Some(message) = body.clash() {
            let span = reader.span();
            reader.problems().add(span, message);
        }
        for (feature, span, _) in wanted.into_iter().filter(|(.., is)| *is) {
            item.want(feature, span);
        }
        body.collation = collation.map(|(text, span)| Collation::read(item, "collation", text, span));
        item.declare(body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        let (not_null, requirement, constraint) = match server.has(Feature::NotNullConstraints) {
            true => (
                HOLDS_NO_NULL,
                "CASE WHEN a.attinhcount = 0 THEN rq.conname END AS constraint_name, rq.connoinherit AS no_inherit, ",
                "LEFT JOIN pg_constraint rq ON rq.contype = 'n' AND rq.conrelid = a.attrelid AND rq.conkey = ARRAY[a.attnum] ",
            ),
            false => ("a.attnotnull", "NULL AS constraint_name, false AS no_inherit, ", ""),
        };
        // Before, no sequence was unlogged.
        let logged = match server.has(Feature::UnloggedSequences) {
            true => "o.persistence <> c.relpersistence",
            false => "false",
        };
        let compression = if server.has(Feature::StorageCompression) { "a.attcompression" } else { "''" };
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, a.attname AS name, \
             format_type(a.atttypid, a.atttypmod) AS type, {not_null} AS not_null, {requirement}a.attidentity AS identity, \
             a.attgenerated AS generated, pg_get_expr(cd.adbin, cd.adrelid) AS expression, o.*, \
             CASE WHEN a.attcollation <> t.typcollation THEN {} END AS collation, \
             a.attstorage AS storage, t.typstorage AS usual_storage, {compression} AS compression, \
             nullif(a.attstattarget, -1) AS statistics, \
             CASE WHEN a.attoptions IS NOT NULL THEN to_json(ARRAY(SELECT x FROM unnest(a.attoptions) x \
             WHERE NOT starts_with(x, 'pg_attver='))) END AS options, to_json(a.attfdwoptions) AS foreign_options, \
             a.attinhcount > 0 AS inherited, NOT c.relispartition AND a.attislocal AS local, {} AS deviates, \
             {SERIAL} AND {not_null} AS serial, {logged} AS logged_otherwise, \
             CASE WHEN cd.oid IS NOT NULL THEN (SELECT json_agg(ARRAY[un.nspname, u.relname] ORDER BY u.oid) FROM pg_depend ud \
             JOIN pg_class u ON u.oid = ud.refobjid AND u.relkind = 'S' JOIN pg_namespace un ON un.oid = u.relnamespace \
             WHERE ud.classid = 'pg_attrdef'::regclass AND ud.objid = cd.oid AND ud.refclassid = 'pg_class'::regclass) END \
             AS sequences, CASE WHEN cd.oid IS NOT NULL AND a.attgenerated = '' THEN {} END AS default_uses, CASE WHEN a.attgenerated <> '' THEN {} END AS needs, {EXTENSIONS} AS extensions, \
             {EQUALITY} AS equality, {BASE_TYPE} AS base_type, CASE WHEN y.oid >= 16384 THEN {} END AS type_kind, yn.nspname AS type_schema, y.typname AS type_name \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_type t ON t.oid = a.atttypid \
             JOIN pg_type y ON y.oid = CASE WHEN t.typlen = -1 AND t.typelem <> 0 THEN t.typelem ELSE t.oid END \
             JOIN pg_namespace yn ON yn.oid = y.typnamespace \
             LEFT JOIN pg_attrdef cd ON cd.adrelid = a.attrelid AND cd.adnum = a.attnum {constraint}\
             LEFT JOIN (SELECT DISTINCT ON (q.refobjid, q.refobjsubid) q.refobjid, q.refobjsubid, s.oid AS sequence_oid, \
             sn.nspname AS sequence_schema, s.relname AS sequence, format_type(sq.seqtypid, NULL) AS numbers, \
             sq.seqincrement AS increment, sq.seqmin AS minvalue, sq.seqmax AS maxvalue, sq.seqstart AS start, \
             sq.seqcache AS cache, sq.seqcycle AS cycle, s.relpersistence AS persistence, q.deptype = 'i' OR EXISTS (SELECT FROM pg_attrdef f \
             JOIN pg_depend fd ON fd.classid = 'pg_attrdef'::regclass AND fd.objid = f.oid AND fd.refobjid = s.oid \
             WHERE f.adrelid = q.refobjid AND f.adnum = q.refobjsubid) AS used \
             FROM pg_depend q JOIN pg_class s ON s.oid = q.objid JOIN pg_sequence sq ON sq.seqrelid = s.oid \
             JOIN pg_namespace sn ON sn.oid = s.relnamespace WHERE q.classid = 'pg_class'::regclass \
             AND q.refclassid = 'pg_class'::regclass AND q.deptype IN ('a', 'i') ORDER BY q.refobjid, q.refobjsubid, used DESC) o \
             ON o.refobjid = a.attrelid AND o.refobjsubid = a.attnum \
             WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped \
             AND {ours} AND {own} ORDER BY a.attrelid, a.attnum",
            Collation::query("a.attcollation"),
            heirs::deviates(server),
            needs::query_beyond_tables("pg_attrdef", "cd.oid"),
            needs::query_of_generated("a.attrelid", "a.attnum", "cd.oid"),
            needs::kind_of_type("y")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_class",
            oid: "c.oid",
            column: "a.attnum",
            from: "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped",
            path: "n.nspname, c.relname, a.attname",
            only: "c.relkind IN ('r', 'p', 'f')",
            ..Seat::PART
        })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let identity = match row.text("identity") {
            "a" => Some(Identity::Always),
            "d" => Some(Identity::ByDefault),
            _ => None,
        };
        let expression = row.fragment("expression");
        let is_generated = !row.text("generated").is_empty();
        let serial = row.flag("serial") && row.flag("used");
        let sequence = Sequence::observed(row).filter(|_| row.flag("used"));
        let (default, generated) = if is_generated { (None, expression) } else { (expression, None) };
        let body = Body {
            data_type: Fragment::plain(row.text("type")),
            equality: row.owned("equality"),
            base_type: row.owned("base_type"),
            default: default.filter(|_| !serial),
            not_null: row.flag("not_null"),
            requirement: Requirement::observed(row),
            identity,
            generated,
            is_virtual: row.text("generated") == "v",
            serial,
            numbers: Numbers::default(),
            sequence,
            collation: row.owned("collation").map(Collation::printed),
            keeping: Keeping::observed(row),
            inherited: row.flag("inherited").then(|| row.flag("deviates")),
            local: row.flag("local"),
            backfill: None,
            using: None,
            span: None,
        };
        let table = Address::new("table", [path[0], path[1]]);
        let collation = body.collation.as_ref().and_then(|collation| collation.address("collation"));
        let mut entry = Entry::new(Address::new(DOC.name, path), body).part_of(table);
        let kind = server.kind(row.text("type_kind"));
        entry
            .uses
            .extend(kind.map(|kind| Address::new(kind, [row.text("type_schema"), row.text("type_name")])));
        let sequences: Vec<[String; 2]> = row.parsed("sequences");
        entry.uses.extend(collation);
        entry.needs.extend(needs::read(row, "needs", server));
        entry.uses.extend(row.list("extensions").into_iter().map(|name| Address::new("extension", [name])));
        entry.uses.extend(sequences.into_iter().map(|path| Address::new("sequence", path)));
        entry.uses.extend(needs::read(row, "default_uses", server).into_iter().filter(is_called));
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("type", &mut body.data_type, Context::Type);
        if let Some((fragment, context)) = body.collation.as_mut().map(Collation::fragment) {
            visit("collation", fragment, context);
        }
        let of = body.data_type.text().to_string();
        if let Some(default) = &mut body.default {
            visit("default", default, Context::Value { of });
        }
        if let Some(generated) = &mut body.generated {
            visit("generated", generated, Context::Row { table: at.host("table") });
        }
        if let Some(using) = &mut body.using {
            visit("using", using, Context::Piece);
        }
        if let Some(backfill) = &mut body.backfill {
            visit("backfill", backfill, Context::Row { table: at.host("table") });
        }
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { data_type, default, not_null, identity, generated, is_virtual, serial, sequence, .. } =
            observed;
        let Body { collation, keeping, inherited, local, requirement, .. } = observed;
        if *inherited == Some(false) && !local {
            draft.leave_out();
        } else if leftover::is_interim(at.name()) {
            leftover::write(draft);
        }
        // The columns of a primary key are NOT NULL without being told.
        let key = draft.model.inside("primary key", &at.path()[..2]).next();
        let key = key.and_then(|key| draft.attribute(&key.address, "columns")).unwrap_or_default();
        let of_key = from_list(&key).iter().any(|column| column == at.name());
        let name = match serial {
            true => numbering::serial_type(observed).to_string(),
            false => draft.type_name(data_type.text()),
        };
        draft.text("type", name);
        if *not_null {
            requirement.write(*serial || identity.is_some() || of_key, draft);
        }
        draft
            .some("default", default.as_ref().map(|default| short_default(default.text(), data_type.text())));
        // A partition that has no default where its table has one.
        if *inherited == Some(true)
            && default.is_none()
            && generated.is_none()
            && identity.is_none()
            && !serial
        {
            draft.text("default", "null");
        }
        draft.some("identity", identity.map(|identity| identity.words().to_lowercase()));
        if let Some(sequence) = sequence.as_ref().filter(|_| *serial || identity.is_some()) {
            if sequence.logged_otherwise {
                draft.unsaid("its sequence is logged otherwise than its table");
            }
            sequence.write(&auto_name(&at.path()[1], at.name(), "seq"), data_type.text(), draft);
        }
        draft.some_expression("generated", generated.as_ref());
        draft.flag("virtual", *is_virtual);
        let collation = collation.as_ref().map(|collation| collation.write(draft));
        draft.some("collation", collation);
        let parent = heirs::parent_in(at, draft).filter(|_| inherited.is_some());
        keeping.write(parent.map(|parent| &parent.keeping), draft);
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        match heirs::of_table(at, cx) {
            Some(parent) => self.difference(at, desired, &parent, cx),
            None => steps::add(at, desired, cx),
        }
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let of_table = heirs::as_in_table(at, desired, observed, cx);
        let desired = of_table.as_ref().unwrap_or(desired);
        let Body { data_type: _, default, not_null, identity: _, generated, is_virtual, serial, .. } =
            desired;
        let Body {
            numbers: _,
            sequence: _,
            collation: _,
            keeping,
            requirement,
            backfill: _,
            using: _,
            inherited: _,
            local: _,
            span,
            ..
        } = desired;
        if generated != &observed.generated || is_virtual != &observed.is_virtual {
            generated::compare(at, desired, observed, cx, out, *span);
            if out.obstacle.is_some() {
                return;
            }
        }
        numbering::compare_going(at, desired, observed, cx, out);
        let retyped = retype::compare(at, desired, observed, cx, out);
        // ALTER TYPE has put the default in place where it changes the type as well; that of a serial column is its
        // sequence's.
        if !(*serial || retyped && retype::carries_default(desired, observed)) {
            out.attribute("default", &observed.default, default, || {
                vec![steps::alter(at, Form::AlterTable, steps::default_clause(default.as_ref()))]
            });
        }
        numbering::compare_serial(at, desired, observed, cx, out);
        if *not_null || !is_held_by_a_key(at, cx) {
            out.attribute("not_null", &observed.not_null, not_null, || steps::not_null(at, desired, cx));
        }
        numbering::compare_identity(at, desired, observed, cx, out);
        numbering::compare_numbers(at, desired, observed, cx, out);
        keeping.compare(at, &observed.keeping, retyped, cx, out);
        if *not_null && observed.not_null {
            requirement.compare(at, &observed.requirement, out);
        }
        steps::drop_helper(at, [desired, observed], cx, out);
    }

    /// What the primary key no longer covers may be NULL once the key is another.
    fn comes_after(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Address> {
        let observed = cx.observed.model.body::<Body>(at);
        if desired.not_null || !observed.is_some_and(|there| there.not_null) {
            let joining = if observed.is_none() { joining(&at.host("table"), cx) } else { Vec::new() };
            return [joining, steps::left(at, cx), steps::identities(at, desired, cx)].concat();
        }
        let keys = cx.observed.model.inside("primary key", &at.path()[..2]);
        let keys = keys.map(|entry| entry.address.clone());
        keys.chain(steps::identities(at, desired, cx)).collect()
    }

    fn keeps_results(&self, body: &Body) -> bool {
        body.generated.is_some() && !body.is_virtual
    }

    fn drop(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
        // What it has from a parent stays; only where it differs can it be undone.
        if let Some(parent) = heirs::of_parent(at, cx).filter(|_| observed.inherited.is_some()) {
            let comment = Address::about("comment", Vec::<String>::new(), at.clone());
            let mute = cx.observed.model.contains(&comment).then(|| {
                let sql = remark(&format!("COLUMN {}.{}", at.relation(), ident(at.name())), None);
                Statement::on(&at.host("table"), Form::Comment, sql).into()
            });
            return self.difference(at, &parent, observed, cx).into_iter().chain(mute).collect();
        }
        let release = numbering::release(at, observed, cx);
        vec![Step::direct(release.into_iter().chain(heirs::drop(at, cx)))]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let rest = Phrase::from(" RENAME COLUMN ").ident(from.name()).raw(" TO ").ident(at.name());
        Some(vec![steps::alter_table(at, Form::AlterTable, rest).into()])
    }

    fn let_go(&self, at: &Address, observed: &mut Body, of: &Address) -> Vec<Step> {
        let default = observed.default.take_if(|_| is_called(of));
        default.map(|_| steps::alter(at, Form::AlterTable, steps::default_clause(None))).into_iter().collect()
    }

    fn keeps_order(&self) -> bool {
        true
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("COLUMN {}.{}", at.relation(), ident(at.name())))
    }

    fn undeclared(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Undeclared {
        let desired = cx.desired;
        // One of a table that is to become a partition is declared there.
        let declared = || observed.inherited.is_none() && desired.takes_over(&at.host("table"), at);
        let goes = observed.inherited == Some(false) || declared();
        let columns = desired.inside("column", &at.path()[..2]);
        if goes { Undeclared::Ignore } else { leftover::undeclared_column(at.name(), columns) }
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match name {
            "type" => Some(body.data_type.text().to_string()),
            "spelled type" => Some(body.data_type.spelled().to_string()),
            "base" => body.base_type.clone(),
            "equality" => body.equality.clone().or_else(|| Some(OF_POSTGRES.to_string())),
            "not_null" => body.not_null.show(),
            "default" => body.default.show(),
            "identity" => body.identity.show(),
            "sequence" => body.sequence.as_ref().map(Sequence::name),
            "sequence of numbers" => Some(as_list(body.sequence.as_ref()?.address().path())),
            "sequence of serial" => {
                let sequence = body.sequence.as_ref().filter(|_| body.serial)?;
                Some(as_list(sequence.address().path()))
            }
            "sequence name" => body.numbers.name().map(str::to_string),
            "counts by one" => body.numbers.count_by_one().then(|| "yes".to_string()),
            "numbered" => (body.serial || body.identity.is_some()).then(|| "yes".to_string()),
            _ => None,
        }
    }
}

/// A default without the cast of its literal to the very type of the column, which goes without saying.
fn short_default<'d>(default: &'d str, data_type: &str) -> &'d str {
    let bare = default.strip_suffix(data_type.split('(').next().unwrap_or(data_type));
    let literal = bare.and_then(|bare| bare.strip_suffix("::")).filter(|literal| {
        let inner = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        inner.is_some_and(|inner| !inner.replace("''", "").contains('\''))
    });
    literal.unwrap_or_else(|| unwrapped(default))
}

/// Whether it is something that only the default of a column can use, not its type.
fn is_called(at: &Address) -> bool {
    matches!(at.kind, "function" | "aggregate" | "operator")
}

/// Whether it is NOT NULL as long as a primary key is there that the file does not declare, and that stays.
fn is_held_by_a_key(at: &Address, cx: &Cx<'_>) -> bool {
    let table = &at.path()[..2];
    let declared = cx.desired.inside("primary key", table).any(|entry| !entry.absent);
    let covers = |key: &Address| {
        cx.observed_attribute(key, "columns")
            .is_some_and(|names| from_list(&names).iter().any(|name| name == at.name()))
    };
    let mut keys = cx.observed.model.inside("primary key", table);
    !declared && keys.any(|entry| covers(&entry.address) && !cx.goes(&entry.address))
}

fn with_collation(body: &Body) -> String {
    match &body.collation {
        Some(collation) => format!("{} collate {}", body.data_type, collation.sql()),
        None => body.data_type.to_string(),
    }
}
