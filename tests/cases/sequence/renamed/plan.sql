BEGIN;
ALTER SEQUENCE public.old_name RENAME TO new_name;
COMMIT;

BEGIN;
ALTER TABLE public.orders ALTER COLUMN number SET DEFAULT nextval('new_name');
COMMIT;
