BEGIN;
ALTER TABLE public.without SET (fillfactor = '70');
COMMIT;

BEGIN;
CREATE TABLE public.new (
    id integer
);
ALTER TABLE public.new SET (toast.autovacuum_enabled = 'false');
COMMIT;

BEGIN;
ALTER TABLE public.will ADD COLUMN long text;
COMMIT;
