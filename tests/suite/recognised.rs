//! A database in which nothing has changed is recognised by its fingerprint; whatever changes is seen.

use crate::support::{self, Run, portal::Portal};

/// Changes behind the tool's back, one for each catalog that the fingerprint covers, and what the next run does about it.
const CHANGES: &[(&str, &str)] = &[
    ("alter table events alter city type varchar(80)", "done:"),
    ("alter table events alter time_zone drop default", "done:"),
    ("alter table events alter name drop not null", "done:"),
    ("alter table events drop constraint events_capacity_check", "done:"),
    ("drop index events_city_idx", "done:"),
    ("drop trigger touch_updated_at on admins", "done:"),
    (
        "create or replace function touch_updated_at() returns trigger language plpgsql as 'begin return new; end'",
        "done:",
    ),
    ("comment on table events is 'something else'", "done:"),
    ("revoke select on events from {role}", "done:"),
    ("alter default privileges in schema public revoke select on tables from {role}", "done:"),
    ("alter role {role} connection limit 3", "done:"),
    ("delete from sync_metadata where operation = 'events'", "done:"),
    ("drop extension \"uuid-ossp\" cascade", "done:"),
    ("alter type sync_status add value 'odd'", "needs `narrow`"),
    ("create table mine (id int)", "drift: table public.mine"),
];

#[test]
fn every_change_is_seen_and_no_change_is_recognised() {
    for server in [support::server(), &support::servers()[support::servers().len() - 1]] {
        for (change, outcome) in CHANGES {
            let portal = Portal::empty(server);
            portal.run(["apply"]).run().success();
            portal.run(["apply"]).run().success().stdout_contains("in sync: nothing to do");
            let seen = "select count(*) from pgreconcile.seen";
            assert_eq!(portal.db.scalar(seen), "1");
            portal.db.execute("analyze; create temp table passing (id int)");
            portal.db.execute(&change.replace("{role}", &portal.role));
            let next = portal.run(["apply"]).run();
            let told = format!("{}{}", next.stdout, next.stderr);
            assert!(told.contains(outcome), "{change} on PostgreSQL {}: {told}", server.major());
        }
        let portal = Portal::empty(server);
        portal.run(["apply"]).run().success();
        portal.run(["apply"]).run().success();
        let other = portal.run(["apply"]).env("ADMIN_CONSOLE_PASSWORD", "another one").run().success();
        other.stdout_contains("1 changed");
        let stored = portal.db.column("select secrets from pgreconcile.seen");
        assert!(stored.iter().all(|text| text.len() == 44 && !text.contains("another")), "{stored:?}");
    }
}

/// What no catalog of the fingerprint holds is asked for at every run, whether it is to be there or not.
#[test]
fn custom_objects_are_asked_for_at_every_run() {
    for (absent, change) in [(false, "drop statistics odd"), (true, "create statistics odd on a, b from t")] {
        let db = support::server().database();
        let file = format!(
            "[tables.t.columns]\na = \"int\"\nb = \"int\"\n[[custom]]\nname = \"odd\"\nabsent = {absent}\n\
             probe = \"select exists (select from pg_statistic_ext where stxname = 'odd')\"\n\
             create = \"create statistics odd on a, b from t\"\ndrop = \"drop statistics odd\"\n"
        );
        for _ in 0..3 {
            Run::new(&db).file(&file).arg("apply").run().success();
        }
        Run::new(&db).file(&file).arg("apply").run().success().stdout_contains("in sync: nothing to do");
        db.execute(change);
        Run::new(&db).file(&file).arg("apply").run().success().stdout_contains("by 1 statement");
    }
}
