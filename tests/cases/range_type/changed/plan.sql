BEGIN;
DROP FUNCTION public.f(public.changed);
DROP TYPE public.changed;
CREATE TYPE public.changed AS RANGE (SUBTYPE = int8, SUBTYPE_DIFF = int8range_subdiff);
CREATE FUNCTION public.f(r changed) RETURNS int
    LANGUAGE sql
    AS $$select 1$$;
REVOKE ALL ON TYPE public.changed FROM PUBLIC;
COMMIT;

BEGIN;
DROP TYPE public.gone;
COMMIT;

BEGIN;
ALTER TYPE public.old_range RENAME TO new_range;
COMMIT;
