BEGIN;
DROP FUNCTION public.f(integer, text);
DROP FUNCTION public.g();
COMMIT;
