BEGIN;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE FUNCTION public.same(a mood, b text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select a::text = b$$;
CREATE FUNCTION public.same(a text, b mood) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select b::text = a$$;
CREATE FUNCTION public.other(a mood, b text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select a::text <> b$$;
CREATE FUNCTION public.half(a int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select a / 2$$;
CREATE OPERATOR public.=== (FUNCTION = same, LEFTARG = mood, RIGHTARG = text, COMMUTATOR = OPERATOR(public.===), NEGATOR = OPERATOR(public.!==), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR public.=== (FUNCTION = same, LEFTARG = text, RIGHTARG = mood, COMMUTATOR = OPERATOR(public.===));
CREATE OPERATOR public.!== (FUNCTION = other, LEFTARG = mood, RIGHTARG = text, NEGATOR = ===);
CREATE OPERATOR public.!/ (FUNCTION = half, RIGHTARG = integer);
CREATE VIEW public.v AS
select 'ok'::mood === 'ok'::text as alike;
COMMENT ON OPERATOR public.=== (mood, text) IS 'alike';
COMMIT;
