BEGIN;
DROP SERVER s;
DROP FOREIGN DATA WRAPPER w;
DROP FUNCTION public.v(text[], oid);
CREATE FUNCTION public.v(options text[], catalog oid) RETURNS boolean
    LANGUAGE plpgsql
    AS $$begin return true; end$$;
CREATE FOREIGN DATA WRAPPER w VALIDATOR public.v;
CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (code '007', plus '+5', whole '7');
COMMIT;

BEGIN;
CREATE FUNCTION public.later(options text[], catalog oid) RETURNS boolean
    LANGUAGE plpgsql
    AS $$begin return true; end$$;
CREATE FOREIGN DATA WRAPPER new VALIDATOR public.later;
COMMIT;
