BEGIN;
DROP VIEW public.everyone;
ALTER TABLE public.people ALTER COLUMN email TYPE text;
CREATE VIEW public.everyone AS
select email from people;
COMMIT;

BEGIN;
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE ON public.people FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('unique constraint public.people.people_email_key');
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE OR UPDATE ON public.visits FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('unique constraint public.people.people_email_key');
DELETE FROM public.people t USING (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY email ORDER BY id, ctid) AS place FROM public.people WHERE email IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1) d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
SET CONSTRAINTS ALL IMMEDIATE;
DROP TRIGGER pgreconcile_quarantine ON public.people;
DROP TRIGGER pgreconcile_quarantine ON public.visits;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY people_email_key ON public.people (email);

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT people_email_key UNIQUE USING INDEX people_email_key;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_person_fkey FOREIGN KEY (person) REFERENCES public.people ON DELETE CASCADE NOT VALID;
WITH doomed AS (SELECT ctid, tableoid FROM public.visits t WHERE t.person IS NOT NULL AND NOT EXISTS (SELECT FROM public.people p WHERE p.id OPERATOR(pg_catalog.=) t.person)), gone AS (DELETE FROM public.visits t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.visits', 'foreign key public.visits.visits_person_fkey', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

BEGIN;
ALTER TABLE public.visits VALIDATE CONSTRAINT visits_person_fkey;
COMMIT;
