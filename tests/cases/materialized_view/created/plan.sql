BEGIN;
CREATE TABLE public.events (
    id bigint NOT NULL,
    city text,
    CONSTRAINT events_pkey PRIMARY KEY (id)
);
CREATE MATERIALIZED VIEW public.cities AS
select city, count(*) as events from events group by city;
CREATE UNIQUE INDEX cities_city_key ON public.cities USING btree (city);
CREATE MATERIALIZED VIEW public.empty AS
select id from events
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW public.cities IS 'refreshed by night';
COMMIT;
