BEGIN;
INSERT INTO public.days (day, n) SELECT (date '2020-01-01' + 1), '1'::int WHERE NOT EXISTS (SELECT FROM public.days t WHERE EXISTS (SELECT t.day INTERSECT SELECT (date '2020-01-01' + 1))) ON CONFLICT (day) DO NOTHING;
INSERT INTO public.days (day, n) SELECT '2020-01-03'::date, '2'::int WHERE NOT EXISTS (SELECT FROM public.days t WHERE t.day OPERATOR(pg_catalog.=) '2020-01-03'::date) ON CONFLICT (day) DO NOTHING;
COMMIT;
