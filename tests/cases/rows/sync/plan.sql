BEGIN;
INSERT INTO public.parents (id) SELECT 'new'::text WHERE NOT EXISTS (SELECT FROM public.parents t WHERE t.id OPERATOR(pg_catalog.=) 'new'::text) ON CONFLICT (id) DO NOTHING;
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE OR UPDATE ON public.children FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('rows public.parents');
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE ON public.parents FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('rows public.parents');
DELETE FROM public.parents t USING (SELECT ctid, tableoid FROM public.parents t WHERE NOT EXISTS (SELECT FROM (VALUES (0, 'kept'::text), (1, 'new'::text)) d(pgr_number, id) WHERE t.id OPERATOR(pg_catalog.=) d.id)) d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
DROP TRIGGER pgreconcile_quarantine ON public.children;
DROP TRIGGER pgreconcile_quarantine ON public.parents;
COMMIT;
