BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY day, host ORDER BY note, ctid) AS place FROM public.visits WHERE day IS NOT NULL AND host IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1), gone AS (DELETE FROM public.visits t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.visits', 'unique constraint public.visits.visits_key', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY taken_day_host_key ON public.taken (day, host);

CREATE UNIQUE INDEX CONCURRENTLY visits_1_day_host_key ON public.visits_1 (day, host);

CREATE UNIQUE INDEX CONCURRENTLY visits_2_day_host_key ON public.visits_2 (day, host);

BEGIN;
ALTER TABLE public.taken ADD CONSTRAINT taken_day_host_key UNIQUE USING INDEX taken_day_host_key DEFERRABLE;
COMMIT;

BEGIN;
ALTER TABLE public.visits_1 ADD CONSTRAINT visits_1_day_host_key UNIQUE USING INDEX visits_1_day_host_key DEFERRABLE;
COMMIT;

BEGIN;
ALTER TABLE public.visits_2 ADD CONSTRAINT visits_2_day_host_key UNIQUE USING INDEX visits_2_day_host_key DEFERRABLE;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_key UNIQUE (day, host) DEFERRABLE;
WITH doomed AS (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY host, day ORDER BY note, ctid) AS place FROM public.visits WHERE host IS NOT NULL AND day IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1), gone AS (DELETE FROM public.visits t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.visits', 'unique constraint public.visits.visits_more', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY taken_host_day_note_key ON public.taken (host, day) INCLUDE (note);

CREATE UNIQUE INDEX CONCURRENTLY visits_1_host_day_note_key ON public.visits_1 (host, day) INCLUDE (note);

CREATE UNIQUE INDEX CONCURRENTLY visits_2_host_day_note_key ON public.visits_2 (host, day) INCLUDE (note);

BEGIN;
ALTER TABLE public.taken ADD CONSTRAINT taken_host_day_note_key UNIQUE USING INDEX taken_host_day_note_key;
COMMIT;

BEGIN;
ALTER TABLE public.visits_1 ADD CONSTRAINT visits_1_host_day_note_key UNIQUE USING INDEX visits_1_host_day_note_key;
COMMIT;

BEGIN;
ALTER TABLE public.visits_2 ADD CONSTRAINT visits_2_host_day_note_key UNIQUE USING INDEX visits_2_host_day_note_key;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_more UNIQUE (host, day) INCLUDE (note);
COMMIT;
