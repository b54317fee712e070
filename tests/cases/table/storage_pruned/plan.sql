BEGIN;
ALTER TABLE public.c RESET (fillfactor, toast.autovacuum_enabled);
COMMIT;
