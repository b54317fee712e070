BEGIN;
DROP FUNCTION public.f(integer);
DROP FUNCTION public.g(integer);
DROP FUNCTION public.h(integer, integer);
COMMIT;

BEGIN;
CREATE FUNCTION public.f(a int) RETURNS bigint
    LANGUAGE sql
    AS $$select a::bigint$$;
CREATE FUNCTION public.g(renamed int) RETURNS int
    LANGUAGE sql
    AS $$select renamed$$;
CREATE FUNCTION public.h(a int, b int) RETURNS int
    LANGUAGE sql
    AS $$select a$$;
COMMIT;
