//! Tables: the hosts of columns, constraints, indexes, triggers and rows, which have rooms of their own.

mod access;
mod foreign;
mod logging;
mod steps;

use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Options, Place, Rank, Room, Row, Seat, Server, Undeclared, Visit, as_list,
    rename_plain,
};
use crate::model::{Address, Entry, Observed, TableFacts};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape, Span, Value};
use crate::sql::{Form, Fragment, qualified};
use crate::statement::{Statement, Step};
use foreign::Foreign;

/// The room.
pub struct Table;

/// What a table is besides its parts.
#[derive(Debug, Clone)]
pub struct Body {
    unlogged: bool,
    /// Nothing where the file does not say.
    row_security: Option<bool>,
    force_row_security: Option<bool>,
    /// What follows PARTITION BY.
    partition_by: Option<Fragment>,
    partition_of: Option<Name>,
    /// Of a partition.
    bounds: Option<Fragment>,
    /// Observed: what follows PARTITION BY of the table that it is a partition of.
    parent_key: String,
    /// Parents of plain inheritance.
    inherits: Vec<Name>,
    /// Desired: partitions that the file does not name come and go without it.
    dynamic_partitions: bool,
    /// Storage parameters; those of the TOAST table begin with `toast.`.
    storage: Options,
    /// Observed: it has a TOAST table.
    toasted: bool,
    access_method: Option<String>,
    /// Observed: the access method that a new table gets.
    default_access_method: String,
    /// Of a foreign table.
    foreign: Option<Foreign>,
    /// The composite type that it is a table of.
    of_type: Option<Name>,
    span: Option<Span>,
}

/// The schema and the name of another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String, String);

impl Name {
    fn address(&self) -> Address {
        Address::new(DOC.name, [&self.0, &self.1])
    }

    fn qualified(&self) -> String {
        qualified(&self.0, &self.1)
    }

    fn follow(&mut self, from: &Address, to: &Address) {
        let moved = self.address().moved(from, to, &|_| true);
        *self = Name(moved.schema().to_string(), moved.name().to_string());
    }
}

impl Show for Name {
    fn show(&self) -> Option<String> {
        Some(format!("{}.{}", self.0, self.1))
    }
}

impl Body {
    /// Parameters that CREATE TABLE takes beside those of the TOAST table.
    fn heap(&self) -> Options {
        self.storage.part(|name| !name.starts_with("toast."))
    }

    /// A partitioned table has no TOAST table, so that its parameters are set where there is one.
    fn toast(&self) -> Option<String> {
        let toast = self.storage.part(|name| name.starts_with("toast."));
        (!toast.is_empty()).then(|| format!("SET ({})", toast.list()))
    }
}

static DOC: Doc = Doc {
    name: "table",
    summary: "A table. The order of its columns is the order in the file. A partition is a table of its own, which stands \
              under `partitions` of its table or says `partition_of`; it has the columns, constraints, indexes and triggers \
              of that, and takes others of its own. On a table that is there already a new partition is created and then \
              attached, so that reads and writes go on. A table with a `server` is a foreign table: its rows are elsewhere, \
              and dropping it loses none.",
    manual: "sql-createtable",
    place: Place::InSchema("tables"),
    rank: Rank::Table,
    main_key: None,
    keys: &[
        KeyDoc::new("unlogged", Shape::Boolean, "not written to the write-ahead log; emptied by a crash"),
        KeyDoc::new(
            "row_security",
            Shape::Boolean,
            "its policies are in force; not given, it is left as it is, and told if it is on; with consent `prune` it is switched \
             off where the file gives the table no policy",
        ),
        KeyDoc::new("force_row_security", Shape::Boolean, "they are in force for its owner too; likewise"),
        KeyDoc::new(
            "partition_by",
            Shape::Sql,
            "what its rows are divided by: `\"range (created_at)\"`, `\"list (region)\"`, `\"hash (id)\"`",
        ),
        KeyDoc::new("partition_of", Shape::Name, "the table that it is a partition of"),
        KeyDoc::new(
            "bounds",
            Shape::Sql,
            "the bounds of a partition: `\"for values in ('eu')\"`, `\"default\"`",
        ),
        KeyDoc::new(
            "dynamic_partitions",
            Shape::Boolean,
            "partitions that the file does not name come and go without it, and are no drift",
        ),
        KeyDoc::new(
            "inherits",
            Shape::Names,
            "tables whose columns and checks it takes over, and whose rows its rows are",
        ),
        KeyDoc::new(
            "storage",
            Shape::Table,
            "storage parameters: `{ fillfactor = 70, \"toast.autovacuum_enabled\" = false }`; those of the TOAST table are \
             in force once it has one",
        ),
        KeyDoc::new(
            "access_method",
            Shape::Name,
            "its access method, if not that of the table that it is a partition of, else the server's default; of a \
             partitioned table, that of its partitions to come (PostgreSQL 17)",
        ),
        KeyDoc::new(
            "of",
            Shape::Name,
            "the composite type that it is a table of; its columns must be those of the type",
        ),
        Foreign::SERVER,
        Foreign::OPTIONS,
    ],
    features: &[("access_method", Feature::PartitionedAccessMethod)],
    example: "[tables.events]\ncomment = \"what happens where\"\ntouch = \"updated_at\"\nstorage = { fillfactor = 70 }\n\n\
              [tables.events.columns]\nid = { type = \"uuid\", primary_key = true }\n\
              updated_at = { type = \"timestamptz\", not_null = true, default = \"now()\" }\n\n\
              [tables.measurements]\npartition_by = \"range (taken)\"\n\n\
              [tables.measurements.columns]\ntaken = { type = \"date\", not_null = true }\nregion = \"text\"\n\n\
              [tables.measurements.partitions]\n\
              measurements_2026 = \"for values from ('2026-01-01') to ('2027-01-01')\"\n\
              measurements_rest = \"default\"\n\n\
              [tables.measurements.partitions.measurements_2027]\n\
              bounds = \"for values from ('2027-01-01') to ('2028-01-01')\"\npartition_by = \"list (region)\"\n\
              partitions = { measurements_2027_eu = \"for values in ('eu')\" }\n\n\
              [foreign_data_wrappers.elsewhere]\n\n[servers]\narchive = \"elsewhere\"\n\n\
              [tables.past_events]\nserver = \"archive\"\noptions = { name = \"events\" }\n\n\
              [tables.past_events.columns]\nid = { type = \"uuid\", foreign_options = { name = \"event_id\" } }\n",
};

impl Room for Table {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let written = |found: Option<(&str, Span)>| found.map(|(text, span)| Fragment::written(text, span));
        let partition_by = written(reader.string("partition_by"));
        let bounds = written(reader.string("bounds"));
        let parent = reader.string("partition_of");
        let parents = reader.strings("inherits");
        let of_type = reader.string("of");
        let unlogged = reader.flag("unlogged").then(|| reader.span_of("unlogged"));
        let mistake = match (parent, &bounds) {
            (Some((_, span)), None) => Some((span, "a partition wants `bounds`")),
            (None, Some(bounds)) => bounds.span().map(|span| (span, "only a partition has `bounds`")),
            _ if !parents.is_empty() => heir_of_two(parent, of_type),
            _ => unlogged.filter(|_| partition_by.is_some()).map(|span| (span, NOT_UNLOGGED)),
        };
        if let Some((span, message)) = mistake {
            reader.problems().add(span, message);
        }
        let mut body = Body {
            unlogged: unlogged.is_some(),
            row_security: reader.boolean("row_security"),
            force_row_security: reader.boolean("force_row_security"),
            partition_by,
            partition_of: None,
            bounds,
            parent_key: String::new(),
            inherits: Vec::new(),
            dynamic_partitions: reader.flag("dynamic_partitions"),
            storage: Options::read(&mut reader, "storage"),
            toasted: true,
            access_method: reader.text("access_method"),
            default_access_method: String::new(),
            foreign: Foreign::read(&mut reader),
            of_type: None,
            span: Some(reader.span()),
        };
        let place = reader.span_of("access_method");
        if body.partition_by.is_some() && body.access_method.is_some() {
            item.want(Feature::PartitionedAccessMethod, place);
        }
        Foreign::refuse_the_rest(body.foreign.is_some(), item);
        if let Some(Foreign { server, span, .. }) = &body.foreign {
            item.refer(Address::new("server", [server]), *span);
        }
        let mut other = |text: &str, span: Span| {
            let (schema, name) = item.resolve(text);
            let name = Name(schema, name);
            item.refer(name.address(), span);
            item.inherit(name.address());
            name
        };
        body.partition_of = parent.map(|(text, span)| other(text, span));
        body.inherits = parents.iter().map(|(text, span)| other(text, *span)).collect();
        body.of_type = of_type.map(|(text, span)| {
            let (schema, name) = item.resolve(text);
            item.refer(Address::new("composite type", [&schema, &name]), span);
            Name(schema, name)
        });
        item.declare(body);
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        let acts_as = acts_as(server);
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS name, c.relpersistence = 'u' AND c.relkind <> 'p' AS unlogged, c.reltoastrelid <> 0 AS toasted, \
             c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security, \
             row_security_active(c.oid) AS hidden, \
             c.relkind = 'p' AS partitioned, CASE c.relkind WHEN 'p' THEN (SELECT coalesce(sum(pg_relation_size(t.relid)), 0) \
             FROM pg_partition_tree(c.oid) t) ELSE pg_relation_size(c.oid) + CASE WHEN c.relhassubclass THEN \
             (SELECT coalesce(sum(pg_relation_size(h.inhrelid)), 0) FROM pg_inherits h WHERE h.inhparent = c.oid) ELSE 0 END END::bigint AS bytes, c.reltuples::bigint AS rows, \
             pg_get_partkeydef(c.oid) AS partition_by, c.relispartition AS is_partition, \
             pg_get_expr(c.relpartbound, c.oid) AS bounds, \
             (SELECT json_agg(json_build_array(pn.nspname, p.relname, pg_get_partkeydef(p.oid)) ORDER BY h.inhseqno) \
             FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace \
             WHERE h.inhrelid = c.oid) AS parents, \
             to_json(coalesce(c.reloptions, '{{}}') || ARRAY(SELECT 'toast.' || o FROM pg_class t, unnest(t.reloptions) o \
             WHERE t.oid = c.reltoastrelid)) AS storage, \
             (SELECT am.amname FROM pg_am am WHERE am.oid = c.relam) AS access_method, \
             current_setting('default_table_access_method') AS default_access_method, \
             CASE WHEN c.reloftype <> 0 THEN (SELECT json_build_array(yn.nspname, y.typname) FROM pg_type y \
             JOIN pg_namespace yn ON yn.oid = y.typnamespace WHERE y.oid = c.reloftype) END AS of_type, \
             fs.srvname AS server, to_json(ft.ftoptions) AS options, {acts_as} AS acts_as \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver \
             WHERE c.relkind IN ('r', 'p', 'f') AND {ours} AND {own} ORDER BY c.oid"
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat { only: "c.relkind IN ('r', 'p', 'f')", ..Seat::RELATION })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let address = Address::new(DOC.name, [row.text("schema"), row.text("name")]);
        let facts = TableFacts {
            bytes: row.number("bytes").unsigned_abs(),
            rows: row.number("rows"),
            partitioned: row.flag("partitioned"),
            hidden: row.flag("hidden"),
            owner: row.owned("acts_as"),
        };
        out.tables.insert(address.clone(), facts);
        let namespace = Address::new("schema", [row.text("schema")]);
        let parents: Vec<(String, String, Option<String>)> = row.parsed("parents");
        let parent_key = parents.first().and_then(|(.., key)| key.clone()).unwrap_or_default();
        let mut inherits: Vec<Name> =
            parents.into_iter().map(|(schema, name, _)| Name(schema, name)).collect();
        let partition_of = if row.flag("is_partition") { inherits.pop() } else { None };
        let of_type: Option<(String, String)> = row.parsed("of_type");
        let of_type = of_type.map(|(schema, name)| Name(schema, name));
        let mut entry = Entry::new(
            address,
            Body {
                unlogged: row.flag("unlogged"),
                row_security: Some(row.flag("row_security")),
                force_row_security: Some(row.flag("force_row_security")),
                partition_by: row.fragment("partition_by"),
                partition_of: partition_of.clone(),
                bounds: row.fragment("bounds"),
                parent_key,
                inherits: inherits.clone(),
                dynamic_partitions: false,
                storage: Options::observed(row.list("storage")),
                toasted: row.flag("toasted"),
                access_method: row.owned("access_method"),
                default_access_method: row.text("default_access_method").to_string(),
                foreign: row.owned("server").map(|server| Foreign {
                    server,
                    options: Options::observed(row.list("options")),
                    span: Span::NOWHERE,
                }),
                of_type: of_type.clone(),
                span: None,
            },
        );
        entry = inherits.iter().fold(entry, |entry, parent| entry.needing(parent.address()));
        if let Some(parent) = partition_of {
            entry = entry.part_of(parent.address());
        }
        entry.needs.extend(of_type.map(|of| Address::new("composite type", [of.0, of.1])));
        entry.needs.extend(row.get("server").map(|server| Address::new("server", [server])));
        out.model.insert(entry.needing(namespace));
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        if let Some(key) = &mut body.partition_by {
            visit("partition_by", key, Context::PartitionKey { table: at.clone() });
        }
        if let (Some(bounds), Some(parent)) = (&mut body.bounds, &body.partition_of) {
            visit(
                "bounds",
                bounds,
                Context::Bounds { table: parent.address(), key: body.parent_key.clone() },
            );
        }
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { unlogged, row_security, force_row_security, partition_by, partition_of, bounds, .. } =
            observed;
        let Body { inherits, storage, toasted: _, access_method, foreign, of_type, .. } = observed;
        let named = |Name(schema, name): &Name| draft.name(schema, name);
        let (parent, parents) =
            (partition_of.as_ref().map(named), inherits.iter().map(named).collect::<Vec<_>>());
        let of_type = of_type.as_ref().map(named);
        draft.some("partition_of", parent);
        draft.some_fragment("bounds", bounds.as_ref());
        draft.some_fragment("partition_by", partition_by.as_ref());
        draft.list("inherits", parents);
        draft.some("server", foreign.as_ref().map(|foreign| foreign.server.as_str()));
        draft.table("options", foreign.iter().flat_map(|foreign| foreign.options.values()));
        draft.flag("unlogged", *unlogged);
        // Where there are policies, those that are not in force are no oversight.
        let is_void =
            *row_security == Some(false) && draft.model.inside("policy", at.path()).next().is_some();
        draft.flag("row_security", *row_security == Some(true));
        if is_void {
            draft.put("row_security", Value::Boolean(false));
        }
        draft.flag("force_row_security", *force_row_security == Some(true));
        draft.table("storage", storage.values());
        draft.some("of", of_type);
        let usual = access::of_parent(partition_of.as_ref(), draft.model);
        let usual = usual.unwrap_or(&observed.default_access_method);
        draft.some("access_method", access_method.as_ref().filter(|method| *method != usual));
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        vec![steps::create(at, desired, cx)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { unlogged, partition_by, partition_of, bounds, row_security: _, .. } = desired;
        let Body {
            force_row_security: _,
            parent_key: _,
            inherits,
            storage,
            toasted: _,
            access_method: _,
            ..
        } = desired;
        let Body { default_access_method: _, dynamic_partitions: _, foreign: _, of_type, span, .. } = desired;
        foreign::compare(at, desired, observed, out);
        if out.obstacle.is_some() {
            return;
        }
        let [of, was] = [of_type, &observed.of_type].map(Option::as_ref);
        // It has the columns of a type only while it has none of other tables.
        if of.is_none() {
            compare_type(at, of, was, cx, out);
        }
        if partition_by != &observed.partition_by {
            let change = Change {
                attribute: "partition_by",
                from: observed.partition_by.show(),
                to: partition_by.show(),
            };
            let obstacle = Obstacle {
                message: format!("the server cannot change how `{at}` is partitioned"),
                hint: "declare a table under another name, move the rows, and drop this one".to_string(),
                span: partition_by.as_ref().and_then(Fragment::span).or(*span),
            };
            return out.obstacle(change, obstacle);
        }
        let moves = partition_of != &observed.partition_of || bounds != &observed.bounds;
        let mut step = moves.then(|| steps::move_partition(at, desired, observed, cx));
        out.attribute("partition_of", &observed.partition_of, partition_of, || {
            step.take().into_iter().collect()
        });
        out.attribute("bounds", &observed.bounds, bounds, || step.take().into_iter().collect());
        let mut parents = [observed.inherits.clone(), inherits.clone()];
        parents.iter_mut().for_each(|list| list.sort_by_key(Name::qualified));
        out.attribute("inherits", &parents[0], &parents[1], || {
            steps::inherit(at, inherits, &observed.inherits, cx)
        });
        if of.is_some() {
            compare_type(at, of, was, cx, out);
        }
        out.attribute("unlogged", &observed.unlogged, unlogged, || {
            let word = if *unlogged { "SET UNLOGGED" } else { "SET LOGGED" };
            vec![Statement::alter(at, Form::AlterTypeRewrite, word).into()]
        });
        access::compare(at, desired, observed, cx, out);
        // A table that could not hold long values has no TOAST table, and nothing keeps its parameters.
        let storage = storage.part(|name| observed.toasted || !name.starts_with("toast."));
        storage.compare("storage", &observed.storage, cx, out, &|words| {
            vec![Statement::alter(at, Form::AlterTableLight, words).into()]
        });
        compare_security(at, desired, observed, cx, out);
    }

    fn comes_after(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Address> {
        logging::comes_after(at, desired, cx)
    }

    fn keeps_results(&self, body: &Body) -> bool {
        body.partition_by.is_some()
    }

    fn drop(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let mut statement = match observed.foreign {
            Some(_) => foreign::drop(at),
            None => Statement::on(at, Form::DropTable, format!("DROP TABLE {}", at.relation())),
        };
        if let Some(parent) = &observed.partition_of {
            statement = statement.also(&parent.address());
        }
        vec![Step::direct(steps::release_sequences(at, cx).into_iter().chain([statement]))]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let called = |it: &Address| format!("TABLE {}", it.relation());
        let steps = rename_plain([from, at], Form::AlterTable, &called, cx)?;
        Some(steps.into_iter().map(|step| step.of(at)).collect())
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        if let Some(foreign) =
            body.foreign.as_mut().filter(|foreign| from.kind == "server" && foreign.server == from.name())
        {
            foreign.server = to.name().to_string();
        }
        if let Some(of) = body.of_type.as_mut().filter(|_| matches!(from.kind, "composite type" | "schema")) {
            let moved = Address::new("composite type", [&of.0, &of.1]).moved(from, to, &|_| true);
            *of = Name(moved.schema().to_string(), moved.name().to_string());
        }
        if matches!(from.kind, "table" | "schema") {
            body.partition_of.iter_mut().chain(&mut body.inherits).for_each(|name| name.follow(from, to));
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("TABLE {}", at.relation()))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        match name {
            "partition_of" => body.partition_of.as_ref().map(|Name(schema, name)| as_list(&[schema, name])),
            "inherits" => (!body.inherits.is_empty()).then(|| {
                as_list(
                    &body.inherits.iter().flat_map(|Name(schema, name)| [schema, name]).collect::<Vec<_>>(),
                )
            }),
            "row_security" => body.row_security.map(|on| if on { "yes" } else { "no" }.to_string()),
            "force_row_security" => {
                body.force_row_security.map(|on| if on { "yes" } else { "no" }.to_string())
            }
            "foreign" => body.foreign.as_ref().map(|_| "yes".to_string()),
            "called" => body.foreign.as_ref().map(|_| "FOREIGN TABLE".to_string()),
            "partitioned" => body.partition_by.as_ref().map(|_| "yes".to_string()),
            _ => None,
        }
    }

    fn undeclared(&self, _: &Address, observed: &Body, cx: &Cx<'_>) -> Undeclared {
        let desired = cx.desired;
        let parent =
            observed.partition_of.as_ref().and_then(|parent| desired.body::<Body>(&parent.address()));
        match parent {
            Some(parent) if parent.dynamic_partitions => Undeclared::Ignore,
            _ => Undeclared::Drift,
        }
    }
}

const NOT_UNLOGGED: &str =
    "a partitioned table keeps no rows that could be logged or not: its partitions say `unlogged`";

/// What else a table with parents cannot take its columns from.
fn heir_of_two(parent: Option<(&str, Span)>, of_type: Option<(&str, Span)>) -> Option<(Span, &'static str)> {
    let partition = parent.map(|(_, span)| (span, "a partition inherits from nothing else"));
    partition.or(of_type.map(|(_, span)| (span, "a table of a type inherits from nothing")))
}

/// Nothing is said of most tables, and a table of a type is a table like any other but for that.
fn compare_type(
    at: &Address,
    desired: Option<&Name>,
    observed: Option<&Name>,
    cx: &Cx<'_>,
    out: &mut Alteration,
) {
    let change =
        Change { attribute: "of", from: observed.and_then(Show::show), to: desired.and_then(Show::show) };
    match (desired, observed) {
        _ if desired == observed => {}
        (None, _) => {
            out.beyond(cx.prunes(), change, || vec![Statement::alter(at, Form::AlterTable, "NOT OF").into()])
        }
        (Some(of), _) => out.note(change, vec![steps::of_type(at, of).into()]),
    }
}

/// Whoever says nothing of row-level security opens no table to everyone, unless nothing is to be there beyond the file, and
/// the file has no policy of the table, which would be void.
fn compare_security(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
    let Body { row_security, force_row_security, .. } = desired;
    let has_policies = || cx.desired.inside("policy", at.path()).any(|policy| !policy.absent);
    let goes = cx.prunes() && !has_policies();
    let switches = [
        ("row_security", row_security, &observed.row_security, ["DISABLE", "ENABLE"]),
        ("force_row_security", force_row_security, &observed.force_row_security, ["NO FORCE", "FORCE"]),
    ];
    for (name, desired, observed, words) in switches {
        match desired {
            Some(on) => out.attribute(name, observed, desired, || {
                vec![steps::security(at, words[usize::from(*on)]).into()]
            }),
            None if *observed == Some(true) => {
                let change = Change { attribute: name, from: observed.show(), to: None };
                out.beyond(goes, change, || vec![steps::security(at, words[0]).into()]);
            }
            None => {}
        }
    }
}

/// The owner of `pg_class c`, where others' code on the table is to run as that role: neither ours nor a superuser, and one
/// that we can give a function to.
fn acts_as(server: &Server) -> String {
    let member = if server.has(Feature::MembershipOptions) { "SET" } else { "MEMBER" };
    let temporary = "has_database_privilege(current_database(), 'TEMP')";
    let can = match server.superuser {
        true => String::new(),
        false => format!(
            " AND pg_has_role(o.oid, '{member}') AND {temporary} \
             AND has_database_privilege(o.oid, current_database(), 'TEMP')"
        ),
    };
    format!(
        "(SELECT o.rolname FROM pg_roles o WHERE o.oid = c.relowner AND o.rolname <> current_user AND NOT o.rolsuper{can})"
    )
}
