//! Random schemas, random pairs of them, random changes behind the tool's back. `RANDOM_SEED` is where the seeds begin,
//! `RANDOM_RUNS` how many there are; a failure names its seed.

mod changes;
mod rarer;
mod schema;

use crate::support::stored::{Fate, Stored};
use crate::support::{self, Database, Run, Server, unique};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};
use toml::Value;

/// Roles belong to the cluster; these are made once for each test, before anything names them.
pub fn roles(server: &Server) -> [String; 2] {
    let names = [unique("reader"), unique("writer")];
    let db = server.database();
    names.each_ref().iter().for_each(|name| db.execute(&format!("create role {name}")));
    names
}

pub fn seeds(runs: u64) -> impl Iterator<Item = u64> {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
    let (first, runs) = (number("RANDOM_SEED").unwrap_or(1), number("RANDOM_RUNS").unwrap_or(runs));
    first..first + runs
}

pub fn servers() -> impl Iterator<Item = &'static Server> {
    let all = support::servers();
    all.iter().take(1).chain(all.iter().skip(1).last())
}

/// A schema with its seed, kept where a person can look at it if the test fails.
struct Schema {
    seed: u64,
    text: String,
    path: PathBuf,
}

impl Schema {
    /// What the seed before it has made of the roles is undone.
    fn random(seed: u64, server: &Server, roles: &[String; 2]) -> Schema {
        server.database().execute(&format!("revoke {} from {}", roles[0], roles[1]));
        let text = schema::random(seed, server.major(), roles);
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("random-{}-{seed}.toml", server.major()));
        fs::write(&path, &text).expect("writable");
        Schema { seed, text, path }
    }
}

fn run(db: &Database, file: &str, args: &[&str], what: &str) -> String {
    let outcome = Run::new(db).file(file).args(args.iter().copied()).run();
    assert!(outcome.code == Some(0), "{what}: {args:?}\n{}{}", outcome.stdout, outcome.stderr);
    outcome.stdout
}

fn inspected(db: &Database) -> String {
    Run::new(db).arg("inspect").run().success().stdout
}

/// Two files say the same; the order of columns, which no ALTER changes, aside.
#[track_caller]
fn assert_same(one: &str, two: &str, what: &str) {
    if let Some(difference) = compare(one, two) {
        panic!("{what}: {difference}");
    }
}

pub fn compare(one: &str, two: &str) -> Option<String> {
    let [one, two] = [one, two].map(|text| Value::Table(toml::from_str(text).expect("TOML")));
    difference("", &one, &two)
}

/// The first place where two documents differ.
fn difference(at: &str, one: &Value, two: &Value) -> Option<String> {
    match (one, two) {
        (Value::Table(one), Value::Table(two)) => {
            let keys: BTreeSet<&String> = one.keys().chain(two.keys()).collect();
            keys.into_iter().find_map(|key| match (one.get(key), two.get(key)) {
                (Some(one), Some(two)) => difference(&format!("{at}.{key}"), one, two),
                (one, two) => Some(format!("{at}.{key}: {one:?} is not {two:?}")),
            })
        }
        // These stand in the order of the columns too.
        (Value::Array(one), Value::Array(two)) if at.contains(".statistics.") => {
            let [one, two] =
                [one, two].map(|list| list.iter().map(Value::to_string).collect::<BTreeSet<_>>());
            (one != two).then(|| format!("{at}: {one:?} is not {two:?}"))
        }
        _ => (one != two).then(|| format!("{at}: {one} is not {two}")),
    }
}

#[test]
fn a_random_schema_is_in_sync_after_one_run() {
    for server in servers() {
        let roles = roles(server);
        for seed in seeds(3) {
            let Schema { text, path, .. } = Schema::random(seed, server, &roles);
            let what = path.display().to_string();
            let db = server.database();
            run(&db, &text, &["apply"], &what);
            let again = run(&db, &text, &["apply"], &what);
            assert!(again.contains("in sync: nothing to do"), "{what}: {again}");
            run(&db, &text, &["check", "--force", "--allow", "prune"], &what);
            // What is read from it says the same.
            let seen = inspected(&db);
            run(&db, &seen, &["check", "--stateless", "--allow", "prune"], &what);
            let fresh = server.database();
            run(&fresh, &seen, &["apply", "--stateless"], &what);
            assert_same(&inspected(&fresh), &seen, &what);
        }
    }
}

#[test]
fn one_random_schema_becomes_another() {
    for server in servers() {
        let roles = roles(server);
        for seed in seeds(3) {
            let [one, two] = [seed, seed + 1_000_000].map(|seed| Schema::random(seed, server, &roles));
            let what = format!("{} to {}", one.path.display(), two.path.display());
            let (db, fresh) = (server.database(), server.database());
            run(&db, &one.text, &["apply"], &what);
            run(&db, &two.text, &["apply", "--allow", "all,prune"], &what);
            run(&db, &two.text, &["check", "--force", "--allow", "all,prune"], &what);
            run(&fresh, &two.text, &["apply"], &what);
            assert_same(&inspected(&db), &inspected(&fresh), &what);
        }
    }
}

#[test]
fn random_changes_are_found_and_mended() {
    for server in servers() {
        let roles = roles(server);
        for seed in seeds(2) {
            let Schema { seed, text, path } = Schema::random(seed, server, &roles);
            let db = server.database();
            run(&db, &text, &["apply"], &path.display().to_string());
            run(&db, &text, &["apply"], &path.display().to_string());
            let intact = inspected(&db);
            for change in changes::random(seed, &db, &roles) {
                let what = format!("{} after {change}", path.display());
                if db.try_execute(&change).is_err() {
                    continue;
                }
                let expected = if compare(&inspected(&db), &intact).is_none() { 0 } else { 2 };
                let check = Run::new(&db).file(&text).args(["check", "--allow", "prune"]).run();
                assert!(check.code == Some(expected), "{what}: {}{}", check.stdout, check.stderr);
                run(&db, &text, &["apply", "--allow", "all,prune"], &what);
                assert_same(&inspected(&db), &intact, &what);
            }
        }
    }
}

/// Statements that fill every table, as far as its constraints let them.
const ROWS: &str = r"select format('insert into %s (%s) overriding system value select %s from generate_series(1, 3) i',
    c.oid::regclass, string_agg(quote_ident(a.attname), ', ' order by a.attnum), string_agg(case t.typname
    when 'text' then '$$v$$ || i' when 'varchar' then '$$v$$ || i' when 'bool' then 'true'
    when 'timestamptz' then 'timestamptz $$2025-06-01$$ + make_interval(days => i)'
    when 'mood' then '(enum_range(null::mood))[1]' when '_text' then 'array[$$a$$]' when '_varchar' then 'array[$$a$$]'
    when 'jsonb' then '$${}$$' when 'tstzrange' then '$$empty$$' when 'money_amount' then '2 * i' else 'i' end,
    ', ' order by a.attnum)) from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
    where a.attnum > 0 and c.relkind in ('r', 'p') and not c.relispartition
    and c.relnamespace in ('public'::regnamespace, 'other'::regnamespace) group by c.oid, c.relname order by c.relname = 'events'";

/// Without consent to drop, a run may refuse, or fail on a row; it takes no value away.
#[test]
fn without_consent_nothing_is_lost() {
    for server in servers() {
        let roles = roles(server);
        for seed in seeds(3) {
            let [one, two] = [seed, seed + 2_000_000].map(|seed| Schema::random(seed, server, &roles));
            let what = format!("{} to {}", one.path.display(), two.path.display());
            let db = server.database();
            run(&db, &one.text, &["apply"], &what);
            db.column(ROWS).iter().for_each(|insert| _ = db.try_execute(insert));
            let before = Stored::of(&db);
            // New columns without a value would stop most runs at once, and so would rows that are to go.
            let file = two.text.replace(", not_null = true", "").replace("mode = \"sync\"", "");
            let consents = "narrow,rewrite,block,drop_object,revoke";
            let outcome = Run::new(&db).file(&file).args(["apply", "--allow", consents]).run();
            assert!(matches!(outcome.code, Some(0 | 1)), "{what}: {}{}", outcome.stdout, outcome.stderr);
            let lost = before.lost_in(&Stored::of(&db), &|_, _| Fate::Changes);
            let told = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(lost.is_empty(), "{what}: {}\n{told}", lost.join("\n"));
        }
    }
}
