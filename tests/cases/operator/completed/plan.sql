BEGIN;
DROP OPERATOR public.<!> (integer, integer);
CREATE OPERATOR public.<!> (FUNCTION = other, LEFTARG = integer, RIGHTARG = integer);
COMMIT;

BEGIN;
ALTER OPERATOR public.=== (integer, integer) SET (COMMUTATOR = OPERATOR(public.===));
ALTER OPERATOR public.=== (integer, integer) SET (NEGATOR = !==);
ALTER OPERATOR public.=== (integer, integer) SET (HASHES);
ALTER OPERATOR public.=== (integer, integer) SET (MERGES);
ALTER OPERATOR public.!== (integer, integer) SET (COMMUTATOR = OPERATOR(public.!==));
ALTER OPERATOR public.!== (integer, integer) SET (NEGATOR = ===);
CREATE OPERATOR public.<~> (FUNCTION = other, LEFTARG = integer, RIGHTARG = integer, NEGATOR = <=>);
COMMIT;
