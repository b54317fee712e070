BEGIN;
ALTER TABLE public.t ALTER COLUMN said TYPE varchar(30);
ALTER TABLE public.t ALTER COLUMN said SET COMPRESSION pglz;
ALTER TABLE public.t ALTER COLUMN beyond TYPE varchar(30);
ALTER TABLE public.t ALTER COLUMN beyond SET COMPRESSION pglz;
ALTER TABLE public.t ALTER COLUMN fixed TYPE integer USING fixed::integer;
COMMIT;
