//! Foreign data wrappers and foreign servers: one room with two doors.

use crate::delta::{Action, Alteration, Change, Obstacle, Show};
use crate::kind::{
    Cx, Doc, Draft, Item, Options, Place, Privileges, Rank, Right, Room, Row, Seat, Server, follow_routine,
};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Shape, Span};
use crate::sql::{Form, Phrase, ident, literal, qualified, routine_path};
use crate::statement::{Statement, Step};

/// The room of one of the two.
pub struct Foreign {
    doc: &'static Doc,
    words: &'static str,
}

/// Wrappers.
pub static WRAPPER: Foreign = Foreign { doc: &WRAPPER_DOC, words: "FOREIGN DATA WRAPPER" };
/// Servers.
pub static SERVER: Foreign = Foreign { doc: &SERVER_DOC, words: "SERVER" };

/// A wrapper or a server.
#[derive(Debug, Clone)]
pub struct Body {
    /// The functions of a wrapper: schema and name.
    handler: Option<(String, String)>,
    validator: Option<(String, String)>,
    /// What a server is.
    wrapper: String,
    sort: Option<String>,
    version: Option<String>,
    options: Options,
    span: Option<Span>,
}

const OPTIONS: KeyDoc = KeyDoc::new("options", Shape::Table, "its options, by name");

static WRAPPER_DOC: Doc = Doc {
    name: "foreign data wrapper",
    summary: "A foreign data wrapper that no extension brings. Only a superuser can make one.",
    manual: "sql-createforeigndatawrapper",
    place: Place::Top("foreign_data_wrappers"),
    rank: Rank::Function,
    main_key: None,
    keys: &[
        KeyDoc::new("handler", Shape::Name, "the function that serves it"),
        KeyDoc::new("validator", Shape::Name, "the function that checks its options"),
        OPTIONS,
    ],
    features: &[],
    example: "[foreign_data_wrappers.elsewhere]\noptions = { debug = \"true\" }\n",
};

static SERVER_DOC: Doc = Doc {
    name: "server",
    summary: "A foreign server: a place that a foreign data wrapper reaches.",
    manual: "sql-createserver",
    place: Place::Top("servers"),
    rank: Rank::Function,
    main_key: Some("foreign_data_wrapper"),
    keys: &[
        KeyDoc::new("foreign_data_wrapper", Shape::Name, "the wrapper"),
        KeyDoc::new("type", Shape::Text, "its type, if the wrapper has several"),
        KeyDoc::new("version", Shape::Text, "its version"),
        OPTIONS,
    ],
    features: &[],
    example: "[foreign_data_wrappers.elsewhere]\n\n[servers.archive]\nforeign_data_wrapper = \"elsewhere\"\n\
              options = { host = \"archive.example\" }\n",
};

impl Room for Foreign {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        self.doc
    }

    fn read(&self, item: &mut Item<'_>) {
        let is_wrapper = self.is_wrapper();
        let mut reader = item.reader();
        let options = Options::read(&mut reader, "options");
        let mut body = Body {
            handler: None,
            validator: None,
            wrapper: String::new(),
            sort: None,
            version: None,
            options,
            span: None,
        };
        if is_wrapper {
            let [handler, validator] = ["handler", "validator"].map(|key| reader.text(key));
            body.handler = handler.map(|name| item.resolve(&name));
            body.validator = validator.map(|name| item.resolve(&name));
            functions(&body).into_iter().for_each(|function| item.need(function));
        } else {
            let Some((wrapper, span)) = reader.required("foreign_data_wrapper") else { return };
            body.wrapper = wrapper.to_string();
            body.sort = reader.text("type");
            body.version = reader.text("version");
            body.span = Some(span);
            item.need(Address::new(WRAPPER_DOC.name, [wrapper]));
        }
        item.declare(body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let seat = self.seat()?;
        let columns = match self.is_wrapper() {
            true => format!(
                "w.fdwname AS name, {} AS handler, {} AS validator, to_json(w.fdwoptions) AS options",
                routine_path("w.fdwhandler"),
                routine_path("w.fdwvalidator")
            ),
            false => "v.srvname AS name, (SELECT w.fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = v.srvfdw) \
                      AS wrapper, v.srvtype AS type, v.srvversion AS version, to_json(v.srvoptions) AS options"
                .to_string(),
        };
        Some(format!(
            "SELECT {columns} FROM {} WHERE {} ORDER BY {}",
            seat.from,
            seat.condition(server),
            seat.oid
        ))
    }

    fn seat(&self) -> Option<Seat> {
        let privileges = |acl, letter, called| Some(Privileges { acl, letter, called, implicit: None });
        Some(match self.is_wrapper() {
            true => Seat {
                class: "pg_foreign_data_wrapper",
                oid: "w.oid",
                from: "pg_foreign_data_wrapper w",
                path: "w.fdwname",
                member: ("pg_foreign_data_wrapper", "w.oid"),
                owner: Some("w.fdwowner"),
                privileges: privileges("w.fdwacl", 'F', "FOREIGN DATA WRAPPER"),
                ..Seat::BARE
            },
            false => Seat {
                class: "pg_foreign_server",
                oid: "v.oid",
                from: "pg_foreign_server v",
                path: "v.srvname",
                member: ("pg_foreign_server", "v.oid"),
                owner: Some("v.srvowner"),
                privileges: privileges("v.srvacl", 'S', "FOREIGN SERVER"),
                ..Seat::BARE
            },
        })
    }

    /// What the options of a table are is said beside the table, and of a server that is declared.
    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        if self.is_wrapper() { &[] } else { &["pg_foreign_table"] }
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let body = Body {
            handler: row.column("handler").and_then(|json| serde_json::from_str(json).ok()),
            validator: row.column("validator").and_then(|json| serde_json::from_str(json).ok()),
            wrapper: row.column("wrapper").unwrap_or_default().to_string(),
            sort: row.column("type").map(str::to_string),
            version: row.column("version").map(str::to_string),
            options: Options::observed(row.list("options")),
            span: None,
        };
        let wrapper = Address::new(WRAPPER_DOC.name, [&body.wrapper]);
        let functions = functions(&body);
        let mut entry = Entry::new(Address::new(self.doc.name, [row.text("name")]), body);
        match self.is_wrapper() {
            true => entry.needs.extend(functions),
            false => entry.needs.push(wrapper),
        }
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { handler, validator, wrapper, sort, version, options, span: _ } = observed;
        let named = |(schema, name): &(String, String)| draft.name(schema, name);
        let [handler, validator] = [handler, validator].map(|function| function.as_ref().map(named));
        draft.some("handler", handler);
        draft.some("validator", validator);
        draft.word("foreign_data_wrapper", wrapper, "");
        draft.some("type", sort.as_ref());
        draft.some("version", version.as_ref());
        draft.table("options", options.values());
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { handler, validator, wrapper, sort, version, options, span: _ } = desired;
        let function = |(schema, name): &(String, String)| qualified(schema, name);
        let sql = Phrase::from(format!("CREATE {}", self.called(at)))
            .with(handler.as_ref(), |sql, name| sql.raw(format!(" HANDLER {}", function(name))))
            .with(validator.as_ref(), |sql, name| sql.raw(format!(" VALIDATOR {}", function(name))))
            .with(sort.as_ref(), |sql, sort| sql.raw(" TYPE ").literal(sort))
            .with(version.as_ref(), |sql, version| sql.raw(" VERSION ").literal(version))
            .when(!self.is_wrapper(), &format!(" FOREIGN DATA WRAPPER {}", ident(wrapper)))
            .raw(options.foreign());
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { handler, validator, wrapper, sort, version, options, span } = desired;
        let alter = |rest: String| {
            vec![Statement::new(Form::Catalog, format!("ALTER {}{rest}", self.called(at))).into()]
        };
        let spelled = |function: &Option<(String, String)>| {
            function.as_ref().map(|(schema, name)| qualified(schema, name))
        };
        for (attribute, word, desired, observed) in [
            ("handler", "HANDLER", handler, &observed.handler),
            ("validator", "VALIDATOR", validator, &observed.validator),
        ] {
            out.attribute(attribute, &spelled(observed), &spelled(desired), || {
                alter(match spelled(desired) {
                    Some(name) => format!(" {word} {name}"),
                    None => format!(" NO {word}"),
                })
            });
        }
        for (attribute, desired, observed) in [
            ("foreign_data_wrapper", Some(wrapper), Some(&observed.wrapper)),
            ("type", sort.as_ref(), observed.sort.as_ref()),
        ] {
            if desired != observed {
                let change =
                    Change { attribute, from: observed.cloned().show(), to: desired.cloned().show() };
                out.obstacle(change, fixed(at, attribute, *span));
            }
        }
        out.attribute("version", &observed.version, version, || {
            alter(format!(
                " VERSION {}",
                version.as_ref().map_or("NULL".to_string(), |version| literal(version))
            ))
        });
        if let Some(change) = options.foreign_change(&observed.options) {
            out.attribute("options", &observed.options, options, || alter(change));
        }
    }

    fn rights(&self, at: &Address, body: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        if self.is_wrapper() && action != Action::Drop {
            return vec![Right::superuser("a foreign data wrapper", cx)];
        }
        if action != Action::Create {
            return vec![Right::Own(at.clone())];
        }
        let (wrapper, name) = (&body.wrapper, ident(&body.wrapper));
        vec![Right::test(
            format!(
                "(SELECT has_foreign_data_wrapper_privilege(w.oid, 'USAGE') FROM pg_foreign_data_wrapper w \
                 WHERE w.fdwname = {})",
                literal(wrapper)
            ),
            format!("USAGE on foreign data wrapper `{wrapper}`"),
            format!("GRANT USAGE ON FOREIGN DATA WRAPPER {name} TO {}", ident(&cx.server.user)),
        )]
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", self.called(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, _: &Cx<'_>) -> Option<Vec<Step>> {
        let sql = format!("ALTER {} RENAME TO {}", self.called(from), ident(at.name()));
        Some(vec![Statement::new(Form::Catalog, sql).into()])
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        if from.kind == WRAPPER_DOC.name && body.wrapper == from.name() {
            body.wrapper = to.name().to_string();
        }
        for (function, takes) in [(&mut body.handler, HANDLER), (&mut body.validator, VALIDATOR)] {
            function
                .iter_mut()
                .for_each(|name| follow_routine(name, takes, ["function", "schema"], from, to));
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(self.called(at))
    }
}

impl Foreign {
    fn is_wrapper(&self) -> bool {
        self.doc.name == WRAPPER_DOC.name
    }

    fn called(&self, at: &Address) -> String {
        format!("{} {}", self.words, ident(at.name()))
    }
}

const HANDLER: &str = "()";

const VALIDATOR: &str = "(text[], oid)";

/// The functions that a wrapper is made of.
fn functions(body: &Body) -> Vec<Address> {
    let address = |function: &Option<(String, String)>, takes: &str| {
        function.as_ref().map(|(schema, name)| Address::new("function", [schema, &format!("{name}{takes}")]))
    };
    [address(&body.handler, HANDLER), address(&body.validator, VALIDATOR)].into_iter().flatten().collect()
}

fn fixed(at: &Address, attribute: &str, span: Option<Span>) -> Obstacle {
    Obstacle {
        message: format!("PostgreSQL cannot change the {} of `{at}`", attribute.replace('_', " ")),
        hint: "declare a server of another name, and move what uses this one".to_string(),
        span,
    }
}
