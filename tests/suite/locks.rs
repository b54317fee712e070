//! The cost table, held against `pg_locks` on every major.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use pgreconcile::sql::{Form, Lock};
use postgres::Client;

use crate::support::{self, Run, Server};

/// The table that every statement is about, and others around it.
const SETUP: &str = "create schema elsewhere;
     
create type mood as enum ('sad', 'ok');
create domain small as int;
alter domain small add constraint tiny check (value < 10) not valid;
create function f() returns trigger language plpgsql as 'begin return new; end';
create table parents (id int primary key);
create table t (
    id int not null, name varchar(10), n int, proved int constraint proof check (proved is not null),
    parent int constraint t_parent references parents, little small
);
insert into parents values (1);
insert into t values (1, 'a', 1, 1, 1), (2, 'b', 2, 2, 1);
create index t_n on t (n);
create unique index t_ready on t (id);
create trigger tr before insert on t for each row execute function f();
alter table t add constraint unvalidated check (n > 0) not valid;
alter table t add constraint unproved foreign key (n) references parents (id) not valid;
delete from t where id = 2;
alter table t enable row level security;
create policy visible on t using (n > 0);
create type pair as (one int, two int);
alter table t add column paired pair;
create type single as (one int);
create view looks as select id from t;
create rule silent as on update to t do also nothing;
create statistics counted on n, name from t;
create function seen() returns event_trigger language plpgsql as 'begin end';
create event trigger watching on ddl_command_end when tag in ('CREATE CONVERSION') execute function seen();
create publication published;
";

/// A statement of each form; several, where one form covers several.
const SAMPLES: &[(Form, &str)] = &[
    (Form::Create, "create type other as enum ('a')"),
    (Form::Create, "create schema other"),
    (Form::Create, "create function g() returns int language sql as 'select 1'"),
    (Form::Create, "create view others as select id from t"),
    (Form::Catalog, "alter role ROLE login"),
    (Form::Catalog, "comment on constraint proof on t is 'x'"),
    (Form::Catalog, "comment on trigger tr on t is 'x'"),
    (Form::Catalog, "alter type mood rename to moods"),
    (
        Form::Catalog,
        "create or replace function f() returns trigger language plpgsql as 'begin return null; end'",
    ),
    (Form::EnumAddValue, "alter type mood add value 'new'"),
    (Form::EnumRenameValue, "alter type mood rename value 'sad' to 'bad'"),
    (Form::CreateTable, "create table other (id int)"),
    (Form::AddColumn, "alter table t add column more text"),
    (Form::AddColumn, "alter table t add column more timestamptz default now() not null"),
    (Form::AddColumnRewrite, "alter table t add column more serial"),
    (Form::AddColumnRewrite, "alter table t add column more int generated always as (n * 2) stored"),
    (Form::AlterTable, "alter table t alter column n set default 1"),
    (Form::AlterTable, "alter table t alter column id drop not null"),
    (Form::AlterTable, "alter table t rename column n to m"),
    (Form::AlterTable, "alter table t rename constraint proof to proven"),
    (Form::AlterTable, "alter table t rename to u"),
    (Form::AlterTable, "alter table t alter column id add generated always as identity"),
    (Form::SetSchema, "alter table t set schema elsewhere"),
    (Form::Catalog, "alter statistics counted set schema elsewhere"),
    (Form::AlterTableLight, "alter table t alter column n set statistics 10"),
    (Form::AlterTableLight, "alter table t set (fillfactor = 70)"),
    (Form::SetNotNull, "alter table t alter column n set not null"),
    (Form::SetNotNullProved, "alter table t alter column proved set not null"),
    (Form::AlterTypeRelabel, "alter table t alter column name type text"),
    (Form::AlterTypeRewrite, "alter table t alter column proved type bigint"),
    (Form::AlterTypeRewrite, "alter table t set unlogged"),
    (Form::AlterTypeNarrow, "alter table t alter column name type varchar(5)"),
    (Form::AddCheck, "alter table t add constraint c check (n > 0)"),
    (Form::AddCheckNotValid, "alter table t add constraint c check (n > 0) not valid"),
    (Form::ValidateCheck, "alter table t validate constraint unvalidated"),
    (Form::AddForeignKey, "alter table t add constraint c foreign key (parent) references parents"),
    (
        Form::AddForeignKeyNotValid,
        "alter table t add constraint c foreign key (parent) references parents not valid",
    ),
    (Form::ValidateForeignKey, "alter table t validate constraint unproved"),
    (Form::AddExclusion, "alter table t add constraint c exclude (n with =)"),
    (Form::AddUnique, "alter table t add constraint c unique (n)"),
    (Form::AddUnique, "alter table t add constraint c primary key (id)"),
    (Form::AddUniqueUsingIndex, "alter table t add constraint c unique using index t_ready"),
    (Form::AddUniqueUsingIndex, "alter table t add constraint c primary key using index t_ready"),
    (Form::DropConstraint, "alter table t drop constraint proof"),
    (Form::DropConstraint, "alter table t drop constraint t_parent"),
    (Form::ReplaceConstraint, "alter table t drop constraint proof"),
    (Form::CreateIndex, "create index c on t (name)"),
    (Form::CreateIndexConcurrently, "create index concurrently c on t (name)"),
    (Form::ReindexConcurrently, "reindex index concurrently t_n"),
    (Form::DropIndex, "drop index t_n"),
    (Form::ReplaceIndex, "drop index t_n"),
    (Form::DropIndexConcurrently, "drop index concurrently t_n"),
    (Form::ReplaceIndexConcurrently, "drop index concurrently t_n"),
    (Form::AlterIndex, "alter index t_n rename to t_m"),
    (Form::CreateTrigger, "create trigger c before update on t for each row execute function f()"),
    (Form::CreateTrigger, "alter table t disable trigger tr"),
    (Form::DropTrigger, "drop trigger tr on t"),
    (Form::ReplaceTrigger, "drop trigger tr on t"),
    (Form::AlterTable, "alter table t enable row level security"),
    (Form::AlterTable, "alter table t disable row level security"),
    (Form::AlterTable, "alter table t force row level security"),
    (Form::CreatePolicy, "create policy p on t as restrictive for select to ROLE using (n > 0)"),
    (Form::CreatePolicy, "alter policy visible on t to ROLE using (n > 1)"),
    (Form::CreatePolicy, "alter policy visible on t rename to seen"),
    (Form::DropPolicy, "drop policy visible on t"),
    (Form::ReplacePolicy, "drop policy visible on t"),
    (Form::Catalog, "comment on policy visible on t is 'x'"),
    (Form::CreateRule, "create rule r as on insert to t do instead nothing"),
    (Form::CreateRule, "create or replace rule silent as on update to t do also nothing"),
    (Form::CreateRule, "alter rule silent on t rename to quiet"),
    (Form::CreateRule, "alter table t disable rule silent"),
    (Form::DropRule, "drop rule silent on t"),
    (Form::ReplaceRule, "drop rule silent on t"),
    (Form::Catalog, "comment on rule silent on t is 'x'"),
    (Form::CreateStatistics, "create statistics s on id, n from t"),
    (Form::DropStatistics, "drop statistics counted"),
    (Form::ReplaceStatistics, "drop statistics counted"),
    (Form::Catalog, "alter statistics counted set statistics 10"),
    (Form::Publish, "create publication p for table t"),
    (Form::Publish, "alter publication published set table t"),
    (Form::Catalog, "alter publication published set (publish = 'insert')"),
    (Form::DropObject, "drop publication published"),
    (Form::Comment, "comment on table t is 'x'"),
    (Form::Comment, "comment on column t.n is 'x'"),
    (Form::Grant, "grant select on t to ROLE"),
    (Form::Grant, "alter default privileges in schema public grant select on tables to ROLE"),
    (Form::RevokeNew, "revoke all on function f() from public"),
    (Form::ChangeOwner, "alter table t owner to ROLE"),
    (Form::Revoke, "revoke select on t from ROLE"),
    (Form::AlterComposite, "alter type pair add attribute three int"),
    (Form::AlterComposite, "alter type pair rename attribute two to zwei"),
    (Form::AlterComposite, "alter type single alter attribute one type text"),
    (Form::DropAttribute, "alter type pair drop attribute two"),
    (Form::AlterDomain, "alter domain small add constraint positive check (value > 0) not valid"),
    (Form::AlterDomain, "alter domain small drop constraint tiny"),
    (Form::AlterDomain, "alter domain small set default 1"),
    (Form::AlterDomain, "alter domain small drop not null"),
    (Form::Catalog, "alter domain small rename to smaller"),
    (Form::ScanDomain, "alter domain small validate constraint tiny"),
    (Form::DropTable, "drop table t cascade"),
    (Form::DropColumn, "alter table t drop column name"),
    (Form::ReplaceColumn, "alter table t drop column name"),
    (Form::DropObject, "drop view looks"),
    (Form::DropObject, "drop type mood"),
    (Form::DropEventTrigger, "drop event trigger watching"),
    (Form::ReplaceObject, "drop view looks"),
    (
        Form::InsertRows,
        "insert into t (id, proved) select 3, 3 where not exists (select from t where id = 3)",
    ),
    (Form::UpdateRows, "update t set name = 'u'"),
    (Form::DeleteRows, "with gone as (delete from t returning *) select count(*) from gone"),
    (Form::Repair, "with gone as (delete from t returning *) select count(*) from gone"),
];

/// Forms that lock something else than a table, or of which nothing is known.
const WITHOUT_SAMPLE: &[Form] = &[
    Form::Refresh,
    Form::Custom,
    Form::CustomAlone,
    Form::ReplaceView,
    Form::AlterSequence,
    Form::RenameSequence,
    Form::MoveSequence,
    Form::CreatePartition,
    Form::AttachPartition,
    Form::AttachTable,
    Form::DetachPartition,
    Form::CreateIndexOnly,
    Form::DropForeignTable,
    Form::ReplaceForeignTable,
    // Of 18 only, and on two tables: measured by hand.
    Form::EnforceForeignKey,
];

/// What locks a sequence.
const ON_SEQUENCES: &[(Form, &str)] = &[
    (Form::AlterSequence, "alter sequence numbers as smallint"),
    (Form::AlterSequence, "alter sequence numbers minvalue 0 maxvalue 1000 start 5 cache 10 cycle"),
    (Form::AlterSequence, "alter sequence numbers owned by t.n"),
    (Form::RenameSequence, "alter sequence numbers rename to more"),
    (Form::MoveSequence, "alter sequence numbers increment by 1"),
    (Form::SetSchema, "alter sequence numbers set schema elsewhere"),
];

/// What locks a partitioned table `whole`, a table `apart` that becomes its partition, or a foreign table `away`.
const ON_OTHERS: &[(Form, &str, &str)] = &[
    (Form::CreatePartition, "whole", "create table more partition of whole for values in (3)"),
    (Form::AttachPartition, "whole", "alter table whole attach partition apart for values in (2)"),
    (Form::AttachTable, "apart", "alter table whole attach partition apart for values in (2)"),
    (Form::DetachPartition, "whole", "alter table whole detach partition part"),
    (Form::CreateIndexOnly, "whole", "create index on only whole (id)"),
    (Form::DropForeignTable, "away", "drop foreign table away"),
    (Form::ReplaceForeignTable, "away", "drop foreign table away"),
];

#[test]
fn statements_about_partitions_and_foreign_tables_take_the_locks_that_the_cost_table_says() {
    for server in support::servers() {
        let db = server.database();
        db.execute(
            "create table whole (id int) partition by list (id);
             create table part partition of whole for values in (1);
             create table apart (id int);
             create foreign data wrapper elsewhere;
             create server archive foreign data wrapper elsewhere;
             create foreign table away (id int) server archive",
        );
        let mut client = db.connect();
        for (form, table, sql) in ON_OTHERS {
            let table = oid(&mut client, table);
            client.batch_execute(&format!("begin; {sql}")).expect("a statement of the form");
            let found = strongest(&mut client, table, "pg_backend_pid()");
            client.batch_execute("rollback").expect("a rollback");
            assert_eq!(found, form.cost().lock, "{form:?} on {}: {sql}", server.major());
        }
    }
}

#[test]
fn every_form_has_a_sample() {
    for form in Form::ALL.iter().filter(|form| !WITHOUT_SAMPLE.contains(form)) {
        assert!(SAMPLES.iter().any(|(other, _)| other == form), "no statement of the form {form:?}");
    }
}

#[test]
fn every_form_takes_the_lock_that_the_cost_table_says() {
    let mut wrong = Vec::new();
    for server in support::servers() {
        let role = support::unique("locks");
        let db = server.database();
        db.execute(&format!("{SETUP}create role {role}"));
        let mut client = db.connect();
        for (form, sql) in SAMPLES {
            let found = match form.cost().transactional {
                true => in_transaction(&mut client, &sql.replace("ROLE", &role)),
                false => while_it_waits(server, sql),
            };
            // Conflicts with nothing but ACCESS EXCLUSIVE: every query takes it.
            let counts = if found == Lock::AccessShare { Lock::None } else { found };
            if counts != form.cost().lock {
                wrong.push(format!("{form:?} on {}: {found:?}\n    {sql}", server.major()));
            }
        }
        drop(client);
        db.execute(&format!("drop owned by {role}; drop role {role}"));
    }
    assert!(wrong.is_empty(), "locks that the cost table does not say:\n{}", wrong.join("\n"));
}

#[test]
fn foreign_keys_lock_the_referenced_table_too() {
    for server in support::servers() {
        let db = server.database();
        db.execute(SETUP);
        let mut client = db.connect();
        let parents = oid(&mut client, "parents");
        let forms = [Form::AddForeignKey, Form::AddForeignKeyNotValid];
        for (form, sql) in SAMPLES.iter().filter(|(form, _)| forms.contains(form)) {
            client.batch_execute(&format!("begin; {sql}")).expect("a statement of the form");
            let found = strongest(&mut client, parents, "pg_backend_pid()");
            client.batch_execute("rollback").expect("a rollback");
            assert_eq!(found, form.cost().lock, "{form:?} on {}", server.major());
        }
    }
}

#[test]
fn statements_about_a_sequence_lock_the_sequence_and_no_table() {
    for server in support::servers() {
        let db = server.database();
        db.execute(SETUP);
        db.execute("create sequence numbers");
        let mut client = db.connect();
        let (numbers, table) = (oid(&mut client, "numbers"), oid(&mut client, "t"));
        for (form, sql) in ON_SEQUENCES {
            client.batch_execute(&format!("begin; {sql}")).expect("a statement of the form");
            let found = strongest(&mut client, numbers, "pg_backend_pid()");
            let beside = strongest(&mut client, table, "pg_backend_pid()");
            client.batch_execute("rollback").expect("a rollback");
            assert_eq!(found, form.cost().lock, "{form:?} on {}: {sql}", server.major());
            assert!(beside <= Lock::AccessShare, "{form:?} on {}: {sql}", server.major());
        }
    }
}

/// The strongest lock on `t` that the statement holds before it is rolled back.
fn in_transaction(client: &mut Client, sql: &str) -> Lock {
    let table = oid(client, "t");
    client.batch_execute("begin").expect("a transaction");
    if let Err(error) = client.batch_execute(sql) {
        panic!("{sql}: {error:?}");
    }
    let found = strongest(client, table, "pg_backend_pid()");
    client.batch_execute("rollback").expect("a rollback");
    found
}

/// The strongest lock on `t` that a statement holds while it waits for somebody who has written to the table.
fn while_it_waits(server: &Server, sql: &str) -> Lock {
    let db = server.database();
    db.execute(SETUP);
    let mut writer = db.connect();
    let table = oid(&mut writer, "t");
    writer.batch_execute("begin; update t set name = 'w'").expect("a writer");
    let mut worker = db.connect();
    let pid: i32 = worker.query_one("select pg_backend_pid()", &[]).expect("a pid").get(0);
    let statement = sql.to_owned();
    let work = std::thread::spawn(move || worker.batch_execute(&statement));
    let mut watcher = db.connect();
    let waits = format!(
        "select count(*) > 0 from pg_locks
         where pid = {pid} and not granted and locktype in ('virtualxid', 'transactionid')"
    );
    let waiting = (0..1000).any(|_| {
        sleep(Duration::from_millis(5));
        watcher.query_one(&waits, &[]).expect("a look").get(0)
    });
    assert!(waiting, "`{sql}` waits for nobody");
    let found = strongest(&mut watcher, table, &pid.to_string());
    writer.batch_execute("rollback").expect("a rollback");
    let result = work.join().expect("the worker does not panic");
    assert!(result.is_ok(), "{sql}: {result:?}");
    found
}

fn oid(client: &mut Client, table: &str) -> u32 {
    client.query_one(&format!("select '{table}'::regclass::oid"), &[]).expect("a table").get(0)
}

/// The strongest lock that a session holds on a table, which a statement may have renamed or dropped.
fn strongest(client: &mut Client, table: u32, pid: &str) -> Lock {
    let query = format!(
        "select mode from pg_locks where locktype = 'relation' and granted and pid = {pid} and relation = {table}
         and database = (select oid from pg_database where datname = current_database())"
    );
    let rows = client.query(&query, &[]).expect("the locks");
    rows.iter().map(|row| lock(row.get(0))).max().unwrap_or(Lock::None)
}

fn lock(mode: &str) -> Lock {
    match mode {
        "AccessShareLock" => Lock::AccessShare,
        "RowShareLock" => Lock::RowShare,
        "RowExclusiveLock" => Lock::RowExclusive,
        "ShareUpdateExclusiveLock" => Lock::ShareUpdateExclusive,
        "ShareLock" => Lock::Share,
        "ShareRowExclusiveLock" => Lock::ShareRowExclusive,
        "ExclusiveLock" => Lock::Exclusive,
        "AccessExclusiveLock" => Lock::AccessExclusive,
        mode => panic!("no such lock mode: {mode}"),
    }
}

/// Only the referencing table of a foreign key is scanned, and not the one that it leads to.
#[test]
fn a_foreign_key_to_a_large_table_wants_no_consent() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let db = server.database();
        db.execute(
            "create table events (id bigint primary key); insert into events select generate_series(1, 9999);
             create table there (id bigint primary key, event bigint)",
        );
        let file = "reconcile.large = \"64kB\"\n[tables.events.columns]\nid = { type = \"bigint\", primary_key = true }\n";
        let column = "event = { type = \"bigint\", references = \"events\" }\n";
        let key = "columns]\nid = { type = \"bigint\", primary_key = true }\n";
        let more = format!("{file}[tables.new.{key}{column}[tables.there.{key}{column}");
        Run::new(&db).file(&more).arg("apply").run().success();
        assert_eq!(
            db.scalar(
                "select count(*) from pg_constraint where confrelid = 'events'::regclass and convalidated"
            ),
            "2"
        );
    }
}

/// A script waits no longer for a lock than `apply` does, and fills in as many rows at a time.
#[test]
fn a_script_is_as_gentle_as_apply() {
    let before = "[reconcile]\nbatch = 10\nlock_timeout = \"300ms\"\n[tables.t]\ncolumns.id = \"int\"\n";
    let file = format!("{before}columns.n = {{ type = \"int\", not_null = true, backfill = \"id * 2\" }}\n");
    for server in support::servers() {
        let db = server.database();
        Run::new(&db).file(before).arg("apply").run().success();
        db.execute("insert into t select generate_series(1, 25)");
        let script = Run::new(&db).file(&file).args(["plan", "--format", "sql"]).run().success().stdout;
        let mut reader = db.connect();
        reader.batch_execute("begin; select * from t").expect("a table can be read");
        let begun = Instant::now();
        let output = db.psql(&script);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("lock timeout"), "{said}\n{script}");
        assert!(begun.elapsed() < Duration::from_secs(5), "it waited for {:?}", begun.elapsed());
        reader.batch_execute("commit").expect("a transaction ends");
        let output = db.psql(&script);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{script}");
        let batches = db.scalar("select string_agg(n::text, ' ' order by n desc) from (select count(*) n from t group by xmin::text) x");
        assert_eq!(batches, "10 10 5", "{script}");
        Run::new(&db).file(&file).args(["check", "--force"]).run().success();
    }
}
