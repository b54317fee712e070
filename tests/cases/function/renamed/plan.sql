BEGIN;
ALTER FUNCTION public.old(integer, text) RENAME TO new;
COMMIT;
