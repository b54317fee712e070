BEGIN;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN public.small AS int;
CREATE TYPE public.pair AS (a int);
CREATE TYPE public.twin AS (a int);
CREATE FUNCTION public.mood_of(n int) RETURNS mood
    LANGUAGE sql IMMUTABLE
    AS $$select 'ok'::mood$$;
CREATE CAST (integer AS mood) WITH FUNCTION mood_of(int);
CREATE CAST (text AS mood) WITH INOUT AS ASSIGNMENT;
CREATE CAST (mood AS character varying) WITH INOUT AS IMPLICIT;
COMMENT ON CAST (text AS mood) IS 'by text';
COMMIT;
