BEGIN;
COMMENT ON COLUMN public.changed."a b" IS NULL;
CREATE DOMAIN public.new AS int CONSTRAINT created_range CHECK (value > 0);
CREATE VIEW public.created AS
select id from events;
COMMENT ON COLUMN public.changed.id IS 'as it is';
COMMENT ON COLUMN public.created.id IS 'new';
COMMENT ON COLUMN public.filled.id IS 'new';
COMMENT ON COLUMN public.pair.one IS 'as it is';
COMMENT ON COLUMN public.pair."Two" IS 'new';
COMMENT ON CONSTRAINT created_range ON DOMAIN public.new IS 'new';
COMMIT;

BEGIN;
ALTER DOMAIN public.percentage DROP CONSTRAINT percentage_range;
ALTER DOMAIN public.percentage ADD CONSTRAINT percentage_range CHECK (value between 0 and 101) NOT VALID;
ALTER DOMAIN public.percentage VALIDATE CONSTRAINT percentage_range;
COMMIT;

BEGIN;
COMMENT ON CONSTRAINT percentage_range ON DOMAIN public.percentage IS 'kept';
COMMIT;
