BEGIN;
INSERT INTO public.kinds (id) SELECT '1'::int WHERE NOT EXISTS (SELECT FROM public.kinds t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
COMMIT;

BEGIN;
INSERT INTO public.events (id, kind) SELECT '1'::int, '1'::int WHERE NOT EXISTS (SELECT FROM public.events t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
COMMIT;

BEGIN;
INSERT INTO public.notes (event, id) SELECT '1'::int, '1'::int WHERE NOT EXISTS (SELECT FROM public.notes t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
WITH doomed AS (SELECT ctid, tableoid FROM public.notes t WHERE NOT EXISTS (SELECT FROM (VALUES (0, '1'::int)) d(pgr_number, id) WHERE t.id OPERATOR(pg_catalog.=) d.id)), gone AS (DELETE FROM public.notes t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.notes', 'rows public.notes', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM public.events t WHERE NOT EXISTS (SELECT FROM (VALUES (0, '1'::int)) d(pgr_number, id) WHERE t.id OPERATOR(pg_catalog.=) d.id)), gone AS (DELETE FROM public.events t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.events', 'rows public.events', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM public.kinds t WHERE NOT EXISTS (SELECT FROM (VALUES (0, '1'::int)) d(pgr_number, id) WHERE t.id OPERATOR(pg_catalog.=) d.id)), gone AS (DELETE FROM public.kinds t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.kinds', 'rows public.kinds', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;
