SELECT id, a, most FROM public.v;
SELECT id, a, many FROM public.m;
