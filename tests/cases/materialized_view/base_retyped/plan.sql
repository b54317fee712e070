BEGIN;
DROP MATERIALIZED VIEW public.cities;
ALTER TABLE public.events ALTER COLUMN city TYPE text;
CREATE MATERIALIZED VIEW public.cities AS
select city, count(*) as events from events group by city;
CREATE UNIQUE INDEX cities_city_key ON public.cities USING btree (city);
COMMENT ON MATERIALIZED VIEW public.cities IS 'refreshed by night';
COMMIT;
