BEGIN;
-- ± column public.filled.z
ALTER TABLE public.filled DROP COLUMN z;
-- ± column public.filled.z
ALTER TABLE public.filled ADD COLUMN z int GENERATED ALWAYS AS (a * 2) STORED;
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;

BEGIN;
-- ± column public.empty.z
ALTER TABLE public.empty DROP COLUMN z;
-- ± column public.empty.z
ALTER TABLE public.empty ADD COLUMN z int GENERATED ALWAYS AS (a * 2) STORED;
COMMIT;

BEGIN;
ALTER TABLE public.empty ALTER COLUMN plain DROP EXPRESSION;
ALTER TABLE public.empty DROP COLUMN m;
COMMIT;
