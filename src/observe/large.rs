//! What of the catalog has a text that is longer than anybody needs. Whoever may create something can have as many of
//! them as there is room for, and every look would read them all; so they are found by their lengths, which the server
//! knows without reading them, and left alone.

use crate::error::{Error, Result};
use crate::kind::{Row, Server, Unread};
use crate::model::{Address, Model, printable};
use crate::pg::Feature;
use crate::sql::LONGEST_TEXT;
use std::collections::BTreeSet;

/// A catalog with texts that people write: where it is read from, what of it is not read if one is too long, as a catalog
/// and an OID, and the texts.
struct Source {
    catalog: &'static str,
    from: &'static str,
    object: (&'static str, &'static str),
    texts: &'static [(&'static str, Length, Option<Feature>)],
}

/// How the length of a text is asked for.
#[derive(Clone, Copy)]
enum Length {
    /// A text, or what is one inside.
    Text,
    Bytes,
    /// A list of texts.
    List,
}

use Length::{Bytes, List, Text};

const fn source(
    catalog: &'static str,
    object: (&'static str, &'static str),
    texts: &'static [(&'static str, Length, Option<Feature>)],
) -> Source {
    Source { catalog, from: catalog, object, texts }
}

/// The catalogs of which a row can be longer than a page.
const SOURCES: &[Source] = &[
    source("pg_rewrite", ("pg_class", "x.ev_class"), &[("ev_action", Text, None), ("ev_qual", Text, None)]),
    source("pg_attrdef", ("pg_class", "x.adrelid"), &[("adbin", Text, None)]),
    source("pg_constraint", ("pg_class", "nullif(x.conrelid, 0)"), &[("conbin", Text, None)]),
    source("pg_constraint", ("pg_type", "nullif(x.contypid, 0)"), &[("conbin", Text, None)]),
    source("pg_policy", ("pg_class", "x.polrelid"), &[("polqual", Text, None), ("polwithcheck", Text, None)]),
    source("pg_trigger", ("pg_class", "x.tgrelid"), &[("tgqual", Text, None), ("tgargs", Bytes, None)]),
    source("pg_partitioned_table", ("pg_class", "x.partrelid"), &[("partexprs", Text, None)]),
    source(
        "pg_statistic_ext",
        ("pg_class", "x.stxrelid"),
        &[("stxexprs", Text, Some(Feature::StatisticsExpressions))],
    ),
    source("pg_foreign_table", ("pg_class", "x.ftrelid"), &[("ftoptions", List, None)]),
    source(
        "pg_proc",
        ("pg_proc", "x.oid"),
        &[
            ("prosrc", Text, None),
            ("proargdefaults", Text, None),
            ("proconfig", List, None),
            ("prosqlbody", Text, Some(Feature::SqlBody)),
        ],
    ),
    source("pg_type", ("pg_type", "x.oid"), &[("typdefault", Text, None), ("typdefaultbin", Text, None)]),
    source(
        "pg_collation",
        ("pg_collation", "x.oid"),
        &[("collicurules", Text, Some(Feature::CollationRules))],
    ),
    source("pg_foreign_server", ("pg_foreign_server", "x.oid"), &[("srvoptions", List, None)]),
    Source {
        catalog: "pg_user_mapping",
        from: "pg_user_mappings",
        object: ("pg_user_mapping", "x.umid"),
        texts: &[("umoptions", List, None)],
    },
];

/// A question to which the answer is, as a JSON list, the catalogs of which it may be that a text is too long: those that keep
/// long rows in pages enough for one, however well the server has compressed it. Nearly always there are none.
pub fn catalogs() -> String {
    let catalogs =
        SOURCES.iter().map(|source| source.catalog).chain(COMMENTS.iter().map(|(catalog, _)| *catalog));
    let names: BTreeSet<String> = catalogs.map(|catalog| format!("'{catalog}'::regclass")).collect();
    let names: Vec<String> = names.into_iter().collect();
    // The views that come with PostgreSQL fill more pages than that.
    format!(
        "SELECT json_agg(k.relname) FROM pg_class k WHERE k.oid IN ({}) AND pg_relation_size(k.reltoastrelid) >= {} \
         AND (k.relname <> 'pg_rewrite' OR EXISTS (SELECT FROM pg_rewrite w WHERE w.oid >= 16384 \
         AND octet_length(w.ev_action::text) + coalesce(octet_length(w.ev_qual::text), 0) > {LONGEST_TEXT}))",
        names.join(", "),
        LONGEST_TEXT / 255 / 8192 * 8192
    )
}

/// Catalogs of comments, and which part of an object a comment is about.
const COMMENTS: &[(&str, &str)] = &[("pg_description", "d.objsubid"), ("pg_shdescription", "0")];

impl Source {
    fn query(&self, server: &Server) -> Option<String> {
        let Source { from, object: (class, oid), texts, .. } = self;
        let texts = texts.iter().filter(|(_, _, feature)| feature.is_none_or(|needed| server.has(needed)));
        let lengths = texts.map(|(text, length, _)| match length {
            Text => format!("octet_length(x.{text}::text)"),
            Bytes => format!("octet_length(x.{text})"),
            // What takes little room as it is kept need not be taken apart.
            List => format!(
                "CASE WHEN pg_column_size(x.{text}) > {} THEN (SELECT sum(octet_length(item)) FROM unnest(x.{text}) item) END",
                LONGEST_TEXT / 255
            ),
        });
        let lengths: Vec<String> = lengths.collect();
        (!lengths.is_empty()).then(|| {
            format!(
                "SELECT '{class}'::regclass AS class, {oid} AS oid, 0 AS sub, true AS whole, \
                 greatest({}) AS bytes FROM {from} x",
                lengths.join(", "),
            )
        })
    }
}

/// The query for what there is in these catalogs.
pub fn query(server: &Server, catalogs: &[String]) -> String {
    let is_asked = |catalog: &str| catalogs.iter().any(|asked| asked == catalog);
    let comments = COMMENTS.iter().filter(|(catalog, _)| is_asked(catalog)).map(|(catalog, sub)| {
        format!(
            "SELECT d.classoid AS class, d.objoid AS oid, {sub} AS sub, false AS whole, octet_length(d.description) AS bytes \
             FROM {catalog} d"
        )
    });
    let sources = SOURCES.iter().filter(|source| is_asked(source.catalog));
    let sources: Vec<String> = sources.filter_map(|source| source.query(server)).chain(comments).collect();
    let pair = |from: &str, name: &str| {
        format!(
            "(SELECT ARRAY[n.nspname::text, {name}] FROM {from} JOIN pg_namespace n ON n.oid = o.place WHERE o.oid = l.oid)"
        )
    };
    let of = |catalog: &str, prefix: &str, name: &str| {
        let from =
            format!("(SELECT x.oid, x.{prefix}namespace, {name} FROM {catalog} x) o(oid, place, name)");
        format!("WHEN '{catalog}'::regclass THEN {}", pair(&from, "o.name::text"))
    };
    let names = [
        of("pg_class", "rel", "x.relname"),
        of("pg_type", "typ", "x.typname"),
        of("pg_proc", "pro", "x.proname || '(' || oidvectortypes(x.proargtypes) || ')'"),
        "WHEN 'pg_user_mapping'::regclass THEN (SELECT ARRAY[m.srvname::text, CASE m.umuser WHEN 0 THEN 'public' \
         ELSE m.usename::text END] FROM pg_user_mappings m WHERE m.umid = l.oid)"
            .to_string(),
    ];
    let in_schemas = server.in_schemas("l.names[1]");
    // Who owns what belongs to the first superuser is not written down.
    format!(
        "SELECT CASE WHEN whole THEN class::regclass::text END AS class, oid, to_json(names)::text AS names, \
         CASE WHEN whole THEN '' ELSE 'comment on ' END || type || ' ' || identity AS what, bytes, \
         pg_get_userbyid(coalesce((SELECT s.refobjid FROM pg_shdepend s WHERE s.classid = l.class AND s.objid = l.oid \
         AND s.deptype = 'o' AND s.dbid IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())) LIMIT 1), \
         (SELECT c.relowner FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid WHERE d.classid = l.class \
         AND d.objid = l.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LIMIT 1), 10)) AS held_by \
         FROM (SELECT l.*, i.type, i.identity, CASE l.class {} ELSE a.object_names END AS names FROM (\
         SELECT class, oid, sub, whole, max(bytes) AS bytes FROM ({}) every WHERE bytes > {LONGEST_TEXT} \
         AND oid IS NOT NULL GROUP BY 1, 2, 3, 4) l, pg_identify_object(l.class, l.oid, l.sub) i, \
         pg_identify_object_as_address(l.class, l.oid, l.sub) a) l \
         WHERE {in_schemas} OR cardinality(l.names) = 1 OR l.class = 'pg_user_mapping'::regclass ORDER BY what",
        names.join(" "),
        sources.join(" UNION ALL ")
    )
}

/// A row of its answer.
pub fn read(row: &Row<'_>) -> Unread {
    Unread {
        object: row.get("class").map(|class| (class.to_string(), row.text("oid").to_string())),
        names: row.list("names"),
        what: row.text("what").to_string(),
        owner: row.text("held_by").to_string(),
        bytes: row.number("bytes").unsigned_abs(),
    }
}

/// Refuses to take for missing what the file declares and what was not read.
///
/// # Errors
/// `Failed`, with all of them.
pub fn refuse_unread(server: &Server, desired: &Model) -> Result<()> {
    let all: Vec<&Address> = desired
        .iter()
        .flat_map(|entry| [Some(&entry.address), entry.renamed_from.as_ref()])
        .flatten()
        .collect();
    let declared = |unread: &&Unread| {
        let inside = |at: &&Address| at.subject().unwrap_or(at).path().starts_with(&unread.names);
        unread.object.is_some() && all.iter().any(inside)
    };
    let found: Vec<&Unread> = server.unread.iter().filter(declared).collect();
    let Some(first) = found.first() else { return Ok(()) };
    let error = Error::failed(format!("{first}, and the file declares it; nothing was executed"));
    let error = found.iter().skip(1).fold(error, |error, unread| error.note(format!("also: {unread}")));
    Err(error.hint(format!(
        "replace it in the database by something shorter, or drop it there: {}",
        printable(&first.what)
    )))
}
