BEGIN;
CREATE ROLE {{unique}}_reader;
CREATE ROLE {{unique}}_writer;
CREATE SCHEMA tenants;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {{unique}}_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA tenants GRANT SELECT ON TABLES TO {{unique}}_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT DELETE, INSERT, SELECT, UPDATE ON TABLES TO {{unique}}_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {{unique}}_writer;
CREATE TABLE public.events (
    id serial NOT NULL
);
CREATE TABLE tenants.customers (
    id bigint
);
GRANT USAGE ON SCHEMA public TO {{unique}}_reader;
GRANT USAGE ON SCHEMA tenants TO {{unique}}_reader;
GRANT USAGE ON SCHEMA public TO {{unique}}_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {{unique}}_writer;
GRANT SELECT ON TABLE public.events TO {{unique}}_reader;
GRANT SELECT ON TABLE tenants.customers TO {{unique}}_reader;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE public.events TO {{unique}}_writer;
COMMIT;
