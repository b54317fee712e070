CREATE INDEX CONCURRENTLY events_2025_late_note_idx ON public.events_2025_late USING btree (note);

CREATE INDEX CONCURRENTLY events_2026_note_idx ON public.events_2026 USING btree (note);

BEGIN;
CREATE INDEX events_note_idx ON public.events USING btree (note);
COMMIT;
