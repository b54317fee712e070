BEGIN;
ALTER TABLE public.t ALTER COLUMN a TYPE varchar(30);
ALTER TABLE public.t ALTER COLUMN b TYPE integer USING b::integer;
COMMIT;
