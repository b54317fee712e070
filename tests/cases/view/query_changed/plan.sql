BEGIN;
DROP VIEW public.cities;
DROP VIEW public.listed;
CREATE VIEW public.listed AS
select city, id from events;
CREATE VIEW public.cities AS
select distinct city from listed;
COMMIT;
