//! The flow: read, observe, pair, settle, diff, plan, gate, execute, observe again, report.

mod ahead;
mod development;
mod inspect;
mod path;

mod reconnect;
mod record;
mod rollback;
mod supported;
mod trust;

pub use development::Seed;
pub use inspect::{Inspection, Split, inspect};

use crate::adopt;
use crate::apply::{self, Bench, Crew, Event, Listener, Manner, Strangers, Watch};
use crate::canon::{self, Settled};
use crate::config::Connection;
use crate::diff;
use crate::error::{Error, Result};
use crate::kind::{Kind, Registry, Terms};
use crate::kinds;
use crate::model::{Address, Entry, Model, Observed};
use crate::observe::{self, Snapshot};
use crate::pg::{self, Client};
use crate::plan::{self, Plan};
use crate::report::{Outcome, Report};
use crate::scope::{LeftAlone, Scope};
use crate::session::{Access, Interrupt, Session};
use crate::spec::{self, Desired};
use crate::sql::Consent;
use crate::state::fingerprint::{self, Seal, Seen};
use crate::state::{self, Memo, Remembered};
use crate::statement::StepRecord;
use reconnect::Past;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How often a run looks again after another session did the same thing at the same moment.
const ROUNDS: u32 = 5;

/// How a run behaves; what is `None` is taken from the file, or from the defaults.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the database is.
    pub connection: Connection,
    /// How long to wait for the database; 60 s by default.
    pub wait: Option<Duration>,
    /// How long to wait for another run; 10 min by default.
    pub lock_wait: Option<Duration>,
    /// How long one attempt waits for a lock; 2 s by default.
    pub lock_timeout: Option<Duration>,
    /// How many connections build indexes side by side; 1 by default.
    pub jobs: Option<u32>,
    /// Consents besides those of the file.
    pub allow: BTreeSet<Consent>,
    /// Create the database if it is missing.
    pub create_database: bool,
    /// Leave out what is declared optional.
    pub skip_optional: bool,
    /// Show whole rows that stand in the way, not their keys alone.
    pub show_rows: bool,
    /// What the database has beyond the file is a difference for a look.
    pub strict: bool,
    /// Trust nothing that earlier runs remember.
    pub force: bool,
    /// Neither read nor write the tool's own schema.
    pub stateless: bool,
    /// What is managed.
    pub scope: Scope,
    /// The command, for the record.
    pub command: &'static str,
    /// By which another thread ends the run.
    pub interrupt: Interrupt,
}

impl Options {
    /// The defaults, for a database.
    pub fn new(connection: Connection) -> Options {
        Options {
            connection,
            wait: None,
            lock_wait: None,
            lock_timeout: None,
            jobs: None,
            allow: BTreeSet::new(),
            create_database: false,
            skip_optional: false,
            show_rows: false,
            strict: false,
            force: false,
            stateless: false,
            scope: Scope::default(),
            command: "apply",
            interrupt: Interrupt::default(),
        }
    }
}

/// A desired model, ready to be compared with a database.
pub struct Reconciler {
    registry: Registry,
    desired: Desired,
    /// The schemas that are read only for what is moved out of them.
    left: Vec<String>,
    /// What later runs than the one we go back to created.
    retire: BTreeSet<String>,
    /// The hash of the files.
    hash: String,
    /// The values of the environment variables that the file names.
    seal: Seal,
}

/// Everything learnt by looking once.
struct Look {
    desired: Model,
    observed: Observed,
    plan: Plan,
    learnt: Vec<Remembered>,
    /// Objects of which a part can be compared only once the plan is done.
    put_off: BTreeSet<Address>,
    /// The fingerprint of what was seen.
    fingerprint: String,
    /// What belongs to other tools.
    left_alone: Vec<LeftAlone>,
    /// What belongs to roles that are not trusted.
    strangers: Strangers,
}

impl Reconciler {
    /// Reads `schema.toml` (or a folder). `environment` gives the variables that the file names.
    ///
    /// # Errors
    /// `InvalidSpec`, with every problem in the file.
    pub fn from_path(
        path: impl AsRef<Path>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Reconciler> {
        let registry = kinds::registry();
        let desired = spec::read(path.as_ref(), &registry, environment)?;
        Ok(Reconciler::new(registry, desired, BTreeSet::new()))
    }

    fn new(registry: Registry, desired: Desired, retire: BTreeSet<String>) -> Reconciler {
        let hash = desired.files.hash();
        let seal = Seal::new(desired.secrets.as_ref());
        let left = adopt::schemas_left(&desired.model, &desired.schemas);
        Reconciler { registry, desired, left, retire, hash, seal }
    }

    /// What the file says.
    pub fn desired(&self) -> &Desired {
        &self.desired
    }

    /// Makes the database match the file.
    ///
    /// # Errors
    /// `Refused` by a gate, before anything is executed; `Failed` if a statement fails or something is left over;
    /// `Unreachable` if the database cannot be reached in time.
    pub fn apply(&self, options: &Options, listener: &Listener<'_>) -> Result<Report> {
        let client = connect(options, &self.desired, Instant::now(), listener)?;
        self.apply_on(client, options, listener)
    }

    fn work(
        &self,
        client: Client,
        options: &Options,
        listener: &Listener<'_>,
        past: &mut Past,
    ) -> Result<Report> {
        let begun = Instant::now();
        let mut session = self.session(client, options, Access::ReadWrite)?;
        past.server_started = Some(session.server.started.clone());
        if session.server.in_recovery {
            return Err(Error::failed("the server is a standby, which cannot be changed")
                .hint("connect to the primary; `plan` and `check` work here"));
        }
        let (mut done, mut told, mut setbacks) = (None::<Plan>, false, Setbacks::default());
        let report =
            |outcome, plan, past: &Past| Report::new(outcome, plan, past.done.steps.clone(), begun.elapsed());
        for round in 0.. {
            // Whether the database is as it was needs no lock: whoever is at work on it has changed it.
            if self.is_known(&mut session, options)? {
                self.record_recognised(&mut session, options, listener);
                session.leave();
                return Ok(report(Outcome::InSync, Plan::default(), past));
            }
            self.find_state(&mut session, options)?;
            let schema = self.state_schema();
            let record = (!options.stateless).then_some(schema.as_str());
            if round == 0 && apply::lock(&mut session, self.lock_wait(options), record, listener)? {
                // Another run was at work, and may have done all there was to do, and made the schema it is recorded in.
                session.server.remembers = true;
                continue;
            }
            let look = self.look(&mut session, options, listener)?;
            look.warn(&session, &mut told);
            if look.plan.is_empty() && done.is_none() {
                self.record_idle(&mut session, options, &look, listener);
                return Ok(report(Outcome::InSync, look.plan, past));
            }
            match self.round(&mut session, look, options, listener, past) {
                Ok((plan, more)) => {
                    let plan = done.take().unwrap_or_default().then(plan);
                    if !more {
                        return Ok(report(Outcome::Applied, plan, past));
                    }
                    if round >= ROUNDS {
                        return Err(Error::failed("what was done shows more that differs, again and again")
                            .hint("`pgreconcile check` shows what is left; please report it"));
                    }
                    listener(Event::Note("what was done shows more that differs; going on".to_string()));
                    done = Some(plan);
                }
                Err(failure) => {
                    listener(setbacks.again(failure, past.done.count(), round)?);
                    std::thread::sleep(Duration::from_millis(200) * (setbacks.idle + 1));
                }
            }
        }
        unreachable!("the loop ends by returning")
    }

    /// Does what a look calls for; says whether that shows more to do.
    fn round(
        &self,
        session: &mut Session,
        mut look: Look,
        options: &Options,
        listener: &Listener<'_>,
        past: &mut Past,
    ) -> Result<(Plan, bool), apply::Failure> {
        let allow = self.consents(options);
        let path = self.search_path(Some(&look.observed.model));
        self.warn_of_open_schemas(&look.observed.model, listener);
        let schema = self.state_schema();
        let terms = self.terms(&schema, &allow, &path);
        let manner = self.manner(options, &path);
        let crew = self.crew(options, &path)?;
        let server = session.server.clone();
        let watch = Watch { connection: &options.connection, started: &server.started };
        let bench =
            Bench { manner: &manner, files: &self.desired.files, listener, watch, crew: crew.as_ref() };
        self.examine(session, &mut look, (&terms, &bench))?;
        let state = self.prepare_state(session, options, &look.plan, listener)?;
        let run = match &state {
            Some(schema) => Some(state::begin(session, schema, &self.record(options))?),
            None => None,
        };
        let recorded = state.as_deref().zip(run);
        let mut record = |session: &mut Session, done: &[StepRecord]| {
            if let Some((schema, run)) = recorded {
                let recorded = state::record_steps(session, schema, run, done);
                warn_unless_closed(session, recorded);
            }
        };
        past.planned = past.done.steps.len() + look.plan.len();
        let outcome = apply::execute(session, &look.plan, &bench, &mut past.done, &mut record);
        let outcome = outcome.and_then(|()| Ok(self.leftover(session, options, &look, (&terms, &bench))?));
        if let Some((schema, run)) = recorded {
            let (word, error, memo) = match &outcome {
                Ok((settled, _)) => ("done", None, settled.as_slice()),
                Err(failure) => ("failed", Some(failure.error.to_string()), &[][..]),
            };
            let ended = state::end(session, schema, run, word, past.done.count(), error.as_deref(), memo);
            warn_unless_closed(session, ended);
        }
        if let (Ok(_), Some(command)) = (&outcome, self.desired.settings.analyze) {
            apply::tidy(session, &look.plan, &look.desired, &self.registry, command, listener);
        }
        outcome.map(|(_, more)| (look.plan, more))
    }

    /// Sessions for work side by side, if there are to be several.
    fn crew(&self, options: &Options, path: &str) -> Result<Option<Crew>> {
        match options.jobs.or(self.desired.settings.jobs).unwrap_or(1) {
            0 | 1 => Ok(None),
            jobs => Crew::new(&options.connection, jobs, path, &options.interrupt).map(Some),
        }
    }

    /// Looks again after the work: anything left over is an error. Gives what was learnt on the way, and whether there is
    /// more to do: a column's new type can give an expression over it another meaning, which shows only now.
    fn leftover(
        &self,
        session: &mut Session,
        options: &Options,
        before: &Look,
        (terms, bench): (&Terms<'_>, &Bench<'_>),
    ) -> Result<(Vec<Remembered>, bool)> {
        let after = self.look(session, options, bench.listener)?;
        let left: Vec<_> = after.plan.items.iter().filter(|item| !item.optional).collect();
        apply::witness(session, &before.plan, &before.desired, &self.registry)?;
        let known = before.plan.items.iter().map(|item| &item.address);
        let known: BTreeSet<&Address> = known.filter(|at| !before.put_off.contains(*at)).collect();
        if left.iter().all(|item| !known.contains(&item.address)) {
            if left.is_empty() {
                let Look { plan, desired, observed, .. } = before;
                apply::recheck(session, plan, desired, &observed.model, terms, bench)?;
            }
            return Ok((after.learnt, !left.is_empty()));
        }
        let mut error =
            Error::failed(format!("{} differences are left after every statement was executed", left.len()));
        for item in left.iter().take(10) {
            let changes: Vec<String> = item.changes.iter().map(crate::report::change).collect();
            error = error.note(format!("  {} {} {}", item.action.symbol(), item.address, changes.join("; ")));
            for (_, why) in after.observed.unasked.iter().filter(|(address, _)| *address == item.address) {
                error = error.note(format!("    whether it is there cannot be asked: {why}"));
                error.notes.extend(item.origin.map(|span| self.desired.files.excerpt(span)));
            }
        }
        Err(error.hint(
            "either somebody else changes the database, or the file says something that PostgreSQL stores differently; \
             please report the latter",
        ))
    }

    /// Whether nothing has changed since a run with this file and these terms found the database in sync.
    fn is_known(&self, session: &mut Session, options: &Options) -> Result<bool> {
        if options.force || options.stateless || !session.server.remembers {
            return Ok(false);
        }
        let (allow, path, schema) = (self.consents(options), self.search_path(None), self.state_schema());
        let terms = self.terms(&schema, &allow, &path);
        let wanted = self.wanted(options);
        let Some(questions) = observe::Questions::of(&wanted, &session.server, &terms) else {
            return Ok(false);
        };
        let text = self.seen_terms(options);
        // Only then it is known whose code a question to the data may run.
        let Some(seal) = fingerprint::recognise(session, &schema, &self.seen(&text))? else {
            return Ok(false);
        };
        let (fits, answers) = self.seal.fits_beside(&seal, || questions.ask(session, &terms));
        Ok(fits && questions.are_answered_well(&answers?, &session.server, &terms))
    }

    fn seen<'a>(&'a self, terms: &'a str) -> Seen<'a> {
        Seen { hash: &self.hash, terms, seal: &self.seal }
    }

    /// What of the options decides whether something differs.
    fn seen_terms(&self, options: &Options) -> String {
        let Options { skip_optional, scope, .. } = options;
        format!("{:?} {skip_optional} {:?} {scope:?}", self.consents(options), self.retire)
    }

    /// The desired model, less what is optional if that is to be left out.
    fn wanted(&self, options: &Options) -> Cow<'_, Model> {
        if !options.skip_optional && !self.desired.settings.skip_optional {
            return Cow::Borrowed(&self.desired.model);
        }
        let mut desired = self.desired.model.clone();
        let optional: Vec<_> =
            desired.iter().filter(|entry| entry.optional).map(|entry| entry.address.clone()).collect();
        optional.iter().for_each(|address| _ = desired.remove(address));
        Cow::Owned(desired)
    }

    /// Observes and makes the plan.
    fn look(&self, session: &mut Session, options: &Options, listener: &Listener<'_>) -> Result<Look> {
        apply::patiently(session, listener, |session| self.look_once(session, options))
    }

    fn look_once(&self, session: &mut Session, options: &Options) -> Result<Look> {
        self.find_state(session, options)?;
        let mut desired = self.wanted(options).into_owned();
        self.supported(&desired, session)?;
        let allow = self.consents(options);
        let Snapshot { mut observed, mut code, memo, fingerprint } =
            observe::catalog(session, &self.registry)?;
        apply::events_among_strangers(&code)?;
        let (path, schema) = (self.search_path(Some(&observed.model)), self.state_schema());
        let parts = match code.is_all_trusted() {
            true => HashSet::new(),
            false => names_of_parts(&desired, &observed.model),
        };
        code.look_in(self.path_schemas(Some(&observed.model)), parts);
        let terms = self.terms(&schema, &allow, &path);
        let memo = if options.force { Memo::default() } else { memo };
        adopt::spell_types(session, &mut desired, &observed.model, &self.registry, &path)?;
        observe::refuse_unread(&session.server, &desired)?;
        let renames = adopt::pair(&mut desired, &mut observed, &self.left, &self.registry);
        for (to, from) in renames.nowhere() {
            let from = from.name();
            log::warn!("{to} is to have been `{from}`, but neither of the two is there; it is made anew");
        }
        let left_alone = options.scope.apply(&mut desired, &mut observed.model, &self.registry);
        let strangers = self.strangers(&desired, &observed.model)?;
        let in_database = |at: &Address| renames.in_database(at, &self.registry);
        observed.call_by_new_names(&in_database);
        apply::Sight::of_declared_rows(&terms.cx(&session.server, &desired, &observed), &in_database)
            .check(session)?;
        apply::questions_among_strangers(
            &terms.cx(&session.server, &desired, &observed),
            &code,
            &in_database,
        )?;
        self.refuse_strange(&canon::strange_questions(&mut desired, &code, &self.registry))?;
        observe::data(session, &desired, &mut observed, &terms)?;
        let known = (&memo, &code);
        let Settled { learnt, put_off, strange } =
            canon::settle(session, &mut desired, &mut observed, &renames, known, &terms)?;
        self.refuse_strange(&strange)?;
        let cx = terms.cx(&session.server, &desired, &observed);
        let plan = plan::plan(diff::diff(&cx, &renames), &cx, &self.limits());
        apply::bystanders(&plan, &strangers, &cx)?;
        let sight = apply::Sight::of(&plan, &cx, &in_database);
        apply::work_among_strangers(&plan, &sight, &cx, &in_database)?;
        apply::cascades_among_strangers(&plan, &cx, &in_database)?;
        self.refuse_read_again(&plan, (&mut desired, &mut observed.model), &code)?;
        sight.check(session)?;
        Ok(Look { desired, observed, plan, learnt, put_off, fingerprint, left_alone, strangers })
    }

    fn session(&self, client: Client, options: &Options, access: Access) -> Result<Session> {
        let connection = options.connection.waited_for(wait_for(options, &self.desired));
        let state = state::is_plain(&self.state_schema());
        let mut session = Session::start(client, &connection, &state, access)?;
        session.arm(&options.interrupt);
        session.server.catalogs = self.catalogs();
        session.server.seats = self.registry.iter().filter_map(|kind| kind.seat()).collect();
        session.server.owners = self.owners();
        session.server.schemas.clone_from(&self.desired.schemas);
        let subjects = self.desired.model.addresses().filter_map(Address::subject);
        let spoken = subjects.filter(|subject| !self.desired.model.contains(subject));
        session.server.spoken = spoken.cloned().collect();
        session.server.schemas.extend(adopt::schemas_before(&self.desired.model));
        session.server.schemas.extend_from_slice(&self.left);
        let model = &self.desired.model;
        let needs = model.iter().filter(|entry| !entry.absent).flat_map(|entry| &entry.needs);
        let is_read = |at: &Address| session.server.schemas.iter().any(|schema| schema == at.schema());
        let elsewhere = needs.filter(|at| !model.contains(at) && !is_read(at));
        session.server.elsewhere = elsewhere.cloned().collect();
        let shared = model.iter().flat_map(|entry| [Some(&entry.address), entry.renamed_from.as_ref()]);
        let is_shared = |at: &&Address| self.registry.get(at.kind).is_some_and(|kind| kind.is_shared(at));
        session.server.shared = Some(shared.flatten().filter(is_shared).cloned().collect());
        Ok(session)
    }

    /// The catalogs in which something that the file declares can change.
    fn catalogs(&self) -> BTreeSet<&'static str> {
        let mut catalogs = BTreeSet::new();
        // What the first of a sort says holds for all of them.
        let mut sorts = HashSet::new();
        let sort = |at: &&Address| (at.kind, at.subject().map(|subject| subject.kind));
        for at in self.desired.model.addresses().filter(|at| sorts.insert(sort(at))) {
            let kind = self.registry.get(at.kind);
            let about = at.subject().and_then(|subject| self.registry.get(subject.kind));
            let seats = [kind, about].into_iter().flatten().filter_map(Kind::seat);
            catalogs.extend(seats.map(|seat| seat.class));
            catalogs.extend(kind.map(|kind| kind.catalogs(at)).unwrap_or_default());
        }
        let asks = |entry: &Entry| {
            self.registry.get(entry.address.kind).is_some_and(|kind| kind.asks_sql(&*entry.body))
        };
        if self.desired.model.iter().filter(|entry| !entry.absent).any(asks) {
            catalogs.extend(fingerprint::CALLED);
        }
        catalogs
    }

    fn terms<'a>(&'a self, schema: &'a str, allow: &'a BTreeSet<Consent>, path: &'a str) -> Terms<'a> {
        Terms {
            registry: &self.registry,
            state_schema: schema,
            allow,
            search_path: path,
            retire: &self.retire,
        }
    }

    fn manner(&self, options: &Options, path: &str) -> Manner {
        let settings = &self.desired.settings;
        Manner {
            lock_timeout: options.lock_timeout.or(settings.lock_timeout).unwrap_or(Duration::from_secs(2)),
            attempts: apply::ATTEMPTS,
            batch: settings.batch.unwrap_or(10_000),
            show_rows: options.show_rows,
            search_path: path.to_string(),
        }
    }

    /// The consents that the file and the options give together.
    pub fn consents(&self, options: &Options) -> BTreeSet<Consent> {
        self.desired.settings.allow.union(&options.allow).copied().collect()
    }

    fn lock_wait(&self, options: &Options) -> Duration {
        options.lock_wait.or(self.desired.settings.lock_wait).unwrap_or(Duration::from_secs(600))
    }

    /// The name of the tool's own schema.
    pub fn state_schema(&self) -> String {
        self.desired.settings.state_schema.clone().unwrap_or_else(|| state::DEFAULT_SCHEMA.to_string())
    }
}

/// Reads the file while the connection is being made.
///
/// # Errors
/// Those of the file come first; then those of the connection.
pub fn read_and_connect(
    path: PathBuf,
    environment: &dyn Fn(&str) -> Option<String>,
    options: &Options,
    listener: &Listener<'_>,
) -> Result<(Reconciler, Client)> {
    let begun = Instant::now();
    let connection = options.connection.clone();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || drop(sender.send(pg::connect(&connection))));
    let reconciler = Reconciler::from_path(path, environment)?;
    let wait = wait_for(options, reconciler.desired());
    let first = match wait.is_zero() {
        true => receiver.recv().ok(),
        // A server that says nothing holds an attempt for longer than somebody may want to wait.
        false => receiver.recv_timeout(wait.saturating_sub(begun.elapsed())).ok(),
    };
    let client = match first {
        Some(Ok(client)) => client,
        _ => connect(options, reconciler.desired(), begun, listener)?,
    };
    Ok((reconciler, client))
}

fn wait_for(options: &Options, desired: &Desired) -> Duration {
    options.wait.or(desired.settings.wait).unwrap_or(Duration::from_secs(60))
}

/// Connects, waiting as long as the options or the file say, counted from `start`.
fn connect(options: &Options, desired: &Desired, start: Instant, listener: &Listener<'_>) -> Result<Client> {
    let wait = wait_for(options, desired);
    pg::connect_waiting_since(start, &options.connection, wait, options.create_database, &mut |event| {
        listener(Event::Connection(event));
    })
}

/// What parts of relations are called, in the file or in the database.
fn names_of_parts(desired: &Model, observed: &Model) -> HashSet<String> {
    let all = desired.addresses().chain(observed.addresses());
    all.filter(|at| at.path().len() == 3).map(|at| at.name().to_string()).collect()
}

/// Failures after which a run has looked again.
#[derive(Default)]
struct Setbacks {
    /// The name that was found taken.
    clash: Option<String>,
    /// How many of them there were one after the other, without anything done between them.
    idle: u32,
    /// How many statements were done before the last of them.
    done: usize,
}

impl Setbacks {
    /// What to say before looking again after a failure in this round, with `done` statements done so far.
    ///
    /// # Errors
    /// The failure, where there is no looking again: it is no other session's, it comes again and again, or the same name is
    /// taken once more, so that what took it is not what the file declares.
    fn again(&mut self, failure: apply::Failure, done: usize, round: u32) -> Result<Event> {
        // Where partitions come and go, every look may find something new.
        self.idle = if done > self.done { 0 } else { self.idle + 1 };
        self.done = done;
        let reason = failure.error.message.lines().next().unwrap_or_default().to_string();
        match failure.next {
            apply::Next::GiveUp => return Err(*failure.error),
            _ if self.idle > ROUNDS || round >= 20 * ROUNDS => return Err(*failure.error),
            apply::Next::LookForOther if self.clash.as_ref() == Some(&reason) => return Err((*failure.error).hint(
                "something that the file does not declare has that name; rename one of the two, or drop the other",
            )),
            apply::Next::LookForOther => self.clash = Some(reason.clone()),
            apply::Next::LookAgain => {}
        }
        Ok(Event::Note(format!("another session may be at work ({reason}); looking again")))
    }
}

/// Warns of what could not be recorded; the end of a session is told by what ended it.
fn warn_unless_closed(session: &Session, recorded: Result<()>) {
    if let Err(error) = recorded
        && !session.is_closed()
    {
        log::warn!("{}", error.message);
    }
}
