DROP INDEX CONCURRENTLY public.attendees_email;

BEGIN;
CREATE EXTENSION citext;
CREATE TYPE public.status AS ENUM ('new', 'done');
CREATE FUNCTION public.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END$$;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.events SET name = (''untitled'') WHERE name IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.events WHERE name IS NULL AND (''untitled'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT pgreconcile_events_name_not_null CHECK (name IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.events SET name = (''untitled'') WHERE name IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.events WHERE name IS NULL AND (''untitled'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT pgreconcile_events_name_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.events ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.events DROP CONSTRAINT pgreconcile_events_name_not_null;
ALTER TABLE public.events ADD COLUMN status status DEFAULT 'new' NOT NULL;
ALTER TABLE public.events ADD CONSTRAINT pgreconcile_events_updated_at_not_null CHECK (updated_at IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT pgreconcile_events_updated_at_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.events ALTER COLUMN updated_at SET NOT NULL;
ALTER TABLE public.events DROP CONSTRAINT pgreconcile_events_updated_at_not_null;
ALTER TABLE public.events ADD CONSTRAINT events_name_check CHECK (name <> '') NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_name_check;
COMMIT;

BEGIN;
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
COMMIT;

BEGIN;
ALTER TABLE public.attendees ALTER COLUMN email TYPE citext;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.attendees SET email = (''nobody-'' || id) WHERE email IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.attendees WHERE email IS NULL AND (''nobody-'' || id) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.attendees ADD CONSTRAINT pgreconcile_attendees_email_not_null CHECK (email IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.attendees SET email = (''nobody-'' || id) WHERE email IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.attendees WHERE email IS NULL AND (''nobody-'' || id) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.attendees VALIDATE CONSTRAINT pgreconcile_attendees_email_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.attendees ALTER COLUMN email SET NOT NULL;
ALTER TABLE public.attendees DROP CONSTRAINT pgreconcile_attendees_email_not_null;
ALTER TABLE public.attendees ALTER COLUMN created_at TYPE timestamptz;
WITH doomed AS (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY event_id, email ORDER BY id desc, ctid) AS place FROM public.attendees WHERE event_id IS NOT NULL AND email IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1), gone AS (DELETE FROM public.attendees t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.attendees', 'unique constraint public.attendees.attendees_event_email_key', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY attendees_event_email_key ON public.attendees (event_id, email);

BEGIN;
ALTER TABLE public.attendees ADD CONSTRAINT attendees_event_email_key UNIQUE USING INDEX attendees_event_email_key;
ALTER TABLE public.attendees ADD CONSTRAINT attendees_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events ON DELETE CASCADE NOT VALID;
WITH doomed AS (SELECT ctid, tableoid FROM public.attendees t WHERE t.event_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.events p WHERE p.id OPERATOR(pg_catalog.=) t.event_id)), gone AS (DELETE FROM public.attendees t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.attendees', 'foreign key public.attendees.attendees_event_id_fkey', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

BEGIN;
ALTER TABLE public.attendees VALIDATE CONSTRAINT attendees_event_id_fkey;
COMMIT;
