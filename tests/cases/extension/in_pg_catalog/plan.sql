BEGIN;
CREATE EXTENSION citext SCHEMA pg_catalog;
CREATE TABLE public.people (
    mail citext
);
COMMIT;
