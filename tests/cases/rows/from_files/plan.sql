BEGIN;
INSERT INTO public.plans (code) SELECT 'new'::text WHERE NOT EXISTS (SELECT FROM public.plans t WHERE t.code OPERATOR(pg_catalog.=) 'new'::text) ON CONFLICT (code) DO NOTHING;
INSERT INTO public.plans (code, name, price, since) SELECT d.code, d.name, d.price, d.since FROM (VALUES (0, 'free'::text, 'Free'::text, '0'::numeric, '2026-01-01'::date), (1, 'paid'::text, 'two
lines'::text, '9.99'::numeric, '2026-01-01'::date), (2, 'bare'::text, NULL::text, '3'::numeric, '2026-01-01'::date)) d(pgr_number, code, name, price, since) WHERE NOT EXISTS (SELECT FROM public.plans t WHERE t.code OPERATOR(pg_catalog.=) d.code) ORDER BY d.pgr_number ON CONFLICT (code) DO NOTHING;
UPDATE public.plans t SET name = 'Old, but "good"'::text, price = '1.50'::numeric WHERE t.code OPERATOR(pg_catalog.=) 'old'::text;
COMMIT;

BEGIN;
INSERT INTO public.readings (about, id, tags, value) SELECT '{"nothing": null, "big": 1e400}'::jsonb, '1'::bigint, E'{"a","b \\"c\\""}'::text[], '12345678901234567890.123456789'::numeric WHERE NOT EXISTS (SELECT FROM public.readings t WHERE t.id OPERATOR(pg_catalog.=) '1'::bigint) ON CONFLICT (id) DO NOTHING;
INSERT INTO public.readings (about, id, kind, tags) SELECT d.about, d.id, d.kind, d.tags FROM (VALUES (0, '[1, 2]'::jsonb, '3'::bigint, NULL::text, NULL::text[]), (1, NULL::jsonb, '4'::bigint, 'rare'::text, NULL::text[])) d(pgr_number, about, id, kind, tags) WHERE NOT EXISTS (SELECT FROM public.readings t WHERE t.id OPERATOR(pg_catalog.=) d.id) ORDER BY d.pgr_number ON CONFLICT (id) DO NOTHING;
UPDATE public.readings t SET kind = NULL::text, value = NULL::numeric WHERE t.id OPERATOR(pg_catalog.=) '2'::bigint;
COMMIT;
