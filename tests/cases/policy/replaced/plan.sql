BEGIN;
DROP POLICY command ON public.orders;
CREATE POLICY command ON public.orders FOR UPDATE USING (open);
COMMIT;

BEGIN;
DROP POLICY restrictive ON public.orders;
CREATE POLICY restrictive ON public.orders AS RESTRICTIVE USING (open);
COMMENT ON POLICY restrictive ON public.orders IS 'kept';
COMMIT;

BEGIN;
DROP POLICY check_gone ON public.orders;
CREATE POLICY check_gone ON public.orders USING (open);
COMMIT;
