BEGIN;
CREATE TABLE public.events (
    id bigint NOT NULL,
    city varchar(20),
    open bool DEFAULT true NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (id)
);
CREATE VIEW public.open_events AS
select id, city from events where open;
CREATE VIEW public.busy_cities AS
select city, count(*) as events from open_events group by 1;
CREATE VIEW public."Größte Stadt" ("Stadt") AS
select city from busy_cities order by events desc limit 1;
COMMENT ON VIEW public.busy_cities IS 'where it happens';
COMMIT;
