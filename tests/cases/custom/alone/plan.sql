CREATE INDEX CONCURRENTLY events_idx ON public.events USING btree (id);

vacuum events;
