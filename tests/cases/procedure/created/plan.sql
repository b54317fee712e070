BEGIN;
CREATE PROCEDURE public.forget(which bigint)
    LANGUAGE sql
    AS $$delete from events where id = which$$;
CREATE PROCEDURE public.count(inout n int = 0)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
    AS $$begin n := n + 1; end$$;
CREATE TABLE public.events (
    id bigint
);
COMMENT ON PROCEDURE public.forget(bigint) IS 'of one';
COMMIT;
