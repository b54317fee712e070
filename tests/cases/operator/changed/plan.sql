BEGIN;
DROP VIEW public.v;
DROP OPERATOR public.==| (text, integer);
CREATE OPERATOR public.==| (FUNCTION = too, LEFTARG = text, RIGHTARG = integer);
CREATE VIEW public.v AS
select 'a' ==| 1;
COMMENT ON OPERATOR public.==| (text, integer) IS 'kept';
COMMIT;

BEGIN;
DROP OPERATOR public.=|= (text, integer);
COMMIT;

BEGIN;
ALTER OPERATOR public.==> (text, integer) SET (RESTRICT = neqsel);
ALTER OPERATOR public.==> (text, integer) SET (JOIN = NONE);
COMMIT;
