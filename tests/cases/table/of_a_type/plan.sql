BEGIN;
ALTER TYPE public.former RENAME TO now;
COMMIT;

BEGIN;
ALTER TABLE public.becomes OF public.pair;
COMMIT;

BEGIN;
ALTER TABLE public.changed OF public.other;
COMMIT;

BEGIN;
CREATE TABLE public.created (
    id int DEFAULT 7,
    note text NOT NULL
);
ALTER TABLE public.created OF public.pair;
COMMIT;
