BEGIN;
DROP VIEW public.loud;
ALTER TABLE public.t DROP CONSTRAINT t_upper_check;
DROP INDEX public.t_upper_idx;
DROP INDEX public.t_lower_idx;
ALTER TABLE public.t DROP CONSTRAINT t_double_key;
ALTER TABLE public.t DROP COLUMN upper;
ALTER TABLE public.t DROP COLUMN double;
DROP FUNCTION public.twice(integer);
CREATE FUNCTION public.twice(number int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select 2 * number$$;
ALTER TABLE public.t ALTER COLUMN name TYPE text;
ALTER TABLE public.t ADD COLUMN upper text GENERATED ALWAYS AS (upper(name)) STORED NOT NULL;
ALTER TABLE public.t ALTER COLUMN upper SET STATISTICS 300;
ALTER TABLE public.t ADD COLUMN double int GENERATED ALWAYS AS (twice(n)) STORED;
ALTER TABLE public.t ADD CONSTRAINT t_double_key UNIQUE (double);
ALTER TABLE public.t ADD CONSTRAINT t_upper_check CHECK (upper <> 'X');
CREATE INDEX t_upper_idx ON public.t USING btree (upper);
CREATE UNIQUE INDEX t_lower_idx ON public.t USING btree (lower(upper));
CREATE VIEW public.loud AS
select id, upper from t where double > 0;
GRANT SELECT ON TABLE public.loud TO {{unique}}_reader;
COMMENT ON COLUMN public.t.upper IS 'loud';
COMMIT;
