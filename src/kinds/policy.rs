//! Row-level security policies on tables.

use crate::delta::Alteration;
use crate::kind::{Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, Visit};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, ident};
use crate::statement::{Statement, Step};
use std::collections::BTreeSet;

/// The room.
pub struct Policy;

/// A policy.
#[derive(Debug, Clone)]
pub struct Body {
    command: &'static str,
    restrictive: bool,
    /// The roles it is for; `public` stands for everyone.
    to: BTreeSet<String>,
    using: Option<Fragment>,
    with_check: Option<Fragment>,
    /// Observed: the columns that its expressions use.
    uses: Vec<Address>,
}

const COMMANDS: &[(&str, &str)] =
    &[("all", "all"), ("select", "select"), ("insert", "insert"), ("update", "update"), ("delete", "delete")];

static DOC: Doc = Doc {
    name: "policy",
    summary: "A policy: which rows of its table a role sees, and which it may write. It takes effect where the table \
              says `row_security = true`. Roles and expressions are changed in place.",
    manual: "sql-createpolicy",
    place: Place::Children { of: &["table"], key: "policies" },
    rank: Rank::Policy,
    main_key: None,
    keys: &[
        KeyDoc::new(
            "command",
            Shape::OneOf(&["all", "select", "insert", "update", "delete"]),
            "what it is about; `all` if not given",
        ),
        KeyDoc::new("restrictive", Shape::Boolean, "it must hold besides others, instead of one of them"),
        KeyDoc::new("to", Shape::Names, "the roles; `public`, everyone, if not given"),
        KeyDoc::new("using", Shape::Sql, "what holds for the rows that are there for the roles"),
        KeyDoc::new(
            "with_check",
            Shape::Sql,
            "what must hold for rows that they write; `using` if not given",
        ),
    ],
    features: &[],
    example: "[roles.clerk]\n\n[tables.orders]\nrow_security = true\n\n[tables.orders.columns]\nid = \"bigint\"\n\
              owner = \"text\"\n\n[tables.orders.policies]\n\
              own_orders = { to = \"clerk\", using = \"owner = current_user\" }\n",
};

impl Room for Policy {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let command = reader.one_of("command", COMMANDS).unwrap_or("all");
        let restrictive = reader.flag("restrictive");
        let mut to: BTreeSet<String> = reader.strings("to").into_iter().map(|(name, _)| name).collect();
        let using = reader.string("using").map(|(text, span)| Fragment::written(text, span));
        let with_check = reader.string("with_check").map(|(text, span)| Fragment::written(text, span));
        let clash = match command {
            "insert" if using.is_some() => {
                Some(("using", "a policy for `insert` has only `with_check`: no row is there yet"))
            }
            "select" | "delete" if with_check.is_some() => {
                Some(("with_check", "a policy for `select` or `delete` has only `using`: no row is written"))
            }
            _ => None,
        };
        if let Some((key, message)) = clash {
            let span = reader.span_of(key);
            reader.problems().add(span, message);
        }
        // Besides everyone, others go without saying.
        if to.is_empty() || to.contains("public") {
            to = BTreeSet::from(["public".to_string()]);
        }
        for role in to.iter().filter(|role| *role != "public") {
            item.need(Address::new("role", [role]));
        }
        item.declare(Body { command, restrictive, to, using, with_check, uses: Vec::new() });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS table, p.polname AS name, p.polcmd AS command, \
             NOT p.polpermissive AS restrictive, pg_get_expr(p.polqual, p.polrelid) AS using, \
             pg_get_expr(p.polwithcheck, p.polrelid) AS with_check, \
             (SELECT json_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r) END) \
             FROM unnest(p.polroles) r) AS roles, \
             {} AS needs \
             FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE {ours} AND {own} ORDER BY p.oid",
            needs::query("pg_policy", "p.oid")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_policy",
            oid: "p.oid",
            from: "pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
            path: "n.nspname, c.relname, p.polname",
            ..Seat::PART
        })
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_authid"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("table"), row.text("name")];
        let needs = needs::read(row, "needs", server);
        let uses = needs.iter().filter(|need| need.kind == "column").cloned().collect();
        let roles: Vec<String> = row.list("roles");
        let body = Body {
            command: match row.text("command") {
                "r" => "select",
                "a" => "insert",
                "w" => "update",
                "d" => "delete",
                _ => "all",
            },
            restrictive: row.flag("restrictive"),
            to: roles.iter().cloned().collect(),
            using: row.fragment("using"),
            with_check: row.fragment("with_check"),
            uses,
        };
        let table = Address::new("table", [path[0], path[1]]);
        let mut entry = Entry::new(Address::new(DOC.name, path), body).part_of(table);
        entry.needs.extend(needs);
        entry.needs.extend(roles.into_iter().map(|role| Address::new("role", [role])));
        out.model.insert(entry);
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        for (name, fragment) in [("using", &mut body.using), ("with_check", &mut body.with_check)] {
            if let Some(fragment) = fragment {
                visit(name, fragment, Context::Row { table: at.host("table") });
            }
        }
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { command, restrictive, to, using, with_check, uses: _ } = observed;
        draft.word("command", command, "all");
        draft.flag("restrictive", *restrictive);
        draft.list("to", to.iter().filter(|role| *role != "public"));
        draft.some_expression("using", using.as_ref());
        draft.some_expression("with_check", with_check.as_ref());
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { command, restrictive, to, using, with_check, uses: _ } = desired;
        let sql = phrase("CREATE", at)
            .when(*restrictive, " AS RESTRICTIVE")
            .when(*command != "all", &format!(" FOR {}", command.to_uppercase()))
            .when(to.iter().any(|role| role != "public"), &format!(" TO {}", roles(to)))
            .with(using.as_ref(), |sql, using| sql.raw(" USING (").fragment(using).raw(")"))
            .with(with_check.as_ref(), |sql, check| sql.raw(" WITH CHECK (").fragment(check).raw(")"));
        vec![Statement::on(&at.host("table"), Form::CreatePolicy, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { command, restrictive, to, using, with_check, uses: _ } = desired;
        out.replaced("command", &observed.command, command);
        out.replaced("restrictive", &observed.restrictive, restrictive);
        let alter = |sql: Phrase| {
            let sql = phrase("ALTER", at).phrase(&sql);
            vec![Statement::on(&at.host("table"), Form::CreatePolicy, sql).into()]
        };
        out.attribute("to", &observed.to, to, || alter(Phrase::from(format!(" TO {}", roles(to)))));
        // PostgreSQL drops no column that the policy still uses.
        let prune = cx.prunes();
        let goes = |column: &Address| cx.desired.get(column).map_or(prune, |entry| entry.absent);
        let stays = !observed.uses.iter().any(goes);
        let expressions = [
            ("using", " USING (", using, &observed.using),
            ("with_check", " WITH CHECK (", with_check, &observed.with_check),
        ];
        for (name, words, desired, observed) in expressions {
            match desired {
                Some(fragment) if stays => out.attribute(name, observed, desired, || {
                    alter(Phrase::from(words).fragment(fragment).raw(")"))
                }),
                // Nor can an expression be taken away.
                _ => out.replaced(name, observed, desired),
            }
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::on(&at.host("table"), Form::DropPolicy, phrase("DROP", at)).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let on = at.relation();
        let sql = format!("ALTER POLICY {} ON {on} RENAME TO {}", ident(from.name()), ident(at.name()));
        Some(vec![Statement::on(&at.host("table"), Form::CreatePolicy, sql).into()])
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        match from.kind {
            "role" if body.to.remove(from.name()) => _ = body.to.insert(to.name().to_string()),
            "column" => {
                body.uses.iter_mut().filter(|column| *column == from).for_each(|column| *column = to.clone())
            }
            _ => {}
        }
    }

    fn holds_fast(&self) -> bool {
        true
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("POLICY {} ON {}", ident(at.name()), at.relation()))
    }
}

/// `CREATE POLICY name ON table`.
fn phrase(verb: &str, at: &Address) -> Phrase {
    Phrase::from(verb).raw(" POLICY ").ident(at.name()).raw(" ON ").raw(at.relation())
}

fn roles(names: &BTreeSet<String>) -> String {
    let name = |name: &String| if name == "public" { "PUBLIC".to_string() } else { ident(name) };
    names.iter().map(name).collect::<Vec<_>>().join(", ")
}
