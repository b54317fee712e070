BEGIN;
INSERT INTO public.settings (id, value) SELECT 'missing'::text, 'new'::text WHERE NOT EXISTS (SELECT FROM public.settings t WHERE t.id OPERATOR(pg_catalog.=) 'missing'::text) ON CONFLICT (id) DO NOTHING;
UPDATE public.settings t SET at = '2020-01-01T00:00:00Z'::timestamptz, data = '{"a":2}'::json, list = '{"1","2"}'::int[], value = 'new'::text WHERE t.id OPERATOR(pg_catalog.=) 'differs'::text;
COMMIT;
