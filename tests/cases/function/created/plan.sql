BEGIN;
CREATE FUNCTION public.plain() RETURNS int
    LANGUAGE sql
    AS $$select 1$$;
CREATE FUNCTION public.everything(a int, b varchar default 'x') RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE
    SET search_path = public, pg_temp
    SET work_mem = '4MB'
    AS $body1$begin
    -- $$ stays
    return a || b;
end
$body1$;
CREATE FUNCTION public.many(low int, high int) RETURNS setof integer
    LANGUAGE sql STABLE
    AS $$select generate_series(low, high)$$;
CREATE FUNCTION public.tabled() RETURNS table (id int, name text)
    LANGUAGE sql
    AS $$select 1, 'a'$$;
CREATE FUNCTION public.outs(in a integer, out b integer, out c text) RETURNS record
    LANGUAGE sql
    AS $$select a, 'c'$$;
CREATE FUNCTION public.rest(variadic words text[]) RETURNS text
    LANGUAGE sql PARALLEL RESTRICTED
    AS $$select array_to_string(words, ' ')$$;
COMMIT;
