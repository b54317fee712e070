//! Casts between types.

use crate::delta::{Alteration, Change};
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, cut_once};
use crate::statement::{Statement, Step};

/// The room.
pub struct Cast;

/// A cast; its name is `source as target`.
#[derive(Debug, Clone)]
pub struct Body {
    /// The function with the types of its arguments, if it has one.
    function: Option<Fragment>,
    /// `function`, `inout` or `binary`.
    method: &'static str,
    context: &'static str,
}

const METHODS: &[(&str, &str)] = &[("inout", "inout"), ("binary", "binary")];
const CONTEXTS: &[(&str, &str)] =
    &[("explicit", "explicit"), ("assignment", "assignment"), ("implicit", "implicit")];

static DOC: Doc = Doc {
    name: "cast",
    summary: "A cast. Its key is `source as target`. PostgreSQL cannot alter it: it is made anew.",
    manual: "sql-createcast",
    place: Place::Top("casts"),
    rank: Rank::Function,
    main_key: Some("function"),
    keys: &[
        KeyDoc::new("function", Shape::Sql, "the function with the types of its arguments: `f(text)`"),
        KeyDoc::new(
            "method",
            Shape::OneOf(&["inout", "binary"]),
            "instead of `function`: by text, or not at all, as both are stored the same way",
        ),
        KeyDoc::new(
            "context",
            Shape::OneOf(&["explicit", "assignment", "implicit"]),
            "where it may be taken; `explicit` if not given",
        ),
    ],
    features: &[],
    example: "[enums]\nmood = [\"sad\", \"ok\"]\n\n[casts.\"text as mood\"]\nmethod = \"inout\"\ncontext = \"assignment\"\n",
};

/// The function of `pg_cast k`.
const FUNCTION: &str = "(SELECT quote_ident(s.nspname) || '.' || quote_ident(f.proname) || '(' \
     || oidvectortypes(f.proargtypes) || ')' FROM pg_proc f JOIN pg_namespace s ON s.oid = f.pronamespace \
     WHERE f.oid = k.castfunc)";

/// Which rows of `pg_cast k` are casts of their own: those that come with a range type are part of it.
const OWN: &str = "k.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_cast'::regclass \
     AND i.objid = k.oid AND i.deptype = 'i')";

impl Room for Cast {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let function = reader.string("function").map(|(text, span)| Fragment::written(text.trim(), span));
        let method = reader.one_of("method", METHODS);
        let context = reader.one_of("context", CONTEXTS).unwrap_or("explicit");
        if function.is_some() == method.is_some() {
            let span = reader.span();
            reader.problems().add(span, "a cast wants either `function` or `method`");
        }
        if sides(&item.key.name).is_none() {
            let message = format!("`{}` names no cast", item.key.name);
            item.problems.add_with_hint(item.key.span, message, "write `source as target`");
            return;
        }
        item.declare(Body { function, method: method.unwrap_or("function"), context });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (here, own) = (server.in_schemas("n.nspname"), server.is_read("pg_cast", "k.oid"));
        Some(format!(
            "SELECT format_type(k.castsource, NULL) || ' as ' || format_type(k.casttarget, NULL) AS name, \
             {FUNCTION} AS function, k.castmethod AS method, k.castcontext AS context, {} AS needs FROM pg_cast k \
             WHERE {OWN} AND {own} AND EXISTS (SELECT FROM pg_type t JOIN pg_namespace n \
             ON n.oid = t.typnamespace WHERE t.oid IN (k.castsource, k.casttarget) AND ({here} \
             OR n.nspname = 'pg_catalog')) ORDER BY k.oid",
            needs::query("pg_cast", "k.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_cast",
            oid: "k.oid",
            from: "pg_cast k",
            path: "format_type(k.castsource, NULL) || ' as ' || format_type(k.casttarget, NULL)",
            only: OWN,
            member: ("pg_cast", "k.oid"),
            ..Seat::BARE
        })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let body = Body {
            function: row.fragment("function"),
            method: match row.text("method") {
                "i" => "inout",
                "b" => "binary",
                _ => "function",
            },
            context: match row.text("context") {
                "i" => "implicit",
                "a" => "assignment",
                _ => "explicit",
            },
        };
        let mut entry = Entry::new(Address::new(DOC.name, [row.text("name")]), body);
        entry.needs = needs::read(row, "needs", server);
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { function, method, context } = observed;
        draft.some_fragment("function", function.as_ref());
        draft.word("method", method, "function");
        draft.word("context", context, "explicit");
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        if let Some(function) = &mut body.function {
            let spelled = format!("(SELECT {FUNCTION} FROM (SELECT n.oid AS castfunc) k)");
            let context = Context::Name { finds: "to_regprocedure", types: String::new(), spelled };
            visit("function", function, context);
        }
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { function, method, context } = desired;
        let sql = Phrase::from(format!("CREATE {} ", called(at)));
        let sql = match (function, *method) {
            (Some(function), _) => sql.raw("WITH FUNCTION ").fragment(function),
            (None, "inout") => sql.raw("WITH INOUT"),
            _ => sql.raw("WITHOUT FUNCTION"),
        };
        let sql = sql.when(*context != "explicit", &format!(" AS {}", context.to_uppercase()));
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, _: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { function, method, context } = desired;
        out.replaced("function", &observed.function, function);
        out.replaced("method", &observed.method, method);
        out.replaced("context", &observed.context, context);
    }

    fn gives_results(&self, changes: Option<&[Change]>) -> bool {
        changes.is_none()
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", called(at))).into()]
    }

    fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
        match sides(name) {
            Some((source, target)) => format!("{} as {}", spell(source), spell(target)),
            None => name.to_string(),
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(called(at))
    }
}

/// Source and target of `source as target`.
fn sides(name: &str) -> Option<(&str, &str)> {
    let lower = name.to_ascii_lowercase();
    let at = cut_once(&lower, " as ")?.0.len();
    Some((name[..at].trim(), name[at + " as ".len()..].trim()))
}

/// `CAST (text AS public.mood)`.
fn called(at: &Address) -> String {
    let (source, target) = sides(at.name()).unwrap_or((at.name(), ""));
    format!("CAST ({source} AS {target})")
}
