BEGIN;
DROP POLICY gone ON public.orders;
COMMIT;

BEGIN;
DROP TABLE public.more;
COMMIT;
