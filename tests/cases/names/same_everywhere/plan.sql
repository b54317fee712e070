BEGIN;
CREATE ROLE {{unique}}_things;
CREATE SCHEMA things;
CREATE TYPE public.things AS ENUM ('a');
CREATE TYPE things.mood AS ENUM ('b');
CREATE FUNCTION public.things() RETURNS integer
    LANGUAGE sql
    AS $$select 1$$;
CREATE TABLE things.t (
    t integer NOT NULL,
    CONSTRAINT t_pkey PRIMARY KEY (t)
);
CREATE TABLE public.mood (
    mood things.mood DEFAULT 'b',
    things integer,
    CONSTRAINT mood_things_check CHECK (things > 0)
);
CREATE TABLE public.t (
    t integer
);
CREATE INDEX things_idx ON public.mood USING btree (things, mood);
ALTER TABLE public.mood ADD CONSTRAINT mood_things_fkey FOREIGN KEY (things) REFERENCES things.t;
ALTER TABLE public.t ADD CONSTRAINT t_t_fkey FOREIGN KEY (t) REFERENCES things.t;
COMMIT;
