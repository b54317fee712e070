//! Mallory: a role without rights but for a schema of her own, and what shows that she got more.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::support::{self, Cluster, Database, Outcome, Run, Server};

/// Without statements, which would drown what is looked for; with the SQLSTATE, by which syntax errors are found.
const CONFIG: &[&str] = &[
    "log_statement = 'none'",
    "log_line_prefix = '%m [%p] db=%d,user=%u,app=%a state=%e '",
    "log_min_messages = 'warning'",
    "log_min_error_statement = 'error'",
    "max_prepared_transactions = 0",
];

/// Who is whom is not what is tested here.
const HBA: &str = "local all all trust\nhost all all 127.0.0.1/32 trust\n";

/// What her functions say in the log of the server when somebody else runs them.
const MARK: &str = "RUN BY ANOTHER";

/// A cluster of these tests' own.
pub fn cluster(server: &Server) -> Cluster {
    let options = CONFIG.iter().fold(support::Options::default(), |options, line| options.config(line));
    server.dedicated(&options.hba(HBA))
}

/// As whom the tool runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Superuser,
    /// Owns the database, and has no other right.
    Owner,
    /// What managed services give: makes roles and databases, sees only the rows that policies show.
    Cloud,
}

impl Tool {
    pub const ALL: [Tool; 3] = [Tool::Superuser, Tool::Owner, Tool::Cloud];

    /// Makes its role, and gives it the database.
    pub fn role(self, db: &Database) -> String {
        let attributes = match self {
            Tool::Superuser => return "postgres".to_owned(),
            Tool::Owner => "",
            Tool::Cloud => "createrole createdb",
        };
        let role = support::unique("tool");
        let name = db.name();
        db.execute(&format!("create role {role} login {attributes}; alter database {name} owner to {role}"));
        role
    }
}

/// A database with Mallory in it.
pub struct Site<'d> {
    pub db: &'d Database,
    pub tool: String,
    pub mallory: String,
    logged: AtomicUsize,
}

/// What belongs to the tool's role, and what nobody else may change.
const CANARY: &str = "create schema vault; create table vault.gold (id int primary key, grams int not null); \
                      insert into vault.gold values (1, 10), (2, 20); create sequence vault.counter";

const STATE_OF_CANARY: &str = "select concat_ws(' ', \
    (select string_agg(format('%s:%s', id, grams), ',' order by id) from vault.gold), \
    (select format('%s %s %s', pg_get_userbyid(relowner), relacl, relrowsecurity) from pg_class where oid = 'vault.gold'::regclass), \
    (select format('%s %s', pg_get_userbyid(nspowner), nspacl) from pg_namespace where nspname = 'vault'), \
    (select last_value from vault.counter))";

impl<'d> Site<'d> {
    /// Puts her into a database in which the tool has that role.
    pub fn new(db: &'d Database, tool: &str) -> Self {
        let mallory = support::unique("mallory");
        db.execute(&format!(
            "alter database {} owner to {tool};
             create role {mallory} login; create schema m authorization {mallory}; grant usage on schema m to public;
             grant create on schema public to {tool};
             set role {tool}; create schema shop; {CANARY}",
            db.name()
        ));
        let site = Site { db, tool: tool.to_owned(), mallory, logged: AtomicUsize::new(0) };
        site.as_mallory(&(site.take() + &site.payload("p()", "int", "return 1;")));
        site
    }

    /// The same people in a copy of their database.
    pub fn again(db: &'d Database, tool: &str, mallory: &str) -> Self {
        db.execute(&format!("alter database {} owner to {tool}", db.name()));
        Site { db, tool: tool.to_owned(), mallory: mallory.to_owned(), logged: AtomicUsize::new(0) }
    }

    /// A function of hers that tells who runs it, takes what it can get, and goes on.
    pub fn payload(&self, signature: &str, returns: &str, rest: &str) -> String {
        let mallory = &self.mallory;
        format!(
            "create or replace function m.{signature} returns {returns} language plpgsql immutable as $payload$
             begin
                 if current_user <> '{mallory}' then
                     perform m.take();
                 end if;
                 {rest}
             end $payload$;"
        )
    }

    /// What it takes. A function that is not volatile may call one that is, and may not do this itself.
    fn take(&self) -> String {
        let (mallory, tool) = (&self.mallory, &self.tool);
        format!(
            "create function m.take() returns void language plpgsql as $take$
             begin
                 raise log '{MARK}: as % in the session of %', current_user, session_user;
                 begin execute 'alter role {mallory} superuser'; exception when others then null; end;
                 begin execute 'grant {tool} to {mallory}'; exception when others then null; end;
             end $take$;"
        )
    }

    pub fn as_mallory(&self, sql: &str) {
        self.db.execute(&format!("set session authorization {}; {sql}", self.mallory));
    }

    pub fn as_tool(&self, sql: &str) {
        self.db.execute(&format!("set session authorization {}; {sql}", self.tool));
    }

    /// The address at which the tool connects.
    pub fn url(&self) -> String {
        self.db.url_as(&self.tool, "none")
    }

    pub fn run(&self, file: &str, arguments: &[&str]) -> Outcome {
        let run = Run::new(self.db).env("DATABASE_URL", self.url()).file(file);
        run.env("SECRET", "one").env("OTHER_SECRET", "two").args(arguments).run()
    }

    /// Feeds a script to psql as the tool's role; what it says on stderr.
    pub fn psql(&self, script: &str) -> String {
        let script = format!("set session authorization {};\n{script}", self.tool);
        String::from_utf8_lossy(&self.db.psql(&script).stderr).into_owned()
    }

    /// What happened since it was last asked: code of hers that another ran, and SQL that is none. Rights and the canary
    /// are asked once, at the end.
    pub fn told_by_the_log(&self) -> Vec<String> {
        let log = self.db.log();
        let before = self.logged.swap(log.len(), Ordering::Relaxed);
        let mut told: Vec<String> = Vec::new();
        let lines: Vec<&str> = log[before.min(log.len())..].lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let of_a_run = line.contains("app=pgreconcile") || line.contains("app=psql");
            let broken = of_a_run && line.contains("state=42601") && line.contains("ERROR:");
            if line.contains(MARK) || broken {
                let text = line.split_once("state=").map_or(*line, |(_, text)| text);
                let more: Vec<&str> = lines[at + 1..]
                    .iter()
                    .filter(|line| line.contains("STATEMENT:") || line.starts_with('\t'))
                    .take(3)
                    .copied()
                    .collect();
                let more = if broken { more.join(" ") } else { String::new() };
                told.push(format!("{text} {}", more.chars().take(300).collect::<String>()));
            }
        }
        told.dedup();
        told
    }

    /// Rights that she has now, and whether something became of what only the tool may touch.
    pub fn gained(&self) -> Vec<String> {
        let mallory = &self.mallory;
        let rights = self.db.column(&format!(
            "select format('she is superuser %s, createrole %s, createdb %s, bypassrls %s', rolsuper, rolcreaterole, rolcreatedb, \
             rolbypassrls) from pg_roles where rolname = '{mallory}' and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls) \
             union all select format('she is a member of %s', roleid::regrole) from pg_auth_members \
             where member = '{mallory}'::regrole"
        ));
        let expected = format!("1:10,2:20 {tool}  f {tool}  1", tool = self.tool);
        let canary = self.db.scalar(STATE_OF_CANARY);
        let changed = (canary != expected).then(|| format!("the canary is `{canary}`, and was `{expected}`"));
        rights.into_iter().chain(changed).collect()
    }
}

/// Everything that went wrong, by attack; told in one go.
#[derive(Default)]
pub struct Failures(Mutex<BTreeMap<String, Vec<String>>>);

impl Failures {
    pub fn add(&self, attack: &str, what: impl Into<String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(attack.to_owned()).or_default().push(what.into());
    }

    pub fn extend(&self, attack: &str, what: impl IntoIterator<Item = String>) {
        what.into_iter().for_each(|what| self.add(attack, what));
    }

    /// Runs one attack; a panic in it is a failure of it.
    pub fn guard(&self, attack: &str, run: impl FnOnce()) {
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
            let told = panic.downcast_ref::<String>().cloned();
            let told = told.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            self.add(
                attack,
                format!("panicked: {}", told.unwrap_or_default().chars().take(600).collect::<String>()),
            );
        }
    }

    #[track_caller]
    pub fn tell(self) {
        let all = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (attack, what) in &all {
            let _ = writeln!(text, "==== {attack}");
            for what in what {
                let _ = writeln!(text, "  {what}");
            }
        }
        assert!(all.is_empty(), "{} attacks succeeded\n{text}", all.len());
    }
}

/// Does all of a list, two at a time.
pub fn two_at_a_time<T: Sync>(list: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(item) = list.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

/// Attacks the tool in each of `count` ways, as each of `tools` and on every server; `name` tells the ways apart.
pub fn against_tools(
    tools: &[Tool],
    count: usize,
    attack: impl Fn(&Cluster, Tool, usize, &str, &Failures) + Sync,
    name: impl Fn(usize) -> String,
) {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = cluster(server);
        let mut attacks = Vec::new();
        for tool in tools {
            for of in 0..count {
                let what = format!("PostgreSQL {}, {tool:?}, {}", server.major(), name(of));
                attacks.push((*tool, of, what));
            }
        }
        attacks.retain(|(_, _, what)| super::is_wanted(what));
        two_at_a_time(&attacks, |(tool, of, what)| {
            failures.guard(what, || attack(&cluster, *tool, *of, what, &failures));
        });
    }
    failures.tell();
}

/// Every command refuses the file, naming her, and she has gained nothing.
pub fn refused(site: &Site<'_>, what: &str, file: &str, failures: &Failures) {
    for arguments in
        [&["plan", "--allow", "all"][..], &["check"], &["apply", "--allow", "all"], &["apply", "--force"]]
    {
        let outcome = site.run(file, arguments);
        if outcome.code != Some(1) || !outcome.stderr.contains(&site.mallory) {
            let said = outcome.stderr.lines().next().unwrap_or_default();
            failures.add(what, format!("{}: {:?}: {said}", arguments.join(" "), outcome.code));
        }
    }
    failures.extend(what, site.told_by_the_log());
    failures.extend(what, site.gained());
}
