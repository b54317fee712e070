BEGIN;
CREATE ROLE {{unique}}_reader;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD COLUMN taken integer;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.events SET taken = (0) WHERE taken IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.events WHERE taken IS NULL AND (0) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT pgreconcile_events_taken_not_null CHECK (taken IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.events SET taken = (0) WHERE taken IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.events WHERE taken IS NULL AND (0) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT pgreconcile_events_taken_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.events ALTER COLUMN taken SET NOT NULL;
ALTER TABLE public.events DROP CONSTRAINT pgreconcile_events_taken_not_null;
COMMIT;

BEGIN;
CREATE VIEW public.free AS
select id, seats - taken as free from events;
CREATE VIEW public."full" AS
select id from free where free = 0;
CREATE MATERIALIZED VIEW public.totals AS
select count(*) as number from free;
CREATE UNIQUE INDEX totals_number ON public.totals USING btree (number);
GRANT SELECT ON TABLE public.free TO {{unique}}_reader;
GRANT SELECT ON TABLE public."full" TO {{unique}}_reader;
GRANT SELECT ON TABLE public.totals TO {{unique}}_reader;
COMMENT ON VIEW public.free IS 'seats to be had';
COMMIT;
