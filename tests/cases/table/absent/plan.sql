BEGIN;
ALTER TABLE public.kept DROP CONSTRAINT kept_gone_fkey;
COMMIT;

BEGIN;
DROP TABLE public.gone;
COMMIT;
