BEGIN;
CREATE ROLE {{unique}}_owner;
CREATE ROLE {{unique}}_reader;
CREATE SCHEMA tenants;
CREATE TYPE public.mood AS ENUM ('sad');
CREATE DOMAIN public.short AS text;
CREATE SEQUENCE public.numbers;
CREATE FUNCTION public.f(a integer) RETURNS integer
    LANGUAGE sql
    AS $$select a$$;
CREATE TABLE tenants.customers (
    id bigserial NOT NULL
);
CREATE VIEW public.all_events AS
select id from events;
CREATE MATERIALIZED VIEW public.counted AS
select count(*) as n from events;
ALTER SCHEMA tenants OWNER TO {{unique}}_owner;
ALTER TABLE tenants.customers OWNER TO {{unique}}_owner;
ALTER TYPE public.mood OWNER TO {{unique}}_owner;
ALTER DOMAIN public.short OWNER TO {{unique}}_owner;
ALTER SEQUENCE public.numbers OWNER TO {{unique}}_owner;
ALTER FUNCTION public.f(integer) OWNER TO {{unique}}_owner;
ALTER VIEW public.all_events OWNER TO {{unique}}_owner;
ALTER MATERIALIZED VIEW public.counted OWNER TO {{unique}}_owner;
GRANT SELECT ON TABLE public.all_events TO {{unique}}_reader;
COMMIT;

BEGIN;
ALTER TABLE public.events OWNER TO {{unique}}_owner;
COMMIT;

BEGIN;
GRANT SELECT ON TABLE public.events TO {{unique}}_reader;
COMMIT;
