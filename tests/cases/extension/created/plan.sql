BEGIN;
CREATE SCHEMA tools;
CREATE EXTENSION citext;
CREATE EXTENSION "uuid-ossp";
CREATE EXTENSION hstore SCHEMA tools;
CREATE TABLE public.t (
    id uuid DEFAULT uuid_generate_v4(),
    email citext,
    more tools.hstore
);
COMMIT;

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
CREATE EXTENSION surely_not_there;
COMMIT;
\set ON_ERROR_STOP on
