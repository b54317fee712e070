BEGIN;
ALTER SEQUENCE public.old_name RENAME TO new_name;
COMMIT;
