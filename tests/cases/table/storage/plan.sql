BEGIN;
CREATE TABLE public.a (
    x text
) WITH (autovacuum_enabled = 'false', fillfactor = '70');
ALTER TABLE public.a SET (toast.autovacuum_enabled = 'off');
COMMIT;

BEGIN;
ALTER TABLE public.b SET UNLOGGED;
ALTER TABLE public.b SET (fillfactor = '70', toast.autovacuum_enabled = 'false');
COMMIT;
