BEGIN;
ALTER TABLE public.people DROP CONSTRAINT pgreconcile_people_pgreconcile_key_new_not_null;
ALTER TABLE public.people DROP COLUMN pgreconcile_key_new;
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
ALTER TABLE public.people ADD COLUMN pgreconcile_token_new uuid;
ALTER TABLE public.people ALTER COLUMN pgreconcile_token_new SET DEFAULT gen_random_uuid();
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET pgreconcile_token_new = (gen_random_uuid()) WHERE pgreconcile_token_new IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE pgreconcile_token_new IS NULL AND (gen_random_uuid()) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people RENAME COLUMN pgreconcile_token_new TO token;
COMMIT;
