BEGIN;
DROP STATISTICS public.filled_stat;
CREATE STATISTICS public.filled_stat ON a, b FROM public.filled;
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;
