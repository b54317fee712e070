BEGIN;
CREATE SCHEMA tenants;
CREATE TABLE public.events (
    id bigint NOT NULL,
    open boolean,
    name varchar(20) NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (id)
);
CREATE VIEW public.open_events AS
select id, name from events where open;
CREATE VIEW public.of_a_view AS
select count(*) as n from open_events;
CREATE VIEW public."Named Columns" ("Number", "what it's called") AS
select id, name from events;
CREATE VIEW public.guarded WITH (security_barrier = true, check_option = local) AS
select * from events where open;
CREATE VIEW tenants.far AS
select id from public.events;
COMMENT ON VIEW public."Named Columns" IS 'names';
COMMIT;
