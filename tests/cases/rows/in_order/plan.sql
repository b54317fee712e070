BEGIN;
INSERT INTO public.t (name) SELECT d.name FROM (VALUES (0, 'c'::text), (1, 'a'::text), (2, 'd'::text), (3, 'b'::text)) d(pgr_number, name) WHERE NOT EXISTS (SELECT FROM public.t t WHERE t.name OPERATOR(pg_catalog.=) d.name) ORDER BY d.pgr_number ON CONFLICT (name) DO NOTHING;
COMMIT;
