BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM public.t t WHERE (t.key = 'kept'::text) IS NOT TRUE), gone AS (DELETE FROM public.t t USING doomed d WHERE t.ctid = d.ctid AND t.tableoid = d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.t', 'rows public.t', to_jsonb(gone) FROM gone;
COMMIT;
