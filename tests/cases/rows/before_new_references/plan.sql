BEGIN;
ALTER TABLE public.events ADD COLUMN "default" int DEFAULT 1 NOT NULL;
ALTER TABLE public.events ADD COLUMN backfill int;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.events SET backfill = (1) WHERE backfill IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.events WHERE backfill IS NULL AND (1) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT pgreconcile_events_backfill_not_null CHECK (backfill IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.events SET backfill = (1) WHERE backfill IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.events WHERE backfill IS NULL AND (1) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT pgreconcile_events_backfill_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.events ALTER COLUMN backfill SET NOT NULL;
ALTER TABLE public.events DROP CONSTRAINT pgreconcile_events_backfill_not_null;
ALTER TABLE public.events ADD COLUMN repaired int DEFAULT 1;
COMMIT;

BEGIN;
INSERT INTO public.kinds (id) SELECT '1'::int WHERE NOT EXISTS (SELECT FROM public.kinds t WHERE t.id OPERATOR(pg_catalog.=) '1'::int) ON CONFLICT (id) DO NOTHING;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_kept_fkey FOREIGN KEY (kept) REFERENCES public.kinds NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_kept_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_default_fkey FOREIGN KEY ("default") REFERENCES public.kinds NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_default_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_backfill_fkey FOREIGN KEY (backfill) REFERENCES public.kinds NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_backfill_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_repaired_fkey FOREIGN KEY (repaired) REFERENCES public.kinds NOT VALID;
WITH doomed AS (SELECT ctid, tableoid FROM public.events t WHERE t.repaired IS NOT NULL AND NOT EXISTS (SELECT FROM public.kinds p WHERE p.id OPERATOR(pg_catalog.=) t.repaired)), gone AS (DELETE FROM public.events t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.events', 'foreign key public.events.events_repaired_fkey', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_repaired_fkey;
COMMIT;
