BEGIN;
CREATE ROLE {{unique}}_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {{unique}}_reader;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE TABLE public.events (
    id integer NOT NULL,
    mood mood DEFAULT 'sad',
    CONSTRAINT events_pkey PRIMARY KEY (id)
);
CREATE TABLE public.people (
    id integer NOT NULL,
    event integer,
    CONSTRAINT people_pkey PRIMARY KEY (id)
);
ALTER TABLE public.people ADD CONSTRAINT people_event_fkey FOREIGN KEY (event) REFERENCES public.events;
GRANT USAGE ON SCHEMA public TO {{unique}}_reader;
GRANT SELECT ON TABLE public.events TO {{unique}}_reader;
GRANT SELECT ON TABLE public.people TO {{unique}}_reader;
COMMIT;
