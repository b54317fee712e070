//! Each feature's first major, held against the servers themselves.

use pgreconcile::pg::{Feature, ServerVersion};

use crate::support;

const SETUP: &str = "
create table t (a int, b int);
create table keyed (a int, b int, primary key (a, b), c int unique);
create table parted (a int) partition by list (a);
create table part partition of parted default;
create index parted_a on parted (a);
create table generated (a int, b int generated always as (a) stored);
create table referencing (a int constraint fk references keyed (c));
create table identified (a int generated always as identity, b int) partition by list (b);
create table identified_part partition of identified default;
create domain filled as int not null;
create operator === (function = int4eq, leftarg = int, rightarg = int);
create function on_event() returns event_trigger language plpgsql as 'begin end';
";

/// Statements that a server takes if and only if it has the feature.
const PROBES: &[(Feature, &str)] = &[
    (Feature::SqlBody, "create function one() returns int return 1"),
    (Feature::MultirangeTypes, "select '{}'::int4multirange"),
    (
        Feature::ReplaceTrigger,
        "create or replace trigger tr before update on t for each row
         execute function suppress_redundant_updates_trigger()",
    ),
    (Feature::ReindexPartitioned, "reindex index parted_a"),
    (Feature::StorageCompression, "create table compressed (a text compression pglz)"),
    (Feature::ProcedureOutParameters, "create procedure p(out a int) language sql as 'select 1'"),
    (Feature::StatisticsExpressions, "create statistics s on (a + 1) from t"),
    (Feature::NullsNotDistinct, "create table nulls (a int unique nulls not distinct)"),
    (
        Feature::SetNullColumnList,
        "create table listed (a int, b int, foreign key (a, b) references keyed on delete set null (a))",
    ),
    (Feature::SecurityInvokerViews, "create view v with (security_invoker = true) as select 1"),
    (Feature::PublicationRowFilter, "create publication filtered for table t where (a > 1)"),
    (Feature::PublicationColumnList, "create publication narrowed for table t (a)"),
    (Feature::PublicationSchemas, "create publication wide for tables in schema public"),
    (Feature::UnloggedSequences, "create unlogged sequence unlogged"),
    (Feature::ParameterPrivileges, "revoke set on parameter work_mem from public"),
    (Feature::SetAccessMethod, "alter table t set access method heap"),
    (
        Feature::ClosedPublicSchema,
        "select 1 / count(*) from pg_namespace where nspname = 'public' and nspowner = 'pg_database_owner'::regrole",
    ),
    (Feature::MembershipOptions, "revoke inherit option for pg_monitor from postgres"),
    (Feature::StorageInCreateTable, "create table stored (a text storage external)"),
    (
        Feature::InheritedExpression,
        "create table heir (b int generated always as (a + 1) stored) inherits (generated)",
    ),
    (Feature::InputIsValid, "select pg_input_is_valid('1', 'int')"),
    (Feature::MaintainPrivilege, "grant maintain on t to public"),
    (Feature::SetExpression, "alter table generated alter b set expression as (a + 1)"),
    (
        Feature::StatisticsTargetNull,
        "select 1 / count(*) from pg_attribute where attrelid = 't'::regclass and attnum = 1 and attstattarget is null",
    ),
    (Feature::BuiltinCollations, "create collation builtin (provider = builtin, locale = 'C')"),
    (
        Feature::PartitionedIdentity,
        "select 1 / count(*) from pg_attribute where attrelid = 'identified_part'::regclass and attidentity = 'a'",
    ),
    (
        Feature::PartitionedExclusion,
        "create table excluding (a int, exclude using btree (a with =)) partition by list (a)",
    ),
    (Feature::AlterOperatorPartners, "alter operator === (int, int) set (commutator = ===)"),
    (Feature::LoginEventTrigger, "create event trigger e on login execute function on_event()"),
    (
        Feature::EnumValueInTransaction,
        "create type enumerated as enum ('a'); alter type enumerated add value 'b'; select 'b'::enumerated",
    ),
    (
        Feature::DomainNotNullConstraints,
        "select 1 / count(*) from pg_constraint where contypid = 'filled'::regtype and contype = 'n'",
    ),
    (Feature::PartitionedAccessMethod, "create table heaped (a int) partition by list (a) using heap"),
    (Feature::NotNullConstraints, "alter table t add constraint t_a not null a not valid"),
    (Feature::NotEnforced, "create table unenforced (a int check (a > 0) not enforced)"),
    (
        Feature::TemporalConstraints,
        "create table temporal (a int4range, b int4range, primary key (a, b without overlaps))",
    ),
    (Feature::VirtualGenerated, "create table virtual (a int, b int generated always as (a) virtual)"),
    (
        Feature::PublishGeneratedColumns,
        "create publication generating with (publish_generated_columns = stored)",
    ),
    (
        Feature::PartitionedForeignKeyNotValid,
        "alter table parted add constraint later foreign key (a) references keyed (c) not valid",
    ),
    (Feature::AlterConstraint, "alter table referencing alter constraint fk not enforced"),
    (
        Feature::LargeObjectDefaultPrivileges,
        "alter default privileges grant select on large objects to public",
    ),
    (Feature::DetachConcurrently, "alter table identified detach partition identified_part concurrently"),
];

#[test]
fn every_feature_came_with_the_major_it_names() {
    for server in support::servers() {
        let db = server.database();
        db.execute(SETUP);
        let version = ServerVersion(db.scalar("show server_version_num").parse().expect("a version"));
        for (feature, probe) in PROBES {
            // A default partition cannot be detached concurrently.
            if *feature == Feature::DetachConcurrently {
                db.execute("alter table identified detach partition identified_part");
                db.execute("alter table identified attach partition identified_part for values in (1)");
            }
            let result = db.try_execute(probe);
            assert_eq!(result.is_ok(), version.has(*feature), "{feature} on {version}: {result:?}");
        }
    }
}
