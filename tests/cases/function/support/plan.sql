BEGIN;
CREATE FUNCTION public.helper(internal) RETURNS internal
    LANGUAGE internal STRICT
    AS $$textlike_support$$;
CREATE FUNCTION public.helped(text, text) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT SUPPORT public.helper
    AS $$textlike$$;
CREATE OR REPLACE FUNCTION public.used_helper(internal) RETURNS internal
    LANGUAGE internal STABLE STRICT
    AS $$textlike_support$$;
COMMIT;
