BEGIN;
CREATE TABLE public.cats () INHERITS (public.animals);
COMMIT;

BEGIN;
ALTER TABLE public.birds NO INHERIT public.animals;
COMMIT;

BEGIN;
ALTER TABLE public.fish INHERIT public.animals;
COMMIT;

BEGIN;
ALTER TABLE public.animals ADD COLUMN name text DEFAULT '?';
ALTER TABLE public.animals ADD CONSTRAINT animals_id_check CHECK (id > 0) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.animals VALIDATE CONSTRAINT animals_id_check;
COMMIT;

BEGIN;
ALTER TABLE public.animals ADD CONSTRAINT own_only CHECK (id < 10) NO INHERIT NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.animals VALIDATE CONSTRAINT own_only;
COMMIT;

CREATE INDEX CONCURRENTLY dogs_id_idx ON public.dogs USING btree (id);
