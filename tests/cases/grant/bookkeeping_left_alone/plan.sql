BEGIN;
CREATE ROLE {{unique}}_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {{unique}}_reader;
GRANT USAGE ON SCHEMA public TO {{unique}}_reader;
GRANT SELECT ON TABLE public.events TO {{unique}}_reader;
COMMIT;
