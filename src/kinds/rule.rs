//! Rewrite rules on tables and views. The SELECT rule of a view is the view.

use crate::delta::{Alteration, Change};
use crate::kind::{
    Context, Cx, Doc, Draft, FIRING, Item, Place, Rank, Room, Row, Seat, Server, Visit, firing, firing_verb,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, bracketed, cut, cut_once, ident, rule_definition};
use crate::statement::{Statement, Step};

/// The room.
pub struct Rule;

/// A rule.
#[derive(Debug, Clone)]
pub struct Body {
    event: &'static str,
    /// All that follows `ON event TO table`.
    definition: Fragment,
    enabled: &'static str,
}

const EVENTS: &[(&str, &str)] = &[("insert", "insert"), ("update", "update"), ("delete", "delete")];

static DOC: Doc = Doc {
    name: "rule",
    summary: "A rule: what is done also, or instead, when rows are to be inserted, updated or deleted.",
    manual: "sql-createrule",
    place: Place::Children { of: &["table", "view"], key: "rules" },
    rank: Rank::Trigger,
    main_key: None,
    keys: &[
        KeyDoc::new("event", Shape::OneOf(&["insert", "update", "delete"]), "what it is about"),
        KeyDoc::new("condition", Shape::Sql, "over `old` and `new`: when it holds"),
        KeyDoc::new("instead", Shape::Boolean, "it is done instead, not also"),
        KeyDoc::new("do", Shape::SqlList, "the commands; nothing if not given"),
        KeyDoc::new(
            "enabled",
            Shape::OneOf(&["yes", "no", "always", "replica"]),
            "whether it is in force; `yes` if not given",
        ),
    ],
    features: &[],
    example: "[tables.events.columns]\nid = \"bigint\"\n\n[tables.events.rules.kept]\nevent = \"delete\"\ninstead = true\n",
};

impl Room for Rule {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        reader.required("event");
        let event = reader.one_of("event", EVENTS);
        let condition = reader.string("condition");
        let instead = reader.flag("instead");
        let commands = reader.strings("do");
        let enabled = reader.one_of("enabled", FIRING).unwrap_or("yes");
        let Some(event) = event else { return };
        let span = commands.first().map_or(reader.span(), |(_, span)| *span);
        let bare = |command: &str| command.trim().trim_end_matches(';').trim_end().to_string();
        let list: Vec<Phrase> =
            commands.iter().map(|(command, span)| Phrase::new().written(&bare(command), *span)).collect();
        let text = Phrase::new()
            .with(condition, |sql, (text, span)| sql.raw("WHERE (").written(text, span).raw(") "))
            .raw(if instead { "DO INSTEAD " } else { "DO ALSO " });
        let text = match list.as_slice() {
            [] => text.raw("NOTHING"),
            [one] => text.phrase(one),
            several => text.raw("(").joined(several, "; ").raw(")"),
        };
        item.declare(Body { event, definition: Fragment::composed(&text, span), enabled });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (definition, needs) = (rule_definition("r.oid"), needs::query("pg_rewrite", "r.oid"));
        let seat = self.seat()?;
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, c.relkind AS host, r.rulename AS name, r.ev_type AS event, \
             r.ev_enabled AS enabled, {definition} AS definition, {needs} AS needs FROM {} WHERE {} ORDER BY r.oid",
            seat.from,
            seat.condition(server)
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_rewrite",
            oid: "r.oid",
            from: "pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace",
            path: "n.nspname, c.relname, r.rulename",
            only: "r.ev_type <> '1'",
            ..Seat::PART
        })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let host = if row.text("host") == "v" { "view" } else { "table" };
        let body = Body {
            event: match row.text("event") {
                "2" => "update",
                "3" => "insert",
                _ => "delete",
            },
            definition: Fragment::plain(row.text("definition")),
            enabled: firing(row.text("enabled")),
        };
        let mut entry =
            Entry::new(Address::new(DOC.name, path), body).part_of(Address::new(host, [path[0], path[1]]));
        entry.needs.extend(needs::read(row, "needs", server));
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { event, definition, enabled } = observed;
        draft.text("event", *event);
        let text = definition.text();
        if text.is_empty() {
            return draft.unsaid("its definition");
        }
        // DO is a reserved word: outside of quotes and brackets it is no name, and no expression holds it. The server
        // prints blanks or line breaks behind it, and behind INSTEAD.
        let conditional = text.strip_prefix("WHERE ").and_then(|rest| cut_once(rest, " DO"));
        let (condition, action) = match conditional {
            Some((condition, action)) => (Some(condition.trim()), action),
            None => (None, text.strip_prefix("DO").unwrap_or(text)),
        };
        let bare = condition.and_then(bracketed).filter(|(_, rest)| rest.is_empty());
        draft.some("condition", bare.map(|(inner, _)| inner).or(condition));
        let action = action.trim_start();
        let commands = match action.strip_prefix("INSTEAD") {
            Some(commands) => {
                draft.flag("instead", true);
                commands
            }
            None => action.strip_prefix("ALSO ").unwrap_or(action),
        };
        let commands = commands.trim();
        let several = bracketed(commands).filter(|(_, rest)| rest.trim().is_empty());
        let list = several.map_or_else(|| vec![commands], |(inner, _)| cut(inner, ";"));
        let list = list.into_iter().map(str::trim).filter(|one| !one.is_empty() && *one != "NOTHING");
        draft.list("do", list);
        draft.word("enabled", enabled, "yes");
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let context = Context::Part {
            setup: String::new(),
            host: Some(at.host("table")),
            before: format!("CREATE RULE pgr_rule AS ON {} TO pg_temp.pgr_host ", body.event.to_uppercase()),
            after: String::new(),
            spelled: format!(
                "SELECT {} FROM pg_rewrite r WHERE r.ev_class = 'pg_temp.pgr_host'::regclass",
                rule_definition("r.oid")
            ),
        };
        visit("definition", &mut body.definition, context);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { event: _, definition: _, enabled } = desired;
        let mut statements = vec![define(at, desired, "CREATE")];
        if *enabled != "yes" {
            statements.push(enable(at, enabled));
        }
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { event, definition, enabled } = desired;
        let mut changed = Alteration::default();
        changed.attribute("event", &observed.event, event, Vec::new);
        changed.attribute("definition", &observed.definition, definition, Vec::new);
        if !changed.is_empty() {
            out.changes.append(&mut changed.changes);
            out.steps.push(define(at, desired, "CREATE OR REPLACE").into());
        }
        let change =
            Change { attribute: "enabled", from: Some(observed.enabled.into()), to: Some((*enabled).into()) };
        if observed.enabled != *enabled {
            out.note(change, vec![enable(at, enabled).into()]);
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        let sql = format!("DROP RULE {} ON {}", ident(at.name()), at.relation());
        vec![Statement::on(&at.host("table"), Form::DropRule, sql).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql =
            format!("ALTER RULE {} ON {} RENAME TO {}", ident(from.name()), at.relation(), ident(at.name()));
        Some(vec![Statement::on(&at.host("table"), Form::CreateRule, sql).into()])
    }

    fn holds_fast(&self) -> bool {
        true
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("RULE {} ON {}", ident(at.name()), at.relation()))
    }
}

fn define(at: &Address, desired: &Body, verb: &str) -> Statement {
    let sql = Phrase::from(format!("{verb} RULE "))
        .ident(at.name())
        .raw(format!(" AS ON {} TO {} ", desired.event.to_uppercase(), at.relation()))
        .fragment(&desired.definition);
    Statement::on(&at.host("table"), Form::CreateRule, sql)
}

fn enable(at: &Address, enabled: &str) -> Statement {
    let verb = firing_verb(enabled);
    let sql = format!("ALTER TABLE {} {verb} RULE {}", at.relation(), ident(at.name()));
    Statement::on(&at.host("table"), Form::CreateRule, sql)
}
