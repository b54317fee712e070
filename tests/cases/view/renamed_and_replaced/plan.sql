BEGIN;
ALTER FUNCTION public.f1(integer) RENAME TO f2;
COMMIT;

BEGIN;
DROP VIEW public.g;
DROP FUNCTION public.f2(integer);
CREATE FUNCTION public.f2(x int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select x$$;
CREATE VIEW public.g AS
select f2(a) as a from t;
COMMIT;

BEGIN;
ALTER VIEW public.v1 RENAME TO v2;
ALTER VIEW public.w1 RENAME TO w2;
COMMIT;

BEGIN;
DROP VIEW public.over1;
DROP MATERIALIZED VIEW public.m;
DROP VIEW public.v2;
CREATE VIEW public.v2 AS
select a::text as a from t;
CREATE VIEW public.over1 AS
select a from v2;
CREATE MATERIALIZED VIEW public.m AS
select a from v2;
COMMENT ON VIEW public.v2 IS 'texts';
COMMIT;
