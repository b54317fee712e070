//! Privileges on objects. A kind about any address: who has them is the name, what they are on is the subject.

mod defaults;
mod sql;
mod usual;
mod words;

use crate::delta::{Action, Alteration, Change, Show};
use crate::kind::{
    Cx, Doc, Draft, GRANT_OPTION, Item, MAINTAIN, Place, Rank, Registry, Right, Room, Row, Seat, Server,
    Undeclared, from_list, known_privileges, read_grant_option, right, split_name, write_privileges,
};
use crate::model::{Address, Entry, Model, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Consent, Form, ident, literal};
use crate::statement::Step;
use sql::{grant, revoke, revoke_all, taken};
use std::collections::{BTreeMap, BTreeSet};
use words::{OTHERS, TABLES, TYPE, TYPES};

/// The room.
pub struct Grant;

/// The privileges that one role has on one object, each with whether it may pass it on. A privilege on a column
/// reads `select (email)`.
#[derive(Debug, Clone, Default)]
pub struct Body {
    privileges: BTreeMap<String, bool>,
    /// Observed: who granted each of them; empty for the owner.
    grantors: BTreeMap<String, BTreeSet<String>>,
    /// Observed: the role owns what has no owner in the model, and so has every privilege; it is that of the run.
    owner: bool,
    own: bool,
    /// Observed: it has what it has if nobody says anything.
    usual: bool,
}

static DOC: Doc = Doc {
    name: "grant",
    summary: "Privileges of a role on an object, on columns of a table, or on all tables of a schema. Privileges that \
              the file does not name, of any role on what it declares, on its schemas and on the database, are drift, and are \
              taken away only with consent `prune`, or `revoke` where the file names others of the same role on the same \
              object; on parameters and tablespaces, which belong to the whole cluster, only those of roles that the file \
              declares. What `default_privileges` of the file give is none; what the file says of a new object is all that a role \
              has there, whatever default privileges would give it. With `privileges = []` the role has none: `to = \"public\"` then takes away what PostgreSQL gives to \
              everyone (EXECUTE on functions, USAGE on types and languages, CONNECT and TEMPORARY on the database). Where \
              that was taken away and the file does not say so, neither of the object nor of all to come by \
              `default_privileges`, it is drift too, and `prune` gives it back.",
    manual: "sql-grant",
    place: Place::TopList("grants"),
    rank: Rank::Privilege,
    main_key: None,
    keys: &[
        KeyDoc::new("to", Shape::Names, "the roles; `public` for everyone"),
        KeyDoc::new(
            "on",
            Shape::Names,
            "the objects: `table events`, `view v`, `schema tenants`, `sequence s`, `function f(int)`, `type t`, \
             `domain d`, `language l`, `parameter work_mem` (PostgreSQL 15), `database`, `all tables in schema public`, \
             likewise all sequences, functions, procedures, routines; a bare name is a table",
        ),
        KeyDoc::new(
            "privileges",
            Shape::Names,
            "the privileges, as in SQL: `select`, `update (name)`, `all`; `[]` for none",
        ),
        KeyDoc::new("with_grant_option", Shape::Any, GRANT_OPTION),
    ],
    features: &[("on", Feature::ParameterPrivileges), ("privileges", Feature::MaintainPrivilege)],
    example: "[roles.reader]\n\n[tables.events.columns]\nid = \"bigint\"\nname = \"text\"\n\n[[grants]]\n\
              to = \"reader\"\non = \"table events\"\nprivileges = [\"select\", \"update (name)\"]\n",
};

impl Room for Grant {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let registry = item.registry;
        let mut reader = item.reader();
        let (some, all) = read_grant_option(&mut reader, "with_grant_option");
        let grantees = reader.strings("to");
        let objects = reader.strings("on");
        let said = reader.strings("privileges");
        for key in ["to", "on", "privileges"] {
            if !reader.has(key) {
                let span = reader.span();
                reader.problems().add(span, format!("`{key}` is missing"));
            }
        }
        for (object, span) in &objects {
            let Some(subject) = words::subject(item, object, *span) else { continue };
            let mut privileges = BTreeMap::new();
            let with_option = some.iter().map(|(word, span)| (word, span, true));
            for (word, span, option) in said.iter().map(|(word, span)| (word, span, all)).chain(with_option) {
                let names = words::spell(word, subject.kind, registry);
                if names.is_empty() {
                    let message = format!("`{word}` is no privilege on a {}", subject.kind);
                    let known = words::every(subject.kind, registry).iter().copied();
                    item.problems.add_with_suggestion(*span, message, word, known);
                }
                // `all` says it too, and means what there is.
                if names == [MAINTAIN] {
                    item.want(Feature::MaintainPrivilege, *span);
                }
                privileges.extend(names.into_iter().map(|name| (name, option)));
            }
            let features = std::mem::take(&mut item.features);
            let columns: BTreeSet<&str> = privileges.keys().filter_map(|name| words::column(name)).collect();
            for (grantee, _) in &grantees {
                item.need(Address::new("role", [grantee]));
                item.need(subject.clone());
                for column in columns.iter().flat_map(|column| split_name(column)) {
                    item.need(Address::new("column", [subject.schema(), subject.name(), &column]));
                }
                item.need(Address::about("owner", Vec::<String>::new(), subject.clone()));
                features.iter().for_each(|(feature, span)| item.want(*feature, *span));
                let address = Address::about(DOC.name, [grantee], subject.clone());
                item.declare_at(address, Body { privileges: privileges.clone(), ..Body::default() });
            }
        }
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let mut branches = Vec::new();
        for seat in server.taken_seats() {
            let Some(of) = seat.privileges else { continue };
            let condition = words::reach(seat, server);
            branches.push(branch(seat, of.acl, "NULL::name", seat.from, &condition));
            if of.called == "TABLE" {
                let from = format!(
                    "{} JOIN pg_attribute a ON a.attrelid = {} AND NOT a.attisdropped",
                    seat.from, seat.oid
                );
                branches.push(branch(seat, "a.attacl", "a.attname", &from, &condition));
            }
        }
        // A type that no kind stands for: of an extension, or of a schema that is not read.
        let types = Seat { kind: TYPE, only: "true", ..Seat::TYPE };
        if let Some(spoken) = words::spoken(&types, server) {
            branches.push(branch(&types, "t.typacl", "NULL::name", types.from, &spoken));
        }
        let parameters = server.has(Feature::ParameterPrivileges);
        for seat in OTHERS.iter().filter(|seat| parameters || seat.kind != "parameter") {
            let acl = seat.privileges.map_or("", |of| of.acl);
            branches.push(branch(seat, acl, "NULL::name", seat.from, seat.only));
            let (Seat { kind, path, from, only, .. }, owner) = (seat, seat.owner.unwrap_or_default());
            branches.push(format!(
                "SELECT '{kind}', to_json(ARRAY[{path}]::text[])::text, NULL, NULL, pg_get_userbyid({owner}), 'owner', false, '' \
                 FROM {from} WHERE {only}"
            ));
        }
        let all = branches.join(" UNION ALL ");
        Some(format!(
            "SELECT * FROM ({all}) all_of_them ORDER BY kind COLLATE \"C\", path COLLATE \"C\", grantee COLLATE \"C\""
        ))
    }

    fn catalogs(&self, at: &Address) -> &'static [&'static str] {
        match at.subject().map(|subject| subject.kind) {
            Some("database") => &["pg_authid", "pg_database"],
            Some(TYPE) => &["pg_authid", "pg_type"],
            Some("language") => &["pg_authid", "pg_language"],
            Some("tablespace") => &["pg_authid", "pg_tablespace"],
            Some("parameter") => &["pg_authid", "pg_parameter_acl"],
            _ => &["pg_authid"],
        }
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let other = OTHERS.iter().map(|seat| seat.kind).chain([TYPE]).find(|kind| *kind == row.text("kind"));
        let Some(kind) = server.kind(row.text("kind")).or(other) else { return };
        let subject = Address::new(kind, row.list("path"));
        let address = Address::about(DOC.name, [row.text("grantee")], subject.clone());
        let closed = server.has(Feature::ClosedPublicSchema);
        let is_usual = |privileges: &_| usual::is_usual(address.name(), &subject, privileges, closed);
        if !out.model.contains(&address) {
            let own = address.name() == server.user;
            let body = Body { usual: is_usual(&BTreeMap::new()), own, ..Body::default() };
            let role = Address::new("role", [address.name()]);
            let entry = Entry::new(address.clone(), body).needing(subject.clone()).needing(role);
            let column = row.get("column_of").map(|_| Address::new("column", row.list("column_of")));
            out.model.insert(column.into_iter().fold(entry, Entry::part_of));
        }
        let Some(entry) = out.model.get_mut(&address) else { return };
        let Some(body) = (*entry.body).as_any_mut().downcast_mut::<Body>() else { return };
        let privilege = match (row.text("privilege"), row.get("column")) {
            ("", _) => return,
            ("owner", _) => return body.owner = true,
            (privilege, Some(column)) => format!("{privilege} ({})", ident(column)),
            (privilege, None) => privilege.to_string(),
        };
        let grantor = row.text("grantor");
        body.grantors.entry(privilege.clone()).or_default().insert(grantor.to_string());
        *body.privileges.entry(privilege).or_default() |= row.flag("grantable");
        body.usual = is_usual(&body.privileges);
        let by = Address::about(DOC.name, [grantor], subject);
        if !grantor.is_empty() && by != address && !entry.needs.contains(&by) {
            entry.needs.push(by);
        }
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { privileges, grantors: _, owner, usual, own: _ } = observed;
        let Some(subject) = at.subject() else { return };
        // The schema that every database is born with was open to everyone once.
        let born: &[&str] =
            if draft.has(Feature::ClosedPublicSchema) { &["usage"] } else { &["create", "usage"] };
        let is_first = subject.kind == "schema" && subject.name() == "public";
        let as_born = !is_first || privileges.keys().eq(born);
        // Where default privileges close what is new, what is open is to be said.
        let opened = !privileges.is_empty() && usual::is_closed(subject, draft.model);
        if *owner || *usual && as_born && !opened {
            draft.leave_out();
        }
        draft.text("to", at.name());
        draft.text("on", words::write(subject, draft));
        write_privileges(privileges, draft);
    }

    fn unspoken(&self, model: &Model, registry: &Registry) -> Vec<Entry> {
        let entry = |at: Address| {
            let role = Address::new("role", [at.name()]);
            let subject = at.subject().cloned();
            subject.into_iter().fold(Entry::new(at, Body::default()).needing(role), Entry::needing)
        };
        defaults::not_given(model, registry).into_iter().map(entry).collect()
    }

    fn taken_back(&self, subject: &Address, cx: &Cx<'_>) -> Vec<Step> {
        let roles = defaults::roles(subject, cx).into_iter().filter(|role| !is_owner(role, subject, cx));
        let all = roles.map(|role| Address::about(DOC.name, [role], subject.clone()));
        all.flat_map(|at| revoke_all(&at, cx)).collect()
    }

    fn is_shared(&self, at: &Address) -> bool {
        at.subject().is_some_and(|subject| matches!(subject.kind, "parameter" | "tablespace"))
    }

    /// What is asked of all sequences or functions of a schema is asked of the server as a whole.
    fn probe(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Option<String> {
        let subject = at.subject()?;
        let routine = "pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace AND o.prokind";
        let (from, acl, owner) = match subject.kind {
            "all sequences" => (
                "pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace AND o.relkind = 'S'".to_string(),
                "coalesce(o.relacl, acldefault('s', o.relowner))",
                "o.relowner",
            ),
            "all functions" | "all procedures" | "all routines" => {
                let test = match subject.kind {
                    "all functions" => "<> 'p'",
                    "all procedures" => "= 'p'",
                    _ => "IS NOT NULL",
                };
                let acl = "coalesce(o.proacl, acldefault('f', o.proowner))";
                (format!("{routine} {test}"), acl, "o.proowner")
            }
            _ => return None,
        };
        if brings_more(subject, cx) {
            return None;
        }
        let grantee = match at.name() {
            "public" => "0::oid".to_string(),
            name => format!("(SELECT r.oid FROM pg_roles r WHERE r.rolname = {})", literal(name)),
        };
        let mut tests: Vec<String> = desired
            .privileges
            .iter()
            .map(|(privilege, option)| {
                let option = if *option { " AND x.is_grantable" } else { "" };
                let privilege = literal(privilege);
                format!(
                    "EXISTS (SELECT FROM aclexplode({acl}) x WHERE x.grantee = {grantee} \
                     AND lower(x.privilege_type) = {privilege}{option})"
                )
            })
            .collect();
        if tests.is_empty() {
            tests.push(format!("NOT EXISTS (SELECT FROM aclexplode({acl}) x WHERE x.grantee = {grantee})"));
        }
        let schema = literal(subject.name());
        Some(format!(
            "SELECT coalesce(bool_and({owner} = {grantee} OR {}), true) AS held FROM {from} WHERE n.nspname = {schema}",
            tests.join(" AND ")
        ))
    }

    fn answer(&self, desired: &Body, rows: &[Row<'_>]) -> Option<Body> {
        rows.first().filter(|row| row.flag("held")).map(|_| desired.clone())
    }

    fn expand(&self, at: &Address, body: &Body, desired: &Model, observed: &Observed) -> Option<Vec<Entry>> {
        let subject = at.subject()?;
        let kinds = match subject.kind {
            "all tables" => TABLES,
            TYPE => TYPES,
            _ => return None,
        };
        let here =
            |address: &&Address| kinds.contains(&address.kind) && address.path().starts_with(subject.path());
        let declared = desired.iter().filter(|entry| !entry.absent).map(|entry| &entry.address);
        let mut found: Vec<&Address> = declared.filter(here).collect();
        found.extend(observed.model.addresses().filter(here).filter(|address| !desired.contains(address)));
        if found.is_empty() && subject.kind == TYPE {
            return None;
        }
        let entries = found.into_iter().map(|object| {
            let address = Address::about(DOC.name, [at.name()], object.clone());
            let owner = Address::about("owner", Vec::<String>::new(), object.clone());
            let role = Address::new("role", [at.name()]);
            Entry::new(address, body.clone()).needing(role).needing(object.clone()).needing(owner)
        });
        Some(entries.collect())
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        body.privileges.contains_key(name).then(|| "yes".to_string())
    }

    /// What the role gave on is taken back before what it gave it with.
    fn comes_after(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Address> {
        let there = cx.observed.model.body::<Body>(at);
        let loses = |(name, option): (&String, &bool)| match desired.privileges.get(name) {
            Some(stays) => *option && !stays,
            None => true,
        };
        if !there.is_some_and(|there| there.privileges.iter().any(loses)) {
            return Vec::new();
        }
        let given_on = cx.observed.model.iter().filter(|entry| entry.address.kind == DOC.name);
        given_on.filter(|entry| entry.needs.contains(at)).map(|entry| entry.address.clone()).collect()
    }

    /// What is new has the privileges that PostgreSQL gives to everyone, and no others.
    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let Some(subject) = at.subject() else { return Vec::new() };
        let privileges = known_privileges(&desired.privileges, cx);
        if is_owner(at.name(), subject, cx) {
            return Vec::new();
        }
        let implicit = words::privileges(subject.kind, cx.registry).and_then(|of| of.implicit);
        let Some(implicit) = implicit.filter(|_| at.name() == "public") else {
            let none = privileges.is_empty() && subject.kind.starts_with("all ");
            let mut steps = if none { revoke_all(at, cx) } else { defaults::take_back(at, &privileges, cx) };
            steps.extend(grant(at, &privileges, cx));
            return steps;
        };
        let closed = cx.server.has(Feature::ClosedPublicSchema);
        if !cx.desired.contains(at)
            && usual::is_usual(at.name(), subject, &privileges, closed)
            && !defaults::closed(subject, cx)
        {
            return Vec::new();
        }
        let takes = |name: &&&str| !privileges.contains_key(**name);
        let mut steps = if privileges.is_empty() {
            revoke_all(at, cx)
        } else {
            let unwanted: Vec<&str> = implicit.iter().filter(takes).copied().collect();
            revoke(at, &unwanted, "", Form::RevokeNew, cx)
        };
        steps.extend(grant(at, &privileges, cx));
        steps
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { privileges, grantors: _, owner: _, usual: _, own: _ } = desired;
        let there = &observed.privileges;
        if observed.owner {
            return;
        }
        let privileges = &known_privileges(privileges, cx);
        let lacks =
            |(name, option): &(&String, &bool)| there.get(*name).is_none_or(|there| **option && !there);
        let mut missing: BTreeMap<String, bool> =
            privileges.iter().filter(lacks).map(|(name, option)| (name.clone(), *option)).collect();
        if !missing.is_empty() {
            let change =
                Change { attribute: "privileges", from: names(there).show(), to: names(privileges).show() };
            out.note(change, Vec::new());
        }
        let extra: Vec<&str> =
            there.keys().filter(|name| !privileges.contains_key(*name)).map(String::as_str).collect();
        let passes_on = |(name, option): &(&String, &bool)| **option && privileges.get(*name) == Some(&false);
        let options: Vec<&str> = there.iter().filter(passes_on).map(|(name, _)| name.as_str()).collect();
        // Who says that a role has none means it.
        let may = cx.allow.contains(&Consent::Revoke) || cx.prunes();
        for (attribute, list, words) in
            [("privileges", &extra, ""), ("grant option", &options, "GRANT OPTION FOR ")]
        {
            let change = Change { attribute, from: Some(list.join(", ")), to: None };
            if list.is_empty() {
                continue;
            } else if may || privileges.is_empty() {
                out.note(change, taken(at, observed, list, words, cx));
                // A privilege on a table takes those on its columns along.
                let of_columns = privileges
                    .iter()
                    .filter(|(name, _)| name.split_once(" (").is_some_and(|(name, _)| list.contains(&name)));
                missing.extend(of_columns.map(|(name, option)| (name.clone(), *option)));
            } else {
                out.drift(change);
            }
        }
        out.steps.extend(grant(at, &missing, cx));
    }

    fn rights(&self, at: &Address, _: &Body, _: Action, cx: &Cx<'_>) -> Vec<Right> {
        at.subject().and_then(|subject| right::owned(subject, cx)).map(Right::PassOn).into_iter().collect()
    }

    /// What PUBLIC has from the start stays, or comes back.
    fn drop(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let Some(subject) = at.subject() else { return Vec::new() };
        let usual = usual::usual(at.name(), subject);
        let names = observed.privileges.keys().map(String::as_str);
        let beyond: Vec<&str> = names.filter(|name| !usual.contains(name)).collect();
        let mut steps = taken(at, observed, &beyond, "", cx);
        steps.extend(grant(at, &usual::lost(usual, &observed.privileges), cx));
        steps
    }

    fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address> {
        (from.kind == "role" && at.name() == from.name()).then(|| at.renamed(to.name()))
    }

    fn join(&self, one: &mut Body, other: &Body) -> bool {
        for (name, option) in &other.privileges {
            *one.privileges.entry(name.clone()).or_default() |= option;
        }
        true
    }

    /// A column that the object no longer has takes its privileges along.
    fn keep(&self, at: &Address, body: &mut Body, there: &Body, cx: &Cx<'_>) {
        let parts = at.subject().and_then(|subject| cx.attribute(subject, "parts"));
        let parts = parts.map(|parts| from_list(&parts));
        let has = |column: &str| parts.as_ref().is_none_or(|parts| parts.iter().any(|part| part == column));
        let stays = |name: &str| {
            words::column(name).is_none_or(|column| split_name(column).iter().all(|name| has(name)))
        };
        if !cx.desired.contains(at) {
            body.privileges.retain(|name, _| stays(name));
        }
        for (name, option) in there.privileges.iter().filter(|(name, _)| stays(name)) {
            *body.privileges.entry(name.clone()).or_default() |= option;
        }
    }

    fn undeclared(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Undeclared {
        let desired = cx.desired;
        let Body { privileges, grantors: _, owner, usual, own } = observed;
        let Some(subject) = at.subject() else { return Undeclared::Ignore };
        let others = self.is_shared(at) && !desired.contains(&Address::new("role", [at.name()]));
        if *owner || *own || *usual || others || is_general(at, subject, desired) {
            return Undeclared::Ignore;
        }
        if !privileges.is_empty() && defaults::give(at.name(), subject, privileges, cx) {
            return Undeclared::Ignore;
        }
        let lost = usual::lost(usual::usual(at.name(), subject), privileges);
        match lost.is_empty() {
            true => Undeclared::Drift,
            false if privileges.is_empty() && usual::is_closed(subject, desired) => Undeclared::Ignore,
            false => {
                Undeclared::Told(Change { attribute: "privileges", from: None, to: names(&lost).show() })
            }
        }
    }
}

/// One branch of the catalog query. Of objects on which PUBLIC has privileges without being granted them there is always
/// a row for PUBLIC, so that one without any can be told from one that is not there.
fn branch(seat: &Seat, acl: &str, column: &str, from: &str, condition: &str) -> String {
    let Seat { kind, path, .. } = seat;
    let owner = seat.owner.unwrap_or_default();
    let of = seat.privileges.filter(|of| of.implicit.is_some());
    let (list, given) = match of {
        Some(of) => (
            format!(
                "(SELECT e.grantor, e.grantee, e.privilege_type, e.is_grantable FROM aclexplode(coalesce({acl}, \
                 acldefault('{}', {owner}))) e UNION ALL SELECT 0, 0, '', false)",
                of.letter
            ),
            "true".to_string(),
        ),
        None => (format!("aclexplode({acl})"), format!("{acl} IS NOT NULL")),
    };
    // The sequence of a column is no object of its own.
    let column_of = match *kind {
        "sequence" => {
            "(SELECT to_json(ARRAY[tn.nspname, tc.relname, ta.attname]::text[])::text FROM pg_depend td \
             JOIN pg_class tc ON tc.oid = td.refobjid JOIN pg_namespace tn ON tn.oid = tc.relnamespace \
             JOIN pg_attribute ta ON ta.attrelid = tc.oid AND ta.attnum = td.refobjsubid \
             WHERE td.classid = 'pg_class'::regclass AND td.objid = c.oid AND td.refclassid = 'pg_class'::regclass \
             AND td.refobjsubid > 0 AND td.deptype IN ('a', 'i') LIMIT 1)"
        }
        _ => "NULL",
    };
    format!(
        "SELECT '{kind}' AS kind, to_json(ARRAY[{path}]::text[])::text AS path, {column} AS column, {column_of} AS column_of, \
         CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee) END AS grantee, \
         lower(x.privilege_type) AS privilege, x.is_grantable AS grantable, \
         CASE WHEN x.grantor IN ({owner}, 0) THEN '' ELSE pg_get_userbyid(x.grantor) END AS grantor \
         FROM {from}, LATERAL {list} x WHERE {given} AND x.grantee <> {owner} AND {condition}"
    )
}

/// Whether the role owns the object, or will, and so has every privilege without being granted any.
fn is_owner(role: &str, subject: &Address, cx: &Cx<'_>) -> bool {
    let seat = cx.registry.get(subject.kind).and_then(|kind| kind.seat());
    let owner = Address::about("owner", Vec::<String>::new(), subject.clone());
    let owner = || cx.attribute(&owner, "role").unwrap_or_else(|| cx.server.user.clone());
    seat.is_some_and(|seat| seat.owner.is_some()) && owner() == role
}

/// Whether the file speaks of all functions or sequences of the subject's schema at once.
fn is_general(at: &Address, subject: &Address, desired: &Model) -> bool {
    let all: &[&'static str] = match subject.kind {
        "function" | "aggregate" => &["all functions", "all routines"],
        "procedure" => &["all procedures", "all routines"],
        "sequence" => &["all sequences"],
        _ => return false,
    };
    let general = |all: &&'static str| {
        desired.contains(&Address::about(DOC.name, [at.name()], Address::new(all, [subject.schema()])))
    };
    all.iter().any(general)
}

/// Whether the file brings functions or sequences into the schema that are not there yet.
fn brings_more(subject: &Address, cx: &Cx<'_>) -> bool {
    let here = cx.desired.iter().filter(|entry| !entry.absent && entry.address.path().len() > 1);
    here.filter(|entry| entry.address.schema() == subject.name()).any(|entry| {
        let at = &entry.address;
        match (subject.kind, at.kind) {
            ("all sequences", "column") => {
                let numbered = cx.attribute(at, "numbered");
                numbered.is_some() && cx.observed_attribute(at, "numbered").is_none()
            }
            ("all sequences", "sequence")
            | ("all functions" | "all routines", "function" | "aggregate")
            | ("all procedures" | "all routines", "procedure") => !cx.observed.model.contains(at),
            _ => false,
        }
    })
}

fn names(privileges: &BTreeMap<String, bool>) -> Vec<String> {
    privileges.keys().cloned().collect()
}
