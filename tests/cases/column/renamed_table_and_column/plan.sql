BEGIN;
ALTER TYPE public.mood RENAME TO temper;
ALTER TYPE public.temper RENAME VALUE 'sad' TO 'low';
COMMIT;

BEGIN;
ALTER TYPE public.temper ADD VALUE 'high';
COMMIT;

BEGIN;
ALTER TABLE public.clients RENAME TO customers;
ALTER TABLE public.customers RENAME COLUMN id TO number;
ALTER TABLE public.customers ALTER COLUMN number TYPE bigint;
ALTER TABLE public.customers RENAME COLUMN feels TO temper;
ALTER TABLE public.customers RENAME COLUMN mail TO email;
COMMIT;
