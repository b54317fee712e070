BEGIN;
ALTER TABLE public.a REPLICA IDENTITY FULL;
ALTER TABLE public.a ADD COLUMN note text;
COMMIT;

BEGIN;
UPDATE public.a SET note = ('none') WHERE note IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.a ADD CONSTRAINT pgreconcile_a_note_not_null CHECK (note IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
UPDATE public.a SET note = ('none') WHERE note IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.a VALIDATE CONSTRAINT pgreconcile_a_note_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.a ALTER COLUMN note SET NOT NULL;
ALTER TABLE public.a DROP CONSTRAINT pgreconcile_a_note_not_null;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY b_pkey ON public.b (x);

BEGIN;
ALTER TABLE public.b ADD CONSTRAINT b_pkey PRIMARY KEY USING INDEX b_pkey;
ALTER TABLE public.b ADD COLUMN note text;
COMMIT;

BEGIN;
UPDATE public.b SET note = ('none') WHERE note IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.b ADD CONSTRAINT pgreconcile_b_note_not_null CHECK (note IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
UPDATE public.b SET note = ('none') WHERE note IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.b VALIDATE CONSTRAINT pgreconcile_b_note_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.b ALTER COLUMN note SET NOT NULL;
ALTER TABLE public.b DROP CONSTRAINT pgreconcile_b_note_not_null;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY c_x ON public.c USING btree (x);

BEGIN;
ALTER TABLE public.c REPLICA IDENTITY USING INDEX c_x;
ALTER TABLE public.c ADD COLUMN pgreconcile_at_new timestamptz;
ALTER TABLE public.c ALTER COLUMN pgreconcile_at_new SET DEFAULT clock_timestamp();
COMMIT;

BEGIN;
UPDATE public.c SET pgreconcile_at_new = (clock_timestamp()) WHERE pgreconcile_at_new IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.c RENAME COLUMN pgreconcile_at_new TO at;
COMMIT;
