//! What a role must be allowed to do for a change: said by the rooms, asked of the server before the first statement.

use super::{Cx, Place, Registry};
use crate::delta::Action;
use crate::model::{Address, Model};
use crate::pg::Feature;
use crate::sql::{ident, literal};

/// One right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// To own an object, or to have the privileges of its owner.
    Own(Address),
    /// To pass on privileges on an object.
    PassOn(Address),
    /// Anything else.
    Other(Test),
}

/// A right that the server is asked for by an expression.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// An SQL expression that is true if the current user has it, or if what it is about is yet to come.
    pub sql: String,
    /// What is missing: "CREATE on schema `app`".
    pub lack: String,
    /// What gives it: a statement, or lines of the file.
    pub cure: String,
}

impl Right {
    /// A right for which the server is asked `sql`.
    pub fn test(sql: String, lack: impl Into<String>, cure: String) -> Right {
        Right::Other(Test { sql, lack: lack.into(), cure: format!("{cure};") })
    }

    /// To make objects in a schema.
    pub fn create_in(schema: &str, cx: &Cx<'_>) -> Right {
        let (name, user) = (ident(schema), ident(&cx.server.user));
        Right::test(
            format!(
                "(SELECT bool_and(has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE')) \
                 FROM pg_namespace n WHERE n.nspname = {})",
                literal(schema)
            ),
            format!("USAGE and CREATE on schema `{schema}`"),
            format!("GRANT USAGE, CREATE ON SCHEMA {name} TO {user}"),
        )
    }

    /// To make schemas and the like.
    pub fn create_in_database(cx: &Cx<'_>) -> Right {
        let (database, user) = (&cx.server.database, ident(&cx.server.user));
        Right::test(
            "has_database_privilege(current_database(), 'CREATE')".to_string(),
            format!("CREATE on database `{database}`"),
            format!("GRANT CREATE ON DATABASE {} TO {user}", ident(database)),
        )
    }

    /// A privilege on a table.
    pub fn on_table(table: &Address, privilege: &str, cx: &Cx<'_>) -> Right {
        let (name, user) = (table.relation(), ident(&cx.server.user));
        Right::test(
            format!("has_table_privilege(to_regclass({}), '{privilege}')", literal(&name)),
            format!("{privilege} on table `{name}`"),
            format!("GRANT {privilege} ON TABLE {name} TO {user}"),
        )
    }

    /// An attribute of the role itself.
    pub fn attribute(column: &str, word: &str, cx: &Cx<'_>) -> Right {
        Right::test(
            format!("(SELECT r.{column} FROM pg_roles r WHERE r.rolname = current_user)"),
            word,
            format!("ALTER ROLE {} {word}", ident(&cx.server.user)),
        )
    }

    /// To be a superuser, for the sake of `what`.
    pub fn superuser(what: &str, cx: &Cx<'_>) -> Right {
        let lack = format!("SUPERUSER, which {what} takes");
        Right::test("false".to_string(), lack, format!("ALTER ROLE {} SUPERUSER", ident(&cx.server.user)))
    }
}

/// To make others members of a role, and to change it.
pub fn admin(role: &str, cx: &Cx<'_>) -> Right {
    let (name, user) = (literal(role), ident(&cx.server.user));
    let instead = match cx.server.has(Feature::MembershipOptions) {
        true => "false",
        false => "u.rolcreaterole AND NOT r.rolsuper",
    };
    Right::test(
        format!(
            "(SELECT pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION') OR {instead} FROM pg_roles r, pg_roles u \
             WHERE r.rolname = {name} AND u.rolname = current_user)"
        ),
        format!("ADMIN OPTION on role `{role}`"),
        format!("GRANT {} TO {user} WITH ADMIN OPTION", ident(role)),
    )
}

/// To act as a role: what is given to it as its own calls for that.
pub fn become_role(role: &str, cx: &Cx<'_>) -> Right {
    let word = if cx.server.has(Feature::MembershipOptions) { "SET" } else { "MEMBER" };
    Right::test(
        format!("(SELECT pg_has_role(r.oid, '{word}') FROM pg_roles r WHERE r.rolname = {})", literal(role)),
        format!("membership in role `{role}`"),
        format!("GRANT {} TO {}", ident(role), ident(&cx.server.user)),
    )
}

/// The rights that follow from where objects of a kind stand: what is new wants CREATE on its schema, all else belongs
/// to the owner of the object, or of what it is part of.
pub fn usual(place: Place, at: &Address, action: Action, cx: &Cx<'_>) -> Vec<Right> {
    let mut rights = Vec::new();
    // So does another name, and another schema.
    let makes = matches!(action, Action::Create | Action::Replace | Action::Rename);
    match place {
        Place::InSchema(_) if makes => rights.push(Right::create_in(at.schema(), cx)),
        Place::Namespace(_) if makes => rights.push(Right::create_in_database(cx)),
        _ => {}
    }
    rights.extend(owned(at, cx).map(Right::Own));
    let heir = cx.desired.get(at).into_iter().flat_map(|entry| &entry.heir_of);
    rights.extend(heir.cloned().map(Right::Own));
    rights
}

/// The object whose owner decides about the one at `at`: itself, or what it is part of.
pub fn owned(at: &Address, cx: &Cx<'_>) -> Option<Address> {
    let parent = |model: &Model| model.get(at).and_then(|entry| entry.parent.clone());
    let has_owner = |registry: &Registry| Some(registry.get(at.kind)?.seat()?.owner.is_some());
    if has_owner(cx.registry) == Some(true) {
        return Some(at.clone());
    }
    owned(&parent(cx.desired).or_else(|| parent(&cx.observed.model))?, cx)
}
