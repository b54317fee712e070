BEGIN;
CREATE ROLE {{unique}};
CREATE FUNCTION public.taken(state int8, n int) RETURNS int8
    LANGUAGE sql IMMUTABLE
    AS $$select state + n$$;
CREATE FUNCTION public.untaken(state int8, n int) RETURNS int8
    LANGUAGE sql IMMUTABLE
    AS $$select state - n$$;
CREATE FUNCTION public.shown(state int8) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$select state::text$$;
CREATE FUNCTION public.my_smaller(int, int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select least($1, $2)$$;
CREATE AGGREGATE public.total(int) (SFUNC = taken, STYPE = int8, SSPACE = 16, FINALFUNC = shown, FINALFUNC_MODIFY = read_write, COMBINEFUNC = int8pl, INITCOND = '0', MSFUNC = taken, MINVFUNC = untaken, MSTYPE = int8, MSSPACE = 32, MFINALFUNC = shown, MINITCOND = '0', PARALLEL = safe);
CREATE AGGREGATE public.least_of(n int) (SFUNC = my_smaller, STYPE = int, SORTOP = <);
CREATE AGGREGATE public.every_row(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE public.middle(p float8 order by x anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE public.my_rank(variadic "any" order by variadic "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE VIEW public.v AS
select total(1) as t, every_row(*) as n;
GRANT EXECUTE ON FUNCTION public.total(integer) TO {{unique}};
COMMENT ON AGGREGATE public.total(integer) IS 'all of them';
COMMIT;
