BEGIN;
ALTER OPERATOR FAMILY public.changed USING btree DROP OPERATOR 5 (integer, bigint);
ALTER OPERATOR FAMILY public.changed USING btree ADD OPERATOR 5 pg_catalog.>= (integer, bigint);
COMMIT;

BEGIN;
ALTER OPERATOR FAMILY public.changed USING btree DROP FUNCTION 1 (integer, bigint);
ALTER OPERATOR FAMILY public.changed USING btree ADD FUNCTION 1 (integer, bigint) cmp(int4, int8);
COMMIT;

BEGIN;
CREATE OPERATOR FAMILY public.created USING btree;
CREATE OPERATOR FAMILY public.ordered USING gist;
CREATE FUNCTION public.same(int4, int8) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select $1 = $2$$;
CREATE OPERATOR public.=== (FUNCTION = same, LEFTARG = integer, RIGHTARG = bigint);
ALTER OPERATOR FAMILY public.created USING btree ADD OPERATOR 1 === (integer, bigint);
ALTER OPERATOR FAMILY public.created USING btree ADD FUNCTION 1 (integer, bigint) cmp(int4, int8);
ALTER OPERATOR FAMILY public.changed USING btree ADD OPERATOR 2 <= (integer, bigint);
ALTER OPERATOR FAMILY public.own_ops USING btree ADD OPERATOR 5 > (integer, bigint);
ALTER OPERATOR FAMILY public.ordered USING gist ADD OPERATOR 1 <@ (point, box);
ALTER OPERATOR FAMILY public.ordered USING gist ADD OPERATOR 15 <-> (point, point) FOR ORDER BY pg_catalog.float_ops;
COMMIT;
