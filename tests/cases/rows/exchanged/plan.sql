BEGIN;
UPDATE public.plans t SET title = 'E'::text WHERE t.key OPERATOR(pg_catalog.=) 'd'::text;
UPDATE public.plans t SET title = 'D'::text WHERE t.key OPERATOR(pg_catalog.=) 'c'::text;
INSERT INTO public.plans (key, title) SELECT 'e'::text, 'C'::text WHERE NOT EXISTS (SELECT FROM public.plans t WHERE t.key OPERATOR(pg_catalog.=) 'e'::text) ON CONFLICT (key) DO NOTHING;
UPDATE public.plans t SET title = NULL FROM (VALUES (0, 'a'::text), (1, 'b'::text)) d(pgr_number, key) WHERE t.key OPERATOR(pg_catalog.=) d.key;
UPDATE public.plans t SET title = d.title FROM (VALUES (0, 'a'::text, 'B'::text), (1, 'b'::text, 'A'::text)) d(pgr_number, key, title) WHERE t.key OPERATOR(pg_catalog.=) d.key;
COMMIT;

BEGIN;
UPDATE public.places t SET place = '4'::int WHERE t.id OPERATOR(pg_catalog.=) '3'::int;
UPDATE public.places t SET place = '3'::int WHERE t.id OPERATOR(pg_catalog.=) '2'::int;
UPDATE public.places t SET place = '2'::int WHERE t.id OPERATOR(pg_catalog.=) '1'::int;
INSERT INTO public.places (id, place) SELECT '4'::int, '1'::int WHERE NOT EXISTS (SELECT FROM public.places t WHERE t.id OPERATOR(pg_catalog.=) '4'::int) ON CONFLICT (id) DO NOTHING;
COMMIT;

BEGIN;
UPDATE public.late t SET place = d.place FROM (VALUES (0, '1'::int, '2'::int), (1, '2'::int, '1'::int)) d(pgr_number, id, place) WHERE t.id OPERATOR(pg_catalog.=) d.id;
COMMIT;
