BEGIN;
ALTER TABLE public.parents ALTER COLUMN id TYPE bigint, ALTER COLUMN code TYPE varchar(9);
COMMIT;

BEGIN;
ALTER TABLE public.children ALTER COLUMN parent TYPE bigint, ALTER COLUMN code TYPE text;
COMMIT;
