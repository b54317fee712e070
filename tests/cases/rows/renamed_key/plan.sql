BEGIN;
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE ON public.plans FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('rows public.plans');
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE OR UPDATE ON public.subs FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('rows public.plans');
DELETE FROM public.plans t USING (SELECT ctid, tableoid FROM public.plans t WHERE NOT EXISTS (SELECT FROM (VALUES (0, 'pro2'::text)) d(pgr_number, key) WHERE t.key OPERATOR(pg_catalog.=) d.key)) d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
DROP TRIGGER pgreconcile_quarantine ON public.plans;
DROP TRIGGER pgreconcile_quarantine ON public.subs;
INSERT INTO public.plans (key, title) SELECT 'pro2'::text, 'Pro'::text WHERE NOT EXISTS (SELECT FROM public.plans t WHERE t.key OPERATOR(pg_catalog.=) 'pro2'::text) ON CONFLICT (key) DO NOTHING;
COMMIT;
