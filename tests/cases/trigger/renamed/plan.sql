BEGIN;
ALTER TRIGGER old_name ON public.t RENAME TO new_name;
COMMIT;
