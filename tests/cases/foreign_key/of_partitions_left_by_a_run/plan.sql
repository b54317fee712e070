BEGIN;
ALTER TABLE public.visits_2_2 ADD CONSTRAINT visits_host_fkey FOREIGN KEY (host) REFERENCES public.people NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.visits_1 VALIDATE CONSTRAINT visits_host_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.visits_2_2 VALIDATE CONSTRAINT visits_host_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_host_fkey FOREIGN KEY (host) REFERENCES public.people;
COMMIT;
