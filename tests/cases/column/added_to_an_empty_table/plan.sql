BEGIN;
ALTER TABLE public.people ADD COLUMN name text NOT NULL;
ALTER TABLE public.people ADD COLUMN joined timestamptz DEFAULT now() NOT NULL;
ALTER TABLE public.people ADD COLUMN key uuid DEFAULT gen_random_uuid() NOT NULL;
ALTER TABLE public.people ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE public.people ADD COLUMN half integer GENERATED ALWAYS AS (id / 2) STORED;
COMMIT;
