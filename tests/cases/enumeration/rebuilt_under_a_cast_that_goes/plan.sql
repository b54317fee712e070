BEGIN;
DROP CAST (text AS public.mood);
DROP FUNCTION public.as_mood(text);
ALTER TYPE public.mood RENAME TO pgreconcile_mood_old;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
DROP TYPE public.pgreconcile_mood_old;
COMMIT;
