BEGIN;
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad');
CREATE FUNCTION app.f() RETURNS int
    LANGUAGE sql
    AS $$select 1$$;
CREATE FUNCTION app.touch_seen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN
    NEW.seen := now();
    RETURN NEW;
END$$;
CREATE TABLE app.t (
    id serial NOT NULL,
    mood mood DEFAULT 'sad',
    seen timestamptz,
    other integer,
    CONSTRAINT t_pkey PRIMARY KEY (id)
);
CREATE TABLE public.t (
    id integer DEFAULT f() NOT NULL,
    CONSTRAINT t_pkey PRIMARY KEY (id)
);
ALTER TABLE app.t ADD CONSTRAINT t_other_fkey FOREIGN KEY (other) REFERENCES public.t;
CREATE TRIGGER touch_seen BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION app.touch_seen();
COMMIT;
