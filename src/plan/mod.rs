//! Deltas → the ordered, grouped statements. A visible list of passes, each in its own file; deterministic; leaves
//! no choice to the apply.

mod choose;
mod fold;
mod gate;
mod group;
mod names;
mod order;
mod owner;
mod stale;

pub use gate::{Limits, Refusal};

use crate::delta::{Action, Change};
use crate::diff::{Diff, Drift};
use crate::kind::{Cx, Rank};
use crate::model::Address;
use crate::source::Span;
use crate::sql::{Consent, Form, Phrase, Work};
use crate::statement::{Preflight, Repair};
use std::time::Duration;

/// One delta of the plan, for reports: what happens, why, and by which statements.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where.
    pub address: Address,
    /// What happens.
    pub action: Action,
    /// Why.
    pub changes: Vec<Change>,
    /// Where in the file it was asked for.
    pub origin: Option<Span>,
    /// A failure is a warning.
    pub optional: bool,
    /// Why it cannot be done.
    pub obstacle: Option<crate::delta::Obstacle>,
    /// The item whose statement says it too, if it has none of its own.
    pub folded_into: Option<usize>,
    /// What must be in place before it.
    pub needs: Vec<Address>,
}

/// One statement in its place.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The item it belongs to.
    pub item: usize,
    /// Its form.
    pub form: Form,
    /// The SQL.
    pub sql: Phrase,
    /// The table whose lock matters.
    pub table: Option<Address>,
    /// Another table that it locks.
    pub also: Option<Address>,
    /// Tables whose rows it looks at, besides.
    pub reads: Vec<Address>,
    /// Tables, as a person knows them, that it takes along with their rows.
    pub takes: Vec<String>,
    /// The same in batches.
    pub batch: Option<(Phrase, Phrase)>,
    /// It writes to the tool's own schema.
    pub uses_state: bool,
    /// It runs what belongs to somebody else, as that role: settings may be others afterwards.
    pub as_owner: bool,
    /// Whether it sees all that it looks at, only the server can tell.
    pub looks_around: bool,
    /// What it is about may be gone meanwhile: its own people take it away.
    pub may_miss: bool,
    /// It gives its object the name by which all else calls it.
    pub renames: bool,
    /// The rows that it takes out of the way.
    pub repair: Option<Repair>,
    /// The consents it needs.
    pub needs: Vec<Consent>,
}

/// Statements that stand or fall together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Whether they run in one transaction; if not, there is one of them.
    pub transactional: bool,
    /// They touch nothing that anybody else can see.
    pub fresh: bool,
    /// A failure is a warning.
    pub optional: bool,
    /// The statements, in order.
    pub statements: Vec<Planned>,
}

impl Planned {
    /// Whether it writes rows, for which deferred constraints may wait until the transaction ends.
    pub fn writes(&self) -> bool {
        matches!(self.form.cost().work, Work::Rows)
    }
}

impl Group {
    /// For how long it waits for a lock, where `timeout` is how long for a strong one: a scan under a weak lock may wait, and
    /// makes nobody else wait.
    pub fn lock_timeout(&self, timeout: Duration) -> Duration {
        let waits = matches!(self.statements.as_slice(), [only] if !only.form.cost().lock.is_strong());
        (if waits { timeout * 10 } else { timeout }).max(Duration::from_millis(1))
    }

    /// Its statements, each with what follows it, as [`settled`] has it.
    pub fn settled(&self) -> impl Iterator<Item = (&Planned, Option<&'static str>)> {
        let statements: Vec<&Planned> = self.statements.iter().collect();
        settled(statements).map(|(statement, settles)| (statement, settles.filter(|_| self.transactional)))
    }
}

/// Statements of one transaction, each with the SQL of our own that follows it: the server changes no table for which something
/// is waiting, so that is checked between rows and what comes after them.
pub fn settled(statements: Vec<&Planned>) -> impl Iterator<Item = (&Planned, Option<&'static str>)> {
    let last = statements.iter().rposition(|statement| statement.writes());
    let turns: Vec<bool> =
        statements.windows(2).map(|pair| pair[0].writes() && !pair[1].writes()).chain([false]).collect();
    statements.into_iter().zip(turns).enumerate().map(move |(number, (statement, turns))| {
        let settles = match turns {
            false => None,
            true if last == Some(number) => Some("SET CONSTRAINTS ALL IMMEDIATE"),
            // Rows that are written later may refer to each other too.
            true => Some("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"),
        };
        (statement, settles)
    })
}

/// What is to be done.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The deltas, in the order of the file.
    pub items: Vec<Item>,
    /// The statements, in the order of execution.
    pub groups: Vec<Group>,
    /// Questions to the data before the first statement, each with its item.
    pub preflights: Vec<(usize, Preflight)>,
    /// What the database has beyond the file.
    pub drift: Vec<Drift>,
    /// What goes on with results of what the plan changes.
    pub stale: Vec<Address>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// This plan, and another one after it.
    pub fn then(mut self, mut next: Plan) -> Plan {
        let shift = self.items.len();
        next.items.iter_mut().for_each(|item| item.folded_into = item.folded_into.map(|other| other + shift));
        let statements = next.groups.iter_mut().flat_map(|group| &mut group.statements);
        statements.for_each(|statement| statement.item += shift);
        next.preflights.iter_mut().for_each(|(item, _)| *item += shift);
        self.items.extend(next.items);
        self.groups.extend(next.groups);
        self.preflights.extend(next.preflights);
        self.drift = next.drift;
        self
    }

    /// Every statement, in order.
    pub fn statements(&self) -> impl Iterator<Item = &Planned> {
        self.groups.iter().flat_map(|group| &group.statements)
    }

    /// How many statements there are.
    pub fn len(&self) -> usize {
        self.groups.iter().map(|group| group.statements.len()).sum()
    }

    /// Whether a statement writes to the tool's own schema.
    pub fn uses_state(&self) -> bool {
        self.statements().any(|statement| statement.uses_state)
    }
}

/// A delta, or a part of one, on its way through the passes.
#[derive(Debug, Clone)]
struct Draft {
    item: usize,
    rank: Rank,
    position: usize,
    stage: Stage,
    /// What is said of its object only after others are there, which may need that object.
    is_later: bool,
    /// Those others, of what is said later.
    after: Vec<Address>,
    optional: bool,
    knot: Option<usize>,
    needs: Vec<Address>,
    /// What its object has let go of, if that goes first.
    left: Vec<Address>,
    statements: Vec<crate::statement::Statement>,
}

/// What of a delta a draft is: one that renames and replaces has all three, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The object gets the name by which all else calls it.
    Renames,
    /// It goes.
    Goes,
    /// It comes, comes back, or is altered.
    Comes,
}

/// Makes the plan.
pub fn plan(diff: Diff, cx: &Cx<'_>, limits: &Limits) -> Plan {
    let mut plan = Plan { drift: diff.drift, ..Plan::default() };
    let mut drafts = choose::choose(diff.deltas, cx, &mut plan);
    fold::fold(&mut drafts, &mut plan);
    let ordered = order::order(drafts, &plan, cx);
    plan.groups = group::group(ordered, cx);
    gate::consents(&mut plan, cx, limits);
    owner::as_owners(&mut plan, cx);
    plan.stale = stale::stale(&plan, cx);
    plan
}
