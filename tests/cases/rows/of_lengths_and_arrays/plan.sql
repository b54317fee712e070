BEGIN;
INSERT INTO public.t (a, b, id, js, n, two, v, vs) SELECT '{"NULL",""}'::text[], '11'::varbit, 'c'::bpchar, '{}'::jsonb[], '1'::numeric(4, 1), '{}'::text[], 'abc'::varchar, '{a,b}'::varchar[] WHERE NOT EXISTS (SELECT FROM public.t t WHERE t.id OPERATOR(pg_catalog.=) 'c'::bpchar) ON CONFLICT (id) DO NOTHING;
UPDATE public.t t SET a = E'{"say \\"\\\\"}'::text[], b = '11'::varbit, js = '{"[1,2]","3"}'::jsonb[], n = '1'::numeric(4, 1), two = '{{"a","b"},{"c","d"}}'::text[], v = 'abc'::varchar, vs = '{"abc"}'::varchar[] WHERE t.id OPERATOR(pg_catalog.=) 'b'::bpchar;
COMMIT;
