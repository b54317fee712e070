//! User mappings: as whom a role goes to a foreign server. Values of options are never shown.

use crate::config::Secret;
use crate::delta::{Alteration, Change};
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Room, Row, Server};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Shape, Value};
use crate::sql::{Form, Phrase, ident};
use crate::statement::{Statement, Step};
use std::collections::BTreeMap;

/// The room.
pub struct UserMapping;

/// A user mapping.
#[derive(Debug, Clone)]
pub struct Body {
    options: BTreeMap<String, Secret>,
    /// Observed: whether its options may be read.
    readable: bool,
}

static DOC: Doc = Doc {
    name: "user mapping",
    summary: "As whom a role goes to the foreign server; `public` for everyone who has no mapping. Passwords come from \
              the environment; no report shows them, but the SQL script of a plan, which is complete, has them. Whoever \
              may not read the options of a mapping cannot tell whether they differ.",
    manual: "sql-createusermapping",
    place: Place::Children { of: &["server"], key: "user_mappings" },
    rank: Rank::Table,
    main_key: Some("options"),
    keys: &[
        KeyDoc::new("options", Shape::Table, "its options, by name: `{ user = \"reader\" }`"),
        KeyDoc::new(
            "options_env",
            Shape::Table,
            "the environment variables that hold the values of options: `{ password = \"ARCHIVE_PASSWORD\" }`",
        ),
    ],
    features: &[],
    example: "[foreign_data_wrappers.elsewhere]\n\n[servers.archive]\nforeign_data_wrapper = \"elsewhere\"\n\n\
              [servers.archive.user_mappings]\npublic = { options = { user = \"reader\" } }\n",
};

impl Room for UserMapping {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let tables = [("options", false), ("options_env", true)].map(|(key, from)| (reader.table(key), from));
        let mut options = BTreeMap::new();
        for (table, from_environment) in tables {
            for (key, node) in table.into_iter().flat_map(|table| &table.entries) {
                let value = match &node.value {
                    Value::String(name) if from_environment => item.environment(name, node.span),
                    Value::String(text) => Some(text.clone()),
                    Value::Integer(number) if !from_environment => Some(number.to_string()),
                    Value::Boolean(value) if !from_environment => Some(value.to_string()),
                    _ => {
                        item.problems
                            .add(node.span, format!("`{}` wants a string, not {}", key.name, node.sort()));
                        None
                    }
                };
                options.extend(value.map(|value| (key.name.clone(), Secret::new(value))));
            }
        }
        if item.key.name != "public" {
            item.need(Address::new("role", [&item.key.name]));
        }
        item.declare(Body { options, readable: true });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        // Members of extensions are servers, never mappings.
        let own = server.is_read("pg_foreign_server", "m.srvid");
        let short = server.is_short("pg_user_mapping", "m.umid");
        let mine = "m.umoptions IS NOT NULL OR pg_has_role(current_user, v.srvowner, 'USAGE')";
        let readable = if server.superuser { "true" } else { mine };
        Some(format!(
            "SELECT m.srvname AS server, CASE m.umuser WHEN 0 THEN 'public' ELSE m.usename END AS name, \
             to_json(m.umoptions) AS options, {readable} AS readable FROM pg_user_mappings m \
             JOIN pg_foreign_server v ON v.oid = m.srvid WHERE {own} AND {short} ORDER BY m.umid"
        ))
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_user_mappings", "pg_authid"]
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let pair =
            |text: String| text.split_once('=').map(|(name, value)| (name.to_string(), Secret::new(value)));
        let body = Body {
            options: row.list("options").into_iter().filter_map(pair).collect(),
            readable: row.flag("readable"),
        };
        let address = Address::new(DOC.name, [row.text("server"), row.text("name")]);
        out.model.insert(Entry::new(address, body).part_of(Address::new("server", [row.text("server")])));
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { options, readable } = observed;
        let (secret, plain): (Vec<_>, Vec<_>) = options.iter().partition(|(name, _)| name.contains("passw"));
        let plain: Vec<_> = plain
            .into_iter()
            .map(|(name, value)| (name, Value::String(value.expose().to_string())))
            .collect();
        draft.table("options", plain);
        for (name, _) in secret {
            draft.unsaid(format!("its option `{name}`, which belongs into `options_env`"));
        }
        if !readable {
            draft.unsaid("its options, which this user may not read");
        }
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let list: Vec<Phrase> = desired.options.iter().map(|(name, value)| option("", name, value)).collect();
        let sql = phrase("CREATE", at);
        let sql = match list.is_empty() {
            true => sql,
            false => sql.raw(" OPTIONS (").joined(&list, ", ").raw(")"),
        };
        vec![Statement::new(Form::Catalog, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { options, readable: _ } = desired;
        if !observed.readable {
            return;
        }
        let mut list = Vec::new();
        for (name, value) in options.iter().filter(|(name, value)| observed.options.get(*name) != Some(value))
        {
            let verb = if observed.options.contains_key(name) { "SET " } else { "ADD " };
            list.push((option(verb, name, value), name));
        }
        let prune = cx.prunes();
        for name in observed.options.keys().filter(|name| !options.contains_key(*name)) {
            match prune {
                true => list.push((Phrase::from("DROP ").ident(name), name)),
                // A password that the file does not give is left alone.
                false if name.contains("passw") => {}
                false => out.drift(Change { attribute: "options", from: Some(name.clone()), to: None }),
            }
        }
        if list.is_empty() {
            return;
        }
        let names: Vec<&str> = list.iter().map(|(_, name)| name.as_str()).collect();
        let change = Change { attribute: "options", from: None, to: Some(names.join(", ")) };
        let list: Vec<Phrase> = list.iter().map(|(phrase, _)| phrase.clone()).collect();
        let sql = phrase("ALTER", at).raw(" OPTIONS (").joined(&list, ", ").raw(")");
        out.note(change, vec![Statement::new(Form::Catalog, sql).into()]);
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, phrase("DROP", at)).into()]
    }

    fn goes_with_parent(&self) -> bool {
        false
    }

    fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address> {
        (from.kind == "role" && at.name() == from.name()).then(|| at.renamed(to.name()))
    }
}

/// `CREATE USER MAPPING FOR role SERVER server`.
fn phrase(verb: &str, at: &Address) -> Phrase {
    let who = if at.name() == "public" { "PUBLIC".to_string() } else { ident(at.name()) };
    Phrase::from(format!("{verb} USER MAPPING FOR {who} SERVER {}", ident(at.schema())))
}

/// An option; its value is never shown.
fn option(verb: &str, name: &str, value: &Secret) -> Phrase {
    Phrase::from(verb).ident(name).raw(" ").secret(value.expose())
}
