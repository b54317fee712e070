BEGIN;
DROP MATERIALIZED VIEW public.cities;
CREATE MATERIALIZED VIEW public.cities AS
select city, count(*) as events, min(id) as first from events group by city;
CREATE UNIQUE INDEX cities_city_idx ON public.cities USING btree (city);
COMMIT;
