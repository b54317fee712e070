BEGIN;
CREATE SCHEMA tenants;
CREATE TYPE public.mood AS ENUM ('sad', 'it''s', E'ok \\ fine', 'Größe', 'a "b"');
CREATE TYPE tenants.plan AS ENUM ('free', 'paid');
CREATE TABLE public.t (
    m mood DEFAULT 'it''s',
    p tenants.plan DEFAULT 'free' NOT NULL
);
COMMIT;
