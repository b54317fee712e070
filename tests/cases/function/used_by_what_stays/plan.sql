BEGIN;
DROP STATISTICS public.t_stat;
ALTER TABLE public.t DROP CONSTRAINT t_excl;
ALTER TABLE public.of_it ALTER COLUMN c DROP DEFAULT;
ALTER DOMAIN public.positive DROP CONSTRAINT of_both;
ALTER DOMAIN public.positive DROP CONSTRAINT of_f;
ALTER DOMAIN public.positive DROP DEFAULT;
DROP FUNCTION public.g(integer);
ALTER DOMAIN public.undeclared DROP CONSTRAINT u;
ALTER DOMAIN public.undeclared DROP DEFAULT;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(b int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select b$$;
ALTER DOMAIN public.undeclared SET DEFAULT public.f(2);
ALTER DOMAIN public.undeclared ADD CONSTRAINT u CHECK ((public.f(VALUE) > 0)) NOT VALID;
ALTER DOMAIN public.undeclared VALIDATE CONSTRAINT u;
CREATE FUNCTION public.g(b int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select b$$;
ALTER DOMAIN public.positive SET DEFAULT f(1);
ALTER DOMAIN public.positive ADD CONSTRAINT of_both CHECK (f(value) = g(value)) NOT VALID;
ALTER DOMAIN public.positive VALIDATE CONSTRAINT of_both;
ALTER DOMAIN public.positive ADD CONSTRAINT of_f CHECK (f(value) > 0) NOT VALID;
ALTER DOMAIN public.positive VALIDATE CONSTRAINT of_f;
ALTER TABLE public.of_it ALTER COLUMN c SET DEFAULT f(3);
ALTER TABLE public.t ADD CONSTRAINT t_excl EXCLUDE USING btree (a with =) WHERE (f(a) > 0);
CREATE STATISTICS public.t_stat ON (f(a)), b FROM public.t;
COMMENT ON CONSTRAINT of_f ON DOMAIN public.positive IS 'kept';
COMMENT ON STATISTICS public.t_stat IS 'kept too';
COMMIT;
