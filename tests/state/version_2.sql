-- The tool's own schema in its second version, without row-level security and with rows as `jsonb`, with a history.
CREATE SCHEMA pgreconcile;
COMMENT ON SCHEMA pgreconcile IS 'the state of pgreconcile: runs, remembered comparisons, quarantined rows';
CREATE TABLE pgreconcile.file (hash text PRIMARY KEY, content text NOT NULL);
CREATE TABLE pgreconcile.run (
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
CREATE TABLE pgreconcile.step (
    run bigint NOT NULL REFERENCES pgreconcile.run ON DELETE CASCADE,
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
CREATE TABLE pgreconcile.memo (
    address text NOT NULL,
    attribute text NOT NULL,
    desired text NOT NULL,
    observed text NOT NULL,
    PRIMARY KEY (address, attribute)
);
CREATE TABLE pgreconcile.seen (key text PRIMARY KEY, value text NOT NULL, secrets text NOT NULL);
CREATE TABLE pgreconcile.secret (role text PRIMARY KEY, verifier text NOT NULL);
CREATE TABLE pgreconcile.quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    relation text NOT NULL,
    reason text NOT NULL,
    row_data jsonb NOT NULL
);
CREATE FUNCTION pgreconcile.quarantine_row() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO pgreconcile.quarantine (relation, reason, row_data)
    VALUES (format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), TG_ARGV[0], to_jsonb(OLD));
    RETURN NULL;
END $$;
CREATE TABLE pgreconcile.version (number integer NOT NULL, salt bigint NOT NULL);
INSERT INTO pgreconcile.version (number, salt) VALUES (2, ('x' || left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 16))::bit(64)::bigint);
CREATE TABLE pgreconcile.holder (backend integer NOT NULL, backend_start timestamptz NOT NULL, username text NOT NULL);
ALTER TABLE pgreconcile.version REPLICA IDENTITY FULL;
ALTER TABLE pgreconcile.holder REPLICA IDENTITY FULL;
INSERT INTO pgreconcile.run (command, outcome, statements, tool_version, file_hash, ended_at)
VALUES ('apply', 'done', 1, '0.1.0', encode(sha256(E'[tables.t.columns]\nid = "int"\n'), 'hex'), clock_timestamp()), ('apply', 'done', 1, '0.1.0', encode(sha256(E'[tables.t.columns]\nid = "int"\nmore = "text"\n'), 'hex'), clock_timestamp());
INSERT INTO pgreconcile.step VALUES
    (1, 1, 'table public.t', 'create', 'CreateTable', 'CREATE TABLE t (id int)', 1, 'done', NULL),
    (2, 1, 'column public.t.more', 'create', 'AddColumn', 'ALTER TABLE t ADD COLUMN more text', 1, 'done', NULL);
INSERT INTO pgreconcile.memo VALUES ('table public.t', 'x', 'd', 'o');
INSERT INTO pgreconcile.seen VALUES ('k', '123', 'AAAA');
INSERT INTO pgreconcile.quarantine (relation, reason, row_data) VALUES ('public.t', 'why', '{"id": 1}');
INSERT INTO pgreconcile.file SELECT encode(sha256(convert_to(f, 'UTF8')), 'hex'), f FROM (VALUES
    (E'[tables.t.columns]\nid = "int"\n'), (E'[tables.t.columns]\nid = "int"\nmore = "text"\n')) files(f);
