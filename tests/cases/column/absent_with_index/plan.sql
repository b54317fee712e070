BEGIN;
ALTER TABLE public.people DROP CONSTRAINT not_empty;
COMMIT;

DROP INDEX CONCURRENTLY public.people_gone;

DROP INDEX CONCURRENTLY public.people_both;

BEGIN;
ALTER TABLE public.people DROP COLUMN gone;
ALTER TABLE public.people DROP COLUMN also;
COMMIT;
