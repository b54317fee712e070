BEGIN;
CREATE OR REPLACE FUNCTION public.total() RETURNS bigint
    LANGUAGE sql
    return (select sum(n) from filled);
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;
