BEGIN;
ALTER VIEW public.checked SET (security_invoker = true);
ALTER VIEW public.checked SET (check_option = local);
ALTER VIEW public.barred RESET (security_barrier);
COMMIT;
