BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM public.t t WHERE NOT EXISTS (SELECT FROM (VALUES (0, 'kept'::text)) d(pgr_number, key) WHERE t.key OPERATOR(pg_catalog.=) d.key)), gone AS (DELETE FROM public.t t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.t', 'rows public.t', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;
