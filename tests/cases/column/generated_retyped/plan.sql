BEGIN;
-- ± column public.t.c
ALTER TABLE public.t DROP COLUMN c;
-- ± column public.t.c
ALTER TABLE public.t ADD COLUMN c text GENERATED ALWAYS AS ((a + 1)::text) STORED;
COMMIT;

BEGIN;
ALTER TABLE public.t ALTER COLUMN b TYPE smallint;
COMMIT;
