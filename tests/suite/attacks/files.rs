//! Hostile files: a pull request may have its expressions parsed by `plan`, `check` and `status`, and nothing done. Every
//! string of the example of every kind ends the text that it would stand in, in all sorts of ways.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::Duration,
};

use pgreconcile::{Options, Reconciler, config::Connection, kinds, sql::Consent};
use postgres::Client;
use toml::{Table, Value};

use super::mallory::{self, Failures, Tool, two_at_a_time};
use crate::support::{self, Cluster, Database, Run};

/// What strings become; `{}` stands for the string that was there, `{touched}` for a file that must not come to
/// be, `{canary}` for a session that must not be ended.
const TEXTS: &[&str] = &[
    "{}; commit; create table public.pwned(); --",
    "{}); commit; create table public.pwned(); --",
    "{})); commit; create table public.pwned(); select ((1",
    "{})::text; commit; create table public.pwned(); select ('1'",
    "{}'); commit; create table public.pwned(); --",
    "{}\"; commit; create table public.pwned(); --",
    "{}\ncommit; create table public.pwned(); --",
    "{} */ ; commit; create table public.pwned(); /*",
    "{} $$; commit; create table public.pwned(); --",
    "{}); rollback; set default_transaction_read_only = off; begin; create table public.pwned(); commit; select (1",
    "{}; copy (select 1) to program 'touch {touched}'; --",
    "{}); copy (select 1) to program 'touch {touched}'; select (1",
    "{}); select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{canary}'; select (1",
    "{}); end; prepare transaction 'pwned'; --",
    "1), (pg_catalog.set_config('search_path', 'm', false)",
    "(select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{canary}')::text",
    "1) from (select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{canary}') s, (select 2",
    "true) union all select (pg_advisory_lock(4711) is null",
    "{}; lock table public.canary; --",
    "(values (1) limit length(pg_typeof(domain_in('a', 'public.acting'::regtype, -1))::text))",
    "for values in (pg_typeof(domain_in('a', 'public.acting'::regtype, -1))::text)",
];

/// The strings of a file, each by its place.
fn strings(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter_mut().for_each(|item| strings(item, visit)),
        Value::Table(table) => table.iter_mut().for_each(|(_, item)| strings(item, visit)),
        _ => {}
    }
}

/// A file with one string another.
fn spoilt(example: &str, place: usize, text: &str) -> String {
    let mut whole = Value::Table(example.parse::<Table>().expect("an example is TOML"));
    let mut at = 0;
    strings(&mut whole, &mut |there| {
        if at == place {
            *there = text.replace("{}", there);
        }
        at += 1;
    });
    toml::to_string(&whole).expect("it can be written")
}

fn count(example: &str) -> usize {
    let (mut whole, mut count) = (Value::Table(example.parse::<Table>().expect("an example is TOML")), 0);
    strings(&mut whole, &mut |_| count += 1);
    count
}

/// Everything in the database that a plan could have changed.
const DIGEST: &str = "select md5(concat_ws(' ', \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_class where relnamespace <> 'pg_toast'::regnamespace), \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_proc where oid >= 16384), \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_type where oid >= 16384), \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_namespace), \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_constraint), \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_attrdef), \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_trigger), \
    (select string_agg(concat(attrelid, ' ', attnum, ' ', xmin), ',' order by attrelid, attnum) from pg_attribute where attrelid >= 16384), \
    (select string_agg(concat(oid, ' ', xmin), ',' order by oid) from pg_rewrite where oid >= 16384), \
    (select string_agg(concat(objoid, ' ', description), ',' order by objoid, objsubid) from pg_description where objoid >= 16384), \
    (select string_agg(n::text, ',' order by n) from public.canary n), \
    (select count(*) from pg_prepared_xacts), \
    (select count(*) from pg_locks where locktype = 'advisory' and objid = 4711)))";

/// A database that has what the example says, and a session beside it.
struct Scene {
    db: Database,
    canary: Client,
    digest: String,
}

impl Scene {
    fn new(cluster: &Cluster, example: &str) -> Scene {
        let db = cluster.database();
        db.execute(&format!(
            "create table public.canary (n int); insert into public.canary values (1), (2);
             create function public.acts(text) returns boolean language sql as
             $$ select count(pg_terminate_backend(pid)) >= 0 from pg_stat_activity where application_name = '{}' $$;
             create domain public.acting as text check (public.acts(value))",
            db.name()
        ));
        // An example that wants what is not there is looked at in an empty database.
        let run = Run::new(&db).file(example).env("WRITER_PASSWORD", "w");
        run.args(["apply", "--allow", "revoke"]).run();
        let canary = Scene::session(&db);
        let digest = db.scalar(DIGEST);
        Scene { db, canary, digest }
    }

    fn session(db: &Database) -> Client {
        let mut canary = db.connect();
        let name = format!("set application_name = '{}'", db.name());
        canary.batch_execute(&name).expect("a name");
        canary
    }

    /// What has happened that must not; then it is as if it had not.
    fn happened(&mut self, touched: &Path) -> Option<String> {
        let mut happened = Vec::new();
        if std::fs::remove_file(touched).is_ok() {
            happened.push("a program was run".to_owned());
        }
        match self.canary.query_one(DIGEST, &[]) {
            Err(error) => {
                happened.push(format!("another session was ended: {error}"));
                self.canary = Scene::session(&self.db);
            }
            Ok(row) if row.get::<_, String>(0) == self.digest => {}
            Ok(_) => {
                let pwned = self.db.scalar("select to_regclass('public.pwned')");
                happened.push(format!("the database is another; there is {pwned:?}"));
                self.db.execute("drop table if exists public.pwned");
                self.digest = self.db.scalar(DIGEST);
            }
        }
        (!happened.is_empty()).then(|| happened.join(", "))
    }
}

fn options(db: &Database, role: &str) -> Options {
    let connection = Connection::resolve(Some(&db.url_as(role, "none")), &|_| None).expect("an address");
    let mut options = Options::new(connection);
    options.wait = Some(Duration::ZERO);
    options.allow = Consent::ALL.into_iter().collect();
    options
}

fn read(file: &str) -> Option<Reconciler> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("schema.toml");
    std::fs::write(&path, file).expect("a writable directory");
    let read =
        catch_unwind(AssertUnwindSafe(|| Reconciler::from_path(&path, &|_| Some("secret".to_owned()))));
    read.ok()?.ok()
}

/// All places of one example, or those whose turn it is.
fn attack(cluster: &Cluster, example: &str, kind: &str, turns: (usize, usize), failures: &Failures) {
    let mut scene = Scene::new(cluster, example);
    let options = options(&scene.db, "postgres");
    let touched = format!("/tmp/{}", scene.db.name());
    for place in 0..count(example) {
        for (number, text) in TEXTS.iter().enumerate() {
            let what = format!("PostgreSQL {}, {kind}, string {place}: {text:?}", cluster.major());
            if (number + place) % turns.1 != turns.0 % turns.1 || !super::is_wanted(&what) {
                continue;
            }
            // A probe is a query that is run, read-only: it may ask what its role may ask (docs/security.md).
            if kind == "custom"
                && text.starts_with(['(', '1'])
                && (text.contains("pg_terminate_backend") || text.contains("public.acting"))
            {
                continue;
            }
            let text = text.replace("{touched}", &touched).replace("{canary}", scene.db.name());
            let file = spoilt(example, place, &text);
            let Some(reconciler) = read(&file) else { continue };
            let planned = catch_unwind(AssertUnwindSafe(|| drop(reconciler.plan(&options, &|_| {}))));
            if planned.is_err() {
                failures.add(&what, "`plan` panicked");
            }
            if let Some(happened) = scene.happened(Path::new(&touched)) {
                failures.add(&what, happened);
            }
        }
    }
}

#[test]
fn a_file_that_is_looked_at_does_nothing() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        let registry = kinds::registry();
        let kinds: Vec<_> = registry.iter().map(|kind| kind.doc()).collect();
        let turns = if super::is_thorough() { (0, 1) } else { (server.major() as usize, 5) };
        two_at_a_time(&kinds, |doc| {
            failures.guard(doc.name, || attack(&cluster, doc.example, doc.name, turns, &failures));
        });
    }
    failures.tell();
}

/// What would be done in the places that no example has, or that look at what is there already.
const WHOLE: &[(&str, &str)] = &[
    (
        "a probe that ends the parenthesis",
        "[[custom]]\nname = \"x\"\nprobe = \"select true); commit; create table public.pwned(); select (true\"\ncreate = \"select 1\"\n",
    ),
    (
        "a probe that ends all parentheses",
        "[[custom]]\nname = \"x\"\nprobe = \"select true)), 2); commit; create table public.pwned(); select left(concat((true\"\ncreate = \"select 1\"\n",
    ),
    (
        "a probe with a second statement",
        "[[custom]]\nname = \"x\"\nprobe = \"select true; create table public.pwned(); select true\"\ncreate = \"select 1\"\n",
    ),
    (
        "a probe that writes",
        "[[custom]]\nname = \"x\"\nprobe = \"insert into public.canary values (3) returning true\"\ncreate = \"select 1\"\n",
    ),
    (
        "a probe that writes in WITH",
        "[[custom]]\nname = \"x\"\nprobe = \"with w as (delete from public.canary returning 1) select true from w\"\ncreate = \"select 1\"\n",
    ),
    (
        "a probe that opens its transaction",
        "[[custom]]\nname = \"x\"\nprobe = \"select set_config('transaction_read_only', 'off', false) is not null\"\ncreate = \"select 1\"\n\
         [[custom]]\nname = \"y\"\nprobe = \"with w as (delete from public.canary returning 1) select true from w\"\ncreate = \"select 1\"\n",
    ),
    (
        "a value of a row",
        "[tables.canary.columns]\nn = { type = \"int\", primary_key = true }\n[tables.canary.rows]\nkey = [\"n\"]\n\
         values = [{ n = { sql = \"1); commit; create table public.pwned(); select (1\" } }]\n",
    ),
    (
        "a backfill",
        "[tables.canary.columns]\nn = { type = \"int\", not_null = true, backfill = \"1); commit; create table public.pwned(); --\" }\n",
    ),
    (
        "a conversion",
        "[tables.canary.columns]\nn = { type = \"text\", using = \"n::text; commit; create table public.pwned(); --\" }\n",
    ),
    (
        "a preference among duplicates",
        "[tables.canary.columns]\nn = { type = \"int\", unique = true, keep = \"n); commit; create table public.pwned(); --\" }\n",
    ),
    (
        "a default schema",
        "[reconcile]\ndefault_schema = \"public; create table public.pwned(); --\"\n[tables.t.columns]\nn = \"int\"\n",
    ),
    (
        "a state schema",
        "[reconcile]\nstate_schema = \"x\\\"; create table public.pwned(); --\"\n[tables.t.columns]\nn = \"int\"\n",
    ),
    (
        "a limit of time",
        "[reconcile]\nlock_timeout = \"2s'; create table public.pwned(); --\"\n[tables.t.columns]\nn = \"int\"\n",
    ),
];

#[test]
fn a_file_does_nothing_beside_the_examples_either() {
    let failures = Failures::default();
    for server in support::servers() {
        let cluster = mallory::cluster(server);
        two_at_a_time(&[Tool::Superuser, Tool::Owner], |tool| {
            let mut scene = Scene::new(&cluster, "");
            let role = tool.role(&scene.db);
            scene.db.execute(&format!(
                "alter table public.canary owner to {role}; grant create on schema public to {role}"
            ));
            scene.digest = scene.db.scalar(DIGEST);
            let url = scene.db.url_as(&role, "none");
            for (name, file) in WHOLE {
                for arguments in [
                    &["plan"][..],
                    &["check"],
                    &["status"],
                    &["plan", "--format", "sql", "--allow", "all"],
                    &["validate"],
                ] {
                    Run::new(&scene.db).env("DATABASE_URL", &url).file(file).args(arguments).run();
                    let what = format!("PostgreSQL {}, {tool:?}, {name}", server.major());
                    if let Some(happened) = scene.happened(Path::new("/tmp/pgreconcile-none")) {
                        failures.add(&what, format!("{}: {happened}", arguments.join(" ")));
                        scene.db.execute("truncate public.canary; insert into public.canary values (1), (2)");
                        scene.digest = scene.db.scalar(DIGEST);
                    }
                }
            }
        });
    }
    failures.tell();
}
