BEGIN;
ALTER TABLE public.former RENAME TO orders;
COMMIT;

BEGIN;
ALTER TABLE public.orders RENAME COLUMN number TO amount;
ALTER POLICY old_name ON public.orders RENAME TO "New ""name""";
COMMIT;
