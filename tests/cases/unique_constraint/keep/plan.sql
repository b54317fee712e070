BEGIN;
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE ON public.attendees FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('unique constraint public.attendees.attendees_event_email_key');
CREATE TRIGGER pgreconcile_quarantine AFTER DELETE OR UPDATE ON public.badges FOR EACH ROW EXECUTE FUNCTION pgreconcile.quarantine_row('unique constraint public.attendees.attendees_event_email_key');
DELETE FROM public.attendees t USING (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY event, email ORDER BY updated_at desc nulls last, ctid) AS place FROM public.attendees WHERE event IS NOT NULL AND email IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1) d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid;
SET CONSTRAINTS ALL IMMEDIATE;
DROP TRIGGER pgreconcile_quarantine ON public.attendees;
DROP TRIGGER pgreconcile_quarantine ON public.badges;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY attendees_event_email_key ON public.attendees (event, email);

BEGIN;
ALTER TABLE public.attendees ADD CONSTRAINT attendees_event_email_key UNIQUE USING INDEX attendees_event_email_key;
COMMIT;

BEGIN;
WITH doomed AS (SELECT ctid, tableoid FROM (SELECT ctid, tableoid, pg_catalog.row_number() OVER (PARTITION BY text ORDER BY attendee, ctid) AS place FROM public.badges WHERE text IS NOT NULL) ranked WHERE place OPERATOR(pg_catalog.>) 1), gone AS (DELETE FROM public.badges t USING doomed d WHERE t.ctid OPERATOR(pg_catalog.=) d.ctid AND t.tableoid OPERATOR(pg_catalog.=) d.tableoid RETURNING t.*) INSERT INTO pgreconcile.quarantine (relation, reason, row_data) SELECT 'public.badges', 'unique constraint public.badges.badges_text_key', pg_catalog.to_json(gone.*) FROM gone;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY badges_text_key ON public.badges (text);

BEGIN;
ALTER TABLE public.badges ADD CONSTRAINT badges_text_key UNIQUE USING INDEX badges_text_key;
COMMIT;
