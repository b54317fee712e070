BEGIN;
CREATE SCHEMA s;
CREATE FUNCTION s.same(a text, b text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select a = b$$;
CREATE OPERATOR s.=== (FUNCTION = s.same, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(s.===));
COMMIT;
