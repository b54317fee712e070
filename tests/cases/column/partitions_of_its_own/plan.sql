BEGIN;
CREATE TABLE public.p3 PARTITION OF public.t for values in (3);
COMMIT;

BEGIN;
ALTER TABLE public.p2 ALTER COLUMN c SET (n_distinct = '6');
COMMIT;

BEGIN;
ALTER TABLE public.p3 ALTER COLUMN b SET STORAGE EXTENDED;
ALTER TABLE public.p3 ALTER COLUMN d SET (n_distinct = '7');
COMMENT ON COLUMN public.p3.d IS 'of the third';
COMMIT;
