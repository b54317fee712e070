BEGIN;
CREATE OPERATOR FAMILY public.moods USING hash;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE FUNCTION public.mood_hash(a mood) RETURNS int4
    LANGUAGE sql IMMUTABLE
    AS $$select hashenum(a)$$;
CREATE FUNCTION public.mood_same(a mood, b mood) RETURNS bool
    LANGUAGE sql IMMUTABLE
    AS $$select a = b$$;
CREATE OPERATOR public.=== (FUNCTION = mood_same, LEFTARG = mood, RIGHTARG = mood);
CREATE FUNCTION public.backwards(a int4, b int4) RETURNS int4
    LANGUAGE sql IMMUTABLE
    AS $$select btint4cmp(b, a)$$;
CREATE OPERATOR CLASS public.backwards_ops FOR TYPE int4 USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 backwards(int4, int4);
CREATE OPERATOR CLASS public.mood_hash DEFAULT FOR TYPE mood USING hash FAMILY public.moods AS OPERATOR 1 ===, FUNCTION 1 mood_hash(mood);
CREATE TABLE public.t (
    a int4
);
CREATE INDEX t_a ON public.t USING btree (a backwards_ops);
COMMENT ON OPERATOR CLASS public.backwards_ops USING btree IS 'the greatest first';
COMMENT ON OPERATOR FAMILY public.moods USING hash IS 'of moods';
COMMIT;
