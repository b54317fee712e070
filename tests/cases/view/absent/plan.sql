BEGIN;
DROP VIEW public.gone;
COMMIT;
