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
        let (mut tables, mut validated) = (BTreeSet::new(), BTreeMap::new());
        let counts = |item: usize| !plan.items[item].optional;
        for (item, preflight) in plan.preflights.iter().filter(|(item, _)| counts(*item)) {
            tables.extend(right::owned(&plan.items[*item].address, cx));
            tables.extend(preflight.reads.iter().cloned());
        }
        for statement in plan.statements().filter(|statement| counts(statement.item)) {
            // What writes to quarantine row by row is a trigger on a table that a deletion reaches.
            if statement.form.cost().work == Work::Rows || statement.uses_state {
                tables.extend(statement.table.iter().chain(&statement.also).cloned());
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
        let mut sight = Sight { validated, ..Sight::default() };
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

    /// Asks the server which of the tables have rows that the current user cannot see.
    ///
    /// # Errors
    /// `Failed`, naming each of them, and what can be done.
    pub fn check(&self, session: &mut Session) -> Result<()> {
        if self.tables.is_empty() && self.validated.is_empty() || session.server.superuser {
            return Ok(());
        }
        let named = |at: &Address| {
            let name = at.path().get(1).map_or("", String::as_str);
            format!("({}, {})", literal(at.schema()), literal(name))
        };
        let names: Vec<String> = self.tables.values().chain(self.validated.values()).map(named).collect();
        let query = format!(
            "SELECT u.rolbypassrls AS exempt, t.* FROM pg_roles u LEFT JOIN (SELECT n.nspname AS place, c.relname AS name, \
             row_security_active(c.oid) AS hidden, c.relforcerowsecurity AS forced, o.rolname AS held_by, \
             o.rolsuper AS by_superuser, pg_has_role(o.oid, 'USAGE') AS own \
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
        let only_validated = self.validated.iter().filter(|(table, _)| !self.tables.contains_key(*table));
        for (table, there) in self.tables.iter().chain(only_validated) {
            let name = (Some(there.schema()), there.path().get(1).map(String::as_str));
            let row = rows.iter().find(|row| (row.column("place"), row.column("name")) == name);
            match row.filter(|row| row.flag("hidden") && (row.flag("own") || self.tables.contains_key(table)))
            {
                Some(row) => found.push(because(table, there, row, user)),
                None if self.forced.contains(table) && rows.iter().all(|row| !row.flag("exempt")) => {
                    found.push(format!("\n{table}: the file forces its policies on its owner, too"));
                }
                None => {}
            }
        }
        refusal(found, user).map_or(Ok(()), Err)
    }
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

fn refusal(found: Vec<String>, user: &str) -> Option<Error> {
    let count = found.len();
    let plural = if count == 1 { "" } else { "s" };
    let error = Error::failed(format!(
        "role `{user}` does not see all rows of {count} table{plural} that are to be read or written; nothing was executed"
    ))
    .with_sqlstate("42501");
    let error = found.into_iter().fold(error, Error::note);
    (count > 0).then(|| {
        error.hint(format!(
            "rows that a policy hides would be taken for missing: let a superuser say `ALTER ROLE {} BYPASSRLS`, or run as a \
             role that sees them; what stands below a table lets `{user}` see its rows, for as long as the run takes",
            ident(user)
        ))
    })
}
