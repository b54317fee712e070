BEGIN;
CREATE OR REPLACE VIEW public.open_events AS
select id, city, open from events where open;
COMMIT;
