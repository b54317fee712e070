BEGIN;
ALTER TABLE public.people ADD COLUMN since date;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET since = (''2020-01-01'') WHERE since IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE since IS NULL AND (''2020-01-01'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT pgreconcile_people_since_not_null CHECK (since IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET since = (''2020-01-01'') WHERE since IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE since IS NULL AND (''2020-01-01'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people VALIDATE CONSTRAINT pgreconcile_people_since_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.people ALTER COLUMN since SET NOT NULL;
ALTER TABLE public.people DROP CONSTRAINT pgreconcile_people_since_not_null;
ALTER TABLE public.people ADD CONSTRAINT people_club_fkey FOREIGN KEY (club) REFERENCES public.clubs NOT VALID;
WITH doomed AS (SELECT ctid, tableoid FROM public.people t WHERE t.club IS NOT NULL AND NOT EXISTS (SELECT FROM public.clubs p WHERE p.id OPERATOR(pg_catalog.=) t.club)), kept AS (INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.people', 'foreign key public.people.people_club_fkey', pg_catalog.to_json(t.*) FROM public.people t JOIN doomed d ON t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid) UPDATE public.people t SET club = NULL FROM doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
COMMIT;

BEGIN;
ALTER TABLE public.people VALIDATE CONSTRAINT people_club_fkey;
COMMIT;

BEGIN;
DROP VIEW public.everyone;
ALTER TABLE public.people ALTER COLUMN name TYPE text;
UPDATE public.people SET name = (split_part(email, '@', 1)) WHERE name IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE public.people ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.people ALTER COLUMN email TYPE text;
CREATE VIEW public.everyone AS
select id, name, email, club, since from people;
COMMIT;

BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY email ORDER BY id, ctid) AS place FROM public.people WHERE email IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1), gone AS (DELETE FROM public.people t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.people', 'unique constraint public.people.people_email_key', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY people_email_key ON public.people (email);

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT people_email_key UNIQUE USING INDEX people_email_key;
COMMIT;
