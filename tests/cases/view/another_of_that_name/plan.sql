BEGIN;
DROP VIEW public.v;
ALTER TABLE public.checked DROP CONSTRAINT positive;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(a int, b int default 2) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select a$$;
ALTER TABLE public.checked ADD CONSTRAINT positive CHECK (f(a) > 0);
CREATE VIEW public.v AS
select f(1) as x;
COMMIT;

BEGIN;
CREATE TABLE public.base (
    a int
);
COMMIT;

BEGIN;
DROP VIEW public.w;
DROP TABLE public.t;
CREATE VIEW public.t AS
select a from base;
CREATE VIEW public.w AS
select a from t;
COMMIT;
