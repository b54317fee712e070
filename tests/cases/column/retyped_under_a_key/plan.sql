BEGIN;
ALTER TABLE public.parents ALTER COLUMN id TYPE bigint;
ALTER TABLE public.parents ALTER COLUMN code TYPE varchar(9);
COMMIT;

BEGIN;
ALTER TABLE public.children ALTER COLUMN parent TYPE bigint;
ALTER TABLE public.children ALTER COLUMN code TYPE text;
COMMIT;
