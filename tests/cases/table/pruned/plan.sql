BEGIN;
COMMENT ON TABLE public.known IS NULL;
ALTER TABLE public.known DROP CONSTRAINT surplus;
DROP INDEX public.known_idx;
ALTER TABLE public.known DROP COLUMN surplus;
COMMIT;

BEGIN;
DROP TABLE public.mystery;
COMMIT;

BEGIN;
DROP FUNCTION public.unused_f();
DROP TYPE public.unused;
COMMIT;
