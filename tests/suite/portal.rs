//! The portal's `schema.toml` on an empty database and on one that an older version of it left behind.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{
    self,
    portal::{Portal, Row},
};

#[test]
fn an_empty_database_is_built_once() {
    for server in support::servers() {
        let portal = Portal::empty(server);
        portal.run(["check"]).run().code(2).stdout_contains("+ table public.events");
        portal.run(["apply"]).run().success().stdout_contains("created").stdout_contains("in sync");
        let logged = portal.db.log();
        portal.run(["apply"]).run().success().stdout_contains("in sync: nothing to do");
        portal.assert_in_sync();
        let log = portal.db.log();
        let since = log.strip_prefix(&logged).expect("a log only grows");
        for word in ["CREATE", "ALTER", "DROP", "GRANT", "COMMENT"] {
            assert!(!since.contains(word), "{word} though there was nothing to do\n{since}");
        }
        assert_eq!(
            portal.db.column("select operation from sync_metadata order by 1"),
            ["attendees", "events"]
        );
    }
}

#[test]
fn an_older_database_is_brought_forward_and_no_row_is_lost() {
    for server in support::servers() {
        let portal = Portal::older(server);
        let before = portal.rows();
        portal.run(["check"]).run().code(2);
        assert_eq!(portal.rows(), before, "`check` has changed rows");
        portal.run(["apply"]).run().success();
        assert_nothing_lost(&portal, &before);
        assert_repaired(&portal);
        portal.assert_in_sync();
        portal
            .run(["check"])
            .run()
            .success()
            .stdout_contains("drift: table public.legacy_imports is not declared");
        assert_eq!(portal.rows()["legacy_imports"], before["legacy_imports"]);
    }
}

/// Without a foreign key in force, rows of deleted events are orphans instead of followers.
#[test]
fn an_older_database_without_foreign_keys_is_brought_forward_and_no_row_is_lost() {
    for server in support::servers() {
        let portal = Portal::older(server);
        portal.db.execute(
            "alter table attendees drop constraint attendees_event_id_fkey; \
             alter table badges drop constraint badges_attendee_id_fkey",
        );
        let before = portal.rows();
        portal.run(["apply"]).run().success();
        assert_nothing_lost(&portal, &before);
        assert_repaired(&portal);
        assert_eq!(portal.rows()["badges"], before["badges"]);
        portal.assert_in_sync();
    }
}

#[test]
fn the_script_does_what_apply_does() {
    for server in support::servers().iter().filter(|server| server.can_dump()) {
        for make in [Portal::empty, Portal::older] {
            let (applied, scripted) = (make(server), make(server));
            let script = scripted.run(["plan", "--format", "sql"]).run().success().stdout;
            assert!(script.contains("BEGIN;") && script.contains("COMMIT;"), "{script}");
            let output = scripted.db.psql(&script);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && said.is_empty(),
                "PostgreSQL {}: {said}\n{script}",
                server.major()
            );
            applied.run(["apply"]).run().success();
            scripted.assert_in_sync();
            support::assert_same_lines(&scripted.dump(), &applied.dump());
            assert!(shapes(&scripted) == shapes(&applied), "other rows on PostgreSQL {}", server.major());
        }
    }
}

/// Asserts that every row of `before` is still there with every value it had, or in quarantine as it was. Values that
/// the file fills in (`backfill`) and references that it cuts (`orphans = "null"`, kept in quarantine) may differ.
#[track_caller]
pub fn assert_nothing_lost(portal: &Portal, before: &BTreeMap<String, BTreeMap<String, Row>>) {
    let after = portal.rows();
    let mut kept: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for (table, row) in portal.quarantine() {
        kept.entry((table, row["id"].to_string())).or_default().push(row);
    }
    for (table, rows) in before {
        for (key, row) in rows {
            let there = after[table].get(key).is_some_and(|there| holds(there, row));
            let quarantined = kept.get(&(table.clone(), key.clone()));
            let quarantined = quarantined.is_some_and(|copies| copies.iter().any(|copy| holds(copy, row)));
            assert!(
                there != quarantined,
                "{table} {key} is {} on PostgreSQL {}\nit was {row:?}\nit is {:?}",
                if there { "there and in quarantine too" } else { "lost" },
                portal.db.major(),
                after[table].get(key)
            );
        }
    }
    let known: BTreeSet<(&String, &String)> =
        before.iter().flat_map(|(table, rows)| rows.keys().map(move |key| (table, key))).collect();
    assert!(
        kept.keys().all(|(table, key)| known.contains(&(table, key))),
        "rows in quarantine that never were"
    );
}

/// Whether `row` has all that `earlier` had; `backfill` may have put a value where there was none.
fn holds(row: &Row, earlier: &Row) -> bool {
    earlier.iter().all(|(column, value)| {
        row.get(column) == Some(value)
            || (column == "updated_at" && value.is_null() && row.contains_key(column))
    })
}

/// Asserts that the data of the older database keeps what is declared, and that repairs took no more than they had to.
#[track_caller]
pub fn assert_repaired(portal: &Portal) {
    let db = &portal.db;
    let zero = |what: &str, query: &str| assert_eq!(db.scalar(query), "0", "{what}");
    zero("repeated Airtable records", "select count(airtable_id) - count(distinct airtable_id) from events");
    zero("repeated guests", "select count(*) - count(distinct (event_id, email)) from attendees");
    zero(
        "lost guests",
        "select count(*) from attendees a where not exists (select from events where id = a.event_id)",
    );
    zero("empty times", "select count(*) from events where updated_at is null");
    // Of two rows for one record the latest one survives.
    let earliest = "select count(*) from pgreconcile.quarantine q join events e \
                    on e.airtable_id = q.row_data ->> 'airtable_id' where q.relation = 'public.events' \
                    and q.reason like '%airtable%' and e.updated_at < (q.row_data ->> 'updated_at')::timestamptz";
    zero("later rows in quarantine", earliest);
    // 94 of the first hundred numbers have a twin among the last hundred (the others were never imported).
    let twins = "select count(*) from pgreconcile.quarantine where relation = 'public.events' and reason like '%airtable%'";
    assert_eq!(db.scalar(twins), "94");
    assert_eq!(db.scalar("select count(*) from events"), "906");
    assert_eq!(db.scalar("select count(*) from attendees"), (906 * 3).to_string());
    assert_eq!(db.scalar("select count(distinct email) from attendees where email like 'guest3%'"), "1");
    // What was there is not overwritten by initial rows.
    assert_eq!(db.scalar("select status from sync_metadata where operation = 'events'"), "running");
    assert_eq!(db.scalar("select count(*) from pg_trigger where tgname = 'pgreconcile_quarantine'"), "0");
}

/// How many rows each table and the quarantine hold, by what tells rows of two databases apart least: no keys, no times.
fn shapes(portal: &Portal) -> BTreeMap<String, Vec<String>> {
    let mut shapes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows = portal
        .rows()
        .into_iter()
        .flat_map(|(table, rows)| rows.into_values().map(move |row| (table.clone(), row)));
    let quarantine = portal.db.scalar("select to_regclass('pgreconcile.quarantine') is not null") == "t";
    let kept = if quarantine { portal.quarantine() } else { Vec::new() };
    let kept = kept.into_iter().map(|(table, row)| (format!("{table} in quarantine"), row));
    for (table, mut row) in rows.chain(kept) {
        row.retain(|column, value| {
            let passing = column == "id"
                || column.ends_with("_id")
                || column.ends_with("_by")
                || column.ends_with("_at");
            !passing || value.is_null() || (column == "airtable_id")
        });
        shapes.entry(table).or_default().push(format!("{row:?}"));
    }
    shapes.values_mut().for_each(|rows| rows.sort());
    shapes
}
