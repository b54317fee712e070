BEGIN;
DROP INDEX public.t_turned;
DROP OPERATOR CLASS public.turned USING btree;
DROP FUNCTION public.backwards(integer, integer);
DROP OPERATOR public.|>| (integer, integer);
DROP FUNCTION public.after(integer, integer);
CREATE FUNCTION public.backwards(one int, two int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select btint4cmp(two, one)$$;
CREATE FUNCTION public.after(one int, two int) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select one > two$$;
CREATE OPERATOR public.|>| (FUNCTION = after, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR CLASS public.turned FOR TYPE int USING btree AS operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 |>|, function 1 backwards(int, int);
CREATE INDEX t_turned ON public.t USING btree (id turned);
COMMIT;
