//! Views and materialized views: one room with two doors.

use crate::delta::{Alteration, Change, Show};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Options, Place, Rank, Room, Row, Seat, Server, Visit, as_list,
    rename_plain, switch,
};
use crate::model::{Address, Entry, Observed, TableFacts};
use crate::needs;
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Value};
use crate::sql::{Form, Fragment, Phrase, facts, ident, idents, qualified, sql_of, view_definition};
use crate::statement::{Statement, Step};

/// The room of one of the two.
pub struct View {
    doc: &'static Doc,
    relkind: &'static str,
    words: &'static str,
}

/// Views.
pub static VIEW: View = View { doc: &VIEW_DOC, relkind: "v", words: "VIEW" };
/// Materialized views.
pub static MATERIALIZED_VIEW: View =
    View { doc: &MATERIALIZED_VIEW_DOC, relkind: "m", words: "MATERIALIZED VIEW" };

/// A view.
#[derive(Debug, Clone)]
pub struct Body {
    /// The server's spelling is a document with its columns.
    query: Fragment,
    columns: Vec<String>,
    security_invoker: bool,
    security_barrier: bool,
    check_option: Option<&'static str>,
    /// Whether a materialized view is to be filled; whether it is.
    with_data: bool,
    /// Storage parameters of a materialized view.
    with: Options,
    access_method: Option<String>,
    /// Observed: that which the server takes where nothing is said.
    usual_method: String,
}

const QUERY: KeyDoc = KeyDoc::new("query", Shape::Sql, "the query");
const COLUMNS: KeyDoc =
    KeyDoc::new("columns", Shape::Names, "names of its columns, if not those that the query gives");
const CHECKS: &[(&str, &str)] = &[("local", "local"), ("cascaded", "cascaded")];

static VIEW_DOC: Doc = Doc {
    name: "view",
    summary: "A view. A bare string is its query. What depends on a view that has to be replaced goes and comes back \
              with it.",
    manual: "sql-createview",
    place: Place::InSchema("views"),
    rank: Rank::View,
    main_key: Some("query"),
    keys: &[
        QUERY,
        COLUMNS,
        KeyDoc::new(
            "security_invoker",
            Shape::Boolean,
            "its tables are read with the rights of who reads the view (PostgreSQL 15)",
        ),
        KeyDoc::new(
            "security_barrier",
            Shape::Boolean,
            "conditions of a query on it are applied after its own",
        ),
        KeyDoc::new(
            "check_option",
            Shape::OneOf(&["local", "cascaded"]),
            "rows written through it must be visible in it",
        ),
    ],
    features: &[("security_invoker", Feature::SecurityInvokerViews)],
    example: "[tables.events.columns]\nid = \"bigint\"\nopen = \"boolean\"\n\n[views]\n\
              open_events = \"select id from events where open\"\n",
};

static MATERIALIZED_VIEW_DOC: Doc = Doc {
    name: "materialized view",
    summary: "A materialized view; its indexes stand in it as in a table.",
    manual: "sql-creatematerializedview",
    place: Place::InSchema("materialized_views"),
    rank: Rank::View,
    main_key: Some("query"),
    keys: &[
        QUERY,
        COLUMNS,
        KeyDoc::new(
            "with_data",
            Shape::Boolean,
            "it is filled if it is not yet; `true` if not given; one that was filled is so again where it is made anew",
        ),
        KeyDoc::new("with", Shape::Table, "storage parameters: `{ fillfactor = 70 }`"),
        KeyDoc::new("access_method", Shape::Name, "its table access method, if not the server's default"),
    ],
    features: &[],
    example: "[tables.events.columns]\nid = \"bigint\"\ncity = \"text\"\n\n[materialized_views.cities]\n\
              query = \"select city, count(*) as events from events group by city\"\n\
              indexes = { cities_city_idx = { on = [\"city\"], unique = true } }\n",
};

impl Room for View {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        self.doc
    }

    fn read(&self, item: &mut Item<'_>) {
        let is_view = self.relkind == "v";
        let mut reader = item.reader();
        let columns = reader.strings("columns").into_iter().map(|(name, _)| name).collect();
        let security_invoker = is_view && reader.flag("security_invoker");
        let security_barrier = is_view && reader.flag("security_barrier");
        let check_option = if is_view { reader.one_of("check_option", CHECKS) } else { None };
        let with_data = is_view || reader.boolean("with_data").unwrap_or(true);
        let with = if is_view { Options::default() } else { Options::read(&mut reader, "with") };
        let access_method = if is_view { None } else { reader.text("access_method") };
        let invoker = is_view.then(|| reader.span_of("security_invoker")).filter(|_| security_invoker);
        let Some((text, span)) = reader.required("query") else { return };
        let query = Fragment::written(text.trim().trim_end_matches(';'), span);
        if let Some(span) = invoker {
            item.want(Feature::SecurityInvokerViews, span);
        }
        item.declare(Body {
            query,
            columns,
            security_invoker,
            security_barrier,
            check_option,
            with_data,
            with,
            access_method,
            usual_method: String::new(),
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS name, {} AS query, \
             to_json(coalesce(c.reloptions, '{{}}') || ARRAY(SELECT 'toast.' || o FROM pg_class t, unnest(t.reloptions) o \
             WHERE t.oid = c.reltoastrelid)) AS options, c.relispopulated AS filled, \
             (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam) AS access_method, \
             current_setting('default_table_access_method') AS usual_method, pg_relation_size(c.oid) AS bytes, \
             {} AS needs \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = '{}' AND {ours} AND {own} ORDER BY c.oid",
            server.printed(&view_definition("c.oid"), "c.relowner"),
            needs::query(
                "pg_rewrite",
                "(SELECT w.oid FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename = '_RETURN')"
            ),
            self.relkind
        ))
    }

    fn seat(&self) -> Option<Seat> {
        let only = if self.relkind == "v" { "c.relkind = 'v'" } else { "c.relkind = 'm'" };
        Some(Seat { only, ..Seat::RELATION })
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_rewrite"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("name")];
        let options = row.list("options");
        let option = |name: &str| {
            options.iter().find_map(|text| text.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default()
        };
        let body = Body {
            query: row.fragment("query").unwrap_or_else(|| Fragment::plain("")),
            columns: Vec::new(),
            security_invoker: switch(option("security_invoker")) == Some(true),
            security_barrier: switch(option("security_barrier")) == Some(true),
            check_option: CHECKS
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(option("check_option")))
                .map(|(_, word)| *word),
            with_data: row.flag("filled"),
            with: if self.relkind == "v" { Options::default() } else { Options::observed(options.clone()) },
            access_method: row.owned("access_method"),
            usual_method: row.text("usual_method").to_string(),
        };
        let mut entry = Entry::new(Address::new(self.doc.name, path), body);
        let own = entry.address.path().to_vec();
        entry.needs = needs::read(row, "needs", server);
        entry.needs.retain(|need| !need.path().starts_with(&own));
        if self.relkind == "m" {
            let facts =
                TableFacts { bytes: row.number("bytes").unsigned_abs(), rows: -1, ..TableFacts::default() };
            out.tables.insert(Address::new("table", path), facts);
        }
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { query, columns: _, security_invoker, security_barrier, check_option, .. } = observed;
        let Body { with_data, with, access_method, usual_method, .. } = observed;
        draft.text("query", sql_of(query.text()).trim());
        draft.flag("security_invoker", *security_invoker);
        draft.flag("security_barrier", *security_barrier);
        draft.some("check_option", *check_option);
        if self.relkind == "m" {
            if !with_data {
                draft.put("with_data", Value::Boolean(false));
            }
            draft.table("with", with.values());
            draft.some("access_method", access_method.as_ref().filter(|method| *method != usual_method));
        }
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let is_kept = self.relkind == "m" && body.with_data;
        visit("query", &mut body.query, Context::Query { columns: body.columns.clone(), is_kept });
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        // One that is made anew is filled where it was: somebody reads it.
        let was_filled = cx.observed.model.body::<Body>(at).is_some_and(|there| there.with_data);
        let body = Body { with_data: desired.with_data || was_filled, ..desired.clone() };
        vec![Statement::new(Form::Create, self.define(at, &body, "CREATE")).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { query, columns, security_invoker, security_barrier, check_option, .. } = desired;
        if *query != observed.query {
            let named = match columns.as_slice() {
                [] => String::new(),
                columns => format!("({}) as ", columns.join(", ")),
            };
            let to = Some(format!("{named}{}", sql_of(query.text())));
            let change = Change { attribute: "query", from: Some(bare(&observed.query)), to };
            if self.relkind == "v" && only_appends(&observed.query, query) {
                let sql = self.define(at, desired, "CREATE OR REPLACE");
                out.note(change, vec![Statement::new(Form::ReplaceView, sql).into()]);
                return;
            }
            out.replaced("query", &change.from, &change.to);
            return;
        }
        if self.relkind == "m" {
            return compare_storage(at, desired, observed, cx, out);
        }
        let set = |name: &str, value: Option<String>| {
            let rest = match value {
                Some(value) => format!("SET ({name} = {value})"),
                None => format!("RESET ({name})"),
            };
            vec![Statement::new(Form::ReplaceView, format!("ALTER VIEW {} {rest}", full(at))).into()]
        };
        let on = |value: bool| value.then(|| "true".to_string());
        if cx.server.has(Feature::SecurityInvokerViews) || *security_invoker {
            out.attribute("security_invoker", &observed.security_invoker, security_invoker, || {
                set("security_invoker", on(*security_invoker))
            });
        }
        out.attribute("security_barrier", &observed.security_barrier, security_barrier, || {
            set("security_barrier", on(*security_barrier))
        });
        out.attribute("check_option", &observed.check_option, check_option, || {
            set("check_option", check_option.show())
        });
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {} {}", self.words, full(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename_plain([from, at], Form::ReplaceView, &|it| format!("{} {}", self.words, full(it)), cx)
    }

    fn holds_fast(&self) -> bool {
        true
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("{} {}", self.words, full(at)))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let columns = columns(&body.query).filter(|_| name == "parts")?;
        Some(as_list(&columns.into_iter().map(|(name, _, _)| name).collect::<Vec<_>>()))
    }
}

impl View {
    fn define(&self, at: &Address, body: &Body, verb: &str) -> Phrase {
        let Body { query, columns, security_invoker, security_barrier, check_option, .. } = body;
        let Body { with_data, with, access_method, .. } = body;
        let options: Vec<String> =
            [("security_invoker", *security_invoker), ("security_barrier", *security_barrier)]
                .iter()
                .filter(|(_, on)| *on)
                .map(|(name, _)| format!("{name} = true"))
                .chain(check_option.map(|word| format!("check_option = {word}")))
                .collect();
        let using =
            access_method.as_ref().map_or(String::new(), |method| format!(" USING {}", ident(method)));
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", idents(columns)) };
        let options =
            if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) };
        Phrase::from(format!(
            "{verb} {} {}{columns}{using}{options}{} AS\n",
            self.words,
            full(at),
            with.clause()
        ))
        .fragment(&query.as_sql())
        .when(!with_data, "\nWITH NO DATA")
    }
}

fn full(at: &Address) -> String {
    qualified(at.schema(), at.name())
}

/// Compares what a materialized view has as a table.
fn compare_storage(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
    let Body { with_data, with, access_method, .. } = desired;
    let alter = |rest: &str| {
        let sql = format!("ALTER MATERIALIZED VIEW {} {rest}", full(at));
        vec![Statement::new(Form::ReplaceView, sql).into()]
    };
    with.compare("with", &observed.with, cx, out, &|rest| alter(&rest));
    let set_method = |method: &str| {
        let sql = format!("ALTER MATERIALIZED VIEW {} SET ACCESS METHOD {}", full(at), ident(method));
        vec![Statement::new(Form::Refresh, sql).into()]
    };
    let can_set = cx.server.has(Feature::SetAccessMethod);
    match (access_method, &observed.access_method) {
        (Some(method), there) if can_set => {
            out.attribute("access_method", there, access_method, || set_method(method));
        }
        (Some(_), there) => out.replaced("access_method", there, access_method),
        (None, Some(there)) if *there != observed.usual_method => {
            let change = Change { attribute: "access_method", from: Some(there.clone()), to: None };
            out.beyond(cx.prunes() && can_set, change, || set_method(&observed.usual_method));
        }
        (None, _) => {}
    }
    if *with_data {
        out.attribute("with_data", &observed.with_data, with_data, || {
            let sql = format!("REFRESH MATERIALIZED VIEW {}", full(at));
            vec![Statement::new(Form::Refresh, sql).into()]
        });
    }
}

/// Name, type and, where it is not that of the type, collation of a column.
type Column = (String, String, Option<String>);

/// The columns that a query gives, if the server has said so.
fn columns(query: &Fragment) -> Option<Vec<Column>> {
    facts::<Option<Vec<Column>>>(query.spelled()).map(Option::unwrap_or_default)
}

/// The query as the server spells it.
fn bare(query: &Fragment) -> String {
    sql_of(query.spelled()).into_owned()
}

/// Whether the columns of the one are the first columns of the other: all that CREATE OR REPLACE VIEW allows.
fn only_appends(observed: &Fragment, desired: &Fragment) -> bool {
    match (columns(observed), columns(desired)) {
        (Some(one), Some(two)) => two.starts_with(&one),
        _ => false,
    }
}
