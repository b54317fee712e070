SELECT x, note FROM public.a;
SELECT x, note FROM public.b;
SELECT x, at IS NOT NULL FROM public.c;
