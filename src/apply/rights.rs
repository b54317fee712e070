//! Asks the server, before the first statement, for the rights that the plan needs, so that all that are missing are
//! named at once, each with the statement that gives it.

use crate::error::{Error, Result};
use crate::kind::{Cx, Right, Test};
use crate::model::Address;
use crate::plan::Plan;
use crate::session::Session;
use crate::sql::{Own, ident};
use std::collections::{BTreeMap, BTreeSet};

/// A right that is missing: what, and the statement that gives it.
type Missing = BTreeMap<String, String>;

/// Asks for the rights that `plan` needs.
///
/// # Errors
/// `Failed`, with every right that is missing.
pub fn rights(session: &mut Session, plan: &Plan, cx: &Cx<'_>) -> Result<()> {
    if session.server.superuser {
        return Ok(());
    }
    let needed = needed(plan, cx);
    let mut missing = Missing::new();
    tested(session, &needed, &mut missing);
    owned(session, &needed, cx, &mut missing);
    if missing.is_empty() {
        return Ok(());
    }
    let (user, count) = (&session.server.user, missing.len());
    let noun = if count == 1 { "right" } else { "rights" };
    let mut error = Error::failed(format!("role `{user}` lacks {count} {noun}; nothing was executed"))
        .with_sqlstate("42501");
    let (statements, lines): (Vec<&String>, Vec<&String>) =
        missing.values().partition(|cure| cure.ends_with(';'));
    let way_out = match (statements.is_empty(), lines.is_empty()) {
        (_, true) => {
            "let somebody who may execute the statements above, or run as a role that has these rights"
        }
        (true, false) => "say in the file what is shown above, and run it again",
        (false, false) => {
            "let somebody who may execute the statements above, say the rest in the file, and run it again"
        }
    };
    for (what, cure) in missing {
        error = error.note(format!("\n{}\n  {cure}", crate::model::printable(&what)));
    }
    Err(error.hint(way_out))
}

/// What the plan needs, once each.
fn needed(plan: &Plan, cx: &Cx<'_>) -> BTreeSet<Right> {
    let mut needed = BTreeSet::new();
    for item in plan.items.iter().filter(|item| !item.optional) {
        let Some(kind) = cx.registry.get(item.address.kind) else { continue };
        let desired = cx.desired.get(&item.address).filter(|entry| !entry.absent);
        let Some(entry) = desired.or_else(|| cx.observed.model.get(&item.address)) else { continue };
        needed.extend(kind.rights(&item.address, &*entry.body, item.action, cx));
    }
    if cx.server.state.is_none() && plan.uses_state() {
        needed.insert(Right::create_in_database(cx));
    }
    needed
}

fn tested(session: &mut Session, needed: &BTreeSet<Right>, missing: &mut Missing) {
    let tests: Vec<&Test> = needed
        .iter()
        .filter_map(|right| match right {
            Right::Other(test) => Some(test),
            _ => None,
        })
        .collect();
    let columns: Vec<String> =
        tests.iter().map(|test| format!("coalesce(({})::boolean, true)", test.sql)).collect();
    // No more columns than a row can have.
    for (tests, columns) in tests.chunks(500).zip(columns.chunks(500)) {
        let Ok(answers) = session.ask(&Own::new(format!("SELECT {}", columns.join(", ")))) else {
            log::debug!("the server does not say which rights there are");
            continue;
        };
        let row = answers.first().and_then(|answer| answer.rows().next());
        for (number, test) in tests.iter().enumerate() {
            if row.and_then(|row| row.at(number)) == Some("f") {
                missing.insert(test.lack.clone(), test.cure.clone());
            }
        }
    }
}

/// Objects that belong to somebody else.
fn owned(session: &mut Session, needed: &BTreeSet<Right>, cx: &Cx<'_>, missing: &mut Missing) {
    let of = |right: &Right| match right {
        Right::Own(at) | Right::PassOn(at) => Some(at.kind),
        Right::Other(_) => None,
    };
    let kinds: BTreeSet<&str> = needed.iter().filter_map(of).collect();
    let branch = |kind: &&str| {
        let seat = cx.registry.get(kind)?.seat()?;
        let owner = seat.owner?;
        let passes = seat.privileges.map_or("false".to_string(), |privileges| {
            format!(
                "EXISTS (SELECT FROM aclexplode({}) x WHERE x.is_grantable AND x.grantee <> 0 \
                 AND pg_has_role(x.grantee, 'USAGE'))",
                privileges.acl
            )
        });
        Some(format!(
            "SELECT '{kind}' AS kind, to_json(ARRAY[{}]::text[])::text AS path, pg_get_userbyid({owner}) AS held_by, \
             (SELECT r.rolsuper FROM pg_roles r WHERE r.oid = {owner}) AS by_superuser, {passes} AS passes FROM {} WHERE NOT pg_has_role({owner}, 'USAGE') AND {}",
            seat.path,
            seat.from,
            seat.condition(cx.server)
        ))
    };
    let branches: Vec<String> = kinds.iter().filter_map(branch).collect();
    if branches.is_empty() {
        return;
    }
    let answers = session.ask(&Own::new(branches.join(" UNION ALL "))).unwrap_or_default();
    let user = ident(&cx.server.user);
    for row in answers.iter().flat_map(|answer| answer.rows()) {
        let Some(kind) = cx.registry.get(row.text("kind")) else { continue };
        let at = Address::new(kind.doc().name, row.list("path"));
        let passes_on = !row.flag("passes") && needed.contains(&Right::PassOn(at.clone()));
        if needed.contains(&Right::Own(at.clone())) || passes_on {
            let owner = row.text("held_by");
            let what = format!("{at} belongs to role `{owner}`");
            // Nobody becomes a member of a superuser to own a table.
            let given = kind.identity(&at).filter(|_| row.flag("by_superuser"));
            let cure = given.map(|identity| format!("ALTER {identity} OWNER TO {user};"));
            missing.insert(what, cure.unwrap_or_else(|| format!("GRANT {} TO {user};", ident(owner))));
        }
    }
}
