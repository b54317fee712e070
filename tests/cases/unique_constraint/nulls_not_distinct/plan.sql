CREATE UNIQUE INDEX CONCURRENTLY t_a ON public.t (a) NULLS NOT DISTINCT;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT t_a UNIQUE USING INDEX t_a;
WITH doomed AS (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY b ORDER BY a, ctid) AS place FROM public.t WHERE true) ranked WHERE place OPERATOR(pg_catalog.>) 1), gone AS (DELETE FROM public.t t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.t', 'unique constraint public.t.t_b', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY t_b ON public.t (b) NULLS NOT DISTINCT;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT t_b UNIQUE USING INDEX t_b;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_t_c_new ON public.t (c);

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_c;
ALTER TABLE public.t ADD CONSTRAINT t_c UNIQUE USING INDEX pgreconcile_t_c_new;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_t_d_new ON public.t (d) NULLS NOT DISTINCT;

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_d;
ALTER TABLE public.t ADD CONSTRAINT t_d UNIQUE USING INDEX pgreconcile_t_d_new;
COMMIT;
