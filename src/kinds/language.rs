//! Procedural languages.

use crate::delta::Alteration;
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, follow_routine};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, ident, qualified, routine_path};
use crate::statement::{Statement, Step};

/// The room.
pub struct Language;

/// Schema and name of a function.
type Name = (String, String);

/// A procedural language.
#[derive(Debug, Clone)]
pub struct Body {
    handler: Name,
    inline: Option<Name>,
    validator: Option<Name>,
    trusted: bool,
}

static DOC: Doc = Doc {
    name: "language",
    summary: "A procedural language that no extension brings. Its functions are changed in place, so that what is written \
              in it stays.",
    manual: "sql-createlanguage",
    place: Place::Top("languages"),
    rank: Rank::Function,
    main_key: Some("handler"),
    keys: &[
        KeyDoc::new("handler", Shape::Name, "the function that executes what is written in it"),
        KeyDoc::new("inline", Shape::Name, "the function that executes `DO`"),
        KeyDoc::new("validator", Shape::Name, "the function that checks what is to be created"),
        KeyDoc::new("trusted", Shape::Boolean, "everyone may use it, as it gives access to nothing else"),
    ],
    features: &[],
    example: "[functions.\"own_call_handler()\"]\nreturns = \"language_handler\"\nobj_file = \"$libdir/plpgsql\"\n\
              link_symbol = \"plpgsql_call_handler\"\n\n[languages]\nplown = { handler = \"own_call_handler\", trusted = true }\n",
};

/// Which rows of `pg_language l` are languages that people make.
const OWN: &str = "l.lanispl";

impl Room for Language {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let (inline, validator) = (reader.text("inline"), reader.text("validator"));
        let trusted = reader.flag("trusted");
        let Some((handler, _)) = reader.required("handler") else { return };
        let mut function = |name: &str, takes: &str| {
            let name = item.resolve(name);
            item.need(address(&name, takes));
            name
        };
        let handler = function(handler, HANDLER);
        let inline = inline.map(|name| function(&name, INLINE));
        let validator = validator.map(|name| function(&name, VALIDATOR));
        item.declare(Body { handler, inline, validator, trusted });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let seat = self.seat()?;
        Some(format!(
            "SELECT l.lanname AS name, l.lanpltrusted AS trusted, {} AS handler, {} AS inline, {} AS validator \
             FROM {} WHERE {} ORDER BY l.oid",
            routine_path("l.lanplcallfoid"),
            routine_path("l.laninline"),
            routine_path("l.lanvalidator"),
            seat.from,
            seat.condition(server)
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: OWN, ..Seat::LANGUAGE })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let function = |column: &str| row.get(column).and_then(|json| serde_json::from_str(json).ok());
        let body = Body {
            handler: row.parsed("handler"),
            inline: function("inline"),
            validator: function("validator"),
            trusted: row.flag("trusted"),
        };
        let mut needs = vec![address(&body.handler, HANDLER)];
        needs.extend(body.inline.as_ref().map(|name| address(name, INLINE)));
        needs.extend(body.validator.as_ref().map(|name| address(name, VALIDATOR)));
        let entry = Entry::new(Address::new(DOC.name, [row.text("name")]), body);
        out.model.insert(needs.into_iter().fold(entry, Entry::needing));
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { handler, inline, validator, trusted } = observed;
        let named = |(schema, name): &Name| draft.name(schema, name);
        let (handler, inline, validator) =
            (named(handler), inline.as_ref().map(named), validator.as_ref().map(named));
        draft.text("handler", handler);
        draft.some("inline", inline);
        draft.some("validator", validator);
        draft.flag("trusted", *trusted);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::Create, define("CREATE", at, desired)).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { handler, inline, validator, trusted } = desired;
        let spelled = |name: &Name| qualified(&name.0, &name.1);
        let optional = |name: &Option<Name>| name.as_ref().map(spelled);
        let mut changed = Alteration::default();
        changed.replaced("handler", &spelled(&observed.handler), &spelled(handler));
        changed.replaced("inline", &optional(&observed.inline), &optional(inline));
        changed.replaced("validator", &optional(&observed.validator), &optional(validator));
        changed.replaced("trusted", &observed.trusted, trusted);
        out.altered_as(changed, || {
            vec![Statement::new(Form::Catalog, define("CREATE OR REPLACE", at, desired)).into()]
        });
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", called(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql = format!("ALTER {} RENAME TO {}", called(from), ident(at.name()));
        Some(vec![Statement::new(Form::Catalog, sql).into()])
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        let functions = [(Some(&mut body.handler), HANDLER), (body.inline.as_mut(), INLINE)];
        for (name, takes) in functions.into_iter().chain([(body.validator.as_mut(), VALIDATOR)]) {
            name.into_iter().for_each(|name| follow_routine(name, takes, ["function", "schema"], from, to));
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(called(at))
    }
}

/// What the functions of a language take.
const HANDLER: &str = "()";
const INLINE: &str = "(internal)";
const VALIDATOR: &str = "(oid)";

fn address((schema, name): &Name, takes: &str) -> Address {
    Address::new("function", [schema, &format!("{name}{takes}")])
}

fn called(at: &Address) -> String {
    format!("LANGUAGE {}", ident(at.name()))
}

fn define(verb: &str, at: &Address, body: &Body) -> Phrase {
    let Body { handler, inline, validator, trusted } = body;
    let function = |(schema, name): &Name| qualified(schema, name);
    Phrase::from(verb)
        .when(*trusted, " TRUSTED")
        .raw(format!(" {} HANDLER {}", called(at), function(handler)))
        .with(inline.as_ref(), |sql, name| sql.raw(format!(" INLINE {}", function(name))))
        .with(validator.as_ref(), |sql, name| sql.raw(format!(" VALIDATOR {}", function(name))))
}
