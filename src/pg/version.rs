//! What a server can do, by name. No other place compares version numbers.

use std::fmt;

use crate::error::{Error, Result};

/// The oldest major that is supported.
pub const OLDEST_MAJOR: u32 = 13;

/// A server's `server_version_num`, such as 150018.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerVersion(pub u32);

/// Something that not every supported major has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`.
    DetachConcurrently,
    /// `BEGIN ATOMIC` and `RETURN` bodies of SQL functions.
    SqlBody,
    /// Multirange types, and `multirange_type_name` of a range type.
    MultirangeTypes,
    /// `CREATE OR REPLACE TRIGGER`.
    ReplaceTrigger,
    /// `REINDEX` of partitioned tables and indexes.
    ReindexPartitioned,
    /// `COMPRESSION` of a column.
    StorageCompression,
    /// `OUT` parameters of procedures.
    ProcedureOutParameters,
    /// Extended statistics on expressions.
    StatisticsExpressions,
    /// `UNIQUE NULLS NOT DISTINCT`.
    NullsNotDistinct,
    /// `ON DELETE SET NULL (columns)`.
    SetNullColumnList,
    /// Views `WITH (security_invoker)`.
    SecurityInvokerViews,
    /// `WHERE` of a publication's table.
    PublicationRowFilter,
    /// Column lists of a publication's table.
    PublicationColumnList,
    /// Publications of whole schemas.
    PublicationSchemas,
    /// Unlogged sequences.
    UnloggedSequences,
    /// `GRANT … ON PARAMETER`.
    ParameterPrivileges,
    /// `SET ACCESS METHOD` of a table.
    SetAccessMethod,
    /// Schema `public` belongs to `pg_database_owner`, and PUBLIC may not create in it.
    ClosedPublicSchema,
    /// `WITH INHERIT` and `WITH SET` of a role membership.
    MembershipOptions,
    /// `SET STORAGE` inside `CREATE TABLE`.
    StorageInCreateTable,
    /// ICU `RULES` of a collation.
    CollationRules,
    /// An expression of its own for a generated column that is inherited.
    InheritedExpression,
    /// `pg_input_is_valid`, which asks whether a text is a value of a type.
    InputIsValid,
    /// The privilege `MAINTAIN`.
    MaintainPrivilege,
    /// `ALTER COLUMN … SET EXPRESSION`.
    SetExpression,
    /// NULL, not −1, in `attstattarget` and `stxstattarget`.
    StatisticsTargetNull,
    /// The `builtin` collation provider.
    BuiltinCollations,
    /// Identity columns that partitions take over from their table.
    PartitionedIdentity,
    /// Exclusion constraints on partitioned tables.
    PartitionedExclusion,
    /// Event triggers on `login`.
    LoginEventTrigger,
    /// `ALTER OPERATOR … SET` of a commutator, a negator, HASHES and MERGES.
    AlterOperatorPartners,
    /// An enum value that is usable in the transaction that creates its type and adds it.
    EnumValueInTransaction,
    /// NOT NULL of domains in `pg_constraint`.
    DomainNotNullConstraints,
    /// `SET ACCESS METHOD` of a partitioned table.
    PartitionedAccessMethod,
    /// NOT NULL of tables in `pg_constraint`: with a name, `NOT VALID` and `NO INHERIT`.
    NotNullConstraints,
    /// `NOT ENFORCED` checks and foreign keys.
    NotEnforced,
    /// `WITHOUT OVERLAPS` and `PERIOD`.
    TemporalConstraints,
    /// Generated columns without storage.
    VirtualGenerated,
    /// `publish_generated_columns` of a publication.
    PublishGeneratedColumns,
    /// Foreign keys on a partitioned table as `NOT VALID`.
    PartitionedForeignKeyNotValid,
    /// `ALTER CONSTRAINT … [NO] INHERIT` and `[NOT] ENFORCED`.
    AlterConstraint,
    /// Default privileges of large objects.
    LargeObjectDefaultPrivileges,
}

impl Feature {
    /// The first major that has it (from the release notes; an integration test asks every server).
    pub fn since(self) -> u32 {
        use Feature as F;
        match self {
            F::DetachConcurrently
            | F::SqlBody
            | F::MultirangeTypes
            | F::ReplaceTrigger
            | F::ReindexPartitioned
            | F::StorageCompression
            | F::ProcedureOutParameters
            | F::StatisticsExpressions => 14,
            F::NullsNotDistinct
            | F::SetNullColumnList
            | F::SecurityInvokerViews
            | F::PublicationRowFilter
            | F::PublicationColumnList
            | F::PublicationSchemas
            | F::UnloggedSequences
            | F::ParameterPrivileges
            | F::SetAccessMethod
            | F::ClosedPublicSchema => 15,
            F::MembershipOptions
            | F::StorageInCreateTable
            | F::CollationRules
            | F::InputIsValid
            | F::InheritedExpression => 16,
            F::MaintainPrivilege
            | F::SetExpression
            | F::StatisticsTargetNull
            | F::BuiltinCollations
            | F::PartitionedIdentity
            | F::PartitionedExclusion
            | F::LoginEventTrigger
            | F::AlterOperatorPartners
            | F::EnumValueInTransaction
            | F::DomainNotNullConstraints
            | F::PartitionedAccessMethod => 17,
            F::NotNullConstraints
            | F::NotEnforced
            | F::TemporalConstraints
            | F::VirtualGenerated
            | F::PublishGeneratedColumns
            | F::PartitionedForeignKeyNotValid
            | F::AlterConstraint
            | F::LargeObjectDefaultPrivileges => 18,
        }
    }

    /// Its name in a sentence: "NULLS NOT DISTINCT needs PostgreSQL 15".
    pub fn name(self) -> &'static str {
        use Feature as F;
        match self {
            F::DetachConcurrently => "DETACH PARTITION … CONCURRENTLY",
            F::SqlBody => "a function body with BEGIN ATOMIC or RETURN",
            F::MultirangeTypes => "a multirange type",
            F::ReplaceTrigger => "CREATE OR REPLACE TRIGGER",
            F::ReindexPartitioned => "REINDEX of a partitioned table",
            F::StorageCompression => "COMPRESSION of a column",
            F::ProcedureOutParameters => "an OUT parameter of a procedure",
            F::StatisticsExpressions => "a statistics object on expressions",
            F::NullsNotDistinct => "NULLS NOT DISTINCT",
            F::SetNullColumnList => "a column list after ON DELETE SET NULL or SET DEFAULT",
            F::SecurityInvokerViews => "security_invoker of a view",
            F::PublicationRowFilter => "a row filter of a publication",
            F::PublicationColumnList => "a column list of a publication",
            F::PublicationSchemas => "a publication of a schema",
            F::UnloggedSequences => "an unlogged sequence",
            F::ParameterPrivileges => "a privilege on a parameter",
            F::SetAccessMethod => "SET ACCESS METHOD",
            F::ClosedPublicSchema => "a schema public that is closed to PUBLIC",
            F::MembershipOptions => "INHERIT and SET of a role membership",
            F::StorageInCreateTable => "STORAGE in CREATE TABLE",
            F::CollationRules => "RULES of a collation",
            F::InheritedExpression => "an expression of its own for an inherited generated column",
            F::InputIsValid => "pg_input_is_valid",
            F::MaintainPrivilege => "the privilege MAINTAIN",
            F::SetExpression => "SET EXPRESSION of a generated column",
            F::StatisticsTargetNull => "a statistics target of NULL",
            F::BuiltinCollations => "a collation of the builtin provider",
            F::PartitionedIdentity => "an identity column of a partition",
            F::PartitionedExclusion => "an exclusion constraint on a partitioned table",
            F::LoginEventTrigger => "an event trigger on login",
            F::AlterOperatorPartners => "ALTER OPERATOR … SET of a commutator",
            F::EnumValueInTransaction => "a new enum value in the transaction that creates its type",
            F::DomainNotNullConstraints => "a named NOT NULL of a domain",
            F::PartitionedAccessMethod => "an access method of a partitioned table",
            F::NotNullConstraints => "a named NOT NULL",
            F::NotEnforced => "NOT ENFORCED",
            F::TemporalConstraints => "WITHOUT OVERLAPS and PERIOD",
            F::VirtualGenerated => "a virtual generated column",
            F::PublishGeneratedColumns => "publish_generated_columns of a publication",
            F::PartitionedForeignKeyNotValid => "a NOT VALID foreign key on a partitioned table",
            F::AlterConstraint => "ALTER CONSTRAINT … ENFORCED or INHERIT",
            F::LargeObjectDefaultPrivileges => "default privileges of large objects",
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ServerVersion {
    /// The version itself, if it is one that is supported.
    ///
    /// # Errors
    /// For majors older than [`OLDEST_MAJOR`].
    pub fn supported(self) -> Result<Self> {
        if self.major() < OLDEST_MAJOR {
            return Err(Error::failed(format!("PostgreSQL {self} is not supported"))
                .hint(format!("PostgreSQL {OLDEST_MAJOR} is the oldest that is")));
        }
        Ok(self)
    }

    /// The major: 15 of 150018.
    pub fn major(self) -> u32 {
        self.0 / 10_000
    }

    /// The minor: 18 of 150018.
    pub fn minor(self) -> u32 {
        self.0 % 10_000
    }

    /// Whether it has `feature`.
    pub fn has(self, feature: Feature) -> bool {
        self.major() >= feature.since()
    }

    /// Insists on `feature`.
    ///
    /// # Errors
    /// When it does not have it; the message says which major does.
    pub fn need(self, feature: Feature) -> Result<()> {
        if self.has(feature) {
            return Ok(());
        }
        Err(Error::failed(format!("{feature} needs PostgreSQL {}, and this is {self}", feature.since())))
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.minor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_what_came_with_it_or_before() {
        let version = ServerVersion(150_018);
        assert_eq!(version.to_string(), "15.18");
        assert!(version.has(Feature::NullsNotDistinct) && version.has(Feature::ReplaceTrigger));
        assert!(!version.has(Feature::MembershipOptions));
        let error = version.need(Feature::VirtualGenerated).expect_err("not on 15");
        assert_eq!(error.message, "a virtual generated column needs PostgreSQL 18, and this is 15.18");
    }

    #[test]
    fn old_servers_are_refused() {
        assert!(ServerVersion(120_020).supported().is_err());
        assert!(ServerVersion(130_000).supported().is_ok());
    }
}
