BEGIN;
DROP TYPE public.unused;
DROP FUNCTION public.unused_f();
COMMIT;

BEGIN;
DROP TABLE public.mystery;
COMMIT;

BEGIN;
ALTER TABLE public.known DROP COLUMN surplus;
ALTER TABLE public.known DROP CONSTRAINT surplus;
DROP INDEX public.known_idx;
COMMENT ON TABLE public.known IS NULL;
COMMIT;
