//! Check constraints on tables.

use crate::delta::{Alteration, Change};
use crate::kind::leftover::{self, helper, is_helper};
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Undeclared, Visit};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::partitions;
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, ident};
use crate::statement::{Preflight, Statement, Step};

/// The room.
pub struct Check;

/// A check constraint.
#[derive(Debug, Clone)]
pub struct Body {
    expression: Fragment,
    no_inherit: bool,
    /// Desired: whether rows that were there before it must fulfil it.
    validated: bool,
    enforced: bool,
    /// Observed: it comes from a parent alone.
    inherited: bool,
}

static DOC: Doc = Doc {
    name: "check",
    summary: "A check constraint. On a table that holds rows it is added NOT VALID and validated afterwards, so that \
              reads and writes go on.",
    manual: "ddl-constraints",
    place: Place::Children { of: &["table"], key: "checks" },
    rank: Rank::Constraint,
    main_key: Some("expression"),
    keys: &[
        KeyDoc::new("expression", Shape::Sql, "what must not be false for any row"),
        KeyDoc::new("no_inherit", Shape::Boolean, "does not hold for child tables"),
        KeyDoc::new(
            "not_valid",
            Shape::Boolean,
            "holds for new rows only; one that has been validated since will do",
        ),
        KeyDoc::new("not_enforced", Shape::Boolean, "is never checked (PostgreSQL 18)"),
    ],
    features: &[("not_enforced", Feature::NotEnforced)],
    example: "[tables.events.columns]\nseats = \"integer\"\n\n[tables.events.checks]\n\
              events_seats_check = \"seats > 0 and seats < 1000\"\n",
};

impl Room for Check {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let no_inherit = reader.flag("no_inherit");
        let validated = !reader.flag("not_valid");
        let (enforced, place) = (!reader.flag("not_enforced"), reader.span_of("not_enforced"));
        if let Some((text, span)) = reader.required("expression") {
            let expression = Fragment::written(text, span);
            if !enforced {
                item.want(Feature::NotEnforced, place);
            }
            item.declare(Body { expression, no_inherit, validated, enforced, inherited: false });
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        let enforced = if server.has(Feature::NotEnforced) { "k.conenforced" } else { "true" };
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, k.connoinherit AS no_inherit, \
             k.convalidated AS validated, {enforced} AS enforced, NOT k.conislocal AS inherited, pg_get_expr(k.conbin, k.conrelid) AS expression, {} AS needs \
             FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE k.contype = 'c' AND {ours} AND {own} ORDER BY k.oid",
            needs::query_beyond_tables("pg_constraint", "k.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: "k.contype = 'c' AND k.conislocal", ..Seat::CONSTRAINT })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let body = Body {
            expression: Fragment::plain(row.text("expression")),
            no_inherit: row.flag("no_inherit"),
            validated: row.flag("validated"),
            enforced: row.flag("enforced"),
            inherited: row.flag("inherited"),
        };
        let table = Address::new("table", [path[0], path[1]]);
        let mut entry = Entry::new(Address::new(DOC.name, path), body).part_of(table);
        // What comes from a parent goes and comes back with that one's.
        if !row.flag("inherited") {
            entry.needs.extend(needs::read(row, "needs", server));
        }
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        visit("expression", &mut body.expression, Context::Row { table: at.host("table") });
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { expression, no_inherit, validated, enforced, inherited } = observed;
        if *inherited {
            draft.leave_out();
        } else if is_helper(at.name()) {
            leftover::write(draft);
        }
        draft.expression("expression", expression);
        draft.flag("no_inherit", *no_inherit);
        draft.flag("not_valid", *enforced && !validated);
        draft.flag("not_enforced", !enforced);
    }

    fn comes_after(&self, at: &Address, _: &Body, cx: &Cx<'_>) -> Vec<Address> {
        let is_new = !cx.observed.model.contains(at);
        if is_new { partitions::joining(&at.host("table"), cx) } else { Vec::new() }
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![add(at, desired)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { expression, no_inherit, validated, enforced, inherited: _ } = desired;
        out.replaced("expression", &observed.expression, expression);
        out.replaced("no_inherit", &observed.no_inherit, no_inherit);
        out.replaced("enforced", &observed.enforced, enforced);
        if out.is_empty() && *enforced && *validated && !observed.validated {
            let change = Change { attribute: "validated", from: Some("no".into()), to: Some("yes".into()) };
            let step = Step::from(validate(at)).preflight(Some(preflight(at, desired)));
            out.note(change, vec![step]);
        }
    }

    /// What a column of another type would not fit goes before that, and comes back afterwards.
    fn replace(&self, at: &Address, desired: &Body, _: &Body, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let mut columns = cx.desired.inside("column", &at.path()[..2]).map(|column| &column.address);
        let retyped = |column: &Address| {
            let there = cx.observed_attribute(column, "spelled type");
            there.is_some() && cx.attribute(column, "spelled type") != there
        };
        if columns.any(retyped) {
            return None;
        }
        let mut step = add(at, desired);
        let away = drop(at, Form::ReplaceConstraint);
        step.direct.insert(0, away.clone());
        if !step.online.is_empty() {
            step.online.insert(0, away);
        }
        Some(vec![step])
    }

    /// What has been validated stays so.
    fn keep(&self, _: &Address, desired: &mut Body, observed: &Body, _: &Cx<'_>) {
        desired.validated |= observed.validated && desired.expression == observed.expression;
    }

    fn keeps_results(&self, _: &Body) -> bool {
        true
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![drop(at, Form::DropConstraint).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let rest = format!("RENAME CONSTRAINT {} TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::alter(&at.host("table"), Form::AlterTable, rest).into()])
    }

    fn same_shape(&self, desired: &Body, observed: &Body) -> bool {
        desired.expression == observed.expression
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("CONSTRAINT {} ON {}", ident(at.name()), at.relation()))
    }

    fn undeclared(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Undeclared {
        let desired = cx.desired;
        // One of a table that is to become a partition is declared there.
        let declared = || desired.takes_over(&at.host("table"), at);
        let helps = || desired.inside("column", &at.path()[..2]).any(|column| is_of(at, column));
        let is_left = is_helper(at.name());
        let goes = observed.inherited || declared() || is_left && helps();
        if goes { Undeclared::Ignore } else { leftover::undeclared(is_left) }
    }
}

/// Whether the helper is that of a column, which takes it away.
fn is_of(at: &Address, column: &Entry) -> bool {
    !column.absent && helper(&at.path()[1], column.address.name()) == at.name()
}

fn add(at: &Address, desired: &Body) -> Step {
    let Body { expression, no_inherit, validated, enforced, inherited: _ } = desired;
    let clause = Phrase::from("CONSTRAINT ")
        .ident(at.name())
        .raw(" CHECK (")
        .fragment(expression)
        .raw(")")
        .when(*no_inherit, " NO INHERIT")
        .when(!enforced, " NOT ENFORCED");
    let table = at.host("table");
    let sql = Phrase::from("ADD ").phrase(&clause);
    let not_valid = Statement::alter(&table, Form::AddCheckNotValid, sql.clone().raw(" NOT VALID"));
    match (enforced, validated) {
        (false, _) => Statement::alter(&table, Form::AddCheckNotValid, sql).clause(clause).into(),
        (true, false) => not_valid.into(),
        (true, true) => Step::direct([Statement::alter(&table, Form::AddCheck, sql).clause(clause)])
            .online([not_valid, validate(at)])
            .preflight(Some(preflight(at, desired))),
    }
}

fn validate(at: &Address) -> Statement {
    let rest = format!("VALIDATE CONSTRAINT {}", ident(at.name()));
    Statement::alter(&at.host("table"), Form::ValidateCheck, rest)
}

fn drop(at: &Address, form: Form) -> Statement {
    Statement::alter(&at.host("table"), form, format!("DROP CONSTRAINT {}", ident(at.name())))
}

fn preflight(at: &Address, desired: &Body) -> Preflight {
    Preflight::of_rows(
        &at.relation(),
        &format!("NOT ({})", desired.expression),
        format!("rows breaking check `{}`", at.name()),
        "correct those rows, or the expression".to_string(),
    )
}
