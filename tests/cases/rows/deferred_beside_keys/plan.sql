BEGIN;
CREATE TABLE public.fresh (
    id int NOT NULL,
    up int,
    kind int,
    CONSTRAINT fresh_pkey PRIMARY KEY (id)
);
INSERT INTO public.fresh (id, kind, up) SELECT d.id, d.kind, d.up FROM (VALUES (0, '1'::int, '1'::int, '2'::int), (1, '2'::int, '1'::int, '1'::int)) d(pgr_number, id, kind, up) WHERE NOT EXISTS (SELECT FROM public.fresh t WHERE t.id OPERATOR(pg_catalog.=) d.id) ORDER BY d.pgr_number ON CONFLICT (id) DO NOTHING;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE public.fresh ADD CONSTRAINT fresh_up_fkey FOREIGN KEY (up) REFERENCES public.fresh DEFERRABLE INITIALLY DEFERRED;
COMMIT;

BEGIN;
INSERT INTO public.kinds (id) SELECT '1'::int WHERE NOT EXISTS (SELECT FROM public.kinds t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE public.fresh ADD CONSTRAINT fresh_kind_fkey FOREIGN KEY (kind) REFERENCES public.kinds;
COMMIT;

BEGIN;
INSERT INTO public.nodes (id, kind, up) SELECT d.id, d.kind, d.up FROM (VALUES (0, '1'::int, '1'::int, '2'::int), (1, '2'::int, '1'::int, '1'::int)) d(pgr_number, id, kind, up) WHERE NOT EXISTS (SELECT FROM public.nodes t WHERE t.id OPERATOR(pg_catalog.=) d.id) ORDER BY d.pgr_number ON CONFLICT (id) DO NOTHING;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE public.nodes ADD CONSTRAINT nodes_kind_fkey FOREIGN KEY (kind) REFERENCES public.kinds;
COMMIT;
