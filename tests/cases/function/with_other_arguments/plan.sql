BEGIN;
DROP VIEW public.v;
ALTER TABLE public.t DROP CONSTRAINT t_b_check;
DROP INDEX public.i;
ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;
ALTER TABLE public.t DROP COLUMN c;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(int, int default 2) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select $1 + $2 - 2$$;
ALTER TABLE public.t ALTER COLUMN a SET DEFAULT f(1);
ALTER TABLE public.t ADD COLUMN c int GENERATED ALWAYS AS (f(1)) STORED;
ALTER TABLE public.t ADD CONSTRAINT t_b_check CHECK (f(b) > 0);
CREATE INDEX i ON public.t USING btree (f(b));
CREATE VIEW public.v AS
select f(1) as x;
COMMIT;
