BEGIN;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(a int) RETURNS bigint
    LANGUAGE sql
    AS $$select a::bigint$$;
COMMIT;

BEGIN;
DROP FUNCTION public.g(integer);
CREATE FUNCTION public.g(renamed int) RETURNS int
    LANGUAGE sql
    AS $$select renamed$$;
COMMIT;

BEGIN;
DROP FUNCTION public.h(integer, integer);
CREATE FUNCTION public.h(a int, b int) RETURNS int
    LANGUAGE sql
    AS $$select a$$;
COMMIT;
