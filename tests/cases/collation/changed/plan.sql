BEGIN;
DROP COLLATION public.changed;
CREATE COLLATION public.changed (PROVIDER = 'icu', LOCALE = 'de-DE', DETERMINISTIC = 'false');
COMMENT ON COLLATION public.changed IS 'kept';
COMMIT;

BEGIN;
DROP COLLATION public.more_changed;
CREATE COLLATION public.more_changed (PROVIDER = 'icu', LOCALE = 'de-AT');
COMMIT;

BEGIN;
DROP COLLATION public.gone;
COMMIT;

BEGIN;
ALTER COLLATION public.old_name RENAME TO new_name;
COMMIT;
