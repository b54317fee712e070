CREATE TABLE public.t (id int PRIMARY KEY, a text, b int);
CREATE VIEW public.v AS SELECT id, a, max(b) AS most FROM public.t GROUP BY id;
CREATE VIEW public.w AS SELECT most FROM public.v;
CREATE MATERIALIZED VIEW public.m AS SELECT id, a, count(*) AS many FROM public.t GROUP BY id;
INSERT INTO public.t VALUES (1, 'one', 2);
REFRESH MATERIALIZED VIEW public.m;
