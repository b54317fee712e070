BEGIN;
ALTER TABLE public.animals NO INHERIT public.living;
COMMIT;

BEGIN;
ALTER TABLE public.living DROP COLUMN weight;
COMMIT;

BEGIN;
ALTER TABLE public.measured DETACH PARTITION public.measured_2025;
ALTER TABLE public.measured DROP COLUMN note;
COMMIT;
