BEGIN;
DROP AGGREGATE public.gone(*);
COMMIT;

BEGIN;
ALTER AGGREGATE public.old_name(integer) RENAME TO new_name;
CREATE FUNCTION public.int8_text(bigint) RETURNS text
    LANGUAGE sql
    AS $$select $1::text$$;
CREATE OR REPLACE FUNCTION public.my_sum(state bigint, int) RETURNS bigint
    LANGUAGE sql
    AS $$select $1$$;
COMMIT;

BEGIN;
DROP VIEW public.v;
DROP AGGREGATE public.of_another_result(integer);
CREATE OR REPLACE AGGREGATE public.changed(int) (SFUNC = int4_sum, STYPE = bigint, COMBINEFUNC = int8pl, INITCOND = '5', PARALLEL = restricted);
CREATE AGGREGATE public.of_another_result(int) (SFUNC = int4_sum, STYPE = bigint, FINALFUNC = int8_text);
CREATE VIEW public.v AS
select changed(1), of_another_result(2);
REVOKE ALL ON FUNCTION public.of_another_result(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.of_another_result(integer) TO {{unique}};
COMMIT;
