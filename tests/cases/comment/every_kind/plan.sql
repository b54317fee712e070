BEGIN;
CREATE ROLE {{unique}}_reader;
CREATE SCHEMA tenants;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE FUNCTION public.shout(what text) RETURNS text
    LANGUAGE sql
    AS $$select upper(what)$$;
CREATE FUNCTION public.stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$begin return new; end$$;
CREATE TABLE public.parents (
    id bigint NOT NULL,
    CONSTRAINT parents_pkey PRIMARY KEY (id)
);
CREATE TABLE public.events (
    id bigint,
    parent bigint,
    seats integer,
    CONSTRAINT events_key UNIQUE (id),
    CONSTRAINT events_seats CHECK (seats > 0)
);
CREATE INDEX events_idx ON public.events USING btree (seats);
ALTER TABLE public.events ADD CONSTRAINT events_parent FOREIGN KEY (parent) REFERENCES public.parents;
CREATE TRIGGER stamp BEFORE INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION public.stamp();
COMMENT ON ROLE {{unique}}_reader IS 'who reads';
COMMENT ON TYPE public.mood IS 'how it feels';
COMMENT ON SCHEMA tenants IS 'one row a business';
COMMENT ON FUNCTION public.shout(text) IS 'it''s loud';
COMMENT ON FUNCTION public.stamp() IS 'no arguments';
COMMENT ON CONSTRAINT parents_pkey ON public.parents IS 'of the parents';
COMMENT ON COLUMN public.events.id IS 'its number';
COMMENT ON CONSTRAINT events_key ON public.events IS 'one each';
COMMENT ON CONSTRAINT events_seats ON public.events IS 'some';
COMMENT ON CONSTRAINT events_parent ON public.events IS 'where from';
COMMENT ON INDEX public.events_idx IS 'by seats';
COMMENT ON TRIGGER stamp ON public.events IS 'nothing';
COMMENT ON TABLE public.events IS E'what \\ happens';
COMMIT;
