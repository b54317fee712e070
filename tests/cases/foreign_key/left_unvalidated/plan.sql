BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM public.children t WHERE t.parent IS NOT NULL AND NOT EXISTS (SELECT FROM public.parents p WHERE p.id OPERATOR(pg_catalog.=) t.parent)), kept AS (INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.children', 'foreign key public.children.children_parent_fkey', pg_catalog.to_json(t.*) FROM public.children t JOIN doomed d ON t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid) UPDATE public.children t SET parent = NULL FROM doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
COMMIT;

BEGIN;
ALTER TABLE public.children VALIDATE CONSTRAINT children_parent_fkey;
COMMIT;
