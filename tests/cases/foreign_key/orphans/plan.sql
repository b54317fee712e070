BEGIN;
ALTER TABLE public.children ADD CONSTRAINT children_parent_fkey FOREIGN KEY (parent) REFERENCES public.parents NOT VALID;
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE ON public.children FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('foreign key public.children.children_parent_fkey');
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE OR UPDATE ON public.grandchildren FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('foreign key public.children.children_parent_fkey');
DELETE FROM public.children t USING (SELECT ctid, tableoid FROM public.children t WHERE t.parent IS NOT NULL AND NOT EXISTS (SELECT FROM public.parents p WHERE p.id OPERATOR(pg_catalog.=) t.parent)) d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
SET CONSTRAINTS ALL IMMEDIATE;
DROP TRIGGER pgreconcile_quarantine ON public.children;
DROP TRIGGER pgreconcile_quarantine ON public.grandchildren;
COMMIT;

BEGIN;
ALTER TABLE public.children VALIDATE CONSTRAINT children_parent_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.nulled ADD CONSTRAINT nulled_parent_fkey FOREIGN KEY (parent) REFERENCES public.parents ON DELETE SET NULL NOT VALID;
WITH doomed AS (SELECT ctid, tableoid FROM public.nulled t WHERE t.parent IS NOT NULL AND NOT EXISTS (SELECT FROM public.parents p WHERE p.id OPERATOR(pg_catalog.=) t.parent)), kept AS (INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.nulled', 'foreign key public.nulled.nulled_parent_fkey', pg_catalog.to_json(t.*) FROM public.nulled t JOIN doomed d ON t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid) UPDATE public.nulled t SET parent = NULL FROM doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
COMMIT;

BEGIN;
ALTER TABLE public.nulled VALIDATE CONSTRAINT nulled_parent_fkey;
COMMIT;
