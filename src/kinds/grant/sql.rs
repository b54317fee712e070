//! GRANT and REVOKE.

use super::{Body, words};
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Form, dollar_tag, ident, on_this_database};
use crate::statement::{Statement, Step};
use std::collections::{BTreeMap, BTreeSet};

fn statement(at: &Address, verb: &str, privileges: &[&str], link: &str, tail: &str, cx: &Cx<'_>) -> String {
    let list: Vec<String> = privileges
        .iter()
        .map(|name| match name.split_once(" (") {
            Some((privilege, column)) => format!("{} ({column}", privilege.to_uppercase()),
            None => name.to_uppercase(),
        })
        .collect();
    let who = if at.name() == "public" { "PUBLIC".to_string() } else { ident(at.name()) };
    let on = at.subject().map(|subject| words::on(subject, cx.registry)).unwrap_or_default();
    let list = list.join(", ");
    if at.subject().is_some_and(|subject| subject.path().is_empty()) {
        let text = format!("{verb} {list} ON {on} {link} {}{tail}", who.replace('%', "%%"));
        return on_this_database(&text);
    }
    format!("{verb} {list} ON {on} {link} {who}{tail}")
}

/// Grants privileges, each with the option or without it.
pub fn grant(at: &Address, privileges: &BTreeMap<String, bool>, cx: &Cx<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for option in [false, true] {
        let these: Vec<&str> =
            privileges.iter().filter(|(_, with)| **with == option).map(|(name, _)| name.as_str()).collect();
        if !these.is_empty() {
            let tail = if option { " WITH GRANT OPTION" } else { "" };
            steps.push(Statement::new(Form::Grant, statement(at, "GRANT", &these, "TO", tail, cx)).into());
        }
    }
    steps
}

/// Takes privileges away, or what `words` says of them, as the owner.
pub fn revoke(at: &Address, names: &[&str], words: &str, form: Form, cx: &Cx<'_>) -> Vec<Step> {
    if names.is_empty() {
        return Vec::new();
    }
    let sql = statement(at, format!("REVOKE {words}").trim_end(), names, "FROM", "", cx);
    vec![Statement::new(form, sql).into()]
}

/// Takes away what there is: a REVOKE speaks for the owner, and what somebody else granted only that role can revoke.
pub fn taken(at: &Address, observed: &Body, names: &[&str], words: &str, cx: &Cx<'_>) -> Vec<Step> {
    let by = |name: &str| observed.grantors.get(name).into_iter().flatten().map(String::as_str);
    let grantors: BTreeSet<&str> = names.iter().flat_map(|name| by(name)).collect();
    let mut steps = Vec::new();
    for grantor in grantors {
        let theirs: Vec<&str> =
            names.iter().filter(|name| by(name).any(|other| other == grantor)).copied().collect();
        if grantor.is_empty() {
            steps.extend(revoke(at, &theirs, words, Form::Revoke, cx));
            continue;
        }
        let sql = statement(at, format!("REVOKE {words}").trim_end(), &theirs, "FROM", "", cx);
        let code = format!(" BEGIN SET LOCAL ROLE {}; {sql}; RESET ROLE; END ", ident(grantor));
        let tag = dollar_tag(&code);
        steps.push(Statement::new(Form::Revoke, format!("DO {tag}{code}{tag}")).into());
    }
    steps
}

/// Takes what PostgreSQL gives to everyone on something new.
pub fn revoke_all(at: &Address, cx: &Cx<'_>) -> Vec<Step> {
    revoke(at, &["all"], "", Form::RevokeNew, cx)
}
