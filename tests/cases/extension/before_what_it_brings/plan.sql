BEGIN;
DROP INDEX public.events_old;
COMMIT;

DROP INDEX CONCURRENTLY public.notes_old;

BEGIN;
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD COLUMN more hstore;
COMMIT;

CREATE INDEX CONCURRENTLY notes_name ON public.notes USING gin (name gin_trgm_ops);
