BEGIN;
ALTER TABLE public.visits DROP CONSTRAINT visits_host_fkey;
ALTER TABLE public.people DROP CONSTRAINT people_pkey;
ALTER TABLE public.people ADD CONSTRAINT people_pkey PRIMARY KEY (id) INCLUDE (name);
ALTER TABLE public.visits ADD CONSTRAINT visits_host_fkey FOREIGN KEY (host) REFERENCES public.people;
COMMENT ON CONSTRAINT visits_host_fkey ON public.visits IS 'theirs';
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY people_code_key ON public.people (code) WITH (fillfactor = '70');

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT people_code_key UNIQUE USING INDEX people_code_key;
COMMIT;
