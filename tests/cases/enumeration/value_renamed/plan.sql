BEGIN;
ALTER TYPE public.mood RENAME VALUE 'bad' TO 'sad';
ALTER TYPE public.mood RENAME VALUE 'good' TO 'ok';
COMMIT;

BEGIN;
ALTER TYPE public.mood ADD VALUE 'new' BEFORE 'sad';
ALTER TYPE public.mood ADD VALUE 'done';
COMMIT;
