BEGIN;
ALTER TABLE public.people ALTER COLUMN id SET DEFAULT gen_random_uuid();
ALTER TABLE public.people ALTER COLUMN mail TYPE text;
ALTER TABLE public.people ALTER COLUMN names TYPE text[] USING names::text[];
COMMIT;

BEGIN;
DROP EXTENSION citext;
DROP EXTENSION "uuid-ossp";
COMMIT;
