BEGIN;
ALTER TABLE public.visits DROP CONSTRAINT visits_host;
ALTER TABLE public.visits ADD CONSTRAINT visits_host FOREIGN KEY (tenant, "Host") REFERENCES public.people ON DELETE SET NULL ("Host") NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.visits VALIDATE CONSTRAINT visits_host;
COMMIT;
