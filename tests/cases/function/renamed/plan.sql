BEGIN;
ALTER FUNCTION public.old(integer, text) RENAME TO new;
COMMIT;

BEGIN;
CREATE OR REPLACE VIEW public.v AS
select new(1, 'a') as old;
COMMIT;
