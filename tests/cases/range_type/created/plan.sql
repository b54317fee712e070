BEGIN;
CREATE TYPE public.word_range AS RANGE (SUBTYPE = text);
CREATE TYPE public.float_range AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
CREATE TYPE public."Odd one" AS RANGE (SUBTYPE = varchar, SUBTYPE_OPCLASS = text_pattern_ops, COLLATION = "C");
CREATE DOMAIN public.own AS int;
CREATE FUNCTION public.own_diff(own, own) RETURNS float8
    LANGUAGE sql IMMUTABLE
    AS $$select 1::float8$$;
CREATE TYPE public.own_range AS RANGE (SUBTYPE = own, SUBTYPE_DIFF = own_diff);
CREATE TABLE public.t (
    r float_range
);
COMMENT ON TYPE public.float_range IS 'of floats';
COMMIT;
