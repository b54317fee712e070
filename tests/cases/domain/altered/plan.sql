BEGIN;
ALTER DOMAIN public.default_set SET DEFAULT 2;
ALTER DOMAIN public.default_changed SET DEFAULT 2;
ALTER DOMAIN public.default_gone DROP DEFAULT;
ALTER DOMAIN public.optional DROP NOT NULL;
ALTER DOMAIN public.check_added ADD CONSTRAINT positive CHECK (value > 0) NOT VALID;
COMMIT;

BEGIN;
ALTER DOMAIN public.check_added VALIDATE CONSTRAINT positive;
COMMIT;

BEGIN;
ALTER DOMAIN public.check_changed DROP CONSTRAINT changed;
ALTER DOMAIN public.check_changed ADD CONSTRAINT changed CHECK (value < 20) NOT VALID;
COMMIT;

BEGIN;
ALTER DOMAIN public.check_changed VALIDATE CONSTRAINT changed;
COMMIT;

BEGIN;
ALTER DOMAIN public.check_gone DROP CONSTRAINT gone;
COMMIT;

BEGIN;
ALTER DOMAIN public.required SET NOT NULL;
COMMIT;

BEGIN;
COMMENT ON DOMAIN public.said IS 'twice';
COMMIT;
