BEGIN;
INSERT INTO public.t (a, b, n) SELECT '2'::integer, 'x'::text, '2'::integer WHERE NOT EXISTS (SELECT FROM public.t t WHERE t.a OPERATOR(pg_catalog.=) '2'::integer AND t.b OPERATOR(pg_catalog.=) 'x'::text);
UPDATE public.t t SET n = '1'::integer WHERE t.a OPERATOR(pg_catalog.=) '1'::integer AND t.b OPERATOR(pg_catalog.=) 'x'::text;
COMMIT;
