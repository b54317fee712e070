BEGIN;
DROP LANGUAGE away;
COMMIT;

BEGIN;
CREATE OR REPLACE TRUSTED LANGUAGE changed HANDLER public.other_handler VALIDATOR public.validator;
ALTER LANGUAGE before RENAME TO now;
CREATE TRUSTED LANGUAGE created HANDLER public.call_handler INLINE public.inline_handler VALIDATOR public.validator;
CREATE FUNCTION public.in_created() RETURNS int
    LANGUAGE created
    AS $$begin return 2; end$$;
CREATE LANGUAGE "Odd name" HANDLER public.other_handler;
ALTER LANGUAGE created OWNER TO {{unique}}_keeper;
GRANT USAGE ON LANGUAGE created TO {{unique}}_reader;
GRANT USAGE ON LANGUAGE changed TO {{unique}}_reader;
COMMENT ON LANGUAGE changed IS 'as it is';
COMMENT ON LANGUAGE created IS 'new';
COMMIT;
