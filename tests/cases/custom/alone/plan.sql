BEGIN;
CREATE INDEX events_idx ON public.events USING btree (id);
COMMIT;

cluster events using events_idx;
