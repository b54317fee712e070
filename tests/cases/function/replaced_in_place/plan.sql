BEGIN;
CREATE OR REPLACE FUNCTION public.named(a int) RETURNS int
    LANGUAGE sql
    AS $$select $1$$;
CREATE OR REPLACE FUNCTION public.defaults(a int, b int default 2) RETURNS int
    LANGUAGE sql
    AS $$select a$$;
CREATE OR REPLACE FUNCTION public.more_defaults(a int, b int = 3) RETURNS int
    LANGUAGE sql
    AS $$select a$$;
CREATE OR REPLACE FUNCTION public.used(a int, b int default 7) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select a$$;
COMMIT;
