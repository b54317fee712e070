BEGIN;
INSERT INTO public.t (b, d, id, j, js, number, p, x) OVERRIDING SYSTEM VALUE SELECT '(2,2),(1,1)'::box, '{"a":2}'::json, '3'::int, '{"a":2}'::json, E'{"{\\"a\\":2}"}'::json[], '30'::integer, '(1,3)'::point, '<b/>'::xml WHERE NOT EXISTS (SELECT FROM public.t t WHERE t.id OPERATOR(pg_catalog.=) '3'::int) ON CONFLICT DO NOTHING;
UPDATE public.t t SET b = '(2,2),(1,1)'::box, d = '{"a":2}'::json, j = '{"a":2}'::json, js = E'{"{\\"a\\":2}"}'::json[], p = '(1,3)'::point, x = '<b/>'::xml WHERE t.id OPERATOR(pg_catalog.=) '2'::int;
COMMIT;
