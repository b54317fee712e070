BEGIN;
DROP CAST (integer AS public.mood);
CREATE CAST (integer AS public.mood) WITH FUNCTION mood_too(integer);
COMMIT;

BEGIN;
DROP CAST (text AS public.mood);
CREATE CAST (text AS public.mood) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS public.mood) IS 'kept';
COMMIT;

BEGIN;
DROP CAST (public.mood AS text);
COMMIT;
