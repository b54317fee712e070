BEGIN;
ALTER TYPE public.mood RENAME TO pgreconcile_mood_old;
CREATE TYPE public.mood AS ENUM ('c', 'a');
ALTER TABLE public.t ALTER COLUMN kept DROP DEFAULT, ALTER COLUMN kept TYPE public.mood USING kept::text::public.mood, ALTER COLUMN kept SET DEFAULT 'a', ALTER COLUMN gone TYPE text, ALTER COLUMN unsaid TYPE text;
ALTER TABLE public.undeclared ALTER COLUMN m TYPE text;
DROP TYPE public.pgreconcile_mood_old;
COMMIT;

BEGIN;
ALTER TABLE public.t DROP COLUMN gone;
ALTER TABLE public.t DROP COLUMN unsaid;
COMMIT;

BEGIN;
DROP TABLE public.undeclared;
COMMIT;
