BEGIN;
ALTER TYPE public.temper RENAME TO mood;
COMMIT;
