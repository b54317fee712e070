BEGIN;
ALTER TABLE public.former RENAME TO orders;
ALTER TABLE public.orders RENAME COLUMN number TO amount;
ALTER POLICY old_name ON public.orders RENAME TO "New ""name""";
COMMIT;
