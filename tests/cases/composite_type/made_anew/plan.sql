BEGIN;
DROP FUNCTION public.f(public.reordered);
DROP TYPE public.reordered;
CREATE TYPE public.reordered AS (a int, b int);
CREATE FUNCTION public.f(r reordered) RETURNS int
    LANGUAGE sql
    AS $$select 1$$;
REVOKE ALL ON TYPE public.reordered FROM PUBLIC;
GRANT USAGE ON TYPE public.reordered TO {{unique}};
COMMENT ON TYPE public.reordered IS 'kept';
COMMIT;

BEGIN;
DROP TYPE public.gone;
ALTER TYPE public.old_name RENAME TO new_name;
COMMIT;
