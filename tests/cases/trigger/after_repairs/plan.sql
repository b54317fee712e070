BEGIN;
CREATE FUNCTION public.count_it() RETURNS trigger
    LANGUAGE plpgsql
    AS $$begin update counts set number = number + 1; return null; end$$;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.members SET name = (''nobody'') WHERE name IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.members WHERE name IS NULL AND (''nobody'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.members ADD CONSTRAINT pgreconcile_members_name_not_null CHECK (name IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.members SET name = (''nobody'') WHERE name IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.members WHERE name IS NULL AND (''nobody'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.members VALIDATE CONSTRAINT pgreconcile_members_name_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.members ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.members DROP CONSTRAINT pgreconcile_members_name_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.clubs ADD CONSTRAINT pgreconcile_clubs_id_not_null CHECK (id IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.clubs VALIDATE CONSTRAINT pgreconcile_clubs_id_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.clubs ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.clubs DROP CONSTRAINT pgreconcile_clubs_id_not_null;
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE ON public.clubs FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('primary key public.clubs.clubs_pkey');
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE OR UPDATE ON public.members FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('primary key public.clubs.clubs_pkey');
DELETE FROM public.clubs t USING (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY id ORDER BY id, ctid) AS place FROM public.clubs WHERE id IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1) d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
SET CONSTRAINTS ALL IMMEDIATE;
DROP TRIGGER pgreconcile_quarantine ON public.clubs;
DROP TRIGGER pgreconcile_quarantine ON public.members;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY clubs_pkey ON public.clubs (id);

BEGIN;
ALTER TABLE public.clubs ADD CONSTRAINT clubs_pkey PRIMARY KEY USING INDEX clubs_pkey;
COMMIT;

BEGIN;
ALTER TABLE public.members ADD CONSTRAINT members_club_fkey FOREIGN KEY (club) REFERENCES public.clubs ON DELETE CASCADE NOT VALID;
WITH doomed AS (SELECT ctid, tableoid FROM public.members t WHERE t.club IS NOT NULL AND NOT EXISTS (SELECT FROM public.clubs p WHERE p.id OPERATOR(pg_catalog.=) t.club)), gone AS (DELETE FROM public.members t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.members', 'foreign key public.members.members_club_fkey', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

BEGIN;
ALTER TABLE public.members VALIDATE CONSTRAINT members_club_fkey;
COMMIT;

BEGIN;
CREATE TRIGGER count_it AFTER DELETE OR INSERT OR UPDATE ON public.members FOR EACH ROW EXECUTE FUNCTION public.count_it();
COMMIT;
