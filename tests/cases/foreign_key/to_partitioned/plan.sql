BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_day_fkey FOREIGN KEY (day) REFERENCES public.days NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.visits VALIDATE CONSTRAINT visits_day_fkey;
COMMIT;
