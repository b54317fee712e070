BEGIN;
DROP DOMAIN public.retyped;
CREATE DOMAIN public.retyped AS varchar(20) DEFAULT ('a') CONSTRAINT retyped_check CHECK (value <> '');
COMMENT ON DOMAIN public.retyped IS 'kept';
COMMIT;

BEGIN;
DROP DOMAIN public.collated;
CREATE DOMAIN public.collated AS text COLLATE "C";
COMMIT;
