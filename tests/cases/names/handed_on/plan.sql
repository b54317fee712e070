BEGIN;
ALTER TABLE public.status RENAME TO statuses;
ALTER TABLE public.statuses ALTER COLUMN number TYPE bigint;
COMMIT;

BEGIN;
CREATE TYPE public.status AS ENUM ('a', 'b');
COMMIT;

BEGIN;
ALTER TABLE public.statuses ADD COLUMN status status DEFAULT 'a';
COMMIT;

BEGIN;
ALTER TABLE public.t RENAME CONSTRAINT taken TO t_id;
ALTER INDEX public.free RENAME TO t_number;
COMMIT;

BEGIN;
CREATE TABLE public.free (
    id int
);
COMMIT;

BEGIN;
CREATE INDEX taken ON public.u USING btree (id);
COMMIT;

BEGIN;
ALTER INDEX public.moved_pkey RENAME TO stays_id;
COMMIT;

BEGIN;
ALTER TABLE other.moved SET SCHEMA public;
COMMIT;

BEGIN;
ALTER VIEW public.kind RENAME TO kinds;
COMMIT;

BEGIN;
CREATE DOMAIN public.kind AS int;
COMMIT;
