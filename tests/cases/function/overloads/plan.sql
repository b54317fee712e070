BEGIN;
CREATE ROLE {{unique}};
CREATE OR REPLACE FUNCTION public.f(a int) RETURNS int
    LANGUAGE sql
    AS $$select 11$$;
CREATE FUNCTION public.f(bool) RETURNS int
    LANGUAGE sql
    AS $$select 4$$;
GRANT EXECUTE ON FUNCTION public.f(integer) TO {{unique}};
GRANT EXECUTE ON FUNCTION public.f(character varying) TO {{unique}};
COMMENT ON FUNCTION public.f(character varying) IS 'of text';
COMMIT;
