BEGIN;
DROP POLICY own ON public.orders;
CREATE POLICY own ON public.orders USING (owner = current_user);
COMMIT;

BEGIN;
ALTER TABLE public.orders DROP COLUMN former;
COMMIT;
