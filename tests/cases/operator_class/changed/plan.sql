BEGIN;
DROP INDEX public.t_a;
DROP OPERATOR CLASS public.changed USING btree;
CREATE OPERATOR CLASS public.changed FOR TYPE int4 USING btree AS OPERATOR 3 =, FUNCTION 1 backwards(int4, int4);
CREATE INDEX t_a ON public.t USING btree (a changed);
COMMENT ON OPERATOR CLASS public.changed USING btree IS 'kept';
COMMIT;

BEGIN;
DROP OPERATOR FAMILY public.gone USING btree;
DROP OPERATOR FAMILY public.no_family USING hash;
COMMIT;

BEGIN;
ALTER OPERATOR FAMILY public.old_family USING hash RENAME TO new_family;
ALTER OPERATOR CLASS public.old_name USING btree RENAME TO new_name;
ALTER OPERATOR FAMILY public.old_name USING btree RENAME TO new_name;
COMMIT;
