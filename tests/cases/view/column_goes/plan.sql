BEGIN;
CREATE OR REPLACE VIEW public.seen AS
select n from filled;
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;
