//! Aggregates.

use crate::delta::{Alteration, Change};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Tail, Visit, rename, split_name,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Shape, Value};
use crate::sql::{
    Form, Fragment, Phrase, argument_types, cut_once, facts, ident, literal, qualified, retype_routine,
    routine_name, split_routine, sql_of,
};
use crate::statement::{Statement, Step};

/// The room.
pub struct Aggregate;

/// An aggregate. All that follows its name is one fragment, because only PostgreSQL can tell which function is meant,
/// and what goes without saying.
#[derive(Debug, Clone)]
pub struct Body {
    name: String,
    /// The types of its arguments.
    identity: String,
    /// `(arguments) (SFUNC = …)`; the server's spelling begins with a line of what CREATE OR REPLACE cannot change.
    definition: Fragment,
    /// Observed: its arguments as in SQL, and key and value of each part.
    arguments: String,
    parts: Vec<(&'static str, String)>,
}

/// What a part is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Name,
    Sql,
    Text,
    Number,
    Flag,
}

/// A part of a definition: key of the file, its sort, and how the catalog has it.
type Part = (&'static str, Sort, &'static str);

const SFUNC: KeyDoc = KeyDoc::new("sfunc", Shape::Name, "the function that takes in one row");
const STYPE: KeyDoc = KeyDoc::new("stype", Shape::Sql, "the type of its state");

static DOC: Doc = Doc {
    name: "aggregate",
    summary: "An aggregate. Its key is like that of a function. It is altered by CREATE OR REPLACE where PostgreSQL can; \
              else it goes and comes back with its privileges.",
    manual: "sql-createaggregate",
    place: Place::InSchema("aggregates"),
    rank: Rank::Function,
    main_key: None,
    keys: &[
        KeyDoc::new("arguments", Shape::Sql, "its arguments as in SQL, `ORDER BY` included; `*` for none"),
        SFUNC,
        STYPE,
        KeyDoc::new("sspace", Shape::Integer, "the size of its state in bytes, for the planner"),
        KeyDoc::new("finalfunc", Shape::Name, "the function that makes the result of the state"),
        KeyDoc::new("finalfunc_extra", Shape::Boolean, "`finalfunc` is given the arguments too, as NULL"),
        KeyDoc::new(
            "finalfunc_modify",
            Shape::OneOf(&["read_only", "shareable", "read_write"]),
            "what `finalfunc` does to the state",
        ),
        KeyDoc::new("combinefunc", Shape::Name, "the function that makes one of two states"),
        KeyDoc::new("serialfunc", Shape::Name, "the function that makes `bytea` of the state"),
        KeyDoc::new("deserialfunc", Shape::Name, "the function that makes the state of `bytea`"),
        KeyDoc::new("initcond", Shape::Text, "the first state, as text"),
        KeyDoc::new("msfunc", Shape::Name, "`sfunc` for moving windows"),
        KeyDoc::new("minvfunc", Shape::Name, "the function that takes a row out again"),
        KeyDoc::new("mstype", Shape::Sql, "`stype` for moving windows"),
        KeyDoc::new("msspace", Shape::Integer, "`sspace` for moving windows"),
        KeyDoc::new("mfinalfunc", Shape::Name, "`finalfunc` for moving windows"),
        KeyDoc::new("mfinalfunc_extra", Shape::Boolean, "`finalfunc_extra` for moving windows"),
        KeyDoc::new(
            "mfinalfunc_modify",
            Shape::OneOf(&["read_only", "shareable", "read_write"]),
            "`finalfunc_modify` for moving windows",
        ),
        KeyDoc::new("minitcond", Shape::Text, "`initcond` for moving windows"),
        KeyDoc::new("sortop", Shape::Sql, "the operator whose first row is the result, as `min` has `<`"),
        KeyDoc::new(
            "parallel",
            Shape::OneOf(&["unsafe", "restricted", "safe"]),
            "whether parallel plans may call it; `unsafe` if not given",
        ),
        KeyDoc::new("hypothetical", Shape::Boolean, "it is a hypothetical-set aggregate"),
    ],
    features: &[],
    example: "[aggregates.\"total(numeric)\"]\nsfunc = \"numeric_add\"\nstype = \"numeric\"\ninitcond = \"0\"\n\
              combinefunc = \"numeric_add\"\nparallel = \"safe\"\n",
};

macro_rules! modify {
    ($column:literal) => {
        concat!(
            "CASE WHEN a.",
            $column,
            " = CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::\"char\" THEN NULL WHEN a.",
            $column,
            " = 'r' THEN 'read_only' WHEN a.",
            $column,
            " = 's' THEN 'shareable' ELSE 'read_write' END"
        )
    };
}

const PARTS: &[Part] = &[
    ("sfunc", Sort::Name, routine_name!("a.aggtransfn")),
    ("stype", Sort::Sql, "format_type(a.aggtranstype, NULL)"),
    ("sspace", Sort::Number, "nullif(a.aggtransspace, 0)::text"),
    ("finalfunc", Sort::Name, routine_name!("a.aggfinalfn")),
    ("finalfunc_extra", Sort::Flag, "CASE WHEN a.aggfinalextra THEN 'true' END"),
    ("finalfunc_modify", Sort::Sql, modify!("aggfinalmodify")),
    ("combinefunc", Sort::Name, routine_name!("a.aggcombinefn")),
    ("serialfunc", Sort::Name, routine_name!("a.aggserialfn")),
    ("deserialfunc", Sort::Name, routine_name!("a.aggdeserialfn")),
    ("initcond", Sort::Text, "a.agginitval"),
    ("msfunc", Sort::Name, routine_name!("a.aggmtransfn")),
    ("minvfunc", Sort::Name, routine_name!("a.aggminvtransfn")),
    ("mstype", Sort::Sql, "CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END"),
    ("msspace", Sort::Number, "nullif(a.aggmtransspace, 0)::text"),
    ("mfinalfunc", Sort::Name, routine_name!("a.aggmfinalfn")),
    ("mfinalfunc_extra", Sort::Flag, "CASE WHEN a.aggmfinalextra THEN 'true' END"),
    (
        "mfinalfunc_modify",
        Sort::Sql,
        concat!("CASE WHEN a.aggmtranstype <> 0 THEN ", modify!("aggmfinalmodify"), " END"),
    ),
    ("minitcond", Sort::Text, "a.aggminitval"),
    (
        "sortop",
        Sort::Sql,
        "(SELECT 'OPERATOR(' || quote_ident(s.nspname) || '.' || o.oprname || ')' FROM pg_operator o \
         JOIN pg_namespace s ON s.oid = o.oprnamespace WHERE o.oid = a.aggsortop)",
    ),
    ("parallel", Sort::Sql, "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END"),
    ("hypothetical", Sort::Flag, "CASE WHEN a.aggkind = 'h' THEN 'true' END"),
];

const ARGUMENTS: &str = "CASE p.pronargs WHEN 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END";

/// The definition of the aggregate `pg_aggregate a`, `pg_proc p`.
fn printed() -> String {
    let part = |(key, sort, value): &Part| {
        let word = key.to_uppercase();
        match sort {
            Sort::Flag => format!("CASE WHEN {value} IS NOT NULL THEN '{word}' END"),
            Sort::Text => format!("'{word} = ' || quote_literal({value})"),
            _ => format!("'{word} = ' || {value}"),
        }
    };
    let parts: Vec<String> = PARTS.iter().map(part).collect();
    format!(
        "json_build_array(json_build_array(a.aggkind, a.aggnumdirectargs::text, pg_get_function_result(p.oid), {ARGUMENTS}), \
         '(' || {ARGUMENTS} || ') (' || concat_ws(', ', {}) || ')')::text",
        parts.join(", ")
    )
}

impl Room for Aggregate {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let (name, key_types) = split_routine(&item.key.name);
        let mut reader = item.reader();
        let arguments = reader.string("arguments");
        let place = arguments.map_or(reader.span(), |(_, span)| span);
        let list = arguments.map_or(key_types, |(text, _)| text.trim());
        let types = if key_types.is_empty() { types_of(list) } else { types_of(key_types) };
        let list = if list.is_empty() { "*" } else { list };
        let modes = [("read only", "read_only"), ("shareable", "shareable"), ("read write", "read_write")];
        let parallel = [("unsafe", "unsafe"), ("restricted", "restricted"), ("safe", "safe")];
        let (sfunc, stype) = (reader.required("sfunc"), reader.required("stype"));
        let mut parts = Vec::new();
        for (key, sort, _) in PARTS {
            let value = match (*key, sort) {
                ("parallel", _) => {
                    reader.one_of(key, &parallel).filter(|word| *word != "unsafe").map(str::to_string)
                }
                ("finalfunc_modify" | "mfinalfunc_modify", _) => {
                    reader.one_of(key, &modes).map(str::to_string)
                }
                (_, Sort::Flag) if reader.flag(key) => {
                    parts.push(key.to_uppercase());
                    None
                }
                (_, Sort::Flag) => None,
                (_, Sort::Number) => reader.integer(key).map(|number| number.to_string()),
                (_, Sort::Sql) => reader.text(key),
                (_, Sort::Text) => reader.text(key).map(|text| literal(&text)),
                (_, Sort::Name) => reader.text(key).map(|text| dotted(&text)),
            };
            parts.extend(value.map(|value| format!("{} = {value}", key.to_uppercase())));
        }
        if sfunc.is_none() || stype.is_none() {
            return;
        }
        let definition = Fragment::written(format!("({list}) ({})", parts.join(", ")), place);
        let identity = types.join(", ");
        item.address = Address::new(DOC.name, [item.schema, &format!("{name}({identity})")]);
        item.unnamed = !types.is_empty();
        let (name, arguments) = (name.to_string(), String::new());
        item.declare(Body { name, identity, definition, arguments, parts: Vec::new() });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_proc", "p.oid"));
        let parts: Vec<String> = PARTS.iter().map(|(key, _, value)| format!("{value} AS {key}")).collect();
        Some(format!(
            "SELECT n.nspname AS schema, p.proname AS name, oidvectortypes(p.proargtypes) AS types, \
             {ARGUMENTS} AS arguments, {} AS definition, {}, {} AS needs \
             FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace \
             WHERE {ours} AND {own} ORDER BY p.oid",
            printed(),
            parts.join(", "),
            needs::query("pg_proc", "p.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: "p.prokind = 'a'", ..Seat::ROUTINE })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let (name, types) = (row.text("name"), row.text("types"));
        let part = |(key, _, _): &Part| Some((*key, row.owned(key)?));
        let body = Body {
            name: name.to_string(),
            identity: types.to_string(),
            definition: Fragment::plain(row.text("definition")),
            arguments: row.text("arguments").to_string(),
            parts: PARTS.iter().filter_map(part).collect(),
        };
        let address = Address::new(DOC.name, [row.text("schema"), &format!("{name}({types})")]);
        let mut entry = Entry::new(address, body);
        entry.needs = needs::read(row, "needs", server);
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { name: _, identity, definition: _, arguments, parts } = observed;
        if arguments != identity && arguments != "*" {
            draft.text("arguments", arguments);
        }
        for (key, value) in parts {
            let sort = PARTS.iter().find(|(known, _, _)| known == key).map(|(_, sort, _)| *sort);
            match (sort, value.parse()) {
                (Some(Sort::Flag), _) => draft.flag(key, true),
                (Some(Sort::Number), Ok(number)) => draft.put(key, Value::Integer(number)),
                _ => draft.text(key, value),
            }
        }
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let context = Context::Part {
            setup: String::new(),
            host: None,
            before: "CREATE AGGREGATE pg_temp.pgr_aggregate".to_string(),
            after: String::new(),
            spelled: format!(
                "SELECT {} FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid \
                 WHERE p.pronamespace = pg_my_temp_schema()",
                printed()
            ),
        };
        visit("definition", &mut body.definition, context);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::Create, define(at, desired, "CREATE")).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { name: _, identity: _, definition, arguments: _, parts: _ } = desired;
        if *definition == observed.definition {
            return;
        }
        let [from, to] = [observed.definition.spelled(), definition.spelled()];
        let shown = |text| Some(sql_of(text).into_owned());
        let change = Change { attribute: "definition", from: shown(from), to: shown(to) };
        if signature(from).is_some_and(|there| Some(there) == signature(to)) {
            let sql = define(at, desired, "CREATE OR REPLACE");
            return out.note(change, vec![Statement::new(Form::Catalog, sql).into()]);
        }
        out.replaced("definition", &change.from, &change.to);
    }

    fn gives_results(&self, changes: Option<&[Change]>) -> bool {
        changes.is_none()
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", called(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename([from, at], |name| split_routine(name).0, Form::Catalog, &called, cx)
    }

    fn same_shape(&self, desired: &Body, observed: &Body) -> bool {
        let count = |types: &str| argument_types(types, false).len();
        desired.name == observed.name && count(&desired.identity) == count(&observed.identity)
    }

    fn tail(&self) -> Tail {
        Tail::Types
    }

    fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
        let (bare, types) = split_routine(name);
        retype_routine(&format!("{bare}({})", types_of(types).join(", ")), spell)
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(called(at))
    }
}

/// `AGGREGATE public.total(numeric)`.
fn called(at: &Address) -> String {
    let (name, types) = split_routine(at.name());
    let types = if types.is_empty() { "*" } else { types };
    format!("AGGREGATE {}({types})", qualified(at.schema(), name))
}

fn define(at: &Address, desired: &Body, verb: &str) -> Phrase {
    let name = qualified(at.schema(), split_routine(at.name()).0);
    Phrase::from(format!("{verb} AGGREGATE {name}")).fragment(&desired.definition.as_sql())
}

/// What CREATE OR REPLACE cannot change, if the server has said it: its kind, the number of its direct arguments, its
/// result and its arguments.
fn signature(definition: &str) -> Option<[String; 4]> {
    facts(definition)
}

/// A dotted name as SQL.
fn dotted(name: &str) -> String {
    split_name(name).iter().map(|part| ident(part)).collect::<Vec<_>>().join(".")
}

/// The types of the arguments, of those behind ORDER BY too.
fn types_of(list: &str) -> Vec<String> {
    let words = list.to_ascii_lowercase();
    match cut_once(&words, "order by ") {
        _ if list.trim() == "*" => Vec::new(),
        Some((direct, _)) => {
            let (direct, ordered) = list.split_at(direct.len());
            let ordered = &ordered["order by ".len()..];
            [argument_types(direct, false), argument_types(ordered, false)].concat()
        }
        None => argument_types(list, false),
    }
}
