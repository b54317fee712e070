BEGIN;
ALTER TABLE public.people ADD COLUMN pgreconcile_one_new timestamptz;
ALTER TABLE public.people ALTER COLUMN pgreconcile_one_new SET DEFAULT utc_now();
COMMIT;

BEGIN;
UPDATE public.people SET pgreconcile_one_new = (utc_now()) WHERE pgreconcile_one_new IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.people RENAME COLUMN pgreconcile_one_new TO one;
ALTER TABLE public.people ADD COLUMN two timestamptz DEFAULT now();
ALTER TABLE public.people ADD COLUMN three timestamptz DEFAULT (pg_catalog.now() - '1 day'::interval);
COMMIT;
