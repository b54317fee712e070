BEGIN;
CREATE OR REPLACE FUNCTION public.body(a int) RETURNS int
    LANGUAGE sql
    AS $$select a + 1$$;
CREATE OR REPLACE FUNCTION public.attributes(a int) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$select a$$;
CREATE OR REPLACE FUNCTION public.taken_off() RETURNS int
    LANGUAGE sql
    AS $$select 1$$;
CREATE OR REPLACE FUNCTION public.spoken() RETURNS int
    LANGUAGE plpgsql
    AS $$begin return 1; end$$;
CREATE OR REPLACE FUNCTION public.hardened() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$select 1$$;
COMMIT;
