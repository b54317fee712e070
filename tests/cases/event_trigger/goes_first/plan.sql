BEGIN;
DROP EVENT TRIGGER refusing;
DROP FUNCTION public.refuse();
COMMIT;

BEGIN;
CREATE VIEW public.v AS
select 1 as one;
COMMIT;
