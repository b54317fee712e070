BEGIN;
DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM {{unique}}_one', current_database()); END $$;
DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM {{unique}}_other', current_database()); END $$;
REVOKE USAGE ON LANGUAGE sql FROM {{unique}}_one;
CREATE TABLE public.t (
    a int
);
COMMIT;

BEGIN;
DROP ROLE {{unique}}_other;
COMMIT;
