BEGIN;
DROP STATISTICS public.of_other_columns;
CREATE STATISTICS public.of_other_columns ON city, "Odd, one" FROM public.events;
COMMIT;

BEGIN;
DROP STATISTICS public.of_other_kinds;
CREATE STATISTICS public.of_other_kinds (dependencies) ON city, zip FROM public.events;
COMMENT ON STATISTICS public.of_other_kinds IS 'kept';
COMMIT;

BEGIN;
CREATE STATISTICS public.created (mcv, ndistinct) ON city, zip, "Odd, one" FROM public.events;
COMMIT;

BEGIN;
ALTER STATISTICS public.created SET STATISTICS 500;
ALTER STATISTICS public.aimed SET STATISTICS 100;
ALTER STATISTICS public.not_aimed SET STATISTICS -1;
ALTER STATISTICS public.before RENAME TO now;
COMMENT ON STATISTICS public.created IS 'why';
COMMIT;
