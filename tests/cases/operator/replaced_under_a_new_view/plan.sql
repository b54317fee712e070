BEGIN;
DROP OPERATOR public.=== (text, text);
CREATE OPERATOR public.=== (FUNCTION = same, LEFTARG = text, RIGHTARG = text);
COMMIT;

BEGIN;
ALTER TABLE public.words ADD COLUMN more text;
COMMIT;

BEGIN;
CREATE VIEW public.found AS
select 'a'::text === 'b' as same;
COMMIT;
