BEGIN;
DROP VIEW public.v;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(renamed int) RETURNS int
    LANGUAGE sql
    AS $$select renamed$$;
CREATE VIEW public.v AS
select f(a) from t;
REVOKE ALL ON FUNCTION public.f(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.f(integer) TO {{unique}};
COMMENT ON FUNCTION public.f(integer) IS 'kept';
COMMIT;

BEGIN;
DROP FUNCTION public.windowed();
CREATE FUNCTION public.windowed() RETURNS int8
    LANGUAGE internal WINDOW
    AS $$window_rank$$;
COMMIT;
