BEGIN;
CREATE TABLE public.events (
    id bigint,
    city text
);
CREATE MATERIALIZED VIEW public.cities AS
select city, count(*) as events from events group by city;
CREATE UNIQUE INDEX cities_city_idx ON public.cities USING btree (city);
CREATE MATERIALIZED VIEW public.later AS
select 1 as one
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW public.cities IS 'by city';
COMMIT;
