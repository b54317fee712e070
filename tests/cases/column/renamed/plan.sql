BEGIN;
ALTER TABLE public.people RENAME COLUMN id TO person;
ALTER TABLE public.people RENAME COLUMN mail TO email;
ALTER TABLE public.people RENAME COLUMN age TO years;
ALTER TABLE public.people ALTER COLUMN years TYPE bigint;
COMMIT;
