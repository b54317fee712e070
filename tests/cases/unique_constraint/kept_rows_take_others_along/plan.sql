BEGIN;
DROP VIEW public.everyone;
ALTER TABLE public.people ALTER COLUMN email TYPE text;
CREATE VIEW public.everyone AS
select email from people;
COMMIT;

BEGIN;
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE ON public.people FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('unique constraint public.people.people_email_key');
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE OR UPDATE ON public.visits FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('unique constraint public.people.people_email_key');
DELETE FROM public.people t USING (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, row_number() OVER (PARTITION BY email ORDER BY id, ctid) AS place FROM public.people WHERE email IS NOT NULL) ranked WHERE place > 1) d WHERE t.ctid = d.ctid AND t.tableoid = d.tableoid;
DROP TRIGGER pgreconcile_quarantine ON public.people;
DROP TRIGGER pgreconcile_quarantine ON public.visits;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY people_email_key ON public.people (email);

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT people_email_key UNIQUE USING INDEX people_email_key;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_person_fkey FOREIGN KEY (person) REFERENCES public.people ON DELETE CASCADE NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.visits VALIDATE CONSTRAINT visits_person_fkey;
COMMIT;
