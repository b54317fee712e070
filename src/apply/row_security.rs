//! Rows that cannot be seen are not "no rows". Sessions have `row_security = off`, so that a query which a policy would
//! filter is an error; here it is known before the first statement which tables that concerns.

use crate::error::{Error, Result};
use crate::kind::{Cx, Row, right};
use crate::model::{Address, printable};
use crate::plan::Plan;
use crate::session::{Session, server_error};
use crate::sql::{Form, Own, Work, ident, literal};
use std::collections::{BTreeMap, BTreeSet};

/// Tables whose rows are read or written, by what the database calls them.
#[derive(Debug, Default)]
pub struct Sight {
    tables: BTreeMap<Address, Address>,
    /// Tables of which the server reads the rows while it validates a foreign key: in a way that no policy reaches, but
    /// where they belong to the current user. Then it takes those that are in force for the owner for its own.
    validated: BTreeMap<Address, Address>,
    /// Those whose policies the file puts in force for their owner too.
    forced: BTreeSet<Address>,
    /// Those whose rows are read or written as their owner: what matters there is what that role sees.
    as_owner: BTreeSet<Address>,
}

impl Sight {
    /// The tables whose declared rows are asked for although policies hide rows of theirs.
    pub fn of_declared_rows(cx: &Cx<'_>, in_database: &dyn Fn(&Address) -> Address) -> Sight {
        let mut sight = Sight::default();
        let hidden = |table: &Address| cx.observed.tables.get(table).is_some_and(|facts| facts.hidden);
        for table in with_rows(cx).into_iter().filter(hidden) {
            sight.add(&table, in_database);
        }
        sight
    }

    /// The tables whose rows a plan reads or writes: those of its statements, of its questions to the data, parents of
    /// foreign keys whose orphans are looked for, tables that a deletion reaches; and those that are to have declared
    /// rows, which are looked for once the plan is done.
    pub fn of(plan: &Plan, cx: &Cx<'_>, in_database: &dyn Fn(&Address) -> Address) -> Sight {
        let (mut tables, mut validated, mut as_owner) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
        let counts = |item: usize| !plan.items[item].optional;
        for (item, preflight) in plan.preflights.iter().filter(|(item, _)| counts(*item)) {
            tables.extend(right::owned(&plan.items[*item].address, cx));
            tables.extend(preflight.reads.iter().cloned());
        }
        for statement in plan.statements().filter(|statement| counts(statement.item)) {
            // What writes to quarantine row by row is a trigger on a table that a deletion reaches.
            if statement.form.cost().work == Work::Rows || statement.uses_state {
                tables.extend(statement.table.iter().chain(&statement.also).cloned());
                as_owner.extend(statement.table.iter().filter(|_| statement.as_owner).cloned());
            }
            tables.extend(statement.reads.iter().cloned());
            if matches!(
                statement.form,
                Form::AddForeignKey | Form::ValidateForeignKey | Form::EnforceForeignKey
            ) {
                let both = statement.table.iter().chain(&statement.also);
                validated.extend(both.map(|table| (table.clone(), in_database(table))));
            }
        }
        let says = |table: &Address, what: &str| {
            let desired = cx.attribute(table, what);
            desired.or_else(|| cx.observed_attribute(table, what)).is_some_and(|said| said == "yes")
        };
        if !plan.is_empty() {
            tables.extend(with_rows(cx));
        }
        let mut sight = Sight { validated, as_owner, ..Sight::default() };
        tables.iter().for_each(|table| sight.add(table, in_database));
        let all = sight.tables.keys().chain(sight.validated.keys());
        let forced = all.filter(|table| says(table, "row_security") && says(table, "force_row_security"));
        sight.forced = forced.cloned().collect();
        sight
    }

    /// The tables whose rows are read or written, and what the database calls them.
    pub fn tables(&self) -> impl Iterator<Item = (&Address, &Address)> {
        self.tables.iter().chain(&self.validated)
    }

    fn add(&mut self, table: &Address, in_database: &dyn Fn(&Address) -> Address) {
        self.tables.insert(table.clone(), in_database(table));
    }

    /// Asks the server which of the tables have rows that the current user cannot see, or their owner, where what is done to
    /// them is done as that role.
    ///
    /// # Errors
    /// `Failed`, naming each of them, and what can be done.
    pub fn check(&self, session: &mut Session) -> Result<()> {
        let seen_by_all = session.server.superuser && self.as_owner.is_empty();
        if self.tables.is_empty() && self.validated.is_empty() || seen_by_all {
            return Ok(());
        }
        let named = |at: &Address| {
            let name = at.path().get(1).map_or("", String::as_str);
            format!("({}, {})", literal(at.schema()), literal(name))
        };
        let names: Vec<String> = self.tables.values().chain(self.validated.values()).map(named).collect();
        let query = format!(
            "SELECT u.rolbypassrls OR u.rolsuper AS exempt, t.* FROM pg_roles u LEFT JOIN (SELECT n.nspname AS place, \
             c.relname AS name, row_security_active(c.oid) AS hidden, c.relforcerowsecurity AS forced, \
             o.rolname AS held_by, o.rolsuper AS by_superuser, pg_has_role(o.oid, 'USAGE') AS own, \
             o.rolbypassrls OR o.rolsuper AS owner_exempt, \
             c.relrowsecurity AND c.relforcerowsecurity AND NOT o.rolbypassrls AND NOT o.rolsuper AS hidden_from_owner \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner \
             WHERE (n.nspname::text, c.relname::text) IN ({})) t ON true WHERE u.rolname = current_user",
            names.join(", ")
        );
        let answers = session.ask(&Own::new(query)).map_err(|error| {
            server_error("cannot ask which rows policies hide; nothing was executed", &error)
        })?;
        let rows: Vec<_> = answers.iter().flat_map(|answer| answer.rows()).collect();
        let user = &session.server.user;
        let mut found = Vec::new();
        let mut blind = Blind { user, to_user: false, owners: BTreeSet::new() };
        let only_validated = self.validated.iter().filter(|(table, _)| !self.tables.contains_key(*table));
        for (table, there) in self.tables.iter().chain(only_validated) {
            let name = (Some(there.schema()), there.path().get(1).map(String::as_str));
            let row = rows.iter().find(|row| (row.column("place"), row.column("name")) == name);
            let asked = self.tables.contains_key(table);
            let hidden = row.filter(|row| row.flag("hidden") && (row.flag("own") || asked));
            let worker = row.filter(|_| self.as_owner.contains(table));
            let from_owner = worker.filter(|row| row.flag("hidden_from_owner"));
            let forced = self.forced.contains(table);
            let will_blind = |exempt: bool| forced && !exempt;
            let to_user = will_blind(rows.iter().any(|row| row.flag("exempt")));
            let to_owner = worker.filter(|row| will_blind(row.flag("owner_exempt")));
            if let Some(row) = hidden.or(from_owner) {
                found.push(because(table, there, row, user));
            } else if to_user || to_owner.is_some() {
                found.push(format!("\n{table}: the file forces its policies on its owner, too"));
            }
            blind.to_user |= hidden.is_some() || to_user;
            blind.owners.extend(from_owner.or(to_owner).map(|row| row.text("held_by").to_string()));
        }
        blind.refusal(found).map_or(Ok(()), Err)
    }
}

/// Who does not see all rows.
struct Blind<'a> {
    user: &'a str,
    to_user: bool,
    /// Owners of tables that are worked on as them.
    owners: BTreeSet<String>,
}

/// The tables with declared rows: with parts of which the catalog knows nothing.
fn with_rows(cx: &Cx<'_>) -> BTreeSet<Address> {
    let declared = cx.desired.iter().filter(|entry| !entry.absent && !entry.optional);
    let asked = declared.filter(|entry| {
        let kind = cx.registry.get(entry.address.kind);
        kind.is_some_and(|kind| kind.catalog(cx.server).is_none())
    });
    asked.filter_map(|entry| right::owned(&entry.address, cx)).collect()
}

/// Why its rows are hidden, and the statements of which one is enough to see them.
fn because(table: &Address, there: &Address, row: &Row<'_>, user: &str) -> String {
    let (owner, forced, own) = (row.text("held_by"), row.flag("forced"), row.flag("own"));
    let mut cures = Vec::new();
    if !own && !row.flag("by_superuser") {
        cures.push(format!("GRANT {} TO {};", ident(owner), ident(user)));
    }
    if forced {
        cures.push(format!("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY;", there.relation()));
    }
    let reach =
        if forced { "in force for everybody, its owner too" } else { "in force for all but its owner" };
    let told = printable(&format!("{table} belongs to role `{owner}`, and its policies are {reach}"));
    let cures: String = cures.iter().map(|cure| format!("\n  {}", printable(cure))).collect();
    format!("\n{told}{cures}")
}

impl Blind<'_> {
    /// The error, with why each table is `found` to have hidden rows.
    fn refusal(&self, found: Vec<String>) -> Option<Error> {
        let count = found.len();
        let user = self.to_user.then_some(self.user);
        let roles: BTreeSet<&str> = user.into_iter().chain(self.owners.iter().map(String::as_str)).collect();
        let listed = |each: &dyn Fn(&str) -> String| {
            let listed: Vec<String> = roles.iter().map(|role| printable(&each(role)).to_string()).collect();
            listed.join(" and ")
        };
        let names = listed(&|role| format!("`{role}`"));
        let (many, verb) = if roles.len() == 1 { ("", "does") } else { ("s", "do") };
        let plural = if count == 1 { "" } else { "s" };
        let error = Error::failed(format!(
            "role{many} {names} {verb} not see all rows of {count} table{plural} that are to be read or written; nothing was \
             executed"
        ))
        .with_sqlstate("42501");
        let error = found.into_iter().fold(error, Error::note);
        let cures = listed(&|role| format!("`ALTER ROLE {} BYPASSRLS`", ident(role)));
        let other = if self.owners.is_empty() { ", or run as a role that sees them" } else { "" };
        let why =
            if self.owners.is_empty() { "" } else { "what runs code of a table is done as its owner; " };
        (count > 0).then(|| {
            error.hint(format!(
                "{why}rows that a policy hides would be taken for missing: let a superuser say {cures}{other}; what stands \
                 below a table lets {names} see its rows, for as long as the run takes"
            ))
        })
    }
}
