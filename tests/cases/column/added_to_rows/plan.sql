BEGIN;
ALTER TABLE public.people ADD COLUMN note text;
ALTER TABLE public.people ADD COLUMN joined date DEFAULT '2020-01-01' NOT NULL;
ALTER TABLE public.people ADD COLUMN pgreconcile_key_new uuid;
ALTER TABLE public.people ALTER COLUMN pgreconcile_key_new SET DEFAULT gen_random_uuid();
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET pgreconcile_key_new = (gen_random_uuid()) WHERE pgreconcile_key_new IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE pgreconcile_key_new IS NULL AND (gen_random_uuid()) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT pgreconcile_people_pgreconcile_key_new_not_null CHECK (pgreconcile_key_new IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET pgreconcile_key_new = (gen_random_uuid()) WHERE pgreconcile_key_new IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE pgreconcile_key_new IS NULL AND (gen_random_uuid()) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people VALIDATE CONSTRAINT pgreconcile_people_pgreconcile_key_new_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.people RENAME COLUMN pgreconcile_key_new TO key;
ALTER TABLE public.people ALTER COLUMN key SET NOT NULL;
ALTER TABLE public.people DROP CONSTRAINT pgreconcile_people_pgreconcile_key_new_not_null;
ALTER TABLE public.people ADD COLUMN email text;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET email = (lower(raw)) WHERE email IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE email IS NULL AND (lower(raw)) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT pgreconcile_people_email_not_null CHECK (email IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET email = (lower(raw)) WHERE email IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE email IS NULL AND (lower(raw)) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people VALIDATE CONSTRAINT pgreconcile_people_email_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.people ALTER COLUMN email SET NOT NULL;
ALTER TABLE public.people DROP CONSTRAINT pgreconcile_people_email_not_null;
ALTER TABLE public.people ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE public.people ADD COLUMN counted serial NOT NULL;
ALTER TABLE public.people ADD COLUMN double integer GENERATED ALWAYS AS (id * 2) STORED;
COMMIT;
