//! The cost table: every form of statement the tool can issue, what it locks, how much work it is, whether it can
//! stand in a transaction, and what it can lose. Measured, not remembered: a test holds the locks against `pg_locks`.

/// A table-level lock mode, weakest first (PostgreSQL manual, 13.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// No lock on any table.
    None,
    /// Conflicts only with ACCESS EXCLUSIVE.
    AccessShare,
    /// Taken by `SELECT FOR UPDATE` and foreign-key checks.
    RowShare,
    /// Taken by INSERT, UPDATE and DELETE.
    RowExclusive,
    /// Lets reads and writes pass, not other DDL.
    ShareUpdateExclusive,
    /// Blocks writes.
    Share,
    /// Blocks writes, and itself.
    ShareRowExclusive,
    /// Blocks everything but plain reads.
    Exclusive,
    /// Blocks reads and writes.
    AccessExclusive,
}

impl Lock {
    /// The name that the manual uses, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Lock::None => "none",
            Lock::AccessShare => "access share",
            Lock::RowShare => "row share",
            Lock::RowExclusive => "row exclusive",
            Lock::ShareUpdateExclusive => "share update exclusive",
            Lock::Share => "share",
            Lock::ShareRowExclusive => "share row exclusive",
            Lock::Exclusive => "exclusive",
            Lock::AccessExclusive => "access exclusive",
        }
    }

    /// Whether it keeps old replicas from writing, or even from reading.
    pub fn is_strong(self) -> bool {
        self >= Lock::Share
    }
}

/// How much work a form does while it holds its lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Catalog only: milliseconds.
    None,
    /// Reads every row.
    Scan,
    /// Builds an index.
    Build,
    /// Writes every row anew.
    Rewrite,
    /// Changes some rows.
    Rows,
}

impl Work {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Work::None => "none",
            Work::Scan => "scan",
            Work::Build => "build",
            Work::Rewrite => "rewrite",
            Work::Rows => "rows",
        }
    }
}

/// A consent, named after what it risks (`allow` in the file, `--allow` on the command line).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Drop a table with its rows.
    DropTable,
    /// Drop a column with its values.
    DropColumn,
    /// Drop any other object.
    DropObject,
    /// Drop what the file does not declare.
    Prune,
    /// Rewrite a large table.
    Rewrite,
    /// Hold a strong lock for longer than the budget.
    Block,
    /// A type change that can fail or lose.
    Narrow,
    /// Delete rows (they go to quarantine first).
    DeleteRows,
    /// Take a privilege away.
    Revoke,
}

impl Consent {
    /// Every consent.
    pub const ALL: [Consent; 9] = [
        Consent::DropTable,
        Consent::DropColumn,
        Consent::DropObject,
        Consent::Prune,
        Consent::Rewrite,
        Consent::Block,
        Consent::Narrow,
        Consent::DeleteRows,
        Consent::Revoke,
    ];

    /// The word that gives it.
    pub fn name(self) -> &'static str {
        match self {
            Consent::DropTable => "drop_table",
            Consent::DropColumn => "drop_column",
            Consent::DropObject => "drop_object",
            Consent::Prune => "prune",
            Consent::Rewrite => "rewrite",
            Consent::Block => "block",
            Consent::Narrow => "narrow",
            Consent::DeleteRows => "delete_rows",
            Consent::Revoke => "revoke",
        }
    }

    /// What a statement that needs it does.
    pub fn risk(self) -> &'static str {
        match self {
            Consent::DropTable => "it drops a table with its rows",
            Consent::DropColumn => "it drops a column with its values",
            Consent::DropObject => "it drops an object",
            Consent::Prune => "it drops what the file does not declare",
            Consent::Rewrite => "it rewrites a large table while nobody can read it",
            Consent::Block => "it keeps others from a large table while it scans it",
            Consent::Narrow => "it can fail on a value, or lose part of it",
            Consent::DeleteRows => "it deletes rows (they go to quarantine)",
            Consent::Revoke => "it takes a privilege away",
        }
    }

    /// The consents that `word` gives; `all` stands for every one of them.
    pub fn parse(word: &str) -> Option<Vec<Consent>> {
        if word == "all" {
            return Some(Self::ALL.to_vec());
        }
        Self::ALL.iter().find(|consent| consent.name() == word).map(|consent| vec![*consent])
    }
}

/// What a form costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Cost {
    /// The lock on the table it is about.
    pub lock: Lock,
    /// The work done under it.
    pub work: Work,
    /// Whether it may stand in a transaction block.
    pub transactional: bool,
    /// The consent it needs whatever the size of the table.
    pub loses: Option<Consent>,
}

macro_rules! forms {
    ($($(#[doc = $doc:literal])+ $name:ident = $lock:ident, $work:ident $(, $extra:ident $(($consent:ident))?)*;)+) => {
        /// A sort of statement with a known cost.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Form { $($(#[doc = $doc])+ $name,)+ }

        impl Form {
            /// Every form.
            pub const ALL: &'static [Form] = &[$(Form::$name),+];

            /// What it is.
            pub fn about(self) -> &'static str {
                match self {
                    $(Form::$name => concat!($($doc),+).trim_ascii(),)+
                }
            }

            /// What it costs (measured on PostgreSQL 13 to 18).
            pub fn cost(self) -> Cost {
                match self {
                    $(Form::$name => {
                        #[allow(unused_mut)]
                        let mut cost = Cost { lock: Lock::$lock, work: Work::$work, transactional: true, loses: None };
                        $(forms!(@extra cost, $extra $(($consent))?);)*
                        cost
                    })+
                }
            }
        }
    };
    (@extra $cost:ident, alone) => { $cost.transactional = false; };
    (@extra $cost:ident, loses($consent:ident)) => { $cost.loses = Some(Consent::$consent); };
}

forms! {
    /// Creates something that nobody can be using yet.
    Create = None, None;
    /// Changes only the catalog, without a table lock (roles, functions, schemas, extensions).
    Catalog = None, None;
    /// `ALTER TYPE … ADD VALUE`: the label can be used only after commit.
    EnumAddValue = None, None;
    /// `ALTER TYPE … RENAME VALUE`.
    EnumRenameValue = None, None;
    /// `CREATE TABLE`.
    CreateTable = None, None;
    /// `CREATE TABLE … PARTITION OF`.
    CreatePartition = AccessExclusive, None;
    /// `ATTACH PARTITION` of a table that is new, and so holds no rows.
    AttachPartition = ShareUpdateExclusive, None;
    /// `ATTACH PARTITION` of a table that may hold rows, which are read.
    AttachTable = AccessExclusive, Scan;
    /// `DETACH PARTITION`.
    DetachPartition = AccessExclusive, None;
    /// `ADD COLUMN` that is nullable or has a default that is evaluated once.
    AddColumn = AccessExclusive, None;
    /// `ADD COLUMN` with a volatile default, identity, a stored expression or a constrained domain.
    AddColumnRewrite = AccessExclusive, Rewrite;
    /// A catalog-only `ALTER TABLE` (defaults, DROP NOT NULL, renames, storage).
    AlterTable = AccessExclusive, None;
    /// A catalog-only `ALTER TABLE` that lets reads and writes pass (statistics, storage parameters).
    AlterTableLight = ShareUpdateExclusive, None;
    /// `SET NOT NULL` with no check that proves it.
    SetNotNull = AccessExclusive, Scan;
    /// `SET NOT NULL` proved by a validated check.
    SetNotNullProved = AccessExclusive, None;
    /// `SET SCHEMA` of a table, a view or a sequence.
    SetSchema = AccessExclusive, None;
    /// `ALTER COLUMN … TYPE` that only relabels (binary-coercible, or a wider modifier).
    AlterTypeRelabel = AccessExclusive, None;
    /// `ALTER COLUMN … TYPE` that writes every row anew.
    AlterTypeRewrite = AccessExclusive, Rewrite;
    /// `ALTER COLUMN … TYPE` that can fail on a value, or lose part of it.
    AlterTypeNarrow = AccessExclusive, Rewrite, loses(Narrow);
    /// `ADD CONSTRAINT … CHECK`, validated at once.
    AddCheck = AccessExclusive, Scan;
    /// `ADD CONSTRAINT … CHECK … NOT VALID`.
    AddCheckNotValid = AccessExclusive, None;
    /// `VALIDATE CONSTRAINT` of a check.
    ValidateCheck = ShareUpdateExclusive, Scan;
    /// `ADD CONSTRAINT … FOREIGN KEY`, validated at once.
    AddForeignKey = ShareRowExclusive, Scan;
    /// `ADD CONSTRAINT … FOREIGN KEY … NOT VALID`.
    AddForeignKeyNotValid = ShareRowExclusive, None;
    /// `VALIDATE CONSTRAINT` of a foreign key.
    ValidateForeignKey = ShareUpdateExclusive, Scan;
    /// `ALTER CONSTRAINT … ENFORCED` of a foreign key.
    EnforceForeignKey = AccessExclusive, Scan;
    /// `ADD CONSTRAINT … EXCLUDE`, which builds its index.
    AddExclusion = AccessExclusive, Build;
    /// `ADD CONSTRAINT … UNIQUE` or `PRIMARY KEY`, which builds its index.
    AddUnique = AccessExclusive, Build;
    /// `ADD CONSTRAINT … UNIQUE` or `PRIMARY KEY … USING INDEX`.
    AddUniqueUsingIndex = AccessExclusive, None;
    /// `DROP CONSTRAINT`.
    DropConstraint = AccessExclusive, None, loses(DropObject);
    /// `DROP CONSTRAINT` of one that is put back in a changed form, or that only helped.
    ReplaceConstraint = AccessExclusive, None;
    /// `CREATE INDEX`.
    CreateIndex = Share, Build;
    /// `CREATE INDEX … ON ONLY` a partitioned table, without its partitions.
    CreateIndexOnly = Share, None;
    /// `CREATE INDEX CONCURRENTLY`.
    CreateIndexConcurrently = ShareUpdateExclusive, Build, alone;
    /// `REINDEX INDEX CONCURRENTLY`.
    ReindexConcurrently = ShareUpdateExclusive, Build, alone;
    /// `DROP INDEX` of an index that nobody can be using.
    DropIndex = AccessExclusive, None, loses(DropObject);
    /// `DROP INDEX` of one that is built anew in the same transaction.
    ReplaceIndex = AccessExclusive, None;
    /// `DROP INDEX CONCURRENTLY`.
    DropIndexConcurrently = ShareUpdateExclusive, None, alone, loses(DropObject);
    /// `DROP INDEX CONCURRENTLY` of one that is built anew, or that is an invalid leftover.
    ReplaceIndexConcurrently = ShareUpdateExclusive, None, alone;
    /// `ALTER INDEX … RENAME` or a change of its storage parameters: locks only the index, and lets its use pass.
    AlterIndex = None, None;
    /// `CREATE TRIGGER`, or enabling one.
    CreateTrigger = ShareRowExclusive, None;
    /// `DROP TRIGGER`.
    DropTrigger = AccessExclusive, None, loses(DropObject);
    /// `DROP TRIGGER` of one that is put back in a changed form.
    ReplaceTrigger = AccessExclusive, None;
    /// `CREATE POLICY` or `ALTER POLICY`.
    CreatePolicy = AccessExclusive, None;
    /// `DROP POLICY`.
    DropPolicy = AccessExclusive, None, loses(DropObject);
    /// `DROP POLICY` of one that is put back in a changed form.
    ReplacePolicy = AccessExclusive, None;
    /// `CREATE RULE`, also `OR REPLACE`, or `ALTER RULE`.
    CreateRule = AccessExclusive, None;
    /// `DROP RULE`.
    DropRule = AccessExclusive, None, loses(DropObject);
    /// `DROP RULE` of one that is put back in a changed form.
    ReplaceRule = AccessExclusive, None;
    /// `CREATE STATISTICS`.
    CreateStatistics = ShareUpdateExclusive, None;
    /// `DROP STATISTICS`.
    DropStatistics = ShareUpdateExclusive, None, loses(DropObject);
    /// `DROP STATISTICS` of some that are put back in a changed form.
    ReplaceStatistics = ShareUpdateExclusive, None;
    /// `CREATE PUBLICATION` or a change of what is published: locks the tables that come.
    Publish = ShareUpdateExclusive, None;
    /// `COMMENT ON`.
    Comment = ShareUpdateExclusive, None;
    /// `GRANT` or `ALTER DEFAULT PRIVILEGES … GRANT`.
    Grant = None, None;
    /// `REVOKE` of what PostgreSQL gives to everyone on something that nobody can be using yet.
    RevokeNew = None, None;
    /// `REVOKE`.
    Revoke = None, None, loses(Revoke);
    /// `DROP TABLE`.
    DropTable = AccessExclusive, None, loses(DropTable);
    /// `DROP FOREIGN TABLE`: its rows are elsewhere.
    DropForeignTable = AccessExclusive, None, loses(DropObject);
    /// `DROP FOREIGN TABLE` of one that is put back in a changed form.
    ReplaceForeignTable = AccessExclusive, None;
    /// `ALTER TABLE … DROP COLUMN`.
    DropColumn = AccessExclusive, None, loses(DropColumn);
    /// `ALTER TABLE … DROP COLUMN` of a generated column that is put back.
    ReplaceColumn = AccessExclusive, None;
    /// `DROP` of an object without rows.
    DropObject = None, None, loses(DropObject);
    /// `DROP EVENT TRIGGER`.
    DropEventTrigger = None, None, loses(DropObject);
    /// `ALTER … OWNER TO` of a table, a view or a sequence.
    ChangeOwner = AccessExclusive, None;
    /// `CREATE OR REPLACE VIEW` or `ALTER VIEW`.
    ReplaceView = AccessExclusive, None;
    /// `ALTER TYPE` of a composite type that no column is of, or that only gains or renames an attribute.
    AlterComposite = None, None;
    /// `ALTER TYPE … DROP ATTRIBUTE`.
    DropAttribute = None, None, loses(DropColumn);
    /// `REFRESH MATERIALIZED VIEW`, or what else writes it anew.
    Refresh = AccessExclusive, Rewrite;
    /// `ALTER DOMAIN` that reads no table (defaults, checks that are not valid yet).
    AlterDomain = None, None;
    /// `ALTER DOMAIN … VALIDATE CONSTRAINT` or `SET NOT NULL`: reads every table that uses the domain.
    ScanDomain = Share, Scan;
    /// `ALTER SEQUENCE`: locks only the sequence, so that nobody takes a number until commit.
    AlterSequence = ShareRowExclusive, None;
    /// `ALTER SEQUENCE … RENAME` or `SET LOGGED`: locks only the sequence.
    RenameSequence = AccessExclusive, None;
    /// What moves the sequence of a column on past numbers that declared rows take: locks only the sequence.
    MoveSequence = ShareRowExclusive, None;
    /// `DROP` of an object that is created again in the same plan.
    ReplaceObject = None, None;
    /// `INSERT` of declared rows.
    InsertRows = RowExclusive, Rows;
    /// `UPDATE` of declared rows, or a backfill.
    UpdateRows = RowExclusive, Rows;
    /// `DELETE` of rows that the file no longer declares; quarantined first.
    DeleteRows = RowExclusive, Rows, loses(DeleteRows);
    /// A declared repair: rows go to quarantine, then out.
    Repair = RowExclusive, Rows;
    /// A statement of `[[custom]]`; nothing is known about it.
    Custom = None, Rows;
    /// A statement of `[[custom]]` that cannot stand in a transaction.
    CustomAlone = None, Rows, alone;
}

impl Form {
    /// The name used in reports: the variant in snake case.
    pub fn name(self) -> String {
        let debug = format!("{self:?}");
        debug.chars().enumerate().fold(String::new(), |mut name, (at, char)| {
            if char.is_uppercase() && at > 0 {
                name.push('_');
            }
            name.push(char.to_ascii_lowercase());
            name
        })
    }
}
