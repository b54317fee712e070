BEGIN;
CREATE SCHEMA tenants;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE FUNCTION public.f(a int) RETURNS int
    LANGUAGE sql
    AS $$select a$$;
CREATE TABLE tenants.customers (
    id serial NOT NULL
);
GRANT SELECT (id), SELECT (name), UPDATE (name) ON TABLE public.events TO {{unique}}_reader;
GRANT SELECT (id), UPDATE (name) ON TABLE public.events TO {{unique}}_writer;
GRANT DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE public.events TO {{unique}}_writer WITH GRANT OPTION;
GRANT DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE tenants.customers TO {{unique}}_writer WITH GRANT OPTION;
GRANT USAGE ON SCHEMA tenants TO {{unique}}_reader;
GRANT USAGE ON SEQUENCE tenants.customers_id_seq TO {{unique}}_reader;
GRANT EXECUTE ON FUNCTION public.f(integer) TO {{unique}}_reader;
DO $$ BEGIN EXECUTE pg_catalog.format('GRANT CONNECT, CREATE ON DATABASE %I TO {{unique}}_writer', pg_catalog.current_database()); END $$;
GRANT SELECT ON TABLE public.events TO PUBLIC;
GRANT USAGE ON TYPE public.mood TO {{unique}}_reader;
COMMIT;
