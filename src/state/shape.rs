//! The shape of the tool's own schema: the statements that make it, those that bring an older one up to date, and what
//! it looks like in each of its versions.

use crate::sql::{dollar_tag, ident, literal, qualified};

/// The version of the shape that this program makes. Version 1, of pgreconcile 0.1.0, has no table that says so.
pub const VERSION: u32 = 3;

/// The tables of the present version that have row-level security on and no policy: members of `pg_write_all_data` and
/// `pg_read_all_data` have rights on every table, which nobody has granted and nobody can take away. Its owner passes.
const SECURED: &[&str] = &["file", "run", "step", "memo", "seen", "secret", "quarantine", "holder", "shape"];

/// A random number of 64 bits, made where nobody sees it.
const RANDOM: &str = "('x' || left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), \
                      16))::bit(64)::bigint";

/// What version 1 consists of.
const FIRST: &[&str] = &[
    "column file.content text not null",
    "column file.hash text not null",
    "column memo.address text not null",
    "column memo.attribute text not null",
    "column memo.desired text not null",
    "column memo.observed text not null",
    "column quarantine.at timestamp with time zone not null default clock_timestamp()",
    "column quarantine.id bigint not null identity a",
    "column quarantine.reason text not null",
    "column quarantine.relation text not null",
    "column quarantine.row_data jsonb not null",
    "column run.backend integer not null default pg_backend_pid()",
    "column run.command text not null",
    "column run.ended_at timestamp with time zone",
    "column run.error text",
    "column run.file_hash text not null",
    "column run.id bigint not null identity a",
    "column run.outcome text not null default 'running'::text",
    "column run.started_at timestamp with time zone not null default clock_timestamp()",
    "column run.statements integer not null default 0",
    "column run.tool_version text not null",
    "column run.username text not null default SESSION_USER",
    "column secret.role text not null",
    "column secret.verifier text not null",
    "column seen.key text not null",
    "column seen.secrets text not null",
    "column seen.value text not null",
    "column step.action text not null",
    "column step.address text not null",
    "column step.duration_ms double precision",
    "column step.error text",
    "column step.form text not null",
    "column step.number integer not null",
    "column step.outcome text not null",
    "column step.run bigint not null",
    "column step.sql text not null",
    "constraint file_pkey on file p hash",
    "constraint memo_pkey on memo p address, attribute",
    "constraint quarantine_pkey on quarantine p id",
    "constraint run_pkey on run p id",
    "constraint secret_pkey on secret p role",
    "constraint seen_pkey on seen p key",
    "constraint step_pkey on step p run, number",
    "constraint step_run_fkey on step f run to run on delete c on update a",
    "function quarantine_row() returns trigger plpgsql f search_path=pg_catalog, pg_temp as it was made",
    "index file_pkey on file hash",
    "index memo_pkey on memo address, attribute",
    "index quarantine_pkey on quarantine id",
    "index run_pkey on run id",
    "index secret_pkey on secret role",
    "index seen_pkey on seen key",
    "index step_pkey on step run, number",
    "sequence quarantine_id_seq of quarantine.id by 1",
    "sequence run_id_seq of run.id by 1",
    "table file",
    "table memo",
    "table quarantine",
    "table run",
    "table secret",
    "table seen",
    "table step",
];

/// What version 2 has besides.
const SECOND: &[&str] = &[
    "column holder.backend integer not null",
    "column holder.backend_start timestamp with time zone not null",
    "column holder.username text not null",
    "column version.number integer not null",
    "column version.salt bigint not null",
    "table holder",
    "table version",
];

/// What version 3 has besides, but for row-level security. The table `version`, which programs that know version 2 read and
/// this one does not, has none, because they would not read it then. The table `shape` and its column `number` stay as they
/// are in all later versions, so that this program can tell that a schema is newer than itself.
const THIRD: &[&str] = &[
    "column quarantine.row_data json not null",
    "column shape.number integer not null",
    "column shape.salt bigint not null",
    "function quarantine_row() returns trigger plpgsql f search_path=pg_catalog, pg_temp as it is made",
    "table shape",
];

/// What version 3 no longer has.
const NOT_IN_THIRD: &[&str] = &[
    "column quarantine.row_data jsonb not null",
    "column version.salt bigint not null",
    "function quarantine_row() returns trigger plpgsql f search_path=pg_catalog, pg_temp as it was made",
];

/// What a version consists of, as [`verify::lines`](super::verify) says it.
pub(super) fn lines(version: u32) -> Vec<String> {
    let stays = |line: &&&str| version < 3 || !NOT_IN_THIRD.contains(*line);
    let since = [(1, FIRST), (2, SECOND), (3, THIRD)].into_iter().filter(|(since, _)| *since <= version);
    let lines = since.flat_map(|(_, lines)| lines).filter(stays);
    lines
        .map(|line| match line.strip_prefix("table ") {
            Some(table) if version >= 3 && SECURED.contains(&table) => format!("{line} with row security"),
            _ => (*line).to_string(),
        })
        .collect()
}

/// The statements that make the tool's own schema, for a transaction. They fail where there is one already.
pub fn definition(schema: &str) -> String {
    format!("CREATE SCHEMA {};\n{}", ident(schema), contents(schema))
}

/// The statements that fill the schema, which is there and empty.
pub(super) fn contents(schema: &str) -> String {
    let [file, run, step, memo, seen, secret, quarantine, function] =
        ["file", "run", "step", "memo", "seen", "secret", "quarantine", "quarantine_row"]
            .map(|name| qualified(schema, name));
    let body = body(schema);
    format!(
        "SET LOCAL search_path = pg_catalog, pg_temp;
COMMENT ON SCHEMA {schema} IS 'the state of pgreconcile: runs, remembered comparisons, quarantined rows';
CREATE TABLE {file} (hash text PRIMARY KEY, content text NOT NULL);
CREATE TABLE {run} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text NOT NULL DEFAULT 'running',
    statements integer NOT NULL DEFAULT 0,
    tool_version text NOT NULL,
    file_hash text NOT NULL,
    username text NOT NULL DEFAULT session_user,
    backend integer NOT NULL DEFAULT pg_backend_pid(),
    error text
);
CREATE TABLE {step} (
    run bigint NOT NULL REFERENCES {run} ON DELETE CASCADE,
    number integer NOT NULL,
    address text NOT NULL,
    action text NOT NULL,
    form text NOT NULL,
    sql text NOT NULL,
    duration_ms double precision,
    outcome text NOT NULL,
    error text,
    PRIMARY KEY (run, number)
);
CREATE TABLE {memo} (
    address text NOT NULL,
    attribute text NOT NULL,
    desired text NOT NULL,
    observed text NOT NULL,
    PRIMARY KEY (address, attribute)
);
CREATE TABLE {seen} (key text PRIMARY KEY, value text NOT NULL, secrets text NOT NULL);
CREATE TABLE {secret} (role text PRIMARY KEY, verifier text NOT NULL);
CREATE TABLE {quarantine} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    relation text NOT NULL,
    reason text NOT NULL,
    row_data json NOT NULL
);
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS {tag}{body}{tag};
{later}",
        schema = ident(schema),
        tag = dollar_tag(&body),
        later = [second(schema), third(schema), secured(schema), closed(schema)].join(";\n"),
    )
}

/// The text of the function that puts rows into quarantine.
pub(super) fn body(schema: &str) -> String {
    trap(schema, "to_json")
}

/// The text that it had in versions 1 and 2.
pub(super) fn former_body(schema: &str) -> String {
    trap(schema, "to_jsonb")
}

fn trap(schema: &str, to_json: &str) -> String {
    format!(
        "
BEGIN
    INSERT INTO {} (relation, reason, row_data)
    VALUES (format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), TG_ARGV[0], {to_json}(OLD));
    RETURN NULL;
END ",
        qualified(schema, "quarantine")
    )
}

/// The statements that make what version 2 has besides. The tables have no key; a publication of all tables would keep
/// their rows from being changed.
fn second(schema: &str) -> String {
    let (version, holder) = (qualified(schema, "version"), qualified(schema, "holder"));
    format!(
        "CREATE TABLE {version} (number integer NOT NULL);
INSERT INTO {version} (number) VALUES ({VERSION});
CREATE TABLE {holder} (backend integer NOT NULL, backend_start timestamptz NOT NULL, username text NOT NULL);
ALTER TABLE {version} REPLICA IDENTITY FULL;
ALTER TABLE {holder} REPLICA IDENTITY FULL"
    )
}

/// The statements that make what version 3 has besides.
fn third(schema: &str) -> String {
    let shape = qualified(schema, "shape");
    format!(
        "CREATE TABLE {shape} (number integer NOT NULL, salt bigint NOT NULL);
INSERT INTO {shape} (number, salt) VALUES ({VERSION}, {RANDOM});
ALTER TABLE {shape} REPLICA IDENTITY FULL"
    )
}

fn secured(schema: &str) -> String {
    let enable = |table: &&str| format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", qualified(schema, table));
    SECURED.iter().map(enable).collect::<Vec<_>>().join(";\n")
}

/// The statements that make the present version of an older one, for a transaction. What is only remembered is forgotten:
/// others may have written it.
pub(super) fn upgrade(schema: &str, from: u32) -> String {
    let [quarantine, function, memo, seen] =
        ["quarantine", "quarantine_row", "memo", "seen"].map(|name| qualified(schema, name));
    let body = body(schema);
    let before = match from {
        1 => format!("{};\n{}", second(schema), upgrade_of_first(schema)),
        _ => {
            let version = qualified(schema, "version");
            format!("ALTER TABLE {version} DROP COLUMN salt;\nUPDATE {version} SET number = {VERSION}")
        }
    };
    format!(
        "{before};
{third};
ALTER TABLE {quarantine} ALTER COLUMN row_data TYPE json USING row_data::json;
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS {tag}{body}{tag};
DELETE FROM {memo};
DELETE FROM {seen};
{secured};
{closed}",
        third = third(schema),
        tag = dollar_tag(&body),
        secured = secured(schema),
        closed = closed(schema),
    )
}

/// The statements that keep what version 1 has: verifiers become what nobody can log in with, files are known by the hash
/// of what is kept of them.
fn upgrade_of_first(schema: &str) -> String {
    let [file, run, secret] = ["file", "run", "secret"].map(|name| qualified(schema, name));
    let hash = |content: &str| format!("encode(sha256(convert_to({content}, 'UTF8')), 'hex')");
    format!(
        "UPDATE {run} r SET file_hash = {hash} FROM {file} f WHERE f.hash = r.file_hash;
WITH gone AS (DELETE FROM {file} RETURNING content)
INSERT INTO {file} (hash, content) SELECT DISTINCT {of_gone}, g.content FROM gone g ON CONFLICT DO NOTHING;
DELETE FROM {secret} WHERE verifier !~ '^SCRAM-SHA-256\\$[0-9]+:[A-Za-z0-9+/=]+\\$[A-Za-z0-9+/]{{43}}=:';
UPDATE {secret} SET verifier = concat_ws('$', 'pgreconcile', split_part(verifier, '$', 2),
    encode(sha256(decode(split_part(split_part(verifier, '$', 3), ':', 1), 'base64')), 'base64'))",
        hash = hash("f.content"),
        of_gone = hash("g.content"),
    )
}

/// The statements that close a schema into which others could look, for a transaction: what they may have read is of no
/// use any more.
pub(super) fn close(schema: &str) -> String {
    format!(
        "{}; UPDATE {} SET salt = {RANDOM}; DELETE FROM {}",
        closed(schema),
        qualified(schema, "shape"),
        qualified(schema, "seen")
    )
}

/// The statement that leaves rights on the schema and all in it to their owners alone, whatever default privileges gave
/// away, so that no role has to be kept because of them; and gives what somebody else made to the schema's owner.
fn closed(schema: &str) -> String {
    let name = literal(schema);
    let code = format!(
        "
DECLARE command text;
BEGIN
    FOR command IN
        SELECT format('ALTER TABLE %I.%I OWNER TO %I', n.nspname, c.relname, r.rolname)
        FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_roles r ON r.oid = n.nspowner
        WHERE n.nspname = {name} AND c.relkind = 'r' AND c.relowner <> n.nspowner AND r.rolname <> 'pg_database_owner'
        UNION ALL
        SELECT DISTINCT format('REVOKE ALL ON %s %I FROM %s CASCADE', s.sort, h.nspname,
            CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END)
        FROM (SELECT n.nspname, n.nspowner AS owner, n.nspacl AS acl FROM pg_namespace n
            UNION ALL SELECT n.nspname, c.relowner, c.relacl
            FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
            UNION ALL SELECT n.nspname, c.relowner, a.attacl
            FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_attribute a ON a.attrelid = c.oid
            UNION ALL SELECT n.nspname, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
            FROM pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid) h,
            LATERAL aclexplode(h.acl) x,
            (VALUES ('SCHEMA'), ('ALL TABLES IN SCHEMA'), ('ALL SEQUENCES IN SCHEMA'), ('ALL FUNCTIONS IN SCHEMA')) s(sort)
        WHERE h.nspname = {name} AND x.grantee <> h.owner
    LOOP
        EXECUTE command;
    END LOOP;
END "
    );
    let tag = dollar_tag(&code);
    format!("DO {tag}{code}{tag}")
}
