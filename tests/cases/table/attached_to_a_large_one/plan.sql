BEGIN;
ALTER TABLE public.events ATTACH PARTITION public.second for values in (2);
COMMIT;
