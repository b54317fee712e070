CREATE TABLE public.t (a int);
CREATE VIEW public.w AS SELECT a FROM public.t;
CREATE FUNCTION public.f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select a';
CREATE VIEW public.v AS SELECT public.f(1) AS x;
CREATE TABLE public.checked (a int, CONSTRAINT positive CHECK (public.f(a) > 0));
INSERT INTO public.checked VALUES (1);
