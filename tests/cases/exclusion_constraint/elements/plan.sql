BEGIN;
ALTER INDEX public.collated SET (fillfactor = '90');
ALTER INDEX public.collated ALTER COLUMN 2 SET STATISTICS 400;
COMMIT;

BEGIN;
ALTER TABLE public.left_alone DROP CONSTRAINT kept;
ALTER TABLE public.left_alone ADD CONSTRAINT kept EXCLUDE USING btree (a with =, lower(b) with =) WITH (fillfactor = '70') DEFERRABLE;
ALTER INDEX public.kept ALTER COLUMN 2 SET STATISTICS 200;
ALTER TABLE public.left_alone CLUSTER ON kept;
COMMIT;
