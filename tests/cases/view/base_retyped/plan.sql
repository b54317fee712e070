BEGIN;
DROP VIEW public.cities;
DROP VIEW public.open_events;
ALTER TABLE public.events ALTER COLUMN city TYPE text;
CREATE VIEW public.open_events AS
select id, city from events where open;
CREATE VIEW public.cities AS
select distinct city from open_events;
GRANT SELECT ON TABLE public.cities TO {{unique}}_reader;
COMMENT ON VIEW public.cities IS 'each once';
COMMIT;
