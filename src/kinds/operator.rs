//! Operators.

use crate::delta::{Alteration, Change};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Tail, Visit, rename, split_name,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Span};
use crate::sql::{
    Form, Fragment, Phrase, argument_types, ident, operator_name, retype_routine, routine_name, split_routine,
};
use crate::statement::{Statement, Step};

/// The room.
pub struct Operator;

/// An operator; its name ends with the types of its sides: `===(mood, text)`.
#[derive(Debug, Clone)]
pub struct Body {
    function: Fragment,
    commutator: Option<Fragment>,
    negator: Option<Fragment>,
    /// The functions that estimate how many rows it leaves.
    restrict: Option<Fragment>,
    join: Option<Fragment>,
    hashes: bool,
    merges: bool,
}

static DOC: Doc = Doc {
    name: "operator",
    summary: "An operator. Its key is its name with the types of its sides, `===(mood, text)`; `none` stands for the left \
              side of a prefix operator. Estimators are altered in place; from PostgreSQL 17 on a commutator, a negator, \
              `hashes` and `merges` are added in place; for all else it goes and comes back.",
    manual: "sql-createoperator",
    place: Place::InSchema("operators"),
    rank: Rank::Function,
    main_key: Some("function"),
    keys: &[
        KeyDoc::new("function", Shape::Name, "the function that it stands for"),
        KeyDoc::new("commutator", Shape::Name, "the operator that is this one with its sides changed"),
        KeyDoc::new("negator", Shape::Name, "the operator that is true where this one is false"),
        KeyDoc::new("restrict", Shape::Name, "the function that estimates how many rows it leaves"),
        KeyDoc::new("join", Shape::Name, "the function that estimates how many rows of a join it leaves"),
        KeyDoc::new("hashes", Shape::Boolean, "hash joins may use it"),
        KeyDoc::new("merges", Shape::Boolean, "merge joins may use it"),
    ],
    features: &[],
    example: "[functions.\"same(text, text)\"]\narguments = \"a text, b text\"\nreturns = \"boolean\"\n\
              volatility = \"immutable\"\nbody = \"select a = b\"\n\n\
              [operators]\n\"===(text, text)\" = { function = \"same\", commutator = \"===\", restrict = \"eqsel\" }\n",
};

macro_rules! operator {
    ($column:literal) => {
        concat!(
            "(SELECT quote_ident(s.nspname) || '.' || x.oprname FROM pg_operator x \
             JOIN pg_namespace s ON s.oid = x.oprnamespace WHERE x.oid = o.",
            $column,
            ")"
        )
    };
}

impl Room for Operator {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let (name, types) = split_routine(&item.key.name);
        let types = argument_types(types, false);
        // One that is its own commutator is not there yet for the server to find.
        let own = format!("{}.{name}", ident(item.schema));
        let mut reader = item.reader();
        let function =
            |found: Option<(&str, Span)>| found.map(|(name, span)| Fragment::written(dotted(name), span));
        let operator = |found: Option<(&str, Span)>| {
            found.map(|(text, span)| match text.trim() {
                text if text == name => Fragment::written(own.as_str(), span),
                text => Fragment::written(text, span),
            })
        };
        let (restrict, join) = (function(reader.string("restrict")), function(reader.string("join")));
        let (commutator, negator) =
            (operator(reader.string("commutator")), operator(reader.string("negator")));
        let (hashes, merges) = (reader.flag("hashes"), reader.flag("merges"));
        let Some(function) = function(reader.required("function")) else { return };
        if types.len() != 2 {
            let message = format!("`{}` does not name the types of both sides", item.key.name);
            item.problems.add_with_hint(
                item.key.span,
                message,
                "write `===(left, right)`, or `!!(none, right)`",
            );
            return;
        }
        item.address = Address::new(DOC.name, [item.schema, &format!("{name}({})", types.join(", "))]);
        item.unnamed = true;
        item.declare(Body { function, commutator, negator, restrict, join, hashes, merges });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_operator", "o.oid"));
        // One without a function was only promised, as commutator or negator of another.
        Some(format!(
            "SELECT n.nspname AS schema, {} AS name, {} AS function, {} AS commutator, {} AS negator, \
             {} AS restrict, {} AS join, o.oprcanhash AS hashes, o.oprcanmerge AS merges, {} AS needs FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace \
             WHERE o.oprcode <> 0 AND {ours} AND {own} ORDER BY o.oid",
            operator_name!(),
            routine_name!("o.oprcode"),
            operator!("oprcom"),
            operator!("oprnegate"),
            routine_name!("o.oprrest"),
            routine_name!("o.oprjoin"),
            needs::query("pg_operator", "o.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_operator",
            oid: "o.oid",
            from: "pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace",
            path: concat!("n.nspname, ", operator_name!()),
            only: "o.oprcode <> 0",
            member: ("pg_operator", "o.oid"),
            owner: Some("o.oprowner"),
            ..Seat::BARE
        })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let body = Body {
            function: Fragment::plain(row.text("function")),
            commutator: row.fragment("commutator"),
            negator: row.fragment("negator"),
            restrict: row.fragment("restrict"),
            join: row.fragment("join"),
            hashes: row.flag("hashes"),
            merges: row.flag("merges"),
        };
        let address = Address::new(DOC.name, [row.text("schema"), row.text("name")]);
        let mut entry = Entry::new(address.clone(), body);
        // Two that are each other's commutator need neither first.
        entry.needs = needs::read(row, "needs", server);
        entry.needs.retain(|need| need.kind != DOC.name);
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { function, commutator, negator, restrict, join, hashes, merges } = observed;
        draft.fragment("function", function);
        draft.some_fragment("commutator", commutator.as_ref());
        draft.some_fragment("negator", negator.as_ref());
        draft.some_fragment("restrict", restrict.as_ref());
        draft.some_fragment("join", join.as_ref());
        draft.flag("hashes", *hashes);
        draft.flag("merges", *merges);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let types = argument_types(split_routine(at.name()).1, false);
        let (left, right) =
            (types.first().map_or("none", String::as_str), types.get(1).map_or("", String::as_str));
        let own: Vec<&str> = [left, right].into_iter().filter(|side| *side != "none").collect();
        let own = own.join(", ");
        visit("function", &mut body.function, function_context(&own));
        let operators = [
            ("commutator", &mut body.commutator, format!("{right}, {left}")),
            ("negator", &mut body.negator, format!("{left}, {right}")),
        ];
        for (name, operator, sides) in operators {
            operator.iter_mut().for_each(|operator| visit(name, operator, operator_context(&sides)));
        }
        let functions = [
            ("restrict", &mut body.restrict, "internal, oid, internal, integer"),
            ("join", &mut body.join, "internal, oid, internal, smallint, internal"),
        ];
        for (name, function, types) in functions {
            function.iter_mut().for_each(|function| visit(name, function, function_context(types)));
        }
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { function, commutator, negator, restrict, join, hashes, merges } = desired;
        let (name, types) = split_routine(at.name());
        let types = argument_types(types, false);
        let mut sql = Phrase::from(format!("CREATE OPERATOR {}.{name} (FUNCTION = ", ident(at.schema())))
            .fragment(function);
        for (word, of) in ["LEFTARG", "RIGHTARG"].iter().zip(&types).filter(|(_, of)| *of != "none") {
            sql = sql.raw(format!(", {word} = {of}"));
        }
        for (word, operator) in [("COMMUTATOR", commutator), ("NEGATOR", negator)] {
            sql = sql.with(operator.as_ref(), |sql, operator| sql.raw(", ").phrase(&partner(word, operator)));
        }
        for (word, function) in [("RESTRICT", restrict), ("JOIN", join)] {
            sql = sql
                .with(function.as_ref(), |sql, function| sql.raw(format!(", {word} = ")).fragment(function));
        }
        let sql = sql.when(*hashes, ", HASHES").when(*merges, ", MERGES").raw(")");
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { function, commutator, negator, restrict, join, hashes, merges } = desired;
        out.replaced("function", &observed.function, function);
        let partners =
            [("commutator", &observed.commutator, commutator), ("negator", &observed.negator, negator)];
        // What it lacks can be added to it; what it has stays.
        let adds = cx.server.has(Feature::AlterOperatorPartners);
        let set = |what: Phrase| {
            let sql = Phrase::from(format!("ALTER {} SET (", called(at))).phrase(&what).raw(")");
            vec![Statement::new(Form::Catalog, sql).into()]
        };
        for (attribute, there, wanted) in partners {
            match (there, wanted) {
                (None, Some(operator)) if adds && comes_with(attribute, operator, at, cx) => {}
                (None, Some(operator)) if adds => {
                    out.attribute(attribute, there, wanted, || set(partner(attribute, operator)));
                }
                (Some(there), None) if is_said_there(attribute, there, at, cx) => {}
                _ => out.replaced(attribute, there, wanted),
            }
        }
        for (attribute, there, wanted) in
            [("hashes", observed.hashes, *hashes), ("merges", observed.merges, *merges)]
        {
            match adds && wanted {
                true => out.attribute(attribute, &there, &wanted, || set(attribute.to_uppercase().into())),
                false => out.replaced(attribute, &there, &wanted),
            }
        }
        let estimators =
            [("restrict", "RESTRICT", &observed.restrict, restrict), ("join", "JOIN", &observed.join, join)];
        for (attribute, word, there, wanted) in estimators {
            if there == wanted {
                continue;
            }
            let text = |function: &Option<Fragment>| function.as_ref().map(|name| name.text().to_string());
            let sql = Phrase::from(format!("ALTER {} SET ({word} = ", called(at)));
            let sql = match wanted {
                Some(function) => sql.fragment(function),
                None => sql.raw("NONE"),
            };
            let change = Change { attribute, from: text(there), to: text(wanted) };
            out.note(change, vec![Statement::new(Form::Catalog, sql.raw(")")).into()]);
        }
    }

    fn gives_results(&self, changes: Option<&[Change]>) -> bool {
        changes.is_none()
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", called(at))).into()]
    }

    fn tail(&self) -> Tail {
        Tail::Types
    }

    fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
        retype_routine(name, &mut |of| match of.eq_ignore_ascii_case("none") {
            true => "none".to_string(),
            false => spell(of),
        })
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        // PostgreSQL gives an operator no other name.
        let bare: fn(&str) -> &str = |name| split_routine(name).0;
        let renamed = bare(from.name()) != bare(at.name());
        rename([from, at], bare, Form::Catalog, &called, cx).filter(|_| !renamed)
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(called(at))
    }
}

/// `COMMUTATOR = OPERATOR(public.===)`.
fn partner(word: &str, operator: &Fragment) -> Phrase {
    let dotted = operator.text().contains('.');
    let sql = Phrase::from(format!("{} = ", word.to_uppercase())).when(dotted, "OPERATOR(");
    sql.fragment(operator).when(dotted, ")")
}

/// Whether the partner, another operator, says in the file that it is one; the server tells both of it.
fn is_said_there(attribute: &str, partner: &Fragment, at: &Address, cx: &Cx<'_>) -> bool {
    sayers(attribute, at, cx).any(|other| {
        let (name, _) = split_routine(other.name());
        partner.text() == format!("{}.{name}", ident(other.schema()))
    })
}

/// Whether the partner is yet to come, and says that it is one.
fn comes_with(attribute: &str, partner: &Fragment, at: &Address, cx: &Cx<'_>) -> bool {
    let name = partner.text().rsplit('.').next().unwrap_or_default();
    let mut new = sayers(attribute, at, cx).filter(|other| !cx.observed.model.contains(other));
    new.any(|other| split_routine(other.name()).0 == name)
}

/// The other operators of the file that name a partner of that sort.
fn sayers<'c>(attribute: &str, at: &Address, cx: &Cx<'c>) -> impl Iterator<Item = &'c Address> {
    let others = cx.desired.iter().filter(|entry| entry.address.kind == DOC.name && !entry.absent);
    others.map(|entry| &entry.address).filter(move |other| {
        *other != at
            && cx.desired.body::<Body>(other).is_some_and(|body| match attribute {
                "negator" => body.negator.is_some(),
                _ => body.commutator.is_some(),
            })
    })
}

/// How the server can be asked which function of these types is meant.
fn function_context(types: &str) -> Context {
    let spelled = format!("(SELECT {} FROM (SELECT n.oid AS oprcode) o)", routine_name!("o.oprcode"));
    Context::Name { finds: "to_regprocedure", types: format!("({types})"), spelled }
}

/// How the server can be asked which operator of these types is meant.
fn operator_context(types: &str) -> Context {
    let spelled = format!("(SELECT {} FROM (SELECT n.oid AS oprcom) o)", operator!("oprcom"));
    Context::Name { finds: "to_regoperator", types: format!("({types})"), spelled }
}

/// `OPERATOR public.===(public.mood, text)`.
fn called(at: &Address) -> String {
    let (name, types) = split_routine(at.name());
    format!("OPERATOR {}.{name} ({types})", ident(at.schema()))
}

/// A dotted name as SQL.
fn dotted(name: &str) -> String {
    split_name(name).iter().map(|part| ident(part)).collect::<Vec<_>>().join(".")
}
