//! Extensions.

use crate::delta::{Action, Alteration, Change};
use crate::kind::{Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Seat, Server, Undeclared};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, ident, literal};
use crate::statement::{Statement, Step};

/// The room.
pub struct Extension;

/// What is known of an extension; `None` in the desired one means that any value will do.
#[derive(Debug, Clone)]
pub struct Body {
    schema: Option<String>,
    version: Option<String>,
    /// Observed: tables that belong to it and hold rows, which go with it.
    holding: Vec<String>,
    /// Observed: the version that a new one would have, where that is another.
    usual: Option<String>,
    /// Observed: the server can bring it to that.
    leads_there: bool,
}

static DOC: Doc = Doc {
    name: "extension",
    summary: "An extension. What belongs to it is never compared or touched.",
    manual: "sql-createextension",
    place: Place::Top("extensions"),
    rank: Rank::Extension,
    main_key: Some("version"),
    keys: &[
        KeyDoc::new("schema", Shape::Name, "the schema of its objects; the server's choice if not given"),
        KeyDoc::new(
            "version",
            Shape::Text,
            "its version; any will do if not given: one that a new extension would not have is told, and with consent `prune` \
             brought to that",
        ),
    ],
    features: &[],
    example: "[extensions]\ncitext = {}\npg_stat_statements = { optional = true }\n",
};

impl Room for Extension {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let (schema, version) = (reader.text("schema"), reader.text("version"));
        let body = Body { schema, version, holding: Vec::new(), usual: None, leads_there: false };
        if let Some(schema) = &body.schema {
            item.need(Address::new("schema", [schema]));
        }
        item.declare(body);
    }

    fn catalog(&self, _: &Server) -> Option<String> {
        let query = "SELECT x.extname AS name, n.nspname AS schema, x.extversion AS version, \
                     (SELECT json_agg(format('%I.%I', cn.nspname, c.relname) ORDER BY c.oid) FROM pg_depend d \
                     JOIN pg_class c ON c.oid = d.objid AND c.relkind IN ('r', 'p') JOIN pg_namespace cn ON cn.oid = c.relnamespace \
                     WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_class'::regclass \
                     AND d.deptype = 'e' AND CASE c.relkind WHEN 'r' THEN pg_relation_size(c.oid) > 0 ELSE \
                     EXISTS (SELECT FROM pg_partition_tree(c.oid) t WHERE pg_relation_size(t.relid) > 0) END) AS holding, \
                     nullif(v.default_version, x.extversion) AS usual, CASE WHEN v.default_version <> x.extversion \
                     THEN EXISTS (SELECT FROM pg_extension_update_paths(x.extname) u WHERE u.source = x.extversion \
                     AND u.target = v.default_version AND u.path IS NOT NULL) END AS leads_there \
                     FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace \
                     LEFT JOIN (SELECT a.name, a.default_version FROM pg_available_extensions() a \
                     WHERE EXISTS (SELECT FROM pg_extension o WHERE o.extname <> 'plpgsql')) v ON v.name = x.extname ORDER BY x.oid";
        Some(query.to_string())
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_extension",
            oid: "x.oid",
            from: "pg_extension x",
            path: "x.extname",
            member: ("pg_extension", "x.oid"),
            fixed_owner: Some("x.extowner"),
            ..Seat::BARE
        })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let body = Body {
            schema: row.owned("schema"),
            version: row.owned("version"),
            holding: row.list("holding"),
            usual: row.owned("usual"),
            leads_there: row.flag("leads_there"),
        };
        out.model.insert(Entry::new(Address::new(DOC.name, [row.text("name")]), body));
    }

    /// The version is whatever the server has, unless it is another.
    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { schema, version, holding: _, usual, leads_there: _ } = observed;
        if at.name() == "plpgsql" {
            draft.leave_out();
        }
        // The server puts an extension into the first schema of the search path.
        let elsewhere = schema.as_deref().filter(|schema| *schema != draft.schema());
        draft.some("schema", elsewhere);
        draft.some("version", version.as_ref().filter(|_| usual.is_some()));
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { schema, version, .. } = desired;
        let sql = Phrase::from("CREATE EXTENSION ")
            .ident(at.name())
            .with(schema.as_ref(), |sql, schema| sql.raw(" SCHEMA ").ident(schema))
            .with(version.as_ref(), |sql, version| sql.raw(" VERSION ").literal(version));
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { schema, version, holding: _, usual: _, leads_there: _ } = desired;
        let alter = |rest: Phrase| {
            let sql = Phrase::from("ALTER EXTENSION ").ident(at.name()).phrase(&rest);
            vec![Statement::new(Form::Catalog, sql).into()]
        };
        if let Some(to) = schema {
            out.attribute("schema", &observed.schema, schema, || {
                alter(Phrase::from(" SET SCHEMA ").ident(to))
            });
        }
        if let Some(to) = version {
            out.attribute("version", &observed.version, version, || {
                alter(Phrase::from(" UPDATE TO ").literal(to))
            });
        } else if let Some(usual) = &observed.usual {
            let change =
                Change { attribute: "version", from: observed.version.clone(), to: Some(usual.clone()) };
            let goes = cx.prunes() && observed.leads_there;
            out.beyond(goes, change, || alter(Phrase::from(" UPDATE TO ").literal(usual)));
        }
    }

    fn rights(&self, at: &Address, _: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        let name = literal(at.name());
        if action != Action::Create {
            return vec![Right::test(
                format!(
                    "(SELECT pg_has_role(x.extowner, 'USAGE') FROM pg_extension x WHERE x.extname = {name})"
                ),
                format!("the rights of the owner of extension `{}`", at.name()),
                format!("ALTER ROLE {} SUPERUSER", ident(&cx.server.user)),
            )];
        }
        let trusted = format!(
            "(SELECT NOT v.superuser OR v.trusted FROM pg_available_extensions e \
             JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version \
             WHERE e.name = {name})"
        );
        let lack = format!("SUPERUSER, which extension `{}` takes", at.name());
        let cure = format!("CREATE EXTENSION {}", ident(at.name()));
        vec![Right::test(trusted, lack, cure), Right::create_in_database(cx)]
    }

    fn drop(&self, at: &Address, observed: &Body, _: &Cx<'_>) -> Vec<Step> {
        let sql = Phrase::from("DROP EXTENSION ").ident(at.name());
        vec![Statement::new(Form::DropObject, sql).taking(&observed.holding).into()]
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        (name == "lives in").then(|| body.schema.clone().unwrap_or_default())
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("EXTENSION {}", ident(at.name())))
    }

    fn undeclared(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Undeclared {
        if at.name() == "plpgsql" { Undeclared::Ignore } else { Undeclared::Drift }
    }
}
