//! A plan with statements of every form, cut off wherever it can be: between any two statements, and in the middle of
//! those that take long. One more run must mend all of it.
//!
//! Every transaction is a point. Some of them are tried, each with another way to die; `KILL_MATRIX=points` tries all
//! of them in every way, `KILL_MATRIX=all` every single statement too, those of the rehearsal included; with `KILL_STEP=5`
//! every fifth of them.
//! `tests/kill/before.sql` says how a run is stopped at a point.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use pgreconcile::sql::Form;

use crate::support::{self, Cluster, Database, Options, Outcome, Run, Running, Server, wire::Wire};

/// Forms that the plan does not have.
const LEFT_OUT: &[Form] = &[
    // Of 18 only.
    Form::EnforceForeignKey,
    // In the knots of replaced rules and on empty partitioned tables; as catalog-only as the ones that are there.
    Form::ReplaceRule,
    Form::CreatePartition,
    // Want a foreign data wrapper; as catalog-only as the drop of a view.
    Form::DropForeignTable,
    Form::ReplaceForeignTable,
    // Stands before the rows in their transaction, and only moves on: cut off, it leaves a gap in the numbers.
    Form::MoveSequence,
];

const CHECK: &[&str] = &["check", "--format", "json"];

/// How many cells are under way at once.
const HANDS: usize = 3;

/// A way to die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    /// SIGKILL for the process; the server goes on with what it was sent.
    Process,
    /// An administrator ends the session.
    Session,
    /// The network between them goes away.
    Network,
    /// The server stops as in a crash.
    Crash,
    /// The server stops in good order.
    Stop,
}

#[test]
fn the_plan_has_every_form() {
    let matrix = Matrix::new(support::server());
    let db = matrix.cluster.copy_of(&matrix.template);
    let plan = run(&db, &["plan", "--format", "json"]).run().success().json();
    let groups = plan["groups"].as_array().expect("groups");
    let statements = groups.iter().flat_map(|group| group["statements"].as_array().expect("statements"));
    let found: BTreeSet<_> = statements.map(|one| one["form"].as_str().expect("a form").to_owned()).collect();
    let missing: Vec<_> =
        Form::ALL.iter().filter(|form| !LEFT_OUT.contains(form) && !found.contains(&form.name())).collect();
    assert!(missing.is_empty(), "no statement of {missing:?}");
}

#[test]
fn sessions_and_processes_killed_at_every_point() {
    for server in support::servers() {
        Matrix::new(server).run(&[Death::Process, Death::Session, Death::Network], HANDS);
    }
}

#[test]
fn servers_stopped_at_every_point() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        Matrix::new(server).run(&[Death::Crash, Death::Stop], 1);
    }
}

/// A cluster with a database to copy, and what an undisturbed run makes of it.
struct Matrix {
    cluster: Cluster,
    template: Database,
    points: u32,
    /// What is undeclared after an undisturbed run.
    clean: serde_json::Value,
}

impl Matrix {
    fn new(server: &Server) -> Matrix {
        let cluster = server.dedicated(&Options::default().config("synchronous_commit = on"));
        let template = cluster.database();
        template.execute("create role killed_reader; create role killed_owner");
        template.execute(&text("before.sql"));
        template.execute(&format!("update killed.target set each = {}", every_statement()));
        let db = cluster.copy_of(&template);
        run(&db, &["apply"]).run().success();
        let points = db.scalar("select last_value from killed.points").parse().expect("a number of points");
        let clean = drift(&run(&db, CHECK).run().success());
        Matrix { cluster, template, points, clean }
    }

    /// Kills a run at each point, in turn or each in every way, and mends it by another.
    #[expect(clippy::print_stderr, reason = "how many of how many is what this is about")]
    fn run(&self, deaths: &[Death], hands: usize) {
        let whole = std::env::var_os("KILL_MATRIX").is_some();
        // A server that stops takes seconds; on other majors a sample of the points will do.
        let asked = std::env::var("KILL_STEP").ok().map(|step| step.parse::<u32>().expect("a number"));
        let step = match (whole, support::server().major() == self.cluster.major()) {
            (true, _) => 1,
            (false, true) if hands > 1 => 2,
            (false, true) => 6,
            (false, false) => 12,
        };
        let step = asked.unwrap_or(step);
        let cells: Vec<(u32, Death)> = (1..=self.points)
            .step_by(step as usize)
            .enumerate()
            .flat_map(|(turn, point)| {
                let one = deaths[turn % deaths.len()];
                deaths.iter().filter(move |death| whole || **death == one).map(move |death| (point, *death))
            })
            .collect();
        let (next, wrong) = (AtomicU32::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..hands {
                scope.spawn(|| {
                    while let Some((point, death)) = cells.get(next.fetch_add(1, Ordering::Relaxed) as usize)
                    {
                        if let Err(what) = self.cell(*point, *death) {
                            wrong
                                .lock()
                                .expect("no hand panics")
                                .push(format!("point {point}, {death:?}: {what}"));
                        }
                    }
                });
            }
        });
        let wrong = wrong.into_inner().expect("no hand panics");
        let (major, all, good) = (self.cluster.major(), cells.len(), cells.len() - wrong.len());
        eprintln!("PostgreSQL {major}: {deaths:?}: {good} of {all} mended by one more run");
        assert!(wrong.is_empty(), "{good} of {all} on PostgreSQL {major}\n{}", wrong.join("\n\n"));
    }

    fn cell(&self, point: u32, death: Death) -> Result<(), String> {
        let db = self.cluster.copy_of(&self.template);
        db.execute(&format!("update killed.target set number = {point}"));
        let mut holder = db.connect();
        holder.batch_execute("select pg_advisory_lock(4242)").expect("the lock is free");
        let wire = Wire::to(db.port());
        let url = format!("postgres://postgres@127.0.0.1:{}/{}", wire.port(), db.name());
        let running = run(&db, &["apply", "--wait", "0", "--url", &url]).spawn();
        let waits = "select exists (select from pg_locks where locktype = 'advisory' and objid = 4242 and not granted \
                     and database = (select oid from pg_database where datname = current_database()))";
        db.await_true(waits);
        self.kill(running, death, &db, &wire)?;
        drop(holder);
        let again = run(&db, &["apply"]).run();
        if again.code != Some(0) {
            return Err(told("the second run", &again));
        }
        let check = run(&db, CHECK).run();
        if check.code != Some(0) || drift(&check) != self.clean {
            return Err(told("check", &check));
        }
        let left = db.column(&text("left.sql"));
        if left.is_empty() { Ok(()) } else { Err(format!("left behind: {}", left.join(", "))) }
    }

    fn kill(&self, running: Running, death: Death, db: &Database, wire: &Wire) -> Result<(), String> {
        match death {
            Death::Network => {
                wire.cut();
                let ended = running.wait();
                if ended.code != Some(1) || !ended.stderr.contains("run it again") {
                    return Err(told("the run without a network", &ended));
                }
            }
            Death::Process => drop(running.kill()),
            Death::Session => {
                db.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity \
                     where application_name like 'pgreconcile%' and datname = current_database()",
                );
                drop(running.wait());
            }
            Death::Crash | Death::Stop => {
                if death == Death::Crash {
                    self.cluster.stop_at_once()
                } else {
                    self.cluster.stop()
                }
                drop(running.wait());
                self.cluster.start();
            }
        }
        Ok(())
    }
}

fn every_statement() -> bool {
    std::env::var("KILL_MATRIX").is_ok_and(|which| which == "all")
}

fn run(db: &Database, args: &[&str]) -> Run {
    Run::new(db).file(&text("schema.toml")).args(args)
}

/// What is there and not declared.
fn drift(check: &Outcome) -> serde_json::Value {
    check.json()["drift"].clone()
}

fn told(what: &str, outcome: &Outcome) -> String {
    format!("{what} ends with {:?}\n{}\n{}", outcome.code, outcome.stdout, outcome.stderr)
}

/// A file of the matrix.
fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kill").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display()))
}
