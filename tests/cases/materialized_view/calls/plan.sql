BEGIN;
CREATE FUNCTION public.outer_f(int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select public.inner_f($1)$$;
CREATE FUNCTION public.inner_f(int) RETURNS int
    LANGUAGE sql IMMUTABLE
    AS $$select x from public.z where x = $1$$;
CREATE VIEW public.z AS
select 1 as x;
COMMIT;

BEGIN;
ALTER TABLE public.t ADD COLUMN pgreconcile_b_new int;
ALTER TABLE public.t ALTER COLUMN pgreconcile_b_new SET DEFAULT outer_f(1);
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.t SET pgreconcile_b_new = (outer_f(1)) WHERE pgreconcile_b_new IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE pgreconcile_b_new IS NULL AND (outer_f(1)) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.t RENAME COLUMN pgreconcile_b_new TO b;
COMMIT;

CREATE INDEX CONCURRENTLY i ON public.t USING btree (outer_f(a));

BEGIN;
CREATE MATERIALIZED VIEW public.m AS
select outer_f(a) as x from t;
COMMIT;
