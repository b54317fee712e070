BEGIN;
DROP VIEW public.cities;
ALTER VIEW public.listed RENAME TO all_events;
CREATE VIEW public.cities AS
select distinct city from all_events;
COMMIT;
