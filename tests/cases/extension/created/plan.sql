BEGIN;
CREATE SCHEMA tools;
CREATE EXTENSION citext;
CREATE EXTENSION "uuid-ossp";
CREATE TABLE public.t (
    id uuid DEFAULT uuid_generate_v4(),
    email citext
);
COMMIT;

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
CREATE EXTENSION hstore SCHEMA tools;
COMMIT;
\set ON_ERROR_STOP on
