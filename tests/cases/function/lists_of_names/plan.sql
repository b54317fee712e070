BEGIN;
CREATE FUNCTION public.made() RETURNS int
    LANGUAGE sql
    SET search_path = '', pg_catalog
    AS $$select 2$$;
COMMIT;
