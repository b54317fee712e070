BEGIN;
CREATE TABLE public.events_2027 (LIKE public.events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION);
ALTER TABLE public.events ATTACH PARTITION public.events_2027 for values from ('2027-01-01') to ('2028-01-01');
CREATE INDEX events_note_idx ON ONLY public.events USING btree (note);
COMMIT;

BEGIN;
CREATE INDEX events_2026_note_idx ON ONLY public.events_2026 USING btree (note);
COMMIT;

CREATE INDEX CONCURRENTLY events_2025_note_idx ON public.events_2025 USING btree (note);

CREATE INDEX CONCURRENTLY events_2026_eu_note_idx ON public.events_2026_eu USING btree (note);

CREATE INDEX CONCURRENTLY events_2026_us_note_idx ON public.events_2026_us USING btree (note);

CREATE INDEX CONCURRENTLY events_2027_note_idx ON public.events_2027 USING btree (note);

BEGIN;
ALTER INDEX public.events_note_idx ATTACH PARTITION public.events_2025_note_idx;
ALTER INDEX public.events_2026_note_idx ATTACH PARTITION public.events_2026_eu_note_idx;
ALTER INDEX public.events_2026_note_idx ATTACH PARTITION public.events_2026_us_note_idx;
ALTER INDEX public.events_note_idx ATTACH PARTITION public.events_2026_note_idx;
ALTER INDEX public.events_note_idx ATTACH PARTITION public.events_2027_note_idx;
DROP INDEX public.events_day_idx;
CREATE INDEX events_day_idx ON public.events USING btree (day) WITH (fillfactor = '70');
DROP INDEX public.replaced;
CREATE INDEX replaced ON public.events USING btree (note desc);
COMMIT;

CREATE INDEX CONCURRENTLY events_2026_us_lower_idx ON public.events_2026_us USING btree (lower(note));

BEGIN;
ALTER INDEX public.events_2026_lower_idx ATTACH PARTITION public.events_2026_eu_lower_idx;
ALTER INDEX public.events_2026_lower_idx ATTACH PARTITION public.events_2026_us_lower_idx;
ALTER INDEX public.events_lower_idx ATTACH PARTITION public.events_2026_lower_idx;
COMMIT;
