//! Extended statistics: what the planner learns of several columns together, or of expressions.

use crate::delta::Alteration;
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit, rename_plain};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, cut, facts, ident, qualified, statistics_definition};
use crate::statement::{Statement, Step};
use std::collections::BTreeSet;

/// The room.
pub struct Statistics;

/// Extended statistics.
#[derive(Debug, Clone)]
pub struct Body {
    /// What stands between ON and FROM; the server's spelling is a document with its columns.
    on: Fragment,
    /// Empty where the file does not say, and for those on a single expression, which have none.
    kinds: BTreeSet<&'static str>,
    target: Option<i64>,
}

/// The kinds, and the letters that the catalog has for them.
const KINDS: &[(&str, char)] = &[("ndistinct", 'd'), ("dependencies", 'f'), ("mcv", 'm')];

static DOC: Doc = Doc {
    name: "statistics",
    summary: "Extended statistics: what ANALYZE learns of several columns together, or of expressions (PostgreSQL 14). A \
              bare list is what they are about. They stand in the schema of their table.",
    manual: "sql-createstatistics",
    place: Place::Children { of: &["table", "materialized view"], key: "statistics" },
    rank: Rank::Constraint,
    main_key: Some("on"),
    keys: &[
        KeyDoc::new(
            "on",
            Shape::SqlList,
            "columns, and expressions in parentheses; a name with a parenthesis in it stands in double quotes",
        ),
        KeyDoc::new("kinds", Shape::Names, "`ndistinct`, `dependencies`, `mcv`; all of them if not given"),
        KeyDoc::new("target", Shape::Integer, "the statistics target; that of the columns if not given"),
    ],
    features: &[("on", Feature::StatisticsExpressions)],
    example: "[tables.events.columns]\ncity = \"text\"\nzip = \"text\"\n\n[tables.events.statistics]\n\
              events_place = { on = [\"city\", \"zip\"], kinds = [\"dependencies\"] }\n",
};

impl Room for Statistics {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.clone() else { return };
        let mut reader = item.reader();
        let on = reader.strings("on");
        let mut kinds = BTreeSet::new();
        for (word, span) in reader.strings("kinds") {
            match KINDS.iter().find(|(kind, _)| *kind == word.to_lowercase()) {
                Some((kind, _)) => _ = kinds.insert(*kind),
                None => {
                    let message = format!("`{word}` is no kind of statistics");
                    let known = KINDS.iter().map(|(kind, _)| *kind);
                    reader.problems().add_with_suggestion(span, message, &word, known);
                }
            }
        }
        let target = reader.integer("target");
        let Some(span) = on.first().map(|(_, span)| *span) else {
            let span = reader.span_of("on");
            reader.problems().add(span, "statistics want columns or expressions");
            return;
        };
        let mut list = Vec::new();
        for (text, span) in on {
            let text = text.trim();
            let Some(name) = as_name(text) else {
                item.want(Feature::StatisticsExpressions, span);
                let is_bracketed = text.starts_with('(');
                let sql = Phrase::new().when(!is_bracketed, "(").written(text, span);
                list.push(sql.when(!is_bracketed, ")"));
                continue;
            };
            list.push(Phrase::new().written(&ident(&name), span));
            if host.kind == "table" {
                item.refer(Address::new("column", [host.schema(), host.name(), &name]), span);
            }
        }
        if list.len() == 1 {
            // Those on a single expression are of no kind.
            kinds.clear();
        }
        let on = Fragment::composed(&Phrase::new().joined(&list, ", "), span);
        item.declare(Body { on, kinds, target });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let seat = self.seat()?;
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, c.relkind AS host, s.stxname AS name, {} AS on, \
             array_to_string(s.stxkind, '') AS kinds, nullif(s.stxstattarget, -1) AS target, {} AS needs FROM {} WHERE {} \
             ORDER BY s.oid",
            statistics_definition("s.oid"),
            needs::query_beyond_tables("pg_statistic_ext", "s.oid"),
            seat.from,
            seat.condition(server)
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_statistic_ext",
            oid: "s.oid",
            from: "pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid \
                   JOIN pg_namespace n ON n.oid = c.relnamespace AND n.oid = s.stxnamespace",
            path: "n.nspname, c.relname, s.stxname",
            owner: Some("s.stxowner"),
            ..Seat::PART
        })
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let host = match row.text("host") {
            "m" => "materialized view",
            _ => "table",
        };
        let letters = row.text("kinds");
        let kinds = KINDS.iter().filter(|(_, letter)| letters.contains(*letter)).map(|(kind, _)| *kind);
        let body = Body {
            on: Fragment::plain(row.text("on")),
            kinds: kinds.collect(),
            target: row.get("target").map(|_| row.number("target")),
        };
        let table = Address::new(host, [path[0], path[1]]);
        let mut entry = Entry::new(Address::new(DOC.name, path), body).part_of(table);
        entry.needs.extend(needs::read(row, "needs", server));
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { on, kinds, target } = observed;
        let Some(Parts { columns, expressions }) = facts(on.text()) else {
            return draft.unsaid("its definition");
        };
        let expressions = expressions.strip_prefix(", ").unwrap_or(&expressions);
        let expressions = cut(expressions, ", ").into_iter().filter(|text| !text.is_empty());
        let columns = columns.iter().map(|name| from_name(name));
        draft.list("on", columns.chain(expressions.map(str::to_string)));
        if kinds.len() < KINDS.len() {
            draft.list("kinds", kinds.iter().copied());
        }
        draft.number("target", target.unwrap_or(-1), -1);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let context = Context::Part {
            setup: String::new(),
            host: Some(at.host("table")),
            before: "CREATE STATISTICS pg_temp.pgr_statistics ON ".to_string(),
            after: " FROM pg_temp.pgr_host".to_string(),
            spelled: format!(
                "SELECT {} FROM pg_statistic_ext s WHERE s.stxrelid = 'pg_temp.pgr_host'::regclass",
                statistics_definition("s.oid")
            ),
        };
        visit("on", &mut body.on, context);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { on, kinds, target } = desired;
        let list: Vec<&str> = kinds.iter().copied().collect();
        let sql = Phrase::from(format!("CREATE STATISTICS {}", name(at)))
            .when(!list.is_empty(), &format!(" ({})", list.join(", ")))
            .raw(" ON ")
            .fragment(&on.as_sql())
            .raw(format!(" FROM {}", at.relation()));
        let mut statements = vec![Statement::on(&at.host("table"), Form::CreateStatistics, sql)];
        statements.extend(target.map(|target| aim(at, target)));
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { on, kinds, target } = desired;
        let all: BTreeSet<&'static str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        let wanted = if kinds.is_empty() && !observed.kinds.is_empty() { &all } else { kinds };
        out.replaced("on", &observed.on, on);
        out.replaced("kinds", &observed.kinds, wanted);
        if out.is_empty() {
            let there = observed.target.unwrap_or(-1);
            let target = target.unwrap_or(-1);
            out.attribute("target", &there, &target, || vec![aim(at, target).into()]);
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        let sql = format!("DROP STATISTICS {}", name(at));
        vec![Statement::on(&at.host("table"), Form::DropStatistics, sql).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let called = |it: &Address| format!("STATISTICS {}", name(it));
        let steps = rename_plain([from, at], Form::Catalog, &called, cx)?;
        // With its table it comes in the transaction of that.
        let moves = from.schema() != at.schema();
        let with_it = |step: Step| if moves { step.of(&at.host("table")) } else { step };
        Some(steps.into_iter().map(with_it).collect())
    }

    fn stays_behind(&self) -> bool {
        true
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("STATISTICS {}", name(at)))
    }
}

/// What the server tells of them.
#[derive(serde::Deserialize)]
struct Parts {
    columns: Vec<String>,
    expressions: String,
}

/// The column that the text names; nothing if it is an expression.
fn as_name(text: &str) -> Option<String> {
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map(|inner| inner.replace("\"\"", "\0"));
    match quoted.filter(|inner| !inner.contains('"')) {
        Some(name) => Some(name.replace('\0', "\"")),
        None => (!text.contains('(')).then(|| text.to_string()),
    }
}

/// A column's name as the file says it: in quotes where it would be read otherwise.
fn from_name(name: &str) -> String {
    let is_read = name == name.trim() && as_name(name).as_deref() == Some(name);
    if is_read { name.to_string() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}

fn aim(at: &Address, target: i64) -> Statement {
    Statement::new(Form::Catalog, format!("ALTER STATISTICS {} SET STATISTICS {target}", name(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_expressions() {
        for name in ["city", "lower(city)", "(1)", " city ", "a\"b", "\"quoted\"", "\"", "a\" || \"b", ""] {
            assert_eq!(as_name(&from_name(name)).as_deref(), Some(name));
        }
        for expression in ["lower(city)", "(a || b)", "\"My F\"(a)"] {
            assert_eq!(as_name(expression), None);
        }
    }
}
