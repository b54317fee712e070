BEGIN;
ALTER DOMAIN public.old_name RENAME TO new_name;
COMMIT;

BEGIN;
ALTER TABLE public.former RENAME TO latter;
ALTER DOMAIN public.new_name SET NOT NULL;
COMMIT;

BEGIN;
ALTER DOMAIN public.new_name DROP CONSTRAINT positive;
ALTER DOMAIN public.new_name ADD CONSTRAINT positive CHECK (value >= 0) NOT VALID;
COMMIT;

BEGIN;
ALTER DOMAIN public.new_name VALIDATE CONSTRAINT positive;
ALTER TABLE public.latter RENAME COLUMN number TO amount;
COMMIT;
