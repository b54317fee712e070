BEGIN;
DO $$ BEGIN EXECUTE pg_catalog.format('REVOKE CREATE ON DATABASE %I FROM {{unique}}_one', pg_catalog.current_database()); END $$;
DO $$ BEGIN EXECUTE pg_catalog.format('REVOKE CREATE ON DATABASE %I FROM {{unique}}_other', pg_catalog.current_database()); END $$;
REVOKE USAGE ON LANGUAGE sql FROM {{unique}}_one;
CREATE TABLE public.t (
    a int
);
COMMIT;

BEGIN;
DROP ROLE {{unique}}_other;
COMMIT;
