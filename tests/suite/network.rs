//! A network that goes away while a run is at work; server and run are both still there. The run ends with an error that
//! says so, the server gives up what it did for it, and another run does the rest.
//!
//! A connection can end, be reset, or fall silent. The latter two take a firewall, which only root can set up; elsewhere
//! this says so and leaves them out.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use postgres::Client;

use crate::support::{self, Cluster, Database, Options, Run, Running, Server, wire::Firewall, wire::Wire};

/// What a run is in the middle of when its network goes away.
struct Moment {
    what: &'static str,
    file: &'static str,
    arguments: &'static [&'static str],
    /// What keeps it there, in another session.
    hold: &'static str,
    /// A condition on the session of the run, which says that it is there.
    there: &'static str,
}

const WAITS: &str = "wait_event_type = 'Lock' and wait_event = 'advisory'";
const HOLD: &str = "select pg_advisory_lock(4242)";

const MOMENTS: &[Moment] = &[
    Moment {
        what: "a statement outside of any transaction",
        file: "[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\n\
               [tables.people.indexes]\npeople_slow = [\"slow(id)\"]\n",
        arguments: &[],
        hold: HOLD,
        there: WAITS,
    },
    Moment {
        what: "statements side by side",
        file: "[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\n\
               [tables.people.indexes]\npeople_slow = [\"slow(id)\"]\n\
               [tables.others.columns]\nid = { type = \"int\", primary_key = true }\n\
               [tables.others.indexes]\nothers_slow = [\"slow(id)\"]\n",
        arguments: &["--jobs", "2"],
        hold: HOLD,
        there: WAITS,
    },
    Moment {
        what: "a batch of a backfill",
        file: "[reconcile]\nbatch = 50\n[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\n\
               copy = { type = \"int\", not_null = true, backfill = \"slow(id)\" }\n",
        arguments: &[],
        hold: HOLD,
        there: WAITS,
    },
    Moment {
        what: "COMMIT",
        file: "[tables.late.columns]\nid = { type = \"int\", primary_key = true }\n\
               [tables.late.rows]\nkey = \"id\"\nvalues = [{ id = 1 }, { id = 77 }]\n",
        arguments: &[],
        hold: HOLD,
        there: WAITS,
    },
    Moment {
        what: "the pauses between attempts at a lock",
        file: "[reconcile]\nlock_timeout = \"1ms\"\n[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\n\
               more = { type = \"int\", default = \"1\" }\n",
        arguments: &[],
        hold: "begin; lock table people in row exclusive mode",
        there: "query like '%pg_stat_activity%' and state = 'idle'",
    },
    Moment {
        what: "the wait for another run",
        file: "[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = \"text\"\nmore = \"int\"\n",
        arguments: &[],
        hold: "select pg_advisory_lock(8099568234634636899)",
        there: "query like '%is_run%' and state = 'idle'",
    },
];

/// Other sessions of the tool that are connected to this database.
const OURS: &str =
    "from pg_stat_activity where application_name like 'pgreconcile%' and datname = current_database()";

/// The server and the run notice after three seconds that nothing comes any more.
const IMPATIENT: &str = "keepalives_idle=1&keepalives_interval=1&keepalives_count=2";

/// More than it takes to notice, less than somebody waits.
const SOON: Duration = Duration::from_secs(20);

/// How a network goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    End,
    Reset,
    Silence,
}

#[test]
fn a_connection_that_ends() {
    support::servers()
        .iter()
        .filter(|server| server.is_thorough())
        .for_each(|server| every(server, Fate::End));
}

#[test]
fn a_connection_that_is_reset() {
    if has_firewall() {
        support::servers()
            .iter()
            .filter(|server| server.is_thorough())
            .for_each(|server| every(server, Fate::Reset));
    }
}

#[test]
fn a_connection_that_falls_silent() {
    if has_firewall() {
        support::servers()
            .iter()
            .filter(|server| server.is_thorough())
            .for_each(|server| every(server, Fate::Silence));
    }
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn has_firewall() -> bool {
    let possible = Firewall::is_possible();
    if !possible {
        eprintln!("skipped: no rules of a firewall can be made here (it takes root, and `iptables`)");
    }
    possible
}

#[test]
fn a_run_goes_on_when_the_network_is_back() {
    if !has_firewall() {
        return;
    }
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let cluster = server.dedicated(&Options::default());
        let mut cut = Cut::begin(&cluster, &MOMENTS[0], cluster.port(), "30s");
        let rules = Firewall::silence(cluster.port());
        cut.run().await_stderr("connecting again");
        drop(rules);
        cut.release();
        cut.run.take().expect("it has begun").wait().success().stdout_contains("in sync");
        cut.assert_mended();
    }
}

#[test]
fn a_network_that_stays_away_is_waited_for_no_longer_than_is_said() {
    if !has_firewall() {
        return;
    }
    let cluster = support::server().dedicated(&Options::default());
    let mut cut = Cut::begin(&cluster, &MOMENTS[0], cluster.port(), "2s");
    let _rules = Firewall::silence(cluster.port());
    let ended = cut.run.take().expect("it has begun").wait().code(4);
    ended.stderr_contains("could not be reached in").stderr_contains("the connection was lost at");
    cut.mend();
}

/// Whoever stops a container waits for ten seconds.
#[test]
fn a_signal_ends_a_run_that_has_no_network() {
    if !has_firewall() {
        return;
    }
    let cluster = support::server().dedicated(&Options::default());
    for (signals, limit) in [(1, 8), (2, 2)] {
        let mut cut = Cut::begin(&cluster, &MOMENTS[0], cluster.port(), "60s");
        let rules = Firewall::silence(cluster.port());
        let begun = Instant::now();
        (0..signals).for_each(|_| {
            cut.run().signal("TERM");
            sleep(Duration::from_millis(100));
        });
        cut.run.take().expect("it has begun").wait().code(143).stderr_contains("run it again");
        assert!(begun.elapsed() < Duration::from_secs(limit), "{:?}", begun.elapsed());
        drop(rules);
        cut.mend();
    }
}

/// All moments at once, each in a database of its own, on one network.
fn every(server: &Server, fate: Fate) {
    let cluster = server.dedicated(&Options::default());
    let wire = Wire::to(cluster.port());
    let port = if fate == Fate::End { wire.port() } else { cluster.port() };
    let runs: Vec<Cut<'_>> = MOMENTS.iter().map(|moment| Cut::begin(&cluster, moment, port, "0")).collect();
    let begun = Instant::now();
    let _rules = match fate {
        Fate::End => {
            wire.cut();
            None
        }
        Fate::Reset => Some(Firewall::reset(port).expect("a rule")),
        Fate::Silence => Some(Firewall::silence(port).expect("a rule")),
    };
    let runs: Vec<Cut<'_>> = runs.into_iter().map(Cut::end).collect();
    assert!(begun.elapsed() < SOON, "it took {:?} to notice", begun.elapsed());
    runs.into_iter().for_each(Cut::mend);
}

/// A run at its moment, and what is left of it afterwards.
struct Cut<'m> {
    moment: &'m Moment,
    db: Database,
    holder: Client,
    run: Option<Running>,
}

impl<'m> Cut<'m> {
    fn begin(cluster: &Cluster, moment: &'m Moment, port: u16, wait: &str) -> Cut<'m> {
        let db = cluster.database();
        db.execute(
            "create function slow(at int) returns int language plpgsql immutable as $$ begin
                 if at = 77 and current_setting('application_name') like 'pgreconcile%' then
                     perform pg_advisory_xact_lock_shared(4242);
                 end if;
                 return at;
             end $$;
             create table people (id int primary key, name text); create table others (id int primary key);
             create table late (id int primary key);
             insert into people select i, 'p' || i from generate_series(1, 200) i;
             insert into others select id from people;
             create function late() returns trigger language plpgsql as
                 'begin perform slow(new.id); return null; end';
             create constraint trigger late after insert on late deferrable initially deferred
                 for each row execute function late()",
        );
        let mut holder = db.connect();
        holder.batch_execute(moment.hold).expect("it is free");
        let url = format!("postgres://postgres@127.0.0.1:{port}/{}?{IMPATIENT}", db.name());
        let run = Run::new(&db).file(moment.file).args(["apply", "--wait", wait, "--url", &url]);
        let run = run.args(moment.arguments).spawn();
        db.await_true(&format!("select count(*) > 0 {OURS} and {}", moment.there));
        Cut { moment, db, holder, run: Some(run) }
    }

    fn run(&mut self) -> &mut Running {
        self.run.as_mut().expect("it has begun")
    }

    fn end(mut self) -> Self {
        let ended = self.run.take().expect("it has begun").wait();
        let said = ["the connection to the server was lost", "run it again"];
        let is_said = said.iter().all(|words| ended.stderr.contains(words));
        assert!(ended.code == Some(1) && is_said, "{}: {:?}\n{}", self.moment.what, ended.code, ended.stderr);
        self
    }

    /// What the run waits for.
    fn release(&mut self) {
        self.holder.batch_execute("rollback; select pg_advisory_unlock_all()").expect("it is given up");
    }

    /// The server has noticed too, though what the run waited for is still held, and another run does what is left.
    fn mend(mut self) {
        // Before 14 the server does not look whether anybody is there while it waits, but for the time that is set.
        let is_stuck = self.db.major() < 14 && self.moment.there == WAITS && self.moment.what != "COMMIT";
        if !is_stuck {
            self.db.await_true(&format!("select count(*) = 0 {OURS}"));
        }
        let mut again = self.again("apply").spawn();
        if is_stuck && self.moment.arguments.is_empty() {
            again.await_stderr("another run is at work");
        } else if is_stuck {
            // Not all of its sessions are: the one that holds the lock of a run waits for the others only.
            self.db
                .await_true(&format!("select count(*) filter (where wait_event_type = 'Lock') > 2 {OURS}"));
        }
        self.release();
        again.wait().success();
        self.assert_mended();
    }

    /// Another run, which comes through the socket.
    fn again(&self, command: &str) -> Run {
        let (socket, port) = (self.db.socket().display(), self.db.port());
        let url = format!("postgres://postgres@/{}?host={socket}&port={port}", self.db.name());
        Run::new(&self.db).file(self.moment.file).args([command, "--url", &url])
    }

    fn assert_mended(&self) {
        self.again("check").run().success();
        let left = "select indexrelid::regclass::text from pg_index where not indisvalid union all \
                    select conname from pg_constraint where not convalidated or conname like 'pgreconcile%'";
        assert_eq!(self.db.column(left), [""; 0], "{}", self.moment.what);
        let rows = "select (select count(*) from people) || ' ' || (select count(*) from late)";
        let inserted = if self.moment.file.contains("late") { 2 } else { 0 };
        assert_eq!(self.db.scalar(rows), format!("200 {inserted}"), "{}", self.moment.what);
    }
}
