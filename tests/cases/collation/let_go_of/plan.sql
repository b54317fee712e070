BEGIN;
DROP VIEW public.before_it;
ALTER TYPE public.pair ALTER ATTRIBUTE one TYPE text;
COMMIT;

BEGIN;
DROP TABLE public.goes;
COMMIT;

BEGIN;
DROP COLLATION public.gone;
DROP TYPE public.gone_with;
COMMIT;

BEGIN;
ALTER TABLE public.spelt ALTER COLUMN word TYPE text, ALTER COLUMN more TYPE text COLLATE public.other;
COMMIT;

BEGIN;
DROP COLLATION public.plain;
COMMIT;
