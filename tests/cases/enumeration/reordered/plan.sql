BEGIN;
ALTER TYPE public.mood RENAME TO pgreconcile_mood_old;
CREATE TYPE public.mood AS ENUM ('a', 'b', 'c');
ALTER TABLE public.parted ALTER COLUMN m TYPE public.mood USING m::text::public.mood;
ALTER TABLE public.t ALTER COLUMN m TYPE public.mood USING m::text::public.mood;
DROP TYPE public.pgreconcile_mood_old;
REVOKE ALL ON TYPE public.mood FROM PUBLIC;
COMMIT;

BEGIN;
ALTER TYPE public.unused RENAME TO pgreconcile_unused_old;
CREATE TYPE public.unused AS ENUM ('a', 'b');
DROP TYPE public.pgreconcile_unused_old;
COMMIT;
