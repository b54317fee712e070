BEGIN;
CREATE OPERATOR FAMILY public.numbers USING btree;
CREATE OPERATOR FAMILY public.numbers USING hash;
COMMENT ON OPERATOR FAMILY public.numbers USING hash IS 'for hashing';
COMMIT;
