CREATE UNIQUE INDEX CONCURRENTLY visits_1_day_host_key ON public.visits_1 (day, host);

BEGIN;
ALTER TABLE public.visits_1 ADD CONSTRAINT visits_1_day_host_key UNIQUE USING INDEX visits_1_day_host_key;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_key UNIQUE (day, host);
COMMIT;

BEGIN;
ALTER TABLE public.visits_1 ADD CONSTRAINT visits_host_fkey FOREIGN KEY (host) REFERENCES public.people NOT VALID;
COMMIT;

BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM public.visits t WHERE t.host IS NOT NULL AND NOT EXISTS (SELECT FROM public.people p WHERE p.id OPERATOR(pg_catalog.=) t.host)), kept AS (INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.visits', 'foreign key public.visits.visits_host_fkey', pg_catalog.to_json(t.*) FROM public.visits t JOIN doomed d ON t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid) UPDATE public.visits t SET host = NULL FROM doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
COMMIT;

BEGIN;
ALTER TABLE public.visits_1 VALIDATE CONSTRAINT visits_host_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_host_fkey FOREIGN KEY (host) REFERENCES public.people;
COMMIT;
