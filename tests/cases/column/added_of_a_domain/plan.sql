BEGIN;
ALTER TABLE public.things ADD COLUMN b positive;
COMMIT;
