BEGIN;
ALTER TABLE public.t ALTER COLUMN wider TYPE varchar(20), ALTER COLUMN unbound TYPE varchar, ALTER COLUMN texted TYPE text, ALTER COLUMN varied TYPE varchar, ALTER COLUMN folded TYPE citext, ALTER COLUMN exact TYPE numeric(12,2), ALTER COLUMN free TYPE numeric, ALTER COLUMN stamp TYPE timestamp, ALTER COLUMN net TYPE inet, ALTER COLUMN bits TYPE bit varying(9), ALTER COLUMN gap TYPE interval;
COMMIT;
