//! Owners: a kind about any address. What the current user owns goes without saying: it is not read, and what is
//! created belongs to that user anyway.

use crate::delta::{Action, Alteration};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Seat, Server, Undeclared, from_list, right,
};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Phrase, ident, literal};
use crate::statement::{Statement, Step};

/// The room.
pub struct Owner;

/// An owner.
#[derive(Debug, Clone)]
pub struct Body {
    role: String,
    /// Observed: what that role owns may be taken for what the file declares.
    trusted: bool,
    /// Observed: SQL has no words to give the object to somebody else.
    fixed: bool,
}

static DOC: Doc = Doc {
    name: "owner",
    summary: "The role that owns an object: `owner = \"…\"`. An owner that the file does not name is left alone, and an \
              object that has to be replaced keeps it. Sequences that belong to a column follow its table.",
    manual: "ddl-priv",
    place: Place::OnAny("owner"),
    rank: Rank::Owner,
    main_key: Some("role"),
    keys: &[KeyDoc::new("role", Shape::Name, "the role")],
    features: &[],
    example: "[roles.app_owner]\n\n[tables.events]\nowner = \"app_owner\"\n\n[tables.events.columns]\nid = \"bigint\"\n",
};

impl Owner {
    /// The owners that come before that of `subject` because one follows the other.
    fn follows(&self, at: &Address, subject: &Address, cx: &Cx<'_>) -> Vec<Address> {
        let follows = |of: &Address| {
            let table = cx.attribute(of, "follows")?;
            Some(Address::new("table", from_list(&table)))
        };
        if let Some(table) = follows(subject) {
            return vec![table.clone(), Address::about(DOC.name, Vec::<String>::new(), table)];
        }
        if subject.kind != "table" || cx.observed.model.contains(at) {
            return Vec::new();
        }
        let schema = [subject.schema().to_string()];
        let sequences = cx.desired.inside("sequence", &schema);
        sequences
            .map(|entry| entry.address.clone())
            .filter(|of| follows(of).as_ref() == Some(subject))
            .collect()
    }
}

impl Room for Owner {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some((role, span)) = item.reader().required("role") else { return };
        let Some(host) = &item.host else { return };
        let seat = item.registry.get(host.kind).and_then(|kind| kind.seat());
        if seat.is_none_or(|seat| seat.owner.is_none()) {
            item.problems.add(span, format!("a {} has no owner of its own", host.kind));
            return;
        }
        let role = role.to_string();
        item.need(Address::new("role", [&role]));
        item.declare(Body { role, trusted: true, fixed: false });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let branch = |seat: &Seat| {
            let (Seat { kind, from, path, .. }, owner) = (seat, seat.owner.or(seat.fixed_owner)?);
            // Whoever owns an extension makes anything of theirs a member of it.
            let (place, (class, object)) = (seat.place(server), seat.member);
            let condition =
                format!("{place} AND ({} OR NOT {})", server.is_read(class, object), server.trusts(owner));
            // What the current user owns goes without saying, but for the schema that is born with another owner.
            let born = match *kind == "schema" && server.has(Feature::ClosedPublicSchema) {
                true => format!("{path} = 'public'"),
                false => "false".to_string(),
            };
            // Only who may do anything in the database gives away the schema that it was born with. Any other one may
            // have been made by anybody, for others to fall for.
            let of_born = match from.contains("pg_namespace n") {
                true => format!("n.oid < 16384 AND n.nspowner = {owner}"),
                false => "false".to_string(),
            };
            Some(format!(
                "SELECT '{kind}' AS kind, to_json(ARRAY[{path}]::text[])::text AS path, {owner} AS held_by, \
                 {of_born} AS of_born, {} AS fixed \
                 FROM {from} WHERE (pg_get_userbyid({owner}) <> current_user OR {born}) AND {condition}",
                seat.owner.is_none()
            ))
        };
        let branches: Vec<String> = server.taken_seats().filter_map(branch).collect();
        Some(format!(
            "SELECT w.kind, w.path, pg_get_userbyid(w.held_by) AS role, w.of_born OR {} AS trusted, w.fixed FROM ({}) w \
             ORDER BY w.kind COLLATE \"C\", w.path COLLATE \"C\"",
            server.trusts("w.held_by"),
            branches.join(" UNION ALL ")
        ))
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_authid"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let Some(kind) = server.kind(row.text("kind")) else { return };
        let subject = Address::new(kind, row.list("path"));
        let address = Address::about(DOC.name, Vec::<String>::new(), subject.clone());
        let role = row.text("role").to_string();
        let body = Body { role: role.clone(), trusted: row.flag("trusted"), fixed: row.flag("fixed") };
        let entry = Entry::new(address, body).part_of(subject);
        out.model.insert(entry.needing(Address::new("role", [role])));
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { role, trusted, fixed } = observed;
        if *fixed {
            draft.leave_out();
            if !trusted {
                draft.unsaid(format!("it belongs to `{role}`, whom `owners` under `[reconcile]` must name"));
            }
        }
        // What belongs to a table has the owner of the table.
        if at.subject().is_some_and(|subject| draft.attribute(subject, "follows").is_some()) {
            draft.leave_out();
        }
        // Schema `public` belongs to whoever owns the database, unless someone says otherwise.
        if at.subject().is_some_and(|subject| subject.kind == "schema") && role == "pg_database_owner" {
            draft.leave_out();
        }
        draft.text("role", role);
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        if desired.role == cx.server.user { Vec::new() } else { give(at, &desired.role, cx) }
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { role, trusted: _, fixed: _ } = desired;
        out.attribute("role", &observed.role, role, || give(at, role, cx));
    }

    /// What belongs to a table is given away with the table, once it does; all else once the role that is to own it may own
    /// something there, and the role that runs may act as it.
    fn comes_after(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Address> {
        let Some(subject) = at.subject() else { return Vec::new() };
        let schema = Address::new("schema", [subject.schema()]);
        let mut first = vec![membership(&desired.role, cx)];
        if schema != *subject {
            first.push(Address::about(DOC.name, Vec::<String>::new(), schema.clone()));
            let grantees = [desired.role.as_str(), "public"];
            first.extend(grantees.map(|grantee| Address::about("grant", [grantee], schema.clone())));
        }
        first.extend(self.follows(at, subject, cx));
        first
    }

    fn rights(&self, at: &Address, desired: &Body, _: Action, cx: &Cx<'_>) -> Vec<Right> {
        let Some(subject) = at.subject() else { return Vec::new() };
        let place = cx.registry.get(subject.kind).map(|kind| kind.doc().place);
        let mut rights = vec![Right::Own(subject.clone())];
        if !cx.desired.contains(&membership(&desired.role, cx)) {
            rights.push(right::become_role(&desired.role, cx));
        }
        if matches!(place, Some(Place::InSchema(_))) && !may_create(&desired.role, subject.schema(), cx) {
            rights.push(may_create_in(&desired.role, subject.schema(), cx));
        }
        rights
    }

    fn drop(&self, _: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        if from.kind == "role" && body.role == from.name() {
            body.role = to.name().to_string();
        }
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let known = match name {
            "role" => true,
            "vouched for" => body.trusted,
            "stranger" => !body.trusted,
            _ => false,
        };
        known.then(|| body.role.clone())
    }

    fn undeclared(&self, _: &Address, _: &Body, _: &Cx<'_>) -> Undeclared {
        Undeclared::Ignore
    }
}

/// The membership by which the role that runs may act as `role`.
fn membership(role: &str, cx: &Cx<'_>) -> Address {
    Address::new("membership", [cx.server.user.as_str(), role])
}

/// Whether the file says that `role` may make objects in a schema: it, or everybody, or a role that it is a member of, or
/// it owns the schema.
fn may_create(role: &str, schema: &str, cx: &Cx<'_>) -> bool {
    let schema = Address::new("schema", [schema]);
    let says = |about: Address, name: &str| {
        let entry = cx.desired.get(&about).filter(|entry| !entry.absent)?;
        cx.registry.get(about.kind)?.attribute(&*entry.body, name)
    };
    let member = [role.to_string()];
    let memberships = cx.desired.inside("membership", &member);
    let groups = memberships.filter(|entry| !entry.absent).map(|entry| entry.address.name().to_string());
    let mut roles = groups.chain([role.to_string(), "public".to_string()]);
    let owner = says(Address::about(DOC.name, Vec::<String>::new(), schema.clone()), "role");
    roles.any(|role| {
        let granted = says(Address::about("grant", [&role], schema.clone()), "create");
        granted.is_some() || owner.as_ref() == Some(&role)
    })
}

/// That another role may make objects in a schema, which is called for where it is to own one there. Of what this run makes
/// nobody can give it more by hand.
fn may_create_in(role: &str, schema: &str, cx: &Cx<'_>) -> Right {
    let is_new = |kind| {
        let at = Address::new(kind, [if kind == "role" { role } else { schema }]);
        cx.desired.contains(&at) && !cx.observed.model.contains(&at)
    };
    let lack = format!("CREATE on schema `{schema}` for role `{role}`, which is to own something there");
    let name = literal(role);
    let sql = match (is_new("role"), is_new("schema")) {
        (true, true) => "false".to_string(),
        // It may what everybody may.
        (true, false) => in_schema("'public'", schema),
        (false, true) => format!(
            "(SELECT pg_has_role(r.oid, current_user, 'USAGE') FROM pg_roles r WHERE r.rolname = {name})"
        ),
        (false, false) => {
            let sql = in_schema("r.rolname", schema);
            let sql = format!("(SELECT {sql} FROM pg_roles r WHERE r.rolname = {name})");
            return Right::test(
                sql,
                lack,
                format!("GRANT CREATE ON SCHEMA {} TO {}", ident(schema), ident(role)),
            );
        }
    };
    let on = format!("schema {schema}");
    Right::Other(right::Test {
        sql,
        lack: format!("{lack}; this is for the file to say"),
        cure: format!("[[grants]]\n  to = {role:?}\n  on = {on:?}\n  privileges = [\"usage\", \"create\"]"),
    })
}

fn in_schema(role: &str, schema: &str) -> String {
    format!(
        "(SELECT has_schema_privilege({role}, n.oid, 'CREATE') FROM pg_namespace n WHERE n.nspname = {})",
        literal(schema)
    )
}

fn give(at: &Address, role: &str, cx: &Cx<'_>) -> Vec<Step> {
    let Some(subject) = at.subject() else { return Vec::new() };
    let Some(kind) = cx.registry.get(subject.kind) else { return Vec::new() };
    if kind.seat().is_some_and(|seat| seat.owner.is_none()) {
        return Vec::new();
    }
    let Some(identity) = kind.identity(subject) else { return Vec::new() };
    let sql = Phrase::from(format!("ALTER {identity} OWNER TO ")).ident(role);
    let statement = match kind.seat() {
        Some(seat) if seat.class == "pg_class" => Statement::on(subject, Form::ChangeOwner, sql),
        _ => Statement::new(Form::Catalog, sql),
    };
    vec![statement.into()]
}
