BEGIN;
INSERT INTO public.kinds (id) SELECT '1'::int WHERE NOT EXISTS (SELECT FROM public.kinds t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
COMMIT;

BEGIN;
INSERT INTO public.c (id, kind) SELECT '1'::int, '1'::int WHERE NOT EXISTS (SELECT FROM public.c t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
COMMIT;

BEGIN;
INSERT INTO public.a (b, c, id) SELECT '1'::int, '1'::int, '1'::int WHERE NOT EXISTS (SELECT FROM public.a t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
INSERT INTO public.b (a, id) SELECT '1'::int, '1'::int WHERE NOT EXISTS (SELECT FROM public.b t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
COMMIT;
