//! `[[custom]]`: the escape hatch for what is not modelled.

use crate::delta::Alteration;
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Server, Visit};
use crate::model::{Address, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase};
use crate::statement::{Statement, Step};

/// The room.
pub struct Custom;

/// A probe and what to do about its answer.
#[derive(Debug, Clone)]
pub struct Body {
    probe: Fragment,
    create: Fragment,
    drop: Option<Fragment>,
    in_transaction: bool,
}

static DOC: Doc = Doc {
    name: "custom",
    summary: "What the language does not model: a query that tells whether it is there, and the statement that brings \
              it about. `absent = true` runs `drop` while the query says that it is there.",
    manual: "sql-commands",
    place: Place::TopList("custom"),
    rank: Rank::Custom,
    main_key: None,
    keys: &[
        KeyDoc::new("name", Shape::Name, "what to call it"),
        KeyDoc::new("probe", Shape::Sql, "a query whose first value is true if it is there"),
        KeyDoc::new("create", Shape::Sql, "the statement that brings it about"),
        KeyDoc::new("drop", Shape::Sql, "the statement that takes it away"),
        KeyDoc::new(
            "transaction",
            Shape::Boolean,
            "`false` for a statement that cannot stand in a transaction",
        ),
    ],
    features: &[],
    example: "[[custom]]\nname = \"statement timeout\"\n\
              probe = \"select exists (select from pg_roles where rolname = 'app' and 'statement_timeout=5s' = any (rolconfig))\"\n\
              create = \"alter role app set statement_timeout = '5s'\"\n",
};

impl Room for Custom {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let (name, probe, create) =
            (reader.required("name"), reader.required("probe"), reader.required("create"));
        let drop = reader.string("drop").map(|(text, span)| Fragment::written(text, span));
        let in_transaction = reader.boolean("transaction").unwrap_or(true);
        let (Some((name, _)), Some((probe, probe_span)), Some((create, span))) = (name, probe, create) else {
            return;
        };
        item.address = Address::new(DOC.name, [name]);
        item.declare(Body {
            probe: Fragment::written(probe.trim().trim_end_matches(';'), probe_span),
            create: Fragment::written(create, span),
            drop,
            in_transaction,
        });
    }

    fn catalog(&self, _: &Server) -> Option<String> {
        None
    }

    fn observe(&self, _: &Row<'_>, _: &Server, _: &mut Observed) {}

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("probe", &mut body.probe, Context::Question { is_query: true });
        visit("create", &mut body.create, Context::Statement);
        if let Some(drop) = &mut body.drop {
            visit("drop", drop, Context::Statement);
        }
    }

    fn asks_sql(&self, _: &Body) -> bool {
        true
    }

    fn probe(&self, _: &Address, desired: &Body, _: &Cx<'_>) -> Option<String> {
        // Whatever its type and length, the answer is a short text, and without a cast, which could be somebody's routine.
        Some(format!("SELECT pg_catalog.left(pg_catalog.concat(({})), 2) AS there", desired.probe))
    }

    fn answer(&self, desired: &Body, rows: &[Row<'_>]) -> Option<Body> {
        // A probe that ends the parentheses names the column as it likes.
        rows.first().filter(|row| row.at(0) == Some("t")).map(|_| desired.clone())
    }

    /// What is read from the data is not read at all where there is no file.
    fn write(&self, _: &Address, _: &Body, draft: &mut Draft<'_>) {
        draft.leave_out();
    }

    fn create(&self, _: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![statement(&desired.create, desired.in_transaction).into()]
    }

    fn compare(&self, _: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, _: &mut Alteration) {
        // There is nothing to compare but whether it is there.
        let Body { probe: _, create: _, drop: _, in_transaction: _ } = desired;
        let _ = observed;
    }

    fn drop(&self, _: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        let drop = observed.drop.as_ref();
        drop.map(|drop| statement(drop, observed.in_transaction).into()).into_iter().collect()
    }
}

fn statement(sql: &Fragment, in_transaction: bool) -> Statement {
    let form = if in_transaction { Form::Custom } else { Form::CustomAlone };
    Statement::new(form, Phrase::new().fragment(sql))
}
