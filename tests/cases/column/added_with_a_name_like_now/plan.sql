BEGIN;
ALTER TABLE public.people ADD COLUMN pgreconcile_one_new timestamptz;
ALTER TABLE public.people ALTER COLUMN pgreconcile_one_new SET DEFAULT utc_now();
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET pgreconcile_one_new = (utc_now()) WHERE pgreconcile_one_new IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE pgreconcile_one_new IS NULL AND (utc_now()) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people RENAME COLUMN pgreconcile_one_new TO one;
ALTER TABLE public.people ADD COLUMN two timestamptz DEFAULT now();
ALTER TABLE public.people ADD COLUMN three timestamptz DEFAULT (pg_catalog.now() - '1 day'::interval);
COMMIT;
