//! The systems that run on this tool, whole: from nothing, and from what their old scripts had left behind, with
//! every row.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::support::{
    self, Server,
    example::{Example, Table, Values, numbered},
};

/// A system: its folder, the database that its old scripts had left, the first major that its file is for, and the
/// columns whose values the file changes: by `using`, by labels of another name, by rows that it corrects.
struct System {
    folder: &'static str,
    older: &'static str,
    since: u32,
    changed: &'static [(&'static str, &'static [&'static str])],
}

const DAYDREAM: System = System { folder: "", older: "tests/portal/older.sql", since: 13, changed: &[] };

const RESERVATION: System = System {
    folder: "examples/reservation",
    older: "examples/reservation/older.sql",
    since: 15,
    changed: &[("public.services", &["price"]), ("public.payments", &["status"])],
};

const BUILDXPERT: System = System {
    folder: "examples/buildxpert",
    older: "examples/buildxpert/older.sql",
    since: 13,
    changed: &[("public.bookings", &["status"]), ("public.backup_bookings_20240211", &["status"])],
};

const ISP_BILLING: System = System {
    folder: "examples/isp-billing",
    older: "examples/isp-billing/older.sql",
    since: 13,
    changed: &[
        ("public.customers", &["phone", "created_at", "updated_at"]),
        ("public.settings", &["value", "updated_at"]),
    ],
};

const SMART_SITE: System =
    System { folder: "examples/smart-site", older: "examples/smart-site/older.sql", since: 13, changed: &[] };

#[test]
fn daydream() {
    DAYDREAM.prove();
}

#[test]
fn reservation() {
    RESERVATION.prove();
}

#[test]
fn buildxpert() {
    BUILDXPERT.prove();
}

#[test]
fn isp_billing() {
    ISP_BILLING.prove();
}

#[test]
fn smart_site() {
    SMART_SITE.prove();
}

/// What the reservation system leaves to the database.
#[test]
fn the_database_keeps_bookings_within_their_bounds() {
    let example = Example::empty(support::server(), RESERVATION.folder);
    let db = &example.db;
    if db.major() < RESERVATION.since {
        return;
    }
    example.run(["apply"]).run().success();
    example.run(["seed"]).run().code(3).stderr_contains("pgreconcile.development");
    db.execute(&format!("alter database {} set pgreconcile.development = 'on'", db.name()));
    example.run(["seed"]).run().success();
    let refused = |sql: &str, code: &str| {
        let error = db.try_execute(sql).expect_err("the database refuses it");
        assert_eq!(
            error.code().map(|code| code.code().to_owned()).as_deref(),
            Some(code),
            "{sql}\n{error:?}"
        );
    };
    let overlap = "insert into timeslots (tenant_id, resource_id, start_at, end_at) \
                   select tenant_id, resource_id, start_at + interval '5 minutes', end_at from timeslots limit 1";
    refused(overlap, "23P01");
    let other = "insert into bookings (tenant_id, customer_id, start_at, end_at) \
                 select 1, min(id), now(), now() + interval '1 hour' from customers where tenant_id = 2";
    refused(other, "23503");
    // The last place is taken once, given back, and taken again.
    let slot =
        "(select id from timeslots where capacity = 2 and booked = 0 and tenant_id = 1 order by id limit 1)";
    let slot = db.scalar(&format!("select {slot}"));
    let book = format!(
        "with b as (insert into bookings (tenant_id, customer_id, start_at, end_at) \
         select 1, min(id), now(), now() + interval '1 hour' from customers where tenant_id = 1 returning id) \
         insert into booking_items (tenant_id, booking_id, timeslot_id, quantity) select 1, id, {slot}, 2 from b"
    );
    db.execute(&book);
    refused(&book, "23514");
    db.execute("update bookings set status = 'cancelled' where id = (select max(id) from bookings)");
    assert_eq!(db.scalar(&format!("select booked from timeslots where id = {slot}")), "0");
    db.execute(&book);
    assert_eq!(db.scalar(&format!("select booked from timeslots where id = {slot}")), "2");
    // A tenant sees its own rows, and writes no others.
    let api = example.role("booking_api");
    let count = "select string_agg(distinct tenant_id::text, ',') from bookings";
    let seen = db.query_text(&format!("set role {api}; set app.tenant_id = '2'; {count}"));
    assert_eq!(seen, [[Some("2".to_owned())]]);
    refused(
        &format!(
            "set role {api}; set app.tenant_id = '2'; insert into holidays (tenant_id, day, name) values (1, '2027-05-01', 'x')"
        ),
        "42501",
    );
    // Each change is in the log and in the outbox, and a worker hears of it.
    assert_ne!(
        db.scalar("select count(*) from audit_logs where relation = 'bookings' and operation = 'UPDATE'"),
        "0"
    );
    assert_ne!(db.scalar("select count(*) from claim_outbox(5)"), "0");
}

impl System {
    fn prove(&self) {
        for server in support::servers().iter().filter(|server| server.major() >= self.since) {
            self.starts_from_nothing(server);
            self.brings_older_forward(server);
        }
    }

    fn starts_from_nothing(&self, server: &Server) {
        let example = Example::empty(server, self.folder);
        example.run(["apply"]).run().success().stdout_contains("in sync");
        example.assert_in_sync();
        assert_said_again(&example);
    }

    fn brings_older_forward(&self, server: &Server) {
        let example = Example::empty(server, self.folder);
        example.execute(&Path::new(env!("CARGO_MANIFEST_DIR")).join(self.older));
        let before = example.tables();
        example.run(["check"]).run().code(2);
        if self.older != DAYDREAM.older {
            example.run(["apply"]).run().code(3).stderr_contains("narrow");
        }
        example.run(["apply", "--allow", "narrow"]).run().success().stdout_contains("in sync");
        self.assert_no_row_lost(&example, &before);
        example.assert_in_sync();
        assert_said_again(&example);
    }

    /// Asserts that each row of each table is there with every value it had, or in quarantine as it was; values that
    /// were missing may have been filled in.
    #[track_caller]
    fn assert_no_row_lost(&self, example: &Example, before: &BTreeMap<String, Table>) {
        let major = example.db.major();
        let after = example.tables();
        let quarantine = example.quarantine();
        assert!(!quarantine.is_empty(), "the older database has rows that no key allows");
        for (oid, table) in before {
            let now =
                after.get(oid).unwrap_or_else(|| panic!("{} is gone on PostgreSQL {major}", table.name));
            let changed: BTreeSet<u32> = self
                .changed
                .iter()
                .filter(|(name, _)| *name == table.name)
                .flat_map(|(_, columns)| columns.iter().map(|column| table.columns[*column]))
                .collect();
            // A row went to quarantine under the names of that moment.
            let mut names = table.columns.clone();
            names.extend(now.columns.clone());
            let kept = quarantine.iter().filter(|(name, _)| *name == table.name || *name == now.name);
            let mut kept: Vec<Values> = kept.map(|(_, row)| numbered(row.clone(), &names)).collect();
            let mut there: BTreeMap<String, Vec<&Values>> = BTreeMap::new();
            for row in &now.rows {
                there.entry(key_of(row, table)).or_default().push(row);
            }
            for row in &table.rows {
                let same = |other: &Values| holds(other, row, &changed);
                let candidates = there.entry(key_of(row, table)).or_default();
                if let Some(place) = candidates.iter().position(|other| same(other)) {
                    candidates.swap_remove(place);
                } else if let Some(place) = kept.iter().position(same) {
                    kept.swap_remove(place);
                } else {
                    panic!("{} has lost a row on PostgreSQL {major}: {row:?}", table.name);
                }
            }
        }
    }
}

/// What tells a row from others of its table: its key, where it had one.
fn key_of(row: &Values, table: &Table) -> String {
    table
        .key
        .iter()
        .map(|column| format!("{} ", row.get(column).unwrap_or(&serde_json::Value::Null)))
        .collect()
}

/// Whether `row` has all that `earlier` had.
fn holds(row: &Values, earlier: &Values, changed: &BTreeSet<u32>) -> bool {
    earlier
        .iter()
        .all(|(column, value)| value.is_null() || changed.contains(column) || row.get(column) == Some(value))
}

/// Asserts that what `inspect` says of the database is in sync with it.
#[track_caller]
fn assert_said_again(example: &Example) {
    let said = example.run(["inspect"]).run().success().stdout;
    let again = support::Run::new(&example.db).file(&said);
    example.with_passwords(again).arg("check").run().success().stdout_contains("in sync");
}
