BEGIN;
ALTER POLICY roles ON public.orders TO {{unique}}_chief, {{unique}}_clerk;
ALTER POLICY everyone ON public.orders TO PUBLIC;
ALTER POLICY using_changed ON public.orders USING (owner = 'you');
ALTER POLICY check_changed ON public.orders WITH CHECK (owner = 'you');
ALTER POLICY check_added ON public.orders WITH CHECK (id > 0);
ALTER POLICY two ON public.orders TO {{unique}}_chief;
ALTER POLICY two ON public.orders USING (not open);
ALTER POLICY two ON public.orders WITH CHECK (not open);
ALTER POLICY subquery ON public.orders USING (id in (select m.orders from members m where m.name = session_user));
COMMIT;

BEGIN;
COMMENT ON POLICY said ON public.orders IS 'twice';
COMMIT;
