BEGIN;
CREATE TABLE public.fresh (
    id int
);
COMMIT;

BEGIN;
ALTER TABLE public.t ALTER COLUMN id TYPE bigint;
ALTER TABLE public.t ADD COLUMN number int;
COMMIT;

BEGIN;
CREATE FUNCTION public.called() RETURNS int
    LANGUAGE sql
    return (select max(id)::int from t);
COMMIT;

BEGIN;
ALTER TABLE public.t ADD COLUMN pgreconcile_called_new int;
ALTER TABLE public.t ALTER COLUMN pgreconcile_called_new SET DEFAULT called();
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.t SET pgreconcile_called_new = (called()) WHERE pgreconcile_called_new IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE pgreconcile_called_new IS NULL AND (called()) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.t RENAME COLUMN pgreconcile_called_new TO called;
COMMIT;

BEGIN;
CREATE FUNCTION public.set_of() RETURNS setof t
    LANGUAGE sql
    begin atomic select * from t; end;
CREATE FUNCTION public.taking(t) RETURNS int
    LANGUAGE sql
    return ($1).number;
CREATE OR REPLACE FUNCTION public.replaced(t) RETURNS int
    LANGUAGE sql
    begin atomic select ($1).number; end;
CREATE VIEW public.v AS
select t.* from t cross join fresh;
COMMIT;
