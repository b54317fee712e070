BEGIN;
ALTER TABLE public.clients RENAME TO customers;
ALTER TABLE public.customers ADD COLUMN more text;
ALTER TABLE public.customers ADD CONSTRAINT customers_size_check CHECK (size > 0) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.customers VALIDATE CONSTRAINT customers_size_check;
COMMIT;
