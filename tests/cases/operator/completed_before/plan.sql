BEGIN;
DROP VIEW public.v;
DROP OPERATOR public.=== (integer, integer);
CREATE OPERATOR public.=== (FUNCTION = same, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR(public.===), NEGATOR = !==, HASHES, MERGES);
CREATE VIEW public.v AS
select 1 === 1 as same;
COMMENT ON OPERATOR public.=== (integer, integer) IS 'kept';
COMMIT;

BEGIN;
DROP OPERATOR public.!== (integer, integer);
CREATE OPERATOR public.!== (FUNCTION = other, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR(public.!==), NEGATOR = ===);
COMMIT;

BEGIN;
DROP OPERATOR public.<=> (integer, integer);
CREATE OPERATOR public.<=> (FUNCTION = same, LEFTARG = integer, RIGHTARG = integer, NEGATOR = <~>);
COMMIT;

BEGIN;
DROP OPERATOR public.<!> (integer, integer);
CREATE OPERATOR public.<!> (FUNCTION = other, LEFTARG = integer, RIGHTARG = integer);
COMMIT;

BEGIN;
CREATE OPERATOR public.<~> (FUNCTION = other, LEFTARG = integer, RIGHTARG = integer, NEGATOR = <=>);
COMMIT;
