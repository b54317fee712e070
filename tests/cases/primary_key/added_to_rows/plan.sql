BEGIN;
ALTER TABLE public.t ADD CONSTRAINT pgreconcile_t_id_not_null CHECK (id IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT pgreconcile_t_id_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.t ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.t DROP CONSTRAINT pgreconcile_t_id_not_null;
WITH doomed AS (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY id ORDER BY name desc, ctid) AS place FROM public.t WHERE id IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1), gone AS (DELETE FROM public.t t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.t', 'primary key public.t.t_pkey', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY t_pkey ON public.t (id);

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey;
COMMIT;

BEGIN;
ALTER TABLE public.empty ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.empty ADD CONSTRAINT empty_pkey PRIMARY KEY (id);
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY u_pkey ON public.u (id);

BEGIN;
ALTER TABLE public.u ADD CONSTRAINT u_pkey PRIMARY KEY USING INDEX u_pkey;
COMMIT;
