BEGIN;
ALTER TABLE public.t DROP CONSTRAINT d_used;
DROP INDEX public.t_used;
DROP INDEX public.t_where;
ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;
ALTER TABLE public.t ALTER COLUMN b DROP DEFAULT;
ALTER TABLE public.t ALTER COLUMN e DROP DEFAULT;
DROP FUNCTION public.next_one(integer);
DROP FUNCTION public.used(integer);
CREATE FUNCTION public.next_one(renamed int) RETURNS int
    LANGUAGE sql
    AS $$select renamed$$;
CREATE FUNCTION public.used(renamed int) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select renamed > 0$$;
ALTER TABLE public.t ALTER COLUMN a SET DEFAULT next_one(1);
ALTER TABLE public.t ALTER COLUMN b SET DEFAULT next_one(2) + 1;
ALTER TABLE public.t ALTER COLUMN e SET DEFAULT public.next_one(4);
ALTER TABLE public.t ADD CONSTRAINT d_used CHECK (used(d));
CREATE INDEX t_used ON public.t USING btree (used(d));
CREATE INDEX t_where ON public.t USING btree (a) WHERE (used(a));
COMMIT;
