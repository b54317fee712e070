BEGIN;
DROP TYPE public.mood;
COMMIT;
