BEGIN;
CREATE TYPE public.feeling AS ENUM ('glad', 'sad');
COMMIT;

BEGIN;
ALTER TABLE public.people ALTER COLUMN mood DROP DEFAULT, ALTER COLUMN mood TYPE feeling USING mood::pg_catalog.text::feeling, ALTER COLUMN mood SET DEFAULT 'glad';
ALTER TABLE public.people ALTER COLUMN moods TYPE feeling[] USING moods::pg_catalog.text::feeling[];
COMMIT;

BEGIN;
DROP TYPE public.mood;
COMMIT;
